"""What makes bills last: the head of the chain sent outside each day, totals closed by day, month and year, the year's archive.

CGI art. 286, I-3° bis; BOI-TVA-DECLA-30-10-30: inalterability, security, conservation and archiving of sales.
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask import current_app

from app.billing import queries
from app.billing.models import Anchor, Closing, Invoice
from app.billing.queries import closings as reads
from app.billing.rules import closings as rules
from app.billing.rules.invoices import GENESIS, canonical, fingerprint
from app.billing.services.invoicing import CHAIN
from app.core import journal
from app.core.db import db, lock, transaction
from app.place.models import Place

_log = structlog.get_logger(__name__)

ANCHORED_AT = 20  # o'clock in the lieu: the day's bills are issued
ANCHORS = "anchors"  # the folder of the installation where each lieu has its file


def anchor(*, now: datetime) -> int:
    """Once a day, keep the head of each chain that grew since, write it in a file beside the database, and mail it: how many.

    The mail is what counts: who would change the database and the file cannot change what others received.
    """
    count = 0
    for place in db.session.scalars(sa.select(Place).order_by(Place.id)).all():
        local = now.astimezone(place.tz)
        if local.hour >= ANCHORED_AT and reads.has_grown(place.id, local.date()):
            count += _anchor(place, local.date(), now)
    return count


def _anchor(place: Place, day: date, now: datetime) -> int:
    with transaction() as session:
        lock(CHAIN, place.id)
        head = queries.head(place.id)
        if head is None or not reads.has_grown(place.id, day):
            return 0
        session.add(Anchor(place_id=place.id, day=day, sequence=head.sequence, hash=head.hash, anchored_at=now))
        session.flush()
        journal.record("invoice.anchored", head.id, place_id=place.id, at=now, day=day.isoformat(), sequence=head.sequence, hash=head.hash)
    _write_outside(place.code, f"{day.isoformat()} {head.sequence} {head.number} {head.hash}\n")
    return 1


def _write_outside(code: str, line: str) -> None:
    """In a file beside the database; a full disk does not stop the day: the mail leaves anyway."""
    folder = Path(current_app.config["INSTANCE_FOLDER"])
    if not folder.is_dir():
        return
    try:
        (folder / ANCHORS).mkdir(exist_ok=True)
        with (folder / ANCHORS / f"{code}.txt").open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as trouble:
        _log.warning("anchor_not_written", error=str(trouble))


# ---------------------------------------------------------------- closings


def close(*, now: datetime) -> int:
    """Close every day, month and year that is over and had bills; what was missed while the house slept too: how many."""
    return sum(_close(place, now) for place in db.session.scalars(sa.select(Place).order_by(Place.id)).all())


def _close(place: Place, now: datetime) -> int:
    today = now.astimezone(place.tz).date()
    if not (reads.days_to_close(place.id, today) or reads.spans_to_close(place.id, today)):
        return 0
    with transaction():
        lock(CHAIN, place.id)
        return sum(1 for span, first, last in _spans(place.id, today) if _add(place, span, first, last, now))


def _spans(place_id: int, today: date) -> Iterator[tuple[str, date, date]]:
    """In order of time: each day, then the month and the year that it was the last known day of, once they are over."""
    days = reads.days_to_close(place_id, today)
    for place, day in enumerate(days):
        yield "day", day, day
        following = days[place + 1] if place + 1 < len(days) else today
        for span in ("month", "year"):
            first, last = rules.bounds(span, day)
            if following > last:
                yield span, first, last
    # a month may end without another bill: its last day was closed on an earlier round
    yield from ((span, first, last) for span, first, last in reads.spans_to_close(place_id, today) if not days)


def _add(place: Place, span: str, first: date, last: date, now: datetime) -> bool:
    session = db.session()
    mine = (Closing.place_id == place.id, Closing.span == span, Closing.first_day == first)
    if session.scalar(sa.select(Closing.id).where(*mine)):
        return False
    before = session.scalar(sa.select(Closing).where(Closing.place_id == place.id).order_by(Closing.sequence.desc()).limit(1))
    previous = before.hash if before else GENESIS
    sequence = before.sequence + 1 if before else 1
    head = session.scalar(
        sa.select(Invoice).where(Invoice.place_id == place.id, Invoice.issued_on <= last).order_by(Invoice.sequence.desc()).limit(1)
    )
    text = canonical(
        {
            "sequence": sequence,
            "span": span,
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "period": reads.totals(place.id, first, last),
            "perpetual": reads.totals(place.id, None, last),
            "head": [head.sequence, head.number, head.hash] if head else None,
        }
    )
    row = Closing(
        place_id=place.id, sequence=sequence, span=span, first_day=first, last_day=last, content=text,
        previous_hash=previous, hash=fingerprint(previous, text), closed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    journal.record("invoice.closed", row.id, place_id=place.id, at=now, span=span, first_day=first.isoformat())
    return True
