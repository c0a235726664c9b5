"""The rows of a booking: itself, its occupancies, its price, its line in the journal."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from app.billing import services as billing
from app.billing.rules import Coverage
from app.booking.models import NOT_FOR_PEOPLE, Booking, Occupancy, Status
from app.booking.policy import Request
from app.booking.rules import activity_of, free_until
from app.booking.services.examining import Examination, Facts, Taking, cover, examine
from app.booking.services.searching import alternatives
from app.core import journal
from app.core.db import db, lock, table
from app.core.prepared import Prepared
from app.core.refusals import Refused
from app.place.models import Place
from app.place.services import touch_calendar

TURNS = 1  # the space of advisory locks where a lieu's gestures take turns
_PLACE = table(Place)
_STAMPS = Prepared(sa.select(_PLACE.c.settings_stamp, _PLACE.c.calendar_stamp).where(_PLACE.c.id == sa.bindparam("place")))
_BOOK = Prepared(sa.insert(table(Booking)).returning(table(Booking).c.id))
_OCCUPY = Prepared(sa.insert(table(Occupancy)))


def write(found: Examination, *, status: Status, held_until: datetime | None = None, cause_id: int | None = None) -> Booking:
    """The rows of a booking that was just examined in this transaction: itself, its occupancies, its price, its journal line."""
    request = found.request
    period, first = request.period, found.takings[0].thing
    wanted = request.first.thing
    coverage = found.coverage if status is not Status.HELD else None
    booking = _booked(
        place_id=request.place.id,
        kind=request.kind,
        resource_id=first.id if wanted.is_pool else wanted.id,
        member_id=request.member.id,
        organisation_id=None if request.for_lieu else request.organisation_id or request.member.organisation_id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        status=status,
        held_until=held_until,
        free_until=free_until(period, rules=wanted.rules, zone=request.place.tz),
        late_fee_percent=wanted.rules.late_fee_percent,
        priced=0,
        price_cents=coverage.cents if coverage else 0,
        covered_by=coverage.said() if coverage else [],
        half=request.half,
        for_lieu=request.for_lieu,
        note=request.note,
        guest_name=request.guest_name,
        override_reason=request.override_reason if found.reasons else "",
        cancel_reason="",
        forgiven_why="",
        series_id=request.series_id,
        actor_id=request.actor_id,
        uid=f"{uuid.uuid4()}@worklab",
        sequence=0,
        created_at=request.now,
        changed_at=request.now,
    )
    occupy(booking, found)
    db.session.add(booking)
    if status is not Status.HELD:
        settle_price(booking, found)
    touch_calendar(request.place.id)
    facts: Mapping[str, Any] = {"overridden": [reason.code for reason in found.reasons]} if found.reasons else {}
    journal.record(
        f"booking.{status}",
        booking.id,
        place_id=request.place.id,
        actor_id=request.actor_id,
        member_id=request.member.id,
        cause_id=cause_id,
        at=request.now,
        **facts,
    )
    return booking


def _booked(**columns: Any) -> Booking:
    """The row of a booking, written plainly, and its object, which is told that it is written: SQLAlchemy would take 1 ms to find out.
    It joins the session once the database has agreed to what it takes."""
    booking = Booking(id=_BOOK.scalar(**columns), **columns)
    make_transient_to_detached(booking)
    return booking


def occupy(booking: Booking, found: Examination) -> None:
    """Write the occupancies. The database has the last word on two that overlap."""
    if found.request.override_reason:
        _except_from_closures(found)
    _OCCUPY.write(*(_row(booking, taking) for taking in found.takings))


def settle_price(booking: Booking, found: Examination) -> None:
    """Hold the units of the lots; freeze the price and what covers it."""
    quote, request = found.quote, found.request
    assert quote is not None
    coverage = _held(booking, found)
    _freeze(booking, coverage)
    if quote.cents > 0:
        billing.charge(
            coverage,
            place_id=booking.place_id,
            member_id=booking.member_id,
            organisation_id=booking.organisation_id,
            ref=booking.price_ref,
            label=quote.label,
            used_on=request.day,
            worth_cents=quote.cents,
            activity=activity_of(request.kind),
            quantity_milli=quote.units * 1000,
            unit=quote.unit,
            now=request.now,
        )
    db.session.flush()
    if coverage.goes_below:
        journal.record(
            "booking.on_trust",
            booking.id,
            place_id=booking.place_id,
            actor_id=request.actor_id,
            member_id=booking.member_id,
            at=request.now,
        )


def _row(booking: Booking, taking: Taking) -> dict[str, Any]:
    rules = taking.thing.rules
    whole = taking.period.widened(before=rules.buffer_before, after=rules.buffer_after)
    return {
        "place_id": booking.place_id,
        "resource_id": taking.thing.id,
        "starts_at": whole.starts_at,
        "ends_at": whole.ends_at,
        "buffer_before": rules.buffer_before,
        "buffer_after": rules.buffer_after,
        "holder": taking.holder,
        "booking_id": booking.id,
        "lapses_at": booking.held_until,
        "active": True,
    }


def _held(booking: Booking, found: Examination) -> Coverage:
    """Set the units aside, on what covers now: somebody of the same family may use the same lots at the same time."""
    quote, request, coverage = found.quote, found.request, found.coverage
    assert quote is not None and coverage is not None
    if all(part.lot is None for part in coverage.parts):
        return coverage
    for attempt in (1, 2, 3):
        try:
            with db.session.begin_nested():
                billing.hold(
                    coverage,
                    place_id=booking.place_id,
                    member_id=booking.member_id,
                    ref=booking.price_ref,
                    now=request.now,
                    actor_id=request.actor_id,
                )
            break
        except billing.LotsMoved:
            if attempt == 3:
                raise
            was, coverage = coverage, cover(request, quote)
            if coverage.cents > was.cents:
                raise refusal(examine(request)) from None
    return coverage


def _freeze(booking: Booking, coverage: Coverage | None) -> None:
    assert coverage is not None
    said = [dict(part) for part in coverage.said()]
    if booking.covered_by != said or booking.price_cents != coverage.cents:
        booking.price_cents, booking.covered_by = coverage.cents, said


def take_turn(place_id: int) -> None:
    """The gestures that change a lieu's calendar take turns, on both databases (see docs/decisions)."""
    lock(TURNS, place_id)
    settings_stamp, calendar_stamp = _STAMPS.first(place=place_id)
    known = db.session.identity_map.get(identity_key(Place, place_id))
    if known is not None and known.settings_stamp != settings_stamp:
        db.session.refresh(known)
    elif known is not None:
        set_committed_value(known, "calendar_stamp", calendar_stamp)


