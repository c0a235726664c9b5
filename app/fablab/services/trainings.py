"""Trainings: plan one, take its machines, fill its seats, call it off, note who came and what they may use from then on."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.billing import queries as billing_queries
from app.billing import services as billing
from app.billing.rules import coverage, reasons_tab
from app.billing.rules.documents import gross_of_net, net_of_gross
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import OCCUPYING, Booking, Kind, Resource
from app.booking.rules import Thing
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Reason, Refused
from app.fablab import queries
from app.fablab.models import SEATED, Clearance, ClearanceType, Training, TrainingSeat
from app.fablab.rules import (
    OFFER,
    BookingsInTheWay,
    NotEnrolled,
    NotYetHeld,
    SeatOfferLapsed,
    SeatRefund,
    SeatStillFree,
    TooFewSeats,
    TrainingCancelled,
    TrainingFull,
    decides_now,
    free_number,
    own_cents,
    reasons_enrolling,
    seat_refund,
)
from app.fablab.services.clearances import write_clearance
from app.members import queries as members
from app.members.models import Member
from app.members.queries import Person
from app.members.rules import reasons_member
from app.place.models import Place

LIEUS_OWN = (Kind.SESSION, Kind.TRAINING)  # a training never drives out another, nor a course
AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A training as its organiser wishes it."""

    title: str
    trainer_id: int
    period: Period
    seats: int
    machine_ids: Collection[int] = ()
    clearance_type_id: int | None = None
    description: str = ""
    min_seats: int = 0
    decide_hours: int = 24
    free_hours: int = 48
    cents: int = 0
    group_cents: Mapping[str, int] | None = None


def training_would_cancel(place: Place, *, machine_ids: Iterable[int], period: Period) -> list[Booking]:
    """The bookings that a training would drive out of its machines: shown before it is confirmed."""
    things = _things(place, machine_ids)
    margin = max((max(thing.rules.buffer_before, thing.rules.buffer_after) for thing in things), default=0)
    found = booking.bookings_in_the_way([thing.id for thing in things], period.widened(before=margin, after=margin))
    return [one for one in found if one.kind not in LIEUS_OWN]


def plan_training(*, place: Place, wish: Wish, confirmed: bool, actor_id: int, now: datetime) -> Training:
    """Plan a session and take its machines. What is booked on them is only cancelled, and given back, once `confirmed`."""
    with transaction():
        booking.take_turn(place.id)
        in_the_way = training_would_cancel(place, machine_ids=wish.machine_ids, period=wish.period)
        if in_the_way and not confirmed:
            raise Refused(BookingsInTheWay(count=len(in_the_way)))
        training = Training(
            place_id=place.id,
            clearance_type_id=wish.clearance_type_id,
            title=wish.title,
            description=wish.description,
            trainer_id=wish.trainer_id,
            starts_at=wish.period.starts_at,
            ends_at=wish.period.ends_at,
            seats=wish.seats,
            min_seats=wish.min_seats,
            decide_hours=wish.decide_hours,
            free_hours=wish.free_hours,
            cents=wish.cents,
            group_cents=dict(wish.group_cents or {}),
            machines=_rows(wish.machine_ids),
            actor_id=actor_id,
            uid=f"{uuid.uuid4()}@worklab",
            created_at=now,
            changed_at=now,
        )
        db.session.add(training)
        db.session.flush()
        entry = journal.record("training.planned", training.id, place_id=place.id, actor_id=actor_id, at=now)
        for one in in_the_way:
            booking.cancel(booking_id=one.id, actor_id=actor_id, by_lieu=True, now=now, reason=wish.title, cause_id=entry.id, offers=False)
        _take_machines(training, place, now=now, actor_id=actor_id)
        _entrust(training, actor_id=actor_id, now=now)
        return training


def change_training(*, training_id: int, actor_id: int, now: datetime, **facts: object) -> Training:
    """Change what is said of a session, its trainer, its seats. More seats serve who waits; those taken stay."""
    with transaction():
        training = _turn_of(training_id)
        if training.state != "planned":
            raise Refused(TrainingCancelled(title=training.title))
        seated = queries.seated(training_id)
        if int(str(facts.get("seats", training.seats))) < seated:
            raise Refused(TooFewSeats(count=seated))
        changed = sorted(name for name, value in facts.items() if getattr(training, name) != value)
        for name in changed:
            setattr(training, name, facts[name])
        if "trainer_id" in changed:
            _entrust(training, actor_id=actor_id, now=now)
        if changed:
            training.sequence += 1
            training.changed_at = now
            journal.record("training.changed", training.id, place_id=training.place_id, actor_id=actor_id, at=now, changed=changed)
        _close_ranks(training)
        _serve(training, now=now)
        db.session.flush()
        return training


