"""A form as a whole: its tokens, its refusal, what is wrong in it, how its fields tell their hint and their error."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import wtforms
from flask import Flask, g, request
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField

from app.core.refusals import Refused
from app.web.csrf import KEY_FIELD
from app.web.forms.sentences import SENTENCES, Sentences

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Form(FlaskForm):
    """A posted form. Its two tokens come from the `form` macro; `idempotency_key.data` says which sending this is."""

    class Meta(FlaskForm.Meta):
        @property
        def csrf(self) -> bool:
            """Not looked at twice: of a posted form the door (`web/csrf.py`) already did."""
            return not g.get("csrf_valid", False) and super().csrf

        def get_translations(self, _form: wtforms.Form) -> Sentences:
            return SENTENCES

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
