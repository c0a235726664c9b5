"""Forms of who runs a cohort."""

from flask_babel import lazy_gettext as _l

from app.web.forms import (
    BooleanField,
    CheckboxesField,
    DateField,
    DaysField,
    EmailField,
    FileField,
    FileRequired,
    Form,
    InputRequired,
    IntegerField,
    MoneyField,
    Regexp,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)

DAYS = [
    SelectChoice(number, name)
    for number, name in enumerate((_l("lundi"), _l("mardi"), _l("mercredi"), _l("jeudi"), _l("vendredi"), _l("samedi"), _l("dimanche")))
]
EXITS = [
    SelectChoice("job", _l("un emploi")),
    SelectChoice("health", _l("la santé")),
    SelectChoice("family", _l("la famille")),
    SelectChoice("other_course", _l("une autre formation")),
    SelectChoice("exclusion", _l("une exclusion")),
    SelectChoice("other", _l("autre chose")),
]
STATUSES = [
    SelectChoice("job_seeker", _l("demandeur ou demandeuse d’emploi, financé·e")),
    SelectChoice("self_paid", _l("particulier, à ses frais")),
    SelectChoice("employee", _l("salarié·e")),
    SelectChoice("apprentice", _l("apprenti·e")),
    SelectChoice("other", _l("autre")),
]
SCHEMES = [
    SelectChoice("region", _l("Région")),
    SelectChoice("poei", _l("POEI")),
    SelectChoice("afc", _l("AFC, France Travail")),
    SelectChoice("aif", _l("AIF, France Travail")),
    SelectChoice("cpf", _l("compte personnel de formation")),
    SelectChoice("opco", _l("OPCO")),
    SelectChoice("employer", _l("employeur")),
    SelectChoice("own", _l("la personne elle-même")),
    SelectChoice("other", _l("autre")),
]


class ProgrammeFileForm(Form):
    file = FileField(_l("Fichier du programme (YAML)"), validators=[FileRequired(_l("Choisissez un fichier."))])


class CopyVersionForm(Form):
    label = StringField(_l("Numéro de la nouvelle version"), validators=[InputRequired()], max_length=40)


class SequenceForm(Form):
    code = StringField(
        _l("Code"),
        validators=[InputRequired(), Regexp(r"^[A-Za-z0-9_.-]+$", message=_l("Lettres, chiffres, tirets et points, sans espace."))],
        max_length=40,
    )
    titre = StringField(_l("Titre"), validators=[InputRequired()])
    demi_journees = IntegerField(
        _l("Demi-journées"), validators=[InputRequired()], minimum=1, maximum=200, description=_l("3 h 30 chacune.")
    )
    competence_principale = SelectField(_l("Compétence principale"))
    competences_liees = CheckboxesField(_l("Compétences liées"))
    objectif = TextAreaField(_l("Objectif"), max_length=2000)
    activites = TextAreaField(_l("Activités"), description=_l("Une par ligne."))
    modalite = StringField(_l("Modalité"), max_length=120)
    preuve_attendue = StringField(_l("Preuve attendue"), max_length=300)
    a_apporter = StringField(_l("À apporter"), max_length=300)
    contenu = TextAreaField(_l("Leçon"), max_length=40_000, description=_l("En Markdown : titres, listes, liens. Rien d’autre ne passe."))
    quiz = TextAreaField(
        _l("Quiz"),
        max_length=40_000,
        description=_l(
            "La question, puis une réponse par ligne : « + » devant la bonne, « - » devant les autres ; « > » pour dire pourquoi."
        ),
    )


