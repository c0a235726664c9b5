"""How pages name things, states and what covers a booking: the same words in every room."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from app.billing.queries import Asked, PriceList
from app.booking.models import Status
from app.booking.rules import Thing, activity_of
from app.web import typography


def title(thing: Thing) -> str:
    """« Poste A3 », where the name alone is a seat's mark; a space that is taken whole says so."""
    if thing.kind == "desk" and thing.name == thing.code:
        return _("Poste %(name)s", name=thing.name)
    if thing.kind == "space":
        return _("%(name)s, en entier", name=thing.name)
    return thing.name


def state(status: str) -> tuple[str, str]:
    """Its sign and its word, as the stylesheet's states are named."""
    return {
        Status.HELD: ("wait", _("gardé pour vous")),
        Status.PENDING: ("wait", _("en attente")),
        Status.CONFIRMED: ("mine", _("réservé")),
        Status.CHECKED_IN: ("done", _("arrivé")),
        Status.DONE: ("done", _("passé")),
        Status.CANCELLED: ("busy", _("annulé")),
        Status.LATE_CANCELLED: ("busy", _("annulé tard")),
        Status.NO_SHOW: ("down", _("absent")),
        Status.REJECTED: ("down", _("refusé")),
        Status.RELEASED: ("busy", _("rendu")),
        Status.EXPIRED: ("busy", _("délai passé")),
    }[Status(status)]


def half_words(half: str) -> str:
    return {"morning": _("le matin"), "afternoon": _("l’après-midi"), "day": _("toute la journée")}[half]


def covered(parts: Collection[Mapping[str, Any]], cents: int, day: date) -> str:
    """What pays, in a few words: « votre carnet », « votre abonnement, le reste sur votre note de décembre »."""
    sources = {part["source"] for part in parts if part["units"]}
    by_time = any(part["unit"] == "minute" for part in parts)
    pass_word = _("votre forfait") if by_time else _("votre carnet")
    named = [word for source, word in (("plan", _("votre abonnement")), ("pass", pass_word)) if source in sources]
    bill = _("sur votre note %(of_month)s", of_month=typography.words().of_month(day))
    if not cents:
        return typography.words().listed(named) if named else _("gratuit")
    return _("%(first)s, le reste %(bill)s", first=typography.words().listed(named), bill=bill) if named else bill


def free_until_words(limit: datetime | None, now: datetime, zone: Any) -> str:
    """Until when cancelling costs nothing."""
    if limit is None or limit <= now:
        return _("Trop tard pour annuler gratuitement : ce qui est réservé est dû.")
    return _("Annulation gratuite jusqu’au %(moment)s.", moment=typography.words().moment(limit, zone))


def place_of(thing: Thing, things: Mapping[int, Thing]) -> str:
    """Where it stands."""
    space = things.get(thing.space_id or 0) or things.get(_pool_space(thing, things))
    return space.name if space is not None and space.id != thing.id else ""


def _pool_space(thing: Thing, things: Mapping[int, Thing]) -> int:
    pool = things.get(thing.pool_id or 0)
    return (pool.space_id or 0) if pool is not None else 0


# ---------------------------------------------------------------- what is said of a thing


def rules_of(thing: Thing) -> list[str]:
    """Its rules, as sentences."""
    words, rules = typography.words(), thing.rules
    said = []
    if rules.sold_by == "minutes":
        said.append(
            _(
                "De %(step)s en %(step)s minutes, %(least)s au moins, %(most)s au plus.",
                step=rules.step,
                least=words.minutes(rules.min_minutes),
                most=words.minutes(rules.max_minutes),
            )
        )
    elif thing.is_fixed:
        said.append(_("C’est le bureau d’un résident : on le prête quand il est absent."))
    else:
        said.append(_("Par demi-journée ou à la journée."))
    if rules.notice_minutes:
        said.append(_("À réserver %(notice)s à l’avance au moins.", notice=words.minutes(rules.notice_minutes)))
    if rules.buffer_before or rules.buffer_after:
        said.append(
            _("%(minutes)s restent libres entre deux réservations.", minutes=words.minutes(max(rules.buffer_before, rules.buffer_after)))
        )
    if rules.free_until is not None:
        said.append(_("Annulation gratuite jusqu’à la veille, %(hour)s.", hour=words.hour_at(rules.free_until)))
    elif rules.free_hours:
        said.append(_("Annulation gratuite jusqu’à %(hours)s avant.", hours=words.minutes(60 * rules.free_hours)))
    else:
        said.append(_("Annulation gratuite jusqu’au début."))
    if rules.check_in:
        said.append(_("Sans signe de vous %(delay)s après le début, la place est rendue.", delay=words.minutes(rules.no_show_after)))
    if rules.approval:
        said.append(_("L’équipe du lieu accepte chaque demande."))
    if rules.people > 1:
        said.append(_("Il faut être %(count)s.", count=rules.people))
    if rules.night:
        said.append(_("De nuit aussi, pour qui a un badge."))
    if rules.quota_day_minutes:
        said.append(_("Chacun a droit à %(time)s par jour.", time=words.minutes(rules.quota_day_minutes)))
    return said


