"""What people type, and what the house makes of it."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import wtforms
from babel.messages.pofile import read_po

from app.booking.rules import Overlap, Past
from app.core.refusals import Alternative, Refused
from app.web import forms, refusals
from app.web.forms.sentences import SENTENCES
from tests.web.conftest import LIEU

FEW = [forms.SelectChoice("a", "Le premier"), forms.SelectChoice("b", "Le second")]


class Everything(forms.Form):
    line = forms.StringField("Ligne", max_length=20)
    text = forms.TextAreaField("Texte")
    email = forms.EmailField("Adresse")
    day = forms.DateField("Jour")
    born = forms.DateField("Naissance", earliest=date(1900, 1, 1))
    hour = forms.TimeField("Heure")
    count = forms.IntegerField("Combien", minimum=1, maximum=1000)
    weight = forms.DecimalField("Poids")
    amount = forms.MoneyField("Montant")
    choice = forms.SelectField("Choix", choices=FEW, validate_choice=False)


@pytest.fixture
def sent(shell_app):
    """`sent(amount="12,50")`: the form as it was sent, validated."""
    shell_app.config["WTF_CSRF_ENABLED"] = False

    def sent(_class=Everything, **typed):
        with shell_app.test_request_context("/", method="POST", data={name.rstrip("_"): value for name, value in typed.items()}):
            form = _class()
            form.validate_on_submit()
            form.shown = {field.name: str(field()) for field in form}
            form.summary = form.problems
            return form

    return sent


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("amount", "12,50", 1250),
        ("amount", "12.50", 1250),
        ("amount", "12", 1200),
        ("amount", "12,5", 1250),
        ("amount", " 1\u202f234,50\u00a0€ ", 123450),
        ("amount", "0", 0),
        ("amount", "0,29", 29),  # 28 with a float
        ("amount", "99999,99", 9999999),
        ("count", "12", 12),
        ("count", "+12", 12),
        ("count", "1\u202f000", 1000),
        ("weight", "12,5", Decimal("12.5")),
        ("weight", "0.125", None),
        ("day", "2026-12-08", date(2026, 12, 8)),
        ("day", "08/12/2026", date(2026, 12, 8)),
        ("day", "8.12.2026", date(2026, 12, 8)),
        ("day", "2000-01-01", date(2000, 1, 1)),
        ("day", "2100-12-31", date(2100, 12, 31)),
        ("born", "1946-03-02", date(1946, 3, 2)),
        ("hour", "14:30", time(14, 30)),
        ("hour", "14 h 30", time(14, 30)),
        ("hour", "9h", time(9)),
        ("line", "  Zoé\u202e \u0000Aubert\t\n ", "Zoé Aubert"),
        ("line", "Zoe\u0301", "Zoé"),
        ("text", "un\r\ndeux\u0007", "un\ndeux"),
        ("email", " camille@exemple.fr ", "camille@exemple.fr"),
    ],
)
def test_what_is_typed_is_understood(sent, field, typed, value):
    assert sent(**{field: typed})[field].data == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("amount", typed) for typed in ("1,234", "12,50,00", "-1", "1e3", "douze", "0x10", "１２", "99999999999999", "NaN", "12€50")),
        *(("count", typed) for typed in ("0", "1001", "1,5", "1_000", "９", "9" * 5000, "deux", "--1")),
        *(("weight", typed) for typed in ("0,125", "NaN", "Infinity", "1e5", "-1", "9" * 5000)),
        *(
            ("day", typed)
            for typed in ("0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "demain", "20261208")
        ),
        *(("born", typed) for typed in ("1899-12-31", "32/01/2000")),
        *(("hour", typed) for typed in ("24:00", "14:60", "25", "midi", "14:3")),
        *(("email", typed) for typed in ("camille", "camille@", "@exemple.fr", "a b@exemple.fr", "camille@exemple.fr\nBcc: x@y.fr")),
        ("line", "x" * 21),
    ],
)
def test_what_is_not_understood_is_said_beside_the_field(sent, field, typed):
    form = sent(**{field: typed})

    assert form.status == 422
    assert [name for name, _, _ in form.summary] == [field]
    sentence = form[field].errors[0]
    assert sentence.endswith((".", "fr"))
    assert "alid" not in sentence  # neither « invalid » nor « non valide »: what to do


def test_what_was_typed_stays_in_the_field(sent):
    form = sent(day="30/02/2026", amount="douze")

    assert 'value="30/02/2026"' in form.shown["day"]
    assert 'value="douze"' in form.shown["amount"]


def test_an_empty_form_is_empty_values(sent):
    form = sent(line="", text="", email="", day="", hour="", count="", weight="", amount="")

    assert form.status == 200
    assert (form.line.data, form.text.data, form.email.data) == ("", "", "")
    assert [form[name].data for name in ("day", "hour", "count", "weight", "amount")] == [None] * 5


class Compulsory(forms.Form):
    line = forms.StringField("Ligne", [forms.InputRequired()])
    day = forms.DateField("Jour", [forms.InputRequired()])
    several = forms.CheckboxesField("Plusieurs", choices=FEW)
    one = forms.SelectField("Un", choices=FEW)


def test_what_is_compulsory_and_missing_is_told_once(sent):
    form = sent(Compulsory, line=" \u200b ", day="", one="a")

    assert form.summary == [("line", "Ligne", "à remplir."), ("day", "Jour", "à remplir.")]


def test_a_choice_that_is_not_in_the_list_is_refused(sent):
    assert "Choisissez" in sent(Compulsory, line="x", day="2026-12-08", one="c").one.errors[0]
    assert "«\u00a0z\u00a0»" in sent(Compulsory, line="x", day="2026-12-08", one="a", several="z").several.errors[0]


def test_every_sentence_of_wtforms_has_ours():
    """A new version that says something new must be answered in French."""
    catalogue = Path(wtforms.__file__).parent / "locale/fr/LC_MESSAGES/wtforms.po"
    with catalogue.open("rb") as file:
        known = {said for message in read_po(file) if message.id for said in ([message.id] if isinstance(message.id, str) else message.id)}

    assert known - set(SENTENCES.said) - {"Invalid field name '%s'."} == set()


@pytest.mark.parametrize(
    ("sent_key", "kept"), [("0b6e2f6e-1f4b-4c57-9d0c-2c2f7a3f3e11", True), ("court", False), ("x" * 65, False), ("a\nb\nc\nd\ne", False)]
)
def test_the_key_of_a_sending_is_taken_only_when_it_looks_like_one(sent, sent_key, kept):
    assert (sent(idempotency_key=sent_key).idempotency_key == sent_key) is kept


def test_no_field_outside_the_form_is_taken(sent):
    form = sent(line="x", role="administrator", price="0")

    assert "role" not in form.data
    assert not hasattr(form, "price")


def test_a_form_that_only_asks_reads_the_address_and_holds_no_token(shell_app):
    class Asking(forms.QueryForm):
        day = forms.DateField("Jour")

    with shell_app.test_request_context("/?day=2026-12-08"):
        form = Asking()
        assert form.is_asked
        assert form.validate()
        assert form.day.data == date(2026, 12, 8)
        assert "csrf_token" not in form
    with shell_app.test_request_context("/?other=1"):
        assert not Asking().is_asked


def test_every_room_takes_its_fields_from_the_house():
    """Else what is typed there is neither cleaned nor bounded."""
    app = Path(forms.__file__).parent.parent.parent
    strays = [
        str(path.relative_to(app))
        for path in app.rglob("*.py")
        if path.relative_to(app).parts[0] != "web" and re.search(r"^\s*(from|import) (wtforms|flask_wtf)", path.read_text(), re.MULTILINE)
    ]

    assert strays == []


# ---------------------------------------------------------------- refusals on screen


def at(hour, day=8):
    """A wall-clock hour of the lieu, kept in UTC as rows are."""
    return datetime(2026, 12, day, hour, tzinfo=LIEU.zone).astimezone(UTC)


def test_a_refusal_gives_the_form_its_status(shell_app):
    with shell_app.test_request_context():
        form = Everything()
        form.refuse(Refused(Overlap()))
        assert form.status == 409
        form.refuse(Refused(Overlap(), Past()))
        assert form.status == 422


def test_an_alternative_goes_to_a_button_and_comes_back(shell_app):
    one = Alternative(12, at(15), at(16), label="Découpe laser")

    with shell_app.test_request_context():
        [(value, words)] = refusals.alternatives(Refused(Past(), alternatives=[one]))

    assert words == "Découpe laser, mardi 8\u00a0décembre, de 15\u00a0h à 16\u00a0h"
    back = refusals.chosen(value)
    assert back is not None
    assert (back.resource_id, back.starts_at, back.ends_at) == (one.resource_id, one.starts_at, one.ends_at)


@pytest.mark.parametrize(
    "value",
    ["", "12", "12/2026-13-08T14:00Z/2026-12-08T15:00Z", "x/2026-12-08T14:00Z/2026-12-08T15:00Z", "12/2026-12-08T14:00/2026-12-08T15:00"],
)
def test_a_choice_that_is_not_one_of_ours_is_none(value):
    assert refusals.chosen(value) is None
