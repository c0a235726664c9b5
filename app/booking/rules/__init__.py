"""When a thing may be booked: pure rules, and every reason why not."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from app.core.period import Period, at, exists, is_ambiguous
from app.core.refusals import N_, Reason, Refused
from app.place.rules import reasons_spans

FIRST_YEAR, LAST_YEAR = 2000, 2100
SERIES_LIMIT = 366  # dates of one series


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one thing, once its kind's and the lieu's are under its own. Durations in minutes."""

    sold_by: str = "minutes"  # minutes, half_day, or resident (a fixed desk)
    step: int = 15
    min_minutes: int = 15
    max_minutes: int = 720
    notice_minutes: int = 0
    horizon_days: int = 60  # inclusive; does not bind staff
    buffer_before: int = 0
    buffer_after: int = 0
    night: bool = False  # badge holders may have it outside opening hours
    approval: bool = False
    check_in: bool = True
    no_show_after: int = 15
    free_until: int | None = None  # cancelling is free before this wall-clock minute of the day before, excluded
    free_hours: int | None = 24  # or until so many hours before, included
    late_fee_percent: int = 100
    people: int = 1  # how many must be there together
    needs_plan: bool = False
    quota_day_minutes: int | None = None
    quota_future: int | None = None
    min_gap_minutes: int = 0
    hours: Mapping[str, list[list[int]]] | None = None  # its own opening hours by weekday, instead of the lieu's

    @classmethod
    def layered(cls, *layers: Mapping[str, Any]) -> "Rules":
        """Later layers win; keys that are no rule are left aside."""
        known = {field.name for field in fields(cls)}
        values = {key: value for layer in layers for key, value in layer.items() if key in known}
        if any("free_until" in layer for layer in layers) or any("free_hours" in layer for layer in layers):
            last = next(layer for layer in reversed(layers) if "free_until" in layer or "free_hours" in layer)
            values["free_until"], values["free_hours"] = last.get("free_until"), last.get("free_hours")
        return replace(cls(), **values)


@dataclass(frozen=True, slots=True)
class Thing:
    """A bookable thing as everybody reads it: its row and its layered rules, without the database behind."""

    id: int
    place_id: int
    code: str
    kind: str
    name: str
    family: str = ""
    capacity: int = 1
    space_id: int | None = None
    pool_id: int | None = None
    holder_id: int | None = None
    state: str = "in_service"
    bookable: bool = True
    public: bool = True
    rank: int = 0
    description: str = ""
    equipment: tuple[str, ...] = ()
    plan_box: tuple[int, ...] | None = None
    rules: Rules = Rules()

    @property
    def is_pool(self) -> bool:
        return self.kind == "pool"

    @property
    def priced_as(self) -> str:
        return priced_as(self.kind, self.code)

    @property
    def is_fixed(self) -> bool:
        """A resident's desk: it joins the pool only when its holder is away."""
        return self.rules.sold_by == "resident"

    @property
    def runs_at_night(self) -> bool:
        """Badge holders may have it outside opening hours."""
        return self.rules.night or self.kind in ("desk", "pool", "office")


def priced_as(kind: str, code: str) -> str:
    """The name of a thing in the price list: a space may have the code of the pool that stands in it."""
    return f"space:{code}" if kind == "space" else f"resource:{code}"


def seat_code(pool: str, prefix: str, number: int) -> str:
    """A1, A2… in a pool that has a letter."""
    return f"{prefix}{number}" if prefix else f"{pool}-{number}"


@dataclass(frozen=True, slots=True)
class Taken:
    """One active occupancy of a thing: `whole` with its buffers, `used` without."""

    resource_id: int
    whole: Period
    used: Period
    holder: str
    booking_id: int | None = None
    lapses_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """A lapsed hold no longer does."""
        return self.lapses_at is None or self.lapses_at > now


