"""What the course writes to people about presence: words, links, and nothing when it is no longer true."""

import contextlib
from datetime import date, time, timedelta

import sqlalchemy as sa
from flask import url_for

from app import wiring
from app.core import clock, journal
from app.core.db import db, transaction
from app.core.mail import OutgoingMail
from app.core.refusals import Refused
from app.courses.models import Attendance
from app.courses.services import absences, evidence, signing
from tests.courses.cohorts import local, make_class

TUESDAY = date(2027, 3, 2)


def letters(kind: str = "attendance") -> dict[tuple[str, int | None], str]:
    """The mails that wait, as they would leave now, by kind and addressee."""
    journal.deliver(wiring.READERS, now=clock.now())
    rows = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind.startswith(kind)).order_by(OutgoingMail.id))
    with transaction():  # a link is made as its mail leaves
        built = {(row.kind, row.member_id): wiring.MAILS[row.kind](row) for row in rows.all()}
    return {
        key: f"{letter.subject}\n{letter.text}".replace("\u00a0", " ").replace("\u202f", " ") for key, letter in built.items() if letter
    }


def test_people_are_told_in_words_and_with_a_way_in(app, session, frozen):
    school = make_class(people=3)
    morning, afternoon = school.sessions
    first, second, third = school.enrolments
    frozen("2027-03-02T09:00+01:00")
    with app.test_request_context():
        for _ in range(5):
            with contextlib.suppress(Refused):
                signing.sign(session_id=morning.id, member_id=first.member_id, code="x", now=clock.now())
        signing.send_link(session_id=morning.id, enrolment_id=second.id, actor_id=school.samir.id, now=clock.now())
        told = letters()
        assert "Cinq codes faux" in told["attendance.locked", school.samir.id]
        assert url_for("half_day.sheet", session_id=morning.id, _external=True) in told["attendance.locked", school.samir.id]
        link = told["attendance.link_sent", second.member_id]
        token = link.split("/courses/sign/link/")[1].split()[0]
        assert signing.by_link(token)[1] == second.member_id

        school.sign(morning, third)
        school.hold(afternoon, third)
        frozen("2027-03-02T19:00+01:00")
        absences.evening(now=clock.now())
        evidence.anchor(now=clock.now())
        with transaction() as writing:
            writing.add_all(
                Attendance(enrolment_id=third.id, session_id=one.id, place_id=school.place.id, state="absent")
                for one in school.sessions[2:]
            )
        told = letters()
        assert "3 personnes attendent, 10 h 30 à régulariser" in told["attendance.countersign_due", school.samir.id]
        assert "3 h 30 à régulariser" in told["attendance.unsigned", first.member_id]
        assert "2 événements ce soir" not in told["attendance.anchored", school.ines.id]
        assert "compte 3 événements" in told["attendance.anchored", school.claire.id]
        assert evidence.take_turn(school.cohort.id, place_id=school.place.id)[1] in told["attendance.anchored", school.ines.id]
        assert {member_id for kind, member_id in told if kind == "attendance.alerted"} == {
            first.member_id, second.member_id, school.claire.id,
        }  # fmt: skip
        assert "absence non justifiée de 10 %" in told["attendance.alerted", first.member_id]
        assert (
            first.member.name in told["attendance.alerted", school.claire.id]
            or second.member.name in told["attendance.alerted", school.claire.id]
        )

        school.close(morning)
        frozen((local(TUESDAY, time(9)) + timedelta(days=1)).isoformat())
        assert not {kind for kind, _ in letters()} & {"attendance.locked", "attendance.link_sent", "attendance.countersign_due"}


def test_days_in_a_company_are_not_asked_for_each_evening(session, frozen):
    """They are said once the week is over; the mail of that Friday asks for them."""
    school = make_class(people=1)
    with transaction():
        for half_day in school.sessions:
            half_day.where_, half_day.trainer_id = "company", None
    frozen("2027-03-02T19:00+01:00")
    absences.evening(now=clock.now())

    assert session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 0
