"""A thing: what it is, what it costs, when and how it is booked."""

from collections.abc import Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.billing.forms.pricing import Priced, PriceField
from app.billing.rules import PriceRow
from app.booking.models import Resource
from app.booking.queries import Directory
from app.booking.rules import Rules
from app.fablab.models import ClearanceType, Machine
from app.members import queries as members
from app.members.models import Member
from app.portal.managing.forms.fields import BOOKING, CODE, COMING, MACHINE, NUMBERS, ONLY, PRICES, SOLD_BY, WHAT, WHEN, YES_OR_NO
from app.web import forms


def _short_lines(_form: forms.Form, field: Any) -> None:
    if any(len(line) > 120 for line in _lines(field.data)):
        raise forms.ValidationError(_("Une ligne est trop longue\u00a0: 120 caractères au plus."))


class ThingForm(Priced):
    """Every field that a thing may have; those that its kind is not asked are taken away."""

    name = forms.StringField(_l("Nom"), [forms.InputRequired()], max_length=120)
    code = forms.StringField(
        _l("Code"),
        [forms.InputRequired(), forms.Regexp(CODE, message=_l("Des lettres, des chiffres, des tirets et des points, sans espace."))],
        max_length=40,
        description=_l("Court et définitif\u00a0: il sert dans les adresses, les tarifs et le fichier du lieu."),
    )
    prefix = forms.StringField(
        _l("Lettre des places"),
        [forms.Optional(), forms.Regexp(r"[A-Za-z0-9._-]{1,10}$", message=_l("Une lettre ou deux, sans espace."))],
        max_length=10,
        description=_l("Avec A, les places s’appellent A1, A2, A3…"),
    )
    seats = forms.IntegerField(_l("Nombre de places"), [forms.InputRequired()], minimum=1, maximum=500)
    family = forms.StringField(
        _l("Famille"),
        [forms.InputRequired(), forms.Regexp(CODE, message=_l("Un mot sans espace, comme laser ou impression-3d."))],
        max_length=40,
        description=_l("Les machines d’une famille ont le même tarif et se remplacent l’une l’autre."),
    )
    space_id = forms.SelectField(_l("Espace"), coerce=lambda value: int(value) if value else None)
    capacity = forms.IntegerField(_l("Personnes"), [forms.InputRequired()], minimum=1, maximum=10_000, default=1)
    surface_m2 = forms.IntegerField(_l("Surface, en m²"), maximum=100_000)
    sold_by = forms.SelectField(_l("Se réserve"))
    holder_email = forms.EmailField(
        _l("Résident·e"), description=_l("Son adresse électronique. Le poste se prête quand cette personne annonce une absence.")
    )
    pool_id = forms.SelectField(_l("Rejoint, en son absence"), coerce=lambda value: int(value) if value else None)
    state = forms.SelectField(_l("État"))
    description = forms.TextAreaField(_l("Description"), max_length=20_000, render_kw={"rows": 3})
    equipment = forms.TextAreaField(
        _l("Équipement"), [_short_lines], description=_l("Une chose par ligne."), max_length=2000, render_kw={"rows": 3}
    )
    public = forms.BooleanField(_l("Montrée à tout le monde"), default=True)
    bookable = forms.BooleanField(_l("Se réserve en ligne"), default=True)

    half_day_cents = PriceField(_l("La demi-journée"), description=_l("Vide\u00a0: le tarif des postes."))
    day_cents = PriceField(_l("La journée"), description=_l("Vide\u00a0: le tarif des postes."))
    hour_cents = PriceField(_l("L’heure"))
    day_cap_cents = PriceField(_l("Au plus, pour une journée"))

    step = forms.IntegerField(_l("Les horaires vont de … en … minutes"), minimum=1, maximum=1440)
    min_minutes = forms.IntegerField(_l("Durée la plus courte, en minutes"), minimum=1, maximum=44_640)
    max_minutes = forms.IntegerField(_l("Durée la plus longue, en minutes"), minimum=1, maximum=44_640)
    night = forms.BooleanField(_l("Avec un badge, à toute heure"), description=_l("Si les badges viennent jour et nuit."))

    notice_minutes = forms.IntegerField(_l("S’y prendre à l’avance, en minutes"), maximum=525_600)
    horizon_days = forms.IntegerField(_l("Jusqu’à tant de jours à l’avance"), maximum=3660)
    buffer_before = forms.IntegerField(_l("Battement avant, en minutes"), maximum=1440)
    buffer_after = forms.IntegerField(_l("Battement après, en minutes"), maximum=1440)
    approval = forms.BooleanField(_l("L’équipe doit accepter"))
    needs_plan = forms.BooleanField(_l("Réservé aux personnes abonnées"))
    quota_day_minutes = forms.IntegerField(_l("Minutes par jour et par personne, au plus"), minimum=1, maximum=1440)
    quota_future = forms.IntegerField(_l("Réservations à venir par personne, au plus"), minimum=1, maximum=1000)
    min_gap_minutes = forms.IntegerField(_l("Entre deux réservations d’une personne, en minutes"), maximum=10_080)
    people = forms.IntegerField(_l("Personnes présentes ensemble"), minimum=1, maximum=20)

    check_in = forms.BooleanField(_l("On signale son arrivée"))
    no_show_after = forms.IntegerField(_l("Absent après tant de minutes"), minimum=1, maximum=1440)
    cancel_until = forms.TimeField(_l("Annulation gratuite jusqu’à telle heure, la veille"))
    cancel_hours = forms.IntegerField(_l("Ou jusqu’à tant d’heures avant"), maximum=1440)
    late_fee_percent = forms.IntegerField(_l("Retenu si l’on annule tard, en %"), maximum=100)

    clearance_type_id = forms.SelectField(_l("Habilitation demandée"), coerce=lambda value: int(value) if value else None)
    protective_equipment = forms.TextAreaField(
        _l("Protections à porter"), [_short_lines], description=_l("Une par ligne."), max_length=2000, render_kw={"rows": 3}
    )
    safety_rules = forms.TextAreaField(
        _l("Consignes"), [_short_lines], description=_l("Une par ligne."), max_length=4000, render_kw={"rows": 3}
    )
    value_cents = forms.MoneyField(_l("Valeur"), maximum=10_000_000_00)
    lifetime_hours = forms.IntegerField(_l("Durée de vie, en heures"), maximum=1_000_000)
    kilowatts = forms.DecimalField(_l("Puissance, en kW"), maximum=Decimal(1000), places=3)

    def __init__(
        self,
        kind: str,
        *,
        usual: Rules,
        directory: Directory,
        clearances: Sequence[ClearanceType],
        row: Resource | None = None,
        prices: Sequence[PriceRow] = (),
        machine: Machine | None = None,
        holder: Member | None = None,
    ) -> None:
        self.kind, self.row, self.usual, self.directory = kind, row, usual, directory
        self.holder: Member | None = holder
        super().__init__(data=_filled(kind, row, usual, prices, machine, holder))
        for field, kinds in ONLY.items():
            if kind not in kinds:
                del self[field]
        if row is not None:  # codes are for ever, and those of the seats begin with the letter
            for settled in {"code", "prefix"} & set(self._fields):
                del self[settled]
        self._offer(clearances)
        for name in NUMBERS:
            if name in self:
                self[name].description = _usually(getattr(usual, name))
        self.cancel_until.description = _cancelling(usual)

    def _offer(self, clearances: Sequence[ClearanceType]) -> None:
        """What each select offers here."""
        nowhere = forms.SelectChoice("", _l("Aucun"))
        if "space_id" in self:
            self.space_id.choices = [nowhere, *(forms.SelectChoice(str(one.id), one.name) for one in self.directory.of_kind("space"))]
        if "pool_id" in self:
            self.pool_id.choices = [nowhere, *(forms.SelectChoice(str(one.id), one.name) for one in self.directory.of_kind("pool"))]
        if "sold_by" in self:
            offered = [value for value in SOLD_BY if self.kind == "desk" or value != "resident"]
            self.sold_by.choices = [forms.SelectChoice(value, SOLD_BY[value]) for value in offered]
        if "clearance_type_id" in self:
            self.clearance_type_id.choices = [
                forms.SelectChoice("", _l("Aucune")),
                *(forms.SelectChoice(str(one.id), one.name) for one in clearances),
            ]
        states = {"in_service": _l("En service"), "needs_attention": _l("À surveiller")}
        if self.row is not None and self.row.state == "out_of_service":
            states["out_of_service"] = _l("Hors service")
        self.state.choices = [forms.SelectChoice(value, label) for value, label in states.items()]

    # ------------------------------------------------------------ what is wrong

    def validate_cancel_hours(self, field: Any) -> None:
        if field.data is not None and self.cancel_until.data is not None:
            raise forms.ValidationError(_("Choisissez l’un ou l’autre\u00a0: la veille, ou tant d’heures avant."))

    def validate_holder_email(self, field: Any) -> None:
        self.holder = members.member_by_email(field.data) if field.data else None
        if field.data and self.holder is None:
            raise forms.ValidationError(_("Personne n’a cette adresse ici. Vérifiez-la, ou ajoutez d’abord cette personne."))

    # ------------------------------------------------------------ what was said

    WHAT, PRICES, WHEN, BOOKING, COMING, MACHINE = WHAT, PRICES, WHEN, BOOKING, COMING, MACHINE

    @property
    def facts(self) -> dict[str, Any]:
        """Columns of the thing, as the gesture takes them."""
        facts: dict[str, Any] = {name: self[name].data for name in ("name", "description", "public", "bookable", "state")}
        facts["equipment"] = _lines(self.equipment.data)
        for name in ("code", "family", "space_id", "seats"):
            if name in self:
                facts[name] = self[name].data
        if "prefix" in self:
            facts["family"] = self.prefix.data
        if "capacity" in self:
            facts["capacity"] = self.capacity.data
        if "surface_m2" in self:
            kept = {key: value for key, value in (self.row.details if self.row else {}).items() if key != "surface_m2"}
            facts["details"] = kept | ({} if self.surface_m2.data is None else {"surface_m2": self.surface_m2.data})
        if self.kind == "desk":
            is_resident = self.sold_by.data == "resident"
            facts["holder_id"] = self.holder.id if is_resident and self.holder else None
            facts["pool_id"] = self.pool_id.data if is_resident else None
        return facts

    @property
    def rules(self) -> dict[str, Any]:
        """What this thing says differently; None: as its kind. A box that was not touched says nothing new."""
        own = self.row.rules if self.row is not None else {}
        rules: dict[str, Any] = {name: self[name].data for name in NUMBERS if name in self}
        for name in YES_OR_NO:
            if name in self and (name in own or self[name].data != getattr(self.usual, name)):
                rules[name] = self[name].data
        if "sold_by" in self and ("sold_by" in own or self.sold_by.data != self.usual.sold_by):
            rules["sold_by"] = self.sold_by.data
        until = self.cancel_until.data
        rules["free_until"] = until.hour * 60 + until.minute if until is not None else None
        rules["free_hours"] = self.cancel_hours.data
        return rules

    @property
    def prices(self) -> dict[str, int | None]:
        units = {"half_day": "half_day_cents", "day": "day_cents", "minutes": "hour_cents", "day_cap": "day_cap_cents"}
        return {unit: self[name].net for unit, name in units.items() if name in self}

    @property
    def machine(self) -> dict[str, Any]:
        if self.kind != "machine":
            return {}
        return {
            "clearance_type_id": self.clearance_type_id.data,
            "protective_equipment": _lines(self.protective_equipment.data),
            "safety_rules": _lines(self.safety_rules.data),
            "value_cents": self.value_cents.data,
            "lifetime_hours": self.lifetime_hours.data,
            "watts": int(self.kilowatts.data * 1000) if self.kilowatts.data is not None else None,
        }

    def section(self, names: Sequence[str]) -> list[Any]:
        """Those of these fields that this kind is asked."""
        return [self[name] for name in names if name in self]


