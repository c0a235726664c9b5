"""Shapes of what coworking's pages are asked."""

import re
from datetime import date, timedelta

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.web import forms
from app.web.forms import SelectChoice
from app.web.refusals import chosen

PARTS = ("morning", "afternoon", "day", "hours")
MEMORABLE = 500  # characters of a note
LONGEST_BLOCK = timedelta(days=30)  # from the first day of a block to the last


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
    guest_email = forms.EmailField(
        _l("Son adresse électronique"),
        description=_l("Pour lui dire quand et comment venir, sans compte\u00a0; oubliée un an après."),
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
    pay_now = forms.BooleanField(
        _l("Payer maintenant, par carte"),
        description=_l(
            "La place est gardée 10 minutes pendant que vous payez. Par virement, avec la facture du mois, le lieu n’a aucun frais."
        ),
    )

    @property
    def says_more(self) -> bool:
        """Whether anything was said besides the offer."""
        return bool(self.errors or self.guest_name.data or self.note.data or self.repeat.data or self.pay_now.data)

    def key_for(self, choice: str) -> str | None:
        """One page offers several things under one key: each choice is a gesture of its own."""
        return f"{self.idempotency_key}:{choice}" if self.idempotency_key else None

    def validate_guest_name(self, field: forms.StringField) -> None:
        if self.guest_email.data and not field.data:
            raise forms.ValidationError(gettext("Dites aussi son nom."))
        if self.repeat.data and field.data:
            raise forms.ValidationError(gettext("Une personne invitée se réserve une date à la fois."))

    def validate_until(self, field: forms.DateField) -> None:
        if self.repeat.data and field.data is None and not field.errors:
            raise forms.ValidationError(gettext("Dites jusqu’à quel jour répéter."))
        first = chosen(self.choice.data)
        if self.repeat.data and field.data and first is not None and field.data < first.starts_at.date():
            raise forms.ValidationError(gettext("Choisissez un jour après celui que vous réservez."))


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


# ---------------------------------------------------------------- the life of the lieu


class InviteForm(forms.Form):
    """Somebody who comes to see a member."""

    name = forms.StringField(_l("Son nom"), [forms.InputRequired()], max_length=120, render_kw={"autocomplete": "off"})
    email = forms.EmailField(
        _l("Son adresse électronique"),
        description=_l("Pour lui dire quand et comment venir, sans compte\u00a0; oubliée un an après."),
        render_kw={"autocomplete": "off"},
    )
    day = forms.DateField(_l("Le jour"))


class GroupBookForm(forms.Form):
    """Seats side by side for some days: a cohort, a company's people."""

    pool = forms.SelectField(_l("Où"))
    seats = forms.IntegerField(_l("Combien de places"), [forms.InputRequired()], minimum=2, maximum=200)
    first_day = forms.DateField(_l("Du"), [forms.InputRequired()])
    last_day = forms.DateField(_l("Au"), [forms.InputRequired()], description=_l("Ce jour compris, un mois au plus."))
    half = forms.SelectField(
        _l("À quel moment"),
        choices=[
            SelectChoice("day", _l("Toute la journée")),
            SelectChoice("morning", _l("Le matin")),
            SelectChoice("afternoon", _l("L’après-midi")),
        ],
        default="day",
    )
    payer = forms.SelectField(_l("Pour qui"))
    note = forms.StringField(_l("Un mot"), max_length=MEMORABLE, description=_l("Par exemple : promotion 2027."))
    override_reason = forms.StringField(
        _l("Passer outre, et pourquoi"), max_length=MEMORABLE, description=_l("Pour l’équipe du lieu : la raison est gardée.")
    )

    def validate_last_day(self, field: forms.DateField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise forms.ValidationError(gettext("La fin vient après le début, ou le même jour."))
        if field.data and self.first_day.data and field.data - self.first_day.data > LONGEST_BLOCK:
            raise forms.ValidationError(gettext("Un mois au plus : faites-en deux réservations."))


class EventForm(forms.Form):
    """An event of the lieu, and the room that it takes."""

    title = forms.StringField(_l("Titre"), [forms.InputRequired()], max_length=120)
    text = forms.TextAreaField(
        _l("De quoi il s’agit"),
        max_length=5000,
        description=_l("Une ligne vide sépare deux paragraphes ; **gras**, - devant chaque point d’une liste."),
        render_kw={"rows": 6},
    )
    day = forms.DateField(_l("Le jour"), [forms.InputRequired()])
    start = forms.TimeField(_l("De"), [forms.InputRequired()])
    end = forms.TimeField(_l("À"), [forms.InputRequired()])
    room = forms.SelectField(_l("Où"))
    elsewhere = forms.StringField(_l("Ailleurs"), max_length=120, description=_l("Si ce n’est pas dans une salle du lieu."))
    seats = forms.IntegerField(_l("Nombre de places"), minimum=0, maximum=1000, description=_l("0 ou vide : sans limite."))
    public = forms.BooleanField(_l("Montrer à tout le monde, sur la page publique"), default=True)
    override_reason = forms.StringField(
        _l("Passer outre les horaires"), max_length=MEMORABLE, description=_l("Un soir, un dimanche : écrivez pourquoi, c’est gardé.")
    )

    def validate_end(self, field: forms.TimeField) -> None:
        if field.data and self.start.data and field.data <= self.start.data:
            raise forms.ValidationError(gettext("La fin vient après le début, le même jour."))


class WhyForm(forms.Form):
    reason = forms.StringField(_l("Pourquoi"), max_length=300, description=_l("Les personnes inscrites sont prévenues."))


class NameForm(forms.Form):
    """Somebody without an account, whom the lieu puts down."""

    name = forms.StringField(_l("Son nom"), [forms.InputRequired()], max_length=120, render_kw={"autocomplete": "off"})


class AnnouncementForm(forms.Form):
    title = forms.StringField(_l("Titre"), [forms.InputRequired()], max_length=120)
    text = forms.TextAreaField(_l("Le message"), max_length=5000, render_kw={"rows": 5})
    first_day = forms.DateField(_l("Du"), [forms.InputRequired()])
    last_day = forms.DateField(_l("Au"), [forms.InputRequired()], description=_l("Ce jour compris."))
    public = forms.BooleanField(_l("Montrer à tout le monde, sur la page publique"))


class KeyForm(forms.Form):
    kind = forms.RadioField(_l("Quoi"), choices=[SelectChoice("key", _l("une clé")), SelectChoice("badge", _l("un badge"))], default="key")
    mark = forms.StringField(_l("Sa marque"), [forms.InputRequired()], max_length=40, description=_l("Ce qui est écrit dessus."))
    opens = forms.StringField(_l("Ce qu’elle ouvre"), max_length=120)


class LendForm(forms.Form):
    member_id = forms.SelectField(_l("À qui"), coerce=int)
    deposit = forms.MoneyField(_l("Caution"), description=_l("Vide : pas de caution."))


class LettersForm(forms.QueryForm):
    q = forms.StringField(_l("Chercher"), max_length=80)


class MonthForm(forms.QueryForm):
    """A month, « 2027-01 »."""

    month = forms.StringField(_l("Le mois"), max_length=7)

    def month_of(self, usual: date) -> date:
        """The first day of the month that was asked for, else of this one."""
        said = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", self.month.data or "")
        return date(int(said[1]), int(said[2]), 1) if said else usual.replace(day=1)


class DrawingForm(forms.Form):
    file = forms.FileField(_l("Le plan, au format SVG"), [forms.FileRequired()], render_kw={"accept": ".svg,image/svg+xml"})


class OutsideForm(forms.Form):
    """A calendar by its address, or as a file."""

    thing = forms.SelectField(_l("Ce qui est pris ailleurs"), coerce=int)
    label = forms.StringField(_l("Le nom de cet agenda"), [forms.InputRequired()], max_length=80, description=_l("Par exemple : mairie."))
    url = forms.StringField(
        _l("Son adresse"),
        max_length=500,
        description=_l("Elle commence par https:// ou webcal://. Elle est relue chaque nuit."),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )
    file = forms.FileField(_l("Ou son fichier .ics"), description=_l("Lu une seule fois."), render_kw={"accept": ".ics,text/calendar"})

    def validate_file(self, field: forms.FileField) -> None:
        if bool(field.data) == bool(self.url.data):
            raise forms.ValidationError(gettext("Donnez une adresse ou un fichier, l’un des deux."))

    @property
    def address(self) -> str:
        """What a calendar tool calls webcal is read by https."""
        url = str(self.url.data)
        return f"https{url[6:]}" if url.lower().startswith("webcal:") else url
