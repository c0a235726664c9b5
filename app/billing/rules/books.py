"""The books: what each bill and each movement of money says in double entry, and the file that the tax office reads (FEC).

FEC: article A47 A-1 of the livre des procédures fiscales; BOI-CF-IOR-60-40-20. Chart of accounts: ANC 2014-03, and ANC
2018-06 for associations (756 memberships, 754 gifts, 864 and 875 volunteer hours).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.billing.rules.documents import ACTIVITIES, Tax, credited_by_gross
from app.core.refusals import N_, Reason
from app.core.text import clean_line


class NoSiren(Reason):
    code = "no_siren"
    sentence = N_("Le fichier des écritures porte le SIREN du lieu, et il n’est pas écrit.")
    next_step = N_("Écrivez son SIRET dans Réglages, Qui nous sommes.")


class NoEntry(Reason):
    code = "no_entry"
    sentence = N_("Aucune écriture entre ces deux jours\u202f: il n’y a rien à exporter.")
    next_step = N_("Choisissez d’autres dates.")


COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef",
    "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip

JOURNALS: Mapping[str, str] = {"VE": "Ventes", "BQ": "Banque", "CA": "Caisse", "OD": "Opérations diverses"}

# What an account is for → (its usual number, its label in the books).
ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "customer": ("411", N_("Clients")),
    "services": ("706", N_("Prestations de services")),
    "goods": ("707", N_("Ventes de marchandises")),
    "membership": ("756", N_("Cotisations")),
    "gift": ("754", N_("Dons")),
    "vat": ("4457", N_("TVA collectée")),
    "advance": ("4191", N_("Clients, acomptes reçus")),
    "deposit": ("165", N_("Dépôts et cautionnements reçus")),
    "bank": ("512", N_("Banque")),
    "cash": ("530", N_("Caisse")),
    "in_transit": ("511", N_("Valeurs à l’encaissement")),
    "fees": ("627", N_("Services bancaires")),
    "volunteering": ("864", N_("Personnel bénévole")),
    "volunteered": ("875", N_("Bénévolat")),
}
_OF_ACTIVITY = {number: key for key, (number, _label) in ACCOUNTS.items()}


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounts and journals of a lieu: ours, where it chose no others."""

    accounts: Mapping[str, str]
    journals: Mapping[str, str]

    def number(self, key: str) -> str:
        return self.accounts.get(key) or ACCOUNTS[key][0]

    def vat(self, rate_bp: int) -> tuple[str, str]:
        """One account for each rate: 4457 200 for 20 %, 4457 055 for 5.5 %."""
        whole, rest = divmod(rate_bp, 100)
        return f"{self.number('vat')}{rate_bp // 10:03d}", f"{ACCOUNTS['vat'][1]} {whole},{rest:02d} %"

    def label(self, code: str) -> str:
        return self.journals.get(code) or JOURNALS.get(code, code)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an entry; `debit` and `credit` in cents, one of them zero."""

    account: str
    label: str
    debit: int = 0
    credit: int = 0
    auxiliary: str = ""
    auxiliary_label: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Écriture: one piece in one journal on one day; its rows balance."""

    journal: str
    day: date
    piece: str
    text: str
    rows: tuple[Row, ...]
    piece_day: date | None = None

    @property
    def balance(self) -> int:
        return sum(row.debit - row.credit for row in self.rows)


def of_invoice(said: Mapping[str, Any], chart: Chart, *, auxiliary: str) -> Entry:
    """A bill in the sales journal: the customer owes, income and VAT are earned; a credit note turns it round.

    An advance is a debt to the customer (4191) until the final invoice takes it off; a security deposit is never income (165).
    """
    buyer, kind = said["buyer"]["name"], said["kind"]
    rows = [Row(chart.number("customer"), ACCOUNTS["customer"][1], debit=said["due_cents"], auxiliary=auxiliary, auxiliary_label=buyer)]
    for key, cents in _income(said).items():
        rows.append(Row(chart.number(key), ACCOUNTS[key][1], credit=cents))
    for tax in said["taxes"]:
        if tax["vat"]:
            number, label = chart.vat(tax["rate_bp"])
            rows.append(Row(number, label, credit=tax["vat"]))
    if said["prepaid_cents"]:
        rows += _advances(said, chart)
    return Entry(
        "VE",
        date.fromisoformat(said["issued_on"]),
        said["number"],
        f"{_WORD[kind]} {said['number']} {buyer}",
        tuple(_sided(row) for row in _merged(rows) if row.debit or row.credit),
    )


