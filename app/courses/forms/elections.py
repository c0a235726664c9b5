"""Forms of an election."""

from flask_babel import lazy_gettext as _l

from app.courses.rules.elections import SEATS
from app.web.forms import Form, InputRequired, RadioField, SelectChoice, SelectField


class CallForm(Form):
    seat = SelectField(_l("Siège"), choices=[SelectChoice(code, _l(name)) for code, name in SEATS.items()])


class VoteForm(Form):
    choice = RadioField(_l("Je vote pour"), [InputRequired()], coerce=int)
