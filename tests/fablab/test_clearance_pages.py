"""Clearances through their pages: given, shown, printed, checked by anybody, taken back; cohorts; a machine's own page."""

import re
from datetime import date
from io import BytesIO

import pikepdf
import pytest
import sqlalchemy as sa

from app.booking.models import Booking
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.models import Clearance, ClearanceType, GroupClearance, Machine
from app.fablab.rules import check_code, clearance_numbered, number_of
from app.members.models import Group, GroupMember
from app.members.rules import ROLES
from tests.fablab.test_here import picture
from tests.factories import between, book, make_member, thing
from tests.pages import fields_of, text_of


def give(fablab, client, person, **more):
    sent = {"clearance_type_id": str(fablab.clearance.id), "email": person.email, "day": "2026-11-30", "evidence": "Deux heures"}
    return client.post("/fablab/clearances/new", data=sent | more)


def test_a_peer_gives_it_staff_takes_it_back_and_the_person_is_told(fablab, log_in, post):
    with transaction():
        fablab.clearance.peers = True
        db.session.flush()
    chloe = log_in(fablab.chloe)
    assert chloe.get("/fablab/clearances/new").status_code == 404
    page = chloe.get("/fablab/laser").text
    assert page.index("vous ne l’avez pas") < page.index("Libre aujourd’hui"), "what is missing comes before what is free"
    assert ("mailto:" in page) == bool(fablab.place.email)
    ana = log_in(fablab.ana)
    assert give(fablab, ana, fablab.chloe, day="2026-12-02").status_code == 422  # not yet
    assert give(fablab, ana, fablab.chloe, email="nobody@example.org").status_code == 422
    assert give(fablab, ana, fablab.ana).status_code == 422
    assert give(fablab, ana, fablab.chloe).status_code == 302
    row = db.session.scalars(sa.select(Clearance).where(Clearance.member_id == fablab.chloe.id)).one()
    assert (row.given_by_id, row.expires_on, row.evidence) == (fablab.ana.id, date(2027, 11, 30), "Deux heures")
    (told,) = post()
    assert fablab.chloe.email in told["To"] and "Ana" in told.get_body(("plain",)).get_content()

    for day in ("2026-12-08", "2026-12-09"):
        book(fablab.laser, between(day, "10:00", "11:00"), fablab.chloe)
    post()
    assert log_in(fablab.ana).post(f"/fablab/clearances/{row.id}/revocation", data={"reason": "x"}).status_code == 404
    answer = log_in(fablab.max).post(f"/fablab/clearances/{row.id}/revocation", data={"reason": "Capot ouvert"})
    assert answer.status_code == 302
    (told,) = post()  # one mail, which lists both
    words = told.get_body(("plain",)).get_content()
    assert "Capot ouvert" in words and words.count("– ") == 2
    assert "Capot ouvert" in log_in(fablab.chloe).get("/fablab/clearances/mine").text


def test_the_booklet_and_what_anybody_may_check_of_it(fablab, client, log_in, app, frozen):
    row = db.session.scalars(sa.select(Clearance).where(Clearance.member_id == fablab.ana.id)).one()
    ana = log_in(fablab.ana)
    paper = ana.get("/fablab/clearances/mine.pdf")
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    with pikepdf.open(BytesIO(paper.data)) as pdf:
        assert len(pdf.pages) == 1
    assert ana.get(f"/fablab/clearances/of/{fablab.ben.id}.pdf").status_code == 404
    assert log_in(fablab.max).get(f"/fablab/clearances/of/{fablab.ana.id}.pdf").status_code == 200

    with client.session_transaction() as session:
        session.clear()
    code = check_code(app.config["SECRET_KEY"], row.id)
    page = text_of(client.get(f"/verify/{number_of(row.id)}?code={code}"))
    assert "Habilitation « Laser »" in page and "30 juin 2027" in page and "valable" in page
    assert "Ana" not in page and fablab.ana.email not in page
    for wrong in (f"/verify/{number_of(row.id)}?code=abc", f"/verify/HAB-999999?code={code}", "/verify/x", f"/verify/{number_of(row.id)}"):
        assert client.get(wrong).status_code == 404
    frozen("2027-07-01T10:00+02:00")
    assert "arrivée à son terme" in client.get(f"/verify/{number_of(row.id)}?code={code}").text


def test_numbers_lead_back_to_their_clearance():
    assert [clearance_numbered(number) for number in ("HAB-000012", "hab-12", "HAB-", "HAB-x", "12", "HAB-²", "HAB-1234567890")] == [
        12, 12, None, None, None, None, None,
    ]  # fmt: skip


def test_members_see_who_agreed_to_be_seen(fablab, log_in):
    with transaction():
        fablab.ben.in_directory = True
        db.session.flush()
    page = log_in(fablab.chloe).get("/fablab/clearances").text
    assert "Ben" in page and "Ana" not in page
    assert "Ana" in log_in(fablab.ana).get("/fablab/clearances").text
    assert "Ana" in log_in(fablab.max).get("/fablab/clearances").text


