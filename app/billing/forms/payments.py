"""What the pages of money ask."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.billing.queries.owed import Unpaid
from app.billing.queries.payments import Terms
from app.billing.rules.banking import HOLDER_LENGTH, compact_iban, reasons_bic, reasons_creditor, reasons_holder, reasons_iban
from app.billing.rules.debits import RETURN_REASONS
from app.billing.rules.means import MEANS
from app.core.refusals import Reason
from app.web import forms, words
from app.web.typography import words as say

TAKEN_BY_HAND = ("cash", "cheque", "transfer", "helloasso")


def checked(check: Any, *, kept: Callable[[str], str] = compact_iban) -> Any:
    """An account or an identifier, kept as machines write it, with what is wrong said beside it."""

    def validate(_form: forms.Form, field: Any) -> None:
        if field.data:
            field.data = kept(field.data)
            reasons: Sequence[Reason] = check(field.data)
            if reasons:
                raise forms.ValidationError(f"{words.said(reasons[0])} {words.next_step(reasons[0])}".strip())

    return validate


class MandateForm(forms.Form):
    """Signed here: the name typed, the box ticked."""

    holder = forms.StringField(
        _l("Titulaire du compte"), [forms.InputRequired(), checked(reasons_holder, kept=str)], max_length=HOLDER_LENGTH
    )
    iban = forms.StringField(
        _l("IBAN"), [forms.InputRequired(), checked(reasons_iban)], max_length=50, render_kw={"autocomplete": "off", "spellcheck": "false"}
    )
    bic = forms.StringField(
        _l("BIC"), [checked(reasons_bic)], max_length=20, description=_l("Votre banque ne le demande plus\u00a0: laissez vide.")
    )
    signed_name = forms.StringField(_l("Signez en écrivant votre nom"), [forms.InputRequired()], max_length=120)
    agreed = forms.BooleanField(_l("J’ai lu ce mandat et je l’accepte."), [forms.InputRequired(message=_l("Cochez la case pour signer."))])


class PaperMandateForm(forms.Form):
    """Signed on paper: who keeps the accounts writes it here with its scan."""

    payer = forms.SelectField(_l("Qui paie"))
    holder = forms.StringField(
        _l("Titulaire du compte"), [forms.InputRequired(), checked(reasons_holder, kept=str)], max_length=HOLDER_LENGTH
    )
    iban = forms.StringField(_l("IBAN"), [forms.InputRequired(), checked(reasons_iban)], max_length=50, render_kw={"autocomplete": "off"})
    bic = forms.StringField(_l("BIC"), [checked(reasons_bic)], max_length=20)
    signed_on = forms.DateField(_l("Signé le"), [forms.InputRequired()])
    scan = forms.FileField(
        _l("Le mandat signé (PDF ou photo, 3 Mo au plus)"),
        [forms.FileRequired()],
        render_kw={"accept": "application/pdf,image/jpeg,image/png"},
    )

    def offer(self, payers: Iterable[tuple[str, str]]) -> None:
        self.payer.choices = [forms.SelectChoice(value, name) for value, name in payers]


class TakeMoneyForm(forms.Form):
    invoice_id = forms.SelectField(_l("Facture"), coerce=int)
    means = forms.RadioField(_l("Comment"), [forms.InputRequired()])
    amount = forms.MoneyField(_l("Montant"), [forms.InputRequired()], minimum=1)
    received_on = forms.DateField(_l("Reçu le"), [forms.InputRequired()])
    note = forms.StringField(_l("Note"), max_length=120, description=_l("Numéro du chèque et banque, par exemple."))

    def offer(self, invoices: Iterable[Unpaid]) -> None:
        shown = say()
        self.invoice_id.choices = [
            forms.SelectChoice(one.id, f"{one.payer}, {one.number}, {shown.money(one.left_cents)}") for one in invoices
        ]
        self.means.choices = [forms.SelectChoice(means, gettext(MEANS[means])) for means in TAKEN_BY_HAND]


class LeaveAloneForm(forms.Form):
    reason = forms.StringField(_l("Pourquoi"), [forms.InputRequired()], max_length=200)
    until = forms.DateField(_l("Jusqu’au, inclus"), description=_l("Vide\u00a0: jusqu’à ce que vous repreniez."))


class ScheduleForm(forms.Form):
    times = forms.IntegerField(_l("En combien de fois"), [forms.InputRequired()], minimum=2, maximum=12)
    first_on = forms.DateField(_l("La première, au plus tard le"), [forms.InputRequired()], description=_l("Puis une par mois."))


class AllocateForm(forms.Form):
    invoice_id = forms.SelectField(_l("Facture"), coerce=int)

    def offer(self, invoices: Iterable[Unpaid]) -> None:
        shown = say()
        self.invoice_id.choices = [forms.SelectChoice(one.id, f"{one.number}, {shown.money(one.left_cents)}") for one in invoices]


class RefundForm(forms.Form):
    amount = forms.MoneyField(_l("Montant rendu"), [forms.InputRequired()], minimum=1)
    reason = forms.StringField(_l("Pourquoi"), [forms.InputRequired()], max_length=40)


class ReturnForm(forms.Form):
    reason = forms.SelectField(_l("Pourquoi"))
    day = forms.DateField(_l("Le"), [forms.InputRequired()])
    fee = forms.MoneyField(_l("Frais pris par la banque"))

    def offer(self) -> None:
        self.reason.choices = [forms.SelectChoice(code, f"{code}, {gettext(words)}") for code, words in RETURN_REASONS.items()]


class DebitsForm(forms.Form):
    collection = forms.DateField(_l("Prélever le"), [forms.InputRequired()])


class StatementForm(forms.Form):
    file = forms.FileField(
        _l("Le relevé de votre banque"),
        [forms.FileRequired()],
        description=_l(
            "CAMT.053 (XML), OFX ou CSV. Le même deux fois, ou deux qui se recouvrent\u00a0: chaque ligne n’est lue qu’une fois."
        ),
        render_kw={"accept": ".xml,.ofx,.csv,.txt"},
    )


class ByHandForm(forms.Form):
    invoices = forms.CheckboxesField(_l("Les factures que cette ligne paie"), coerce=int)

    def offer(self, invoices: Iterable[Unpaid]) -> None:
        shown = say()
        self.invoices.choices = [
            forms.SelectChoice(one.id, f"{one.payer}, {one.number}, {shown.money(one.left_cents)}") for one in invoices
        ]


class ChequesForm(forms.Form):
    cheques = forms.CheckboxesField(_l("Chèques à remettre"), coerce=int)
    day = forms.DateField(_l("Remis le"), [forms.InputRequired()])

    def offer(self, cheques: Iterable[tuple[Any, str]]) -> None:
        shown = say()
        self.cheques.choices = [
            forms.SelectChoice(payment.id, f"{name}, {shown.money(payment.cents)}{f', {payment.note}' if payment.note else ''}")
            for payment, name in cheques
        ]


class CashForm(forms.Form):
    amount = forms.MoneyField(_l("Espèces portées à la banque"), [forms.InputRequired()], minimum=1)
    day = forms.DateField(_l("Remises le"), [forms.InputRequired()])


class PaymentSettingsForm(forms.Form):
    holder = forms.StringField(
        _l("Titulaire du compte"),
        [checked(reasons_holder, kept=str)],
        max_length=HOLDER_LENGTH,
        description=_l("Vide\u00a0: le nom du lieu."),
    )
    means = forms.CheckboxesField(_l("Moyens proposés"), [forms.InputRequired(message=_l("Proposez au moins un moyen."))])
    creditor_id = forms.StringField(
        _l("Identifiant de créancier SEPA (ICS)"),
        [checked(reasons_creditor)],
        max_length=45,
        description=_l("Votre banque le donne, pour prélever."),
    )
    notice_days = forms.IntegerField(
        _l("Jours entre l’annonce et le prélèvement"),
        [forms.InputRequired()],
        minimum=1,
        maximum=14,
        description=_l("14, ou moins si vos mandats le disent\u00a0: les nouveaux prendront ce nombre."),
    )
    sepa_fee = forms.MoneyField(_l("Prix d’un prélèvement, à votre banque"))
    return_fee = forms.MoneyField(_l("Prix d’un prélèvement qui revient"))
    card_percent = forms.DecimalField(
        _l("Carte\u00a0: pourcentage"), maximum=Decimal(20), description=_l("1,5 pour une carte européenne chez Stripe.")
    )
    card_fixed = forms.MoneyField(_l("Carte\u00a0: montant fixe"))
    helloasso_url = forms.StringField(
        _l("Page HelloAsso"),
        [
            forms.Optional(),
            forms.Regexp(
                r"https://(www\.)?helloasso\.com/[!-~]{1,250}$", message=_l("Une adresse qui commence par https://www.helloasso.com/.")
            ),
        ],
        max_length=300,
    )
    reminder_1 = forms.IntegerField(_l("Premier rappel, jours après l’échéance"), [forms.InputRequired()], minimum=1, maximum=365)
    reminder_2 = forms.IntegerField(_l("Deuxième rappel"), [forms.InputRequired()], minimum=1, maximum=365)
    reminder_3 = forms.IntegerField(_l("Troisième rappel"), [forms.InputRequired()], minimum=1, maximum=365)

    def offer(self) -> None:
        self.means.choices = [forms.SelectChoice(means, say().opening(gettext(name))) for means, name in MEANS.items()]

    def validate_reminder_3(self, _field: Any) -> None:
        days = [field.data or 0 for field in (self.reminder_1, self.reminder_2, self.reminder_3)]
        if days != sorted(set(days)):
            raise forms.ValidationError(gettext("Chaque rappel vient après le précédent."))

    @classmethod
    def of(cls, terms: Terms) -> "PaymentSettingsForm":
        """Filled with what the lieu has chosen."""
        first, second, third = terms.reminder_days
        card = terms.fees["card"]
        return cls(
            data={
                "holder": terms.holder,
                "means": list(terms.means),
                "creditor_id": terms.creditor_id,
                "notice_days": terms.notice_days,
                "sepa_fee": terms.fees["sepa"].cents,
                "return_fee": terms.return_fee_cents,
                "card_percent": card.percent,
                "card_fixed": card.cents,
                "helloasso_url": terms.helloasso_url,
                "reminder_1": first,
                "reminder_2": second,
                "reminder_3": third,
            }
        )

    @property
    def facts(self) -> dict[str, Any]:
        percent = self.card_percent.data or 0
        return {
            "holder": self.holder.data,
            "creditor_id": self.creditor_id.data,
            "notice_days": self.notice_days.data,
            "means": self.means.data,
            "fees": {
                "sepa": {"bp": 0, "cents": self.sepa_fee.data or 0},
                "card": {"bp": int(percent * 100), "cents": self.card_fixed.data or 0},
            },
            "return_fee_cents": self.return_fee.data or 0,
            "helloasso_url": self.helloasso_url.data or "",
            "reminder_days": [self.reminder_1.data, self.reminder_2.data, self.reminder_3.data],
        }