KIND_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "desk": {"sold_by": "half_day", "no_show_after": 45, "free_until": 1080},
    "pool": {"sold_by": "half_day", "no_show_after": 45, "free_until": 1080},
    "office": {"sold_by": "half_day", "no_show_after": 45, "free_until": 1080},
    "room": {"no_show_after": 15, "min_minutes": 30},
    "booth": {"no_show_after": 15, "max_minutes": 240, "free_hours": 0},
    "machine": {"no_show_after": 15, "min_minutes": 30, "max_minutes": 240},
    "space": {"no_show_after": 60, "step": 30, "min_minutes": 60, "check_in": False},
}


# ------------------------------------------------------------------ reasons


class BadInterval(Reason):
    code = "bad_interval"
    sentence = N_("La fin doit venir après le début, entre 2000 et 2100.")
    next_step = N_("Choisissez une heure de fin plus tardive que le début.")
    hard = True


class NonexistentTime(Reason):
    code = "nonexistent_time"
    sentence = N_("Cette heure n’existe pas : cette nuit-là, l’horloge avance d’une heure.")
    next_step = N_("Prenez une heure avant ou après le passage à l’heure d’été.")
    hard = True


class AmbiguousTime(Reason):
    code = "ambiguous_time"
    sentence = N_("Cette heure existe deux fois : cette nuit-là, l’horloge recule d’une heure.")
    next_step = N_("Dites si c’est l’heure d’été (la première) ou l’heure d’hiver.")
    hard = True


class Step(Reason):
    code = "step"
    sentence = N_("Les horaires vont de %(step)s en %(step)s minutes.")
    next_step = N_("Choisissez un horaire rond, juste avant ou juste après.")


class NotAHalfDay(Reason):
    code = "step"
    sentence = N_("Un poste se réserve à la demi-journée.")
    next_step = N_("Choisissez le matin, l’après-midi ou la journée.")


class TooShort(Reason):
    code = "too_short"
    sentence = N_("C’est trop court : %(minutes)s minutes au moins.")
    next_step = N_("Allongez la réservation.")


class TooLong(Reason):
    code = "too_long"
    sentence = N_("C’est trop long : %(minutes)s minutes au plus.")
    next_step = N_("Raccourcissez la réservation, ou faites-en deux.")


class Past(Reason):
    code = "notice"
    sentence = N_("Ce moment est déjà passé.")
    next_step = N_("Choisissez une date à venir.")


class Notice(Reason):
    code = "notice"
    sentence = N_("Il faut s’y prendre %(minutes)s minutes à l’avance.")
    next_step = N_("Choisissez une heure à partir de %(from)s.")


class Horizon(Reason):
    code = "horizon"
    sentence = N_("C’est trop loin : on réserve %(days)s jours à l’avance, jusqu’au %(until)s.")
    next_step = N_("Revenez plus près de la date.")


class Overlap(Reason):
    code = "overlap"
    sentence = N_("%(name)s : déjà pris de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment, ou autre chose.")
    hard = True
    taken = True


class Buffer(Reason):
    code = "buffer"
    sentence = N_("%(name)s : il faut laisser %(minutes)s minutes avec la réservation voisine.")
    next_step = N_("Décalez un peu votre horaire.")
    taken = True
    hard = True


class Full(Reason):
    code = "full"
    sentence = N_("%(name)s : il manque %(count)s place.")
    plural = N_("%(name)s : il manque %(count)s places.")
    next_step = N_("Choisissez un autre moment, ou inscrivez-vous sur la liste d’attente.")
    hard = True
    taken = True


class SplitDay(Reason):
    code = "full"
    sentence = N_("Aucune place n’est libre toute la journée, mais %(first)s le matin puis %(second)s l’après-midi le sont.")
    next_step = N_("Réservez les deux demi-journées l’une après l’autre.")
    hard = True
    taken = True


class ResidentThere(Reason):
    code = "overlap"
    sentence = N_("%(name)s : c’est le bureau d’un résident, présent ce jour-là.")
    next_step = N_("Choisissez un autre poste.")
    hard = True
    taken = True


class OwnOverlap(Reason):
    code = "own_overlap"
    sentence = N_("Vous avez déjà une place à ce moment-là : %(name)s.")
    next_step = N_("Gardez-la, ou annulez-la d’abord.")
    taken = True