def enrol(*, training_id: int, member_id: int, actor_id: int, now: datetime) -> TrainingSeat:
    """Take a seat. Its price is frozen now and goes on the month's bill."""
    with transaction():
        training = _turn_of(training_id)
        _lapse(training, now=now)
        person = members.person(member_id)
        reasons = _reasons(training, person, now=now)
        cents = price_of(training, person)
        reasons += _reasons_money(training, person, cents)
        number = _free_seat(training)
        if number is None and not reasons:
            reasons.append(TrainingFull(title=training.title))
        if reasons:
            raise Refused(*reasons, waitlist=all(reason.code == "full" for reason in reasons))
        seat = _new_seat(training, member_id, "enrolled", actor_id=actor_id, now=now, number=number, cents=cents)
        _charge(seat, training, now=now)
        journal.record("training.enrolled", seat.id, place_id=training.place_id, actor_id=actor_id, member_id=member_id, at=now)
        return seat


def wait_for_seat(*, training_id: int, member_id: int, actor_id: int, now: datetime) -> TrainingSeat:
    """Wait for a seat: the first who waits is offered the next one that comes free."""
    with transaction():
        training = _turn_of(training_id)
        _lapse(training, now=now)
        reasons = _reasons(training, members.person(member_id), now=now)
        if not reasons and _free_seat(training) is not None:
            reasons = [SeatStillFree()]
        if reasons:
            raise Refused(*reasons)
        seat = _new_seat(training, member_id, "waiting", actor_id=actor_id, now=now)
        journal.record("training.waiting", seat.id, place_id=training.place_id, actor_id=actor_id, member_id=member_id, at=now)
        return seat


def accept_seat(*, seat_id: int, actor_id: int, now: datetime) -> TrainingSeat:
    """Say yes to a seat that was kept. Saying it twice changes nothing."""
    with transaction():
        seat, training = _turn_of_seat(seat_id)
        if seat.state == "enrolled":
            return seat
        if seat.state != "held" or seat.held_until is None or seat.held_until <= now:
            raise Refused(SeatOfferLapsed())
        person = members.person(seat.member_id)
        cents = price_of(training, person)
        reasons = [*reasons_member(person.status), *_reasons_money(training, person, cents)]
        if reasons:
            raise Refused(*reasons)
        seat.state, seat.held_until, seat.cents, seat.changed_at = "enrolled", None, cents, now
        db.session.flush()
        _charge(seat, training, now=now)
        journal.record("training.enrolled", seat.id, place_id=training.place_id, actor_id=actor_id, member_id=seat.member_id, at=now)
        return seat


def refund_of_seat(seat: TrainingSeat, training: Training, *, now: datetime, by_lieu: bool) -> SeatRefund:
    """What giving this seat up now would give back."""
    return seat_refund(seat.cents, starts_at=training.starts_at, free_hours=training.free_hours, now=now, by_lieu=by_lieu)


def leave_training(*, seat_id: int, actor_id: int, by_lieu: bool, now: datetime) -> SeatRefund:
    """Give a seat up, or wait no longer; the seat goes to the next who waits."""
    with transaction():
        seat, training = _turn_of_seat(seat_id)
        if seat.state not in ("waiting", "held", "enrolled") or (seat.state == "enrolled" and training.starts_at <= now):
            raise Refused(NotEnrolled())
        refund = refund_of_seat(seat, training, now=now, by_lieu=by_lieu)
        was_enrolled = seat.state == "enrolled"
        _end_seat(seat, "left", now=now)
        if was_enrolled:
            billing.give_back_money(ref=_ref(seat), cents=refund.cents, now=now)
        journal.record(
            "training.left",
            seat.id,
            place_id=training.place_id,
            actor_id=actor_id,
            member_id=seat.member_id,
            at=now,
            was_enrolled=was_enrolled,
            fee_cents=refund.fee_cents if was_enrolled else 0,
        )
        _serve(training, now=now)
        return refund


def cancel_training(*, training_id: int, reason: str, actor_id: int | None, now: datetime) -> Training:
    """Call a session off: everyone gets everything back and is told once; its machines are free again."""
    with transaction():
        training = _turn_of(training_id)
        if training.state != "planned":
            raise Refused(TrainingCancelled(title=training.title))
        training.state, training.cancel_reason = "cancelled", reason
        training.sequence += 1
        training.changed_at = now
        entry = journal.record("training.cancelled", training.id, place_id=training.place_id, actor_id=actor_id, at=now)
        for seat in _seats(training, "waiting", "held", "enrolled"):
            if seat.state == "enrolled":
                billing.give_back_money(ref=_ref(seat), cents=seat.cents, now=now)
            _end_seat(seat, "cancelled", now=now)
            journal.record(
                "training.seat_cancelled", seat.id, place_id=training.place_id, member_id=seat.member_id, cause_id=entry.id, at=now
            )
        if training.booking is not None and training.booking.status in OCCUPYING and training.booking.ends_at > now:
            booking.cancel(booking_id=training.booking.id, actor_id=actor_id, by_lieu=True, now=now, reason=reason, cause_id=entry.id)
        return training


