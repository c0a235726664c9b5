"""Forms of the weeks in a company."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.courses.models import Competence
from app.courses.rules.learning import LEVELS
from app.web.forms import CheckboxesField, DateField, EmailField, Form, InputRequired, SelectChoice, SelectField, StringField, TextAreaField


class AgreementForm(Form):
    company = StringField(_l("Entreprise"), [InputRequired()], max_length=120)
    siret = StringField(_l("SIRET"), max_length=14)
    address = StringField(_l("Adresse"), [InputRequired()], max_length=300)
    tutor_name = StringField(_l("Tutrice ou tuteur"), [InputRequired()], max_length=120)
    tutor_role = StringField(_l("Sa fonction"), max_length=120)
    tutor_email = EmailField(_l("Son adresse de courriel"), [InputRequired()], description=_l("Son lien de chaque semaine y arrive."))
    tasks = TextAreaField(_l("Ce qui est confié"), [InputRequired()])
    first_day = DateField(_l("Premier jour"), [InputRequired()])
    last_day = DateField(_l("Dernier jour"), [InputRequired()])
    signed_on = DateField(_l("Signée à trois le"), description=_l("Avant le premier jour. Vide\u00a0: pas encore."))


class VisitForm(Form):
    visited_on = DateField(_l("Jour de la visite"), [InputRequired()])
    notes = TextAreaField(_l("Ce qui s’est dit"), max_length=8000)


class OwnWeekForm(Form):
    present = CheckboxesField(_l("J’étais en entreprise"), coerce=int)
    work = TextAreaField(_l("Ce que j’ai fait"), [InputRequired()])


class TutorWeekForm(Form):
    present = CheckboxesField(_l("Présente ou présent"), coerce=int)
    remark = TextAreaField(_l("Une remarque"))


def tutor_form(competences: Sequence[Competence]) -> type[TutorWeekForm]:
    """With the grid: a level for each competence that the tutor saw at work."""
    levels = [SelectChoice(-1, _l("pas vue"))] + [SelectChoice(number, f"{number} · {_(name)}") for number, name in enumerate(LEVELS)]
    fields = {f"level_{one.id}": SelectField(one.title, coerce=int, choices=levels, default=-1) for one in competences}
    return type("TutorGridForm", (TutorWeekForm,), fields)
