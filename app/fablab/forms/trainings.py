"""Plan a training, call it off, note who came."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from app.billing.forms.pricing import Priced, PriceField
from app.booking.rules import Thing, reasons_typed
from app.core.period import Period
from app.fablab.models import ClearanceType, Training
from app.web import forms, words
from app.web.forms import SelectChoice

OWN_PRICE = "cents_of_"  # what the field of a tariff group's own price begins with


class TrainingForm(Priced):
    """A session: what, when, by whom, on which machines, for how many and how much."""

    title = forms.StringField(_l("Titre"), [forms.InputRequired()], max_length=120)
    clearance_type_id = forms.SelectField(_l("Habilitation donnée"), coerce=lambda value: int(value) if value else None)
    trainer_id = forms.SelectField(_l("Animée par"), coerce=int)
    day = forms.DateField(_l("Jour"), [forms.InputRequired()])
    start = forms.TimeField(_l("De"), [forms.InputRequired()])
    end = forms.TimeField(_l("À"), [forms.InputRequired()])
    machine_ids = forms.CheckboxesField(_l("Machines retenues"), coerce=int)
    seats = forms.IntegerField(_l("Places"), [forms.InputRequired()], minimum=1, maximum=200, default=4)
    min_seats = forms.IntegerField(
        _l("Annulée s’il y a moins de … personnes"), maximum=200, default=0, description=_l("0 : elle a toujours lieu.")
    )
    decide_hours = forms.IntegerField(_l("Décidé tant d’heures avant"), [forms.InputRequired()], maximum=720, default=24)
    free_hours = forms.IntegerField(
        _l("Une place se rend sans frais jusqu’à tant d’heures avant"), [forms.InputRequired()], maximum=720, default=48
    )
    cents = PriceField(_l("Prix de la place"), default=0, description=_l("0 : c’est gratuit."))
    description = forms.TextAreaField(_l("Ce que l’on y apprend, ce qu’il faut apporter"), max_length=4000, render_kw={"rows": 3})

    def offer(
        self, *, zone: ZoneInfo, clearances: Iterable[ClearanceType], trainers: Iterable[tuple[int, str]], machines: Iterable[Thing]
    ) -> None:
        self._zone = zone
        self.clearance_type_id.choices = [SelectChoice("", _l("aucune")), *(SelectChoice(str(one.id), one.name) for one in clearances)]
        self.trainer_id.choices = [SelectChoice(str(member_id), name) for member_id, name in trainers]
        self.machine_ids.choices = [SelectChoice(str(thing.id), thing.name) for thing in machines]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        for field in (self.start, self.end):
            wall = datetime.combine(self.day.data, field.data)
            field.errors.extend(words.said(reason) for reason in reasons_typed(wall, self._zone, says_which=False))  # type: ignore[attr-defined]
        if not self.errors and not self.period.is_forward:
            self.end.errors.append(_l("La fin doit venir après le début."))  # type: ignore[attr-defined]
        if (self.min_seats.data or 0) > self.seats.data:
            self.min_seats.errors.append(_l("Pas plus que de places."))  # type: ignore[attr-defined]
        return not self.errors

    @property
    def period(self) -> Period:
        start, end = (datetime.combine(self.day.data, field.data, self._zone) for field in (self.start, self.end))
        return Period(start, end)

    @property
    def group_cents(self) -> dict[str, int]:
        """The prices that differ from the full one less the group's discount."""
        own = [(name.removeprefix(OWN_PRICE), field.net) for name, field in self._fields.items() if name.startswith(OWN_PRICE)]
        return {code: cents for code, cents in own if cents is not None}

    @property
    def facts(self) -> dict[str, Any]:
        """What may change once the session is planned."""
        names = ("title", "clearance_type_id", "trainer_id", "seats", "decide_hours", "free_hours", "description")
        said = {name: self[name].data for name in names}
        return said | {"min_seats": self.min_seats.data or 0, "cents": self.cents.net or 0, "group_cents": self.group_cents}

    @property
    def sent(self) -> dict[str, str]:
        """What was written, to be confirmed."""
        plain = {name: field._value() for name, field in self._fields.items() if name not in _CHOSEN and hasattr(field, "_value")}
        plain.pop("csrf_token", None)
        if "with_taxes" in plain and not self.with_taxes.data:  # a box that is not ticked sends nothing
            del plain["with_taxes"]
        chosen = {"clearance_type_id": str(self.clearance_type_id.data or ""), "trainer_id": str(self.trainer_id.data), "confirmed": "1"}
        return plain | chosen


_CHOSEN = ("clearance_type_id", "trainer_id", "machine_ids")


def training_form(groups: Sequence[tuple[str, str]], training: Training | None = None, *, zone: ZoneInfo) -> TrainingForm:
    """With a price for each tariff group; filled from the training as it is."""
    prices = {
        OWN_PRICE + code: PriceField(_l("Prix, %(name)s", name=name), description=_l("Vide : le prix, moins la remise du tarif."))
        for code, name in groups
    }
    form: type[TrainingForm] = type("TrainingForm", (TrainingForm,), prices)
    if training is None:
        return form()
    start, end = training.starts_at.astimezone(zone), training.ends_at.astimezone(zone)
    shown = {
        "title": training.title,
        "clearance_type_id": training.clearance_type_id,
        "trainer_id": training.trainer_id,
        "day": start.date(),
        "start": start.time(),
        "end": end.time(),
        "machine_ids": [machine.id for machine in training.machines],
        "seats": training.seats,
        "min_seats": training.min_seats,
        "decide_hours": training.decide_hours,
        "free_hours": training.free_hours,
        "cents": training.cents,
        "description": training.description,
    }
    return form(data=shown | {OWN_PRICE + code: cents for code, cents in training.group_cents.items()})


class ReasonForm(forms.Form):
    """Why: told to the people concerned."""

    reason = forms.StringField(_l("Pourquoi"), [forms.InputRequired()], max_length=300)


class EmailForm(forms.Form):
    """Somebody, by their address."""

    email = forms.EmailField(_l("Adresse électronique"), [forms.InputRequired()])


class AttendanceForm(forms.Form):
    """Who came, and who of them may use the machines from now on."""

    present = forms.CheckboxesField(_l("Étaient là"), coerce=int)
    cleared = forms.CheckboxesField(_l("Peuvent s’en servir"), coerce=int)

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        listed = [SelectChoice(str(seat_id), name) for seat_id, name in people]
        self.present.choices = listed
        self.cleared.choices = listed