class OutOfService(Reason):
    code = "out_of_service"
    sentence = N_("%(name)s : hors service à ce moment-là.")
    next_step = N_("Choisissez autre chose, ou un autre jour.")
    hard = True
    taken = True


class MachineOutOfService(Reason):
    code = "machine_out_of_service"
    sentence = N_("%(name)s : en panne ou en entretien à ce moment-là.")
    next_step = N_("Choisissez une autre machine, ou un autre jour.")
    hard = True
    taken = True


class MachineNotBookable(Reason):
    code = "machine_not_bookable"
    sentence = N_("%(name)s : cette machine ne se réserve pas.")
    next_step = N_("Voyez avec sa référente ou son référent.")


class BlockedByTraining(Reason):
    code = "blocked_by_training"
    sentence = N_("%(name)s : une initiation s’y tient de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment.")
    hard = True
    taken = True


class BlockedBySession(Reason):
    code = "blocked_by_session"
    sentence = N_("%(name)s : la formation l’occupe de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment.")
    hard = True
    taken = True


class ClosedThen(Reason):
    code = "closed"
    sentence = N_("%(name)s : le lieu est fermé à ce moment-là.")
    next_step = N_("Choisissez un autre jour.")


class BlockedBySpace(Reason):
    code = "blocked_by_space"
    sentence = N_("%(name)s : tout l’espace est réservé de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment.")
    hard = True
    taken = True


class AlreadyCancelled(Reason):
    code = "already_cancelled"
    sentence = N_("Cette réservation est déjà annulée.")
    next_step = N_("Vous pouvez en faire une nouvelle.")
    hard = True
    taken = True


class AlreadyOver(Reason):
    code = "already_over"
    sentence = N_("Cette réservation est terminée.")
    next_step = N_("Si c’est une erreur, parlez-en à l’équipe du lieu.")
    hard = True


class QuotaDay(Reason):
    code = "quota_day"
    sentence = N_("Vous avez droit à %(minutes)s minutes par jour sur %(name)s.")
    next_step = N_("Raccourcissez, ou choisissez un autre jour.")


class QuotaFuture(Reason):
    code = "quota_future"
    sentence = N_("Vous avez déjà %(count)s réservations à venir pour %(name)s, c’est le plus possible.")
    next_step = N_("Attendez la prochaine, ou annulez-en une.")


class MinGap(Reason):
    code = "min_gap"
    sentence = N_("Laissez %(minutes)s minutes entre deux de vos réservations de %(name)s.")
    next_step = N_("Décalez votre horaire.")


class PlanRequired(Reason):
    code = "plan_required"
    sentence = N_("%(name)s : réservé aux personnes abonnées.")
    next_step = N_("Voyez les abonnements, ou choisissez une place ouverte à tous.")


class NotYetThere(Reason):
    code = "too_early"
    sentence = N_("Il est trop tôt pour signaler votre arrivée : c’est possible à partir de %(from)s.")
    next_step = N_("Revenez à votre arrivée au lieu.")


class CheckInOver(Reason):
    code = "too_late"
    sentence = N_("Il est trop tard pour signaler votre arrivée.")
    next_step = N_("La place est rendue aux autres : réservez de nouveau s’il en reste.")
    hard = True


class NotConfirmed(Reason):
    code = "not_confirmed"
    sentence = N_("Cette réservation n’est pas confirmée.")
    next_step = N_("Attendez sa confirmation.")
    hard = True


class OfferLapsed(Reason):
    code = "offer_lapsed"
    sentence = N_("Cette place n’est plus gardée pour vous : son délai est passé.")
    next_step = N_("Inscrivez-vous de nouveau sur la liste d’attente.")
    hard = True
    taken = True


class StillFree(Reason):
    code = "still_free"
    sentence = N_("Il n’y a pas à attendre : c’est libre.")
    next_step = N_("Réservez tout de suite.")


