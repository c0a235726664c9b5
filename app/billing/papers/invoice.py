"""An invoice on paper: what people read, with the same invoice for programs inside (Factur-X)."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.billing.papers import facturx
from app.billing.rules.banking import reasons_iban
from app.billing.rules.documents import MILLI
from app.billing.rules.invoices import CREDIT_NOTE, DEPOSIT, KIND_NAMES, NO_UNIT, UNITS
from app.billing.rules.transfer import transfer_qr
from app.core import papers
from app.core.money import half_up
from app.web.typography import NBSP, WORDS

TEMPLATE = "billing/papers/invoice.typ"
_OPERATIONS = {"services": "Prestation de services", "goods": "Livraison de biens", "both": "Livraison de biens et prestation de services"}
_OF_DEPOSIT = "Caution, rendue à la fin"
_SAY = WORDS["fr"]  # an invoice is a French document, whoever reads the screen


def title_of(kind: str) -> str:
    return KIND_NAMES[kind]


def pdf(said: Mapping[str, Any]) -> bytes:
    """The invoice of a frozen content: PDF/A-3 with its XML; the same bytes each time."""
    attached = papers.Attachment(
        facturx.FILE_NAME, facturx.xml(said), "text/xml", "Facture électronique (Factur-X, EN 16931)", "alternative"
    )
    return papers.with_facts(_printed(said, title=f"{title_of(said['kind'])} {said['number']}", attachments=[attached]), facturx.XMP)


def draft_pdf(said: Mapping[str, Any]) -> bytes:
    """What the invoice would look like: without a number, and saying so across the page."""
    return _printed({**said, "number": ""}, title=f"{title_of(said['kind'])} (brouillon)", attachments=[])


def _printed(said: Mapping[str, Any], *, title: str, attachments: list[papers.Attachment]) -> bytes:
    return papers.pdf(
        TEMPLATE,
        _words(said),
        title=title,
        author=said["seller"]["name"],
        day=date.fromisoformat(said["issued_on"]),
        attachments=attachments,
    )


def _words(said: Mapping[str, Any]) -> dict[str, Any]:
    """Everything as it is written on paper."""
    seller, buyer = said["seller"], said["buyer"]
    is_credit_note = said["kind"] == CREDIT_NOTE
    first, last = (date.fromisoformat(day) for day in said["period"])
    return {
        "title": title_of(said["kind"]),
        "number": said["number"],
        "issued_on": _SAY.date_long(date.fromisoformat(said["issued_on"])),
        "due_on": "" if is_credit_note else _SAY.date_long(date.fromisoformat(said["due_on"])),
        "period": _SAY.date_long(first) if first == last else f"du {_SAY.date_long(first)} au {_SAY.date_long(last)}",
        "seller": [seller["name"], *_address(seller), *filter(None, (seller["email"], seller["phone"]))],
        "buyer": [buyer["name"], *_address(buyer)],
        "buyer_numbers": _numbers(("SIREN", buyer["siren"]), ("TVA", buyer["vat_number"])),
        "delivery": [said["delivery"].get("name", ""), *_address(said["delivery"])] if said["delivery"] else [],
        "operation": _OF_DEPOSIT if said["kind"] == DEPOSIT else _OPERATIONS[said["operation"]],
        "cites": [
            f"{title_of(one['kind'])} {one['number']} du {_SAY.date_long(date.fromisoformat(one['issued_on']))}" for one in said["cites"]
        ],
        "reason": said["reason"],
        "has_taxes": any(tax["category"] == "S" for tax in said["taxes"]),
        "lines": [_line(line) for line in said["lines"]],
        "taxes": [_tax(tax) for tax in said["taxes"] if tax["category"] == "S"],
        "exempt": [tax["reason"] for tax in said["taxes"] if tax["reason"]],
        "net": _SAY.money(said["net_cents"]),
        "gross": _SAY.money(said["gross_cents"]),
        "prepaid": _SAY.money(-said["prepaid_cents"]) if said["prepaid_cents"] else "",
        "due": _SAY.money(abs(said["due_cents"])),
        "is_credit_note": is_credit_note,
        "iban": _in_fours(seller["iban"]) if seller["iban"] and not is_credit_note else "",
        "bic": seller["bic"],
        "qr": "" if is_credit_note else _qr(said),
        "mentions": list(said["mentions"].values()),
        "footer": said["footer"],
        "identity": _identity(seller),
    }


def _line(line: Mapping[str, Any]) -> dict[str, str]:
    quantity, unit = line["quantity_milli"], UNITS.get(line["unit"], NO_UNIT)
    is_product = half_up(quantity * line["unit_cents"], MILLI) == line["net_cents"]  # a prorated month is an amount by itself
    days = [_SAY.date_long(date.fromisoformat(day)) for day in (line["used_from"], line["used_to"]) if day]
    when = f"le {days[0]}" if len(set(days)) == 1 else f"du {days[0]} au {days[1]}" if days else ""
    return {
        "label": line["label"],
        "about": ", ".join(filter(None, (line["member_name"], when))),
        "quantity": _quantity(quantity, unit) if is_product else "",
        "price": _SAY.money(line["unit_cents"]) if is_product else "",
        "rate": _SAY.rate(line["rate_bp"]) if line["category"] == "S" else "—",
        "net": _SAY.money(line["net_cents"]),
    }


def _tax(tax: Mapping[str, Any]) -> dict[str, str]:
    return {"rate": _SAY.rate(tax["rate_bp"]), "net": _SAY.money(tax["net"]), "vat": _SAY.money(tax["vat"])}


def _qr(said: Mapping[str, Any]) -> str:
    """What a phone reads to fill the transfer in; nothing without an account of the lieu that is right."""
    seller = said["seller"]
    if not seller["iban"] or reasons_iban(seller["iban"]) or said["due_cents"] <= 0 or not said["number"]:
        return ""
    out = io.BytesIO()
    code = transfer_qr(holder=seller["name"], iban=seller["iban"], bic=seller["bic"], cents=said["due_cents"], reference=said["number"])
    code.save(out, kind="svg", border=2)
    return out.getvalue().decode()


def _identity(seller: Mapping[str, Any]) -> str:
    numbers = (
        ("SIRET", seller["siret"]),
        ("RNA", seller["rna"]),
        ("TVA", seller["vat_number"]),
        ("Déclaration d’activité de formation", seller["training_number"]),
    )
    return ", ".join(filter(None, (seller["name"], seller["legal_form"], *_numbers(*numbers))))


def _numbers(*pairs: tuple[str, str]) -> list[str]:
    return [f"{name}{NBSP}{value}" for name, value in pairs if value]


def _address(of: Mapping[str, Any]) -> list[str]:
    return [part for part in (of.get("street", ""), f"{of.get('postal_code', '')} {of.get('town', '')}".strip()) if part]


def _in_fours(number: str) -> str:
    return NBSP.join(number[start : start + 4] for start in range(0, len(number), 4))


def _quantity(milli: int, unit: tuple[str, str]) -> str:
    if unit == NO_UNIT:
        return _SAY.milli(milli)
    is_plain = _SAY.is_one(milli // MILLI) or unit[0].endswith("s")
    return f"{_SAY.milli(milli)}{NBSP}{unit[0] if is_plain else f'{unit[0]}s'}"