def prices_of(thing: Thing, prices: PriceList, asked: Asked) -> list[tuple[str, int]]:
    """What it costs this person: (unit, cents, taxes included)."""
    words, prices = typography.words(), prices.shown(activity_of(thing.kind), asked.on)
    own = thing.priced_as
    if thing.rules.sold_by != "minutes":
        units = (("half_day", _("La demi-journée")), ("day", _("La journée")))
        return [(label, cents) for unit, label in units if (cents := prices.one([own, "desk"], unit, asked)) is not None]
    names = [own, f"family:{thing.family}" if thing.kind == "machine" else thing.kind]
    said = [
        (_("L’heure") if (minutes or 60) == 60 else words.opening(words.minutes(minutes or 60)), cents)
        for minutes, cents in sorted(prices.own(names, "minutes", asked), key=lambda price: price[0] or 60)
    ]
    cap = prices.one(names, "day_cap", asked)
    return said + ([(_("La journée, au plus"), cap)] if cap is not None else [])


# ---------------------------------------------------------------- a day as a strip


@dataclass(frozen=True, slots=True)
class Segment:
    x: int
    width: int
    kind: str  # free, busy, mine, down
    word: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The open hours of one day, from left to right: what is free, taken, one's own."""

    segments: list[Segment]
    ticks: list[tuple[int, str, str]]  # x, hour, how it is anchored
    spoken: str


STRIP_WIDTH = 340
LETTER = 8  # width of a letter of its words, in units of the strip


def strip(opens: int, closes: int, rows: Iterable[tuple[int, int, str]], own: Collection[tuple[int, int]], zone: Any) -> Strip:
    """`rows`: (from, to, holder), in order, in seconds; `own`: one's own, among them."""
    words, mine = typography.words(), set(own)
    parts: list[tuple[int, int, str]] = []
    cursor = opens
    for start, end, holder in rows:
        begins, ends = max(start, opens), min(end, closes)
        if begins >= ends:
            continue
        if begins > cursor:
            parts.append((cursor, begins, "free"))
        parts.append((begins, ends, "mine" if (start, end) in mine else "down" if holder == "outage" else "busy"))
        cursor = ends
    if cursor < closes:
        parts.append((cursor, closes, "free"))
    named = {"free": _("libre"), "busy": _("pris"), "mine": _("à vous"), "down": _("panne")}
    segments = [
        Segment(_x(start, opens, closes), _x(end, opens, closes) - _x(start, opens, closes), kind, named[kind])
        for start, end, kind in parts
    ]
    segments = [one if one.width >= LETTER * len(one.word) else replace(one, word="") for one in segments]

    def hour(moment: int) -> str:
        return words.hour(datetime.fromtimestamp(moment, zone))

    ticks: list[tuple[int, str, str]] = []
    written = 0  # where the last hour ends
    for moment in sorted({moment for start, end, _kind in parts for moment in (start, end)}):
        x, label = _x(moment, opens, closes), hour(moment)
        width = LETTER * len(label)
        anchor = "" if moment == opens else "end" if moment == closes else "mid"
        left = {"": x, "end": x - width, "mid": x - width // 2}[anchor]
        if ticks and anchor == "end" and left < written:
            ticks.pop()
        if not ticks or anchor == "end" or (left >= written and x + width // 2 <= STRIP_WIDTH):
            ticks.append((x, label, anchor))
            written = left + width
    free = [
        words.from_to(datetime.fromtimestamp(start, zone), datetime.fromtimestamp(end, zone))
        for start, end, kind in parts
        if kind == "free"
    ]
    return Strip(segments, ticks, _("Libre %(hours)s", hours=words.listed(free)) if free else _("Rien de libre"))


def _x(moment: int, opens: int, closes: int) -> int:
    return STRIP_WIDTH * (moment - opens) // max(closes - opens, 1)
