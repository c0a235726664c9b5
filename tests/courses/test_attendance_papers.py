"""The papers of presence: numbers without gap, the same bytes twice, refusals, the public check; and who may have which."""

import io
import json
import re
import zipfile
from datetime import date, time
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses.models import Certificate, FundingLine
from app.courses.services import certificates, closing, documents
from app.courses.services.audit import audit_file
from app.courses.services.closing import Mark
from app.members.models import Organisation
from tests.courses.cohorts import local, make_class, make_cohort_a, regularly_held
from tests.courses.test_attendance_pages import text
from tests.factories import make_member

TUESDAY, MONDAY = date(2027, 3, 2), date(2027, 3, 1)
AFTER = local(date(2027, 8, 2), time(10))
EVENING = local(TUESDAY, time(18))


def test_a_trainee_receives_the_certificate_and_finds_it_with_their_hours(session, log_in, post):
    school = make_class(people=1)
    for half_day in school.sessions:
        school.hold(half_day)
    by = {"actor_id": school.ines.id, "now": EVENING}
    first = certificates.issue(enrolment_id=school.enrolments[0].id, **by)
    post()
    new = certificates.replace(certificate_id=first.id, why="Nom mal écrit", **by)
    (told,) = [one for one in post() if "certificat" in one["Subject"]]
    assert f"remplace le certificat {first.number}" in told.get_body(("plain",)).get_content()
    (paper,) = told.iter_attachments()
    assert (paper.get_filename(), paper.get_content()[:4]) == (f"{new.number}.pdf", b"%PDF")
    page = log_in(school.enrolments[0].member).get("/courses/attendance").text
    assert (f"/courses/certificates/{new.id}.pdf" in page, first.number in page) == (True, False)