def _filled(
    kind: str, row: Resource | None, usual: Rules, prices: Sequence[PriceRow], machine: Machine | None, holder: Member | None
) -> dict[str, Any]:
    """What the form shows at first: the thing as it is, or the usual one of its kind."""
    own: Mapping[str, Any] = row.rules if row is not None else {}
    shown: dict[str, Any] = {name: own.get(name) for name in NUMBERS}
    shown |= {name: own.get(name, getattr(usual, name)) for name in (*YES_OR_NO, "sold_by")}
    shown["cancel_hours"] = own.get("free_hours")
    if own.get("free_until") is not None:
        shown["cancel_until"] = time(own["free_until"] // 60 % 24, own["free_until"] % 60)
    if row is None:
        return shown | {"bookable": kind != "space", "public": True, "capacity": 1, "state": "in_service"}
    shown |= {
        name: getattr(row, name)
        for name in ("name", "family", "space_id", "pool_id", "capacity", "state", "description", "public", "bookable")
    }
    shown |= {
        "prefix": row.family,
        "seats": row.capacity,
        "equipment": "\n".join(row.equipment),
        "surface_m2": row.details.get("surface_m2"),
    }
    shown["holder_email"] = holder.email if holder is not None else ""
    for price in prices:
        if price.tariff_group is None and price.plan is None and (price.unit != "minutes" or price.minutes == 60):
            shown[{"minutes": "hour_cents"}.get(price.unit, f"{price.unit}_cents")] = price.cents
    if machine is not None:
        shown |= {name: getattr(machine, name) for name in ("clearance_type_id", "value_cents", "lifetime_hours")}
        shown |= {"protective_equipment": "\n".join(machine.protective_equipment), "safety_rules": "\n".join(machine.safety_rules)}
        shown["kilowatts"] = (Decimal(machine.watts) / 1000).normalize() if machine.watts is not None else None
    return shown


def _usually(value: object) -> str:
    return _("Vide\u00a0: comme les autres (%(usual)s).", usual=value) if value is not None else _("Vide\u00a0: sans limite.")


def _cancelling(usual: Rules) -> str:
    if usual.free_until is not None:
        return _(
            "Vides\u00a0: comme les autres, la veille jusqu’à %(hour)s h %(minute)02d.",
            hour=usual.free_until // 60,
            minute=usual.free_until % 60,
        )
    return _("Vides\u00a0: comme les autres, jusqu’à %(hours)s h avant.", hours=usual.free_hours or 0)


def _lines(text: str | None) -> list[str]:
    return [line.strip(" -•\t") for line in (text or "").splitlines() if line.strip(" -•\t")]