def record_attendance(
    *, training_id: int, present: Collection[int], cleared: Collection[int], actor: Member, now: datetime
) -> list[Clearance]:
    """Who came (seats), and who of them may use the machines from that day on. Who did not come keeps owing the seat.

    It can be done again: a clearance already given for this session is not given twice, and none is taken back.
    """
    with transaction():
        training = _turn_of(training_id)
        if training.state == "cancelled":
            raise Refused(TrainingCancelled(title=training.title))
        if now < training.starts_at:
            raise Refused(NotYetHeld())
        given = []
        for seat in _seats(training, "held", "waiting"):
            _end_seat(seat, "lapsed", now=now)
        for seat in _seats(training, "enrolled", "present", "absent"):
            came = seat.id in present
            state = "present" if came else "absent"
            if seat.state != state:
                seat.state, seat.changed_at = state, now
                journal.record(
                    f"training.{state}", seat.id, place_id=training.place_id, actor_id=actor.id, member_id=seat.member_id, at=now
                )
            if came and seat.id in cleared:
                given += _validate(training, seat, actor=actor, now=now)
        training.state = "done"
        training.changed_at = now
        db.session.flush()
        return given


def settle_trainings(*, now: datetime) -> int:
    """What is due: offers that lapse, sessions with too few people or whose machine broke down; how many things changed."""
    changed = 0
    lapsed = sa.select(TrainingSeat.training_id).where(TrainingSeat.state == "held", TrainingSeat.held_until <= now).distinct()
    for training_id in db.session.scalars(lapsed.limit(AT_ONCE)).all():
        with transaction():
            changed += _lapse(_turn_of(training_id), now=now)
    coming = sa.select(Training).where(Training.state == "planned", Training.starts_at > now, Training.starts_at < now + timedelta(days=60))
    for training in db.session.scalars(coming.order_by(Training.starts_at).limit(AT_ONCE)).all():
        reason = _why_off(training, now=now)
        if reason:
            cancel_training(training_id=training.id, reason=reason, actor_id=None, now=now)
            changed += 1
    return changed


TOO_FEW, MACHINE_GONE = "too_few", "machine_gone"  # the reasons of the lieu itself, in words where they are told


def price_of(training: Training, person: Person) -> int:
    """What this person pays for a seat, taxes included."""
    place, group = db.session.get_one(Place, training.place_id), person.tariff_group
    prices = billing_queries.price_list(place)
    net_cents = own_cents(training.cents, training.group_cents, group=group, discount_percent=prices.discounts.get(group, 0))
    return gross_of_net(net_cents, prices.rate("training", _day(training, place)))


# ---------------------------------------------------------------- small things, inside a transaction


def _things(place: Place, machine_ids: Iterable[int]) -> list[Thing]:
    directory = booking_queries.directory(place)
    return [directory.things[machine_id] for machine_id in machine_ids if machine_id in directory.things]


def _rows(machine_ids: Collection[int]) -> list[Resource]:
    return (
        list(db.session.scalars(sa.select(Resource).where(Resource.id.in_(list(machine_ids))).order_by(Resource.rank)))
        if machine_ids
        else []
    )


def _take_machines(training: Training, place: Place, *, now: datetime, actor_id: int) -> None:
    """The engine writes the occupancies, with the training as their holder. Staff and leads set the hours they like."""
    things = _things(place, [machine.id for machine in training.machines])
    if not things:
        return
    period = Period(training.starts_at, training.ends_at)
    request = booking.ask(
        [(thing, period) for thing in things], kind=Kind.TRAINING, member_id=training.trainer_id, actor_id=actor_id, now=now
    )
    training.booking_id = booking.take_for_lieu(request, reason=training.title).id
    db.session.flush()


def _entrust(training: Training, *, actor_id: int, now: datetime) -> None:
    """Whoever was asked to lead it is told."""
    if training.trainer_id != actor_id:
        journal.record(
            "training.entrusted", training.id, place_id=training.place_id, actor_id=actor_id, member_id=training.trainer_id, at=now
        )


