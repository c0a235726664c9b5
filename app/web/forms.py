"""The forms of the house: sentences that say what to do, clean text, bounded values, refusals shown above the fields.

Rooms take their fields from here, never from WTForms: what enters is cleaned and bounded, and what is wrong is told beside
its field instead of surprising the database. An empty field is `""` (text) or `None`; `InputRequired()` makes it compulsory.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

import wtforms
from flask import Flask, request
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired, MultipleFileField
from wtforms import FieldList, FormField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import EqualTo, Length, NoneOf, Optional, Regexp, StopValidation

from app.core.addresses import NotAnAddress, email_address
from app.core.refusals import Refused
from app.core.text import clean, clean_line
from app.web.csrf import KEY_FIELD
from app.web.typography import words

__all__ = [
    "BooleanField",
    "CheckboxesField",
    "DateField",
    "DecimalField",
    "EmailField",
    "EqualTo",
    "FieldList",
    "FileField",
    "FileRequired",
    "Form",
    "FormField",
    "HiddenField",
    "InputRequired",
    "IntegerField",
    "Length",
    "MoneyField",
    "MultipleFileField",
    "NoneOf",
    "Optional",
    "PasswordField",
    "QueryForm",
    "RadioField",
    "Regexp",
    "SelectChoice",
    "SelectField",
    "StringField",
    "TextAreaField",
    "TimeField",
    "Told",
    "ValidationError",
    "sent_key",
]

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_FRENCH_DAY = re.compile(r"(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,6})?", re.ASCII)
_AMOUNT = re.compile(r"([+-]?)(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)


class Form(FlaskForm):
    """A posted form. Its two tokens come from the `form` macro; `idempotency_key.data` says which sending this is."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, _form: wtforms.Form) -> "_Sentences":
            return _SENTENCES

    refused: Refused | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.idempotency_key = sent_key()

    def refuse(self, refused: Refused) -> None:
        """Show these reasons above the fields, and answer with their status."""
        self.refused = refused

    @property
    def status(self) -> int:
        """200 to be filled; 422 when a field is wrong; 409 or 422 when the gesture was refused."""
        if self.refused is not None:
            return self.refused.status
        return 422 if self.errors else 200

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """(id of the field, its label, what is wrong) for the summary on top; what concerns the whole form has no label."""
        return [*(("contenu", "", str(error)) for error in self.form_errors), *_problems(self)]


class QueryForm(Form):
    """A form that only asks: read from the address, no token, so its page may be kept and compressed."""

    class Meta(Form.Meta):
        csrf = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(request.args, **kwargs)

    @property
    def is_asked(self) -> bool:
        """Whether the address says anything that this form asks."""
        return any(field.name in request.args for field in self)


def sent_key() -> str | None:
    """The key that the posted form carried: the same one twice is the same gesture, done once."""
    key = request.form.get(KEY_FIELD, "")
    return key if _KEY.fullmatch(key) else None


# ---------------------------------------------------------------- how a field tells its hint and its error


def install(app: Flask) -> None:
    app.jinja_env.globals.update(field_attributes=field_attributes, described_by=described_by)


def field_attributes(field: wtforms.Field, hint: str, given: dict[str, Any]) -> dict[str, Any]:
    """What ties an input to its hint and its error, with what the template asks besides."""
    attributes = dict(given)
    if described := described_by(field, hint):
        attributes["aria-describedby"] = described
    if field.errors:
        attributes["aria-invalid"] = "true"
    return attributes


def described_by(field: wtforms.Field, hint: str) -> str:
    return " ".join([*([f"{field.id}-h"] if hint else []), *([f"{field.id}-e"] if field.errors else [])])


# ---------------------------------------------------------------- fields


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


class BooleanField(wtforms.BooleanField):
    """One box to tick."""


