"""OFX, both the old one (SGML, tags left open) and the new one (XML): a flat list of tags and values is all it takes."""

import html
import re
from collections.abc import Iterator

from app.billing.rules.statements.lines import BankLine, Statement, bounded, cents_of, day_of, named, said
from app.billing.rules.statements.refusals import NotInEuros, NotOfx
from app.core.refusals import Refused

_TAG = re.compile(r"<(/?)([A-Za-z0-9._]{1,40})>([^<\r\n]*)")


def read(data: bytes) -> Statement:
    """Its STMTTRN blocks. Tags are read one by one, without a parser: nothing in it can be expanded."""
    text = _decoded(data)
    account, currency, lines = "", "EUR", []
    current: dict[str, str] | None = None
    for slash, tag, value in _tags(text):
        if tag == "STMTTRN":
            if slash and current is not None:
                lines.append(current)
            current = None if slash else {}
        elif slash:
            continue
        elif current is not None:
            current.setdefault(tag, value)
        elif tag == "ACCTID":
            account = account or said(value, length=34)
        elif tag == "CURDEF":
            currency = value
    if currency != "EUR":
        raise Refused(NotInEuros())
    return Statement("OFX", account, named(bounded(_line(one) for one in lines)))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _tags(text: str) -> Iterator[tuple[str, str, str]]:
    start = text.upper().find("<OFX>")
    if start < 0:
        raise Refused(NotOfx())
    for found in _TAG.finditer(text, start):
        yield found[1], found[2].upper(), html.unescape(found[3]).strip()


def _line(said_of_it: dict[str, str]) -> BankLine:
    name, memo = said(said_of_it.get("NAME"), length=140), said(said_of_it.get("MEMO"))
    return BankLine(
        on=day_of(said_of_it.get("DTPOSTED", "")),
        cents=cents_of(said_of_it.get("TRNAMT", "")),
        text=memo if memo.startswith(name) else f"{name} {memo}".strip(),
        name=name,
        key=said(said_of_it.get("FITID"), length=60),
    )
