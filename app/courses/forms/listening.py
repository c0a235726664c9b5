"""Forms of surveys, of what one became, of complaints."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.courses.rules.listening import KINDS, MARKS, QUESTIONS, SITUATIONS
from app.web.forms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    InputRequired,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)


class SurveyForm(Form):
    pass


def survey_form(survey: str) -> type[SurveyForm]:
    """A mark for each question, then what one wants to add."""
    marks = [SelectChoice(number, _(name)) for number, name in enumerate(MARKS, 1)]
    fields: dict[str, object] = {
        f"q{number}": RadioField(_(question), [InputRequired()], coerce=int, choices=marks)
        for number, question in enumerate(QUESTIONS[survey])
    }
    fields["words"] = TextAreaField(_l("Ce que vous voulez ajouter"), description=_l("Sans nom : tout le monde dans l’équipe le lira."))
    return type("AskedForm", (SurveyForm,), fields)


class FollowUpForm(Form):
    situation = RadioField(
        _l("Aujourd’hui, vous êtes"), [InputRequired()], choices=[SelectChoice(code, _l(name)) for code, name in SITUATIONS.items()]
    )


class ComplaintForm(Form):
    kind = SelectField(_l("De quoi s’agit-il"), choices=[SelectChoice(code, _l(name)) for code, name in KINDS.items()])
    text = TextAreaField(_l("Ce qui s’est passé"), [InputRequired()])
    discreet = BooleanField(
        _l("Sans mon nom"), description=_l("Il n’est gardé nulle part ; la réponse ne pourra donc pas vous être envoyée.")
    )


class ReportForm(Form):
    kind = SelectField(_l("De quoi s’agit-il"), choices=[SelectChoice(code, _l(name)) for code, name in KINDS.items()])
    text = TextAreaField(_l("Ce qui s’est passé"), [InputRequired()], max_length=10_000)
    received_by = StringField(
        _l("Où vous répondre, si vous le voulez"), max_length=120, description=_l("Un téléphone, une adresse. Rien n’est obligatoire.")
    )


class QualityNoteForm(Form):
    dated_on = DateField(_l("Date"), [InputRequired()])
    text = TextAreaField(_l("Ce que cela prouve"), [InputRequired()], max_length=5_000)
    file = FileField(_l("Pièce (PDF)"), render_kw={"accept": "application/pdf"})


class RegisterForm(Form):
    kind = SelectField(_l("De quoi s’agit-il"), choices=[SelectChoice(code, _l(name)) for code, name in KINDS.items()])
    received_by = StringField(
        _l("De qui, comment"), [InputRequired()], max_length=120, description=_l("« Menuiserie Lebrun, par téléphone »")
    )
    text = TextAreaField(_l("Ce qui s’est passé"), [InputRequired()])


class AnswerForm(Form):
    answer = TextAreaField(_l("Réponse"), [InputRequired()])
    improvement = TextAreaField(_l("Ce que nous avons changé"))
    is_closed = BooleanField(_l("C’est réglé"))
