"""What a cohort gives in the lieu: to whoever follows it that day, and to nobody else."""

import re
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


def test_a_cohort_that_ends_sooner_gives_back_what_was_booked_on_its_rights_beyond(course, session, log_in, frozen, post):
    """Twenty half-days a month until 30 July; ending on 16 July, then on 31 August: what each one booked, and what is left to share."""
    frozen("2027-01-20T10:00+01:00")
    cohort, gesture = course.cohort(), {"actor_id": course.manager.id, "now": clock.now()}
    julie, kevin = (course.trainee(cohort, name) for name in ("Julie", "Kevin"))
    services.leave(kevin.id, last_day=date(2027, 7, 23), half=None, reason="job", **gesture)
    laser = make_clearance_type(course.place, "Découpe laser")
    machine, desk = make_machine(course.place, clearance=laser), make_thing(course.place, "A1")
    price(course.place, "desk", "half_day", 900)
    rights, page = f"/manage/courses/cohorts/{cohort.id}/rights", log_in(course.manager)
    send(page, rights, half_days="20", hours="0")
    page.post(f"{rights}/clearances", data={"clearance_type_id": laser.id})
    frozen("2027-07-05T10:00+02:00")
    mornings = [book_half(desk, day, "morning", julie.member) for day in ("2027-07-15", "2027-07-20")]
    mornings.append(book_half(desk, "2027-07-22", "morning", kevin.member))
    hours = [
        book(machine, Period(local(day, time(14)), local(day, time(15))), julie.member) for day in (date(2027, 7, 16), date(2027, 7, 19))
    ]
    paid = book_half(desk, "2027-08-03", "morning", julie.member)  # beyond the cohort already: her own money
    post()

    settings = f"/manage/courses/cohorts/{cohort.id}/settings"
    send(log_in(course.manager), settings, weekdays=[0, 1, 2, 3, 4], last_day="2027-07-16")
    told = [
        (letter["To"].addresses[0].username[:5], re.findall(r"(\d\d)\sjuillet", letter.get_body(("plain",)).get_content())[0])
        for letter in post()
    ]
    for one in (*mornings, *hours, paid):
        session.refresh(one)
    assert [one.status for one in (*mornings, *hours, paid)] == [
        "confirmed",
        "cancelled",
        "cancelled",
        "confirmed",
        "cancelled",
        "confirmed",
    ]
    assert sorted(told) == [("julie", "19"), ("julie", "20"), ("kevin", "22")]
    lots = sa.select(Lot.valid_to, Lot.granted, Lot.held + Lot.used).where(
        Lot.group_id == cohort.group_id, Lot.valid_to >= date(2027, 7, 1)
    )
    assert session.execute(lots).all() == [(date(2027, 7, 16), 20, 1)], "each unit went back to its lot, and nobody was fined"
    assert billing.balances(julie.member, place_id=course.place.id, on=date(2027, 7, 19)).half_days == 0

    send(log_in(course.manager), settings, weekdays=[0, 1, 2, 3, 4], last_day="2027-08-31")
    send(log_in(course.manager), settings, weekdays=[0, 1, 2, 3, 4], last_day="2027-07-30")
    send(log_in(course.manager), settings, weekdays=[0, 1, 2, 3, 4], last_day="2027-08-31")
    left = [billing.balances(julie.member, place_id=course.place.id, on=day).half_days for day in (date(2027, 7, 30), date(2027, 8, 31))]
    assert left == [19, 20], "what a first change took back is not what the months before were given"


def test_a_cohort_never_ends_before_what_is_planned_for_it(course, log_in):
    """Poured to 30 July 2027: ending on the 23rd would leave ten half-days beyond, from Monday 26."""
    cohort = course.cohort()
    course.pour(cohort)
    page, settings = log_in(course.manager), f"/manage/courses/cohorts/{cohort.id}/settings"
    refused = send(page, settings, weekdays=[0, 1, 2, 3, 4], last_day="2027-07-23")
    assert refused.status_code == 422
    assert "10 séances sont encore prévues après le vendredi 23 juillet, la première le lundi 26 juillet" in text_of(refused)
    assert send(page, settings, weekdays=[0, 1, 2, 3, 4], last_day="2027-08-06").status_code == 200
    assert send(page, settings, weekdays=[0, 1, 2, 3, 4], last_day="2027-07-30").status_code == 200