class Told(wtforms.Field):
    """A value that is written as text and read as something else, within bounds; `None` when empty."""

    widget: Any = wtforms.widgets.TextInput()
    data: Any

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        typed = clean_line(str(valuelist[0]))
        if typed:
            self.data = self.read(typed)

    def _value(self) -> str:
        if self.raw_data:
            return clean_line(str(self.raw_data[0]))
        return "" if self.data is None else self.write(self.data)

    def read(self, typed: str) -> Any:
        """The value, or ValueError with the sentence to show."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        raise NotImplementedError


class DateField(Told):
    """A day, picked or typed (« 08/12/2026 » too)."""

    widget = wtforms.widgets.DateInput()

    def __init__(
        self, label: Any = None, validators: Sequence[Any] = (), *, earliest: date = FIRST_DAY, latest: date = LAST_DAY, **kwargs: Any
    ) -> None:
        self.earliest, self.latest = earliest, latest
        kwargs["render_kw"] = {"min": earliest.isoformat(), "max": latest.isoformat()} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> date:
        if iso := _ISO_DAY.fullmatch(typed):
            year, month, day = iso.groups()
        elif french := _FRENCH_DAY.fullmatch(typed):
            day, month, year = french.groups()
        else:
            raise ValueError(gettext("Écrivez la date comme 08/12/2026."))
        try:
            value = date(int(year), int(month), int(day))
        except ValueError:
            raise ValueError(gettext("Ce jour n’existe pas dans le calendrier. Vérifiez le mois et l’année.")) from None
        if not self.earliest <= value <= self.latest:
            say = words()
            raise ValueError(
                gettext(
                    "Choisissez une date du %(first)s au %(last)s.", first=say.date_long(self.earliest), last=say.date_long(self.latest)
                )
            )
        return value

    def write(self, value: date) -> str:
        return value.isoformat()


class TimeField(Told):
    """A time of day, « 14:30 », « 14 h 30 » or « 9h »."""

    widget = wtforms.widgets.TimeInput()

    def read(self, typed: str) -> time:
        found = _HOUR.fullmatch(typed)
        hour, minute = (int(part or 0) for part in found.groups()) if found else (99, 0)
        if hour > 23 or minute > 59:
            raise ValueError(gettext("Écrivez l’heure comme 14:30."))
        return time(hour, minute)

    def write(self, value: time) -> str:
        return f"{value:%H:%M}"


class IntegerField(Told):
    """A whole number."""

    def __init__(
        self, label: Any = None, validators: Sequence[Any] = (), *, minimum: int = 0, maximum: int = 1_000_000, **kwargs: Any
    ) -> None:
        self.minimum, self.maximum = minimum, maximum
        kwargs["render_kw"] = {"inputmode": "numeric", "autocomplete": "off"} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> int:
        written = _without_spaces(typed)
        if not _INTEGER.fullmatch(written):
            raise ValueError(gettext("Écrivez un nombre entier, en chiffres."))
        value = int(written)
        if not self.minimum <= value <= self.maximum:
            say = words()
            raise ValueError(
                gettext("Écrivez un nombre de %(least)s à %(most)s.", least=say.number(self.minimum), most=say.number(self.maximum))
            )
        return value

    def write(self, value: int) -> str:
        return str(value)


class DecimalField(Told):
    """A number with decimals, comma or point, exact."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] = (),
        *,
        minimum: Decimal = Decimal(0),
        maximum: Decimal = Decimal(1_000_000),
        places: int = 2,
        **kwargs: Any,
    ) -> None:
        self.minimum, self.maximum, self.places = minimum, maximum, places
        kwargs["render_kw"] = {"inputmode": "decimal", "autocomplete": "off"} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> Decimal:
        written = _without_spaces(typed)
        if not _DECIMAL.fullmatch(written):
            raise ValueError(gettext("Écrivez un nombre, comme 12,5."))
        value = Decimal(written.replace(",", "."))
        if round(value, self.places) != value:
            raise ValueError(
                ngettext(
                    "Écrivez %(num)d chiffre au plus après la virgule.", "Écrivez %(num)d chiffres au plus après la virgule.", self.places
                )
            )
        if not self.minimum <= value <= self.maximum:
            say = words()
            raise ValueError(
                gettext("Écrivez un nombre de %(least)s à %(most)s.", least=say.number(self.minimum), most=say.number(self.maximum))
            )
        return value

    def write(self, value: Decimal) -> str:
        return f"{value:f}".replace(".", words().decimal_mark)


