"""The forms of the house: sentences that say what to do, clean text, bounded values, refusals shown above the fields.

Rooms take their fields from here, never from WTForms: what enters is cleaned and bounded, and what is wrong is told beside
its field instead of surprising the database. An empty field is `""` (text) or `None`; `InputRequired()` makes it compulsory.
"""

from flask_wtf.file import FileField, FileRequired, MultipleFileField
from wtforms import FieldList, FormField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import EqualTo, Length, NoneOf, Optional, Regexp

from app.web.forms.choices import BooleanField, CheckboxesField, RadioField, SelectField
from app.web.forms.form import Form, QueryForm, described_by, field_attributes, install, sent_key
from app.web.forms.spans import SpanForm
from app.web.forms.text import EmailField, HiddenField, InputRequired, PasswordField, StringField, TextAreaField
from app.web.forms.values import (
    FIRST_DAY,
    LAST_DAY,
    DateField,
    DaysField,
    DecimalField,
    IntegerField,
    MoneyField,
    TimeField,
    Told,
    asked_day,
)

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "BooleanField",
    "CheckboxesField",
    "DateField",
    "DaysField",
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
    "SpanForm",
    "StringField",
    "TextAreaField",
    "TimeField",
    "Told",
    "ValidationError",
    "asked_day",
    "described_by",
    "field_attributes",
    "install",
    "sent_key",
]
