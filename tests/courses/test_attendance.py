"""Signing, countersigning, correcting: the examples of the course with their numbers, on both databases."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.db import db, transaction
from app.core.mail import OutgoingMail
from app.core.refusals import Refused
from app.courses import checks
from app.courses.models import Attendance, AttendanceChain, AttendanceEvent, Exemption
from app.courses.queries import occasions, presence
from app.courses.rules.chain import Break
from app.courses.rules.minutes import Minutes
from app.courses.services import absences, closing, evidence, signing
from app.courses.services.closing import Mark
from tests.courses.cohorts import CLOSED, local, make_class, make_cohort_a, regularly_held
from tests.pages import text_of

TUESDAY = date(2027, 3, 2)
EVENING = local(TUESDAY, time(18))


@pytest.fixture
def school(session):
    return make_class()


def refused(gesture, *args, **kwargs) -> list[str]:
    with pytest.raises(Refused) as caught:
        gesture(*args, **kwargs)
    return caught.value.codes


def count(school, enrolment, now=EVENING) -> Minutes:
    return presence.followed_by(enrolment.id, now=now).to_date


def events(school) -> list[AttendanceEvent]:
    of_cohort = sa.select(AttendanceEvent).where(AttendanceEvent.cohort_id == school.cohort.id)
    return list(db.session.scalars(of_cohort.order_by(AttendanceEvent.rank)))


def sound(school) -> bool:
    """The chain is whole, and what is kept of each half-day is what its events say."""
    return evidence.verify(school.cohort.id) is None and [*checks.guard(db.session()), *checks.states(db.session())] == []


# ---------------------------------------------------------------- a day


def test_twelve_sign_and_the_trainer_closes_in_one_gesture(school):
    morning, afternoon = school.sessions
    first, *others = school.enrolments
    school.sign(morning)
    closed = school.close(morning, {first.id: Mark(is_present=True, late=20)})
    school.hold(afternoon)

    assert (closed.countersigned, closed.unsigned, closed.absent) == (12, 0, 0)
    assert count(school, first) == Minutes(planned=420, done=400, unjustified=20), "6 h 40, and 20 minutes unjustified"
    assert count(school, others[0]) == Minutes(planned=420, done=420)
    assert [event.kind for event in events(school)] == ["signed"] * 12 + ["closed"] + ["signed"] * 12 + ["closed"]
    assert sound(school)
    assert school.close(morning) == closing.Closed(), "closed already: nothing to write"
    assert len(events(school)) == 26


def test_whoever_is_there_without_signing_has_hours_to_regularise_and_whoever_is_not_is_absent(school):
    morning, afternoon = school.sessions
    first, second, *others = school.enrolments
    school.sign(morning, *others)
    closed = school.close(morning, {first.id: Mark(is_present=True)})
    school.sign(afternoon)

    assert (closed.countersigned, closed.unsigned, closed.absent) == (10, 1, 1)
    by_enrolment = presence.followed_in(school.cohort.id, now=EVENING)
    mornings = {id_: followed.slots[0].minutes for id_, followed in by_enrolment.items()}
    assert mornings[first.id] == Minutes(planned=210, to_regularise=210)
    assert mornings[second.id] == Minutes(planned=210, unjustified=210)
    assert mornings[others[0].id] == Minutes(planned=210, done=210)
    afternoons = [followed.slots[1].minutes for followed in by_enrolment.values()]
    assert sum(afternoons, Minutes()).to_regularise == 42 * 60, "the trainer did not countersign: twelve half-days"
    assert all(followed.to_date.is_sound for followed in by_enrolment.values())

    signing.sign(
        session_id=morning.id, member_id=first.member_id, code=signing.code_of(morning.id, now=morning.ends_at), now=morning.ends_at
    )
    assert presence.slot_of(morning.id, first.id, now=EVENING).minutes.done == 210, "both signatures are there"


def test_who_was_called_absent_too_early_signs_and_the_trainer_says_again(school):
    morning, _ = school.sessions
    late, *others = school.enrolments
    school.sign(morning, *others)
    closing.close(session_id=morning.id, actor_id=school.samir.id, now=local(TUESDAY, time(9, 30)))
    school.sign(morning, late, at=local(TUESDAY, time(12, 55)))

    assert presence.slot_of(morning.id, late.id, now=EVENING).minutes == Minutes(210, to_regularise=210)
    assert school.close(morning).countersigned == 1
    assert sound(school)
    assert presence.slot_of(morning.id, late.id, now=EVENING).minutes.done == 210


def test_tolerance_of_five_minutes(session):
    school = make_class(people=2, tolerance=5)
    morning, _ = school.sessions
    four, six = school.enrolments
    school.sign(morning)
    school.close(morning, {four.id: Mark(is_present=True, late=4), six.id: Mark(is_present=True, late=6)})

    assert presence.slot_of(morning.id, four.id, now=EVENING).minutes.done == 210
    assert presence.slot_of(morning.id, six.id, now=EVENING).minutes == Minutes(210, done=204, unjustified=6)


# ---------------------------------------------------------------- who, when, with which code


def test_the_window_opens_ten_minutes_before_and_closes_thirty_after(school):
    morning, afternoon = school.sessions

    def sign(session, hour: time, day=TUESDAY, person=0):
        now = local(day, hour)
        member_id = school.enrolments[person].member_id
        signing.sign(session_id=session.id, member_id=member_id, code=signing.code_of(session.id, now=now), now=now)

    assert refused(sign, morning, time(8, 45)) == ["signature_not_open"]
    assert refused(sign, afternoon, time(9)) == refused(sign, morning, time(9), TUESDAY - timedelta(days=7)) == ["signature_not_open"]
    sign(morning, time(12, 55))
    assert refused(sign, morning, time(12, 56)) == ["already_signed"]
    assert refused(sign, morning, time(13, 2), person=1) == ["signature_over"]
    assert count(school, school.enrolments[1], local(TUESDAY, time(13, 2))) == Minutes(210, to_regularise=210)
    with transaction():
        afternoon.state = "cancelled"
    assert refused(sign, afternoon, time(14)) == ["session_cancelled"]
    assert len(events(school)) == 1


def test_nobody_signs_for_somebody_else(school):
    morning, _ = school.sessions
    stranger = make_class(people=1)
    code = signing.code_of(morning.id, now=morning.starts_at)
    for member_id in (stranger.enrolments[0].member_id, school.samir.id, school.ines.id):
        assert refused(signing.sign, session_id=morning.id, member_id=member_id, code=code, now=morning.starts_at) == ["not_your_session"]
    with transaction() as session:
        session.add(Exemption(enrolment_id=school.enrolments[0].id, session_id=morning.id))
        school.enrolments[1].last_day, school.enrolments[1].exit_half = TUESDAY, "morning"
        school.enrolments[2].first_day = TUESDAY + timedelta(days=1)
    exempt, leaver, newcomer = (enrolment.member_id for enrolment in school.enrolments[:3])
    assert refused(signing.sign, session_id=morning.id, member_id=exempt, code=code, now=morning.starts_at) == ["not_your_session"]
    assert refused(signing.sign, session_id=morning.id, member_id=newcomer, code=code, now=morning.starts_at) == ["not_your_session"]
    afternoon = school.sessions[1]
    code = signing.code_of(afternoon.id, now=afternoon.starts_at)
    assert refused(signing.sign, session_id=afternoon.id, member_id=leaver, code=code, now=afternoon.starts_at) == ["not_your_session"]


def test_five_wrong_codes_lock_the_signature_until_the_trainer_looks(school):
    morning, _ = school.sessions
    person, now = school.enrolments[0], morning.starts_at
    old = signing.code_of(morning.id, now=now)
    later = now + timedelta(seconds=95)
    sign = {"session_id": morning.id, "member_id": person.member_id}
    assert [refused(signing.sign, **sign, code=old, now=later) for _ in range(4)] == [["wrong_code"]] * 4
    assert refused(signing.sign, **sign, code=old, now=later) == ["signature_locked"]
    good = signing.code_of(morning.id, now=later)
    assert refused(signing.sign, **sign, code=good, now=later) == ["signature_locked"], "even with the right one"
    assert presence.slot_of(morning.id, person.id, now=later).is_locked

    signing.unlock(session_id=morning.id, enrolment_id=person.id, actor_id=school.samir.id, now=later)
    signing.sign(**sign, code=good, now=later)
    assert presence.slot_of(morning.id, person.id, now=later).signed_at == later


def test_a_personal_link_works_once_and_for_its_own_person(school):
    morning, now = school.sessions[0], school.sessions[0].starts_at
    person, other = school.enrolments[:2]
    code = signing.code_of(morning.id, now=now)
    make = {"session_id": morning.id, "enrolment_id": person.id, "actor_id": school.samir.id, "now": now}
    replaced, token = signing.make_link(**make), signing.make_link(**make)

    assert refused(signing.sign_by_link, token=replaced, code=code, now=now) == ["link_spent"]
    assert refused(signing.sign_by_link, token="nothing", code=code, now=now) == ["link_spent"]
    assert refused(signing.sign_by_link, token=token, code=code, now=now, member_id=other.member_id) == ["link_of_somebody_else"]
    assert refused(signing.sign_by_link, token=token, code="000000", now=now) == ["wrong_code"]
    assert signing.sign_by_link(token=token, code=code, now=now).enrolment_id == person.id
    assert refused(signing.sign_by_link, token=token, code=code, now=now) == ["link_spent"]
    assert refused(signing.make_link, **make) == ["already_signed"]

    token = signing.make_link(**make | {"enrolment_id": other.id})
    assert [refused(signing.sign_by_link, token=token, code="x", now=now) for _ in range(5)][-1] == ["signature_locked"]
    assert refused(signing.sign_by_link, token=token, code=code, now=now) == ["signature_locked"]


# ---------------------------------------------------------------- closing and correcting


def test_only_the_trainer_or_the_head_countersigns_and_not_in_advance(school):
    morning, now = school.sessions[0], school.sessions[0].ends_at
    for who in (school.ines, make_class(people=1).samir, make_class(people=1).claire):
        assert refused(closing.close, session_id=morning.id, actor_id=who.id, now=now) == ["not_your_half_day"]
    assert refused(closing.close, session_id=morning.id, actor_id=school.samir.id, now=local(TUESDAY, time(8, 55))) == ["not_begun"]
    assert closing.close(session_id=morning.id, actor_id=school.claire.id, now=now).absent == 12


def test_a_correction_is_a_new_event_that_cites_the_old_one(school):
    morning, now = school.sessions[0], EVENING
    person, *others = school.enrolments
    school.sign(morning, *others)
    school.close(morning)
    say = {"session_id": morning.id, "enrolment_id": person.id, "actor_id": school.samir.id, "now": now}

    assert refused(closing.mark, **say, mark=Mark(is_present=True, late=20)) == ["reason_missing"]
    closing.mark(**say, mark=Mark(is_present=True, late=20), reason="Erreur de ligne")
    closing.mark(**say, mark=Mark(is_present=True, late=20), reason="Deux fois la même chose")
    last = events(school)[-1]
    assert (last.kind, last.cites_rank) == ("corrected", 12)
    assert last.facts == '{"from":["absent",0,0],"reason":"Erreur de ligne","to":["present",20,0]}'
    assert presence.slot_of(morning.id, person.id, now=now).minutes == Minutes(210, unjustified=20, to_regularise=190), "still unsigned"
    assert refused(closing.mark, **say, mark=Mark(is_present=True, late=200, early=20), reason="Non") == ["times_outside"]
    signer = say | {"enrolment_id": others[0].id}
    assert refused(closing.close, session_id=school.sessions[1].id, actor_id=school.samir.id, now=local(TUESDAY, time(13))) == ["not_begun"]
    assert refused(closing.mark, **signer, mark=Mark(is_present=False)) == ["reason_missing"]
    assert sound(school)


def test_what_does_not_hold_together_is_said_before_closing(session):
    school = make_class(people=3, capacity=2)
    other = make_class(people=1)
    morning = school.sessions[0]
    code = signing.code_of(morning.id, now=morning.starts_at)
    for number, enrolment in enumerate(school.enrolments):
        now = morning.starts_at + timedelta(seconds=20 * number)
        signing.sign(session_id=morning.id, member_id=enrolment.member_id, code=code, now=now, device="one phone" if number else "another")
    with transaction():
        other.sessions[0].trainer_id = school.samir.id
        school.cohort.last_day = school.cohort.first_day = TUESDAY - timedelta(days=1)

    close = {"session_id": morning.id, "actor_id": school.samir.id, "now": morning.ends_at}
    assert refused(closing.close, **close) == ["outside_dates", "trainer_elsewhere", "more_than_places", "one_device"]
    assert refused(closing.close, **close, marks={school.enrolments[0].id: Mark(is_present=False)}) == ["signed_but_absent"]
    assert closing.close(**close, checked=True).countersigned == 3

    holiday = make_class(people=1, days=[date(2027, 5, 6)])
    day = {"session_id": holiday.sessions[0].id, "actor_id": holiday.samir.id, "now": holiday.sessions[0].ends_at}
    assert refused(closing.close, **day) == ["session_on_holiday"]
    with transaction():
        holiday.sessions[0].holiday_reason = "Rattrapage demandé par le groupe"
    assert closing.close(**day).absent == 1


# ---------------------------------------------------------------- sums


def test_a_whole_course_signed_by_month(session):
    school = make_cohort_a(people=1)
    regularly_held(school)
    followed = presence.followed_by(school.enrolments[0].id, now=local(date(2027, 8, 1), time(9)))
    hours = []
    for month in range(2, 8):
        slots = followed.between(date(2027, month, 1), date(2027, month + 1, 1) - timedelta(days=1))
        hours.append(presence.total(slots).done / 60)

    assert hours == [140, 154, 154, 126, 154, 147]
    assert followed.to_date == Minutes(planned=875 * 60, done=875 * 60)
    assert len(followed.slots) == 250
    assert not {slot.day for slot in followed.slots} & CLOSED


def test_who_leaves_keeps_what_was_done_and_who_replaces_was_never_absent_before(session):
    school = make_cohort_a(people=2)
    leaver, replacement = school.enrolments
    regularly_held(school, until=date(2027, 4, 16))
    with transaction() as writing:
        leaver.last_day, leaver.exit_half, leaver.status = date(2027, 4, 16), "morning", "left"
        replacement.first_day, replacement.replaces_id = date(2027, 2, 8), leaver.id
        writing.add_all(Exemption(enrolment_id=replacement.id, session_id=one.id) for one in school.sessions[10:12])
    now = local(date(2027, 8, 1), time(9))
    left = presence.followed_by(leaver.id, now=now).to_date

    assert left == Minutes(planned=22_470, done=22_470), "374,5 h"
    assert round(left.done / (875 * 60) * 100, 1) == 42.8
    assert presence.followed_by(replacement.id, now=now).planned == 833 * 60


# ---------------------------------------------------------------- the evidence


def test_the_database_refuses_to_change_an_event_or_to_write_one_out_of_its_rank(school):
    school.hold(school.sessions[0])
    names = "place_id, cohort_id, rank, at, kind, act, facts, previous_hash, hash, seal"
    again = f"INSERT INTO course_attendance_event ({names}) SELECT place_id, cohort_id, {{}}, at, kind, 'x', facts, {{}}, hash, seal FROM "
    for attack in (
        "UPDATE course_attendance_event SET facts = '{}' WHERE rank = 3",
        "DELETE FROM course_attendance_event WHERE rank = 3",
        "DELETE FROM course_attendance_chain",
        again.format(15, "previous_hash") + "course_attendance_event WHERE rank = 13",
        again.format(14, "previous_hash") + "course_attendance_event WHERE rank = 13",
        again.format(13, "previous_hash") + "course_attendance_event WHERE rank = 13",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(
                sa.text(attack.replace("WHERE", "WHERE cohort_id = :id AND") if "chain" not in attack else attack), {"id": school.cohort.id}
            )
    assert evidence.verify(school.cohort.id) is None


@pytest.mark.parametrize(
    ("attack", "broken"),
    [
        ("UPDATE course_attendance_event SET facts = replace(facts, 'account', 'accounT') WHERE cohort_id = :id AND rank = 5", Break(5, "changed")),
        ("UPDATE course_attendance_event SET enrolment_id = enrolment_id + 1 WHERE cohort_id = :id AND rank = 5", Break(5, "changed")),
        ("DELETE FROM course_attendance_event WHERE cohort_id = :id AND rank = 5", Break(5, "removed")),
        ("DELETE FROM course_attendance_event WHERE cohort_id = :id AND rank = 13", Break(13, "removed")),
        ("UPDATE course_attendance_event SET rank = 11 - rank + 1000 WHERE cohort_id = :id AND rank IN (5, 6)", Break(5, "misplaced")),
        ("UPDATE course_attendance_event SET seal = 'f' || substr(seal, 2) WHERE cohort_id = :id AND rank = 5", Break(5, "forged")),
        ("UPDATE course_attendance_chain SET head = :head, length = 12 WHERE cohort_id = :id", Break(13, "forged")),
    ],
)  # fmt: skip
def test_who_goes_round_the_guards_is_found_out(school, attack, broken):
    school.hold(school.sessions[0])
    _lower_the_guards()
    with transaction() as session:
        session.execute(sa.text(attack), {"id": school.cohort.id, "head": "0" * 64})
        if "1000" in attack:
            session.execute(sa.text("UPDATE course_attendance_event SET rank = rank - 1000 WHERE rank > 1000"))
    assert evidence.verify(school.cohort.id) == broken


def test_each_evening_the_head_of_a_chain_that_grew_is_anchored(app, school):
    school.hold(school.sessions[0])
    assert evidence.anchor(now=local(TUESDAY, time(17))) == 0
    assert evidence.anchor(now=EVENING + timedelta(hours=1)) == 1
    assert evidence.anchor(now=EVENING + timedelta(hours=2)) == 0
    for gesture, statement in (
        ("update", "UPDATE course_attendance_anchor SET cohort_id = cohort_id"),
        ("delete", "DELETE FROM course_attendance_anchor"),
    ):
        with pytest.raises(IntegrityError, match=f"never_{gesture}"), db.session.begin_nested():
            db.session.execute(sa.text(statement))
    assert db.session.get_one(AttendanceChain, school.cohort.id).length == 13
    assert "13 événements dans 1 chaîne." in app.test_cli_runner().invoke(args=["courses", "verify"]).output
    _lower_the_guards()
    with transaction() as session:
        session.execute(sa.text("DELETE FROM course_attendance_event WHERE cohort_id = :id AND rank = 13"), {"id": school.cohort.id})
        before = session.scalar(
            sa.text("SELECT hash FROM course_attendance_event WHERE cohort_id = :id AND rank = 12"), {"id": school.cohort.id}
        )
        session.execute(
            sa.text("UPDATE course_attendance_chain SET length = 12, head = :h WHERE cohort_id = :id"),
            {"h": before, "id": school.cohort.id},
        )
    assert evidence.verify(school.cohort.id) == Break(13, "removed"), "what was mailed remembers it"
    assert len(list(checks.states(db.session()))) == 12
    told = app.test_cli_runner().invoke(args=["courses", "verify"])
    assert (told.exit_code, "événement 13" in told.output) == (1, True)


def _lower_the_guards() -> None:
    """What somebody who owns the database can do."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text("ALTER TABLE course_attendance_event DISABLE TRIGGER USER"))
        else:
            for name in ("never_update", "never_delete", "follows_insert"):
                session.execute(sa.text(f"DROP TRIGGER course_attendance_event_{name}"))