class MoneyField(Told):
    """An amount in euros, « 12,50 » or « 12.50 »; its data is in integer cents."""

    def __init__(
        self, label: Any = None, validators: Sequence[Any] = (), *, minimum: int = 0, maximum: int = 100_000_00, **kwargs: Any
    ) -> None:
        self.minimum, self.maximum = minimum, maximum
        kwargs["render_kw"] = {"inputmode": "decimal", "autocomplete": "off"} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> int:
        found = _AMOUNT.fullmatch(_without_spaces(typed).removesuffix("€").removeprefix("€"))
        if not found:
            raise ValueError(gettext("Écrivez un montant en euros, comme 12,50."))
        sign, euros, cents = found.groups()
        value = (int(euros) * 100 + int((cents or "").ljust(2, "0"))) * (-1 if sign == "-" else 1)
        if not self.minimum <= value <= self.maximum:
            say = words()
            raise ValueError(
                gettext("Écrivez un montant de %(least)s à %(most)s.", least=say.money(self.minimum), most=say.money(self.maximum))
            )
        return value

    def write(self, value: int) -> str:
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}{words().decimal_mark}{abs(value) % 100:02d}"


class SelectField(wtforms.SelectField):
    """One of a list."""


class RadioField(wtforms.RadioField):
    """One of a few, all seen at once."""


class CheckboxesField(wtforms.SelectMultipleField):
    """Several of a few, all seen at once."""

    widget = wtforms.widgets.ListWidget(prefix_label=False)
    option_widget = wtforms.widgets.CheckboxInput()

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.label.field_id = False  # type: ignore[assignment]


class InputRequired(wtforms.validators.InputRequired):
    """Something must be written; blanks are nothing."""

    def __call__(self, form: Any, field: wtforms.Field) -> None:
        if field.raw_data and isinstance(field.raw_data[0], str) and not clean(field.raw_data[0]):
            field.raw_data = []
        super().__call__(form, field)


# ---------------------------------------------------------------- private


def _line(value: str | None) -> str:
    return clean_line(value or "")


def _lines(value: str | None) -> str:
    return clean(value or "")


def _without_spaces(typed: str) -> str:
    return "".join(typed.split())


def _empty_is_enough(_form: wtforms.Form, field: wtforms.Field) -> None:
    if not field.data:
        raise StopValidation()


def _is_address(_form: wtforms.Form, field: wtforms.Field) -> None:
    """What is kept is the address as mail servers write it."""
    try:
        field.data = email_address(field.data)
    except NotAnAddress:
        raise ValidationError(field.gettext("Invalid email address.")) from None


def _problems(fields: Iterable[wtforms.Field]) -> Iterator[tuple[str, str, str]]:
    for field in fields:
        if isinstance(field, (FieldList, FormField)):
            yield from _problems(field)
        else:
            yield from ((field.id, str(field.label.text), _after_a_colon(str(error))) for error in field.errors)


def _after_a_colon(sentence: str) -> str:
    """« À remplir. » becomes « à remplir. »; a sigle stays as it is."""
    begins_a_word = len(sentence) > 1 and (sentence[1].islower() or sentence[1] in " ’")
    return sentence[0].lower() + sentence[1:] if begins_a_word else sentence


