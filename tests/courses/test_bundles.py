"""Many papers at once: made by the worker a few at a time, the same bytes as at once, for who asked alone, and for some days."""

import io
import zipfile
from datetime import date, time, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from app.cli import portable
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.courses.models import Bundle, BundlePaper, FundingLine
from app.courses.papers.presence import Document
from app.courses.services import audit as audits
from app.courses.services import bundles, certificates, retention
from app.courses.services import erasing as courses_erasing
from app.courses.services.audit import audit_file
from app.members.models import Organisation
from tests.courses.cohorts import local, make_class
from tests.courses.test_attendance import refused
from tests.courses.test_attendance_pages import text
from tests.factories import make_member

TUESDAY, WEDNESDAY = date(2027, 3, 2), date(2027, 3, 3)
NIGHT = local(WEDNESDAY, time(18))


@pytest.fixture
def school(session):
    """Three people, two days, the first one held."""
    made = make_class(people=3, days=(TUESDAY, WEDNESDAY))
    for half_day in made.sessions[:2]:
        made.hold(half_day)
    return made


def asked(school, kind="evidence", *, by=None, **more) -> Bundle:
    return bundles.ask(school.cohort, kind=kind, actor_id=(by or school.claire).id, now=NIGHT, **more)


def names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def _noted(drawn: list[str], name: str, make: audits.Maker) -> bytes:
    drawn.append(name)
    return make()


def test_a_killed_worker_goes_on_where_it_stopped_and_the_bytes_are_those_made_at_once(school, monkeypatch):
    bundle = asked(school, with_grades=True)
    assert asked(school, with_grades=True).id == bundle.id, "asked twice, made once"
    assert bundles.go_on(bundle.id, now=NIGHT, most=4) == 4
    assert bundles.progress_of(bundle).made == 4

    kept = {row.name for row in db.session.scalars(sa.select(BundlePaper))}
    drawn: list[str] = []
    held = bundles._papers
    monkeypatch.setattr(bundles, "_papers", lambda one: {name: partial(_noted, drawn, name, make) for name, make in held(one).items()})
    while bundles.go_on_with_bundles(now=NIGHT):
        pass
    assert len(drawn) == bundle.expected - 4 and not kept & set(drawn), "what was made is not made again"
    made = bundles.take(bundle.id, actor_id=school.claire.id, now=NIGHT)
    assert made == audit_file(school.cohort.id, now=NIGHT, with_grades=True)
    assert "01-Stagiaire1/livret-evaluation.pdf" in names(made)
    assert bundle.expected == len(names(made)) and db.session.scalars(sa.select(BundlePaper)).all() == []


def test_a_backup_does_not_carry_what_is_made_again_for_who_asks(school):
    """A cohort's file is some tens of megabytes: each night's backup would hold it, and one row of a backup has its bound."""
    made = asked(school)
    bundles.go_on(made.id, now=NIGHT, most=1)

    carried = portable.tables(db.session.connection())
    assert not {Bundle.__tablename__, BundlePaper.__tablename__} & set(carried)
    assert "course_attendance_event" in carried
    assert bundles.progress_of(made).made == 1


def test_an_event_that_comes_meanwhile_has_the_papers_made_again(school):
    bundle = asked(school)
    bundles.go_on(bundle.id, now=NIGHT, most=4)
    school.hold(school.sessions[2])

    assert bundles.progress_of(bundle).made == 0
    while bundles.go_on_with_bundles(now=NIGHT):
        pass
    assert bundles.take(bundle.id, actor_id=school.claire.id, now=NIGHT) == audit_file(school.cohort.id, now=NIGHT)


def _broken(*_about: object, **_more: object) -> Document:
    raise ZeroDivisionError


def test_a_paper_that_stops_the_worker_each_time_does_not_stop_it_for_ever(school, monkeypatch, log_in, frozen):
    frozen("2027-03-03T18:00+01:00")
    bundle = asked(school)
    with monkeypatch.context() as broken:
        broken.setattr(audits, "weekly_sheet", _broken)
        for _ in range(bundle.expected + bundles.MOST_TRIES):
            try:
                bundles.go_on(bundle.id, now=NIGHT, most=1)
            except ZeroDivisionError:
                db.session.rollback()
    assert bundles.go_on_with_bundles(now=NIGHT) == 0
    assert "n’ont pas pu être faits" in text(log_in(school.claire).get(f"/courses/bundles/{bundle.id}"))
    assert asked(school).id != bundle.id, "it may be asked again"


