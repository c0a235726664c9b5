"""Many at once, on two processes: exactly one has it, the others are told so, nobody is told anything wrong."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from app.billing.models import Charge, Lot, LotEntry
from app.booking import services
from app.booking.models import OCCUPYING, Booking, Occupancy, Series, SeriesDate
from app.core import clock
from app.core.db import db
from app.core.journal import JournalEntry
from app.place.models import Place
from tests.api.partner import token_for
from tests.factories import give_half_days, make_member
from tests.race.conftest import House, at
from tests.race.crowd import Ask, Crowd, Told

pytestmark = pytest.mark.race

TEN, HOUR = 600, 60

# What each client of a round asks, in minutes of the day: all of these overlap one another.
OVERLAPPING = {
    "same": lambda _: (TEN, TEN + HOUR),
    "shifted": lambda client: (TEN - 30 + 15 * (client % 4), TEN + 30 + 15 * (client % 4)),
    "nested": lambda client: (TEN - 30 * (client % 4), TEN + HOUR + 30 * (client % 4)),
}


def book(token: str, resource_id: int, day: date, start: int, end: int, *, key: str = "") -> Ask:
    return Ask(token, "POST", "/bookings", {"resource_id": resource_id, "start": at(day, start), "end": at(day, end)}, key)


def accepted(told: list[Told]) -> list[Told]:
    """Who has it; everybody else was told that it is taken, and nothing else."""
    assert {one.status for one in told} <= {201, 409}, [one.content for one in told if one.status not in (201, 409)]
    return [one for one in told if one.status == 201]


@pytest.mark.parametrize("shape", OVERLAPPING)
def test_one_of_many_has_the_room(house: House, crowd: Crowd, rounds: int, clients: int, shape: str):
    room = house.new_room()
    for _ in range(rounds):
        day = house.new_day()
        told = crowd.at_once(
            [book(token, room.id, day, *OVERLAPPING[shape](client)) for client, token in enumerate(house.tokens[:clients])]
        )

        assert len(accepted(told)) == 1
        assert {code for one in told if one.status == 409 for code in one.codes} == {"overlap"}
    assert house.faults() == []


def test_two_that_follow_one_another_are_both_had(house: House, crowd: Crowd, rounds: int, clients: int):
    room = house.new_room()
    for _ in range(rounds):
        day = house.new_day()
        told = crowd.at_once(
            [
                book(token, room.id, day, TEN + HOUR * (client % 2), TEN + HOUR * (client % 2 + 1))
                for client, token in enumerate(house.tokens[:clients])
            ]
        )

        assert {one.body["start"] for one in accepted(told)} == {at(day, TEN), at(day, TEN + HOUR)}
        assert len(accepted(told)) == 2
    assert house.faults() == []


def test_eight_seats_go_to_eight_of_many(house: House, crowd: Crowd, rounds: int):
    for _ in range(rounds):
        day = house.new_day()
        told = crowd.at_once([book(token, house.pool.id, day, 510, 780) for token in house.tokens])

        assert len({one.body["resource_id"] for one in accepted(told)}) == 8 == len(accepted(told))
        assert {code for one in told if one.status == 409 for code in one.codes} == {"full"}
    assert house.faults() == []


def test_five_credits_pay_for_five_and_never_for_more(house: House, crowd: Crowd, rounds: int):
    for _ in range(rounds):
        with house.app.app_context():
            member = make_member()
            lot = give_half_days(db.session.get_one(Place, house.poor_pool.place_id), member, 5)
            token = token_for(member)
        told = crowd.at_once([book(token, house.poor_pool.id, house.new_day(), 510, 780) for _ in range(8)])

        assert sorted(one.status for one in told) == [201] * 5 + [422] * 3, [one.content for one in told]
        assert {code for one in told if one.status == 422 for code in one.codes} == {"balance"}
        with house.app.app_context():
            row = db.session.get_one(Lot, lot)
            assert (row.granted, row.held, row.used) == (5, 5, 0)
            assert db.session.scalar(sa.select(sa.func.sum(LotEntry.units)).where(LotEntry.lot_id == lot, LotEntry.kind == "hold")) == 5
    assert house.faults() == []


def test_the_same_key_four_times_at_once_is_one_booking_and_one_answer(house: House, crowd: Crowd, rounds: int):
    room = house.new_room()
    for number in range(rounds):
        token, day = house.tokens[number % len(house.tokens)], house.new_day()
        told = crowd.at_once([book(token, room.id, day, TEN, TEN + HOUR, key=f"{room.id}-{number}")] * 4)

        assert [one.status for one in told] == [201] * 4, [one.content for one in told]
        assert len({one.content for one in told}) == 1
    with house.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Booking.id)).where(Booking.resource_id == room.id)) == rounds
        mine = sa.select(Booking.id).where(Booking.resource_id == room.id)
        lines = sa.select(sa.func.count()).where(JournalEntry.event == "booking.confirmed", JournalEntry.subject_id.in_(mine))
        assert db.session.scalar(lines) == rounds
        assert db.session.scalar(sa.select(sa.func.count(Charge.id)).where(Charge.label == room.name)) == rounds
    assert house.faults() == []


def test_booking_moving_and_cancelling_together_leave_everything_true(house: House, crowd: Crowd, rounds: int):
    """Sixteen people, three rooms, one day: each books, moves and cancels at random."""
    rooms, dice = [house.new_room() for _ in range(3)], random.Random(7)
    mine: list[list[int]] = [[] for _ in range(16)]
    for _ in range(max(1, rounds // 4)):
        day = house.new_day()
        asks = [[_something(dice, token, rooms, day, mine[client]) for _ in range(5)] for client, token in enumerate(house.tokens[:16])]
        for client, told in enumerate(crowd.each_in_turn(asks)):
            assert {one.status for one in told} <= {200, 201, 404, 409, 422}, [one.content for one in told]
            mine[client] += [one.body["id"] for one in told if one.status == 201]
    assert house.faults() == []
    with house.app.app_context():
        ids = [room.id for room in rooms]
        _no_two_at_once(ids)
        bookings = db.session.scalars(sa.select(Booking).where(Booking.resource_id.in_(ids))).all()
        due = {row.ref: row.cents for row in db.session.execute(sa.select(Charge.ref, Charge.cents))}
        for one in bookings:
            refs = {ref: cents for ref, cents in due.items() if ref == f"booking:{one.id}" or ref.startswith(f"booking:{one.id}:")}
            expected = one.price_cents if one.status in OCCUPYING else 0
            assert sum(refs.values()) == expected, (one.id, one.status, refs)


def _something(dice: random.Random, token: str, rooms: list, day: date, mine: list[int]) -> Ask:
    start = dice.randrange(8 * 60, 18 * 60, 30)
    chance = dice.random()
    if mine and chance < 0.3:
        return Ask(
            token, "PATCH", f"/bookings/{dice.choice(mine)}", {"start": at(day, start), "end": at(day, start + dice.choice((30, 60, 90)))}
        )
    if mine and chance < 0.5:
        return Ask(token, "DELETE", f"/bookings/{dice.choice(mine)}")
    return book(token, dice.choice(rooms).id, day, start, start + dice.choice((30, 60, 90)))


def _no_two_at_once(resource_ids: list[int]) -> None:
    rows = db.session.execute(
        sa.select(Occupancy.resource_id, Occupancy.starts_at, Occupancy.ends_at)
        .where(Occupancy.active, Occupancy.resource_id.in_(resource_ids))
        .order_by(Occupancy.resource_id, Occupancy.starts_at)
    ).all()
    for before, after in pairwise(rows):
        assert before.resource_id != after.resource_id or before.ends_at <= after.starts_at


def test_of_two_long_series_that_cross_one_is_had_whole(house: House, crowd: Crowd, rounds: int):
    """One begins a week after the other: what the first takes last, the second takes first."""
    for _ in range(max(1, rounds // 10)):
        room, first = house.new_room(), house.new_day()
        wishes = [
            {
                "resource_id": room.id,
                "start": at(first + timedelta(weeks=shift), TEN),
                "end": at(first + timedelta(weeks=shift), TEN + HOUR),
                "rrule": f"FREQ=DAILY;INTERVAL=7;COUNT=52{'' if shift else ';BYDAY=MO,TU,WE,TH,FR,SA,SU'}",
            }
            for shift in (0, 1)
        ]
        told = crowd.at_once([Ask(token, "POST", "/series", wish) for token, wish in zip(house.tokens, wishes, strict=False)])

        assert sorted(one.status for one in told) == [201, 409], [one.content for one in told]
        won, lost = sorted(told, key=lambda one: one.status)
        assert {one["status"] for one in won.body["occurrences"]} <= {"booked", "skipped"}
        assert [one["status"] for one in lost.body["occurrences"]].count("skipped") > 40
        with house.app.app_context():
            series = db.session.scalars(sa.select(Series).where(Series.resource_id == room.id)).one()
            assert db.session.scalar(sa.select(sa.func.count()).where(SeriesDate.series_id == series.id)) == 52
            held = sa.select(sa.func.count(Booking.id)).where(Booking.resource_id == room.id, Booking.status.in_(OCCUPYING))
            assert db.session.scalar(held) == [one["status"] for one in won.body["occurrences"]].count("booked")
    assert house.faults() == []


def test_a_closure_and_a_booking_are_never_both_there(house: House, crowd: Crowd, rounds: int):
    room = house.new_room()
    for _ in range(rounds):
        day = house.new_day()
        asks = [[book(token, room.id, day, TEN, TEN + HOUR)] for token in house.tokens[:6]]
        with house.app.app_context():
            boss = make_member("Boss", roles=["manager"])

        def close(day: date = day, actor_id: int = boss.id) -> None:
            with house.app.app_context():
                services.close(place_id=house.place_id, first_day=day, last_day=day, label="Travaux", actor_id=actor_id, now=clock.now())

        told = [answers[0] for answers in crowd.each_in_turn(asks, beside=close)]

        assert {one.status for one in told} <= {201, 409, 422}, [one.content for one in told]
        with house.app.app_context():
            ids = [one.body["id"] for one in told if one.status == 201]
            left = db.session.scalars(sa.select(Booking.id).where(Booking.id.in_(ids), Booking.status.in_(OCCUPYING))).all()
            assert left == []
    assert house.faults() == []