class BadRecurrence(Reason):
    code = "bad_interval"
    sentence = N_("Cette répétition n’est pas comprise.")
    next_step = N_("Choisissez tous les jours, toutes les semaines ou tous les mois, avec une date de fin.")
    hard = True


class Conflicts(Reason):
    code = "overlap"
    sentence = N_("%(count)s date sur %(total)s n’est pas possible.")
    plural = N_("%(count)s dates sur %(total)s ne sont pas possibles.")
    next_step = N_("Retirez ces dates, ou acceptez de les sauter.")
    hard = True
    taken = True


# ------------------------------------------------------------------ time


def reasons_typed(wall: datetime, zone: ZoneInfo, *, says_which: bool) -> Iterator[Reason]:
    """About a wall-clock time that a person typed; `says_which`: they said summer or winter time."""
    if not exists(wall, zone):
        yield NonexistentTime()
    elif is_ambiguous(wall, zone) and not says_which:
        yield AmbiguousTime()


def reasons_when(period: Period, *, rules: Rules, now: datetime, zone: ZoneInfo, is_staff: bool) -> Iterator[Reason]:
    """Length, step, notice and horizon, all of them."""
    if not period.is_forward or not (period.starts_at.year >= FIRST_YEAR and period.ends_at.year <= LAST_YEAR):
        yield BadInterval()
        return
    if rules.sold_by == "minutes":
        if any(_off_step(moment, rules.step) for moment in period.local(zone)):
            yield Step(step=rules.step)
        if period.minutes < rules.min_minutes:
            yield TooShort(minutes=rules.min_minutes)
        if period.minutes > rules.max_minutes:
            yield TooLong(minutes=rules.max_minutes)
    earliest = now + timedelta(minutes=rules.notice_minutes)
    if period.starts_at < now.replace(second=0, microsecond=0):
        yield Past()
    elif period.starts_at < earliest.replace(second=0, microsecond=0):
        yield Notice(**{"minutes": rules.notice_minutes, "from": earliest.astimezone(zone)})
    last_day = now.astimezone(zone).date() + timedelta(days=rules.horizon_days)
    if not is_staff and period.starts_at.astimezone(zone).date() > last_day:
        yield Horizon(days=rules.horizon_days, until=last_day)


def _off_step(moment: datetime, step: int) -> bool:
    return bool((moment.hour * 60 + moment.minute) % step or moment.second or moment.microsecond)


HALVES = ("morning", "afternoon", "day")


def half_of(period: Period, spans: Mapping[str, Period | None]) -> str | None:
    """Which half-day a period is (`spans`: those of its day), or the running remainder of; None when it is neither."""
    for half in HALVES:
        span = spans.get(half)
        if span is not None and span.ends_at == period.ends_at and span.starts_at <= period.starts_at < span.ends_at:
            return half
    return None


def free_until(period: Period, *, rules: Rules, zone: ZoneInfo) -> datetime:
    """The first instant from which cancelling is late.

    « Until 18:00 the day before » excludes 18:00; « 24 h before » includes the instant, so lateness starts just after it.
    """
    if rules.free_until is not None:
        return at(period.starts_at.astimezone(zone).date() - timedelta(days=1), rules.free_until, zone)
    return period.starts_at - timedelta(hours=rules.free_hours or 0) + timedelta(microseconds=1)


# ------------------------------------------------------------------ recurrence

_RULE_KEYS = frozenset(("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST"))
_RULE = re.compile(r"^[A-Z]+=[A-Za-z0-9,+-]{1,80}$")


