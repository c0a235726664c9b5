"""What is closed and what is to close, with its totals; anchors."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from app.billing.models import Anchor, Closing, Invoice, Payment
from app.billing.rules.closings import bounds
from app.core.db import db


def has_grown(place_id: int, day: date) -> bool:
    """Whether the chain holds more than what was anchored, and today's anchor is not made."""
    last = db.session.execute(
        sa.select(Anchor.day, Anchor.sequence).where(Anchor.place_id == place_id).order_by(Anchor.day.desc()).limit(1)
    ).first()
    head = db.session.scalar(sa.select(sa.func.max(Invoice.sequence)).where(Invoice.place_id == place_id)) or 0
    return bool(head > (last.sequence if last else 0) and (last is None or last.day < day))


def anchors(place_id: int, *, limit: int = 30) -> list[Anchor]:
    return list(db.session.scalars(sa.select(Anchor).where(Anchor.place_id == place_id).order_by(Anchor.day.desc()).limit(limit)))


def closings(place_id: int, span: str, *, limit: int = 24) -> list[Closing]:
    """The last ones first."""
    mine = (Closing.place_id == place_id, Closing.span == span)
    return list(db.session.scalars(sa.select(Closing).where(*mine).order_by(Closing.sequence.desc()).limit(limit)))


def days_to_close(place_id: int, today: date) -> list[date]:
    """Days that are over, had bills, and are not closed; the oldest first."""
    closed = sa.select(Closing.first_day).where(Closing.place_id == place_id, Closing.span == "day")
    days = sa.select(Invoice.issued_on).where(Invoice.place_id == place_id, Invoice.issued_on < today, Invoice.issued_on.not_in(closed))
    return list(db.session.scalars(days.distinct().order_by(Invoice.issued_on)))


def spans_to_close(place_id: int, today: date) -> list[tuple[str, date, date]]:
    """Months and years that are over, whose days are closed and which are not."""
    days = db.session.scalars(
        sa.select(Closing.first_day).where(Closing.place_id == place_id, Closing.span == "day").order_by(Closing.first_day)
    ).all()
    found: dict[tuple[str, date], date] = {}
    for day in days:
        for span in ("month", "year"):
            first, last = bounds(span, day)
            if last < today:
                found[span, first] = last
    known = {
        (row.span, row.first_day)
        for row in db.session.execute(sa.select(Closing.span, Closing.first_day).where(Closing.place_id == place_id))
    }
    missing = [(span, first, last) for (span, first), last in found.items() if (span, first) not in known]
    return sorted(missing, key=lambda one: (one[2], one[0]))


def totals(place_id: int, first: date | None, last: date) -> dict[str, Any]:
    """Of a period, or since the beginning: bills by their number and amounts, VAT by rate, money received by means."""
    when = [Invoice.place_id == place_id, Invoice.issued_on <= last, *([Invoice.issued_on >= first] if first else [])]
    added = [sa.func.coalesce(sa.func.sum(column), 0) for column in (Invoice.net_cents, Invoice.vat_cents, Invoice.gross_cents)]
    count, net, vat, gross = list(db.session.execute(sa.select(sa.func.count(Invoice.id), *added).where(*when)).one())
    paid = sa.select(Payment.means, sa.func.sum(Payment.cents)).where(
        Payment.place_id == place_id, Payment.received_on <= last, *([Payment.received_on >= first] if first else [])
    )
    return {
        "documents": int(count),
        "net_cents": int(net),
        "vat_cents": int(vat),
        "gross_cents": int(gross),
        "received": {means: int(cents) for means, cents in db.session.execute(paid.group_by(Payment.means).order_by(Payment.means))},
    }
