"""The reasons of a refusal, in the reader's words: their blanks `%(name)s` hold dates, moments, periods, amounts, numbers, names or lists of names.

Two moments of one day are hours (« de 14 h à 15 h 30 »); a moment alone, or over several days, says its day; a `time` never does.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo

from flask_babel import gettext

from app.core import clock
from app.core.period import Period
from app.core.refusals import Cents, Reason
from app.web import typography
from app.web.registry import sources


def said(reason: Reason, zone: tzinfo | None = None) -> str:
    """Why not, as a sentence; its times in `zone`, else in their own, and those in UTC in the lieu's."""
    count = reason.words.get("count")
    is_many = bool(reason.plural) and isinstance(count, int) and not typography.words().is_one(count)
    return _filled(reason.plural if is_many else reason.sentence, reason.words, zone)


def next_step(reason: Reason, zone: tzinfo | None = None) -> str:
    """What to do about it; empty when there is nothing to do."""
    return _filled(reason.next_step, reason.words, zone)


def _filled(sentence: str, blanks: Mapping[str, object], zone: tzinfo | None) -> str:
    if not sentence:
        return ""
    placed = {name: _placed(value, zone) for name, value in blanks.items()}
    moments = [value for value in placed.values() if isinstance(value, datetime)]
    is_one_day = len(moments) > 1 and len({moment.date() for moment in moments}) == 1
    return str(gettext(sentence, **{name: _word(value, is_one_day=is_one_day) for name, value in placed.items()}))


def _placed(value: object, zone: tzinfo | None) -> object:
    """A moment on the clock of its reader."""
    if isinstance(value, Period):
        return _placed(value.starts_at, zone), _placed(value.ends_at, zone)
    if not isinstance(value, datetime) or (zone is None and value.tzinfo is not UTC):
        return value
    return value.astimezone(zone or sources().identity().zone)


def _word(value: object, *, is_one_day: bool) -> str:
    say = typography.words()
    if isinstance(value, datetime):
        return say.hour(value) if is_one_day else say.moment(value)
    if isinstance(value, time):
        return say.hour(value)
    if isinstance(value, date):
        return say.day(value, year=value.year != clock.now().year)
    if isinstance(value, tuple):
        return say.span(*value)
    if isinstance(value, list):
        return say.listed(value)
    if isinstance(value, Cents):
        return say.money(value.cents)
    return say.number(value) if isinstance(value, int) else str(value)
