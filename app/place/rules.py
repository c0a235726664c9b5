"""When the lieu is open: pure arithmetic on its calendar."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from app.core.period import Period, at, days_of, without
from app.core.refusals import N_, Reason

Span = tuple[int, int]  # wall-clock minutes of a day: opens, closes


class Closed(Reason):
    code = "closed"
    sentence = N_("Le lieu est fermé à ce moment-là.")
    next_step = N_("Choisissez une heure d’ouverture, ou un autre jour.")


class OutsideHours(Reason):
    code = "closed"
    sentence = N_("Ce jour-là, le lieu est ouvert de %(opens)s à %(closes)s.")
    next_step = N_("Choisissez une heure d’ouverture, ou un autre jour.")


class Holiday(Reason):
    code = "holiday"
    sentence = N_("Le lieu est fermé : %(name)s.")
    next_step = N_("Choisissez un autre jour.")


class ClosedForAll(Reason):
    code = "closed"
    sentence = N_("Le lieu est fermé du %(first)s au %(last)s : %(label)s.")
    next_step = N_("Choisissez un jour avant ou après.")


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Whole days, both included, when nobody comes, badge or not."""

    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that says when a lieu is open, without the database behind."""

    zone: ZoneInfo
    weekly: Mapping[int, Sequence[Span]]  # by weekday, 0 is Monday
    exceptions: Mapping[date, Sequence[Span]] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)  # any mapping that answers `.get(day)`
    closures: Sequence[ClosedDays] = ()
    morning: Span = (510, 780)
    afternoon: Span = (780, 1110)

    def spans(self, day: date, hours: Mapping[str, Sequence[Sequence[int]]] | None = None) -> list[Span]:
        """The open wall-clock minutes of a day: what was announced for it, else nothing on a public holiday, else its weekday's.

        `hours`: a thing's own weekly hours, instead of the lieu's. Closures are not looked at here.
        """
        if day in self.exceptions:
            return list(self.exceptions[day])
        if self.is_holiday(day):
            return []
        if hours is not None:
            return [(opens, closes) for opens, closes in hours.get(str(day.weekday()), ())]
        return list(self.weekly.get(day.weekday(), ()))

    def open_periods(self, day: date, hours: Mapping[str, Sequence[Sequence[int]]] | None = None) -> list[Period]:
        """The same as instants; nothing on the days of a closure."""
        if self.closure_on(day) is not None:
            return []
        return [Period(at(day, opens, self.zone), at(day, closes, self.zone)) for opens, closes in self.spans(day, hours)]

    def is_holiday(self, day: date) -> str | None:
        """The name of the public holiday, if it is one."""
        return self.holidays.get(day)

    def closure_on(self, day: date) -> ClosedDays | None:
        return next((closure for closure in self.closures if closure.first <= day <= closure.last), None)

    def half_period(self, day: date, half: str, *, badge: bool = False) -> Period | None:
        """A morning, an afternoon or a day, clipped to the day's hours (Saturday morning ends with the opening).

        Closed then: None, or for a badge holder the whole half. A day has both its halves, or is None.
        """
        if half == "day":
            halves = [self.half_period(day, part, badge=badge) for part in ("morning", "afternoon")]
            first, last = halves
            return Period(first.starts_at, last.ends_at) if first is not None and last is not None else None
        nominal = self.afternoon if half == "afternoon" else self.morning
        clipped = [
            (max(opens, nominal[0]), min(closes, nominal[1]))
            for opens, closes in self.spans(day)
            if max(opens, nominal[0]) < min(closes, nominal[1])
        ]
        if clipped:
            return Period(at(day, clipped[0][0], self.zone), at(day, clipped[-1][1], self.zone))
        return self.nominal_half(day, half) if badge else None

    def nominal_half(self, day: date, half: str) -> Period:
        """The half as its name says, whatever the opening hours."""
        first = self.afternoon[0] if half == "afternoon" else self.morning[0]
        last = self.morning[1] if half == "morning" else self.afternoon[1]
        return Period(at(day, first, self.zone), at(day, last, self.zone))


def reasons_closed(
    calendar: Calendar,
    period: Period,
    *,
    badge: bool,
    night: bool,
    hours: Mapping[str, Sequence[Sequence[int]]] | None = None,
) -> Iterator[Reason]:
    """Every moment of the period must be open. `badge` and `night`: this person may come, and this thing runs, at all hours.

    A closure closes for all. One reason for each sort, from the first day that is in the way.
    """
    said: set[type[Reason]] = set()
    for day in days_of(period, calendar.zone):
        reason = _reason_on(calendar, day, period, all_hours=badge and night, hours=hours)
        if reason is not None and type(reason) not in said:
            said.add(type(reason))
            yield reason


def _reason_on(
    calendar: Calendar, day: date, period: Period, *, all_hours: bool, hours: Mapping[str, Sequence[Sequence[int]]] | None
) -> Reason | None:
    if closure := calendar.closure_on(day):
        return ClosedForAll(first=closure.first, last=closure.last, label=closure.label)
    if all_hours:
        return None
    begins, ends = at(day, 0, calendar.zone), at(day, 1440, calendar.zone)
    here = Period(max(period.starts_at, begins), min(period.ends_at, ends))
    opened = calendar.open_periods(day, hours)
    if not without(here, opened):
        return None
    if (name := calendar.is_holiday(day)) and day not in calendar.exceptions:
        return Holiday(name=name)
    if opened:
        return OutsideHours(opens=opened[0].local(calendar.zone)[0], closes=opened[-1].local(calendar.zone)[1])
    return Closed()


def is_open_at(calendar: Calendar, day: date, minute: int) -> Collection[Span]:
    """The spans of the day that contain this minute (none: closed now)."""
    if calendar.closure_on(day) is not None:
        return []
    return [span for span in calendar.spans(day) if span[0] <= minute < span[1]]
