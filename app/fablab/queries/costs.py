"""Reads of what machines cost and bring: hours, occupancy over open time, absences, money, beside the tariff."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Charge
from app.billing.queries import Asked, price_list
from app.billing.rules import Tier, price_of_minutes
from app.booking import queries as booking
from app.booking.models import Booking, Kind, Status
from app.booking.rules import Thing, grid
from app.core.db import db
from app.core.period import Period, at
from app.fablab.models import Machine, Use
from app.fablab.rules import Cost, cost_of
from app.place import queries as place_queries
from app.place.models import Place

THERE = ("booking", "space", "session", "training")  # holders that mean that somebody is there
FULL = "plein"


@dataclass(frozen=True, slots=True)
class CostLine:
    """A machine over a period. Money is before taxes, as the lieu keeps it."""

    thing: Thing
    used_minutes: int
    taken_minutes: int  # of the open time
    open_minutes: int
    no_shows: int
    earned_cents: int
    covered_minutes: int  # paid by plans and packs: no money came for them then
    cost: Cost  # of the minutes used
    hour: Cost
    tariff_cents: int | None  # an hour at the full price

    @property
    def occupancy(self) -> int | None:
        """In hundredths; none where the lieu was never open."""
        return 100 * self.taken_minutes // self.open_minutes if self.open_minutes else None

    @property
    def left_cents(self) -> int | None:
        return self.earned_cents - self.cost.cents if self.cost.cents is not None else None


def costs(place: Place, first: date, last: date, *, now: datetime) -> list[CostLine]:
    """Each machine from a day to a day, both included, as far as they are over."""
    things = booking.directory(place).of_kind("machine")
    ids = [thing.id for thing in things]
    period = Period(at(first, 0, place.tz), min(at(last, 1440, place.tz), max(now, at(first, 1, place.tz))))
    machines = {row.resource_id: row for row in db.session.scalars(sa.select(Machine).where(Machine.resource_id.in_(ids)))}
    used, (earned, covered), absent = _used(ids, period), _money(place, first, last), _no_shows(ids, period)
    rows = booking.rows(ids, period) if ids else {}
    lines = []
    for thing in things:
        opened = _open(thing, place, first, last, until=int(period.ends_at.timestamp()))
        held = [(start, end) for start, end, holder in rows.get(thing.id, ()) if holder in THERE]
        facts = _facts(machines.get(thing.id), place)
        minutes = used.get(thing.id, 0)
        lines.append(
            CostLine(
                thing=thing,
                used_minutes=minutes,
                taken_minutes=_within(held, opened),
                open_minutes=sum(end - start for start, end in opened) // 60,
                no_shows=absent.get(thing.id, 0),
                earned_cents=earned.get(thing.id, 0),
                covered_minutes=covered.get(thing.id, 0),
                cost=cost_of(minutes, **facts),
                hour=cost_of(60, **facts),
                tariff_cents=_tariff(thing, place, last),
            )
        )
    return lines


def _facts(machine: Machine | None, place: Place) -> dict[str, int | None]:
    names = ("value_cents", "lifetime_hours", "upkeep_cents", "watts")
    return {**{name: getattr(machine, name, None) for name in names}, "kwh_price": place.kwh_price}


def _used(ids: Collection[int], period: Period) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(Use.resource_id, sa.func.sum(Use.minutes))
        .where(Use.resource_id.in_(ids), Use.started_at >= period.starts_at, Use.started_at < period.ends_at, Use.minutes.is_not(None))
        .group_by(Use.resource_id)
    )
    return {resource_id: int(minutes or 0) for resource_id, minutes in rows}


def _no_shows(ids: Collection[int], period: Period) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(Booking.resource_id, sa.func.count(Booking.id))
        .where(
            Booking.resource_id.in_(ids),
            Booking.status == Status.NO_SHOW,
            Booking.starts_at >= period.starts_at,
            Booking.starts_at < period.ends_at,
        )
        .group_by(Booking.resource_id)
    )
    return {resource_id: int(count) for resource_id, count in rows}


def _money(place: Place, first: date, last: date) -> tuple[dict[int, int], dict[int, int]]:
    """By machine: the money of its bookings and uses, what was given back taken off; the minutes that plans and packs paid."""
    rows = db.session.execute(
        sa.select(Charge.ref, Charge.cents, Charge.covered_by).where(
            Charge.place_id == place.id, Charge.activity == Kind.MACHINE, Charge.used_on >= first, Charge.used_on <= last
        )
    ).all()
    sources = {_source(row.ref) for row in rows}
    machine_of = {
        **_of_bookings({number for kind, number in sources if kind == "booking"}),
        **_of_uses({number for kind, number in sources if kind == "use"}),
    }
    earned: defaultdict[int, int] = defaultdict(int)
    covered: defaultdict[int, int] = defaultdict(int)
    for ref, cents, parts in rows:
        machine = machine_of.get(_source(ref))
        if machine is None:
            continue
        resource_id, counts = machine
        earned[resource_id] += cents
        if counts and ref.count(":") == 1:
            covered[resource_id] += sum(part["units"] for part in parts if part["source"] in ("plan", "pass"))
    return earned, covered


def _of_bookings(ids: Collection[int]) -> dict[tuple[str, int], tuple[int, bool]]:
    """The machine of each booking, and whether its minutes were really taken."""
    taken = Booking.status.in_((Status.CHECKED_IN, Status.DONE, Status.NO_SHOW))
    rows = db.session.execute(sa.select(Booking.id, Booking.resource_id, taken).where(Booking.id.in_(ids)))
    return {("booking", row_id): (resource_id, bool(counts)) for row_id, resource_id, counts in rows}


def _of_uses(ids: Collection[int]) -> dict[tuple[str, int], tuple[int, bool]]:
    rows = db.session.execute(sa.select(Use.id, Use.resource_id).where(Use.id.in_(ids)))
    return {("use", row_id): (resource_id, True) for row_id, resource_id in rows}


def _source(ref: str) -> tuple[str, int]:
    """« booking:12:reversal » comes from booking 12."""
    kind, number = ref.split(":")[:2]
    return kind, int(number) if number.isdecimal() else 0


def _open(thing: Thing, place: Place, first: date, last: date, *, until: int) -> list[tuple[int, int]]:
    frame = grid.frame(place_queries.calendar(place.id), first, (last - first).days + 1, hours=thing.rules.hours)
    return [(start, min(end, until)) for half in frame.open for start, end in half if start < until]


def _within(held: Sequence[tuple[int, int]], opened: Sequence[tuple[int, int]]) -> int:
    """Minutes of the open time that were taken: both lists are in order, each is walked once."""
    total = number = 0
    for start, end in held:
        while number < len(opened) and opened[number][1] <= start:
            number += 1
        ahead = number
        while ahead < len(opened) and opened[ahead][0] < end:
            total += max(min(end, opened[ahead][1]) - max(start, opened[ahead][0]), 0)
            ahead += 1
    return total // 60


def _tariff(thing: Thing, place: Place, on: date) -> int | None:
    tiers = price_list(place).own([thing.priced_as, f"family:{thing.family}"], "minutes", Asked(group=FULL, on=on))
    return price_of_minutes(60, [Tier(least or 60, cents) for least, cents in tiers]) if tiers else None


def by_family(lines: Sequence[CostLine]) -> Mapping[str, tuple[int, int, int]]:
    """Of each family: its machines, its minutes, its money."""
    found: dict[str, tuple[int, int, int]] = {}
    for line in lines:
        machines, minutes, cents = found.get(line.thing.family, (0, 0, 0))
        found[line.thing.family] = (machines + 1, minutes + line.used_minutes, cents + line.earned_cents)
    return found