def wall_starts(rrule: str, first_start: datetime, *, exdates: Collection[date] = ()) -> list[datetime]:
    """The wall-clock starts of an RFC 5545 rule, at most a year of them; what is not a plain repetition is refused."""
    text = rrule.strip().removeprefix("RRULE:")
    parts = text.upper().split(";")
    if len(text) > 300 or not all(_RULE.match(part) for part in parts):
        raise Refused(BadRecurrence())
    said = dict(part.split("=", 1) for part in parts)
    if len(said) != len(parts) or not set(said) <= _RULE_KEYS or said.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY"):
        raise Refused(BadRecurrence())
    if ("COUNT" not in said and "UNTIL" not in said) or not _bounded(said):
        raise Refused(BadRecurrence())
    count = int(said.pop("COUNT", SERIES_LIMIT))
    last = first_start + timedelta(days=3 * 366)
    try:
        if "UNTIL" in said:  # a civil day: everything of that day is in
            day = datetime.strptime(said.pop("UNTIL")[:8], "%Y%m%d")  # noqa: DTZ007 — wall clock
            last = min(last, day.replace(hour=23, minute=59))
        rule = rrulestr(";".join(f"{key}={value}" for key, value in said.items()), dtstart=first_start)
        found = list(islice(rule.between(first_start, last, inc=True), min(count, SERIES_LIMIT)))
    except (ValueError, TypeError, OverflowError) as error:
        raise Refused(BadRecurrence()) from error
    return [start for start in found if start.date() not in exdates]


def _bounded(said: Mapping[str, str]) -> bool:
    def number(key: str, most: int) -> bool:
        return key not in said or (said[key].isdecimal() and 1 <= int(said[key]) <= most)

    if "BYSETPOS" in said and said["FREQ"] != "MONTHLY":
        return False  # nobody means it, and looking for a second Monday of a week until the year 9999 takes ten seconds
    month_days = said.get("BYMONTHDAY", "1").split(",")
    if not all(day.lstrip("+-").isdecimal() and 1 <= int(day.lstrip("+-")) <= 31 for day in month_days):
        return False
    return number("INTERVAL", 52) and number("COUNT", SERIES_LIMIT) and ("UNTIL" not in said or said["UNTIL"][:8].isdecimal())


# ------------------------------------------------------------------ what is taken


def reasons_state(thing: Thing) -> Iterator[Reason]:
    """What the thing itself says: broken, retired, or never lent."""
    is_machine = thing.kind == "machine"
    if thing.state == "retired" or not thing.bookable:
        yield MachineNotBookable(name=thing.name) if is_machine else OutOfService(name=thing.name)
    elif thing.state == "out_of_service":
        yield MachineOutOfService(name=thing.name) if is_machine else OutOfService(name=thing.name)


def reasons_taken(
    thing: Thing, period: Period, taken: Iterable[Taken], *, now: datetime, zone: ZoneInfo, moving_id: int | None = None
) -> Iterator[Reason]:
    """Who holds it then, one reason for each kind of holder; the thing's own buffers count."""
    whole = period.widened(before=thing.rules.buffer_before, after=thing.rules.buffer_after)
    said: set[type[Reason]] = set()
    for other in taken:
        if not other.counts(now) or not other.whole.overlaps(whole) or (moving_id is not None and other.booking_id == moving_id):
            continue
        reason = _reason_of(thing, period, other, zone)
        if type(reason) not in said:
            said.add(type(reason))
            yield reason


def _reason_of(thing: Thing, period: Period, other: Taken, zone: ZoneInfo) -> Reason:
    begins, ends = other.used.local(zone)
    words = {"name": thing.name, "from": begins, "to": ends}
    match other.holder:
        case "outage":
            return MachineOutOfService(name=thing.name) if thing.kind == "machine" else OutOfService(name=thing.name)
        case "training":
            return BlockedByTraining(**words)
        case "session":
            return BlockedBySession(**words)
        case "space":
            return BlockedBySpace(**words)
        case "closure":
            return ClosedThen(name=thing.name)
    if other.used.overlaps(period):
        return Overlap(**words)
    return Buffer(name=thing.name, minutes=max(thing.rules.buffer_before, thing.rules.buffer_after))


# ------------------------------------------------------------------ what a member may have


@dataclass(frozen=True, slots=True)
class Held:
    """One live booking of the member, as the quotas see it."""

    booking_id: int
    kind: str
    resource_id: int
    name: str
    period: Period
    for_guest: bool = False


