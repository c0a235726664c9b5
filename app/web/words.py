"""The reasons of a refusal, in the reader's words: their blanks hold dates, moments, amounts, numbers or names.

Two moments of one day are hours (« de 14 h à 15 h 30 »); a moment alone, or over several days, says its day.
"""

from collections.abc import Mapping
from datetime import date, datetime

from flask_babel import gettext

from app.core import clock
from app.core.refusals import Cents, Reason
from app.web import i18n, typography


def said(reason: Reason) -> str:
    """Why not, as a sentence."""
    count = reason.words.get("count")
    is_many = bool(reason.plural) and isinstance(count, int) and not _is_one(count)
    return _filled(reason.plural if is_many else reason.sentence, reason.words)


def next_step(reason: Reason) -> str:
    """What to do about it; empty when there is nothing to do."""
    return _filled(reason.next_step, reason.words)


def _is_one(count: int) -> bool:
    return abs(count) < 2 if i18n.language() == "fr" else abs(count) == 1


def _filled(sentence: str, blanks: Mapping[str, object]) -> str:
    if not sentence:
        return ""
    text: str = gettext(sentence)
    if not blanks:
        return text
    moments = [value for value in blanks.values() if isinstance(value, datetime)]
    is_one_day = len(moments) > 1 and len({moment.date() for moment in moments}) == 1
    return text % {name: _word(value, is_one_day=is_one_day) for name, value in blanks.items()}


def _word(value: object, *, is_one_day: bool) -> str:
    say = typography.words()
    if isinstance(value, datetime):
        return say.hour(value) if is_one_day else say.moment(value)
    if isinstance(value, date):
        return say.day(value, year=value.year != clock.now().year)
    if isinstance(value, Cents):
        return say.money(value.cents)
    return str(value)
