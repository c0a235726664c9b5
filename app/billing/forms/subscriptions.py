"""What joining, changing, pausing and leaving ask; and what the team sells, gives and gives up."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from app.web.forms import DateField, DecimalField, Form, InputRequired, IntegerField, SelectChoice, SelectField, StringField


class _Dated(Form):
    """Shows what it would cost with one button, does it with the other."""

    day = DateField(_l("À partir du"), validators=[InputRequired()])


class JoinForm(_Dated):
    organisation_id = SelectField(_l("Payé par"), coerce=int)


class ChangeForm(_Dated):
    plan_id = SelectField(_l("Formule"), coerce=int)


class PauseForm(Form):
    first = DateField(_l("Du"), validators=[InputRequired()])
    last = DateField(_l("Au, inclus"), validators=[InputRequired()])


class LeaveForm(Form):
    day = DateField(_l("Dernier jour"), validators=[InputRequired()])


class ArticleForm(Form):
    quantity = DecimalField(_l("Combien"), [InputRequired()], minimum=Decimal("0.001"), maximum=Decimal(10_000), places=3)

    @property
    def milli(self) -> int:
        return int(self.quantity.data * 1000)


class GiveForm(Form):
    what = SelectField(
        _l("Quoi"),
        choices=[
            SelectChoice("half_day:desk", _l("demi-journées de poste")),
            SelectChoice("minute:room", _l("minutes de salle")),
            SelectChoice("minute:machine", _l("minutes de machine")),
        ],
    )
    units = IntegerField(_l("Combien"), minimum=1, maximum=10_000, validators=[InputRequired()])
    until = DateField(_l("Valable jusqu’au"))
    reason = StringField(_l("Pourquoi"), validators=[InputRequired()], max_length=200)


class CouponForm(Form):
    code = StringField(_l("Code de réduction"), validators=[InputRequired()], max_length=40)


class WaiveForm(Form):
    reason = StringField(_l("Pourquoi"), validators=[InputRequired()], max_length=200)


def offered(field: SelectField, choices: list[tuple[int, Any]]) -> None:
    field.choices = [SelectChoice(value, label) for value, label in choices]
