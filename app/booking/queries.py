"""Reads of the engine: the things, who holds them, what a person holds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.booking.models import (
    IS_OCCUPYING,
    LIVE,
    OCCUPYING,
    Absence,
    Booking,
    KindRules,
    Occupancy,
    Outage,
    Resource,
    Series,
    SeriesDate,
    WaitlistEntry,
)
from app.booking.papers import Dated
from app.booking.rules import KIND_DEFAULTS, Held, Rules, Taken, Thing
from app.core.cache import Stamped
from app.core.db import UtcDateTime, as_stored, db, seconds, table
from app.core.period import Period
from app.core.refusals import N_
from app.members.rules import Kept, kept
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Directory:
    """Every thing of a lieu that is not retired, with its rules; kept in the process while the settings stay the same."""

    things: Mapping[int, Thing]
    retired: Mapping[int, Thing]

    def __getitem__(self, resource_id: int) -> Thing:
        return self.things[resource_id]

    def any(self, resource_id: int) -> Thing:
        """Retired ones too: old bookings still name them."""
        return self.things.get(resource_id) or self.retired[resource_id]

    def by_code(self, code: str, kind: str | None = None) -> Thing | None:
        """The thing of that code; a space may bear the code of the pool inside it, and comes last."""
        named = [thing for thing in self.things.values() if thing.code == code and kind in (None, thing.kind)]
        return min(named, key=lambda thing: thing.kind == "space", default=None)

    def of_kind(self, *kinds: str) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.kind in kinds]

    def seats(self, pool_id: int) -> list[Thing]:
        """The seats of a pool, residents' desks that may join it last."""
        seats = [thing for thing in self.things.values() if thing.pool_id == pool_id]
        return sorted(seats, key=lambda seat: (seat.is_fixed, seat.rank, seat.id))

    def inside(self, space_id: int) -> list[Thing]:
        """Everything that stands in a space, in the spaces within it too."""
        found, todo = [], [space_id]
        while todo:
            here = [thing for thing in self.things.values() if thing.space_id == todo[-1]]
            todo.pop()
            found += here
            todo += [thing.id for thing in here if thing.kind == "space"]
        return found


_directories: Stamped[Directory] = Stamped()


def directory(place: Place) -> Directory:
    return _directories.get(place.id, place.settings_stamp, lambda: _read_directory(place.id))


def usual_rules(place_id: int, kind: str) -> Rules:
    """What a thing of this kind follows where it says nothing of its own."""
    common = db.session.scalar(sa.select(KindRules.rules).where(KindRules.place_id == place_id, KindRules.kind == kind))
    return Rules.layered(KIND_DEFAULTS.get(kind, {}), common or {})


def _read_directory(place_id: int) -> Directory:
    kinds = db.session.execute(sa.select(KindRules.kind, KindRules.rules).where(KindRules.place_id == place_id))
    of_kind = {row.kind: row.rules for row in kinds}
    rows = db.session.scalars(sa.select(Resource).where(Resource.place_id == place_id).order_by(Resource.rank, Resource.id))
    things: dict[int, Thing] = {}
    retired: dict[int, Thing] = {}
    for row in rows:
        layers = (KIND_DEFAULTS.get(row.kind, {}), of_kind.get(row.kind, {}), row.rules)
        thing = Thing(
            id=row.id,
            place_id=row.place_id,
            code=row.code,
            kind=row.kind,
            name=row.name,
            family=row.family,
            capacity=row.capacity,
            space_id=row.space_id,
            pool_id=row.pool_id,
            holder_id=row.holder_id,
            state=row.state,
            bookable=row.bookable,
            public=row.public,
            rank=row.rank,
            description=row.description,
            equipment=tuple(row.equipment),
            plan_box=tuple(row.plan_box) if row.plan_box else None,
            rules=Rules.layered(*layers),
        )
        (retired if row.state == "retired" else things)[row.id] = thing
    return Directory(things, retired)


_BOOKING, _OCCUPANCY, _RESOURCE, _ABSENCE = table(Booking), table(Occupancy), table(Resource), table(Absence)
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_BEGINS, _ENDS = sa.bindparam("begins", type_=UtcDateTime), sa.bindparam("ends", type_=UtcDateTime)


