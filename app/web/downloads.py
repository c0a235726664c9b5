"""What a person takes away: a file with a name, saved or shown by the browser, and kept by nobody on the way."""

from collections.abc import Iterable, Mapping

from flask import Response

from app.core import tables

PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def taken_away(content: bytes, *, name: str, content_type: str) -> Response:
    """A file that the browser saves under this name, and never shows."""
    return _named("attachment", content, name=name, content_type=content_type)


def shown(content: bytes, *, name: str, content_type: str = PDF) -> Response:
    """A paper that the browser shows, and saves under this name if one wishes."""
    return _named("inline", content, name=name, content_type=content_type)


def as_csv(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str], *, name: str) -> Response:
    """A table of these columns (by name: its heading), as a spreadsheet opens it with a double click."""
    headed = [{heading: row.get(column) for column, heading in columns.items()} for row in rows]
    return taken_away(tables.as_csv(headed, list(columns.values())), name=f"{name}.csv", content_type="text/csv; charset=utf-8")


def as_xlsx(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str], *, title: str, name: str) -> Response:
    """The same table as a spreadsheet's own file: numbers and dates as such."""
    return taken_away(tables.as_xlsx(rows, columns, title=title), name=f"{name}.xlsx", content_type=_XLSX)


def _named(disposition: str, content: bytes, *, name: str, content_type: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers.set("Content-Disposition", disposition, filename=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
