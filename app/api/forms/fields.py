"""Fields that believe nothing: each says, by a code, what is wrong with what it was given.

The sentences of the codes are in `views/problems.py`; a bound follows its code after a space (`too_long 500`).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timezone
from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.booking.rules import FIRST_YEAR, LAST_YEAR, BadInterval
from app.core.addresses import NotAnAddress, email_address
from app.core.refusals import Refused
from app.core.text import clean, clean_line

BIGGEST = 2**31 - 1  # what a column of integers holds on both databases

_CODES = {"required": "required", "null": "null", "validator_failed": "wrong"}


class Shape(ma.Schema):
    """An object of the interface; a key that it does not know is a mistake, never ignored."""

    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": "unknown_field", "type": "not_an_object"}


class JsonInt(ma.fields.Integer):
    """A whole number, written as JSON writes numbers: `282` or `282.0`, never `true` nor `"282"`."""

    default_error_messages = {**_CODES, "invalid": "not_an_integer", "too_large": "out_of_range"}

    def __init__(self, *, least: int = 0, most: int = BIGGEST, **more: Any) -> None:
        super().__init__(validate=validate.Range(least, most, error="out_of_range"), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class QueryInt(JsonInt):
    """The same in an address, where everything is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not re.fullmatch(r"\d{1,10}", str(value), re.ASCII):
            raise self.make_error("invalid")
        return super()._deserialize(int(value), attr, data, **kwargs)


class Flag(ma.fields.Boolean):
    """`true` or `false`, and nothing that looks like it."""

    default_error_messages = {**_CODES, "invalid": "not_a_boolean"}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid")
        return value


class Line(ma.fields.String):
    """One line of text, cleaned."""

    default_error_messages = {**_CODES, "invalid": "not_text", "invalid_utf8": "not_text"}
    _clean = staticmethod(clean_line)

    def __init__(self, most: int, *, least: int = 0, **more: Any) -> None:
        metadata = {"maxLength": most, **({"minLength": least} if least else {}), **more.pop("metadata", {})}
        super().__init__(metadata=metadata, **more)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if len(value) > self._most:
            raise ma.ValidationError(f"too_long {self._most}")
        text = self._clean(value)
        if len(text) < self._least:
            raise ma.ValidationError("empty")
        return text


class Text(Line):
    """Several lines of text, cleaned."""

    _clean = staticmethod(clean)


class Choice(ma.fields.String):
    """One word of a list."""

    default_error_messages = {**_CODES, "invalid": "not_text", "invalid_utf8": "not_text"}

    def __init__(self, words: Sequence[str], **more: Any) -> None:
        super().__init__(validate=validate.OneOf(words, error="not_a_choice"), **more)


class Choices(ma.fields.List):
    """Some words of a list, each once."""

    default_error_messages = {**_CODES, "invalid": "not_a_list"}

    def __init__(self, words: Sequence[str], *, least: int = 0, **more: Any) -> None:
        length = validate.Length(least, len(words), error="out_of_range")
        super().__init__(Choice(words), validate=length, **more)


class Email(Line):
    """An e-mail address, as it is kept."""

    def __init__(self, **more: Any) -> None:
        super().__init__(254, metadata={"format": "email"}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return email_address(text)
        except NotAnAddress as wrong:
            raise ma.ValidationError("not_an_email") from wrong


class Day(ma.fields.Date):
    """A civil day, `2026-12-08`."""

    default_error_messages = {**_CODES, "invalid": "not_a_day"}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise self.make_error("invalid")
        try:
            return date.fromisoformat(value)
        except ValueError as wrong:
            raise self.make_error("invalid") from wrong


class Moment(ma.fields.DateTime):
    """An instant, RFC 3339, with its offset.

    What was written is kept: `Z` gives the zone UTC itself, any offset a fixed zone, so that the door can tell an instant
    from a wall clock that somebody read (`views/asking.py`).
    """

    default_error_messages = {**_CODES, "invalid": "not_a_time", "naive": "naive_time"}
    _WRITTEN = re.compile(
        r"(?P<wall>\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)(?P<offset>[Zz]|[+\- ]\d\d:\d\d)?",
        re.ASCII,
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        written = self._WRITTEN.fullmatch(value) if isinstance(value, str) else None
        if written is None:
            raise self.make_error("invalid")
        if written["offset"] is None:
            raise self.make_error("naive")
        offset = written["offset"].replace(" ", "+")  # in an address, a plus that was not escaped arrives as a space
        try:
            moment = datetime.fromisoformat(written["wall"].upper() + offset.upper())
        except ValueError as wrong:
            raise self.make_error("invalid") from wrong
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise Refused(BadInterval())
        return moment if offset in "Zz" else moment.replace(tzinfo=timezone(moment.utcoffset() or UTC.utcoffset(None), offset))


class DayOrMoment(Line):
    """A date left out of a series: its day, or the instant when it would have begun."""

    def __init__(self, **more: Any) -> None:
        super().__init__(40, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return (Day() if len(text) == 10 else Moment()).deserialize(text)