def test_certificates_follow_each_other_and_a_cancelled_one_names_its_replacement(session):
    school = make_class(people=13, capacity=13)
    for half_day in school.sessions:
        school.hold(half_day)
    issued = [certificates.issue(enrolment_id=one.id, actor_id=school.ines.id, now=EVENING) for one in school.enrolments]
    assert [row.number for row in issued] == [f"CR-2027-{rank:04d}" for rank in range(1, 14)]
    fourth = issued[3]
    new = certificates.replace(certificate_id=fourth.id, why="Nom mal écrit", actor_id=school.ines.id, now=EVENING)
    assert (new.number, new.enrolment_id, new.minutes_done) == ("CR-2027-0014", fourth.enrolment_id, 420)
    assert certificates.replaced_by(fourth) == new
    with pytest.raises(Refused):
        certificates.cancel(certificate_id=fourth.id, why="encore", actor_id=school.ines.id, now=EVENING)
    other_year = certificates.issue(enrolment_id=school.enrolments[0].id, actor_id=school.ines.id, now=local(date(2028, 1, 3), time(9)))
    assert other_year.number == "CR-2028-0001"
    assert [row.number for row in certificates.of_cohort(school.cohort.id)][-2:] == ["CR-2027-0014", "CR-2028-0001"]
    for attack in (
        "DELETE FROM course_certificate",
        "UPDATE course_certificate SET minutes_done = 1",
        "UPDATE course_certificate SET rank = 99",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(sa.text(attack))
    gap = {column.name: getattr(new, column.name) for column in Certificate.__table__.columns} | {
        "id": None,
        "rank": 16,
        "replaces_id": None,
    }
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(sa.insert(Certificate).values({key: value for key, value in gap.items() if key != "id"}))


def test_a_certificate_waits_for_what_is_to_regularise_or_prints_why(session):
    school = make_class(people=1)
    morning, _afternoon = school.sessions
    school.hold(morning)
    ask = {"enrolment_id": school.enrolments[0].id, "actor_id": school.ines.id, "now": EVENING}
    with pytest.raises(Refused) as caught:
        certificates.issue(**ask)
    [reason] = caught.value.reasons
    assert (reason.code, reason.words["hours"], reason.words["days"]) == (
        "hours_to_regularise",
        "3\u00a0h\u00a030",
        "mardi 2\u00a0mars après-midi",
    )
    row = certificates.issue(**ask, reason="Feuille perdue")
    assert row.minutes_done == 210
    assert '"reason": "Feuille perdue"' in row.printed


def test_papers_are_the_same_bytes_twice_and_change_with_what_they_say(session):
    school = make_class(people=3)
    morning, afternoon = school.sessions
    first = school.enrolments[0]
    school.sign(morning)
    school.close(morning, {first.id: Mark(is_present=True, late=20)})
    school.hold(afternoon, *school.enrolments[1:])
    sheet = documents.weekly_sheet(school.cohort.id, MONDAY, now=EVENING)
    made = sheet.pdf()
    assert made.startswith(b"%PDF-")
    assert made == documents.weekly_sheet(school.cohort.id, MONDAY, now=AFTER).pdf()
    table = sheet.tables[0]
    assert table.rows[0] == ["Stagiaire1", "signé à 9\u00a0h, 20\u00a0min de retard", "absence", "3\u00a0h\u00a010"]
    assert table.rows[-2][1].startswith("Samir, mardi 2\u00a0mars à 12\u00a0h\u00a030")
    assert "nº\u00a07, empreinte" in sheet.foot
    closing.mark(
        session_id=afternoon.id, enrolment_id=first.id, actor_id=school.samir.id, mark=Mark(is_present=True), reason="Oubli", now=EVENING
    )
    corrected = documents.weekly_sheet(school.cohort.id, MONDAY, now=EVENING)
    assert "absence devient présence (corrige le nº\u00a07)\u00a0: Oubli" in corrected.tables[1].rows[0][0]
    assert corrected.pdf() != made
    blank = documents.weekly_sheet(school.cohort.id, MONDAY, now=EVENING, blank=True)
    for one in (sheet, blank):
        assert [value.replace("\u00a0", " ") for _name, value in one.facts] == [
            "Développer des applications web",
            "matin 9 h – 12 h 30, après-midi 13 h 30 – 17 h",
        ]
    assert blank.tables[0].rows[0] == ["Stagiaire1", "", ""]
    assert documents.monthly_statement(first.id, date(2027, 3, 1), now=EVENING).pdf().startswith(b"%PDF-")
    assert "86,90" not in str(documents.attestation(first.id, TUESDAY, now=EVENING).facts)
    with pytest.raises(Refused):
        documents.weekly_sheet(school.cohort.id, date(2027, 3, 8), now=EVENING)

    row = certificates.issue(enrolment_id=school.enrolments[1].id, actor_id=school.ines.id, now=EVENING)
    paper = documents.certificate_pdf(row)
    with transaction():
        school.enrolments[1].member.name = "Un autre nom"
        school.place.name = "Un autre lieu"
    assert documents.certificate_pdf(row) == paper, "frozen with all it says"
    whole = audit_file(school.cohort.id, now=EVENING)
    assert whole == audit_file(school.cohort.id, now=EVENING)
    names = zipfile.ZipFile(io.BytesIO(whole)).namelist()
    assert {"LISEZMOI.txt", "evenements.jsonl", "feuilles/2027-03-01.pdf"} <= set(names)
    assert sum(name.endswith("/CR-2027-0001.pdf") for name in names) == 1
    events, own = (
        [json.loads(line) for line in zipfile.ZipFile(io.BytesIO(made)).read("evenements.jsonl").splitlines()]
        for made in (whole, audit_file(school.cohort.id, enrolment_id=first.id, now=EVENING))
    )
    assert [(one["precedente"], one["empreinte"]) for one in own] == [(one["precedente"], one["empreinte"]) for one in events]
    assert {one.get("enrolment_id") for one in own} == {None, first.id} and {one.get("enrolment_id") for one in events} > {None, first.id}
    assert all(sha256(f"{one['precedente']}\n{one['ecrit']}".encode()).hexdigest() == one["empreinte"] for one in own if "ecrit" in one)
    assert [one["pour_cette_personne"] for one in own if "pour_cette_personne" in one] == [
        {"present": [20, 0], "signed": True},
        {"absent": True},
    ]
    assert not [one for one in own if one.get("ecrit") and one["enrolment_id"] != first.id]


def test_the_public_check_says_what_the_paper_is_worth_and_nothing_of_its_person(session, client):
    school = make_class(people=1)
    for half_day in school.sessions:
        school.hold(half_day)
    person = school.enrolments[0].member
    with transaction():
        person.birth_date = date(1990, 5, 6)
    old = certificates.issue(enrolment_id=school.enrolments[0].id, actor_id=school.ines.id, now=EVENING)
    address = f"/verify/{old.number}?code={certificates.code_of(old)}"
    valid = client.get(address)
    assert (valid.status_code, "valable" in text(valid), "7 h 00" in text(valid)) == (200, True, True)
    new = certificates.replace(certificate_id=old.id, why="Erreur", actor_id=school.ines.id, now=EVENING)
    cancelled = text(client.get(address))
    assert f"annulé, remplacé par {new.number}" in cancelled
    for secret in (person.name, person.email, "1990"):
        assert secret not in cancelled
    assert client.get(f"/verify/{old.number}").status_code == 404
    assert client.get(f"/verify/{old.number}?code=AAAAAAAA").status_code == 404
    assert client.get("/verify/n’importe%20quoi?code=%C3%A9%00").status_code == 404
    assert client.get(f"/verify/{new.number}?code={certificates.code_of(old)}").status_code == 404


def test_each_door_shows_each_paper_to_those_it_is_for_and_to_nobody_else(session, log_in, frozen):
    school = make_class(people=2)
    for half_day in school.sessions:
        school.hold(half_day)
    one, two = school.enrolments
    frozen("2027-03-02T18:00+01:00")
    with transaction() as writing:
        funder = Organisation(name="Région", created_at=EVENING)
        other = Organisation(name="OPCO", created_at=EVENING)
        writing.add_all([funder, other])
        writing.flush()
        writing.add(FundingLine(enrolment_id=one.id, organisation_id=funder.id, minutes=52_500, hour_cents=800, created_at=EVENING))
    row = certificates.issue(enrolment_id=one.id, actor_id=school.ines.id, now=EVENING)
    people = {
        "self": one.member,
        "other": two.member,
        "trainer": school.samir,
        "head": school.claire,
        "manager": school.ines,
        "funder": make_member("Fonds", roles=("funder",), organisation_id=funder.id),
        "other funder": make_member("Autre", roles=("funder",), organisation_id=other.id),
        "stranger": make_member("Passant"),
        "tutor": make_member("Tuteur", roles=("tutor",)),
    }
    staff = {"head", "manager"}
    doors = {
        f"/courses/cohorts/{school.cohort.id}/papers": staff,
        f"/courses/cohorts/{school.cohort.id}/sheets/2027-03-01.pdf": staff,
        f"/courses/cohorts/{school.cohort.id}/bundles": staff,
        f"/courses/enrolments/{one.id}/certificate": staff,
        f"/courses/certificates/{row.id}/replacement": staff,
        f"/courses/enrolments/{one.id}/statements/2027-03.pdf": staff | {"self", "funder"},
        f"/courses/certificates/{row.id}.pdf": staff | {"self", "funder"},
        f"/courses/enrolments/{one.id}/attestation.pdf": staff | {"self"},
        f"/courses/enrolments/{one.id}/convocation.pdf": staff | {"self"},
        f"/courses/cohorts/{school.cohort.id}/sheets/2027-03-01.pdf?blank=1": staff | {"trainer"},
        f"/courses/enrolments/{one.id}/audit.zip": staff | {"self"},
        f"/courses/cohorts/{school.cohort.id}/funders/{funder.id}/statements/2027-03.pdf": staff | {"funder"},
        f"/courses/cohorts/{school.cohort.id}/funders/{other.id}/statements/2027-03.pdf": set(),
        f"/courses/cohorts/{school.cohort.id}/attendance": staff | {"trainer"},
    }
    for who, member in people.items():
        client = log_in(member)
        for address, allowed in doors.items():
            assert client.get(address).status_code == (200 if who in allowed else 404), (who, address)
    issued = log_in(school.claire).post(f"/courses/enrolments/{two.id}/certificate", data={"reason": ""}, follow_redirects=True)
    assert "CR-2027-0002 est établi" in text(issued)


def test_every_month_of_everybody_is_a_link_the_last_month_first_and_a_week_over_two_is_in_both(session, log_in, frozen):
    school = make_class(people=2, days=[date(2027, 2, 26), date(2027, 3, 31), date(2027, 4, 1)])
    first, late = school.enrolments
    with transaction():
        late.first_day = date(2027, 3, 31)
    frozen("2027-04-01T18:00+02:00")
    client = log_in(school.ines)

    page = client.get(f"/courses/cohorts/{school.cohort.id}/papers").text

    months = [(first, "2027-04"), (late, "2027-04"), (first, "2027-03"), (late, "2027-03"), (first, "2027-02")]
    links = [f"/courses/enrolments/{one.id}/statements/{month}.pdf" for one, month in months]
    assert re.findall(r'href="(/courses/enrolments/\d+/statements/[^"]+)"', page) == links
    assert {client.get(link).status_code for link in links} == {200}
    assert re.findall(r'/sheets/([\d-]+)\.pdf"', page) == ["2027-03-29", "2027-03-29", "2027-02-22"]


def test_the_whole_course_makes_its_papers(session):
    """Plain figures through the papers: six months, 875 h, 26 weeks."""
    school = make_cohort_a(people=1)
    regularly_held(school)
    person = school.enrolments[0]
    row = certificates.issue(enrolment_id=person.id, actor_id=school.ines.id, now=AFTER)
    assert row.minutes_done == 875 * 60
    april = documents.monthly_statement(person.id, date(2027, 4, 1), now=AFTER)
    assert april.tables[0].rows[-1][:3] == ["Total", "154\u00a0h\u00a000", "154\u00a0h\u00a000"]
    assert ("Heures réalisées", "875\u00a0h\u00a000") in documents.attestation(person.id, date(2027, 7, 30), now=AFTER).facts
