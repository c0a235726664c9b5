"""What the gestures of trainings share, inside a transaction: whose turn it is, who sits, who waits, what is charged."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

import sqlalchemy as sa

from app.billing import queries as billing_queries
from app.billing import services as billing
from app.billing.rules import coverage, reasons_tab
from app.billing.rules.documents import gross_of_net, net_of_gross
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Resource
from app.booking.rules import Thing
from app.core import journal
from app.core.db import db
from app.core.refusals import Reason
from app.fablab.models import SEATED, Training, TrainingSeat
from app.fablab.rules import (
    OFFER,
    free_number,
    own_cents,
    reasons_enrolling,
)
from app.members.models import Member
from app.members.queries import Person
from app.members.rules import reasons_member
from app.place.models import Place


def price_of(training: Training, person: Person) -> int:
    """What this person pays for a seat, taxes included."""
    place, group = db.session.get_one(Place, training.place_id), person.tariff_group
    prices = billing_queries.price_list(place)
    net_cents = own_cents(training.cents, training.group_cents, group=group, discount_percent=prices.discounts.get(group, 0))
    return gross_of_net(net_cents, prices.rate("training", _day(training, place)))


def machines_of(place: Place, machine_ids: Iterable[int]) -> list[Thing]:
    directory = booking_queries.directory(place)
    return [directory.things[machine_id] for machine_id in machine_ids if machine_id in directory.things]


def machine_rows(machine_ids: Collection[int]) -> list[Resource]:
    return (
        list(db.session.scalars(sa.select(Resource).where(Resource.id.in_(list(machine_ids))).order_by(Resource.rank)))
        if machine_ids
        else []
    )


def turn_of(training_id: int) -> Training:
    """A training as it is once the lieu's turn is ours."""
    training = db.session.get_one(Training, training_id)
    booking.take_turn(training.place_id)
    db.session.refresh(training)
    return training


def turn_of_seat(seat_id: int) -> tuple[TrainingSeat, Training]:
    seat = db.session.get_one(TrainingSeat, seat_id)
    training = turn_of(seat.training_id)
    db.session.refresh(seat)
    return seat, training


def seats_in(training: Training, *states: str) -> list[TrainingSeat]:
    return list(
        db.session.scalars(
            sa.select(TrainingSeat)
            .where(TrainingSeat.training_id == training.id, TrainingSeat.state.in_(states))
            .order_by(TrainingSeat.created_at, TrainingSeat.id)
            .execution_options(populate_existing=True)
        )
    )


def free_seat(training: Training) -> int | None:
    return free_number(training.seats, {seat.number for seat in seats_in(training, *SEATED) if seat.number is not None})


def why_not(training: Training, person: Person, *, now: datetime) -> list[Reason]:
    known = any(seat.member_id == person.id for seat in seats_in(training, "waiting", *SEATED))
    return [
        *reasons_enrolling(title=training.title, state=training.state, starts_at=training.starts_at, now=now, is_known=known),
        *reasons_member(person.status),
    ]


def why_not_pay(training: Training, person: Person, cents: int) -> list[Reason]:
    place = db.session.get_one(Place, training.place_id)
    return list(
        reasons_tab(cents, open_cents=billing_queries.open_cents(person.id), cap_cents=place.tab_cap_cents, is_machine=False)
        if cents
        else ()
    )


def new_seat(
    training: Training, member_id: int, state: str, *, actor_id: int, now: datetime, number: int | None = None, cents: int = 0
) -> TrainingSeat:
    seat = TrainingSeat(
        training_id=training.id,
        member_id=member_id,
        state=state,
        number=number,
        cents=cents,
        actor_id=actor_id,
        created_at=now,
        changed_at=now,
    )
    db.session.add(seat)
    db.session.flush()
    return seat


def charge_seat(seat: TrainingSeat, training: Training, *, now: datetime) -> None:
    if seat.cents == 0:
        return
    place = db.session.get_one(Place, training.place_id)
    day = _day(training, place)
    rate_bp = billing_queries.price_list(place).rate("training", day)
    net_cents = net_of_gross(seat.cents, rate_bp)
    billing.charge(
        coverage([], units=1, unit="piece", on=day, price_of=lambda _left: net_cents, rate_bp=rate_bp),
        place_id=training.place_id,
        member_id=seat.member_id,
        organisation_id=db.session.get_one(Member, seat.member_id).organisation_id,
        ref=ref_of(seat),
        label=training.title,
        used_on=day,
        worth_cents=net_cents,
        activity="training",
        now=now,
    )


def _day(training: Training, place: Place) -> date:
    return training.starts_at.astimezone(place.tz).date()


def ref_of(seat: TrainingSeat) -> str:
    return f"training:{seat.id}"


def end_seat(seat: TrainingSeat, state: str, *, now: datetime) -> None:
    seat.state, seat.held_until, seat.changed_at = state, None, now
    db.session.flush()


def lapse_offers(training: Training, *, now: datetime) -> int:
    """End the offers whose time is over, and offer their seats to the next."""
    over = [seat for seat in seats_in(training, "held") if seat.held_until is not None and seat.held_until <= now]
    for seat in over:
        end_seat(seat, "lapsed", now=now)
        journal.record("training.offer_lapsed", seat.id, place_id=training.place_id, member_id=seat.member_id, at=now)
    if over:
        offer_next(training, now=now)
    return len(over)


def offer_next(training: Training, *, now: datetime) -> None:
    """Keep each free seat for the next who waits, for a while."""
    if training.state != "planned" or training.starts_at <= now:
        return
    for seat in seats_in(training, "waiting"):
        number = free_seat(training)
        if number is None:
            return
        seat.state, seat.number, seat.held_until, seat.changed_at = "held", number, now + OFFER, now
        db.session.flush()
        journal.record("training.seat_offered", seat.id, place_id=training.place_id, member_id=seat.member_id, at=now)


def close_ranks(training: Training) -> None:
    """After fewer seats: nobody keeps a number beyond the last."""
    taken = seats_in(training, *SEATED)
    for seat in taken:
        if seat.number is not None and seat.number > training.seats:
            seat.number = free_number(training.seats, {other.number for other in taken if other.number is not None})
            db.session.flush()
