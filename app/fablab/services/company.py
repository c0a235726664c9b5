"""Co-presence: a second cleared person joins, and the booking is confirmed for both; nobody by the notice, and it is given back."""

from datetime import datetime, timedelta

from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Booking, Kind, Status
from app.booking.policy import policy_for
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Reason, Refused
from app.fablab import queries
from app.fablab.models import Companion
from app.fablab.rules import AlreadyThere, CompanyComplete, NotWaitingForCompany
from app.members.rules import reasons_member
from app.place.models import Place

LONGEST_NOTICE = timedelta(days=30)


def join_company(*, booking_id: int, member_id: int, actor_id: int, now: datetime) -> Companion:
    """Come too. When nobody is missing any more, the booking is confirmed for everyone."""
    with transaction():
        held = _turn_of(booking_id)
        thing = booking_queries.directory(db.session.get_one(Place, held.place_id)).any(held.resource_id)
        there = queries.companions(booking_id)
        if held.member_id == member_id or any(one.member_id == member_id for one in there):
            raise Refused(AlreadyThere())
        if len(there) + 1 >= thing.rules.people:
            raise Refused(CompanyComplete(name=thing.name))
        if held.status != Status.PENDING or held.starts_at <= now:
            raise Refused(NotWaitingForCompany())
        if refused := _reasons(held, member_id, now=now):
            raise Refused(*refused)
        number = min(set(range(2, thing.rules.people + 1)) - {one.number for one in there})
        row = Companion(booking_id=booking_id, member_id=member_id, number=number, joined_at=now)
        db.session.add(row)
        db.session.flush()
        journal.record("company.joined", row.id, place_id=held.place_id, actor_id=actor_id, member_id=member_id, at=now)
        if len(there) + 2 >= thing.rules.people and not thing.rules.approval:
            booking.approve(booking_id, actor_id=actor_id, now=now)
        return row


def leave_company(*, booking_id: int, member_id: int, actor_id: int, now: datetime) -> None:
    """Come no more: the booking waits for somebody again."""
    with transaction():
        held = _turn_of(booking_id)
        row = queries.companion(booking_id, member_id)
        if row is None or held.starts_at <= now or held.status not in (Status.PENDING, Status.CONFIRMED):
            raise Refused(NotWaitingForCompany())
        row.left_at = now
        db.session.flush()
        journal.record("company.left", row.id, place_id=held.place_id, actor_id=actor_id, member_id=held.member_id, at=now)
        booking.wait_again(booking_id, now=now)


def release_lonely(*, now: datetime) -> int:
    """At the notice of the machine nobody has come: the booking is released, everything given back."""
    released = 0
    for held in queries.lonely(now=now, until=now + LONGEST_NOTICE):
        thing = booking_queries.directory(db.session.get_one(Place, held.place_id)).any(held.resource_id)
        is_due = thing.rules.people > 1 and held.starts_at - timedelta(minutes=thing.rules.notice_minutes) <= now
        if is_due and len(queries.companions(held.id)) + 1 < thing.rules.people:
            with transaction():
                if _turn_of(held.id).status == Status.PENDING:
                    booking.release(held.id, now=now)
                    released += 1
    return released


def _turn_of(booking_id: int) -> Booking:
    held = booking_queries.booking(booking_id)
    if held is None:
        raise LookupError(booking_id)
    booking.take_turn(held.place_id)
    db.session.refresh(held)
    return held


def _reasons(held: Booking, member_id: int, *, now: datetime) -> list[Reason]:
    """Who joins must know the machine as well as who booked."""
    directory = booking_queries.directory(db.session.get_one(Place, held.place_id))
    period = Period(held.starts_at, held.ends_at)
    request = booking.ask([(directory.any(held.resource_id), period)], member_id=member_id, actor_id=member_id, now=now)
    return [*reasons_member(request.member.status), *policy_for(Kind.MACHINE).reasons(request)]