def test_who_asked_sees_how_far_it_is_is_told_takes_it_and_nobody_else_does(school, log_in, frozen, post):
    frozen("2027-03-03T18:00+01:00")
    page = log_in(school.claire).post(f"/courses/cohorts/{school.cohort.id}/bundles", data={"kind": "evidence"})
    address = page.location
    assert "0 sur" in text(log_in(school.claire).get(address)) and "<progress" in log_in(school.claire).get(address).get_data(as_text=True)
    assert log_in(school.claire).get(f"{address}.zip").status_code == 404, "not made yet"
    while bundles.go_on_with_bundles(now=clock.now()):
        pass

    [mail] = post()
    assert mail["To"].addresses[0].addr_spec == school.claire.email and address in mail.get_body(("plain",)).get_content()
    assert "Emporter (ZIP)" in text(log_in(school.claire).get(address))
    taken = log_in(school.claire).get(f"{address}.zip")
    assert (taken.status_code, taken.headers["Cache-Control"]) == (200, "private, no-store")
    line = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "bundle.taken")).one()
    assert line.actor_id == school.claire.id
    for other in (school.ines, school.samir, school.enrolments[0].member, make_member("Passant")):
        for door in (address, f"{address}.zip"):
            assert log_in(other).get(door).status_code == 404
    for other in (school.samir, school.enrolments[0].member, make_member("Passante")):
        assert log_in(other).get(f"/courses/cohorts/{school.cohort.id}/bundles").status_code == 404
    manager = log_in(school.ines).post(f"/courses/cohorts/{school.cohort.id}/bundles", data={"kind": "evidence"})
    assert not db.session.get_one(Bundle, int(manager.location.rpartition("/")[2])).with_grades, (
        "a manager who does not teach reads no grade"
    )

    later = NIGHT + bundles.KEPT
    assert bundles.take(int(address.rpartition("/")[2]), actor_id=school.claire.id, now=later) is None
    assert bundles.forget_old(now=later) == 2
    assert log_in(school.claire).get(address).status_code == 404


def test_all_the_statements_of_a_month_and_all_the_certificates_come_together(school, log_in, frozen):
    for half_day in school.sessions[2:]:
        school.hold(half_day)
    with transaction() as writing:
        funder = Organisation(name="Région Normandie", created_at=NIGHT)
        writing.add(funder)
        writing.flush()
        first = school.enrolments[0].id
        writing.add(FundingLine(enrolment_id=first, organisation_id=funder.id, minutes=840, hour_cents=800, created_at=NIGHT))
    assert refused(asked, school, "certificates") == ["nothing_to_bundle"]
    frozen("2027-03-03T18:00+01:00")
    for month in ("2027-02-01", "’<script>", ""):
        page = log_in(school.claire).post(f"/courses/cohorts/{school.cohort.id}/bundles", data={"kind": "statements", "month": month})
        assert (page.status_code, "encore aucun document" in text(page)) == (422, True)
    done = log_in(school.ines).post(f"/courses/cohorts/{school.cohort.id}/certificates", follow_redirects=True)
    assert "3 certificats établis" in text(done)
    again = log_in(school.ines).post(f"/courses/cohorts/{school.cohort.id}/certificates", follow_redirects=True)
    assert "Aucun certificat de plus" in text(again) and len(certificates.of_cohort(school.cohort.id)) == 3

    statements, papers = asked(school, "statements", month=date(2027, 3, 1)), asked(school, "certificates")
    while bundles.go_on_with_bundles(now=NIGHT):
        pass
    assert names(bundles.take(statements.id, actor_id=school.claire.id, now=NIGHT)) == [
        "01-Stagiaire1-2027-03.pdf",
        "02-Stagiaire2-2027-03.pdf",
        "03-Stagiaire3-2027-03.pdf",
        f"{funder.id}-Région-Normandie-2027-03.pdf",
    ]
    assert names(bundles.take(papers.id, actor_id=school.claire.id, now=NIGHT))[0] == "CR-2027-0001-Stagiaire1.pdf"


def test_what_was_gathered_goes_with_the_person_or_the_evidence_that_is_in_it(school):
    asked(school)
    courses_erasing.ERASER.erase(school.enrolments[0].member_id, NIGHT + timedelta(days=2))
    assert db.session.scalars(sa.select(Bundle)).all() == []
    asked(school)
    retention.purge(school.cohort.id, actor_id=school.ines.id, now=local(date(2031, 1, 1), time(12)))
    assert db.session.scalars(sa.select(Bundle)).all() == []
