"""Is the chain of bills what was issued? Everything is counted again from what is frozen, without trusting any guard."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from app.billing.models import Anchor, Closing, Counter, Invoice
from app.billing.rules.invoices import GENESIS, fingerprint, number
from app.core.db import db
from app.place.models import Place

AT_ONCE = 500  # rows read together: ten years of bills never stand in memory


def faults(place: Place) -> Iterator[str]:
    """One French sentence for each fault, the first broken row first."""
    yield from _chain(place)
    yield from _counters(place)
    yield from _anchors(place)
    yield from _credits(place)
    yield from _closings(place)


def _chain(place: Place) -> Iterator[str]:
    previous, expected = GENESIS, 1
    ranks: dict[tuple[str, int], int] = {}
    for row in _in_order(place):
        named = f"la pièce {row.sequence} ({row.number})"
        if row.sequence != expected:
            yield f"Il manque la pièce {expected}\u00a0: après elle vient {named}."
        elif row.previous_hash != previous:
            yield f"À partir de {named}, la chaîne est rompue\u00a0: elle ne suit pas celle d’avant."
        if row.hash != fingerprint(row.previous_hash, row.content):
            yield f"Le contenu de {named} a été modifié\u00a0: son empreinte ne correspond plus."
        elif changed := _changed(row):
            yield f"Dans {named}, «\u00a0{changed}\u00a0» n’est plus ce qui a été émis."
        if row.rank != ranks.get((row.series, row.year), 0) + 1:
            yield f"La numérotation n’est plus continue à {named}."
        ranks[row.series, row.year] = row.rank
        previous, expected = row.hash, row.sequence + 1
        db.session.expunge(row)


def _in_order(place: Place) -> Iterator[Invoice]:
    last = 0
    while rows := db.session.scalars(
        sa.select(Invoice).where(Invoice.place_id == place.id, Invoice.sequence > last).order_by(Invoice.sequence).limit(AT_ONCE)
    ).all():
        yield from rows
        last = rows[-1].sequence


def _changed(row: Invoice) -> str | None:
    """The first column that no longer says what its frozen content says."""
    said = row.said
    expected = {
        "number": said["number"],
        "sequence": said["sequence"],
        "kind": said["kind"],
        "member_id": said["payer"]["member_id"],
        "organisation_id": said["payer"]["organisation_id"],
        "issued_on": said["issued_on"],
        "due_on": said["due_on"],
        "net_cents": said["net_cents"],
        "vat_cents": said["vat_cents"],
        "gross_cents": said["gross_cents"],
        "prepaid_cents": said["prepaid_cents"],
    }
    found = {name: getattr(row, name) for name in expected} | {"issued_on": str(row.issued_on), "due_on": str(row.due_on)}
    wrong = [name for name in expected if expected[name] != found[name]]
    if not wrong and row.number != number(row.series, row.year, row.rank):
        return "number"
    return wrong[0] if wrong else None


def _counters(place: Place) -> Iterator[str]:
    mine = (Invoice.place_id == Counter.place_id, Invoice.series == Counter.series, Invoice.year == Counter.year)
    last = sa.select(sa.func.max(Invoice.rank)).where(*mine).scalar_subquery()
    for series, year, said, found in db.session.execute(
        sa.select(Counter.series, Counter.year, Counter.last, sa.func.coalesce(last, 0)).where(Counter.place_id == place.id)
    ):
        if said != found:
            yield f"Le compteur {series}{year} est à {said}, la dernière pièce est la {found}\u00a0: une pièce a été retirée ou ajoutée."


def _anchors(place: Place) -> Iterator[str]:
    held = sa.and_(Invoice.place_id == Anchor.place_id, Invoice.sequence == Anchor.sequence)
    anchors = sa.select(Anchor.day, Anchor.sequence, Anchor.hash, Invoice.hash, Invoice.number).outerjoin(Invoice, held)
    rows: Iterable[Any] = db.session.execute(anchors.where(Anchor.place_id == place.id).order_by(Anchor.day))
    for day, sequence, said, found, named in rows:
        if found is None and sequence:
            yield f"L’ancre du {day:%d/%m/%Y} connaît la pièce {sequence}, qui n’est plus là\u00a0: elle a été retirée."
        elif sequence and found != said:
            yield f"La pièce {sequence} ({named}) n’est plus celle que l’ancre du {day:%d/%m/%Y} a vue."


def _credits(place: Place) -> Iterator[str]:
    note = sa.orm.aliased(Invoice)
    given = sa.func.sum(-note.gross_cents)
    over = (
        sa.select(Invoice.number)
        .join(note, note.credits_id == Invoice.id)
        .where(Invoice.place_id == place.id)
        .group_by(Invoice.id, Invoice.number, Invoice.gross_cents)
        .having(given > Invoice.gross_cents)
        .order_by(Invoice.id)
    )
    for named in db.session.scalars(over):
        yield f"Les avoirs de la facture {named} dépassent son montant."


def _closings(place: Place) -> Iterator[str]:
    previous, expected = GENESIS, 1
    for row in db.session.scalars(sa.select(Closing).where(Closing.place_id == place.id).order_by(Closing.sequence)):
        named = f"la clôture {row.sequence} ({row.span}, {row.first_day:%d/%m/%Y})"
        if row.sequence != expected or row.previous_hash != previous:
            yield f"À partir de {named}, la chaîne des clôtures est rompue."
        if row.hash != fingerprint(row.previous_hash, row.content):
            yield f"Le contenu de {named} a été modifié\u00a0: son empreinte ne correspond plus."
        previous, expected = row.hash, row.sequence + 1
