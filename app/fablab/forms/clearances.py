"""Clearances: give one, take it back, say what the types are, let a cohort in."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.fablab.models import ClearanceType
from app.web import forms
from app.web.forms import SelectChoice

POLICIES = {
    "none": _l("sans limite"),
    "duration": _l("tant de mois après l’avoir reçue"),
    "fixed_date": _l("jusqu’à une date"),
    "unused": _l("tant de mois sans s’en servir"),
}


class GiveForm(forms.Form):
    """Who was shown the machine, and when."""

    clearance_type_id = forms.SelectField(_l("Habilitation"), coerce=int)
    email = forms.EmailField(_l("Adresse électronique de la personne"), [forms.InputRequired()])
    day = forms.DateField(_l("Le jour où on la lui a montrée"), [forms.InputRequired()])
    evidence = forms.StringField(_l("Ce qui a été fait"), max_length=200)

    def offer(self, kinds: Iterable[ClearanceType], *, today: date) -> None:
        self.clearance_type_id.choices = [SelectChoice(str(one.id), one.name) for one in kinds]
        self._today = today

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.day.data > self._today:
            self.day.errors.append(_l("Ce jour n’est pas encore passé."))  # type: ignore[attr-defined]
        return not self.errors


class TypeForm(forms.Form):
    """A type of clearance, and how it expires."""

    name = forms.StringField(_l("Nom"), [forms.InputRequired()], max_length=80)
    policy = forms.SelectField(_l("Elle vaut"), choices=[SelectChoice(code, words) for code, words in POLICIES.items()])
    months = forms.IntegerField(_l("Nombre de mois"), minimum=1, maximum=240)
    until = forms.DateField(_l("Jusqu’au"), description=_l("Ce jour compris."))
    peers = forms.BooleanField(_l("Une personne habilitée peut la donner à une autre"))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.policy.data in ("duration", "unused") and self.months.data is None:
            self.months.errors.append(_l("Dites combien de mois."))  # type: ignore[attr-defined]
        if self.policy.data == "fixed_date" and self.until.data is None:
            self.until.errors.append(_l("Dites jusqu’à quel jour."))  # type: ignore[attr-defined]
        return not self.errors


class GroupForm(forms.Form):
    """A cohort that may use these machines."""

    group_id = forms.SelectField(_l("Groupe"), coerce=int)
    clearance_type_id = forms.SelectField(_l("Habilitation"), coerce=int)
    expires_on = forms.DateField(_l("Jusqu’au"), description=_l("Ce jour compris. Vide : tant que l’on est du groupe."))

    def offer(self, groups: Iterable[tuple[int, str]], kinds: Iterable[ClearanceType]) -> None:
        self.group_id.choices = [SelectChoice(str(group_id), name) for group_id, name in groups]
        self.clearance_type_id.choices = [SelectChoice(str(one.id), one.name) for one in kinds]
