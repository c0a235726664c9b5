"""Our own copy of what banks and phones require, to judge what the application makes for them."""

import re
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources

import zxingcpp
from lxml import etree

PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.008.001.08}"
SEPA_ALPHABET = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


def key_is_right(account: str) -> bool:
    """ISO 7064: the account with its head at its tail is 1 modulo 97."""
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


def qr_faults(payload: bytes, *, iban: str, cents: int, reference: str) -> list[str]:
    """EPC069-12, line by line: what a bank's application would not understand."""
    lines = payload.decode("utf-8").split("\n")
    lines += [""] * (12 - len(lines))
    said = {
        "331 bytes at most": len(payload) <= 331,
        "twelve lines, none empty at the end": len(lines) == 12 and not payload.endswith(b"\n"),
        "head": lines[:4] == ["BCD", "002", "1", "SCT"],
        "holder": 0 < len(lines[5]) <= 70,
        "account": lines[6] == iban and key_is_right(iban),
        "amount": re.fullmatch(r"EUR\d{1,9}(\.\d{1,2})?", lines[7]) is not None and Decimal(lines[7][3:]) * 100 == cents,
        "one kind of reference": not (lines[9] and lines[10]),
        "reference": reference in lines[10] and len(lines[10]) <= 140,
    }
    return [what for what, is_right in said.items() if not is_right]


def read_code(rows: list[list[bool]]) -> tuple[bytes, str]:
    """What a phone reads from a drawn code (rows of dark squares), and its level of correction."""
    scale, border = 4, 4
    width = (len(rows[0]) + 2 * border) * scale
    blank = [bytes([255]) * width] * (border * scale)
    drawn = list(blank)
    for row in rows:
        squares = [False] * border + row + [False] * border
        drawn += [bytes(0 if dark else 255 for dark in squares for _ in range(scale))] * scale
    drawn += blank
    picture = memoryview(b"".join(drawn)).cast("B", shape=[len(drawn), width])
    (found,) = zxingcpp.read_barcodes(picture)
    return bytes(found.bytes), found.ec_level


def order_faults(written: bytes, *, today: date) -> list[str]:
    """pain.008.001.08 and the core rulebook of direct debits: what a bank would refuse."""
    root = etree.fromstring(written)
    with (resources.files("sepaxml") / "schemas" / "pain.008.001.08.xsd").open("rb") as file:
        schema = etree.XMLSchema(etree.parse(file))
    if not schema.validate(root):
        return [str(error.message) for error in schema.error_log]
    faults = []
    debits = root.findall(f".//{PAIN}DrctDbtTxInf")
    total = sum(Decimal(debit.findtext(f"{PAIN}InstdAmt")) for debit in debits)
    head = root.find(f".//{PAIN}GrpHdr")
    if int(head.findtext(f"{PAIN}NbOfTxs")) != len(debits) or Decimal(head.findtext(f"{PAIN}CtrlSum")) != total:
        faults.append("the head does not say the sum of its debits")
    ends = [debit.findtext(f".//{PAIN}EndToEndId") for debit in debits]
    if len(set(ends)) != len(ends):
        faults.append("the same reference twice")
    first: set[str] = set()
    for part in root.iter(f"{PAIN}PmtInf"):
        collection = date.fromisoformat(part.findtext(f"{PAIN}ReqdColltnDt"))
        if not today < collection <= today + timedelta(days=366):
            faults.append(f"collected on {collection}")
        sequence = part.findtext(f".//{PAIN}SeqTp")
        if sequence not in ("FRST", "RCUR") or part.findtext(f".//{PAIN}LclInstrm/{PAIN}Cd") != "CORE":
            faults.append("sequence or scheme")
        for debit in part.iter(f"{PAIN}DrctDbtTxInf"):
            mandate, signed = debit.findtext(f".//{PAIN}MndtId"), date.fromisoformat(debit.findtext(f".//{PAIN}DtOfSgntr"))
            if mandate in first:
                faults.append(f"{mandate} twice in one file")
            first.add(mandate)
            if signed > today:
                faults.append(f"{mandate} signed on {signed}")
            if not key_is_right(debit.findtext(f"{PAIN}DbtrAcct/{PAIN}Id/{PAIN}IBAN")):
                faults.append(f"{mandate}: a wrong account")
    for name in ("Nm", "Ustrd", "MsgId", "PmtInfId", "EndToEndId", "MndtId"):
        for element in root.iter(f"{PAIN}{name}"):
            if not SEPA_ALPHABET.fullmatch(element.text) or element.text.startswith("/") or "//" in element.text:
                faults.append(f"{name} {element.text!r}")
    return faults
