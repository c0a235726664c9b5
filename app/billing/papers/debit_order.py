"""The file of direct debits that a bank takes (pain.008.001.08).

sepaxml writes the XML and brings its schema (read by lxml: its own way costs two seconds); but it accepts a wrong IBAN, a past day and a future mandate, asks the machine
for the time and invents its references: `billing.rules` checks first, and here its references and its instant are ours, so
that the same order is the same file, to the byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources

from lxml import etree
from sepaxml import SepaDD

from app.billing.rules.banking import HOLDER_LENGTH, sepa_text

SCHEMA = "pain.008.001.08"
_NS = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}


@dataclass(frozen=True, slots=True)
class Creditor:
    """The lieu, as its bank knows it."""

    name: str
    iban: str
    bic: str
    identifier: str  # ICS


@dataclass(frozen=True, slots=True)
class Debit:
    """One debit: whom, how much, by which mandate."""

    name: str
    iban: str
    bic: str
    cents: int
    sequence: str  # FRST or RCUR
    mandate: str
    signed_on: date
    end_to_end: str
    text: str


def group_of(message: str, sequence: str) -> str:
    """The name of the part of a file that holds the debits of one sequence; the bank repeats it on its statement."""
    return f"{message}-{sequence}"


def debit_order(debits: Sequence[Debit], *, creditor: Creditor, collection: date, message: str, at: datetime) -> bytes:
    """The file. `message` names it; `at` is the lieu's time when it was made."""
    order = SepaDD(_creditor(creditor), schema=SCHEMA, clean=False)
    for debit in debits:
        order.add_payment(_payment(debit, collection))
    root = etree.fromstring(order.export(validate=False))
    _said(root, ".//p:GrpHdr/p:MsgId").text = message
    _said(root, ".//p:GrpHdr/p:CreDtTm").text = f"{at:%Y-%m-%dT%H:%M:%S}"
    for part in root.iterfind(".//p:PmtInf", _NS):
        sequence = _said(part, "p:PmtTpInf/p:SeqTp").text or ""
        _said(part, "p:PmtInfId").text = group_of(message, sequence)
    _schema().assertValid(root)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _creditor(creditor: Creditor) -> dict[str, object]:
    said: dict[str, object] = {
        "name": sepa_text(creditor.name, length=HOLDER_LENGTH),
        "IBAN": creditor.iban,
        "batch": True,
        "creditor_id": creditor.identifier,
        "currency": "EUR",
    }
    return said | ({"BIC": creditor.bic} if creditor.bic else {})


def _payment(debit: Debit, collection: date) -> dict[str, object]:
    said: dict[str, object] = {
        "name": sepa_text(debit.name, length=HOLDER_LENGTH),
        "IBAN": debit.iban,
        "amount": debit.cents,
        "type": debit.sequence,
        "collection_date": collection,
        "mandate_id": debit.mandate,
        "mandate_date": debit.signed_on,
        "description": sepa_text(debit.text, length=140),
        "endtoend_id": debit.end_to_end,
    }
    return said | ({"BIC": debit.bic} if debit.bic else {})


@cache
def _schema() -> etree.XMLSchema:
    with (resources.files("sepaxml") / "schemas" / f"{SCHEMA}.xsd").open("rb") as file:
        return etree.XMLSchema(etree.parse(file))


def _said(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, _NS)
    assert found is not None, path
    return found
