"""What an invoice says, frozen: the content, its one way of being written, its number, its place in the chain."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.billing.rules.documents import ACTIVITIES, OUT_OF_SCOPE, Line, Tax, totals
from app.billing.rules.legal import LIABLE, Regime, fact_on
from app.core.refusals import N_, Cents, Reason

INVOICE, CREDIT_NOTE, ADVANCE, FINAL, DEPOSIT = "invoice", "credit_note", "advance", "final", "deposit"
KINDS = (INVOICE, CREDIT_NOTE, ADVANCE, FINAL, DEPOSIT)
KIND_NAMES: Mapping[str, str] = {
    INVOICE: N_("Facture"),
    CREDIT_NOTE: N_("Avoir"),
    ADVANCE: N_("Facture d’acompte"),
    FINAL: N_("Facture de solde"),
    DEPOSIT: N_("Appel de caution"),
}
FORMAT = 1
GENESIS = "0" * 64
PERSON, ORGANISATION = "person", "organisation"

# What one unit is called on paper, and its code for programs (UN/ECE recommendation 20).
UNITS: Mapping[str, tuple[str, str]] = {
    "piece": (N_("unité"), "C62"),
    "half_day": (N_("demi-journée"), "C62"),
    "day": (N_("jour"), "DAY"),
    "hour": (N_("heure"), "HUR"),
    "minute": (N_("minute"), "MIN"),
    "month": (N_("mois"), "MON"),
    "year": (N_("an"), "ANN"),
    "pass": (N_("carnet"), "C62"),
    "gram": (N_("gramme"), "GRM"),
    "metre": (N_("mètre"), "MTR"),
    "sheet": (N_("feuille"), "C62"),
    "kilometre": (N_("kilomètre"), "KMT"),
    "kwh": ("kWh", "KWH"),
}
NO_UNIT = UNITS["piece"]


class AlreadyDiscarded(Reason):
    code = "already_discarded"
    sentence = N_("Ce brouillon a été abandonné.")
    next_step = N_("Faites-en un autre.")


class AlreadyIssued(Reason):
    code = "already_issued"
    sentence = N_("Cette facture est émise\u202f: elle ne change plus jamais.")
    next_step = N_("Pour la corriger, faites un avoir.")


class ClockWentBack(Reason):
    code = "clock_went_back"
    sentence = N_("La dernière facture est datée du %(last)s, après aujourd’hui\u202f: l’heure de cette machine est fausse.")
    next_step = N_("Mettez-la à l’heure, puis émettez de nouveau.")


class NotForACreditNote(Reason):
    code = "not_for_a_credit_note"
    sentence = N_("Un avoir ne se corrige pas par un autre avoir.")
    next_step = N_("Faites une nouvelle facture de ce qui est dû.")


class NoBuyer(Reason):
    code = "no_buyer"
    sentence = N_("Une facture est pour une personne ou pour une organisation, et une seule.")
    next_step = N_("Choisissez à qui elle est adressée.")


class AdvanceTakenOff(Reason):
    code = "advance_taken_off"
    sentence = N_("De cet acompte, il ne reste que %(left)s à déduire.")
    next_step = N_("Il est déjà déduit d’une autre facture, ou rendu par un avoir : faites un autre brouillon.")


class AdvanceAboveBill(Reason):
    code = "advance_above_bill"
    sentence = N_("L’acompte déduit dépasse cette facture : elle vient à %(gross)s.")
    next_step = N_("Faites un autre brouillon : il ne déduit que ce qu’il faut.")


class AdvanceOfSomeoneElse(Reason):
    code = "advance_of_someone_else"
    sentence = N_("Cet acompte est celui de quelqu’un d’autre.")
    next_step = N_("Choisissez un acompte de la même personne ou organisation.")


class AdvanceIsDeducted(Reason):
    code = "advance_is_deducted"
    sentence = N_("Cet acompte est déduit d’une facture de solde : il en reste %(left)s à rendre.")
    next_step = N_("Faites l’avoir sur la facture de solde.")


def reasons_advances(prepaid_cents: int, *, left_cents: int, gross_cents: int) -> Iterator[Reason]:
    if prepaid_cents > left_cents:
        yield AdvanceTakenOff(left=Cents(max(0, left_cents)))
    if prepaid_cents > gross_cents:
        yield AdvanceAboveBill(gross=Cents(gross_cents))


class Seller(NamedTuple):
    """The lieu, as its invoices name it."""

    name: str
    legal_form: str
    street: str
    postal_code: str
    town: str
    country: str
    email: str
    phone: str
    siret: str
    rna: str
    vat_number: str
    training_number: str
    iban: str
    bic: str

    @property
    def siren(self) -> str:
        return self.siret[:9]


class Buyer(NamedTuple):
    """Who pays."""

    sort: str  # person or organisation
    name: str
    email: str
    street: str
    postal_code: str
    town: str
    country: str = "FR"
    siren: str = ""
    vat_number: str = ""


class Terms(NamedTuple):
    """What the lieu decided about payment."""

    payment_days: int
    late_rate_bp: int
    discount: str  # escompte
    footer: str


class Cited(NamedTuple):
    """An invoice that another document speaks of."""

    number: str
    issued_on: date
    kind: str
    net_cents: int
    vat_cents: int
    gross_cents: int
    by_rate: Sequence[Tax] = ()


def series_of(kind: str) -> str:
    return "A" if kind == CREDIT_NOTE else "F"


def number(series: str, year: int, rank: int) -> str:
    """« F2026-00042 » (CGI annexe II art. 242 nonies A, I 7°: a unique number, chronological and continuous)."""
    return f"{series}{year}-{rank:05d}"


def content(
    *,
    kind: str,
    issued_on: date,
    due_on: date,
    period: tuple[date, date] | None,
    seller: Seller,
    buyer: Buyer,
    lines: Sequence[Line],
    taxes: Sequence[Tax] | None,
    regime: Regime,
    terms: Terms,
    own_facts: Iterable[Mapping[str, Any]],
    cites: Sequence[Cited] = (),
    prepaid_cents: int = 0,
    reason: str = "",
    delivery: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything that is printed and sent, as values; a number and a place in the chain come when it is issued.

    Mentions: CGI annexe II art. 242 nonies A; décret 2022-1299 (SIREN of the buyer, delivery address, category of
    operation, VAT on debits); between professionals only, code de commerce L441-9 (late rate, indemnity, discount).
    """
    by_rate = totals(lines).by_rate if taxes is None else tuple(taxes)
    net, vat = sum(tax.net for tax in by_rate), sum(tax.vat for tax in by_rate)
    natures = {ACTIVITIES[line.activity][1] for line in lines}
    own = list(own_facts)
    first, last = period or _days_of(lines, issued_on)
    return {
        "format": FORMAT,
        "kind": kind,
        "issued_on": issued_on.isoformat(),
        "due_on": due_on.isoformat(),
        "period": [first.isoformat(), last.isoformat()],
        "currency": "EUR",
        "seller": seller._asdict(),
        "buyer": buyer._asdict(),
        "delivery": dict(delivery) if delivery else None,
        "lines": [line.written() for line in lines],
        "taxes": [_tax(tax, regime, issued_on, own) for tax in by_rate],
        "net_cents": net,
        "vat_cents": vat,
        "gross_cents": net + vat,
        "prepaid_cents": prepaid_cents,
        "due_cents": net + vat - prepaid_cents,
        "regime": regime.code,
        "on_debits": regime.is_liable and regime.on_debits,
        "operation": natures.pop() if len(natures) == 1 else "both",
        "mentions": _mentions(buyer, regime, terms, issued_on, own),
        "cites": [cited._asdict() | {"issued_on": cited.issued_on.isoformat()} for cited in cites],
        "reason": reason,
        "footer": terms.footer,
    }


