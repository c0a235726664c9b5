"""Who holds the things, and when."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.booking.models import Absence, Occupancy, Resource, WaitlistEntry
from app.booking.rules import Taken
from app.core.db import UtcDateTime, as_stored, db, instant, seconds, table
from app.core.period import Period
from app.core.prepared import Prepared

_OCCUPANCY, _RESOURCE, _ABSENCE = table(Occupancy), table(Resource), table(Absence)
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
_TAKEN = Prepared(
    _touching(
        *(_ROW.resource_id, as_stored(_ROW.starts_at), as_stored(_ROW.ends_at), _ROW.buffer_before, _ROW.buffer_after),
        *(_ROW.holder, _ROW.booking_id, as_stored(_ROW.lapses_at)),
    )
)
_COUNTED_COLUMNS = (_ROW.resource_id, as_stored(_ROW.starts_at), as_stored(_ROW.ends_at), _ROW.holder)
_COUNTED = Prepared(_touching(*_COUNTED_COLUMNS))
_COUNTED_EVERYWHERE = Prepared(_touching(*_COUNTED_COLUMNS, everywhere=True))


def taken(resource_ids: Collection[int], period: Period) -> dict[int, list[Taken]]:
    """The active occupancies of these things that touch the period, in order of start."""
    rows = _TAKEN.tuples(ids=sorted(resource_ids), begins=period.starts_at, ends=period.ends_at)
    found: dict[int, list[Taken]] = {resource_id: [] for resource_id in resource_ids}
    for row in rows:
        found[row[0]].append(_read_taken(*row))
    for mine in found.values():
        mine.sort(key=lambda one: one.whole.starts_at)
    return found


@lru_cache(maxsize=2048)
def _read_taken(
    resource_id: int, starts_at: Any, ends_at: Any, before: int, after: int, holder: str, booking_id: int | None, lapses_at: Any
) -> Taken:
    """A row as it was read. Who looks for another time reads those of a fortnight, and a crowd reads the same."""
    whole = Period(instant(starts_at), instant(ends_at))
    used = whole.widened(before=-before, after=-after) if before or after else whole
    return Taken(resource_id, whole, used, holder, booking_id, instant(lapses_at) if lapses_at else None)


def rows(resource_ids: Collection[int], period: Period) -> dict[int, list[tuple[int, int, str]]]:
    """The same as grids count it: (from, to, holder) in seconds since 1970, by thing, in order."""
    return _by_thing(_COUNTED.tuples(ids=sorted(resource_ids), begins=period.starts_at, ends=period.ends_at))


def rows_everywhere(place_id: int, period: Period) -> dict[int, list[tuple[int, int, str]]]:
    """The same for every thing of a lieu."""
    return _by_thing(_COUNTED_EVERYWHERE.tuples(place_id=place_id, begins=period.starts_at, ends=period.ends_at))


def _by_thing(counted: Iterable[tuple[int, Any, Any, str]]) -> dict[int, list[tuple[int, int, str]]]:
    found: defaultdict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for resource_id, start, end, holder in counted:
        found[resource_id].append((seconds(start), seconds(end), holder))
    for one in found.values():
        one.sort()
    return found


_AWAY = sa.select(_ABSENCE.c.resource_id, _ABSENCE.c.first_day, _ABSENCE.c.last_day).where(
    _ABSENCE.c.resource_id.in_(_IDS), _ABSENCE.c.first_day <= sa.bindparam("until"), _ABSENCE.c.last_day >= sa.bindparam("since")
)


def away(resource_ids: Collection[int], first_day: date, last_day: date) -> dict[int, list[tuple[date, date]]]:
    """The announced absences of residents, by desk."""
    found: dict[int, list[tuple[date, date]]] = {}
    for resource_id, first, last in db.session.execute(_AWAY, {"ids": sorted(resource_ids), "since": first_day, "until": last_day}):
        found.setdefault(resource_id, []).append((first, last))
    return found


def absences(resource_id: int, *, since: date) -> list[Absence]:
    """The absences of a resident that are not over, in order."""
    query = sa.select(Absence).where(Absence.resource_id == resource_id, Absence.last_day >= since).order_by(Absence.first_day)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


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
