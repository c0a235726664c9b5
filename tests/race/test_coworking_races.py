"""Many at once on what a coworking lives, from two processes: the waiting list, a resident's return, the units of a pass, the last seat."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.billing.models import Lot
from app.booking import services as booking
from app.booking.models import OCCUPYING, Absence, Booking, WaitlistEntry
from app.core.db import db
from app.core.period import Period
from app.coworking import services
from app.coworking.models import SignUp
from app.coworking.services import Described
from app.members.models import Member
from app.place.models import Place
from tests.databases import Engine
from tests.factories import between, book, book_half, give_half_days, make_member, make_place, make_pool, make_thing, price, thing
from tests.race import makers
from tests.race.two import NOW, Two, faults, two_at

pytestmark = pytest.mark.race

DAYS = ("2026-12-08", "2026-12-09", "2026-12-10", "2026-12-11", "2026-12-15")
AT = datetime.fromisoformat(NOW)
NEARLY, OVER = "2026-12-01T10:19:59+01:00", "2026-12-01T10:20:00+01:00"  # the end of an offer of twenty minutes


class Coworking(Two):
    """A room, a resident's desk in a pool of one seat, sixteen people; and a lieu where nothing can be put on the tab."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        with app.app_context():
            place, poor = make_place(tab_cap_cents=10**9), make_place(tab_cap_cents=0)
            for lieu in (place, poor):
                price(lieu, "desk", "half_day", 700)
            self.place_id, self.poor_id = place.id, poor.id
            self.room = make_thing(place, "salle", kind="room").id
            self.pool, self.poor_pool = make_pool(place, 1).id, make_pool(poor, 8).id
            self.ines = make_member("Ines").id
            self.desk = make_thing(place, "D1", holder_id=self.ines, pool_id=self.pool, rules={"sold_by": "resident"}).id
            self.people = [make_member(f"P{number}").id for number in range(16)]
            db.session.remove()
        super().__init__(url, makers.done)


@pytest.fixture(scope="module")
def lieu(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coworking]:
    with two_at(Coworking, engine, tmp_path_factory.mktemp("coworking")) as lieu:
        yield lieu


def test_what_comes_free_goes_to_the_first_who_waits_whoever_asks_at_that_moment(lieu: Coworking):
    """Then the offer is taken in its last second while its time ends: one of the two is true, never both."""
    first, second, third, holder, *others = lieu.people
    for day in DAYS[:3]:
        period = between(day, "14:00", "15:00")
        with lieu.app.app_context():
            held = book(thing(lieu.room), period, db.session.get_one(Member, holder)).id
            for member_id in (first, second, third):
                booking.join_waitlist(booking.ask([(thing(lieu.room), period)], member_id=member_id, actor_id=member_id, now=AT))
            db.session.remove()
        hour = {"start": period.starts_at.isoformat(), "end": period.ends_at.isoformat()}
        told = lieu.at_once(
            [
                {"do": "cancel", "booking": held, "who": holder},
                {"do": "lapse"},
                *({"do": "book", "thing": lieu.room, "who": member_id} | hour for member_id in (second, third, *others)),
            ]
        )
        assert told[:2] == ["yes", "yes"] and set(told[2:]) == {"overlap"}
        assert [(member, status) for _, member, status in at_that_hour(lieu, period)] == [(first, "held")]

        offer = at_that_hour(lieu, period)[0][0]
        told = lieu.at_once(
            [
                *({"do": "accept", "booking": offer, "who": first, "now": NEARLY} for _ in range(3)),
                *({"do": "lapse", "now": OVER} for _ in range(3)),
                *({"do": "book", "thing": lieu.room, "who": member_id, "now": OVER} | hour for member_id in others[:6]),
            ]
        )
        kept = at_that_hour(lieu, period)
        assert set(told[6:]) == {"overlap"}
        assert len(set(told[:3])) == 1  # pressed three times, told the same
        assert [(member, status) for _, member, status in kept] == [(first, "confirmed") if told[0] == "yes" else (second, "held")]
        with lieu.app.app_context():
            states = dict(
                db.session.execute(
                    sa.select(WaitlistEntry.member_id, WaitlistEntry.state).where(WaitlistEntry.starts_at == period.starts_at)
                ).all()
            )
            expected = ["taken", "waiting", "waiting"] if told[0] == "yes" else ["lapsed", "offered", "waiting"]
            assert [states[member_id] for member_id in (first, second, third)] == expected
            assert faults() == []


