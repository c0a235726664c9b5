"""Shapes of what the portal's pages are asked."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.web import forms
from app.web.forms import SelectChoice

REASON = 300  # characters of a reason


class MoveHalfForm(forms.Form):
    """Another half-day, for what is sold so."""

    day = forms.DateField(_l("Le jour"), [forms.InputRequired()])
    half = forms.RadioField(
        _l("À quel moment"),
        choices=[
            SelectChoice("morning", _l("Le matin")),
            SelectChoice("afternoon", _l("L’après-midi")),
            SelectChoice("day", _l("Toute la journée")),
        ],
    )
    override_reason = forms.StringField(_l("Passer outre les règles"), max_length=REASON, description=_l("Écrivez pourquoi ; c’est gardé."))


class MoveHoursForm(forms.Form):
    """Other hours; which of the two, on the autumn night when an hour comes twice."""

    day = forms.DateField(_l("Le jour"), [forms.InputRequired()])
    start = forms.TimeField(_l("De"), [forms.InputRequired()])
    end = forms.TimeField(_l("À"), [forms.InputRequired()])
    clock = forms.SelectField(
        _l("Si cette heure vient deux fois"),
        choices=[
            SelectChoice("", _l("Sans objet")),
            SelectChoice("summer", _l("La première (été)")),
            SelectChoice("winter", _l("La seconde (hiver)")),
        ],
        default="",
    )
    following = forms.BooleanField(_l("Les dates suivantes de la série aussi"))
    override_reason = forms.StringField(_l("Passer outre les règles"), max_length=REASON, description=_l("Écrivez pourquoi ; c’est gardé."))


class CancelForm(forms.Form):
    """How far to cancel, and why when it is somebody else's."""

    scope = forms.RadioField(_l("Annuler"), default="this")
    reason = forms.StringField(_l("Pourquoi"), max_length=REASON, description=_l("La personne le lira dans son courriel."))

    def shape(self, scopes: list[tuple[str, str]], *, by_lieu: bool) -> None:
        """Ask only what has to be asked."""
        self.scope.choices = [SelectChoice(value, label) for value, label in scopes]
        if len(scopes) < 2:
            del self.scope
        if not by_lieu:
            del self.reason
        else:
            self.reason.flags.required = True

    def validate_reason(self, field: Any) -> None:
        if not field.data:
            raise forms.ValidationError(gettext("Dites pourquoi : la personne le lira."))


class RejectForm(forms.Form):
    reason = forms.StringField(
        _l("Pourquoi"), [forms.InputRequired()], max_length=REASON, description=_l("La personne le lira dans son courriel.")
    )


class NoteForm(forms.Form):
    note = forms.StringField(_l("Votre mot"), max_length=500, description=_l("Pour vous en souvenir. L’équipe du lieu peut le lire."))


class DayForm(forms.QueryForm):
    """A day, and a part of it."""

    day = forms.DateField(_l("Le jour"))


class JournalForm(forms.QueryForm):
    """Which lines of the journal to show."""

    kind = forms.SelectField(_l("Quoi"), default="")
    person = forms.IntegerField(_l("Numéro de la personne"), minimum=1, maximum=2**31 - 1)
    since = forms.DateField(_l("Depuis le"))
    until = forms.DateField(_l("Jusqu’au"))


class ForgiveForm(forms.Form):
    reason = forms.StringField(_l("Pourquoi"), [forms.InputRequired()], max_length=REASON, description=_l("Gardé, et dit à la personne."))


class AbsenceForm(forms.Form):
    """Days when a resident lends their desk, both included."""

    first_day = forms.DateField(_l("Du"), [forms.InputRequired()])
    last_day = forms.DateField(_l("Au"), [forms.InputRequired()], description=_l("Ce jour compris."))


class ReturnForm(forms.Form):
    on = forms.DateField(_l("De retour le"), [forms.InputRequired()])


class EraseMeForm(forms.Form):
    """A gesture that nothing undoes: who asks proves who they are, and says that they have read."""

    current = forms.PasswordField(_l("Mot de passe"), [forms.InputRequired()])
    agreed = forms.BooleanField(_l("J’ai lu ce qui s’efface et ce qui reste"), [forms.InputRequired()])


class EraseSomebodyForm(forms.Form):
    """The same of somebody else, at their demand; the lieu may go on whatever is not settled."""

    agreed = forms.BooleanField(_l("Cette personne le demande, et sait que rien ne le défait"), [forms.InputRequired()])
    whatever_is_left = forms.BooleanField(_l("Effacer malgré ce qui n’est pas réglé"))
