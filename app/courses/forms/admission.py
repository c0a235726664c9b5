"""Forms of admission."""

from flask_babel import lazy_gettext as _l

from app.courses.forms.cohorts import STATUSES
from app.web.forms import DateField, Form, InputRequired, RadioField, SelectChoice, SelectField, TextAreaField, TimeField

DECISIONS = [
    SelectChoice("accepted", _l("acceptée")),
    SelectChoice("waiting", _l("en liste d’attente")),
    SelectChoice("refused", _l("refusée")),
]


class ApplyForm(Form):
    situation = SelectField(_l("Votre situation"), choices=STATUSES)
    motivation = TextAreaField(_l("Ce qui vous amène"), validators=[InputRequired()])
    experience = TextAreaField(_l("Ce que vous avez déjà essayé"))
    needs = TextAreaField(
        _l("Ce dont vous auriez besoin"),
        description=_l("Handicap, santé, enfants, trajet : nous en parlerons ensemble. Rien n’est obligatoire."),
    )


class InterviewForm(Form):
    day = DateField(_l("Jour de l’entretien"))
    hour = TimeField(_l("Heure"))
    notes = TextAreaField(_l("Ce qui s’est dit"), max_length=8000)


class EntryForm(Form):
    first_day = DateField(_l("Premier jour"), description=_l("Vide : le premier jour de la promotion, ou aujourd’hui si elle a commencé."))
    replaces_id = SelectField(_l("Remplace"), coerce=int, default=0)


class DecisionForm(Form):
    decision = RadioField(_l("Décision"), choices=DECISIONS, validators=[InputRequired()])
    reason = TextAreaField(_l("Ce que la personne lira"), max_length=500)