def _touching(*columns: sa.ColumnElement[Any], everywhere: bool = False) -> sa.CompoundSelect[Any]:
    """What starts in a period, and of each thing the last row before it: only that one can reach into it, since active rows
    of one thing never overlap. The index finds each at once, so that this stays as quick after years as on the first day."""
    here, before = _OCCUPANCY, _OCCUPANCY.alias("before_it")
    last_before = (
        sa.select(before.c.id)
        .where(before.c.active, before.c.resource_id == _RESOURCE.c.id, before.c.starts_at < _BEGINS)
        .order_by(before.c.starts_at.desc())
        .limit(1)
        .correlate(_RESOURCE)
        .scalar_subquery()
    )
    place: sa.BindParameter[int] = sa.bindparam("place_id")
    row_is_ours = here.c.place_id == place if everywhere else here.c.resource_id.in_(_IDS)
    thing_is_ours = _RESOURCE.c.place_id == place if everywhere else _RESOURCE.c.id.in_(_IDS)
    inside = sa.select(*columns).where(here.c.active, row_is_ours, here.c.starts_at >= _BEGINS, here.c.starts_at < _ENDS)
    reaching_in = (
        sa.select(*columns).select_from(_RESOURCE).join(here, here.c.id == last_before).where(thing_is_ours, here.c.ends_at > _BEGINS)
    )
    return reaching_in.union_all(inside)


_ROW = _OCCUPANCY.c
_TAKEN = _touching(
    *(_ROW[name] for name in ("resource_id", "starts_at", "ends_at", "buffer_before", "buffer_after", "holder", "booking_id", "lapses_at"))
)
_COUNTED_COLUMNS = (_ROW.resource_id, as_stored(_ROW.starts_at), as_stored(_ROW.ends_at), _ROW.holder)
_COUNTED = _touching(*_COUNTED_COLUMNS)
_COUNTED_EVERYWHERE = _touching(*_COUNTED_COLUMNS, everywhere=True)


def taken(resource_ids: Collection[int], period: Period) -> dict[int, list[Taken]]:
    """The active occupancies of these things that touch the period, in order of start."""
    rows = db.session.execute(_TAKEN, {"ids": sorted(resource_ids), "begins": period.starts_at, "ends": period.ends_at})
    found: dict[int, list[Taken]] = {resource_id: [] for resource_id in resource_ids}
    for resource_id, starts_at, ends_at, before, after, holder, booking_id, lapses_at in rows:
        whole = Period(starts_at, ends_at)
        used = whole.widened(before=-before, after=-after) if before or after else whole
        found[resource_id].append(Taken(resource_id, whole, used, holder, booking_id, lapses_at))
    for mine in found.values():
        mine.sort(key=lambda one: one.whole.starts_at)
    return found


def rows(resource_ids: Collection[int], period: Period) -> dict[int, list[tuple[int, int, str]]]:
    """The same as grids count it: (from, to, holder) in seconds since 1970, by thing, in order."""
    return _by_thing(_COUNTED, {"ids": sorted(resource_ids), "begins": period.starts_at, "ends": period.ends_at})


def rows_everywhere(place_id: int, period: Period) -> dict[int, list[tuple[int, int, str]]]:
    """The same for every thing of a lieu."""
    return _by_thing(_COUNTED_EVERYWHERE, {"place_id": place_id, "begins": period.starts_at, "ends": period.ends_at})


def _by_thing(counted: sa.CompoundSelect[Any], asked: Mapping[str, object]) -> dict[int, list[tuple[int, int, str]]]:
    found: defaultdict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for resource_id, start, end, holder in db.session.execute(counted, asked).all():
        found[resource_id].append((seconds(start), seconds(end), holder))
    for one in found.values():
        one.sort()
    return found


