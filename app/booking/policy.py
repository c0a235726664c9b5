"""What the engine asks a pillar, and how a pillar answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from flask import Flask, current_app

from app.booking.models import NOT_FOR_PEOPLE, Kind
from app.booking.rules import Thing
from app.core.period import Period
from app.core.refusals import Reason
from app.members.queries import Person
from app.place.models import Place
from app.place.rules import Calendar


@dataclass(frozen=True, slots=True)
class Want:
    """One thing (or one seat of a pool) for one period."""

    thing: Thing
    period: Period


@dataclass(frozen=True, slots=True)
class Request:
    """One wish, all or nothing. Everything about it is loaded: rules and pillars only look."""

    kind: Kind
    place: Place
    calendar: Calendar
    member: Person
    wants: tuple[Want, ...]
    now: datetime
    actor_id: int | None = None
    is_staff: bool = False  # the actor is staff: the horizon does not bind, other rules may be overridden in writing
    has_badge: bool = False
    plans: tuple[str, ...] = ()  # codes of the plans held on the day of use
    is_paused: bool = False  # one of them is in a pause that day
    half: str | None = None
    note: str = ""
    guest_name: str = ""
    organisation_id: int | None = None
    for_lieu: bool = False  # the lieu's own use: what it is worth is nobody's to pay, and no one's quota
    override_reason: str = ""
    series_id: int | None = None
    pays_now: bool = False  # by card, before it is booked: nothing of it waits on the tab
    moving_id: int | None = None  # the booking that would move: it is not in its own way

    @property
    def is_somebody_s(self) -> bool:
        """A person's own: their right, their quotas and their purse are asked."""
        return self.kind not in NOT_FOR_PEOPLE and not self.for_lieu

    @property
    def first(self) -> Want:
        return self.wants[0]

    @property
    def is_group(self) -> bool:
        """Several seats at the same time: a cohort, a company's people; who asks does not sit on all of them."""
        return any(want.period.overlaps(self.wants[0].period) for want in self.wants[1:])

    @property
    def period(self) -> Period:
        """From the start of the first to the end of the last."""
        if len(self.wants) == 1:  # nearly always, and asked thirty times of each wish
            return self.wants[0].period
        return Period(min(want.period.starts_at for want in self.wants), max(want.period.ends_at for want in self.wants))

    @property
    def day(self) -> date:
        """The day of use, in the lieu's zone."""
        return self.period.starts_at.astimezone(self.place.tz).date()

    def at(self, period: Period, thing: Thing | None = None, half: str | None = None, kind: Kind | None = None) -> "Request":
        """The same wish for one thing at another moment, or for another thing, or another kind of things."""
        return replace(self, wants=(Want(thing or self.first.thing, period),), half=half or self.half, kind=kind or self.kind)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking is worth, before VAT. `price_of(n)`: cents of the n last units, when lots cover the others."""

    unit: str  # half_day or minute
    units: int
    price_of: Callable[[int], int]
    scopes: tuple[str, ...] = ()  # of the lots that may cover it
    label: str = ""
    words: Mapping[str, object] = field(default_factory=dict)
    is_later: bool = False  # paid when it is used: what is said of it now is only foreseen

    @property
    def due(self) -> "Quote":
        """What is taken when it is booked: nothing of what is paid when it is used."""
        return replace(self, units=0, price_of=lambda _left: 0) if self.is_later else self

    @property
    def free(self) -> "Quote":
        """The same units, and nothing to pay for them."""
        return replace(self, price_of=lambda _left: 0)

    @property
    def cents(self) -> int:
        return self.price_of(self.units)


class Policy(Protocol):
    def reasons(self, request: Request) -> Iterable[Reason]:
        """Every reason of the pillar's own why this member may not have this then; none: yes."""

    def quote(self, request: Request) -> Quote:
        """What the booking is worth, in cents, and the minutes or half-days it uses."""


@runtime_checkable
class KnowsAlike(Protocol):
    """A pillar that knows better than the engine which other thing would do as well."""

    def alike(self, thing: Thing, others: Iterable[Thing]) -> list[Thing]:
        """Those of the others that would do as well, the nearest first."""


class LieuPolicy:
    """What the lieu takes for itself (an initiation, a course session): nobody's right is asked, and nothing is due."""

    def reasons(self, request: Request) -> Iterable[Reason]:
        return ()

    def quote(self, request: Request) -> Quote:
        return Quote(unit="minute", units=0, price_of=lambda _left: 0)


def install(app: Flask, policies: Mapping[Kind, Policy]) -> None:
    """Every kind has its policy, or the house does not open."""
    if missing := set(Kind) - set(policies):
        raise RuntimeError(f"no booking policy for {sorted(missing)}")
    app.extensions["booking_policies"] = policies


def policy_for(kind: Kind) -> Policy:
    policies: Mapping[Kind, Policy] = current_app.extensions["booking_policies"]
    return policies[kind]


def quote_of(request: Request) -> Quote:
    """What its pillar says it is worth; nothing when the lieu uses what is its own."""
    quote = policy_for(request.kind).quote(request)
    return quote.free if request.for_lieu else quote
