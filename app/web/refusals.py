"""Refusals on screen: each reason's sentence and next step in the reader's language, its blanks filled.

A blank is `%(name)s`. A word that is a `datetime` is written « mardi 8 décembre à 14 h 30 »; `from` and `to` of one day only
say their hours. A `date` is « mardi 8 décembre », a `Period` « mardi 8 décembre, de 14 h à 15 h », `Cents` « 18,00 € ».
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo

from flask import Flask
from flask_babel import gettext

from app.core.period import Period
from app.core.refusals import Alternative, Cents, Reason, Refused
from app.web.registry import sources
from app.web.typography import words

_CHOICE = re.compile(r"(\d{1,9})/(\d{4}-\d\d-\d\dT\d\d:\d\dZ)/(\d{4}-\d\d-\d\dT\d\d:\d\dZ)", re.ASCII)


def install(app: Flask) -> None:
    app.jinja_env.globals.update(reason_message=message, reason_next_step=next_step, alternatives_of=alternatives)


def message(reason: Reason, zone: tzinfo | None = None) -> str:
    """Why not, as a sentence; times in `zone`, else in the lieu's."""
    count = reason.words.get("count")
    is_many = reason.plural and isinstance(count, int) and not words().is_one(count)
    return _filled(reason.plural if is_many else reason.sentence, reason.words, zone)


def next_step(reason: Reason, zone: tzinfo | None = None) -> str:
    """What to do about it; empty when there is nothing to do."""
    return _filled(reason.next_step, reason.words, zone) if reason.next_step else ""


def alternatives(refused: Refused, zone: tzinfo | None = None) -> list[tuple[str, str]]:
    """What can be had instead, as (value of the button, its words)."""
    where = _zone(zone)
    return [(choice_value(one), _offer(one, where)) for one in refused.alternatives]


def choice_value(one: Alternative) -> str:
    """What a button carries: `12/2026-12-08T08:00Z/2026-12-08T09:00Z`."""
    return "/".join([str(one.resource_id), *(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}" for moment in (one.starts_at, one.ends_at))])


def chosen(value: str) -> Alternative | None:
    """The choice that came back from a button, or none when it is not one of ours. The engine still decides."""
    found = _CHOICE.fullmatch(value)
    if not found:
        return None
    try:
        start, end = (datetime.fromisoformat(found[part].replace("Z", "+00:00")) for part in (2, 3))
    except ValueError:
        return None
    return Alternative(int(found[1]), start, end)


def _offer(one: Alternative, zone: tzinfo) -> str:
    span = words().span(one.starts_at, one.ends_at, zone)
    return f"{one.label}, {span}" if one.label else span[:1].upper() + span[1:]


def _filled(sentence: str, blanks: Mapping[str, object], zone: tzinfo | None) -> str:
    where = _zone(zone) if blanks else UTC
    hours = _within_one_day(blanks.get("from"), blanks.get("to"), where)
    written = {name: _written(word, where, hours_only=hours and name in ("from", "to")) for name, word in blanks.items()}
    return str(gettext(sentence, **written))


def _written(word: object, zone: tzinfo, *, hours_only: bool) -> str:
    say = words()
    if isinstance(word, datetime):
        return say.hour(word, zone) if hours_only else say.moment(word, zone)
    if isinstance(word, date):
        return say.day(word)
    if isinstance(word, Period):
        return say.span(word, zone=zone)
    if isinstance(word, Cents):
        return say.money(word.cents)
    return say.number(word) if isinstance(word, int) else str(word)


def _within_one_day(start: object, end: object, zone: tzinfo) -> bool:
    return isinstance(start, datetime) and isinstance(end, datetime) and start.astimezone(zone).date() == end.astimezone(zone).date()


def _zone(zone: tzinfo | None) -> tzinfo:
    return zone or sources().identity().zone
