"""Cohorts and their timetable: the numbers of the examples, the room held by the engine, sessions that move."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.booking.models import Booking, Occupancy, Resource
from app.core import clock
from app.core.db import transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.models import Cohort, CourseSession
from app.place.services import touch_settings
from app.web import words
from tests.factories import between, book, make_member, make_thing, paris
from tests.pages import text_of


def refused_by(gesture) -> Refused:
    with pytest.raises(Refused) as refused:
        gesture()
    return refused.value


def sessions(cohort) -> list[queries.Slot]:
    return queries.timetable(cohort.id)


def session_on(session, cohort, day: str, half: str) -> CourseSession:
    return session.scalars(
        sa.select(CourseSession).where(
            CourseSession.cohort_id == cohort.id, CourseSession.day == date.fromisoformat(day), CourseSession.half == half,
            CourseSession.state == "planned",
        )
    ).one()  # fmt: skip


def test_cohort_a_is_poured_in_125_days_and_a_coworker_finds_its_room_taken(course, session):
    cohort = course.cohort()

    preview = services.preview_pouring(cohort.id, trainer_id=course.samir.id, actor_id=course.manager.id, now=clock.now())
    plan, without_room = course.pour(cohort, trainer=course.samir)

    assert preview.is_clear and preview.pouring == plan
    assert (plan.days, len(plan.sessions), plan.minutes) == (125, 250, 875 * 60)
    assert (plan.days_before, plan.days_in_company, plan.days_after) == (81, 25, 19)
    assert (plan.missing_minutes, plan.proposed_last_day, without_room) == (0, None, {})
    assert [day.isoformat() for day, _why in plan.skipped] == ["2027-03-29", "2027-05-06", "2027-05-07", "2027-05-17", "2027-07-14"]
    slots = sessions(cohort)
    assert (len(slots), sum(slot.minutes for slot in slots if slot.where == "centre"), len([s for s in slots if s.where == "company"])) == (
        *(250, 700 * 60, 50),
    )
    assert {slot.where for slot in slots if date(2027, 5, 31) <= slot.day <= date(2027, 7, 2)} == {"company"}
    assert all(slot.has_room == (slot.where == "centre") for slot in slots)
    assert session.scalar(sa.select(sa.func.count(Occupancy.id)).where(Occupancy.holder == "session")) == 200

    refused = refused_by(lambda: book(course.room, between("2027-02-02", "10:00", "11:00"), make_member()))
    assert refused.codes == ["blocked_by_session"]
    assert refused_by(lambda: course.pour(cohort)).codes == ["already_poured"]
    assert session.scalar(sa.select(sa.func.count(JournalEntry.id)).where(JournalEntry.event == "booking.confirmed")) == 200

    services.unpour(cohort.id, actor_id=course.manager.id, now=clock.now())
    assert book(course.room, between("2027-02-02", "10:00", "11:00"), make_member()).status == "confirmed"


def test_cohort_b_misses_fourteen_hours_and_its_end_is_proposed(course):
    cohort = course.cohort_b()

    plan = services.preview_pouring(cohort.id, trainer_id=None, actor_id=course.manager.id, now=clock.now()).pouring
    assert (plan.days, plan.minutes / 60, plan.missing_minutes / 60, plan.proposed_last_day) == (123, 861, 14, date(2028, 3, 7))

    services.change_cohort(cohort.id, last_day=date(2028, 3, 7), actor_id=course.manager.id, now=clock.now())
    plan, _ = course.pour(cohort)
    assert (plan.days, plan.minutes / 60, plan.missing_minutes) == (125, 875, 0)
    assert sum(one.day.year == 2027 for one in plan.sessions) == 2 * 78


def test_a_room_too_small_a_trainer_elsewhere_a_holiday_are_refused_by_their_name(app, course, session):
    small = make_thing(course.place, "petite", kind="room", name="Petite salle", capacity=10)
    with app.test_request_context():
        too_small = refused_by(lambda: course.cohort("S", room_id=small.id))
        assert "12 personnes pour 10 places" in words.said(too_small.reasons[0]).replace("\u00a0", " ")

        cohort = course.cohort()
        course.pour(cohort, trainer=course.samir)
        other_room = make_thing(course.place, "atelier", kind="room", name="Atelier", capacity=14)
        other = course.cohort("C", "2027-02-01", "2027-07-30", room_id=other_room.id)
        elsewhere = refused_by(lambda: course.pour(other, trainer=course.samir)).reasons[0]
        assert elsewhere.code == "trainer_elsewhere"
        assert "de 9 h à 12 h 30 : séance « Faire promotion » de Promotion A" in words.said(elsewhere).replace("\u00a0", " ")
        course.pour(other)
        taught = session_on(session, other, "2027-02-02", "morning")
        given = refused_by(
            lambda: services.give_session(taught.id, trainer_id=course.samir.id, actor_id=course.manager.id, now=clock.now())
        )
        assert given.codes == ["trainer_elsewhere"]

        moved = session_on(session, cohort, "2027-05-05", "morning")
        holiday = refused_by(lambda: course.move(moved, "2027-05-06", "morning"))
        assert holiday.codes == ["session_on_holiday"]
        closed = refused_by(lambda: course.move(moved, "2027-05-07", "morning", holiday_reason="rattrapage"))
        assert closed.codes == ["session_on_closure"]
        outside = refused_by(lambda: course.move(moved, "2027-08-02", "morning"))
        assert outside.codes == ["session_outside"]

    assert course.move(moved, "2027-05-06", "morning", holiday_reason="rattrapage demandé par tous").holiday_reason
    assert session.get_one(Booking, moved.booking_id).starts_at == paris("2027-05-06 09:00")


def test_what_others_booked_is_said_before_pouring_and_a_cohort_may_do_without(course, session):
    book(course.room, between("2027-02-03", "14:00", "15:00"), make_member(), actor=course.manager)
    cohort = course.cohort()

    preview = services.preview_pouring(cohort.id, trainer_id=None, actor_id=course.manager.id, now=clock.now())
    assert [(period.starts_at, why[0].code) for period, why in preview.rooms.items()] == [(paris("2027-02-03 13:30"), "overlap")]
    assert refused_by(lambda: course.pour(cohort)).codes == ["rooms_taken", "overlap"]
    assert sessions(cohort) == []
    with transaction():
        session.get_one(Resource, course.room.id).capacity = 10
        touch_settings(course.place.id)
    small = services.preview_pouring(cohort.id, trainer_id=None, actor_id=course.manager.id, now=clock.now())
    assert ([why.code for why in small.refusals], len(small.rooms)) == (["room_too_small"], 1)  # every reason at once
    with transaction():
        session.get_one(Resource, course.room.id).capacity = 14
        touch_settings(course.place.id)

    _plan, without = course.pour(cohort, despite=True)
    assert len(without) == 1
    assert [slot.starts_at for slot in sessions(cohort) if slot.needs_room] == [paris("2027-02-03 13:30")]


def test_a_session_moved_swapped_or_cancelled_is_the_same_event_further_on(course, session):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    first, second = (session_on(session, cohort, "2027-02-01", half) for half in ("morning", "afternoon"))
    uids, titles = (first.uid, second.uid), (first.sequence_id, second.sequence_id)

    services.swap_sessions(first.id, second.id, actor_id=course.manager.id, now=clock.now())
    assert (first.half, second.half) == ("afternoon", "morning")
    assert (first.uid, second.uid, first.sequence_no, second.sequence_no) == (*uids, 1, 1)
    assert (first.sequence_id, second.sequence_id) == titles
    assert session.get_one(Booking, first.booking_id).starts_at == first.starts_at == paris("2027-02-01 13:30")

    refused = refused_by(lambda: course.move(first, "2027-02-01", "morning"))
    assert refused.codes == ["half_taken", "trainer_elsewhere"]
    assert session.get_one(CourseSession, first.id).sequence_no == 1

    services.cancel_session(second.id, reason="formateur malade", actor_id=course.manager.id, now=clock.now())
    assert (second.state, second.sequence_no) == ("cancelled", 2)
    assert session.get_one(Booking, second.booking_id).status == "cancelled"
    assert queries.poured_minutes(cohort.id) == 875 * 60 - 210
    course.move(first, "2027-02-01", "morning")
    assert (first.sequence_no, first.uid) == (2, uids[0])
    again = services.add_session(
        cohort.id,
        sequence_id=second.sequence_id,
        day=date(2027, 2, 1),
        half="afternoon",
        trainer_id=course.samir.id,
        room_id=course.room.id,
        actor_id=course.manager.id,
        now=clock.now(),
    )
    assert again.uid != uids[1]
    assert queries.poured_minutes(cohort.id) == 875 * 60
    assert refused_by(lambda: book(course.room, between("2027-02-01", "15:00", "16:00"), make_member())).codes == ["blocked_by_session"]


def test_what_has_begun_no_longer_moves(course, session, frozen):
    cohort = course.cohort()
    course.pour(cohort)
    first, second = (session_on(session, cohort, "2027-02-01", half) for half in ("morning", "afternoon"))
    frozen("2027-02-01T09:05+01:00")

    assert refused_by(lambda: course.move(first, "2027-02-06", "morning")).codes == ["session_begun"]
    assert refused_by(
        lambda: services.swap_sessions(second.id, first.id, actor_id=course.manager.id, now=clock.now())
    ).codes == ["session_begun"]  # fmt: skip
    services.start_cohort(cohort.id, actor_id=course.manager.id, now=clock.now())
    started = refused_by(lambda: services.change_cohort(cohort.id, first_day=date(2027, 2, 2), actor_id=course.manager.id, now=clock.now()))
    assert started.codes == ["cohort_started"]
    assert refused_by(lambda: services.unpour(cohort.id, actor_id=course.manager.id, now=clock.now())).codes == ["cohort_started"]


def test_a_week_on_site_and_three_at_home_take_the_room_one_week_in_four(course):
    cohort = course.cohort(cycle_weeks=4, weeks_on_site=1)

    plan, _ = course.pour(cohort)

    days = {one.day: one.where for one in plan.sessions}
    assert days[date(2027, 2, 1)] == days[date(2027, 3, 1)] == "centre"
    assert {days[date(2027, 2, 8) + timedelta(weeks=week)] for week in range(3)} == {"distance"}
    assert {slot.room for slot in sessions(cohort) if slot.where == "distance"} == {""}


def test_weeks_on_site_may_be_said_one_by_one(course, log_in):
    """One week a month, not always its first, each said by any of its days: 5 + 5 + 5 + 3 (6 and 7 May are off) + 5 days."""
    fields = {"name": "Promotion D", "code": "D", "programme_version_id": course.version.id, "first_day": "2027-02-01", "last_day": "2027-07-30",
              "company_first_day": "2027-05-31", "company_last_day": "2027-07-02", "room_id": course.room.id, "capacity": 12,
              "weekdays": [0, 1, 2, 3, 4], "cycle_weeks": 4, "weeks_on_site": 1, "tolerance_minutes": 0}  # fmt: skip
    said = "03/02/2027, 2027-03-08 07/04/2027; 2027-05-03, 2027-07-09, 2027-07-05"
    manager, new = log_in(course.manager), "/manage/courses/cohorts/new"

    assert "dans les dates de la promotion" in text_of(manager.post(new, data=fields | {"site_weeks": "2027-08-02"}))
    assert "Écrivez la date comme" in text_of(manager.post(new, data=fields | {"site_weeks": "la première"}))
    assert manager.post(new, data=fields | {"site_weeks": said}).status_code == 302
    [cohort] = [one for one in queries.cohorts(course.place.id) if one.code == "D"]
    row = queries.cohort(cohort.id, course.place.id)
    assert row.site_weeks == ["2027-02-01", "2027-03-08", "2027-04-05", "2027-05-03", "2027-07-05"]
    settings = manager.get(f"/manage/courses/cohorts/{cohort.id}/settings").text
    assert 'value="2027-02-01, 2027-03-08, 2027-04-05, 2027-05-03, 2027-07-05"' in settings

    services.set_closures(row.id, [(date(2027, 5, 7), date(2027, 5, 7), "pont")], actor_id=course.manager.id, now=clock.now())
    plan, _ = course.pour(row)
    on_site = {one.day for one in plan.sessions if one.where == "centre"}
    assert len(on_site) == 5 + 5 + 5 + 3 + 5
    assert {day.isocalendar().week for day in on_site} == {5, 10, 14, 18, 27}
    assert {slot.room != "" for slot in sessions(row) if slot.day in on_site} == {True}
    assert {slot.room for slot in sessions(row) if slot.where == "distance"} == {""}
    kept = manager.post(f"/manage/courses/cohorts/{cohort.id}/settings", data=fields | {"site_weeks": ", ".join(row.site_weeks)})
    assert kept.status_code == 302, "said again the same, once poured"
    assert manager.post(f"/manage/courses/cohorts/{cohort.id}/settings", data=fields | {"site_weeks": ""}).status_code == 422


def test_hours_before_and_after_the_clocks_change_are_those_on_the_wall(course, session):
    cohort = course.cohort()
    course.pour(cohort)

    before, after = (session_on(session, cohort, day, "morning").starts_at for day in ("2027-03-26", "2027-03-30"))

    assert (before.isoformat(), after.isoformat()) == ("2027-03-26T08:00:00+00:00", "2027-03-30T07:00:00+00:00")


def test_a_closed_cohort_changes_no_more(course, session):
    cohort = course.cohort()
    course.pour(cohort)
    services.close_cohort(cohort.id, actor_id=course.manager.id, now=clock.now())

    refused = refused_by(lambda: course.move(session_on(session, cohort, "2027-02-01", "morning"), "2027-07-30", "morning"))
    assert refused.codes == ["cohort_closed"]
    with transaction():
        assert session.get_one(Cohort, cohort.id).state == "closed"
