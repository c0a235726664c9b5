"""What is asked to set how the lieu bills: its VAT regime, its terms, its accounts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from stdnum import bic
from stdnum.exceptions import ValidationError as NotANumber

from app.billing.models import BillingSettings
from app.billing.rules.legal import EXEMPT_RATE, FRANCHISE, LIABLE, OUT_OF_SCOPE_REGIME, Regime
from app.web import forms

_RATE_CHOICES = (("", _l("comme le reste")), ("2000", "20\u00a0%"), ("1000", "10\u00a0%"), ("550", "5,5\u00a0%"), ("210", "2,1\u00a0%"))
_EXEMPT = (EXEMPT_RATE, _l("exonérée"))


class RegimeForm(forms.Form):
    """The regime that the lieu and its accountant chose, and since when."""

    since = forms.DateField(_l("À partir du"), [forms.InputRequired()])
    code = forms.RadioField(
        _l("Régime"),
        choices=[
            forms.SelectChoice(OUT_OF_SCOPE_REGIME, _l("Hors du champ de la TVA (association sans activité taxée)")),
            forms.SelectChoice(FRANCHISE, _l("Franchise en base, art. 293 B du CGI")),
            forms.SelectChoice(LIABLE, _l("Redevable de la TVA\u00a0: vos prix sont hors taxes")),
        ],
    )
    rate = forms.SelectField(
        _l("Taux ordinaire"), choices=[forms.SelectChoice(code, name) for code, name in _RATE_CHOICES[1:]], default="2000"
    )
    training = forms.SelectField(
        _l("Formation professionnelle"),
        choices=[forms.SelectChoice(code, name) for code, name in (*_RATE_CHOICES, _EXEMPT)],
        description=_l("Exonérée si le lieu a l’attestation de l’art. 261, 4-4° a du CGI."),
    )
    article = forms.SelectField(_l("Articles"), choices=[forms.SelectChoice(code, name) for code, name in _RATE_CHOICES])
    on_debits = forms.BooleanField(_l("TVA d’après les débits (due à la facture, et non au paiement)"))

    @classmethod
    def of(cls, regime: Regime) -> "RegimeForm":
        rates = regime.rates or {}
        return cls(
            data={
                "code": regime.code,
                "rate": str(regime.rate_bp or 2000),
                "training": str(rates.get("training", "")),
                "article": str(rates.get("article", "")),
                "on_debits": regime.on_debits,
            }
        )

    @property
    def rates(self) -> dict[str, int | str]:
        chosen = {"training": self.training.data, "article": self.article.data}
        return {what: rate if rate == EXEMPT_RATE else int(rate) for what, rate in chosen.items() if rate}


class TermsForm(forms.Form):
    """What is printed on bills, and when they are to be paid."""

    payment_days = forms.IntegerField(
        _l("Jours pour payer"), [forms.InputRequired()], maximum=60, description=_l("60 au plus (code de commerce, art. L441-10).")
    )
    late_rate = forms.DecimalField(
        _l("Pénalités de retard, par an"),
        [forms.InputRequired()],
        maximum=Decimal(50),
        description=_l("En pour cent, entre professionnels seulement\u00a0; au moins trois fois le taux légal."),
    )
    discount = forms.StringField(
        _l("Escompte"), max_length=200, description=_l("Vide\u00a0: «\u00a0Pas d’escompte pour paiement anticipé.\u00a0»")
    )
    bic = forms.StringField(_l("BIC"), max_length=11)
    footer = forms.StringField(_l("En bas de chaque facture"), max_length=400)

    @classmethod
    def of(cls, chosen: BillingSettings) -> "TermsForm":
        return cls(
            data={
                "payment_days": chosen.payment_days,
                "late_rate": Decimal(chosen.late_rate_bp).scaleb(-2).normalize(),
                "discount": chosen.discount,
                "bic": chosen.bic,
                "footer": chosen.footer,
            }
        )

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "payment_days": self.payment_days.data,
            "late_rate_bp": int(self.late_rate.data.scaleb(2)),
            "discount": self.discount.data or "",
            "bic": self.bic.data or "",
            "footer": self.footer.data or "",
        }

    def validate_bic(self, field: Any) -> None:
        if field.data:
            try:
                field.data = bic.validate(field.data)
            except NotANumber:
                raise forms.ValidationError(_("Ce n’est pas un BIC\u00a0: 8 ou 11 signes, comme AGRIFRPP.")) from None


class AccountsForm(forms.Form):
    """The accounts of the chart, where the accountant uses others than ours."""

    @classmethod
    def of(cls, chosen: BillingSettings, usual: dict[str, tuple[str, str]]) -> "AccountsForm":
        """One field for each account that the books use."""
        fields = {
            f"account_{key}": forms.StringField(label, max_length=12, default=chosen.accounts.get(key, number))
            for key, (number, label) in usual.items()
        }
        form: AccountsForm = type("AccountsForm", (cls,), fields)()
        form.usual = usual
        return form

    usual: dict[str, tuple[str, str]] = {}

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = bool(super().validate(*args, **kwargs))
        for key in self.usual:
            field = self[f"account_{key}"]
            if field.data and not (field.data[:3].isdigit() and field.data.isalnum() and field.data[0] in "12345678"):
                field.errors = [*field.errors, _("Un compte du plan comptable commence par trois chiffres, comme 706.")]
                valid = False
        return valid

    @property
    def chosen(self) -> dict[str, str]:
        said = {key: (self[f"account_{key}"].data or "").upper() for key in self.usual}
        return {key: value for key, value in said.items() if value and value != self.usual[key][0]}


class LegalFactForm(forms.Form):
    """What the law asks from a day on, and where it is written."""

    since = forms.DateField(_l("À partir du"), [forms.InputRequired()])
    source = forms.StringField(
        _l("Où c’est écrit"), [forms.InputRequired()], max_length=200, description=_l("Un article, un arrêté, une page du BOFiP.")
    )

    @classmethod
    def of(cls, kind: str, value: Any) -> "LegalFactForm":
        """Asked for a text, an amount, two amounts, a number of years or a day; `value` is what holds now."""
        form_class: type[LegalFactForm] = type("LegalFactForm", (cls,), _VALUE_FIELDS[kind]())
        now = {"top": value[1], "value": value[0]} if kind == "amounts" else {"value": value}
        form = form_class(data=now)
        form.kind = kind
        return form

    kind = "text"

    def validate_top(self, field: Any) -> None:
        if field.data is not None and self["value"].data is not None and field.data < self["value"].data:
            raise forms.ValidationError(_("Le seuil majoré est au-dessus de l’autre."))

    @property
    def said(self) -> Any:
        value = self["value"].data
        if self.kind == "amounts":
            return [value, self["top"].data]
        return value.isoformat() if self.kind == "day" else value


_VALUE_FIELDS: dict[str, Callable[[], dict[str, Any]]] = {
    "text": lambda: {"value": forms.StringField(_l("Texte"), [forms.InputRequired()], max_length=200)},
    "amount": lambda: {"value": forms.MoneyField(_l("Montant"), [forms.InputRequired()], maximum=10_000_000_00)},
    "amounts": lambda: {
        "value": forms.MoneyField(_l("Seuil"), [forms.InputRequired()], maximum=10_000_000_00),
        "top": forms.MoneyField(_l("Seuil majoré"), [forms.InputRequired()], maximum=10_000_000_00),
    },
    "years": lambda: {"value": forms.IntegerField(_l("Années"), [forms.InputRequired()], minimum=1, maximum=100)},
    "day": lambda: {"value": forms.DateField(_l("Jour"), [forms.InputRequired()])},
}