def first_status(request: Request) -> Status:
    """Confirmed at once, unless someone must agree or must come too."""
    needs_company = request.kind not in NOT_FOR_PEOPLE and any(want.thing.rules.people > 1 for want in request.wants)
    return Status.PENDING if asks_staff(request) or needs_company else Status.CONFIRMED


def asks_staff(request: Request) -> bool:
    """Whether staff must agree: they need not ask themselves."""
    return any(want.thing.rules.approval for want in request.wants) and not request.is_staff


def refusal(found: Examination, around: Facts | None = None) -> Refused:
    """The no, with all its reasons; what can be had instead is looked for when it is shown, in what was read `around` if it was."""
    return Refused(*found.standing, alternatives=lambda: alternatives(found, around), waitlist=can_wait(found))


def can_wait(found: Examination) -> bool:
    """One may wait when only other people are in the way."""
    return bool(found.standing) and all(reason.code in ("overlap", "buffer", "full") for reason in found.standing)


def _except_from_closures(found: Examination) -> None:
    """Staff opens a closed day for these things: the closure's hold on them makes room, and stays around."""
    for taking in found.takings:
        rules = taking.thing.rules
        whole = taking.period.widened(before=rules.buffer_before, after=rules.buffer_after)
        rows = db.session.scalars(
            sa.select(Occupancy).where(
                Occupancy.active,
                Occupancy.resource_id == taking.thing.id,
                Occupancy.holder == "closure",
                Occupancy.starts_at < whole.ends_at,
                Occupancy.ends_at > whole.starts_at,
            )
        ).all()
        for row in rows:
            row.active = False
        db.session.flush()
        for row in rows:
            for begins, ends in ((row.starts_at, whole.starts_at), (whole.ends_at, row.ends_at)):
                if begins < ends:
                    db.session.add(
                        Occupancy(
                            place_id=row.place_id,
                            resource_id=row.resource_id,
                            starts_at=begins,
                            ends_at=ends,
                            holder="closure",
                            closure_id=row.closure_id,
                        )
                    )
        db.session.flush()
