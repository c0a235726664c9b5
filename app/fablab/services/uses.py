"""On the machine: begin, take matter, stop; and what follows from the minutes used."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.billing import queries as billing_queries
from app.billing import services as billing
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Booking, Kind, Status
from app.booking.policy import Request
from app.booking.rules import Thing
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.fablab import queries
from app.fablab.models import Material, Use
from app.fablab.policy import quote_of
from app.fablab.rules import (
    AFTER,
    WARNED,
    AlreadyRunning,
    CopresenceRequired,
    NothingRunning,
    OutOfServiceNow,
    TooLateForMaterial,
    billed_minutes,
    whole_minutes,
)
from app.fablab.services.upkeep import count_minutes
from app.place.models import Place

AT_ONCE = 200
FORGOTTEN = timedelta(days=60)  # a booking that ended before is no longer looked at


def begin_use(*, thing: Thing, member_id: int, actor_id: int, now: datetime, minutes: int | None = None) -> Use:
    """« Je commence »: in one's booking of this moment, else on the spot, for so many minutes, if the machine is free."""
    with transaction():
        booking.take_turn(thing.place_id)
        if thing.state == "out_of_service":
            raise Refused(OutOfServiceNow(name=thing.name))
        running = queries.running_use(thing.id)
        if running is not None:
            if running.member_id == member_id:
                return running
            raise Refused(AlreadyRunning(name=thing.name))
        mine = queries.booking_of_now(thing.id, member_id, now=now)
        if mine is None:
            mine = _take(thing, member_id=member_id, actor_id=actor_id, minutes=minutes, now=now)
        if mine.status == Status.PENDING and thing.rules.people > 1:
            raise Refused(CopresenceRequired(name=thing.name, people=thing.rules.people))
        booking.check_in(mine.id, actor_id=actor_id, now=now)
        use = Use(place_id=thing.place_id, resource_id=thing.id, member_id=member_id, booking_id=mine.id, started_at=now, warned_at=None)
        db.session.add(use)
        db.session.flush()
        journal.record("use.begun", use.id, place_id=thing.place_id, actor_id=actor_id, member_id=member_id, at=now, resource_id=thing.id)
        return use


def end_use(*, use_id: int, actor_id: int | None, now: datetime) -> Use:
    """« J’ai fini »: the minutes are counted, paid where they are metered, and the rest of the time goes to others.

    What was used is due, even past the cap of the tab: the person is told, and the next booking looks at it.
    """
    with transaction():
        use = db.session.get_one(Use, use_id)
        booking.take_turn(use.place_id)
        db.session.refresh(use)
        if use.ended_at is not None:
            raise Refused(NothingRunning())
        held = booking_queries.booking(use.booking_id)
        assert held is not None
        _close(use, min(now, max(held.ends_at, use.started_at)), actor_id=actor_id, now=now)
        if held.status == Status.CHECKED_IN:
            booking.leave(held.id, actor_id=actor_id, now=now)
        return use


def add_material(*, booking_id: int, article_id: int, milli: int, actor_id: int, now: datetime) -> Material:
    """So much of an article, for this booking: out of the stock, on the bill of the person who has it."""
    with transaction():
        held = booking_queries.booking(booking_id)
        assert held is not None
        if held.status not in (Status.CHECKED_IN, Status.DONE) or held.ends_at + AFTER < now:
            raise Refused(TooLateForMaterial())
        row = Material(booking_id=booking_id, article_id=article_id, milli=max(milli, 1), actor_id=actor_id, created_at=now)
        db.session.add(row)
        db.session.flush()
        row.cents = billing.take_article(
            article_id=article_id,
            quantity_milli=milli,
            member_id=held.member_id,
            ref=f"material:{row.id}",
            actor_id=actor_id,
            now=now,
        )
        db.session.flush()
        journal.record("use.material", row.id, place_id=held.place_id, actor_id=actor_id, member_id=held.member_id, at=now)
        return row