class _Sentences:
    """What WTForms says in English, in our own words: what to do, rather than what is invalid."""

    said = {
        "This field is required.": _l("À remplir."),
        "Invalid input.": _l("Ce n’est pas écrit comme il faut. Relisez l’exemple."),
        "Invalid email address.": _l("Cette adresse n’est pas complète. Exemple\u00a0: camille@exemple.fr"),
        "Field must be equal to %(other_name)s.": _l("Les deux ne sont pas pareils. Écrivez deux fois la même chose."),
        "Field must be at least %(min)d character long.": _l("Écrivez au moins %(min)d caractère."),
        "Field must be at least %(min)d characters long.": _l("Écrivez au moins %(min)d caractères."),
        "Field cannot be longer than %(max)d character.": _l("C’est trop long\u00a0: %(max)d caractère au plus."),
        "Field cannot be longer than %(max)d characters.": _l("C’est trop long\u00a0: %(max)d caractères au plus."),
        "Field must be exactly %(max)d character long.": _l("Écrivez exactement %(max)d caractère."),
        "Field must be exactly %(max)d characters long.": _l("Écrivez exactement %(max)d caractères."),
        "Field must be between %(min)d and %(max)d characters long.": _l("Écrivez de %(min)d à %(max)d caractères."),
        "Number must be at least %(min)s.": _l("Écrivez un nombre d’au moins %(min)s."),
        "Number must be at most %(max)s.": _l("Écrivez un nombre d’au plus %(max)s."),
        "Number must be between %(min)s and %(max)s.": _l("Écrivez un nombre de %(min)s à %(max)s."),
        "Invalid IP address.": _l("Écrivez une adresse IP, comme 192.0.2.1."),
        "Invalid Mac address.": _l("Écrivez une adresse MAC, comme 00:00:5e:00:53:01."),
        "Invalid URL.": _l("Écrivez une adresse complète, qui commence par https://"),
        "Invalid UUID.": _l("Ce lien n’est pas complet. Copiez-le en entier."),
        "Invalid value, must be one of: %(values)s.": _l("Choisissez parmi\u00a0: %(values)s."),
        "Invalid value, can't be any of: %(values)s.": _l("Ceci n’est pas possible\u00a0: %(values)s. Choisissez autre chose."),
        "Invalid Choice: could not coerce.": _l("Choisissez dans la liste."),
        "Choices cannot be None.": _l("Choisissez dans la liste."),
        "Not a valid choice.": _l("Choisissez dans la liste."),
        "Invalid choice(s): one or more data inputs could not be coerced.": _l("Choisissez dans la liste."),
        "'%(value)s' is not a valid choice for this field.": _l("«\u00a0%(value)s\u00a0» n’est plus dans la liste. Choisissez de nouveau."),
        "'%(value)s' are not valid choices for this field.": _l(
            "«\u00a0%(value)s\u00a0» ne sont plus dans la liste. Choisissez de nouveau."
        ),
        "Not a valid datetime value.": _l("Écrivez la date et l’heure comme 2026-12-08 14:30."),
        "Not a valid date value.": _l("Écrivez la date comme 08/12/2026."),
        "Not a valid time value.": _l("Écrivez l’heure comme 14:30."),
        "Not a valid week value.": _l("Écrivez la semaine comme 2026-W50."),
        "Not a valid integer value.": _l("Écrivez un nombre entier, en chiffres."),
        "Not a valid decimal value.": _l("Écrivez un nombre, comme 12,5."),
        "Not a valid float value.": _l("Écrivez un nombre, comme 12,5."),
        "This field cannot be edited.": _l("Ceci ne se change pas ici."),
        "This field is disabled and cannot have a value.": _l("Ceci ne se change pas ici."),
        "Invalid CSRF Token.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
        "CSRF token missing.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
        "CSRF failed.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
        "CSRF token expired.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
    }

    def gettext(self, sentence: str) -> str:
        return str(self.said.get(sentence, sentence))

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if abs(count) < 2 else many)


_SENTENCES = _Sentences()
