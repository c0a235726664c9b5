"""Forms of what is said: journal, interviews."""

from flask_babel import lazy_gettext as _l

from app.web.forms import CheckboxesField, DateField, Form, InputRequired, RadioField, SelectChoice, SelectField, TextAreaField

READERS = [
    SelectChoice("self", _l("moi seul·e")),
    SelectChoice("trainers", _l("l’équipe de formation")),
    SelectChoice("cohort", _l("toute la promotion, et l’équipe")),
]
KINDS = [
    SelectChoice("start", _l("entretien d’entrée")),
    SelectChoice("follow_up", _l("point de suivi")),
    SelectChoice("mid", _l("bilan de mi-parcours")),
    SelectChoice("end", _l("bilan de fin")),
]


class JournalForm(Form):
    text = TextAreaField(_l("Ma semaine"), validators=[InputRequired()], max_length=20_000)
    readers = RadioField(_l("Qui peut lire"), choices=READERS, default="self")
    also = CheckboxesField(_l("Et aussi, par leur nom"), coerce=int)


class InterviewNoteForm(Form):
    kind = SelectField(_l("Entretien"), choices=KINDS)
    held_on = DateField(_l("Tenu le"), validators=[InputRequired()])
    said = TextAreaField(
        _l("Ce qui s’est dit"), validators=[InputRequired()], max_length=8000, description=_l("La personne le lira, et pourra répondre.")
    )
    decided = TextAreaField(_l("Ce que l’on décide"), max_length=4000)


class AnswerForm(Form):
    text = TextAreaField(_l("Mon mot"), validators=[InputRequired()], max_length=4000)
