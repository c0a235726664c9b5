"""What a machine has besides other things: its picture, its papers, its leads, its counters, how it is paid."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.addresses import NotAnAddress, email_address
from app.fablab.models import Machine
from app.web import forms

MOST_COUNTERS = 6


class MachineForm(forms.Form):
    """Everything but what all bookable things have, which is in *Les choses du lieu*."""

    photo = forms.FileField(_l("Photo"), render_kw={"accept": "image/jpeg,image/png,image/webp"})
    specs = forms.TextAreaField(
        _l("Caractéristiques"), max_length=4000, render_kw={"rows": 4}, description=_l("Une par ligne, comme : Surface : 600 × 400 mm")
    )
    manual = forms.FileField(_l("Mode d’emploi (PDF)"), render_kw={"accept": "application/pdf"})
    safety_sheet = forms.FileField(_l("Fiche de sécurité (PDF)"), render_kw={"accept": "application/pdf"})
    leads = forms.TextAreaField(
        _l("Référents"), max_length=2000, render_kw={"rows": 3}, description=_l("Une adresse électronique par ligne.")
    )
    metered = forms.IntegerField(
        _l("Payée à la minute utilisée, avec un minimum de … minutes"),
        maximum=1440,
        description=_l("Vide : payée à la réservation."),
    )
    upkeep_cents = forms.MoneyField(_l("Entretien, par heure d’utilisation"))
    counters = forms.TextAreaField(
        _l("Compteurs et entretiens"),
        max_length=1000,
        render_kw={"rows": 4},
        description=_l(
            "Un par ligne : nom ; toutes les … heures ; tous les … mois ; heures déjà faites. Exemple : heures de tube ; 200 ; ; 198"
        ),
    )

    def validate_leads(self, field: Any) -> None:
        for line in _lines(field.data):
            try:
                email_address(line)
            except NotAnAddress:
                raise forms.ValidationError(_("« %(line)s » n’est pas une adresse électronique.", line=line)) from None

    def validate_specs(self, field: Any) -> None:
        for line in _lines(field.data):
            if ":" not in line:
                raise forms.ValidationError(_("« %(line)s » : écrivez quoi, deux-points, combien.", line=line))

    def validate_counters(self, field: Any) -> None:
        lines = _lines(field.data)
        if len(lines) > MOST_COUNTERS:
            raise forms.ValidationError(_("Six compteurs au plus."))
        for line in lines:
            _counter(line)
        if len({_counter(line)["nom"] for line in lines}) < len(lines):
            raise forms.ValidationError(_("Deux compteurs ont le même nom."))

    @property
    def lead_emails(self) -> list[str]:
        return [email_address(line) for line in _lines(self.leads.data)]

    @property
    def facts(self) -> dict[str, Any]:
        specs = [[part.strip() for part in line.split(":", 1)] for line in _lines(self.specs.data)]
        counters = [_counter(line) for line in _lines(self.counters.data)]
        return {"specs": specs, "counters": counters, "upkeep_cents": self.upkeep_cents.data}


def machine_form(machine: Machine | None, *, leads: Sequence[str], metered: int | None) -> MachineForm:
    """Filled from the machine as it is."""
    shown: Mapping[str, Any] = {
        "specs": "\n".join(": ".join(spec) for spec in machine.specs) if machine is not None else "",
        "leads": "\n".join(leads),
        "metered": metered,
        "upkeep_cents": machine.upkeep_cents if machine is not None else None,
        "counters": "\n".join(_counter_line(rule) for rule in machine.counters) if machine is not None else "",
    }
    return MachineForm(data=shown)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _counter(line: str) -> dict[str, Any]:
    """« heures de tube ; 200 ; ; 198 » as the machine keeps it."""
    name, *rest = (part.strip() for part in line.split(";"))
    numbers = [*rest, "", "", ""][:3]
    if not name or len(name) > 120 or any(part and not (part.isdecimal() and len(part) <= 6) for part in numbers):
        raise forms.ValidationError(_("« %(line)s » n’est pas écrit comme il faut. Relisez l’exemple.", line=line))
    hours, months, begins = (int(part) if part else None for part in numbers)
    said = {
        "entretien_toutes_les_h": hours or None,
        "entretien_tous_les_mois": months or None,
        "valeur_min": 60 * begins if begins else None,
    }
    return {"nom": name} | {key: value for key, value in said.items() if value is not None}


def _counter_line(rule: Mapping[str, Any]) -> str:
    begins = rule.get("valeur_min")
    parts = [rule.get("entretien_toutes_les_h"), rule.get("entretien_tous_les_mois"), begins // 60 if begins else None]
    return " ; ".join([rule["nom"], *("" if part is None else str(part) for part in parts)]).rstrip(" ;")