def of_hours(day: date, piece: str, what: str, cents: int, chart: Chart) -> Entry:
    """Hours given by volunteers: a memo outside the result, the same amount on both sides (ANC 2018-06, art. 211)."""
    sides = (
        Row(chart.number("volunteering"), ACCOUNTS["volunteering"][1], debit=cents),
        Row(chart.number("volunteered"), ACCOUNTS["volunteered"][1], credit=cents),
    )
    return Entry("OD", day, piece, f"Bénévolat, {what}", sides)


_WORD = {"invoice": "Facture", "credit_note": "Avoir", "advance": "Acompte", "final": "Solde", "deposit": "Caution"}


def _income(said: Mapping[str, Any]) -> dict[str, int]:
    """Cents without taxes by what they are; what the lines do not make (a credit by amount) goes with the first of them."""
    if said["kind"] == "advance" or (said["kind"] == "credit_note" and said["cites"] and said["cites"][0]["kind"] == "advance"):
        return {"advance": said["net_cents"]}
    found: dict[str, int] = {}
    for line in said["lines"]:
        key = _OF_ACTIVITY.get(ACTIVITIES[line["activity"]][0], "services")
        found[key] = found.get(key, 0) + line["net_cents"]
    return found


def _advances(said: Mapping[str, Any], chart: Chart) -> Iterator[Row]:
    """The advances that a final invoice takes off, in whole or in part, and that its credit note puts back: their net, and the
    VAT of each rate that they have already owed."""
    advances = [Tax(*tax) for cited in said["cites"] if cited["kind"] == "advance" for tax in cited["by_rate"]]
    sign = 1 if said["prepaid_cents"] > 0 else -1
    for tax in credited_by_gross(abs(said["prepaid_cents"]), advances, ()):
        yield Row(chart.number("advance"), ACCOUNTS["advance"][1], debit=sign * tax.net)
        if tax.vat:
            number, label = chart.vat(tax.rate_bp)
            yield Row(number, label, debit=sign * tax.vat)


def _merged(rows: Sequence[Row]) -> list[Row]:
    """One row for each account: what goes to its debit and its credit in one entry is told as one amount."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        before = found.get((row.account, row.auxiliary))
        found[row.account, row.auxiliary] = (
            replace(row, debit=row.debit + before.debit, credit=row.credit + before.credit) if before else row
        )
    return list(found.values())


def _sided(row: Row) -> Row:
    """An amount below zero stands on the other side."""
    amount = row.debit - row.credit
    return replace(row, debit=max(amount, 0), credit=max(-amount, 0))


# ---------------------------------------------------------------- the file


def fec(entries: Iterable[Entry], chart: Chart) -> Iterator[list[str]]:
    """The rows of the file, its header first: entries in order of day, numbered from 1 without a gap, valid on their day."""
    yield list(COLUMNS)
    ordered = sorted(entries, key=lambda entry: (entry.day, entry.journal, entry.piece))
    for number, entry in enumerate(ordered, 1):
        day, piece_day = f"{entry.day:%Y%m%d}", f"{entry.piece_day or entry.day:%Y%m%d}"
        for row in entry.rows:
            yield [
                entry.journal, chart.label(entry.journal), f"{number:06d}", day, row.account, row.label, row.auxiliary,
                row.auxiliary_label, entry.piece, piece_day, entry.text, _amount(row.debit), _amount(row.credit), "", "", day, "", "",
            ]  # fmt: skip


def fec_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Tab between fields, CRLF between lines, ISO 8859-15 as the arrêté asks; what it cannot write is written without accent."""
    return "".join("\t".join(_field(text) for text in row) + "\r\n" for row in rows).encode("iso8859-15", "replace")


def fec_name(siren: str, last_day: date) -> str:
    return f"{siren}FEC{last_day:%Y%m%d}.txt"


def _field(text: str) -> str:
    return re.sub(r"[\t|\"]", " ", clean_line(text).translate(_TYPEWRITER))[:255]


_TYPEWRITER = str.maketrans({"’": "'", "‘": "'", "«": '"', "»": '"', "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-", "…": "..."})


def _amount(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
