"""Forms of presence: a code, a correction, a reason."""

from flask_babel import lazy_gettext as _l

from app.courses.rules.absences import CATEGORIES
from app.web.forms import (
    BooleanField,
    Form,
    InputRequired,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TimeField,
)


class SignForm(Form):
    code = StringField(
        _l("Le code affiché dans la salle"),
        [InputRequired(_l("Écrivez les six chiffres affichés dans la salle."))],
        max_length=12,
        description=_l("Six chiffres. Il change toutes les 30 secondes."),
        render_kw={"class": "code", "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "7"},
    )


class CloseForm(Form):
    """Who is there, as the trainer says it: the fields of each person are named after their enrolment (`p12`, `from12`, `to12`)."""

    checked = BooleanField(_l("J’ai vérifié, et je contresigne quand même"))


class MarkForm(Form):
    """One person's half-day, said again."""

    state = RadioField(
        _l("Cette personne était"),
        choices=[SelectChoice("present", _l("présente")), SelectChoice("absent", _l("absente"))],
        validators=[InputRequired()],
    )
    arrived = TimeField(_l("Arrivée à"), description=_l("Vide\u00a0: à l’heure."))
    left = TimeField(_l("Partie à"), description=_l("Vide\u00a0: restée jusqu’au bout."))
    reason = StringField(
        _l("Raison de la correction"),
        max_length=200,
        description=_l("Sans nom ni détail de santé\u00a0: elle reste avec la preuve, et s’imprime."),
    )


class JustifyForm(Form):
    category = SelectField(
        _l("Motif"), choices=[SelectChoice("", ""), *(SelectChoice(code, _l(name)) for code, name in CATEGORIES.items())]
    )


class PersonForm(Form):
    """Which person of a half-day a button is about."""

    enrolment = IntegerField(_l("Inscription"), [InputRequired()], minimum=1)


class CertificateForm(Form):
    reason = StringField(
        _l("Pourquoi le délivrer alors que des heures restent à régulariser"),
        max_length=300,
        description=_l("Vide, s’il n’en reste pas. Cette raison est imprimée sur le certificat."),
    )


class ReplaceForm(CertificateForm):
    why = StringField(_l("Pourquoi l’annuler"), [InputRequired()], max_length=300)
