"""Forms about time: which week, which half-day."""

from flask_babel import lazy_gettext as _l

from app.web.forms import (
    DateField,
    Form,
    InputRequired,
    IntegerField,
    QueryForm,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)

HALVES = [SelectChoice("morning", _l("Matin")), SelectChoice("afternoon", _l("Après-midi"))]


class TimetableForm(QueryForm):
    week = DateField()
    cohort = IntegerField(minimum=1, maximum=2_000_000_000)
    view = SelectField(choices=[SelectChoice("list", ""), SelectChoice("week", "")], default="list", validate_choice=False)


class MoveForm(Form):
    day = DateField(_l("Jour"), validators=[InputRequired()])
    half = RadioField(_l("Demi-journée"), choices=HALVES, validators=[InputRequired()])
    room_id = SelectField(_l("Salle"), coerce=int)
    trainer_id = SelectField(_l("Formateur ou formatrice"), coerce=int)
    holiday_reason = StringField(
        _l("Pourquoi un jour férié"), max_length=300, description=_l("Seulement si le jour choisi est férié ; la feuille l’imprimera.")
    )


class AddSessionForm(MoveForm):
    sequence_id = SelectField(_l("Séquence"), coerce=int)
    where = SelectField(
        _l("Où"),
        choices=[
            SelectChoice("centre", _l("au centre, dans la salle")),
            SelectChoice("distance", _l("à distance")),
            SelectChoice("company", _l("en entreprise")),
        ],
    )


class SwapForm(Form):
    other_id = SelectField(_l("Échanger avec"), coerce=int)


class CancelSessionForm(Form):
    reason = StringField(_l("Pourquoi"), validators=[InputRequired()], max_length=300, description=_l("Les stagiaires le liront."))


class NoteForm(Form):
    note = TextAreaField(_l("À savoir, à apporter ce jour-là"), max_length=500)