class CohortForm(Form):
    name = StringField(_l("Nom"), validators=[InputRequired()], max_length=120)
    code = StringField(
        _l("Code"),
        validators=[InputRequired(), Regexp(r"^[A-Za-z0-9_.-]+$", message=_l("Lettres, chiffres, tirets et points, sans espace."))],
        max_length=40,
    )
    programme_version_id = SelectField(_l("Programme"), coerce=int)
    first_day = DateField(_l("Premier jour"), validators=[InputRequired()])
    last_day = DateField(_l("Dernier jour"), validators=[InputRequired()])
    company_first_day = DateField(
        _l("Premier jour en entreprise"), description=_l("Sans dates, ces heures se versent à leur rang dans le plan.")
    )
    company_last_day = DateField(_l("Dernier jour en entreprise"))
    room_id = SelectField(_l("Salle"), coerce=int)
    capacity = IntegerField(_l("Places"), validators=[InputRequired()], minimum=1, maximum=200)
    weekdays = CheckboxesField(_l("Jours de formation"), choices=DAYS, coerce=int)
    cycle_weeks = IntegerField(_l("Rythme : un cycle de tant de semaines"), validators=[InputRequired()], minimum=1, maximum=12)
    weeks_on_site = IntegerField(_l("dont tant de semaines sur place"), validators=[InputRequired()], minimum=1, maximum=12)
    site_weeks = DaysField(
        _l("Ou ces semaines-là sur place"),
        description=_l("Un jour de chacune : 08/02/2027, 08/03/2027… Les autres se travaillent à distance. Vide : le rythme ci-dessus."),
    )
    tolerance_minutes = IntegerField(_l("Retard toléré, en minutes"), validators=[InputRequired()], minimum=0, maximum=60)


class ClosureForm(Form):
    first_day = DateField(_l("Du"), validators=[InputRequired()])
    last_day = DateField(_l("Au (inclus)"), validators=[InputRequired()])
    label = StringField(_l("Pourquoi"), max_length=120)


class TrainersForm(Form):
    email = EmailField(_l("Adresse électronique"), validators=[InputRequired()])
    is_head = BooleanField(_l("Responsable de la promotion"))


class PourForm(Form):
    trainer_id = SelectField(_l("Formateur ou formatrice"), coerce=int)
    despite = BooleanField(_l("Verser quand même : les demi-journées prises resteront sans salle ou sans personne"))


class EnrolForm(Form):
    email = EmailField(_l("Adresse électronique"), validators=[InputRequired()], description=_l("D’une personne qui a déjà un compte."))
    first_day = DateField(_l("Premier jour"), description=_l("Vide : le premier jour de la promotion, ou aujourd’hui si elle a commencé."))
    replaces_id = SelectField(_l("Remplace"), coerce=int)
    bpf_status = SelectField(_l("Situation"), choices=STATUSES)


class SituationForm(Form):
    bpf_status = SelectField(_l("Situation"), choices=STATUSES)


class LeaveForm(Form):
    last_day = DateField(_l("Dernier jour"), validators=[InputRequired()])
    half = SelectField(
        _l("Dernière demi-journée"), choices=[SelectChoice("", _l("toute la journée")), SelectChoice("morning", _l("le matin"))]
    )
    reason = SelectField(_l("Raison"), choices=EXITS)


class ExemptForm(Form):
    first_day = DateField(_l("Du"), validators=[InputRequired()])
    last_day = DateField(_l("Au (inclus)"), validators=[InputRequired()])
    halves = SelectField(
        _l("Demi-journées"),
        choices=[
            SelectChoice("day", _l("matins et après-midi")),
            SelectChoice("morning", _l("matins")),
            SelectChoice("afternoon", _l("après-midi")),
        ],
    )
    reason = StringField(_l("Pourquoi"), validators=[InputRequired()], max_length=300)


class FundingForm(Form):
    organisation_id = SelectField(_l("Qui paie"), coerce=int)
    scheme = SelectField(_l("Dispositif"), choices=SCHEMES)
    reference = StringField(_l("Numéro de convention ou de dossier"), max_length=80)
    hours = IntegerField(_l("Heures, au plus"), validators=[InputRequired()], minimum=1, maximum=3000)
    hour_cents = MoneyField(_l("Prix de l’heure"), validators=[InputRequired()])


class BillHoursForm(Form):
    until = DateField(_l("Heures suivies jusqu’au (inclus)"), validators=[InputRequired()])


class AdvanceForm(Form):
    line_id = SelectField(_l("Pour qui"), coerce=int)
    cents = MoneyField(_l("Montant"), validators=[InputRequired()])
