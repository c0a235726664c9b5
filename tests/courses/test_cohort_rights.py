"""What a cohort gives in the lieu: to whoever follows it that day, and to nobody else."""

from datetime import date, time

import sqlalchemy as sa

from app.billing import queries as billing
from app.billing.models import Lot
from app.core import clock
from app.core.journal import deliver
from app.core.period import Period
from app.courses import services
from app.fablab import queries as fablab
from app.fablab.queries.clearances import Needed
from app.fablab.rules.clearances import standing
from app.wiring import READERS
from tests.courses.cohorts import local
from tests.courses.test_pages import send
from tests.factories import book, book_half, make_clearance_type, make_machine, make_thing, price
from tests.pages import text_of


def test_desks_machines_and_clearances_follow_who_follows_the_cohort(course, session, log_in, frozen):
    frozen("2027-01-20T10:00+01:00")
    cohort = course.cohort()
    course.pour(cohort)
    laser = make_clearance_type(course.place, "Découpe laser")
    gesture = {"actor_id": course.manager.id, "now": clock.now()}
    kevin = course.trainee(cohort, "Kevin")
    late = course.trainee(cohort, "Maud", first_day=date(2027, 3, 8))
    services.leave(kevin.id, last_day=date(2027, 4, 16), half="morning", reason="job", **gesture)

    here, page = f"/manage/courses/cohorts/{cohort.id}/rights", log_in(course.manager)
    given = text_of(send(page, here, half_days="40", hours="20"))
    assert "0 / 40" in given and given.count("0 / 40") == 6  # February to July
    assert "Découpe laser" in text_of(page.post(f"{here}/clearances", data={"clearance_type_id": laser.id}, follow_redirects=True))
    assert page.post(f"{here}/clearances", data={"clearance_type_id": laser.id}).status_code == 422
    assert page.post(here, data={"half_days": "-1", "hours": "3"}).status_code == 422

    def has(enrolment, day: str) -> tuple[int, int, bool]:
        on = date.fromisoformat(day)
        left = billing.balances(enrolment.member, place_id=course.place.id, on=on)
        rights = fablab.rights(enrolment.member_id, Needed(laser.id, laser.name, laser.policy, laser.months), zone=course.place.tz)
        return left.half_days, left.minutes, bool(standing(rights, on))

    everything, nothing = (40, 1200, True), (0, 0, False)
    assert [has(kevin, day) for day in ("2027-01-31", "2027-02-01", "2027-04-16", "2027-04-17")] == [
        nothing,
        everything,
        everything,
        nothing,
    ]
    assert [has(late, day) for day in ("2027-03-07", "2027-03-08", "2027-07-30", "2027-07-31")] == [
        nothing,
        everything,
        everything,
        nothing,
    ]

    services.change_cohort(cohort.id, last_day=date(2027, 8, 31), **gesture)
    assert (has(late, "2027-07-31"), has(late, "2027-08-31"), has(kevin, "2027-08-31")) == (everything, everything, nothing)
    services.change_cohort(cohort.id, last_day=date(2027, 7, 30), **gesture)
    assert (has(late, "2027-07-30"), has(late, "2027-08-02")) == (everything, nothing)

    machine = make_machine(course.place, clearance=laser)
    gone = course.trainee(cohort, "Noé")
    days = (date(2027, 2, 9), date(2027, 2, 16))
    desk = make_thing(course.place, "A1")
    price(course.place, "desk", "half_day", 900)
    booked = [book(machine, Period(local(day, time(14)), local(day, time(15))), gone.member) for day in days]
    booked += [book_half(desk, day.isoformat(), "morning", gone.member) for day in days]
    held = sa.select(sa.func.sum(Lot.held)).where(Lot.group_id == cohort.group_id, Lot.unit == "half_day")
    assert session.scalar(held) == 2
    services.leave(gone.id, last_day=date(2027, 2, 12), half=None, reason="job", **gesture)
    deliver(READERS, now=clock.now())
    for one in booked:
        session.refresh(one)
    assert [one.status for one in booked] == ["confirmed", "cancelled"] * 2, "what only the cohort allowed or gave ends with it"
    assert (booked[3].cancel_reason, session.scalar(held)) == (cohort.name, 1)

    lower = text_of(send(page, here, half_days="10", hours="0"))
    assert (lower.count("1 / 10"), lower.count("0 / 10")) == (1, 5) and has(late, "2027-03-08")[:2] == (10, 0)
    assert log_in(course.samir).get(here).status_code == 200 and log_in(course.samir).post(here, data={}).status_code == 404
    assert log_in(late.member).get(here).status_code == 404