def test_a_resident_who_comes_back_and_who_takes_their_desk_are_both_right_or_one_is_told(lieu: Coworking):
    for day in DAYS[:3]:
        with lieu.app.app_context():
            absence = booking.announce_absence(
                thing(lieu.desk), first_day=date.fromisoformat(day), last_day=date.fromisoformat(day), actor_id=lieu.ines, now=AT
            )
            absence_id = absence.id
            book_half(thing(lieu.pool), day, "morning", db.session.get_one(Member, lieu.people[0]))  # the only other seat
            db.session.remove()
        told = lieu.at_once(
            [
                {"do": "back", "absence": absence_id, "day": day, "who": lieu.ines},
                *({"do": "half", "thing": lieu.pool, "day": day, "half": "morning", "who": member_id} for member_id in lieu.people[1:9]),
            ]
        )
        assert told[0] == "yes" and told[1:].count("yes") <= 1 and set(told[1:]) <= {"yes", "full"}
        with lieu.app.app_context():
            sold = db.session.scalars(
                sa.select(Booking.status).where(
                    Booking.resource_id == lieu.desk, Booking.starts_at == between(day, "08:30", "13:00").starts_at
                )
            ).all()
            assert sold == ["confirmed"] * told[1:].count("yes")  # what was sold stands, and nothing is sold once they are back
            assert db.session.get(Absence, absence_id) is None
            assert faults() == []
        assert lieu.all_do(lieu.people[9:11], do="half", thing=lieu.pool, day=day, half="morning") == ["full", "full"]


def test_units_given_back_and_taken_at_once_are_never_more_than_the_pass_holds(lieu: Coworking):
    """Five credits: eight take at once, then each gives back what they have while eight others are asked for."""
    with lieu.app.app_context():
        member = make_member()
        lot_id = give_half_days(db.session.get_one(Place, lieu.poor_id), member, 5)
        member_id = member.id
        db.session.remove()
    wishes = [(day, half) for half in ("morning", "afternoon") for day in (*DAYS, "2026-12-16", "2026-12-17", "2026-12-18")]

    def ask(some: list[tuple[str, str]]) -> list[dict[str, object]]:
        return [{"do": "half", "thing": lieu.poor_pool, "day": day, "half": half, "who": member_id} for day, half in some]

    assert sorted(lieu.at_once(ask(wishes[:8]))) == ["balance"] * 3 + ["yes"] * 5
    held = credits_of(lieu, lot_id, member_id)
    told = lieu.at_once([*ask(wishes[8:]), *({"do": "cancel", "booking": one, "who": member_id} for one in held)])

    assert told[8:] == ["yes"] * 5 and set(told[:8]) <= {"yes", "balance"}
    assert len(credits_of(lieu, lot_id, member_id)) == told[:8].count("yes") <= 5


def test_the_last_seat_of_an_event_is_had_by_one_and_passed_on_in_turn(lieu: Coworking):
    for day in DAYS[:3]:
        with lieu.app.app_context():
            said = Described("Repair café", "", between(day, "17:00", "18:00"), seats=3, public=True, elsewhere="la cour")
            event = services.announce_event(place_id=lieu.place_id, said=said, room=None, actor_id=lieu.people[0], now=AT).id
            seat, _ = (services.sign_up(event, member_id=one, actor_id=one, now=AT).id for one in lieu.people[:2])
            db.session.remove()
        assert set(lieu.all_do(lieu.people[2:12], do="sign_up", event=event)) == {"yes"}
        states = seats_of(lieu, event)
        assert states == ["in"] * 3 + ["waiting"] * 9

        lieu.at_once(
            [
                {"do": "leave_seat", "seat": seat, "who": lieu.people[0]},
                *({"do": "sign_up", "event": event, "who": one} for one in lieu.people[12:]),
            ]
        )
        states = seats_of(lieu, event)
        assert states == ["left", "in", "in", "offered"] + ["waiting"] * 12  # by order of arrival: nobody passes before another

        offered = offered_seat(lieu, event)
        told = lieu.at_once(
            [{"do": "accept_seat", "seat": offered[0], "who": offered[1], "now": NEARLY}, *({"do": "lapse_seats", "now": OVER},) * 3]
        )
        states = seats_of(lieu, event)
        assert states[3:5] == (["in", "waiting"] if told[0] == "yes" else ["lapsed", "offered"])
        with lieu.app.app_context():
            assert faults() == []


def at_that_hour(lieu: Coworking, period: Period) -> list[tuple[int, int, str]]:
    """Who holds the room: (booking, member, status)."""
    with lieu.app.app_context():
        held = sa.select(Booking.id, Booking.member_id, Booking.status).where(
            Booking.resource_id == lieu.room, Booking.starts_at == period.starts_at, Booking.status.in_(OCCUPYING)
        )
        return [(row.id, row.member_id, row.status) for row in db.session.execute(held)]


def credits_of(lieu: Coworking, lot_id: int, member_id: int) -> list[int]:
    """The bookings that stand; each holds one unit of the pass."""
    with lieu.app.app_context():
        standing = sa.select(Booking.id).where(Booking.member_id == member_id, Booking.status.in_(OCCUPYING)).order_by(Booking.id)
        found = list(db.session.scalars(standing))
        lot = db.session.get_one(Lot, lot_id)
        assert (lot.granted, lot.held, lot.used) == (5, len(found), 0)
        assert faults() == []
        return found


def seats_of(lieu: Coworking, event_id: int) -> list[str]:
    """By order of arrival."""
    with lieu.app.app_context():
        return list(db.session.scalars(sa.select(SignUp.state).where(SignUp.event_id == event_id).order_by(SignUp.id)))


def offered_seat(lieu: Coworking, event_id: int) -> tuple[int, int | None]:
    with lieu.app.app_context():
        row = db.session.scalars(sa.select(SignUp).where(SignUp.event_id == event_id, SignUp.state == "offered")).one()
        return row.id, row.member_id
