"""What is asked to say what the lieu sells: a formula, a carnet, a tariff group, a price from a day on."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.billing.forms.pricing import Priced, PriceField
from app.billing.models import Coupon, PassType, Plan, TariffGroup
from app.portal.managing.forms.fields import CODE
from app.web import forms

UNLIMITED = "unlimited"
# What a carnet pays: (unit, scope) as one choice.
PASS_OF = {
    "half_day:desk": _l("demi-journées de poste"),
    "minute:room": _l("minutes de salle"),
    "minute:machine": _l("minutes de machine"),
    "cent:": _l("centimes, pour tout ce qui se paie"),
}


class _CatalogueForm(forms.Form):
    """Named, with a code that never changes."""

    name = forms.StringField(_l("Nom"), [forms.InputRequired()], max_length=120)
    code = forms.StringField(
        _l("Code"),
        [forms.InputRequired(), forms.Regexp(CODE, message=_l("Un mot sans espace, comme mi-temps ou carnet-10."))],
        max_length=40,
        description=_l("Dans les fichiers et les exports\u00a0; il ne change plus ensuite."),
    )

    def keep_code(self, is_known: bool) -> None:
        if is_known:
            del self.code

    @property
    def named(self) -> dict[str, Any]:
        return {"name": self.name.data} | ({"code": self.code.data} if "code" in self else {})


class _Priced(Priced):
    cents = PriceField(_l("Prix"), [forms.InputRequired()])


class PlanForm(_Priced, _CatalogueForm):
    """A formula: its month, and what that month includes."""

    half_days = forms.IntegerField(_l("Demi-journées de poste comprises"), maximum=62)
    half_days_free = forms.BooleanField(_l("Postes à volonté"))
    room_minutes = forms.IntegerField(_l("Minutes de salle comprises"), maximum=44_640)
    machine_minutes = forms.IntegerField(_l("Minutes de machine comprises"), maximum=44_640)
    badge = forms.BooleanField(_l("Avec le badge"))
    fixed_desk = forms.BooleanField(_l("Avec un bureau à soi"))
    is_rolling = forms.BooleanField(_l("Le mois va du jour où l’on s’abonne, et non du 1er"))
    on_sale = forms.BooleanField(_l("Se vend"), default=True)

    @classmethod
    def of(cls, row: Plan | None) -> "PlanForm":
        if row is None:
            return cls()
        given = dict(row.allowances)
        free = given.get("half_days") == UNLIMITED
        said = {name: given.get(name) for name in ("room_minutes", "machine_minutes", "badge", "fixed_desk")}
        said |= {"half_days": None if free else given.get("half_days"), "half_days_free": free}
        form = cls(data=said | {"name": row.name, "cents": row.cents, "is_rolling": row.is_rolling, "on_sale": row.on_sale})
        form.keep_code(True)
        return form

    @property
    def facts(self) -> dict[str, Any]:
        given = {
            "half_days": UNLIMITED if self.half_days_free.data else self.half_days.data,
            "room_minutes": self.room_minutes.data,
            "machine_minutes": self.machine_minutes.data,
            "badge": self.badge.data or None,
            "fixed_desk": self.fixed_desk.data or None,
        }
        allowances = {name: value for name, value in given.items() if value is not None}
        said = {"cents": self.cents.net, "is_rolling": self.is_rolling.data, "on_sale": self.on_sale.data}
        return self.named | said | {"allowances": allowances}


class PassForm(_Priced, _CatalogueForm):
    """A carnet or a pack: so many of one thing, at one rate of VAT, for so many months."""

    units = forms.IntegerField(_l("Combien"), [forms.InputRequired()], minimum=1, maximum=1_000_000)
    of_what = forms.SelectField(_l("De quoi"))
    months = forms.IntegerField(_l("Bon pendant, en mois"), [forms.InputRequired()], minimum=1, maximum=120, default=12)
    on_sale = forms.BooleanField(_l("Se vend"), default=True)

    @classmethod
    def of(cls, row: PassType | None, families: list[str]) -> "PassForm":
        said = {} if row is None else {name: getattr(row, name) for name in ("name", "cents", "units", "months", "on_sale")}
        form = cls(data=said | ({} if row is None else {"of_what": f"{row.unit}:{row.scope}"}))
        choices = dict(PASS_OF) | {
            f"minute:family:{name}": _l("minutes de la famille «\u00a0%(name)s\u00a0»", name=name) for name in families
        }
        if row is not None:
            choices.setdefault(f"{row.unit}:{row.scope}", f"{row.unit} {row.scope}".strip())
        form.of_what.choices = [forms.SelectChoice(code, label) for code, label in choices.items()]
        form.keep_code(row is not None)
        return form

    @property
    def facts(self) -> dict[str, Any]:
        unit, _colon, scope = self.of_what.data.partition(":")
        said = {"cents": self.cents.net, "units": self.units.data, "unit": unit, "scope": scope, "months": self.months.data}
        return self.named | said | {"on_sale": self.on_sale.data}


class GroupForm(_CatalogueForm):
    """A tariff group: so much off what has no price of its own."""

    discount_percent = forms.IntegerField(
        _l("Remise, en pour cent"),
        [forms.InputRequired()],
        maximum=100,
        default=0,
        description=_l("Sur les postes, salles, machines, carnets et formules\u00a0; un prix propre au groupe l’emporte."),
    )

    @classmethod
    def of(cls, row: TariffGroup | None) -> "GroupForm":
        form = cls(data={} if row is None else {"name": row.name, "discount_percent": row.discount_percent})
        form.keep_code(row is not None)
        return form

    @property
    def facts(self) -> dict[str, Any]:
        return self.named | {"discount_percent": self.discount_percent.data}


class CouponForm(forms.Form):
    """So much or so many hundredths off a carnet, between two days, so many times."""

    code = forms.StringField(
        _l("Code"), [forms.InputRequired(), forms.Regexp(CODE, message=_l("Un mot sans espace, comme BIENVENUE."))], max_length=40
    )
    what = forms.SelectField(_l("Sur quoi"))
    percent = forms.IntegerField(_l("Remise, en pour cent"), minimum=1, maximum=100)
    off_cents = forms.MoneyField(
        _l("Ou un montant"), minimum=1, description=_l("L’un ou l’autre\u00a0; hors taxes si le lieu doit la TVA.")
    )
    first_day = forms.DateField(_l("Du"), [forms.InputRequired()])
    last_day = forms.DateField(_l("Au, inclus"), [forms.InputRequired()])
    most = forms.IntegerField(_l("En tout, autant de fois"), minimum=1, maximum=100_000, description=_l("Vide\u00a0: sans limite."))
    most_each = forms.IntegerField(_l("Par personne, autant de fois"), [forms.InputRequired()], minimum=1, maximum=1000, default=1)

    @classmethod
    def of(cls, row: Coupon | None, passes: list[PassType]) -> "CouponForm":
        names = ("code", "what", "percent", "off_cents", "first_day", "last_day", "most", "most_each")
        form = cls(data={} if row is None else {name: getattr(row, name) for name in names})
        listed = [("pass", _l("tous les carnets")), *((f"pass:{one.code}", one.name) for one in passes)]
        form.what.choices = [forms.SelectChoice(code, name) for code, name in listed]
        form.used = 0 if row is None else row.used
        return form

    used = 0

    def validate_off_cents(self, field: Any) -> None:
        if (field.data is None) == (self.percent.data is None):
            raise forms.ValidationError(_("Écrivez un pourcentage ou un montant, et un seul."))

    def validate_last_day(self, field: Any) -> None:
        if self.first_day.data and field.data and field.data < self.first_day.data:
            raise forms.ValidationError(_("La fin vient après le début."))

    def validate_most(self, field: Any) -> None:
        if field.data is not None and field.data < self.used:
            raise forms.ValidationError(_("Il a déjà servi %(n)s fois.", n=self.used))

    @property
    def facts(self) -> dict[str, Any]:
        names = ("what", "percent", "off_cents", "first_day", "last_day", "most", "most_each")
        return {name: self[name].data for name in names} | {"code": self.code.data.upper()}


class PriceForm(_Priced):
    """From a day on, for all or for a tariff group."""

    since = forms.DateField(_l("À partir du"), [forms.InputRequired()])
    group = forms.SelectField(_l("Pour"))

    def offer(self, groups: list[tuple[str, str]]) -> None:
        listed = [("", _l("tous ceux qui n’ont pas leur propre prix")), *groups]
        self.group.choices = [forms.SelectChoice(code, name) for code, name in listed]
