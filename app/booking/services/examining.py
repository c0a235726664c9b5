"""Whether a request can be granted: every reason why not, what it is worth, what covers it. Nothing is written here."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from app.billing import queries as billing
from app.billing.rules import Balance, Coverage, LotView, Paused, coverage, reasons_tab, trust_origin, trust_view
from app.billing.services import held_units
from app.booking import queries
from app.booking.models import Booking, Kind
from app.booking.policy import Quote, Request, Want, policy_for, quote_of
from app.booking.rules import (
    BadInterval,
    ClosedThen,
    Full,
    Held,
    OwnOverlap,
    PlanRequired,
    ResidentThere,
    ResidentToCome,
    SeatsMissing,
    SplitDay,
    Taken,
    Thing,
    activity_of,
    reasons_quota,
    reasons_state,
    reasons_taken,
    reasons_when,
)
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Cents, Reason
from app.members.rules import reasons_member
from app.place.models import Place
from app.place.rules import reasons_closed

SEATED = (Kind.DESK, Kind.OFFICE)  # one person sits in one place at a time
OWN_HOURS = (Kind.SESSION,)  # a course keeps its own calendar, made long before: lengths, notice and opening hours are for people


@dataclass(frozen=True, slots=True)
class Taking:
    """One occupancy to write: a thing, a period, and what the row says holds it."""

    thing: Thing
    period: Period
    holder: str


@dataclass(slots=True)
class Spent:
    """What the dates of a series that were only looked at would have used up for the next ones: units of lots, money on the tab."""

    units: Counter[int | str | None] = field(default_factory=Counter)  # by lot, as `_lot_name` says
    cents: int = 0

    def add(self, covered: Coverage) -> None:
        self.cents += covered.cents
        self.units.update({_lot_name(part.lot): part.units for part in covered.parts if part.lot is not None})

    def of(self, lots: Iterable[LotView]) -> list[LotView]:
        """These lots as they would be then."""
        return [replace(lot, left=lot.left - self.units[_lot_name(lot)]) for lot in lots]


def _lot_name(lot: LotView) -> int | str | None:
    return lot.lot_id or lot.origin


@dataclass(slots=True)
class Facts:
    """What the database knows about the things and the person, read once and then only looked at."""

    directory: queries.Directory
    taken: dict[int, list[Taken]]
    held: list[Held]
    away: dict[int, list[tuple[date, date]]]
    spent: Spent = field(default_factory=Spent)
    closed_said: bool = False  # the calendar already says, with its label, what a closure's hold on each thing would say again


@dataclass(slots=True)
class Examination:
    request: Request
    reasons: list[Reason] = field(default_factory=list)
    takings: list[Taking] = field(default_factory=list)
    quote: Quote | None = None
    coverage: Coverage | None = None
    foreseen: Coverage | None = None  # the same, with what is only paid when it is used
    ignored: frozenset[str] = frozenset()  # codes that no longer matter: the place is already kept for this person

    @property
    def standing(self) -> list[Reason]:
        """The reasons that still stand once staff has overridden, in writing, those that may be."""
        if self.ignored:
            return [reason for reason in self.reasons if reason.code not in self.ignored]
        if self.request.is_staff and self.request.override_reason:
            return [reason for reason in self.reasons if reason.hard]
        return self.reasons


def facts_for(request: Request, *, things: Iterable[Thing] = (), period: Period | None = None) -> Facts:
    """Read what is needed to examine a request; `things` and `period` widen the look (alternatives, series)."""
    directory = queries.directory(request.place)
    whole = period or request.period
    touched = {thing.id: thing for want in request.wants for thing in _touched(want.thing, directory)}
    touched.update({inner.id: inner for thing in things for inner in _touched(thing, directory)})
    margin = max((max(thing.rules.buffer_before, thing.rules.buffer_after) for thing in touched.values()), default=0)
    fixed = [thing.id for thing in touched.values() if thing.is_fixed]
    zone = request.place.tz
    return Facts(
        directory=directory,
        taken=queries.taken(list(touched), whole.widened(before=margin, after=margin)) if whole.is_forward else {},
        held=[*queries.held_by(request.member.id, since=min(request.now, request.period.starts_at))] if request.is_somebody_s else [],
        away=queries.away(fixed, whole.starts_at.astimezone(zone).date(), whole.ends_at.astimezone(zone).date()) if fixed else {},
    )


def examine(request: Request, facts: Facts | None = None, *, priced: bool = True) -> Examination:
    """All the reasons at once, in the order a person would ask: when, closed, right, member, taken, quota, money."""
    found = Examination(request)
    reasons: list[Reason] = []
    keeps_own_hours = request.kind in OWN_HOURS
    for want in request.wants:
        when = reasons_when(want.period, rules=want.thing.rules, now=request.now, zone=request.place.tz, is_staff=request.is_staff)
        reasons += [reason for reason in when if isinstance(reason, BadInterval) or not keeps_own_hours]
    if any(isinstance(reason, BadInterval) for reason in reasons):
        found.reasons = _unique(reasons)
        return found
    facts = facts or facts_for(request)
    for want in request.wants:
        reasons += reasons_closed(
            request.calendar,
            want.period,
            badge=request.has_badge or keeps_own_hours,
            night=want.thing.runs_at_night or keeps_own_hours,
            hours=want.thing.rules.hours,
            through_pauses=want.thing.rules.sold_by != "minutes",
        )
    facts.closed_said = any(reason.code in ("closed", "holiday") for reason in reasons)
    reasons += policy_for(request.kind).reasons(request)
    if request.is_somebody_s:
        reasons += reasons_member(request.member.status)
        reasons += _reasons_plan(request)
        reasons += _reasons_own(request, facts)
    takings, why_not = _find(request, facts)
    reasons += why_not
    found.takings = takings
    if priced:
        whole = quote_of(request)
        found.quote, found.foreseen = whole.due, cover(request, whole, facts.spent)
        found.coverage = cover(request, found.quote, facts.spent) if whole.is_later else found.foreseen
        reasons += _reasons_money(request, found.foreseen, facts.spent)
    found.reasons = _unique(reasons)
    return found


def cover(request: Request, quote: Quote, spent: Spent | None = None) -> Coverage:
    """What covers a quote today, once something else is `spent`; reads lots, writes nothing."""
    if quote.units == 0 or quote.cents == 0:
        return coverage([], units=quote.units, unit=quote.unit, on=request.day, price_of=quote.price_of)
    place, member = request.place, request.member
    rate_bp = billing.price_list(place).rate(activity_of(request.kind), request.day)
    lots = billing.lots_for(
        member,
        place_id=place.id,
        unit=quote.unit,
        scopes=quote.scopes,
        on=request.day,
        plans=billing.plans_on(member.id, request.day) if request.plans else [],
    )
    if request.moving_id is not None:
        lots = list(_with_what_it_holds(lots, request.moving_id))
    is_trusted = place.trust_units > 0 and quote.unit == "half_day" and _lives_on_passes(lots, place)
    if is_trusted and all(lot.origin != trust_origin(place.id, member.id) for lot in lots):
        lots.append(trust_view(place.id, member.id, place.trust_units))
    if spent is not None and spent.units:
        lots = spent.of(lots)
    return coverage(
        lots, units=quote.units, unit=quote.unit, on=request.day, price_of=quote.price_of, rate_bp=rate_bp, is_trusted=is_trusted
    )


def _with_what_it_holds(lots: Iterable[LotView], booking_id: int) -> Iterator[LotView]:
    """A booking that moves may use again the units that are set aside for it."""
    held = held_units(db.session.get_one(Booking, booking_id).price_ref)
    for lot in lots:
        yield replace(lot, left=lot.left + held.get(lot.lot_id or 0, 0))


def _lives_on_passes(lots: Iterable[LotView], place: Place) -> bool:
    """Who pays with passes is trusted to buy the next one later; who pays by the month goes on doing so."""
    return place.tab_cap_cents == 0 or any(lot.source == "pass" for lot in lots)


def can_wait(found: Examination) -> bool:
    """One may wait when time alone is in the way: every standing reason says that it is taken by somebody."""
    return bool(found.standing) and all(reason.code in ("overlap", "buffer", "full") for reason in found.standing)


def _touched(thing: Thing, directory: queries.Directory) -> list[Thing]:
    if thing.is_pool:
        return directory.seats(thing.id)
    if thing.kind == "space":
        return [thing, *(inner for inner in directory.inside(thing.id) if not inner.is_pool)]
    return [thing]


def _reasons_plan(request: Request) -> Iterator[Reason]:
    if request.is_paused and not request.plans:
        yield Paused()
    for want in request.wants:
        if want.thing.rules.needs_plan and not request.plans:
            yield PlanRequired(name=want.thing.name)


def _reasons_own(request: Request, facts: Facts) -> Iterator[Reason]:
    mine = [other for other in facts.held if other.booking_id != request.moving_id]
    for want in request.wants:
        yield from reasons_quota(
            want.period,
            resource_id=want.thing.id,
            name=want.thing.name,
            rules=want.thing.rules,
            held=mine,
            now=request.now,
            zone=request.place.tz,
        )
    if request.kind in SEATED and not request.guest_name and not request.is_group:
        for other in mine:
            if other.kind in SEATED and not other.for_others and any(want.period.overlaps(other.period) for want in request.wants):
                yield OwnOverlap(name=other.name, href=f"/bookings/{other.booking_id}")
                return


def _reasons_money(request: Request, covered: Coverage, spent: Spent) -> Iterator[Reason]:
    if covered.cents == 0 or request.pays_now:
        return
    if covered.is_trusted:
        yield Balance(left=Cents(covered.cents))
    else:
        tab = partial(reasons_tab, covered.cents, cap_cents=request.place.tab_cap_cents, is_machine=request.kind is Kind.MACHINE)
        if any(tab(open_cents=billing.open_cents(request.member.id) + spent.cents)):
            moving = f"booking:{request.moving_id}" if request.moving_id else ""
            yield from tab(open_cents=billing.owed_on_tab(request.member.id, without=moving) + spent.cents)


def _find(request: Request, facts: Facts) -> tuple[list[Taking], list[Reason]]:
    """The occupancies that would be written, and why they cannot."""
    takings: list[Taking] = []
    reasons: list[Reason] = []
    pools: dict[tuple[int, Period], list[Want]] = {}
    for want in request.wants:
        if want.thing.is_pool:
            pools.setdefault((want.thing.id, want.period), []).append(want)
        else:
            reasons += _reasons_thing(want.thing, want.period, request, facts)
            takings += _takings(want, request, facts)
            if want.thing.kind == "space":
                for taking in takings:
                    if taking.holder == "space" and taking.thing.id != want.thing.id:
                        inside = _reasons_thing(taking.thing, want.period, request, facts)
                        reasons += [reason for reason in inside if not isinstance(reason, ResidentToCome)]  # nobody is there to disturb
    for (_, period), wants in pools.items():
        seats = free_seats(wants[0].thing, period, request, facts)
        chosen = seats[: len(wants)]
        takings += [Taking(seat, period, _holder(request)) for seat in chosen]
        if len(chosen) < len(wants):
            reasons.append(_why_full(wants, len(wants) - len(chosen), request, facts))
    return takings, reasons


def free_seats(pool: Thing, period: Period, request: Request, facts: Facts) -> list[Thing]:
    """The seats of a pool that are free for the whole period, in the order they are given."""
    return [seat for seat in facts.directory.seats(pool.id) if not any(True for _ in _reasons_thing(seat, period, request, facts))]


def _reasons_thing(thing: Thing, period: Period, request: Request, facts: Facts) -> Iterator[Reason]:
    yield from reasons_state(thing)
    if thing.is_fixed and not _is_away(thing, period, request, facts):
        yield ResidentThere(name=thing.name) if thing.holder_id is not None else ResidentToCome(name=thing.name)
    for reason in reasons_taken(
        thing, period, facts.taken.get(thing.id, ()), now=request.now, zone=request.place.tz, moving_id=request.moving_id
    ):
        if not (facts.closed_said and isinstance(reason, ClosedThen)):
            yield reason


def _is_away(thing: Thing, period: Period, request: Request, facts: Facts) -> bool:
    first, last = (moment.date() for moment in period.local(request.place.tz))
    return any(start <= first and last <= end for start, end in facts.away.get(thing.id, ()))


def _takings(want: Want, request: Request, facts: Facts) -> list[Taking]:
    if want.thing.kind != "space":
        return [Taking(want.thing, want.period, _holder(request))]
    return [Taking(thing, want.period, "space") for thing in _touched(want.thing, facts.directory)]


def _holder(request: Request) -> str:
    return {Kind.SESSION: "session", Kind.EVENT: "session", Kind.TRAINING: "training"}.get(request.kind, "booking")


def _why_full(wants: Collection[Want], missing: int, request: Request, facts: Facts) -> Reason:
    want = next(iter(wants))
    if len(wants) == 1 and request.half == "day":
        day = want.period.starts_at.astimezone(request.place.tz).date()
        halves = [request.calendar.half_period(day, half, badge=request.has_badge) for half in ("morning", "afternoon")]
        first, second = ([*free_seats(want.thing, half, request, facts), None][0] if half else None for half in halves)
        if first and second:
            return SplitDay(first=first.name, second=second.name)
    return Full(name=want.thing.name) if len(wants) == 1 else SeatsMissing(name=want.thing.name, count=missing)


def _unique(reasons: Iterable[Reason]) -> list[Reason]:
    kept: list[Reason] = []
    for reason in reasons:
        if reason not in kept:
            kept.append(reason)
    return kept