LONGEST = timedelta(days=31)  # no booking of a person lasts longer
_OWN = (
    sa.select(Booking.id, Occupancy.resource_id, as_stored(Booking.starts_at), as_stored(Booking.ends_at), Booking.status)
    .join(Occupancy, Occupancy.booking_id == Booking.id)
    .where(
        Booking.member_id == sa.bindparam("member_id"),
        Booking.status.in_(OCCUPYING),
        Booking.starts_at < sa.bindparam("ends", type_=UtcDateTime),
        Booking.starts_at > sa.bindparam("earliest", type_=UtcDateTime),
        Booking.ends_at > sa.bindparam("begins", type_=UtcDateTime),
        Occupancy.active,
        sa.or_(Occupancy.holder != "space", Occupancy.resource_id == Booking.resource_id),
    )
    .order_by(Booking.starts_at, Booking.id)
)


def rows_of(member_id: int, period: Period) -> list[tuple[int, int, int, int, str]]:
    """The things that a person holds in a period: (booking, thing, from, to, status), in order of start."""
    found = db.session.execute(
        _OWN, {"member_id": member_id, "begins": period.starts_at, "earliest": period.starts_at - LONGEST, "ends": period.ends_at}
    )
    return [(booking_id, resource_id, seconds(start), seconds(end), status) for booking_id, resource_id, start, end, status in found.all()]


def usual_thing(member_id: int) -> int | None:
    """Where a person sits most often, of their last ten half-days."""
    last = (
        sa.select(Booking.resource_id)
        .where(Booking.member_id == member_id, Booking.kind == "desk", Booking.status.in_(LIVE))
        .order_by(Booking.starts_at.desc())
        .limit(10)
        .subquery()
    )
    found: int | None = db.session.scalar(
        sa.select(last.c.resource_id).group_by(last.c.resource_id).order_by(sa.func.count().desc(), last.c.resource_id).limit(1)
    )
    return found


_HELD = (
    sa.select(
        _BOOKING.c.id,
        _BOOKING.c.kind,
        _BOOKING.c.resource_id,
        _RESOURCE.c.name,
        _BOOKING.c.starts_at,
        _BOOKING.c.ends_at,
        _BOOKING.c.guest_name,
    )
    .join(_RESOURCE, _RESOURCE.c.id == _BOOKING.c.resource_id)
    .where(
        _BOOKING.c.member_id == sa.bindparam("member"),
        sa.text(f"booking.{IS_OCCUPYING}"),
        _BOOKING.c.ends_at > sa.bindparam("since"),
        _BOOKING.c.starts_at > sa.bindparam("horizon"),
    )
)


def held_by(member_id: int, *, since: datetime) -> list[Held]:
    """The live bookings of a member that end after `since`."""
    rows = db.session.execute(_HELD, {"member": member_id, "since": since, "horizon": since - LONGEST})
    return [
        Held(booking_id, kind, resource_id, name, Period(starts_at, ends_at), bool(guest))
        for booking_id, kind, resource_id, name, starts_at, ends_at, guest in rows
    ]


_AWAY = sa.select(_ABSENCE.c.resource_id, _ABSENCE.c.first_day, _ABSENCE.c.last_day).where(
    _ABSENCE.c.resource_id.in_(_IDS), _ABSENCE.c.first_day <= sa.bindparam("until"), _ABSENCE.c.last_day >= sa.bindparam("since")
)


def away(resource_ids: Collection[int], first_day: date, last_day: date) -> dict[int, list[tuple[date, date]]]:
    """The announced absences of residents, by desk."""
    found: dict[int, list[tuple[date, date]]] = {}
    for resource_id, first, last in db.session.execute(_AWAY, {"ids": sorted(resource_ids), "since": first_day, "until": last_day}):
        found.setdefault(resource_id, []).append((first, last))
    return found


def booking(booking_id: int) -> Booking | None:
    return db.session.get(Booking, booking_id, populate_existing=True)


def bookings_of(member_id: int, period: Period, *, statuses: Iterable[str] = LIVE) -> list[Booking]:
    """A person's bookings that touch the period, in order."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(
                Booking.member_id == member_id,
                Booking.starts_at < period.ends_at,
                Booking.ends_at > period.starts_at,
                Booking.status.in_(list(statuses)),
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )


def bookings_in(place_id: int, period: Period, *, statuses: Iterable[str] = LIVE) -> list[Booking]:
    """The bookings of a lieu that start in the period, in order."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(
                Booking.place_id == place_id,
                Booking.starts_at >= period.starts_at,
                Booking.starts_at < period.ends_at,
                Booking.status.in_(list(statuses)),
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )


