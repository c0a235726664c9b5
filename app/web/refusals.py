"""Refusals on screen: what can be had instead, as buttons, and the way back from a button to what it offered."""

import re
from datetime import UTC, datetime, tzinfo

from flask import Flask

from app.core.refusals import Alternative, Refused
from app.web import typography, words
from app.web.registry import sources

_CHOICE = re.compile(r"(\d{1,9})/(\d{4}-\d\d-\d\dT\d\d:\d\dZ)/(\d{4}-\d\d-\d\dT\d\d:\d\dZ)", re.ASCII)


def install(app: Flask) -> None:
    app.jinja_env.globals.update(reason_said=words.said, reason_next_step=words.next_step, alternatives_of=alternatives)


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
    span = typography.words().span(one.starts_at, one.ends_at, zone)
    return f"{one.label}, {span}" if one.label else span[:1].upper() + span[1:]
