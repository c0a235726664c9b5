"""What is written as text and kept as text, cleaned."""

from collections.abc import Sequence
from typing import Any

import wtforms
from wtforms import ValidationError
from wtforms.validators import Length, StopValidation

from app.core.addresses import NotAnAddress, email_address
from app.core.text import clean, clean_line


class StringField(wtforms.StringField):
    """One line of text, cleaned."""

    data: Any  # a `str` once the form is read

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), *, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(label, [*validators, Length(max=max_length)], filters=(_line,), **kwargs)


class TextAreaField(wtforms.TextAreaField):
    """Several lines of text, cleaned."""

    data: Any

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), *, max_length: int = 4000, **kwargs: Any) -> None:
        super().__init__(label, [*validators, Length(max=max_length)], filters=(_lines,), **kwargs)


class HiddenField(StringField):
    """Something the form carries from one page to the next; as little to be trusted as any other field."""

    widget = wtforms.widgets.HiddenInput()


class EmailField(StringField):
    """An e-mail address."""

    widget = wtforms.widgets.EmailInput()

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        kwargs["render_kw"] = {"autocomplete": "email"} | (kwargs.get("render_kw") or {})
        super().__init__(label, [*validators, _empty_is_enough, _is_address], max_length=254, **kwargs)


class PasswordField(wtforms.PasswordField):
    """A secret, taken as it is and never shown again."""

    data: Any

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        kwargs["render_kw"] = {"autocomplete": autocomplete} | (kwargs.get("render_kw") or {})
        super().__init__(label, [*validators, Length(max=256)], **kwargs)


class InputRequired(wtforms.validators.InputRequired):
    """Something must be written; blanks are nothing."""

    def __call__(self, form: Any, field: wtforms.Field) -> None:
        if field.raw_data and isinstance(field.raw_data[0], str) and not clean(field.raw_data[0]):
            field.raw_data = []
        super().__call__(form, field)


def _line(value: str | None) -> str:
    return clean_line(value or "")


def _lines(value: str | None) -> str:
    return clean(value or "")


def _empty_is_enough(_form: wtforms.Form, field: wtforms.Field) -> None:
    if not field.data:
        raise StopValidation()


def _is_address(_form: wtforms.Form, field: wtforms.Field) -> None:
    """What is kept is the address as mail servers write it."""
    try:
        field.data = email_address(field.data)
    except NotAnAddress:
        raise ValidationError(field.gettext("Invalid email address.")) from None
