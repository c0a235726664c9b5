"""Forms of what is learnt."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.web.forms import (
    BooleanField,
    DateField,
    Form,
    InputRequired,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)


class WorkForm(Form):
    title = StringField(_l("Titre"), validators=[InputRequired()])
    brief = TextAreaField(_l("Consigne"), max_length=20_000, description=_l("En Markdown."))
    criteria = TextAreaField(_l("Critères de lecture"), validators=[InputRequired()], description=_l("Un par ligne."))
    due_day = DateField(_l("À rendre le"), validators=[InputRequired()])
    due_hour = TimeField(_l("Avant"), validators=[InputRequired()])
    peers = BooleanField(_l("Les autres stagiaires peuvent aussi relire"))


class HandInForm(Form):
    url = StringField(_l("Adresse du dépôt"), validators=[InputRequired()], max_length=400)
    commit = StringField(_l("Numéro du commit"), validators=[InputRequired()], max_length=40)
    note = TextAreaField(_l("Un mot pour qui relit"))
    despite = BooleanField(_l("L’adresse ne répond pas d’ici : rendre quand même"))


class ReviewForm(Form):
    comment = TextAreaField(_l("En somme"))


def review_form(criteria: list[str]) -> type[ReviewForm]:
    """A form with a verdict and a word for each criterion."""
    fields: dict[str, Any] = {}
    for number, criterion in enumerate(criteria):
        choices = [SelectChoice("yes", _l("acquis")), SelectChoice("no", _l("à reprendre"))]
        fields[f"verdict_{number}"] = RadioField(criterion, choices=choices, validators=[InputRequired()])
        fields[f"word_{number}"] = StringField(_l("Pourquoi"), max_length=500)
    return type("CriteriaForm", (ReviewForm,), fields)


class LevelForm(Form):
    competence_id = SelectField(_l("Compétence"), coerce=int)
    level = SelectField(_l("Niveau"), coerce=int)
    evidence = StringField(_l("D’après quoi"), max_length=300)


class TestForm(Form):
    block_code = SelectField(_l("Bloc"))
    taken_on = DateField(_l("Passé le"), validators=[InputRequired()])
    passed = RadioField(
        _l("Résultat"), choices=[SelectChoice("yes", _l("acquis")), SelectChoice("no", _l("non acquis"))], validators=[InputRequired()]
    )
    comment = TextAreaField(_l("Ce qui en ressort"))


class StaffNoteForm(Form):
    text = TextAreaField(_l("Note"), validators=[InputRequired()])
