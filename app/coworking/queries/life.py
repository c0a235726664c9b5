"""Reads of the lieu's life: who is expected, what is announced, who has which key, who lets themselves be found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.booking.models import Booking, Resource, Status
from app.core.db import db
from app.core.period import Period, day_period
from app.core.refusals import N_
from app.core.text import searchable
from app.coworking.models import Announcement, Event, Key, Loan, SignUp, Visitor
from app.members.models import Member
from app.members.rules import Kept, kept

PRESENT = (Status.CONFIRMED, Status.CHECKED_IN, Status.DONE)
MOST = 500


# ---------------------------------------------------------------- visitors


EXPECTED = sa.or_(Visitor.booking_id.is_(None), Booking.status.in_((*PRESENT, Status.PENDING)))


def visitors_of_day(place_id: int, day: date, zone: ZoneInfo) -> list[Visitor]:
    """Who comes that day: who has a place comes when it is, and no more when it is given up."""
    period = day_period(day, zone)
    with_place = sa.and_(Booking.starts_at >= period.starts_at, Booking.starts_at < period.ends_at)
    that_day = sa.or_(sa.and_(Visitor.booking_id.is_(None), Visitor.day == day), with_place)
    return _expected(sa.select(Visitor).where(Visitor.place_id == place_id, that_day).order_by(Visitor.name, Visitor.id))


def _expected(query: sa.Select[Visitor]) -> list[Visitor]:
    """With the booking that each comes for, and their host: one query."""
    joined = query.outerjoin(Visitor.booking).options(sa.orm.contains_eager(Visitor.booking), sa.orm.joinedload(Visitor.host))
    return list(db.session.scalars(joined.where(Visitor.cancelled_at.is_(None), EXPECTED)))


def guests_of_booking(booking_id: int | None) -> list[Visitor]:
    """Who was to come for a booking, whatever became of it."""
    which = (Visitor.booking_id == booking_id, Visitor.cancelled_at.is_(None), Visitor.name != "")
    return list(db.session.scalars(sa.select(Visitor).where(*which).order_by(Visitor.id)))


def visitors_of_booking(booking_id: int) -> list[Visitor]:
    query = sa.select(Visitor).where(Visitor.booking_id == booking_id, Visitor.cancelled_at.is_(None))
    return list(db.session.scalars(query.order_by(Visitor.name, Visitor.id)))


def visitors_of_host(host_id: int, *, since: date) -> list[Visitor]:
    query = sa.select(Visitor).where(Visitor.host_id == host_id, Visitor.day >= since)
    return _expected(query.order_by(Visitor.day, Visitor.name, Visitor.id).limit(MOST))


# ---------------------------------------------------------------- events


class Upcoming(NamedTuple):
    """An event as a list shows it: where, how many seats are left (None: no limit), and one's own part in it."""

    event: Event
    room: str
    left: int | None
    waiting: int
    mine: SignUp | None


def upcoming(place_id: int, *, now: datetime, member_id: int | None = None, public_only: bool = False, most: int = 50) -> list[Upcoming]:
    """What is announced and not over, in order: three queries, whatever their number."""
    which: list[sa.ColumnElement[bool]] = [Event.place_id == place_id, Event.ends_at > now, Event.state == "announced"]
    if public_only:
        which.append(Event.public.is_(True))
    return _told(sa.select(Event).where(*which).order_by(Event.starts_at, Event.id).limit(most), member_id)


def event_told(event_id: int, member_id: int | None) -> Upcoming | None:
    found = _told(sa.select(Event).where(Event.id == event_id), member_id)
    return found[0] if found else None


def past_events(place_id: int, *, now: datetime, most: int = 30) -> list[Upcoming]:
    """The last ones that are over or were cancelled, newest first."""
    over = sa.or_(Event.ends_at <= now, Event.state == "cancelled")
    return _told(sa.select(Event).where(Event.place_id == place_id, over).order_by(Event.starts_at.desc()).limit(most), None)


