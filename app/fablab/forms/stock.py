"""Articles and their stock: what each is, a purchase that comes in, an inventory."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from app.billing.forms.pricing import Priced, PriceField
from app.billing.models import Article
from app.web import forms

OWN_PRICE = "cents_of_"  # what the field of a tariff group's own price begins with
CODE = r"[a-z0-9][a-z0-9-]{0,39}"
MOST = Decimal(1_000_000)


class ArticleForm(Priced):
    """What is sold by its unit."""

    name = forms.StringField(_l("Nom"), [forms.InputRequired()], max_length=120)
    code = forms.StringField(
        _l("Code"),
        [forms.InputRequired(), forms.Regexp(CODE, message=_l("Un mot sans espace, comme pla ou contreplaque-3."))],
        max_length=40,
    )
    unit = forms.StringField(_l("Unité"), [forms.InputRequired()], max_length=20, description=_l("g, dm², pièce, minute…"))
    cents = PriceField(_l("Prix d’une unité"), [forms.InputRequired()])
    alert = forms.DecimalField(_l("Prévenir quand il en reste"), maximum=MOST, places=3, description=_l("Vide : jamais."))

    @property
    def facts(self) -> dict[str, Any]:
        said = {"name": self.name.data, "unit": self.unit.data, "cents": self.cents.net, "alert_milli": _milli(self.alert.data)}
        return said | ({"code": self.code.data} if "code" in self else {})

    @property
    def group_cents(self) -> dict[str, int | None]:
        return {name.removeprefix(OWN_PRICE): field.net for name, field in self._fields.items() if name.startswith(OWN_PRICE)}


class PurchaseForm(forms.Form):
    """What came in."""

    quantity = forms.DecimalField(_l("Quantité achetée"), [forms.InputRequired()], minimum=Decimal("0.001"), maximum=MOST, places=3)
    cents = forms.MoneyField(_l("Ce que cela a coûté"))
    note = forms.StringField(_l("Où, pourquoi"), max_length=200)

    @property
    def milli(self) -> int:
        return _milli(self.quantity.data) or 0


class CountForm(forms.Form):
    """What is really there."""

    quantity = forms.DecimalField(_l("Quantité comptée"), [forms.InputRequired()], maximum=MOST, places=3)
    note = forms.StringField(_l("Remarque"), max_length=200)

    @property
    def milli(self) -> int:
        return _milli(self.quantity.data) or 0


def article_form(groups: Sequence[tuple[str, str]], article: Article | None = None, *, own: dict[str, int] | None = None) -> ArticleForm:
    """With a price for each tariff group; codes are for ever."""
    prices = {
        OWN_PRICE + code: PriceField(
            _l("Prix d’une unité, %(name)s", name=name), description=_l("Vide : le prix, moins la remise du tarif.")
        )
        for code, name in groups
    }
    form_class: type[ArticleForm] = type("ArticleForm", (ArticleForm,), prices)
    if article is None:
        return form_class()
    alert = Decimal(article.alert_milli) / 1000 if article.alert_milli is not None else None
    shown = {"name": article.name, "unit": article.unit, "cents": article.cents, "alert": alert.normalize() if alert is not None else None}
    form = form_class(data=shown | {OWN_PRICE + code: cents for code, cents in (own or {}).items()})
    del form["code"]
    return form


def _milli(quantity: Decimal | None) -> int | None:
    return int(quantity * 1000) if quantity is not None else None
