"""What a room keeps of a person: said on their page, and given in their export."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One sort of thing kept: why, until when, and all of it. The words are French sentences to translate."""

    name: str  # of its files in the export
    title: str
    why: str
    until: str
    rows: Sequence[Mapping[str, Any]]

    @property
    def columns(self) -> list[str]:
        return list(self.rows[0]) if self.rows else []


def kept(name: str, rows: Iterable[Mapping[Any, Any]], *, title: str, why: str, until: str) -> Kept:
    """All the rows of a select: `kept("bookings", db.session.execute(…).mappings(), …)`."""
    return Kept(name=name, title=title, why=why, until=until, rows=[dict(row) for row in rows])
