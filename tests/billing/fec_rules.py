"""What a fichier des écritures comptables must be (LPF art. A47 A-1, VII; BOI-CF-IOR-60-40-20), in our own words."""

import re
from datetime import date, datetime

COLUMNS = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
FILLED = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "ValidDate",
)


def faults(name: str, content: bytes, *, first: date | None = None) -> list[str]:
    """Each rule that this file does not keep."""
    found = []
    named = re.fullmatch(r"(\d{9})FEC(\d{8})\.txt", name)
    if not named:
        return [f"name {name}"]
    if not _luhn(named[1]):
        found.append("siren")
    closing = _day(named[2])
    lines = content.decode("iso8859-15").split("\r\n")
    assert lines.pop() == ""
    if lines[0].split("\t") != COLUMNS:
        return [*found, "header"]
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines[1:]]
    entries: dict[str, list[dict[str, str]]] = {}
    last_valid = ""
    labels: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        found += [f"{number}: {column} is empty" for column in FILLED if not row[column]]
        for column in ("EcritureDate", "PieceDate", "ValidDate"):
            day = _day(row[column])
            if column == "EcritureDate" and (day > closing or (first and day < first)):
                found.append(f"{number}: {day} is outside")
        if bool(row["CompAuxNum"]) != bool(row["CompAuxLib"]):
            found.append(f"{number}: auxiliary")
        if not re.fullmatch(r"[1-8]\d{2}[0-9A-Z]*", row["CompteNum"]):
            found.append(f"{number}: account {row['CompteNum']}")
        if bool(_cents(row["Debit"])) == bool(_cents(row["Credit"])):
            found.append(f"{number}: one side and only one")
        if row["ValidDate"] < last_valid:
            found.append(f"{number}: order of validation")
        last_valid = row["ValidDate"]
        if labels.setdefault(row["CompteNum"], row["CompteLib"]) != row["CompteLib"]:
            found.append(f"{number}: two labels")
        entries.setdefault(row["EcritureNum"], []).append(row)
    if [int(number) for number in entries] != list(range(1, len(entries) + 1)):
        found.append("numbers are not continuous")
    for entry, several in entries.items():
        if sum(_cents(row["Debit"]) - _cents(row["Credit"]) for row in several):
            found.append(f"entry {entry} does not balance")
        if len(several) < 2 or len({(row["EcritureDate"], row["JournalCode"]) for row in several}) != 1:
            found.append(f"entry {entry} is not one")
    return found


def _cents(text: str) -> int:
    assert re.fullmatch(r"\d+,\d{2}", text), text
    return int(text.replace(",", ""))


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 — a day has no zone


def _luhn(digits: str) -> bool:
    doubled = [int(sign) * (2 - place % 2) for place, sign in enumerate(digits, len(digits) % 2)]
    return sum(part // 10 + part % 10 for part in doubled) % 10 == 0