def advance_put_back(due_cents: int, *, before: int, more: int) -> int:
    """What a credit note of a final invoice gives back to its advances: first goes what the invoice asked for itself."""
    return max(0, before + more - due_cents) - max(0, before - due_cents)


def _days_of(lines: Sequence[Line], issued_on: date) -> tuple[date, date]:
    """From the first use to the last; a sale of today when nothing says otherwise."""
    days = [day for line in lines for day in (line.used_from, line.used_to) if day]
    return (min(days), max(days)) if days else (issued_on, issued_on)


def _tax(tax: Tax, regime: Regime, day: date, own: list[Mapping[str, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = tax._asdict() | {"reason": "", "vatex": ""}
    if tax.category == "S":
        return said
    sort = "out_of_scope" if tax.category == OUT_OF_SCOPE else "training" if regime.code == LIABLE else "franchise"
    return said | {"reason": fact_on(f"{sort}_mention", day, own), "vatex": fact_on(f"{sort}_vatex", day, own)}


def _mentions(buyer: Buyer, regime: Regime, terms: Terms, day: date, own: list[Mapping[str, Any]]) -> dict[str, str]:
    """What the law asks to print, by the code of the French rules (BR-FR-05: PMT, PMD, AAB)."""
    said: dict[str, str] = {}
    if buyer.sort == ORGANISATION:
        rate, indemnity = _percent(terms.late_rate_bp), fact_on("late_indemnity", day, own)
        said["PMD"] = f"En cas de retard, pénalités au taux annuel de {rate}\u00a0%, exigibles sans rappel (code de commerce art. L441-10)."
        said["PMT"] = f"En cas de retard, indemnité forfaitaire pour frais de recouvrement de {indemnity // 100}\u00a0€ (art. D441-5)."
        said["AAB"] = terms.discount or "Pas d’escompte pour paiement anticipé."
    if regime.is_liable and regime.on_debits:
        said["debits"] = fact_on("on_debits_mention", day, own)
    return said


def _percent(rate_bp: int) -> str:
    whole, rest = divmod(rate_bp, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else str(whole)


# ---------------------------------------------------------------- the chain


def canonical(said: Mapping[str, Any]) -> str:
    """The one way to write a content: what is hashed, kept and never changed."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(previous: str, text: str) -> str:
    """SHA-256 of what is frozen and of the fingerprint before (BOI-TVA-DECLA-30-10-30: inalterability by chaining)."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
