"""What is asked to correct a draft, to give back, and to find a bill."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.billing.models import Draft
from app.billing.rules.documents import OUT_OF_SCOPE, Line
from app.billing.rules.invoices import DEPOSIT, KIND_NAMES, UNITS
from app.billing.rules.legal import ALWAYS_OUT_OF_SCOPE, FRANCHISE, LIABLE, OUT_OF_SCOPE_REGIME, Regime
from app.web import forms
from app.web.typography import words

SPARE = 3  # empty lines under those that are written
MOST_LINES = 60
ACTIVITY_NAMES = {
    "desk": _l("Coworking"),
    "room": _l("Salle"),
    "office": _l("Bureau"),
    "space": _l("Espace entier"),
    "machine": _l("Machine"),
    "plan": _l("Abonnement"),
    "pass": _l("Carnet"),
    "training": _l("Formation"),
    "article": _l("Article"),
    "membership": _l("Adhésion"),
    "gift": _l("Don"),
    "deposit": _l("Caution"),
    "fee": _l("Frais d’annulation"),
    "other": _l("Autre prestation"),
}
# What a lieu may write on its bills under each regime; who does not owe VAT would owe the one that it writes (CGI art. 283, 3).
_CATEGORIES = {LIABLE: "SEO", FRANCHISE: "EO", OUT_OF_SCOPE_REGIME: "O"}
RATES = ((2000, "S"), (1000, "S"), (550, "S"), (210, "S"), (0, "E"), (0, "O"))


def _rate_code(rate_bp: int, category: str) -> str:
    return f"{category}{rate_bp}"


class LineForm(forms.Form):
    """One line; a line without a label is no line."""

    class Meta(forms.Form.Meta):
        csrf = False

    label = forms.StringField(_l("Désignation"), max_length=200)
    quantity = forms.DecimalField(_l("Quantité"), minimum=Decimal(-10_000), maximum=Decimal(10_000), places=3)
    unit = forms.SelectField(_l("Unité"), choices=[forms.SelectChoice(code, _l(name)) for code, (name, _code) in UNITS.items()])
    price = forms.MoneyField(_l("Prix d’une unité"), minimum=-100_000_00)
    rate = forms.SelectField(_l("TVA"))
    activity = forms.SelectField(_l("Nature"), choices=[forms.SelectChoice(code, name) for code, name in ACTIVITY_NAMES.items()])
    member_name = forms.StringField(_l("Pour qui"), max_length=120)
    amount = forms.MoneyField(_l("Montant, s’il n’est pas quantité × prix"), minimum=-100_000_00)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rate.choices = []

    def offer(self, regime: Regime, before: Line | None) -> None:
        """The rates that the lieu may write under its regime, and the one that the line has already."""
        say, names = words(), {"S": "", "E": _("exonéré"), "O": _("hors champ")}
        own = before and (before.rate_bp, before.category)
        self.rate.choices = [
            forms.SelectChoice(_rate_code(rate, category), names[category] or say.rate(rate))
            for rate, category in RATES
            if category in _CATEGORIES[regime.code] or (rate, category) == own
        ]

    def validate_rate(self, field: Any) -> None:
        if not self.is_empty and self.activity.data in ALWAYS_OUT_OF_SCOPE and field.data and field.data[0] != OUT_OF_SCOPE:
            raise forms.ValidationError(_("Une adhésion, un don ou une caution est hors du champ de la TVA."))

    @property
    def is_empty(self) -> bool:
        return not (self.label.data or self.price.data)

    def line(self, before: Line | None) -> Line:
        """What is written; the days of use stay those of the line that was there."""
        category, rate = self.rate.data[0], int(self.rate.data[1:])
        return Line(
            label=self.label.data or "",
            quantity_milli=int((self.quantity.data if self.quantity.data is not None else Decimal(1)).scaleb(3)),
            unit=self.unit.data,
            unit_cents=self.price.data or 0,
            rate_bp=rate,
            category=category,
            member_name=self.member_name.data or "",
            used_from=before.used_from if before else None,
            used_to=before.used_to if before else None,
            cents=self.amount.data,
            activity=self.activity.data,
        )


class DraftForm(forms.Form):
    """The lines of a draft, its period, and where it is delivered if elsewhere."""

    first = forms.DateField(_l("Du"))
    last = forms.DateField(_l("Au"))
    delivery_name = forms.StringField(_l("Livré chez"), max_length=120)
    delivery_street = forms.StringField(_l("Rue"), max_length=200)
    delivery_postal_code = forms.StringField(_l("Code postal"), max_length=10)
    delivery_town = forms.StringField(_l("Commune"), max_length=120)
    rows = forms.FieldList(forms.FormField(LineForm), max_entries=MOST_LINES)

    @classmethod
    def of(cls, draft: Draft | None, regime: Regime) -> "DraftForm":
        """Filled with a draft as it is, and some empty lines."""
        before = [Line.read(said) for said in draft.lines] if draft else []
        delivery = (draft.delivery if draft else None) or {}
        usual = regime.tax_of("other")
        empty = {"quantity": Decimal(1), "rate": _rate_code(usual.rate_bp, usual.category), "activity": "other", "unit": "piece"}
        form = cls(
            data={
                "first": draft.period_first if draft else None,
                "last": draft.period_last if draft else None,
                **{f"delivery_{name}": delivery.get(name, "") for name in ("name", "street", "postal_code", "town")},
                "rows": [_row(line) for line in before] + [empty] * SPARE,
            }
        )
        form.before = before
        for place, row in enumerate(form.rows):
            row.form.offer(regime, before[place] if place < len(before) else None)
        return form

    before: Sequence[Line] = ()

    @property
    def lines(self) -> list[Line]:
        """The lines that say something."""
        return [
            row.form.line(self.before[place] if place < len(self.before) else None)
            for place, row in enumerate(self.rows)
            if not row.form.is_empty
        ]

    @property
    def period(self) -> Any:
        return (self.first.data, self.last.data) if self.first.data and self.last.data else None

    @property
    def delivery(self) -> dict[str, str] | None:
        said = {name: self[f"delivery_{name}"].data or "" for name in ("name", "street", "postal_code", "town")}
        return said if any(said.values()) else None

    def validate_last(self, field: Any) -> None:
        if self.first.data and field.data and field.data < self.first.data:
            raise forms.ValidationError(_("La fin vient après le début."))


def _row(line: Line) -> dict[str, Any]:
    return {
        "label": line.label,
        "quantity": Decimal(line.quantity_milli).scaleb(-3).normalize(),
        "unit": line.unit if line.unit in UNITS else "piece",
        "price": line.unit_cents,
        "rate": _rate_code(line.rate_bp, line.category),
        "activity": line.activity,
        "member_name": line.member_name,
        "amount": line.cents,
    }


class NewDraftForm(DraftForm):
    """A bill by hand: for whom, of which sort."""

    kind = forms.SelectField(
        _l("Document"), choices=[forms.SelectChoice(kind, _l(KIND_NAMES[kind])) for kind in ("invoice", "advance", "final", "deposit")]
    )
    payer = forms.StringField(
        _l("Adressé à"), [forms.InputRequired()], max_length=254, description=_l("Une adresse électronique, ou le nom d’une organisation.")
    )
    advance = forms.StringField(
        _l("Acompte à déduire"), max_length=35, description=_l("Le numéro de la facture d’acompte, pour une facture de solde.")
    )

    def validate_kind(self, field: Any) -> None:
        if field.data == DEPOSIT and any(line.activity != DEPOSIT for line in self.lines):
            raise forms.ValidationError(_("Un appel de caution n’a que des cautions : choisissez cette nature pour chaque ligne."))


class CreditForm(forms.Form):
    """What is given back of an invoice: all that is left, an amount, or some of its lines."""

    how = forms.RadioField(
        _l("Ce que l’on rend"),
        choices=[
            forms.SelectChoice("whole", _l("Tout ce qu’il en reste")),
            forms.SelectChoice("amount", _l("Un montant, taxes comprises")),
            forms.SelectChoice("lines", _l("Des lignes")),
        ],
        default="whole",
    )
    gross = forms.MoneyField(_l("Montant"), minimum=1)
    reason = forms.StringField(_l("Motif"), [forms.InputRequired()], max_length=200, description=_l("Il est imprimé sur l’avoir."))
    quantities = forms.FieldList(forms.DecimalField(_l("Quantité rendue"), maximum=Decimal(10_000), places=3))

    def offer(self, lines: Sequence[Line]) -> None:
        """One quantity for each line of the invoice, whatever was sent."""
        while len(self.quantities) < len(lines):
            self.quantities.append_entry(None)

    def validate_gross(self, field: Any) -> None:
        if self.how.data == "amount" and not field.data:
            raise forms.ValidationError(_("Écrivez combien rendre."))

    def chosen(self, lines: Sequence[Line]) -> list[Line]:
        """The lines given back, each for the quantity written."""
        return list(self._chosen(lines))

    def _chosen(self, lines: Sequence[Line]) -> Iterator[Line]:
        for line, field in zip(lines, self.quantities, strict=False):
            if field.data:
                yield line.part(int(field.data.scaleb(3)))


class FindForm(forms.QueryForm):
    """Which bills are looked for."""

    q = forms.StringField(_l("Chercher"), max_length=80)
    year = forms.IntegerField(_l("Année"), minimum=2000, maximum=2100)
    kind = forms.SelectField(
        _l("Document"),
        default="",
        choices=[forms.SelectChoice("", _l("Tous")), *(forms.SelectChoice(kind, _l(name)) for kind, name in KIND_NAMES.items())],
    )
    state = forms.SelectField(
        _l("État"),
        default="",
        choices=[
            forms.SelectChoice("", _l("Tous")),
            forms.SelectChoice("unpaid", _l("À payer")),
            forms.SelectChoice("late", _l("En retard")),
        ],
    )