# ---------------------------------------------------------------- absences, alerts, evenings


def test_an_absence_is_justified_by_its_category_and_that_can_be_taken_back(school):
    morning = school.sessions[0]
    person = school.enrolments[0]
    school.sign(morning, *school.enrolments[1:])
    school.close(morning)
    pair = {"session_id": morning.id, "enrolment_id": person.id, "actor_id": school.claire.id, "now": EVENING}
    assert refused(absences.justify, **pair, category="flemme") == ["unknown_category"]
    absences.justify(**pair, category="illness")
    absences.justify(**pair, category="illness")
    assert presence.slot_of(morning.id, person.id, now=EVENING).minutes == Minutes(210, justified=210)
    assert refused(absences.withdraw, **pair, reason=" ") == ["reason_missing"]
    absences.withdraw(**pair, reason="Pièce refusée")
    assert presence.slot_of(morning.id, person.id, now=EVENING).minutes == Minutes(210, unjustified=210)
    assert [event.kind for event in events(school)][-2:] == ["justified", "unjustified"]
    present = pair | {"enrolment_id": school.enrolments[1].id}
    assert refused(absences.justify, **present, category="illness") == ["nothing_missed"]
    assert sound(school)


def test_absence_is_told_at_five_and_ten_per_cent_once_each_and_shown_to_whom_it_concerns(session, log_in, frozen):
    school = make_cohort_a(people=1)
    person, elapsed = school.enrolments[0], school.sessions[:50]
    with transaction() as writing:
        writing.add_all(
            Attendance(
                enrolment_id=person.id, session_id=one.id, place_id=school.place.id, state="absent" if number in (4, 20, 40) else "present"
            )
            for number, one in enumerate(elapsed)
        )
    now = elapsed[-1].ends_at
    assert presence.followed_by(person.id, now=now).to_date.planned == 175 * 60
    assert [(alert.level, alert.unjustified) for alert in absences.warn(school.cohort.id, now=now)] == [("level1", 630)], "6,0 %"
    assert absences.warn(school.cohort.id, now=now) == []
    with transaction() as writing:
        for number in (6, 30):
            writing.get_one(Attendance, (person.id, elapsed[number].id)).state = "absent"
    assert [alert.level for alert in absences.warn(school.cohort.id, now=now)] == ["level2"], "17 h 30 are 10,0 %"
    assert absences.warn(school.cohort.id, now=now) == []

    frozen((now + timedelta(minutes=1)).isoformat())
    own, hours, board = (
        "/courses/attendance",
        f"/courses/cohorts/{school.cohort.id}/attendance",
        f"/manage/courses/cohorts/{school.cohort.id}/board",
    )
    told = ["10 h 30 sans justification, sur 175 h 00 prévues", "17 h 30 sans justification, sur 175 h 00 prévues"]
    for member, page in ((person.member, own), (school.claire, hours), (school.claire, board), (school.ines, hours), (school.ines, board)):
        assert [text_of(log_in(member).get(page)).count(one) for one in told] == [1, 1], page
    for page in (hours, board):
        assert "Alertes d’absence" not in log_in(school.samir).get(page).text, "a trainer sees the minutes of their own half-days"


def test_each_evening_people_hear_of_what_is_missing_once(school):
    morning, afternoon = school.sessions
    first, *others = school.enrolments
    school.sign(morning)
    school.close(morning)
    school.sign(afternoon, *others)
    assert absences.evening(now=local(TUESDAY, time(17, 45))) == 0
    assert absences.evening(now=EVENING) == 2
    assert absences.evening(now=EVENING + timedelta(minutes=1)) == 0
    queued = sa.select(OutgoingMail.kind, OutgoingMail.member_id).order_by(OutgoingMail.id)
    asked = [tuple(row) for row in db.session.execute(queued) if row.kind.startswith("attendance")]
    assert asked == [("attendance.countersign_due", school.samir.id), ("attendance.unsigned", first.member_id)]
    assert [(one.id, people) for one, people in occasions.to_countersign(now=EVENING, place_id=school.place.id, since=TUESDAY)] == [
        (afternoon.id, 12)
    ]
