"""The transfer that a phone fills in by itself: the QR code of the European Payments Council (EPC069-12)."""

import re
from decimal import Decimal

import segno
from segno import helpers

from app.billing.rules.banking import reasons_iban
from app.core.text import clean_line

MOST_CENTS = 99_999_999_999
UTF_8 = 1  # what the applications of French banks read


def transfer_qr(*, holder: str, iban: str, cents: int, reference: str, bic: str = "") -> segno.QRCode:
    """The code to show. A wrong account or amount is a mistake of ours: it never reaches a phone."""
    if reasons_iban(iban):
        raise ValueError("an IBAN that is not right")
    if not 1 <= cents <= MOST_CENTS:
        raise ValueError("an amount that no transfer carries")
    return helpers.make_epc_qr(
        name=clean_line(holder)[:70], iban=iban, amount=Decimal(cents).scaleb(-2), text=clean_line(reference)[:140], bic=bic, encoding=UTF_8
    )


def said_reference(number: str) -> str:
    """How the reference of a transfer is best written: the number of the invoice and nothing else, since banks cut long texts."""
    return re.sub(r"[^A-Z0-9-]", "", number.upper())


def refund_reference(movement_id: int) -> str:
    """What to write in the transfer of a refund, so that the statement says by itself which one it is."""
    return f"REMB{movement_id:06d}"
