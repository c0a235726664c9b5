"""Tables for spreadsheets: CSV as French ones open it, with nothing in it that they would run."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

# What makes a spreadsheet take a text for a formula, also behind signs that it does not show.
_FORMULA = re.compile(r"[\s\ufeff\u200b\u200c\u200d\u2060]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_NUMBER = re.compile(r"[+-]?\d[\d\s.,]*", re.ASCII)


def as_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """UTF-8 with its mark, `;` between cells: what opens with a double click."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(columns)
    writer.writerows([cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str], *, title: str) -> bytes:
    """A spreadsheet of these columns (by name: its heading): numbers and dates as such; a text stays a text, never a formula or a link."""
    import xlsxwriter  # noqa: PLC0415 — 16 MB that only an export needs

    out = io.BytesIO()
    said = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, said) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold, day, moment = (
            book.add_format(one) for one in ({"bold": True}, {"num_format": "dd/mm/yyyy"}, {"num_format": "dd/mm/yyyy hh:mm"})
        )
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(columns.values()):
            sheet.write_string(0, column, heading, bold)
        for line, row in enumerate(rows, start=1):
            for column, name in enumerate(columns):
                value = row.get(name)
                if isinstance(value, datetime):
                    sheet.write_datetime(line, column, value.replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 — a cell has no zone
                elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                    sheet.write_number(line, column, value)
                else:
                    sheet.write_string(line, column, cell(value))
        sheet.autofit()
    return out.getvalue()


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "Worklab"


def euros(cents: int | None) -> Decimal | None:
    """An amount as a table has it: « 7,00 » in a text, a number in a sheet."""
    return Decimal(cents) / 100 if cents is not None else None


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
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
