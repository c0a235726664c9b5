"""Tables for spreadsheets: CSV as French ones open it, with nothing in it that they would run."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

# What makes a spreadsheet take a text for a formula, also behind signs that it does not show.
_FORMULA = re.compile(r"[\s\ufeff\u200b\u200c\u200d\u2060]*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d[\d\s.,]*", re.ASCII)


def as_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """UTF-8 with its mark, `;` between cells: what opens with a double click."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(columns)
    writer.writerows([cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def cell(value: object) -> str:
    """One value as text; a text that looks like a formula is made to stay a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, int):
        return str(value)
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