def _turn_of(training_id: int) -> Training:
    """A training as it is once the lieu's turn is ours."""
    training = db.session.get_one(Training, training_id)
    booking.take_turn(training.place_id)
    db.session.refresh(training)
    return training


def _turn_of_seat(seat_id: int) -> tuple[TrainingSeat, Training]:
    seat = db.session.get_one(TrainingSeat, seat_id)
    training = _turn_of(seat.training_id)
    db.session.refresh(seat)
    return seat, training


def _seats(training: Training, *states: str) -> list[TrainingSeat]:
    return list(
        db.session.scalars(
            sa.select(TrainingSeat)
            .where(TrainingSeat.training_id == training.id, TrainingSeat.state.in_(states))
            .order_by(TrainingSeat.created_at, TrainingSeat.id)
            .execution_options(populate_existing=True)
        )
    )


def _free_seat(training: Training) -> int | None:
    return free_number(training.seats, {seat.number for seat in _seats(training, *SEATED) if seat.number is not None})


def _reasons(training: Training, person: Person, *, now: datetime) -> list[Reason]:
    known = any(seat.member_id == person.id for seat in _seats(training, "waiting", *SEATED))
    return [
        *reasons_enrolling(title=training.title, state=training.state, starts_at=training.starts_at, now=now, is_known=known),
        *reasons_member(person.status),
    ]


def _reasons_money(training: Training, person: Person, cents: int) -> list[Reason]:
    place = db.session.get_one(Place, training.place_id)
    return list(
        reasons_tab(cents, open_cents=billing_queries.open_cents(person.id), cap_cents=place.tab_cap_cents, is_machine=False)
        if cents
        else ()
    )


def _new_seat(
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


def _charge(seat: TrainingSeat, training: Training, *, now: datetime) -> None:
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
        ref=_ref(seat),
        label=training.title,
        used_on=day,
        worth_cents=net_cents,
        activity="training",
        now=now,
    )


def _day(training: Training, place: Place) -> date:
    return training.starts_at.astimezone(place.tz).date()


def _ref(seat: TrainingSeat) -> str:
    return f"training:{seat.id}"


def _end_seat(seat: TrainingSeat, state: str, *, now: datetime) -> None:
    seat.state, seat.held_until, seat.changed_at = state, None, now
    db.session.flush()


def _lapse(training: Training, *, now: datetime) -> int:
    """End the offers whose time is over, and offer their seats to the next."""
    over = [seat for seat in _seats(training, "held") if seat.held_until is not None and seat.held_until <= now]
    for seat in over:
        _end_seat(seat, "lapsed", now=now)
        journal.record("training.offer_lapsed", seat.id, place_id=training.place_id, member_id=seat.member_id, at=now)
    if over:
        _serve(training, now=now)
    return len(over)


def _serve(training: Training, *, now: datetime) -> None:
    """Keep each free seat for the next who waits, for a while."""
    if training.state != "planned" or training.starts_at <= now:
        return
    for seat in _seats(training, "waiting"):
        number = _free_seat(training)
        if number is None:
            return
        seat.state, seat.number, seat.held_until, seat.changed_at = "held", number, now + OFFER, now
        db.session.flush()
        journal.record("training.seat_offered", seat.id, place_id=training.place_id, member_id=seat.member_id, at=now)


def _close_ranks(training: Training) -> None:
    """After fewer seats: nobody keeps a number beyond the last."""
    taken = _seats(training, *SEATED)
    for seat in taken:
        if seat.number is not None and seat.number > training.seats:
            seat.number = free_number(training.seats, {other.number for other in taken if other.number is not None})
            db.session.flush()


def _validate(training: Training, seat: TrainingSeat, *, actor: Member, now: datetime) -> list[Clearance]:
    """The clearance of the day of the session, unless the person has a right that goes as far."""
    if training.clearance_type_id is None:
        return []
    place = db.session.get_one(Place, training.place_id)
    day = training.starts_at.astimezone(place.tz).date()
    kind = db.session.get_one(ClearanceType, training.clearance_type_id)
    if queries.has_as_good(seat.member_id, kind, day=day, zone=place.tz):
        return []
    return [write_clearance(kind, member_id=seat.member_id, day=day, actor_id=actor.id, now=now, evidence=f"training:{training.id}")]


def _why_off(training: Training, *, now: datetime) -> str:
    if training.booking_id is not None:
        held = db.session.get_one(Booking, training.booking_id, populate_existing=True)
        if held.status not in OCCUPYING:
            return MACHINE_GONE
    if training.min_seats and decides_now(starts_at=training.starts_at, decide_hours=training.decide_hours, now=now):
        return TOO_FEW if queries.enrolled(training.id) < training.min_seats else ""
    return ""
