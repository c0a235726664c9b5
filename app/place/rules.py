"""When the lieu is open: pure arithmetic on its calendar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from app.core.period import Period, at, day_period, days_of, without
from app.core.refusals import N_, Reason

Span = tuple[int, int]  # wall-clock minutes of a day: opens, closes
Week = Mapping[str, Sequence[Sequence[int]]]  # a thing's own hours: spans by weekday, "0" is Monday

DAY = 1440  # minutes on the wall
A_YEAR = 366  # days: it shows every weekday and every public holiday


class Closed(Reason):
    code = "closed"
    sentence = N_("Le lieu est fermé à ce moment-là.")
    next_step = N_("Choisissez une heure d’ouverture, ou un autre jour.")


class OutsideHours(Reason):
    code = "closed"
    sentence = N_("Ce jour-là, le lieu est ouvert de %(opens)s à %(closes)s.")
    next_step = N_("Choisissez une heure d’ouverture, ou un autre jour.")


class OutsideBothSpans(Reason):
    code = "closed"
    sentence = N_("Ce jour-là, le lieu est ouvert de %(opens)s à %(pauses)s et de %(reopens)s à %(closes)s.")
    next_step = N_("Choisissez une heure d’ouverture, ou un autre jour.")


class Holiday(Reason):
    code = "holiday"
    sentence = N_("Le lieu est fermé : %(name)s.")
    next_step = N_("Choisissez un autre jour.")


class ClosedForAll(Reason):
    code = "closed"
    sentence = N_("Le lieu est fermé du %(first)s au %(last)s : %(label)s.")
    next_step = N_("Choisissez un jour avant ou après.")


class ClosedForAllThatDay(Reason):
    code = "closed"
    sentence = N_("Le lieu est fermé le %(first)s : %(label)s.")
    next_step = N_("Choisissez un autre jour, avant ou après.")


class ClosesBeforeOpening(Reason):
    code = "bad_hours"
    sentence = N_("La fermeture doit venir après l’ouverture.")
    next_step = N_("Vérifiez les deux heures ; minuit s’écrit 00:00.")


class SpansOverlap(Reason):
    code = "bad_hours"
    sentence = N_("Deux plages du même jour se chevauchent.")
    next_step = N_("La seconde ouverture vient après la première fermeture.")


class HalvesOverlap(Reason):
    code = "bad_hours"
    sentence = N_("L’après-midi doit commencer quand le matin est fini.")
    next_step = N_("Vérifiez la fin du matin et le début de l’après-midi.")


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Whole days, both included, when nobody comes, badge or not."""

    first: date
    last: date
    label: str