def settle_uses(*, now: datetime) -> int:
    """What nobody ended: a use ends with its booking; a booking without a use counts its whole time. How many were closed."""
    closed = 0
    forgotten = sa.select(Use.id).join(Booking, Booking.id == Use.booking_id).where(Use.ended_at.is_(None), Booking.ends_at <= now)
    for use_id in db.session.scalars(forgotten.limit(AT_ONCE)).all():
        with transaction():
            use = db.session.get_one(Use, use_id, populate_existing=True)
            booking.take_turn(use.place_id)
            if use.ended_at is None:
                _close(use, max(use.booking.ends_at, use.started_at), actor_id=None, now=now)
                closed += 1
    unseen = (
        sa.select(Booking)
        .outerjoin(Use, Use.booking_id == Booking.id)
        .where(
            Booking.kind == Kind.MACHINE,
            Booking.status == Status.DONE,
            Booking.starts_at > now - FORGOTTEN,
            Booking.starts_at < now,
            Use.id.is_(None),
        )
        .order_by(Booking.ends_at)
        .limit(AT_ONCE)
    )
    for held in db.session.scalars(unseen).all():
        with transaction():
            booking.take_turn(held.place_id)
            use = Use(
                place_id=held.place_id,
                resource_id=held.resource_id,
                member_id=held.member_id,
                booking_id=held.id,
                started_at=held.starts_at,
                ended_at=held.ends_at,
                minutes=whole_minutes(held.starts_at, held.ends_at),
            )
            db.session.add(use)
            db.session.flush()
            count_minutes(use.resource_id, use.minutes or 0, place_id=use.place_id, now=now)
            closed += 1
    return closed


def warn_of_the_end(*, now: datetime) -> int:
    """Ten minutes before one must stop, when somebody comes next or the lieu closes: once."""
    told = 0
    ending = (
        sa.select(Use)
        .join(Booking, Booking.id == Use.booking_id)
        .where(Use.ended_at.is_(None), Use.warned_at.is_(None), Booking.ends_at > now, Booking.ends_at <= now + WARNED)
    )
    for use in db.session.scalars(ending.limit(AT_ONCE)).all():
        why = queries.why_stop(use.resource_id, use.booking.ends_at, place=db.session.get_one(Place, use.place_id))
        if not why:
            continue
        with transaction():
            use.warned_at = now
            db.session.flush()
            journal.record("use.ends_soon", use.id, place_id=use.place_id, member_id=use.member_id, at=now, why=why)
            told += 1
    return told


# ---------------------------------------------------------------- small things, inside a transaction


def _take(thing: Thing, *, member_id: int, actor_id: int, minutes: int | None, now: datetime) -> Booking:
    start = now.replace(second=0, microsecond=0)
    limit = queries.free_until(thing, now=now)
    until = limit if minutes is None else min(limit, start + timedelta(minutes=minutes))
    period = Period(start, max(until, start + timedelta(minutes=1)))
    return booking.take_now(booking.ask([(thing, period)], member_id=member_id, actor_id=actor_id, now=now))


def _close(use: Use, ended_at: datetime, *, actor_id: int | None, now: datetime) -> None:
    use.ended_at = ended_at
    use.minutes = whole_minutes(use.started_at, ended_at)
    db.session.flush()
    place = db.session.get_one(Place, use.place_id)
    thing = booking_queries.directory(place).any(use.resource_id)
    if thing.rules.metered is not None:
        period = Period(use.started_at, max(ended_at, use.started_at + timedelta(minutes=1)))
        request = booking.ask([(thing, period)], member_id=use.member_id, actor_id=use.member_id, now=now)
        use.cents = _charge(use, request, billed_minutes(use.minutes, thing.rules.metered), now=now)
        db.session.flush()
        if use.cents and billing_queries.open_cents(use.member_id) > place.tab_cap_cents:
            journal.record("use.over_tab", use.id, place_id=use.place_id, member_id=use.member_id, at=now)
    count_minutes(use.resource_id, use.minutes, place_id=use.place_id, now=now)
    journal.record(
        "use.ended",
        use.id,
        place_id=use.place_id,
        actor_id=actor_id,
        member_id=use.member_id,
        at=now,
        resource_id=use.resource_id,
        minutes=use.minutes,
    )


def _charge(use: Use, request: Request, minutes: int, *, now: datetime) -> int:
    """The minutes go to the plan, then to packs, then to the bill, as those of a booking do."""
    quote = quote_of(request, minutes)
    if quote.cents == 0:
        return 0
    ref = f"use:{use.id}"
    for attempt in (1, 2, 3):
        covered = booking.cover(request, quote)
        try:
            with db.session.begin_nested():
                billing.hold(covered, place_id=use.place_id, member_id=use.member_id, ref=ref, now=now)
            break
        except billing.LotsMoved:
            if attempt == 3:
                raise
    billing.use(ref=ref, now=now)
    billing.charge(
        covered,
        place_id=use.place_id,
        member_id=use.member_id,
        organisation_id=request.member.organisation_id,
        ref=ref,
        label=quote.label,
        used_on=request.day,
        worth_cents=quote.cents,
        activity="machine",
        now=now,
    )
    return covered.cents