def _told(query: sa.Select[Event], member_id: int | None) -> list[Upcoming]:
    events = list(db.session.scalars(query))
    ids = [event.id for event in events]
    counts: dict[int, dict[str, int]] = {}
    rows = db.session.execute(
        sa.select(SignUp.event_id, SignUp.state, sa.func.count(SignUp.id))
        .where(SignUp.event_id.in_(ids))
        .group_by(SignUp.event_id, SignUp.state)
    )
    for event_id, state, count in rows:
        counts.setdefault(event_id, {})[state] = count
    mine = {}
    if member_id is not None:
        own = sa.select(SignUp).where(
            SignUp.event_id.in_(ids), SignUp.member_id == member_id, SignUp.state.in_(("in", "waiting", "offered"))
        )
        mine = {row.event_id: row for row in db.session.scalars(own)}
    booked = [event.booking_id for event in events if event.booking_id is not None]
    named = db.session.execute(
        sa.select(Booking.id, Resource.name).join(Resource, Resource.id == Booking.resource_id).where(Booking.id.in_(booked))
    )
    rooms: dict[int, str] = {booking_id: name for booking_id, name in named}  # noqa: C416 — rows, made plain
    return [
        Upcoming(
            event,
            rooms.get(event.booking_id or 0, "") or event.elsewhere,
            max(0, event.seats - sum(counts.get(event.id, {}).get(state, 0) for state in ("in", "offered"))) if event.seats else None,
            counts.get(event.id, {}).get("waiting", 0),
            mine.get(event.id),
        )
        for event in events
    ]


def rank_of(row: SignUp) -> int:
    """1 for the first in line."""
    before = sa.select(sa.func.count(SignUp.id)).where(
        SignUp.event_id == row.event_id,
        SignUp.state == "waiting",
        sa.or_(SignUp.created_at < row.created_at, sa.and_(SignUp.created_at == row.created_at, SignUp.id < row.id)),
    )
    return (db.session.scalar(before) or 0) + 1


def sign_ups(event_id: int) -> list[SignUp]:
    """Who comes, who is offered a seat, who waits: in order of arrival."""
    order = sa.case({"in": 0, "offered": 1}, value=SignUp.state, else_=2)
    query = sa.select(SignUp).where(SignUp.event_id == event_id, SignUp.state.in_(("in", "waiting", "offered")))
    return list(db.session.scalars(query.order_by(order, SignUp.created_at, SignUp.id)))