class Holidays(Protocol):
    """The name of the public holiday of a day, if it is one."""

    def get(self, day: date, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that says when a lieu is open, without the database behind."""

    zone: ZoneInfo
    weekly: Mapping[int, Sequence[Span]]  # by weekday, 0 is Monday
    exceptions: Mapping[date, Sequence[Span]] = field(default_factory=dict)
    holidays: Holidays = field(default_factory=dict[date, str])
    closures: Sequence[ClosedDays] = ()
    morning: Span = (510, 780)
    afternoon: Span = (780, 1110)

    def spans(self, day: date, hours: Week | None = None) -> list[Span]:
        """The open wall-clock minutes of a day: what was announced for it, else nothing on a public holiday, else its weekday's.

        `hours`: a thing's own weekly hours, instead of the lieu's. Closures are not looked at here.
        """
        if day in self.exceptions:
            return list(self.exceptions[day])
        return [] if self.is_holiday(day) else self._of_weekday(day, hours)

    def open_periods(self, day: date, hours: Week | None = None) -> list[Period]:
        """The same as instants; nothing on the days of a closure."""
        if self.closure_on(day) is not None:
            return []
        return [Period(at(day, opens, self.zone), at(day, closes, self.zone)) for opens, closes in self.spans(day, hours)]

    def _of_weekday(self, day: date, hours: Week | None) -> list[Span]:
        if hours is not None:
            return [(opens, closes) for opens, closes in hours.get(str(day.weekday()), ())]
        return list(self.weekly.get(day.weekday(), ()))

    def is_holiday(self, day: date) -> str | None:
        """The name of the public holiday, if it is one."""
        return self.holidays.get(day)

    def holiday_instead_of_hours(self, period: Period, hours: Week | None = None) -> str | None:
        """The public holiday that shuts the lieu at a time when that weekday's hours would have had it open; nights stay what they are."""
        day = period.starts_at.astimezone(self.zone).date()
        if day in self.exceptions or not (name := self.is_holiday(day)):
            return None
        usual = (Period(at(day, opens, self.zone), at(day, closes, self.zone)) for opens, closes in self._of_weekday(day, hours))
        return name if any(open_then.overlaps(period) for open_then in usual) else None

    def closure_on(self, day: date) -> ClosedDays | None:
        return next((closure for closure in self.closures if closure.first <= day <= closure.last), None)

    def half_period(self, day: date, half: str, *, badge: bool = False) -> Period | None:
        """A morning, an afternoon or a day, clipped to the day's hours (Saturday morning ends with the opening).

        Closed then: None, or for a badge holder the whole half. A day has both its halves, or is None.
        """
        if half == "day":
            return self.halves(day, badge=badge)["day"]
        nominal = self.afternoon if half == "afternoon" else self.morning
        clipped = [
            (max(opens, nominal[0]), min(closes, nominal[1]))
            for opens, closes in self.spans(day)
            if max(opens, nominal[0]) < min(closes, nominal[1])
        ]
        if clipped:
            return Period(at(day, clipped[0][0], self.zone), at(day, clipped[-1][1], self.zone))
        return self.nominal_half(day, half) if badge else None

    def halves(self, day: date, *, badge: bool = False) -> dict[str, Period | None]:
        """All that is sold by the half-day then: the morning, the afternoon, the day."""
        first, last = (self.half_period(day, half, badge=badge) for half in ("morning", "afternoon"))
        both = Period(first.starts_at, last.ends_at) if first is not None and last is not None else None
        return {"morning": first, "afternoon": last, "day": both}

    def nominal_half(self, day: date, half: str) -> Period:
        """The half as its name says, whatever the opening hours."""
        first = self.afternoon[0] if half == "afternoon" else self.morning[0]
        last = self.morning[1] if half == "morning" else self.afternoon[1]
        return Period(at(day, first, self.zone), at(day, last, self.zone))


def reasons_closed(
    calendar: Calendar, period: Period, *, badge: bool, night: bool, hours: Week | None = None, through_pauses: bool = False
) -> Iterator[Reason]:
    """Every moment of the period must be open. `badge` and `night`: this person may come, and this thing runs, at all hours.

    A closure closes for all. `through_pauses`: what is sold by half-days is kept while the lieu shuts for lunch.
    One reason for each sort, from the first day that is in the way; of a period longer than a year, its first year is looked at.
    """
    said: set[type[Reason]] = set()
    for day in islice(days_of(period, calendar.zone), A_YEAR):
        reason = _reason_on(calendar, day, period, all_hours=badge and night, hours=hours, through_pauses=through_pauses)
        if reason is not None and type(reason) not in said:
            said.add(type(reason))
            yield reason


def _reason_on(
    calendar: Calendar, day: date, period: Period, *, all_hours: bool, hours: Week | None, through_pauses: bool
) -> Reason | None:
    if closure := calendar.closure_on(day):
        return _closed_for_all(closure)
    if all_hours:
        return None
    opened = calendar.open_periods(day, hours)
    usable = [Period(opened[0].starts_at, opened[-1].ends_at)] if through_pauses and opened else opened
    whole_day = day_period(day, calendar.zone)
    here = Period(max(period.starts_at, whole_day.starts_at), min(period.ends_at, whole_day.ends_at))
    if not without(here, usable):
        return None
    if (name := calendar.is_holiday(day)) and day not in calendar.exceptions:
        return Holiday(name=name)
    return _outside(opened, here, calendar.zone) if opened else Closed()


def _closed_for_all(closure: ClosedDays) -> Reason:
    words = {"first": closure.first, "last": closure.last, "label": closure.label}
    return ClosedForAllThatDay(**words) if closure.first == closure.last else ClosedForAll(**words)


def _outside(opened: Sequence[Period], here: Period, zone: ZoneInfo) -> Reason:
    """The day's hours; when it opens several times, the two stretches around what was asked."""
    if len(opened) == 1:
        opens, closes = opened[0].local(zone)
        return OutsideHours(opens=opens, closes=closes)
    after = next((number for number, stretch in enumerate(opened) if stretch.starts_at > here.starts_at), len(opened) - 1)
    (opens, pauses), (reopens, closes) = (stretch.local(zone) for stretch in (opened[max(after, 1) - 1], opened[max(after, 1)]))
    return OutsideBothSpans(opens=opens, pauses=pauses, reopens=reopens, closes=closes)


def reasons_spans(spans: Sequence[Span]) -> Iterator[Reason]:
    """The spans of one day go forward, within the day, without crossing."""
    if any(not 0 <= opens < closes <= DAY for opens, closes in spans):
        yield ClosesBeforeOpening()
    ordered = sorted(spans)
    if any(earlier[1] > later[0] for earlier, later in pairwise(ordered)):
        yield SpansOverlap()


def reasons_halves(morning: Span, afternoon: Span) -> Iterator[Reason]:
    if any(not 0 <= first < last <= DAY for first, last in (morning, afternoon)):
        yield ClosesBeforeOpening()
    elif morning[1] > afternoon[0]:
        yield HalvesOverlap()
