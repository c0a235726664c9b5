"""CSV as French banks write it: the columns are found by their names, wherever the bank put them."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from app.billing.rules.statements.lines import BankLine, Statement, bounded, cents_of, day_of, named, said
from app.billing.rules.statements.refusals import BrokenCell, NoColumns, NotInEuros, NotText
from app.core.refusals import Refused
from app.core.text import searchable

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "date": (
        "date operation",
        "date de l operation",
        "date d operation",
        "date comptable",
        "date de comptabilisation",
        "booking date",
        "date",
    ),
    "amount": (
        "montant",
        "montant en euros",
        "montant euros",
        "montant (euros)",
        "montant (eur)",
        "montant(euros)",
        "montant eur",
        "amount",
    ),
    "debit": ("debit", "debit euros", "debit (euros)", "montant debit"),
    "credit": ("credit", "credit euros", "credit (euros)", "montant credit"),
    "text": (
        "libelle",
        "libelle operation",
        "libelle de l operation",
        "libelle complet",
        "libelle simplifie",
        "description",
        "communication",
    ),
    "more": ("informations complementaires", "detail", "details", "information", "commentaire", "motif"),
    "name": ("nom", "contrepartie", "tiers", "beneficiaire", "emetteur", "donneur d ordre", "nom contrepartie"),
    "reference": ("reference operation", "reference de l operation", "identifiant", "id operation"),
    "currency": ("devise", "currency"),
}


def read(data: bytes) -> Statement:
    """Its lines, below the first row that names a date and an amount."""
    rows = _rows(_decoded(data))
    columns = next((found for found in (_columns(row) for row, _ in zip(rows, range(30), strict=False)) if found), None)
    if columns is None:
        raise Refused(NoColumns())
    return Statement("CSV", "", named(bounded(line for row in rows if (line := _line(row, columns)))))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str) -> Iterator[list[str]]:
    if "\0" in text:
        raise Refused(NotText())
    counts = {sign: text[:20_000].count(sign) for sign in ";\t,"}
    delimiter = ";" if counts[";"] * 3 >= counts[","] and counts[";"] else max(counts, key=lambda sign: counts[sign])
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise Refused(BrokenCell()) from None


def _columns(row: Sequence[str]) -> dict[str, int] | None:
    names = [searchable(cell[:60]) for cell in row[:60]]
    found = {what: names.index(name) for what, known in _COLUMNS.items() for name in reversed(known) if name in names}
    return found if "date" in found and ("amount" in found or "credit" in found) else None


def _line(row: Sequence[str], columns: Mapping[str, int]) -> BankLine | None:
    def cell(what: str) -> str:
        place = columns.get(what)
        return row[place].strip() if place is not None and place < len(row) else ""

    if not cell("date")[:1].isdigit() or not (cell("amount") or cell("debit") or cell("credit")):
        return None  # a total, a blank row, a note
    if cell("currency") not in ("", "EUR", "€"):
        raise Refused(NotInEuros())
    if cell("amount"):
        cents = cents_of(cell("amount"))
    else:
        cents = (cents_of(cell("credit")) if cell("credit") else 0) - (abs(cents_of(cell("debit"))) if cell("debit") else 0)
    return BankLine(
        on=day_of(cell("date")),
        cents=cents,
        text=said(f"{cell('text')} {cell('more')}"),
        name=said(cell("name"), length=140),
        key=said(cell("reference"), length=60),
    )
