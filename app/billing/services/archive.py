"""The year's archive: everything that was issued, readable in ten years without this program."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Closing, Invoice
from app.billing.queries.closings import anchors
from app.core.db import db
from app.place.models import Place

README = """Archive des factures de {name}, année {year}
{rule}

Faite le {day}. Elle se lit sans aucun logiciel particulier.

factures.jsonl   une ligne par facture ou avoir, dans l'ordre d'émission : son numéro, son rang dans la chaîne, l'empreinte de
                 la pièce d'avant (previous_hash), la sienne (hash), et son contenu figé (content), tel qu'il a été émis.
clotures.jsonl   une ligne par clôture de jour, de mois et d'année, avec ses totaux et les totaux perpétuels.
tete.json        la dernière pièce de l'année, et les empreintes envoyées chaque soir par courriel.
pdf/             chaque pièce en PDF/A-3, avec la même facture en XML dedans (Factur-X, EN 16931).

Vérifier : l'empreinte de chaque pièce est le SHA-256, en hexadécimal, de l'empreinte d'avant, d'un saut de ligne (LF) et du
contenu, en UTF-8. La première pièce du lieu suit soixante-quatre zéros. Avec Python :

    import hashlib, json
    for line in open("factures.jsonl", encoding="utf-8"):
        piece = json.loads(line)
        said = piece["previous_hash"] + "\\n" + piece["content"]
        assert hashlib.sha256(said.encode()).hexdigest() == piece["hash"], piece["number"]

À garder dix ans après la fin de l'exercice (code de commerce, art. L123-22).
"""


def name(place: Place, year: int) -> str:
    return f"archive-{place.code}-{year}.zip"


def written(place: Place, year: int, *, today: date) -> Iterator[bytes]:
    """The zip, piece by piece as it is made: a year of PDFs never stands in memory."""
    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        title = f"Archive des factures de {place.name}, année {year}"
        _put(archive, "LISEZMOI.txt", README.format(name=place.name, year=year, day=f"{today:%d/%m/%Y}", rule="=" * len(title)), today)
        rows = list(_of_year(place.id, year))
        _put(archive, "factures.jsonl", _lines(_said(row) for row in rows), today)
        _put(archive, "clotures.jsonl", _lines(_closing(row) for row in _closings(place.id, year)), today)
        _put(archive, "tete.json", json.dumps(_head(place.id, rows), ensure_ascii=False, indent=2), today)
        yield out.taken()
        for row in rows:
            _put(archive, f"pdf/{row.number}.pdf", queries.pdf_of(row), today)
            yield out.taken()
    yield out.taken()


class _Pipe(io.RawIOBase):
    """Where the zip is written, and from where it leaves."""

    def __init__(self) -> None:
        self._made = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        chunk = bytes(data)  # type: ignore[call-overload]
        self._made += chunk
        return len(chunk)

    def taken(self) -> bytes:
        made = bytes(self._made)
        self._made.clear()
        return made


def _put(archive: zipfile.ZipFile, path: str, content: str | bytes, day: date) -> None:
    """Dated by the day of the archive: the same year archived twice that day is the same bytes."""
    entry = zipfile.ZipInfo(path, (day.year, day.month, day.day, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _of_year(place_id: int, year: int) -> Iterator[Invoice]:
    mine = (Invoice.place_id == place_id, Invoice.year == year)
    yield from db.session.scalars(sa.select(Invoice).where(*mine).order_by(Invoice.sequence))


def _closings(place_id: int, year: int) -> Iterator[Closing]:
    mine = (Closing.place_id == place_id, Closing.first_day.between(date(year, 1, 1), date(year, 12, 31)))
    yield from db.session.scalars(sa.select(Closing).where(*mine).order_by(Closing.sequence))


def _said(row: Invoice) -> dict[str, object]:
    return {
        "number": row.number,
        "sequence": row.sequence,
        "issued_at": row.issued_at.isoformat(),
        "previous_hash": row.previous_hash,
        "hash": row.hash,
        "content": row.content,
    }


def _closing(row: Closing) -> dict[str, object]:
    return {"sequence": row.sequence, "previous_hash": row.previous_hash, "hash": row.hash, "content": row.content}


def _head(place_id: int, rows: list[Invoice]) -> dict[str, object]:
    last = rows[-1] if rows else None
    return {
        "last": {"number": last.number, "sequence": last.sequence, "hash": last.hash} if last else None,
        "anchors": [
            {"day": one.day.isoformat(), "sequence": one.sequence, "hash": one.hash}
            for one in anchors(place_id, limit=400)
            if last and one.day.year == last.year
        ],
    }


def _lines(rows: Iterator[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