def signed_up(member_id: int, period: Period) -> list[tuple[SignUp, Event]]:
    """The events of a person in a period, those they wait for too."""
    rows = db.session.execute(
        sa.select(SignUp, Event)
        .join(Event, Event.id == SignUp.event_id)
        .where(
            SignUp.member_id == member_id,
            SignUp.state.in_(("in", "waiting", "offered")),
            Event.starts_at < period.ends_at,
            Event.ends_at > period.starts_at,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )
    return [(row, event) for row, event in rows]


# ---------------------------------------------------------------- words to all


def announcements(place_id: int, *, on: date, public_only: bool = False) -> list[Announcement]:
    which: list[sa.ColumnElement[bool]] = [Announcement.place_id == place_id, Announcement.first_day <= on, Announcement.last_day >= on]
    if public_only:
        which.append(Announcement.public.is_(True))
    return list(
        db.session.scalars(sa.select(Announcement).where(*which).order_by(Announcement.first_day.desc(), Announcement.id.desc()).limit(20))
    )


def all_announcements(place_id: int, *, since: date) -> list[Announcement]:
    query = sa.select(Announcement).where(Announcement.place_id == place_id, Announcement.last_day >= since)
    return list(db.session.scalars(query.order_by(Announcement.last_day.desc(), Announcement.id.desc()).limit(MOST)))


# ---------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key or a badge, and who has it."""

    key: Key
    loan: Loan | None


def keys(place_id: int) -> list[KeyRow]:
    """Every key that is not retired; one query."""
    rows = db.session.execute(
        sa.select(Key, Loan)
        .outerjoin(Loan, sa.and_(Loan.key_id == Key.id, Loan.returned_at.is_(None)))
        .options(sa.orm.joinedload(Loan.member))
        .where(Key.place_id == place_id, Key.state != "retired")
        .order_by(Key.kind.desc(), Key.mark, Key.id)
    )
    return [KeyRow(key, loan) for key, loan in rows]


def loans_of(member_id: int) -> list[Loan]:
    """What somebody has in their pocket."""
    query = sa.select(Loan).where(Loan.member_id == member_id, Loan.returned_at.is_(None)).options(sa.orm.joinedload(Loan.key))
    return list(db.session.scalars(query.order_by(Loan.lent_at)))


def deposits_of_keys(place_id: int) -> list[Loan]:
    """Every deposit taken for a key or a badge, those not given back first, then the last."""
    query = sa.select(Loan).join(Key, Key.id == Loan.key_id).where(Key.place_id == place_id, Loan.deposit_cents > 0)
    both = sa.orm.joinedload(Loan.key), sa.orm.joinedload(Loan.member)
    return list(db.session.scalars(query.options(*both).order_by(Loan.returned_at.is_not(None), Loan.lent_at.desc())))


def loans_of_key(key_id: int) -> list[Loan]:
    query = sa.select(Loan).where(Loan.key_id == key_id).options(sa.orm.joinedload(Loan.member)).order_by(Loan.lent_at.desc()).limit(50)
    return list(db.session.scalars(query))


# ---------------------------------------------------------------- who lets themselves be found


class Listed(NamedTuple):
    """Somebody of the directory: they said yes."""

    id: int
    name: str
    skills: str
    organisation: str


def directory_of_people(letters: str = "") -> list[Listed]:
    """Those who want to be found, by name; or whose name or skills hold these letters."""
    wanted = searchable(letters)
    rows = db.session.scalars(
        sa.select(Member)
        .where(Member.status == "active", Member.in_directory)
        .options(sa.orm.joinedload(Member.organisation))
        .order_by(Member.search_text, Member.id)
        .limit(2000)
    )
    found = [Listed(row.id, row.name, row.skills, row.organisation.name if row.organisation else "") for row in rows]
    return [one for one in found if wanted in searchable(f"{one.name} {one.skills}")] if wanted else found


class There(NamedTuple):
    """Somebody who comes that day and lets it be seen."""

    name: str
    starts_at: datetime
    ends_at: datetime
    resource_id: int
    is_there: bool


def who_is_there(place_id: int, day: Period) -> list[There]:
    """Only those who agreed that their presence be seen, in order of arrival."""
    rows = db.session.execute(
        sa.select(Member.name, Booking.starts_at, Booking.ends_at, Booking.resource_id, Booking.status)
        .join(Member, Member.id == Booking.member_id)
        .where(
            Booking.place_id == place_id,
            Booking.starts_at < day.ends_at,
            Booking.starts_at >= day.starts_at,
            Booking.status.in_(PRESENT),
            Booking.kind.not_in(("event", "session", "training")),
            Booking.guest_name == "",
            Member.shows_presence,
            Member.status == "active",
        )
        .order_by(Booking.starts_at, Member.name, Booking.id)
        .limit(MOST)
    )
    return [There(name, start, end, thing_id, status == Status.CHECKED_IN) for name, start, end, thing_id, status in rows]


# ---------------------------------------------------------------- what is kept of a person


def personal_data(member_id: int) -> list[Kept]:
    """What coworking keeps of somebody besides their bookings."""
    visitors = _rows(
        sa.select(Visitor.name, Visitor.email, Visitor.day, Visitor.arrived_at).where(Visitor.host_id == member_id).order_by(Visitor.id)
    )
    seats = _rows(
        sa.select(Event.title, Event.starts_at, SignUp.state, SignUp.came, SignUp.created_at)
        .join(Event, Event.id == SignUp.event_id)
        .where(SignUp.member_id == member_id)
        .order_by(SignUp.id)
    )
    lent = _rows(
        sa.select(Key.kind, Key.mark, Loan.lent_at, Loan.deposit_cents, Loan.returned_at, Loan.was_lost)
        .join(Key, Key.id == Loan.key_id)
        .where(Loan.member_id == member_id)
        .order_by(Loan.id)
    )
    until = N_("Tant que le compte est ouvert ; ensuite sans votre nom, pour les statistiques du lieu.")
    return [
        kept("visitors", visitors, title=N_("Mes visiteurs"), why=N_("Les accueillir."), until=N_("Un an après leur visite.")),
        kept("events", seats, title=N_("Mes inscriptions"), why=N_("Garder votre place aux événements du lieu."), until=until),
        kept("keys", lent, title=N_("Clés et badges"), why=N_("Savoir qui peut entrer."), until=until),
    ]


def _rows(query: "sa.Select[*tuple[Any, ...]]") -> Sequence[Any]:
    return db.session.execute(query).mappings().all()
