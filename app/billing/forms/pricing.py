"""Prices typed by the team: kept before VAT, so a price typed with it is one that a price before VAT comes to exactly."""

from typing import Any, Self

from flask_babel import lazy_gettext as _l

from app.billing.rules.documents import net_of_gross, reasons_price
from app.web import forms, words


class PriceField(forms.MoneyField):
    """What somebody pays for something. 9.99 with 20 % of VAT cannot be written: 9.98 and 10.00 can."""

    rate_bp = 0

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        self.has_taxes = bool(self.rate_bp and form.with_taxes.data)
        if self.has_taxes and self.data is not None:
            for reason in reasons_price(self.data, self.rate_bp):
                raise forms.ValidationError(f"{words.said(reason)} {words.next_step(reason)}")

    @property
    def net(self) -> Any:
        """Before VAT, once the form is valid."""
        return net_of_gross(self.data, self.rate_bp) if self.has_taxes and self.data is not None else self.data


class Priced(forms.Form):
    """Has prices, in a lieu whose VAT for them is what `taxed` says; the box is only asked where there is a VAT to speak of."""

    with_taxes = forms.BooleanField(_l("Les prix écrits ici comprennent la TVA"), description=_l("Sinon, ils sont hors taxes."))

    def taxed(self, rate_bp: int) -> Self:
        prices = [name for name, field in self._fields.items() if isinstance(field, PriceField)]
        for name in prices:
            self[name].rate_bp = rate_bp
        if not rate_bp or not prices:
            del self.with_taxes
            return self
        shown = [name for name in self._fields if name != "with_taxes"]
        shown.insert(shown.index(prices[-1]) + 1, "with_taxes")
        for name in shown:  # the box stands after the last price
            self._fields[name] = self._fields.pop(name)
        return self
