"""Forms of presence: a code, a correction, a reason."""

from flask_babel import lazy_gettext as _l

from app.courses.rules.absences import CATEGORIES
from app.web.forms import (
    BooleanField,
    DateField,
    FileField,
    FileRequired,
    Form,
    HiddenField,
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


class BundleForm(Form):
    """Many papers at once; `month`: of the statements."""

    kind = RadioField(
        _l("Que voulez-vous emporter ?"),
        choices=[
            SelectChoice("evidence", _l("Tout le dossier de preuve")),
            SelectChoice("statements", _l("Tous les relevés d’un mois")),
            SelectChoice("certificates", _l("Tous les certificats")),
        ],
        default="evidence",
        validators=[InputRequired()],
    )
    month = SelectField(_l("Le mois des relevés"), validate_choice=False)  # the view looks for it among those that are over


class CertificateForm(Form):
    reason = StringField(
        _l("Pourquoi le délivrer alors que des heures restent à régulariser"),
        max_length=300,
        description=_l("Vide, s’il n’en reste pas. Cette raison est imprimée sur le certificat."),
    )


class ReplaceForm(CertificateForm):
    why = StringField(_l("Pourquoi l’annuler"), [InputRequired()], max_length=300)


class SheetForm(Form):
    day = DateField(_l("Un jour de la semaine de cette feuille"), [InputRequired()])
    scan = FileField(_l("La feuille numérisée"), [FileRequired()], description=_l("Photo (JPEG, PNG) ou PDF, 6 Mo au plus."))


class ValidateForm(Form):
    """Who signed on paper: one choice for each person and half-day, named `s12p34`."""


class AnswerForm(Form):
    answer = SelectField(choices=[SelectChoice("accept", ""), SelectChoice("refuse", "")])


class ImportForm(Form):
    table = FileField(
        _l("Le fichier CSV"), description=_l("Colonnes\u00a0: nom, date, demi-journée, statut\u202f; et si besoin retard en minutes.")
    )
    held = HiddenField(max_length=9_000_000)
    apply = HiddenField(max_length=3)


class ReasonPaperForm(Form):
    first_day = DateField(_l("Premier jour d’absence"), [InputRequired()])
    last_day = DateField(_l("Dernier jour"), description=_l("Vide\u00a0: un seul jour."))
    category = SelectField(
        _l("Motif"),
        choices=[SelectChoice(code, _l(name)) for code, name in CATEGORIES.items()],
        description=_l("Rien de plus n’est demandé."),
    )
    scan = FileField(
        _l("La pièce"), [FileRequired()], description=_l("Photo (JPEG, PNG) ou PDF, 6 Mo au plus. La gestionnaire seule l’ouvre.")
    )
