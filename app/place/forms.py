"""What the pages of settings ask: the shape of each answer, told beside its field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from stdnum import iban
from stdnum.exceptions import ValidationError as NotANumber
from stdnum.fr import siret, tva

from app.core.refusals import Reason
from app.place.models import Place
from app.place.rules import DAY, Span, reasons_halves, reasons_spans
from app.web import forms, words

WEEKDAYS = (_l("lundi"), _l("mardi"), _l("mercredi"), _l("jeudi"), _l("vendredi"), _l("samedi"), _l("dimanche"))
ZONES = (
    "Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne", "America/Miquelon", "Indian/Reunion", "Indian/Mayotte",
    "Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis", "Europe/Brussels", "Europe/Luxembourg", "Europe/Zurich", "Europe/Monaco",
)  # fmt: skip
HOLIDAYS = (
    ("FR", _l("France")),
    ("FR-6AE", _l("France, Alsace (Vendredi saint et 26 décembre aussi)")),
    ("FR-57", _l("France, Moselle (Vendredi saint et 26 décembre aussi)")),
    ("BE", _l("Belgique")),
    ("LU", _l("Luxembourg")),
    ("MC", _l("Monaco")),
)


# ---------------------------------------------------------------- who we are


def _number(check: Any, sentence: Any) -> Any:
    """A number with its own check digits; it is kept without spaces."""

    def validate(_form: forms.Form, field: Any) -> None:
        if field.data:
            try:
                field.data = check.validate(field.data)
            except NotANumber:
                raise forms.ValidationError(sentence) from None

    return validate


class IdentityForm(forms.Form):
    name = forms.StringField(_l("Nom du lieu"), [forms.InputRequired()], max_length=120)
    short_name = forms.StringField(_l("Nom court"), max_length=40, description=_l("Sous l’icône, sur un téléphone."))
    legal_form = forms.StringField(_l("Forme juridique"), max_length=80, description=_l("Par exemple\u00a0: association loi 1901."))
    street = forms.StringField(_l("Rue"), max_length=200)
    postal_code = forms.StringField(
        _l("Code postal"),
        [forms.Optional(), forms.Regexp(r"[A-Za-z0-9 -]{3,10}$", message=_l("Écrivez le code postal, comme 61500."))],
        max_length=10,
    )
    town = forms.StringField(_l("Commune"), max_length=120)
    insee = forms.StringField(
        _l("Code commune (INSEE)"),
        [forms.Optional(), forms.Regexp(r"[0-9][0-9AB][0-9]{3}$", message=_l("Cinq caractères, comme 61051."))],
        max_length=5,
    )
    email = forms.EmailField(_l("Adresse électronique"), description=_l("Les courriels du lieu partent en son nom."))
    phone = forms.StringField(
        _l("Téléphone"), [forms.Optional(), forms.Regexp(r"[+0-9 .()-]{6,30}$", message=_l("Des chiffres, comme 02 33 00 00 00."))]
    )
    how_to_come = forms.StringField(
        _l("Comment venir"),
        max_length=500,
        description=_l("L’arrêt du car, où se garer, quelle porte : dit aux invités et sur la page d’accueil."),
    )
    siret = forms.StringField(
        _l("SIRET"), [_number(siret, _l("Ce SIRET n’est pas juste\u00a0: quatorze chiffres, dont le dernier contrôle les autres."))]
    )
    rna = forms.StringField(
        _l("Numéro RNA"), [forms.Optional(), forms.Regexp(r"W[0-9]{9}$", message=_l("Un W et neuf chiffres."))], max_length=10
    )
    training_number = forms.StringField(
        _l("Déclaration d’activité (formation)"), [forms.Optional(), forms.Regexp(r"[0-9]{11}$", message=_l("Onze chiffres."))]
    )
    disability_referent = forms.StringField(
        _l("Référent·e handicap"), max_length=200, description=_l("Qui, et comment joindre cette personne : les stagiaires le lisent.")
    )
    vat_number = forms.StringField(
        _l("Numéro de TVA"), [_number(tva, _l("Ce numéro n’est pas juste. Il s’écrit comme FR 83 404 833 048."))]
    )
    iban = forms.StringField(_l("IBAN"), [_number(iban, _l("Cet IBAN n’est pas juste. Recopiez-le depuis un relevé."))])
    locale = forms.SelectField(
        _l("Langue de la maison"), choices=[forms.SelectChoice("fr", _l("Français")), forms.SelectChoice("en", _l("Anglais"))]
    )
    zone = forms.SelectField(
        _l("Fuseau horaire"), description=_l("À choisir avant la première réservation\u00a0: celles qui existent gardent leur instant.")
    )

    def __init__(self, place: Place) -> None:
        super().__init__(obj=place)
        self.zone.choices = [forms.SelectChoice(zone, zone.replace("_", " ")) for zone in dict.fromkeys((*_known_zones(), place.zone))]

    @property
    def facts(self) -> dict[str, str]:
        facts: dict[str, str] = {field.name: field.data for field in self if field.name != "csrf_token"}
        if not facts["vat_number"].startswith("FR") and facts["vat_number"]:
            facts["vat_number"] = f"FR{facts['vat_number']}"
        return facts


class HouseRulesForm(forms.Form):
    text = forms.TextAreaField(
        _l("Règlement intérieur"),
        max_length=20_000,
        description=_l("Une ligne vide sépare deux paragraphes\u202f; # devant un titre, - devant chaque point d’une liste, **gras**."),
        render_kw={"rows": 16},
    )


class HolidaysForm(forms.Form):
    which = forms.SelectField(_l("Jours fériés"))

    def __init__(self, place: Place) -> None:
        here = "-".join(filter(None, (place.holidays_country, place.holidays_subdivision)))
        super().__init__(data={"which": here})
        choices = [*HOLIDAYS, *([] if here in dict(HOLIDAYS) else [(here, here)])]
        self.which.choices = [forms.SelectChoice(value, label) for value, label in choices]


# ---------------------------------------------------------------- hours


PARTS = ("opens", "closes", "reopens", "recloses")


def _hour_fields(day: Any = None) -> Iterable[tuple[str, forms.TimeField]]:
    """« de … à … et de … à … »; the day is said in the label, for who only hears it."""
    labels = (_l("ouvre à"), _l("ferme à"), _l("rouvre à"), _l("referme à"))
    for part, label in zip(PARTS, labels, strict=True):
        yield part, forms.TimeField(_l("%(day)s, %(what)s", day=day, what=label) if day else label)


def spans_of(form: Any, prefix: str = "") -> list[Span]:
    """What was written for one day, in minutes; midnight is the end of a day, not its beginning."""
    opens, closes, reopens, recloses = (form[prefix + part].data for part in PARTS)
    pairs = ((opens, closes), (reopens, recloses))
    return [(_minute(first), _minute(last) or DAY) for first, last in pairs if first is not None and last is not None]


def check_spans(form: Any, prefix: str = "") -> bool:
    """Say beside its field what is missing or crossed."""
    opens, closes, reopens, recloses = (form[prefix + part] for part in PARTS)
    for first, last in ((opens, closes), (reopens, recloses)):
        if (first.data is None) != (last.data is None) and not first.errors and not last.errors:
            (first if first.data is None else last).errors.append(_l("Remplissez les deux heures, ou aucune."))
        elif first.data is not None and last.data is not None:
            _say(last, reasons_spans([(_minute(first.data), _minute(last.data) or DAY)]))
    spans = spans_of(form, prefix)
    if len(spans) == 2 and not closes.errors and not recloses.errors:
        _say(reopens, reasons_spans(spans))
    return not any(field.errors for field in (opens, closes, reopens, recloses))


def hours_as_typed(spans: Sequence[Sequence[int]], prefix: str = "") -> dict[str, time]:
    """The same, to fill a form."""
    ends = [minute for span in spans[:2] for minute in span]
    return {prefix + part: time(minute % DAY // 60, minute % 60) for part, minute in zip(PARTS, ends, strict=False)}


_SPAN = re.compile(r"(\d{1,2})(?:[:hH](\d{2})?)?[-–—à](\d{1,2})(?:[:hH](\d{2})?)?", re.ASCII)


class SpansField(forms.Told):
    """The spans of a day on one line: « 8:30-12:30, 14 h - 18 h »; its data is a list of (opens, closes)."""

    def read(self, typed: str) -> list[Span]:
        spans = [self._span(part) for part in re.split(r"[,;]", "".join(typed.split())) if part]
        if reasons := list(reasons_spans(spans)):
            raise ValueError(words.said(reasons[0]))
        return sorted(spans)

    def write(self, value: Sequence[Sequence[int]]) -> str:
        return ", ".join("-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in span) for span in value)

    @staticmethod
    def _span(text: str) -> Span:
        found = _SPAN.fullmatch(text)
        numbers = [int(part or 0) for part in found.groups()] if found else [99, 99, 99, 99]
        opens, closes = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if max(numbers[1], numbers[3]) > 59 or max(opens, closes) > DAY:
            raise ValueError(gettext("Écrivez les heures comme 8:30-12:30, 14:00-18:00."))
        return opens, closes or DAY


class WeekForm(forms.Form):
    """The usual week: for each day, `day0_opens`, `day0_closes`, `day0_reopens`, `day0_recloses`."""

    badge_all_hours = forms.BooleanField(
        _l("Les personnes qui ont un badge viennent jour et nuit"),
        description=_l("La nuit, le dimanche et les jours fériés aussi\u202f; jamais pendant une fermeture."),
    )

    @classmethod
    def of(cls, place: Place, week: Mapping[int, Sequence[Span]]) -> "WeekForm":
        typed: dict[str, Any] = {"badge_all_hours": place.badge_all_hours}
        for weekday, spans in week.items():
            typed |= hours_as_typed(spans, f"day{weekday}_")
        return cls(data=typed)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        days = [check_spans(self, f"day{weekday}_") for weekday in range(7)]
        return is_valid and all(days)

    @property
    def days(self) -> list[tuple[Any, list[Any]]]:
        """The name of each day and its four fields."""
        return [(name, [self[f"day{weekday}_{part}"] for part in PARTS]) for weekday, name in enumerate(WEEKDAYS)]

    @property
    def week(self) -> dict[int, list[Span]]:
        return {weekday: spans_of(self, f"day{weekday}_") for weekday in range(7)}


for _weekday, _name in enumerate(WEEKDAYS):
    for _part, _field in _hour_fields(_name):
        setattr(WeekForm, f"day{_weekday}_{_part}", _field)


class DayForm(forms.Form):
    """One day that is not like the others."""

    day = forms.DateField(_l("Jour"), [forms.InputRequired()])
    label = forms.StringField(_l("Pourquoi"), max_length=120, description=_l("Par exemple\u00a0: fête du village."))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        return check_spans(self) and is_valid

    @property
    def hours(self) -> list[Any]:
        return [self[part] for part in PARTS]

    @property
    def spans(self) -> list[Span]:
        return spans_of(self)


for _part, _field in _hour_fields():
    setattr(DayForm, _part, _field)


class HalvesForm(forms.Form):
    morning_from = forms.TimeField(_l("Le matin commence à"), [forms.InputRequired()])
    morning_to = forms.TimeField(_l("et finit à"), [forms.InputRequired()])
    afternoon_from = forms.TimeField(_l("L’après-midi commence à"), [forms.InputRequired()])
    afternoon_to = forms.TimeField(_l("et finit à"), [forms.InputRequired()])

    @classmethod
    def of(cls, place: Place) -> "HalvesForm":
        names = ("morning_from", "morning_to", "afternoon_from", "afternoon_to")
        return cls(data={name: time(getattr(place, name) % DAY // 60, getattr(place, name) % 60) for name in names})

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        for last, span in ((self.morning_to, self.morning), (self.afternoon_to, self.afternoon)):
            _say(last, reasons_spans([span]))
        if not self.errors:
            _say(self.afternoon_from, reasons_halves(self.morning, self.afternoon))
        return not self.errors

    @property
    def morning(self) -> Span:
        return _minute(self.morning_from.data), _minute(self.morning_to.data)

    @property
    def afternoon(self) -> Span:
        return _minute(self.afternoon_from.data), _minute(self.afternoon_to.data) or DAY


@cache
def _known_zones() -> tuple[str, ...]:
    """Those of this machine among ours: it reads a thousand files to tell them."""
    known = available_timezones()
    return tuple(zone for zone in ZONES if zone in known)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _say(field: Any, reasons: Iterable[Reason]) -> None:
    field.errors.extend(words.said(reason) for reason in reasons)
