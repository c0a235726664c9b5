"""Tools that go home with somebody, boxes where somebody leaves their things: each once, until a day, and told in time."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from app.cli.kit import dumping, loading, shape
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.fablab import checks, queries, services
from app.fablab.models import Box, Tool
from app.fablab.rules import Late, due_day, loan_word, may_extend, may_renew, reasons_lending
from app.members.rules import ROLES
from app.place.models import Place
from app.portal import erasing
from tests.factories import make_member
from tests.pages import fields_of, text_of


def make_tool(fablab, **more) -> Tool:
    facts = {"mark": "P-01", "name": "Perceuse", "shelf": "Étagère 2", "description": "", "loan_days": 7, "self_service": False}
    facts |= {"clearance_type_id": None, "value_cents": None} | more
    return services.save_tool(place_id=fablab.place.id, tool_id=None, actor_id=fablab.max.id, now=clock.now(), **facts)


def make_box(fablab, mark="1", **more) -> Box:
    facts = {"mark": mark, "where_it_is": "Couloir", "months": 6, "self_service": True} | more
    return services.save_box(place_id=fablab.place.id, box_id=None, actor_id=fablab.max.id, now=clock.now(), **facts)


def told(post) -> list[tuple[str, str]]:
    return [(message["To"].split(" <")[0], message["Subject"].replace("\u00a0", " ")) for message in post()]


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"state": "broken"}, ["tool_unusable"]),
        ({"is_out": True}, ["already_lent"]),
        ({"lacks": "Bois"}, ["not_qualified"]),
        ({"lacks": "Bois", "by_staff": True}, ["not_qualified"]),
        ({"self_service": False}, ["not_allowed"]),
        ({"self_service": False, "by_staff": True}, []),
        ({"late": Late("Ponceuse", date(2026, 11, 28))}, ["late_loan"]),
        ({"late": Late("Ponceuse", date(2026, 11, 28)), "by_staff": True}, []),
        ({"is_out": True, "lacks": "Bois", "self_service": False}, ["already_lent", "not_qualified", "not_allowed"]),
    ],
)
def test_all_that_stands_against_a_loan_is_said_at_once(facts, codes):
    usual = {"state": "good", "is_out": False, "by_staff": False, "self_service": True, "lacks": None, "late": None}
    assert [reason.code for reason in reasons_lending(name="Perceuse", **usual | facts)] == codes


def test_each_word_about_a_loan_is_said_once_and_never_when_it_is_overtaken():
    due = date(2026, 12, 8)
    days = {before: due + timedelta(days=before) for before in (-2, -1, 0, 1)}
    assert [loan_word(due, day, is_reminded=False, is_late_told=False) for day in days.values()] == [None, "soon", "soon", "late"]
    assert loan_word(due, days[0], is_reminded=True, is_late_told=False) is None
    assert loan_word(due, days[1], is_reminded=True, is_late_told=True) is None
    assert may_extend(due_on=due, extensions=0, self_service=True, today=due)
    assert not any(
        (
            may_extend(due_on=due, extensions=1, self_service=True, today=due),
            may_extend(due_on=due, extensions=0, self_service=False, today=due),
            may_extend(due_on=due, extensions=0, self_service=True, today=days[1]),
        )
    )
    assert due_day(date(2026, 12, 5), lambda day: day.weekday() not in (6, 0)) == date(2026, 12, 5)
    assert due_day(date(2026, 12, 6), lambda day: day.weekday() not in (6, 0)) == date(2026, 12, 8)
    assert due_day(due, lambda _day: False) == due
    assert (may_renew(date(2026, 12, 31), date(2026, 12, 1)), may_renew(date(2027, 1, 1), date(2026, 12, 1))) == (True, False)


# ---------------------------------------------------------------- tools


def test_a_tool_goes_out_is_told_once_each_time_and_comes_back(fablab, log_in, post, frozen):
    tool = make_tool(fablab)
    max_ = log_in(fablab.max)
    sent = fields_of(max_.get(f"/fablab/tools/{tool.id}").text)
    assert sent["due_on"] == "2026-12-08"
    assert max_.post(f"/fablab/tools/{tool.id}", data=sent | {"member_id": fablab.ana.id}).status_code == 302
    assert max_.post(f"/fablab/tools/{tool.id}", data=sent | {"member_id": fablab.ben.id}).status_code == 409
    assert told(post) == [("Ana", "Perceuse est à rapporter le 8 décembre 2026")]
    assert "chez Ana" in text_of(max_.get("/fablab/tools"))

    ben = log_in(fablab.ben)
    assert "attendu le mardi 8 décembre" in text_of(ben.get("/fablab/tools"))
    assert "Ana" not in ben.get("/fablab/tools").text + ben.get(f"/fablab/tools/{tool.id}").text
    (loan,) = queries.tools_with(fablab.ana.id)
    assert ben.post(f"/fablab/tools/loans/{loan.id}/return").status_code == 404
    assert "À rapporter : Perceuse" in text_of(log_in(fablab.ana).get("/me"))

    for instant, expected in (
        ("2026-12-06T23:50+01:00", []),
        ("2026-12-07T07:59+01:00", []),
        ("2026-12-07T08:00+01:00", [("Ana", "Perceuse est à rapporter le 8 décembre 2026")]),
        ("2026-12-08T20:00+01:00", []),
        ("2026-12-09T08:00+01:00", [("Ana", "Perceuse manque au lieu")]),
        ("2026-12-20T08:00+01:00", []),
    ):
        now = frozen(instant)
        for _twice in (1, 2):
            services.remind_of_tools(now=now)
        assert told(post) == expected, instant

    max_ = log_in(fablab.max)
    assert "Un outil en retard" in text_of(max_.get("/fablab/tools"))
    assert "Un outil n’est pas revenu" in text_of(max_.get("/manage/"))
    assert max_.post(f"/fablab/tools/loans/{loan.id}/return").status_code == 302
    assert max_.post(f"/fablab/tools/loans/{loan.id}/return").status_code == 409
    assert "Un outil en retard" not in text_of(max_.get("/fablab/tools"))
    assert "Ana" in max_.get(f"/fablab/tools/{tool.id}").text
    (kept,) = [one for one in queries.personal_data(fablab.ana.id) if one.name == "tool_loans"]
    assert kept.rows[0]["outcome"] == "good"


def test_who_comes_alone_takes_it_keeps_it_once_more_and_brings_it_back(fablab, log_in, post, frozen):
    drill, sander = make_tool(fablab, self_service=True), make_tool(fablab, mark="P-02", name="Ponceuse", self_service=True)
    saw = make_tool(fablab, mark="T-01", name="Tronçonneuse", self_service=True, clearance_type_id=fablab.clearance.id)
    chloe = log_in(fablab.chloe)
    refused = chloe.post(f"/fablab/tools/{saw.id}/mine")
    assert refused.status_code == 422 and "il faut l’habilitation « Laser »" in text_of(refused)
    assert chloe.post(f"/fablab/tools/{drill.id}/mine").status_code == 302
    assert told(post) == []  # who took it knows
    (loan,) = queries.tools_with(fablab.chloe.id)
    assert loan.due_on == date(2026, 12, 8)
    assert chloe.post(f"/fablab/tools/loans/{loan.id}/extension").status_code == 302
    db.session.refresh(loan)
    assert loan.due_on == date(2026, 12, 15)
    assert chloe.post(f"/fablab/tools/loans/{loan.id}/extension").status_code == 422

    frozen("2026-12-16T10:00+01:00")
    chloe = log_in(fablab.chloe)
    late = chloe.post(f"/fablab/tools/{sander.id}/mine")
    assert late.status_code == 422 and "à rapporter depuis le" in text_of(late)
    assert chloe.post(f"/fablab/tools/loans/{loan.id}/return").status_code == 302
    assert chloe.post(f"/fablab/tools/{sander.id}/mine").status_code == 302


def test_what_comes_back_broken_or_never_is_lent_no_more(fablab, log_in):
    tool = make_tool(fablab)
    loan = services.lend_tool(tool, member=fablab.ana, actor=fablab.max, now=clock.now())
    max_ = log_in(fablab.max)
    page = max_.get(f"/fablab/tools/loans/{loan.id}")
    assert max_.post(f"/fablab/tools/loans/{loan.id}", data=fields_of(page.text) | {"outcome": "broken"}).status_code == 302
    with pytest.raises(Refused) as no:
        services.lend_tool(tool, member=fablab.ben, actor=fablab.max, now=clock.now())
    assert no.value.codes == ["tool_unusable"]
    assert max_.post(f"/fablab/tools/{tool.id}/state/good").status_code == 302
    services.lend_tool(tool, member=fablab.ben, actor=fablab.max, now=clock.now())
    assert max_.post(f"/fablab/tools/{tool.id}/state/retired").status_code == 409
    assert list(checks.lending(db.session())) == []
    with transaction():
        tool.state = "lost"
        db.session.flush()
    assert list(checks.lending(db.session())) == ["L’outil P-01 est prêté alors qu’il n’est plus à prêter."]


def test_the_list_is_kept_by_who_looks_after_machines_and_marks_are_ones_own(fablab, log_in):
    max_ = log_in(fablab.max)
    sent = fields_of(max_.get("/fablab/tools/new").text) | {"name": "Perceuse", "mark": "P-01", "value_cents": "180"}
    assert max_.post("/fablab/tools/new", data=sent).status_code == 302
    assert "« P-01 » est déjà la marque d’un autre" in text_of(max_.post("/fablab/tools/new", data=sent))
    tool = db.session.scalars(sa.select(Tool)).one()
    changed = fields_of(max_.get(f"/fablab/tools/{tool.id}/settings").text)
    assert changed["value_cents"] == "180,00"
    assert max_.post(f"/fablab/tools/{tool.id}/settings", data=changed | {"loan_days": "0"}).status_code == 422
    assert max_.post(f"/fablab/tools/{tool.id}/settings", data=changed | {"loan_days": "3"}).status_code == 302
    assert tool.loan_days == 3
    bad = {"photo": (BytesIO(b"<svg onload=alert(1)>"), "photo.jpg")}
    refused = max_.post(f"/fablab/tools/{tool.id}/settings", data=changed | bad, content_type="multipart/form-data")
    assert refused.status_code == 422 and "n’est pas une photo" in refused.text

    allowed = {role for role in ROLES if make_member(role, roles=[role]).may("manage_machines")}
    assert allowed and "member" not in allowed
    for path in ("/fablab/tools/new", f"/fablab/tools/{tool.id}/settings", "/fablab/boxes/new"):
        assert log_in(fablab.ana).get(path).status_code in (403, 404), path


# ---------------------------------------------------------------- boxes


def test_a_box_is_taken_warned_of_renewed_and_given_back(fablab, log_in, post, frozen):
    first, second = make_box(fablab), make_box(fablab, "2")
    shut = make_box(fablab, "R", self_service=False)
    ana = log_in(fablab.ana)
    assert ana.post(f"/fablab/boxes/{shut.id}/mine").status_code == 422
    assert ana.post(f"/fablab/boxes/{first.id}/mine").status_code == 302
    again = ana.post(f"/fablab/boxes/{second.id}/mine")
    assert again.status_code == 422 and "Vous avez déjà le casier 1" in text_of(again)
    assert log_in(fablab.ben).post(f"/fablab/boxes/{first.id}/mine").status_code == 409
    (permit,) = queries.boxes_with(fablab.ana.id)
    assert permit.last_day == date(2027, 6, 1)
    assert log_in(fablab.ben).post(f"/fablab/boxes/permits/{permit.id}/release").status_code == 404
    ana = log_in(fablab.ana)
    early = ana.post(f"/fablab/boxes/permits/{permit.id}/renewal")
    assert early.status_code == 422 and "trente derniers jours" in text_of(early)

    soon, over = ("Ana", "Votre casier 1 : jusqu’au 1er juin 2027"), ("Ana", "Votre casier 1 est à vider")
    for day, expected in (
        ("05-01", []),
        ("05-02", [soon]),
        ("05-24", []),
        ("05-25", [soon]),
        ("06-01", []),
        ("06-02", [over]),
        ("06-30", []),
    ):
        now = frozen(f"2027-{day}T10:00+02:00")
        for _twice in (1, 2):
            services.warn_of_boxes(now=now)
        assert told(post) == expected, day

    max_ = log_in(fablab.max)
    assert "Un casier est à vider" in text_of(max_.get("/manage/")) and "à Ana" in text_of(max_.get("/fablab/boxes"))
    ana = log_in(fablab.ana)
    assert "Casier 1 à garder ou à vider" in text_of(ana.get("/me"))
    assert ana.post(f"/fablab/boxes/permits/{permit.id}/renewal").status_code == 302
    db.session.refresh(permit)
    assert (permit.last_day, permit.lapse_told_at) == (date(2027, 12, 30), None)
    assert ana.post(f"/fablab/boxes/permits/{permit.id}/release").status_code == 302
    assert ana.post(f"/fablab/boxes/permits/{permit.id}/release").status_code == 409

    max_ = log_in(fablab.max)
    sent = fields_of(max_.get(f"/fablab/boxes/{first.id}").text) | {"member_id": fablab.ben.id, "last_day": "2027-07-31"}
    over_already = max_.post(f"/fablab/boxes/{first.id}", data=sent | {"last_day": "2027-06-29"})
    assert over_already.status_code == 422 and "vient aujourd’hui ou plus tard" in text_of(over_already)
    assert max_.post(f"/fablab/boxes/{first.id}", data=sent).status_code == 302
    assert told(post) == [("Ben", "Le casier 1 est à vous jusqu’au 31 juillet 2027")]
    services.lend_tool(make_tool(fablab), member=fablab.ben, actor=fablab.max, now=clock.now())
    against = erasing.prospect(fablab.ben.id, today=clock.now().date()).obstacles
    assert {reason.code for reason in against} >= {"tool_at_home", "box_not_emptied"}
    assert max_.post(f"/fablab/boxes/{first.id}/retirement").status_code == 409
    assert max_.post(f"/fablab/boxes/{second.id}/retirement").status_code == 302
    assert [one["box"] for one in next(k for k in queries.personal_data(fablab.ana.id) if k.name == "boxes").rows] == ["1"]
    assert list(checks.lending(db.session())) == []


# ---------------------------------------------------------------- in the lieu's file


def test_tools_and_boxes_travel_in_the_lieu_s_file(session, frozen):
    frozen("2026-12-01T10:00+01:00")
    kit = "format: worklab-lieu/1\nlieu: {code: x, nom: X}\nhabilitations:\n  - {nom: Bois}\noutils:\n"
    kit += "  - {marque: T-01, nom: Tronçonneuse, habilitation: Bois, duree_jours: 3, valeur: '420.00'}\n"
    kit += "casiers:\n  - {marque: '1', ou: Couloir, libre_service: true}\n"
    place = loading.load(shape.read(kit.encode()), now=clock.now())
    first = dumping.dump(place)
    loading.load(shape.read(first.encode()), now=clock.now())
    assert dumping.dump(db.session.get_one(Place, place.id)) == first
    assert [(tool.mark, tool.clearance_type.name, tool.value_cents) for tool in db.session.scalars(sa.select(Tool))] == [
        ("T-01", "Bois", 42000)
    ]
    with pytest.raises(shape.KitRefused) as no:
        shape.read(kit.replace("habilitation: Bois", "habilitation: Forge").encode())
    assert no.value.faults == ["outils[1].habilitation : « Forge » n’est pas dans habilitations."]