def outages(resource_id: int, *, now: datetime) -> list[Outage]:
    """What keeps a thing out of service, now or later, in order."""
    standing = sa.or_(Outage.ends_at.is_(None), Outage.ends_at > now)
    query = sa.select(Outage).where(Outage.resource_id == resource_id, Outage.ended_at.is_(None), standing)
    return list(db.session.scalars(query.order_by(Outage.starts_at).execution_options(populate_existing=True)))


def waiting(resource_ids: Collection[int], period: Period) -> list[WaitlistEntry]:
    """Who waits for one of these at that time, first come first."""
    return list(
        db.session.scalars(
            sa.select(WaitlistEntry)
            .where(
                WaitlistEntry.resource_id.in_(resource_ids),
                WaitlistEntry.state == "waiting",
                WaitlistEntry.starts_at < period.ends_at,
                WaitlistEntry.ends_at > period.starts_at,
            )
            .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
        )
    )


def dated(*which: sa.ColumnElement[bool]) -> list[Dated]:
    """Bookings as calendars and mails read them, in order: one query, whatever their number."""
    things = (
        sa.select(sa.func.count(Occupancy.id))
        .where(Occupancy.booking_id == Booking.id, Occupancy.active, Occupancy.holder == "booking")
        .correlate(Booking)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.place_id,
            Booking.uid,
            Booking.sequence,
            Booking.status,
            Booking.half,
            Booking.starts_at,
            Booking.ends_at,
            Booking.free_until,
            Booking.created_at,
            Booking.changed_at,
            Booking.note,
            Booking.guest_name,
            Resource.code,
            Resource.kind,
            Resource.name,
            SeriesDate.original_start,
            things,
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .outerjoin(SeriesDate, SeriesDate.booking_id == Booking.id)
        .where(*which)
        .order_by(Booking.starts_at, Booking.id)
    )
    return [Dated._make(row) for row in rows]


# ---------------------------------------------------------------- what is kept of a person


def personal_data(member_id: int) -> list[Kept]:
    """What the engine keeps of somebody."""
    bookings = db.session.execute(
        sa.select(
            Resource.name.label("thing"),
            Booking.starts_at,
            Booking.ends_at,
            Booking.status,
            Booking.price_cents,
            Booking.covered_by,
            Booking.note,
            Booking.guest_name,
            Booking.override_reason,
            Booking.cancel_reason,
            Booking.created_at,
            Booking.checked_in_at,
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .where(Booking.member_id == member_id)
        .order_by(Booking.starts_at, Booking.id)
    )
    series = db.session.execute(
        sa.select(Resource.name.label("thing"), Series.rrule, Series.first_start, Series.minutes, Series.note, Series.created_at)
        .join(Resource, Resource.id == Series.resource_id)
        .where(Series.member_id == member_id)
        .order_by(Series.id)
    )
    waits = db.session.execute(
        sa.select(
            Resource.name.label("thing"), WaitlistEntry.starts_at, WaitlistEntry.ends_at, WaitlistEntry.state, WaitlistEntry.created_at
        )
        .join(Resource, Resource.id == WaitlistEntry.resource_id)
        .where(WaitlistEntry.member_id == member_id)
        .order_by(WaitlistEntry.id)
    )
    until = N_("Tant que le compte est ouvert ; ensuite sans votre nom, pour les statistiques du lieu.")
    return [
        kept(
            "bookings",
            bookings.mappings(),
            title=N_("Mes réservations"),
            why=N_("Tenir le planning, et compter ce qui est dû."),
            until=until,
        ),
        kept(
            "series",
            series.mappings(),
            title=N_("Mes réservations répétées"),
            why=N_("Réserver chaque semaine sans y penser."),
            until=until,
        ),
        kept("waitlist", waits.mappings(), title=N_("Mes listes d’attente"), why=N_("Vous proposer la place qui se libère."), until=until),
    ]
