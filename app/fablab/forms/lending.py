"""Tools that are lent and storage boxes: what each is, who takes it, how it comes back."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from app.fablab.models import ClearanceType
from app.fablab.rules import LONGEST_LOAN
from app.web import forms
from app.web.forms import SelectChoice


class ToolForm(forms.Form):
    """A tool of the list."""

    name = forms.StringField(_l("Nom"), [forms.InputRequired()], max_length=120)
    mark = forms.StringField(_l("Sa marque"), [forms.InputRequired()], max_length=40, description=_l("Ce qui est écrit dessus."))
    shelf = forms.StringField(_l("Où il se range"), max_length=120)
    description = forms.TextAreaField(
        _l("Ce qu’il faut savoir"),
        max_length=1000,
        render_kw={"rows": 3},
        description=_l("Ce qui est dans la boîte, ce qu’il faut rendre."),
    )
    loan_days = forms.IntegerField(
        _l("Prêté pour … jours"),
        [forms.InputRequired()],
        minimum=1,
        maximum=LONGEST_LOAN,
        default=7,
        description=_l("À rapporter le dernier jour."),
    )
    self_service = forms.BooleanField(_l("Chacun le prend seul, en le notant"))
    clearance_type_id = forms.SelectField(_l("Habilitation demandée"), coerce=int)
    value_cents = forms.MoneyField(_l("Sa valeur"))
    photo = forms.FileField(_l("Photo"), render_kw={"accept": "image/jpeg,image/png,image/webp"})

    def offer(self, kinds: Iterable[ClearanceType]) -> None:
        self.clearance_type_id.choices = [SelectChoice(0, _l("aucune")), *(SelectChoice(one.id, one.name) for one in kinds)]

    @property
    def facts(self) -> dict[str, Any]:
        names = ("name", "mark", "shelf", "description", "loan_days", "self_service", "value_cents")
        return {name: self[name].data for name in names} | {"clearance_type_id": self.clearance_type_id.data or None}


class LendToolForm(forms.Form):
    """To whom, until when."""

    member_id = forms.SelectField(_l("À qui"), coerce=int)
    due_on = forms.DateField(_l("À rapporter le"), [forms.InputRequired()])


class ExtendForm(forms.Form):
    due_on = forms.DateField(_l("À rapporter le"), [forms.InputRequired()])


class TakeBackForm(forms.Form):
    """How a tool came back."""

    outcome = forms.RadioField(
        _l("Il est"),
        choices=[
            SelectChoice("good", _l("revenu en bon état")),
            SelectChoice("broken", _l("revenu cassé")),
            SelectChoice("lost", _l("perdu")),
        ],
        default="good",
    )
    note = forms.StringField(_l("Remarque"), max_length=300)


class BoxForm(forms.Form):
    """A box of the list."""

    mark = forms.StringField(_l("Sa marque"), [forms.InputRequired()], max_length=40, description=_l("Ce qui est écrit dessus."))
    where_it_is = forms.StringField(_l("Où il est"), max_length=120)
    months = forms.IntegerField(
        _l("Donné pour … mois"),
        [forms.InputRequired()],
        minimum=1,
        maximum=60,
        default=6,
        description=_l("Ensuite, on le renouvelle ou on le vide."),
    )
    self_service = forms.BooleanField(_l("Chacun le prend seul, un par personne"))

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("mark", "where_it_is", "months", "self_service")}


class GiveBoxForm(forms.Form):
    """To whom, until when."""

    member_id = forms.SelectField(_l("À qui"), coerce=int)
    last_day = forms.DateField(_l("Jusqu’au"), [forms.InputRequired()], description=_l("Ce jour compris."))