def reasons_quota(
    period: Period, *, resource_id: int, name: str, rules: Rules, held: Iterable[Held], now: datetime, zone: ZoneInfo
) -> Iterator[Reason]:
    """Minutes a day, number to come, and the gap between two, on one thing."""
    same = [other for other in held if other.resource_id == resource_id]
    day: date = period.starts_at.astimezone(zone).date()
    if rules.quota_day_minutes is not None:
        used = sum(other.period.minutes for other in same if other.period.starts_at.astimezone(zone).date() == day)
        if used + period.minutes > rules.quota_day_minutes:
            yield QuotaDay(minutes=rules.quota_day_minutes, name=name)
    if rules.quota_future is not None and sum(other.period.starts_at > now for other in same) >= rules.quota_future:
        yield QuotaFuture(count=rules.quota_future, name=name)
    if rules.min_gap_minutes and any(
        other.period.widened(before=rules.min_gap_minutes, after=rules.min_gap_minutes).overlaps(period) for other in same
    ):
        yield MinGap(minutes=rules.min_gap_minutes, name=name)


# ------------------------------------------------------------------ the settings of a thing


class CodeTaken(Reason):
    code = "code_taken"
    sentence = N_("Le code « %(code)s » est déjà pris.")
    next_step = N_("Choisissez-en un autre.")


class LengthsCrossed(Reason):
    code = "bad_rules"
    sentence = N_("La durée la plus courte dépasse la plus longue.")
    next_step = N_("Baissez l’une ou montez l’autre.")


class NothingFits(Reason):
    code = "bad_rules"
    sentence = N_("Aucune durée ne convient : de %(step)s en %(step)s minutes, rien ne tombe entre la plus courte et la plus longue.")
    next_step = N_("Changez le pas, ou l’une des deux durées.")


class SpaceNotEmpty(Reason):
    code = "not_empty"
    sentence = N_("%(name)s contient encore %(count)s chose réservable.")
    plural = N_("%(name)s contient encore %(count)s choses réservables.")
    next_step = N_("Déplacez-les ou retirez-les d’abord.")


class SeatsBooked(Reason):
    code = "not_empty"
    sentence = N_("%(count)s réservation à venir occupe les places à retirer (%(names)s).")
    plural = N_("%(count)s réservations à venir occupent les places à retirer (%(names)s).")
    next_step = N_("Déplacez-les ou annulez-les d’abord.")


def reasons_rules(rules: Rules) -> Iterator[Reason]:
    """Settings that contradict each other: nobody could ever book."""
    if rules.sold_by == "minutes":
        if rules.min_minutes > rules.max_minutes:
            yield LengthsCrossed()
        elif -(-rules.min_minutes // rules.step) * rules.step > rules.max_minutes:
            yield NothingFits(step=rules.step)
    for spans in (rules.hours or {}).values():
        yield from reasons_spans([(opens, closes) for opens, closes in spans])


# ------------------------------------------------------------------ the floor plan

PLAN_WIDTH = 360  # as wide as a small phone
_SEAT, _HIGH, _GAP, _HEAD = (50, 48), 46, 6, 34


def floor_plan(spaces: Sequence[tuple[int, Sequence[tuple[int, bool]]]]) -> dict[int, list[int]]:
    """A first floor plan where nobody drew one: each space a room as wide as the plan, its things in rows.

    `spaces`: (id of the space, its things as (id, is a seat)). Boxes are [x, y, width, height], to be moved by hand afterwards.
    """
    boxes: dict[int, list[int]] = {}
    top = 4
    for space_id, things in spaces:
        x, y, row = 14, top + _HEAD, 0
        for thing_id, is_seat in things:
            width, height = _SEAT if is_seat else (158, _HIGH)
            if x + width > PLAN_WIDTH - 14 + 2:
                x, y, row = 14, y + row + _GAP + 2, 0
            boxes[thing_id] = [x, y, width, height]
            x, row = x + width + _GAP, max(row, height)
        bottom = y + row + 10
        boxes[space_id] = [4, top, PLAN_WIDTH - 8, bottom - top]
        top = bottom + 8
    return boxes