def test_a_type_is_added_and_changed_with_its_policy(fablab, log_in):
    client = log_in(fablab.max)
    assert client.post("/fablab/clearances/types/new", data={"name": "Tour", "policy": "duration"}).status_code == 422
    assert client.post("/fablab/clearances/types/new", data={"name": "Laser", "policy": "none"}).status_code == 422
    assert client.post("/fablab/clearances/types/new", data={"name": "Tour", "policy": "unused", "months": "6"}).status_code == 302
    row = db.session.scalars(sa.select(ClearanceType).where(ClearanceType.name == "Tour")).one()
    path = f"/fablab/clearances/types/{row.id}"
    changed = fields_of(client.get(path).text) | {"policy": "fixed_date", "until": "2027-08-31"}
    assert client.post(path, data=changed).status_code == 302
    db.session.refresh(row)
    assert (row.policy, row.months, row.until) == ("fixed_date", None, date(2027, 8, 31))
    assert "Tour" in client.get("/fablab/clearances/types").text


def test_a_cohort_may_use_the_machine_as_long_as_one_belongs_to_it(fablab, log_in):
    with transaction():
        group = Group(code="promo", name="Promotion 1", created_at=clock.now())
        db.session.add(group)
        db.session.flush()
        db.session.add(GroupMember(group_id=group.id, member_id=fablab.chloe.id, since=date(2026, 11, 1), until=date(2027, 1, 15)))
        db.session.flush()
    client = log_in(fablab.max)
    sent = {"group_id": str(group.id), "clearance_type_id": str(fablab.clearance.id)}
    assert client.post("/fablab/clearances/groups/new", data=sent).status_code == 302
    assert client.post("/fablab/clearances/groups/new", data=sent).status_code == 422
    assert "Promotion 1" in client.get("/fablab/clearances/types").text

    held = book(fablab.laser, between("2027-01-15", "10:00", "11:00"), fablab.chloe)
    with pytest.raises(Refused) as no:
        book(fablab.laser, between("2027-01-16", "10:00", "11:00"), fablab.chloe)
    assert no.value.codes == ["qualification_expires_before"]

    row = db.session.scalars(sa.select(GroupClearance)).one()
    assert client.post(f"/fablab/clearances/groups/{row.id}/revocation").status_code == 302
    assert db.session.get_one(Booking, held.id, populate_existing=True).status == "cancelled"
    with pytest.raises(Refused) as no:
        book(fablab.laser, between("2027-01-15", "10:00", "11:00"), fablab.chloe)
    assert no.value.codes == ["not_qualified"]


def test_a_machine_gets_its_picture_its_papers_its_leads_and_its_counters(fablab, log_in):
    pdf, made = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    pdf.save(made)
    client = log_in(fablab.max)
    sent = fields_of(client.get("/fablab/laser/settings").text) | {
        "specs": "Surface : 600 × 400 mm\nPuissance: 60 W",
        "leads": f"{fablab.ana.email}\n{fablab.ben.email}",
        "metered": "15",
        "upkeep_cents": "1,20",
        "counters": "heures de tube ; 200 ; ; 198\ngraissage ; ; 3",
        "photo": (BytesIO(picture()), "x.png"),
        "manual": (BytesIO(made.getvalue()), "manuel.pdf"),
    }
    assert client.post("/fablab/laser/settings", data=sent, content_type="multipart/form-data").status_code == 302
    row = db.session.get_one(Machine, fablab.laser.id, populate_existing=True)
    assert row.specs == [["Surface", "600 × 400 mm"], ["Puissance", "60 W"]]
    assert row.counters == [
        {"nom": "heures de tube", "entretien_toutes_les_h": 200, "valeur_min": 11880},
        {"nom": "graissage", "entretien_tous_les_mois": 3},
    ]
    assert (row.upkeep_cents, thing(fablab.laser.id).rules.metered) == (120, 15)
    assert queries.lead_emails(fablab.laser.id) == [fablab.ana.email, fablab.ben.email]
    page = log_in(fablab.chloe).get("/fablab/laser")
    names = re.findall(r"/fablab/files/([\w-]+)", page.text)
    assert len(names) == 2 and "60 W" in page.text and "Payée à la minute" in page.text
    shown = [log_in(fablab.chloe).get(f"/fablab/files/{name}") for name in names]
    assert {answer.mimetype for answer in shown} == {"image/jpeg", "application/pdf"}
    assert any(answer.headers.get("Content-Disposition", "").startswith("attachment") for answer in shown)

    client = log_in(fablab.max)
    again = fields_of(client.get("/fablab/laser/settings").text)
    assert again["counters"].splitlines() == ["heures de tube ; 200 ;  ; 198", "graissage ;  ; 3"]
    for wrong in ({"leads": "x"}, {"leads": "nobody@example.org"}, {"counters": "a ; b"}, {"specs": "rien"}, {"metered": "-1"}):
        assert client.post("/fablab/laser/settings", data=again | wrong).status_code == 422, wrong
    bad = again | {"photo": (BytesIO(b"<svg>"), "x.jpg")}
    assert client.post("/fablab/laser/settings", data=bad, content_type="multipart/form-data").status_code == 422


@pytest.mark.parametrize("role", ROLES)
def test_who_may_set_what(role, fablab, log_in):
    client = log_in(make_member("Quelqu’un", roles=[role]))
    looks_after = role in ("machine_lead", "manager", "administrator")
    runs = role in ("manager", "administrator")
    for path, may in (
        ("/fablab/laser/settings", looks_after),
        (f"/fablab/clearances/of/{fablab.ana.id}", looks_after),
        ("/fablab/clearances/types", runs),
        ("/fablab/clearances/types/new", runs),
        ("/fablab/clearances/groups/new", runs),
        ("/fablab/clearances/new", runs),
        ("/fablab/clearances", True),
        ("/fablab/clearances/mine", True),
    ):
        assert client.get(path).status_code == (200 if may else 404), path
    assert services.warn_of_expiry(now=clock.now()) == 0
