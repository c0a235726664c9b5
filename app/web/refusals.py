"""Refusals on screen: each reason's sentence and next step in the reader's language, its blanks filled.

A blank is `{name}`; a moment is written whole (« mardi 8 décembre à 14 h 30 ») unless the sentence asks for a part of it
(`{until:hour}`, `{day:day_short}`), by the name of a filter of `typography`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from string import Formatter
from typing import Any

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
    return _told(reason.sentence, reason.words, zone)


def next_step(reason: Reason, zone: tzinfo | None = None) -> str:
    """What to do about it; empty when there is nothing to do."""
    return _told(reason.next_step, reason.words, zone)


def alternatives(refused: Refused, zone: tzinfo | None = None) -> list[tuple[str, str]]:
    """What can be had instead, as (value of the button, its words)."""
    where = zone or sources().identity().zone
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


def _told(sentence: str, blanks: Mapping[str, object], zone: tzinfo | None) -> str:
    if not sentence:
        return ""
    return _Writer(zone or sources().identity().zone).vformat(gettext(sentence), (), blanks)


class _Writer(Formatter):
    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone

    def format_field(self, value: Any, format_spec: str) -> str:
        say = words()
        text: str
        if isinstance(value, Cents):
            text = say.money(value.cents)
        elif isinstance(value, (Period, date)):
            usual = "span" if isinstance(value, Period) else "moment" if isinstance(value, datetime) else "day"
            text = getattr(say, format_spec or usual)(value, self.zone)
        elif format_spec and isinstance(value, int):
            text = getattr(say, format_spec)(value)
        else:
            text = super().format_field(value, format_spec)
        return text
