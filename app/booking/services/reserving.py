"""Take things: the one way in, for every door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.booking import queries
from app.booking.models import Booking, Status
from app.booking.policy import Request
from app.booking.rules import Overlap
from app.booking.services.examining import Taking, examine
from app.booking.services.freeing import LATE
from app.booking.services.searching import alternatives, facts_around
from app.booking.services.waiting import let_lapse
from app.booking.services.writing import can_wait, first_status, refusal, take_turn, write
from app.core import idempotency
from app.core.cache import Recent
from app.core.db import is_a_crowd, is_writing, transaction
from app.core.refusals import Alternative, Reason, Refused


@dataclass(frozen=True)
class Preview:
    """What would happen; nothing was written. What is paid when it is used is foreseen, from the whole time."""

    ok: bool
    reasons: list[Reason]
    search: Callable[[], list[Alternative]]
    waitlist: bool
    price_cents: int
    is_foreseen: bool  # paid when it is used, not when it is booked
    covered_by: list[dict[str, object]]
    takings: list[Taking]

    @cached_property
    def alternatives(self) -> list[Alternative]:
        """What can be had instead: looked for when it is shown, for it costs as much as all the rest."""
        return self.search()


def preview(request: Request) -> Preview:
    """The same answer as `reserve` would give, and nothing written."""
    found = examine(request)
    ok = not found.standing
    return Preview(
        ok=ok,
        reasons=found.reasons,
        search=lambda: [] if ok else alternatives(found),
        waitlist=not ok and can_wait(found),
        price_cents=found.foreseen.cents if found.foreseen else 0,
        is_foreseen=found.quote is not None and found.quote.is_later,
        covered_by=found.foreseen.said() if found.foreseen else [],
        takings=found.takings if ok else [],
    )


def reserve(request: Request, *, key: str | None = None, body: object = None) -> Booking:
    """Book, or raise `Refused` with every reason and what can be had instead.

    `key`: with the same one (and the same `body`) the first booking is answered again, and nothing more is written.
    """
    return reserve_by(lambda: take(request), request, key=key, body=body)


def reserve_by(taking: Callable[[], Booking], request: Request, *, key: str | None, body: object) -> Booking:
    """The same by another way to take: once for a key, and the database's own no in the words of the engine."""
    try:
        return idempotency.once(
            taking,
            keep=lambda booking: {"booking_id": booking.id},
            recall=_answered,
            look=lambda: look(request),
            member_id=request.actor_id or request.member.id,
            key=key,
            body=body,
            now=request.now,
        )
    except IntegrityError as error:
        raise taken_meanwhile(request, error) from error


def look(request: Request) -> None:
    """A quick no, without waiting for anyone's turn: when others write, or when the same was given a moment ago. Who is alone
    looks once. A yes is only one once it is the lieu's turn."""
    if is_writing() or not (is_a_crowd() or _whereabouts(request) in _given):
        return
    facts = facts_around(request)
    found = examine(request, facts)
    if found.standing:
        raise refusal(found, facts)


_given = Recent(most=64)  # what this process last gave, or refused as taken: others may be about to ask for it


def _whereabouts(request: Request) -> tuple[int, datetime]:
    return request.first.thing.id, request.first.period.starts_at


def take(request: Request, *, status: Status | None = None, held_until: datetime | None = None, cause_id: int | None = None) -> Booking:
    """Inside a transaction: wait for the lieu's turn, look again, write. Raises `Refused` and then nothing of it stays."""
    take_turn(request.place.id)
    let_lapse(request.place.id, now=request.now)
    found = examine(request)
    _given.note(_whereabouts(request))
    if found.standing:
        raise refusal(found)
    if status is None:
        status = first_status(request)
    return write(found, status=status, held_until=held_until, cause_id=cause_id)


def take_now(request: Request) -> Booking:
    """Take a free thing on the spot, for who stands in front of it: notice, step and shortest length were for choosing ahead."""
    with transaction():
        take_turn(request.place.id)
        let_lapse(request.place.id, now=request.now)
        found = examine(request)
        found.ignored = LATE
        if found.standing:
            raise refusal(found)
        return write(found, status=first_status(request))


def take_for_lieu(request: Request, *, reason: str) -> Booking:
    """Inside a transaction: the lieu takes things for itself (an initiation). Only what nobody can override stands in its way."""
    take_turn(request.place.id)
    let_lapse(request.place.id, now=request.now)
    found = examine(replace(request, is_staff=True, override_reason=reason))
    if found.standing:
        raise refusal(found)
    return write(found, status=Status.CONFIRMED)


def _answered(answer: Mapping[str, Any]) -> Booking:
    booking = queries.booking(answer["booking_id"])
    assert booking is not None
    return booking


def taken_meanwhile(request: Request, error: IntegrityError) -> Exception:
    """What the database's guard says, in the words of the engine; another broken promise stays an error."""
    if "one_holder_at_a_time" not in str(error.orig):
        return error
    begins, ends = request.period.local(request.place.tz)
    return Refused(Overlap(**{"name": request.first.thing.name, "from": begins, "to": ends}), waitlist=True)
