"""Shapes of what coworking's pages are asked."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.web import forms
from app.web.forms import SelectChoice

PARTS = ("morning", "afternoon", "day", "hours")
MEMORABLE = 500  # characters of a note


class WishForm(forms.QueryForm):
    """The sentence: what, which one, what day, what part of it or from when to when. `clock`: which of the two same hours of autumn."""

    what = forms.StringField(max_length=10)
    which = forms.StringField(max_length=40)
    day = forms.DateField(_l("Le jour"))
    part = forms.StringField(max_length=10)
    start = forms.TimeField(_l("de"))
    end = forms.TimeField(_l("à"))
    clock = forms.StringField(max_length=6)


class BookForm(forms.Form):
    """One of the offers, for oneself or a guest, once or again and again."""

    choice = forms.HiddenField(max_length=80)
    guest_name = forms.StringField(
        _l("Pour un·e invité·e"),
        max_length=120,
        description=_l("Son nom, pour la liste des visiteurs du jour."),
        render_kw={"autocomplete": "off"},
    )
    note = forms.StringField(_l("Un mot pour vous en souvenir"), max_length=MEMORABLE, render_kw={"autocomplete": "off"})
    override_reason = forms.StringField(
        _l("Passer outre, et pourquoi"), max_length=MEMORABLE, description=_l("Pour l’équipe du lieu : la raison est gardée.")
    )
    repeat = forms.SelectField(
        _l("Répéter"),
        choices=[
            SelectChoice("", _l("Une seule fois")),
            SelectChoice("weekly", _l("Chaque semaine")),
            SelectChoice("daily", _l("Chaque jour")),
            SelectChoice("workdays", _l("Du lundi au vendredi")),
            SelectChoice("monthly", _l("Chaque mois")),
        ],
        default="",
    )
    until = forms.DateField(_l("Jusqu’au"), description=_l("Le dernier jour de la répétition, compris."))

    def key_for(self, choice: str) -> str | None:
        """One page offers several things under one key: each choice is a gesture of its own."""
        return f"{self.idempotency_key}:{choice}" if self.idempotency_key else None

    def validate_until(self, field: forms.DateField) -> None:
        if self.repeat.data and field.data is None and not field.errors:
            raise forms.ValidationError(gettext("Dites jusqu’à quel jour répéter."))


class SeriesQuery(forms.QueryForm):
    """A repetition to be looked at: its first date, how often, until when; monthly: which day of the month is meant."""

    choice = forms.StringField(max_length=80)
    repeat = forms.StringField(max_length=10)
    until = forms.DateField(_l("Jusqu’au"))
    monthly = forms.StringField(max_length=10)
    note = forms.StringField(max_length=MEMORABLE)


class SeriesForm(forms.Form):
    """The same, once looked at, with the dates that are kept."""

    choice = forms.HiddenField(max_length=80)
    repeat = forms.HiddenField(max_length=10)
    until = forms.DateField()
    monthly = forms.HiddenField(max_length=10)
    note = forms.HiddenField(max_length=MEMORABLE)


class WaitForm(forms.Form):
    choice = forms.HiddenField(max_length=80)


class PlanForm(forms.QueryForm):
    """The plan's day and half."""

    day = forms.DateField(_l("Le jour"))
    half = forms.StringField(max_length=10)
