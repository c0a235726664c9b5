"""CAMT.053, the statement of ISO 20022, in any of its versions."""

from collections.abc import Iterator
from datetime import date

from lxml import etree

from app.billing.rules.statements.lines import BankLine, Statement, bounded, cents_of, day_of, named, said
from app.billing.rules.statements.refusals import BrokenXml, NotCamt, NotInEuros, SuspectXml, UnclearAmount
from app.core.refusals import Refused


def read(data: bytes) -> Statement:
    """Its booked entries; a collected entry that tells each of its payments is as many lines."""
    root = _parsed(data)
    statements = list(root.iter("{*}Stmt"))
    if not statements:
        raise Refused(NotCamt())
    account = said(next((_text(one, "Acct/Id/IBAN") or _text(one, "Acct/Id/Othr/Id") for one in statements), ""), length=34)
    lines = bounded(line for one in statements for entry in one.iterfind("{*}Ntry") for line in _lines(entry))
    return Statement("CAMT.053", account, named(lines))


def _parsed(data: bytes) -> etree._Element:
    """No document type, so no entity at all; no network; no huge tree."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused(BrokenXml()) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused(SuspectXml())
    return root


def _lines(entry: etree._Element) -> Iterator[BankLine]:
    if (_text(entry, "Sts/Cd") or _text(entry, "Sts") or "BOOK") not in ("BOOK", "Book"):
        return  # announced, not there yet
    whole = _signed(entry, _text(entry, "CdtDbtInd"))
    on = day_of(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm") or _text(entry, "ValDt/Dt") or _text(entry, "ValDt/DtTm"))
    key = said(_text(entry, "AcctSvcrRef"), length=60)
    text = said(_text(entry, "AddtlNtryInf"))
    batch = said(_text(entry, "NtryDtls/Btch/PmtInfId"), length=35)
    details = list(entry.iterfind("{*}NtryDtls/{*}TxDtls"))
    parts = [_part(detail, whole) for detail in details]
    if len(parts) > 1 and sum(parts) == whole:
        for rank, (detail, cents) in enumerate(zip(details, parts, strict=True), 1):
            yield _line(detail, on=on, cents=cents, text=text, batch=batch, key=f"{key}/{rank}" if key else "")
    elif details:
        yield _line(details[0], on=on, cents=whole, text=text, batch=batch, key=key)
    else:
        yield BankLine(on=on, cents=whole, text=text, batch=batch, key=key)


def _line(detail: etree._Element, *, on: date, cents: int, text: str, batch: str, key: str) -> BankLine:
    remittance = " ".join(one.text or "" for one in detail.iterfind("{*}RmtInf/{*}Ustrd"))
    structured = _text(detail, "RmtInf/Strd/CdtrRefInf/Ref")
    other = "Dbtr" if cents > 0 else "Cdtr"
    parties = (f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm", "RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm")
    end_to_end = said(_text(detail, "Refs/EndToEndId"), length=35)
    return BankLine(
        on=on,
        cents=cents,
        text=said(" ".join((remittance, structured)).strip() or text),
        name=said(next((name for name in (_text(detail, path) for path in parties) if name), ""), length=140),
        end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end,
        batch=batch or said(_text(detail, "Refs/PmtInfId"), length=35),
        reason=said(_text(detail, "RtrInf/Rsn/Cd"), length=4),
        key=key or said(_text(detail, "Refs/AcctSvcrRef"), length=60),
    )


def _part(detail: etree._Element, whole: int) -> int:
    """What one payment of a collected entry is worth; the sign is the entry's unless it says its own."""
    if detail.find("{*}Amt") is not None:
        holder = detail
    elif (found := detail.find("{*}AmtDtls/{*}TxAmt")) is not None:
        holder = found
    else:
        return 0
    sense = _text(detail, "CdtDbtInd") or ("CRDT" if whole > 0 else "DBIT")
    return _signed(holder, sense)


def _signed(holder: etree._Element, sense: str) -> int:
    amount = holder.find("{*}Amt")
    if amount is None or amount.get("Ccy", "EUR") != "EUR":
        raise Refused(NotInEuros())
    cents = cents_of(amount.text or "")
    if sense not in ("CRDT", "DBIT") or cents < 0:
        raise Refused(UnclearAmount())
    return cents if sense == "CRDT" else -cents


def _text(element: etree._Element, path: str) -> str:
    found = element.find("/".join("{*}" + step for step in path.split("/")))
    return (found.text or "").strip() if found is not None else ""
