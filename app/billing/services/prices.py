"""Setting a price, at once or from a day on."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.billing.models import Price
from app.billing.rules.prices import PriceBegun, PriceInThePast
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.place.queries import day_at
from app.place.services import touch_settings


def set_price(
    *, place_id: int, what: str, unit: str, cents: int | None, actor_id: int | None, now: datetime, minutes: int | None = None
) -> bool:
    """The full price of one unit of something, from now on; None: it has no price of its own. Whether anything changed.

    What is already booked keeps the price it had; what is announced for a day to come still comes.
    """
    with transaction():
        rows = _in_force(place_id, what, unit, minutes, group=None, on=day_at(place_id, now))
        if (rows[0].cents if rows else None) == cents:
            return False
        if cents is None:
            for row in rows:
                db.session.delete(row)
        elif rows:
            rows[0].cents = cents
        else:
            db.session.add(Price(place_id=place_id, what=what, unit=unit, minutes=minutes, cents=cents))
        _tell("price.set", place_id, actor_id, now, what=what, unit=unit, cents=cents)
        return True


def announce_price(
    *,
    place_id: int,
    what: str,
    unit: str,
    minutes: int | None,
    group: str | None,
    cents: int,
    since: date,
    actor_id: int | None,
    now: datetime,
) -> Price:
    """From a day on, something costs so much (to a tariff group, or to all). What was announced for that very day is replaced.

    What is booked keeps its price, and so does a subscription that was taken.
    """
    with transaction():
        if since < day_at(place_id, now):
            raise Refused(PriceInThePast())
        mine = (*_of(place_id, what, unit, minutes, group), Price.valid_from == since)
        row = db.session.scalars(sa.select(Price).where(*mine)).first()
        if row is None:
            row = Price(place_id=place_id, what=what, unit=unit, minutes=minutes, tariff_group=group, valid_from=since, cents=cents)
            db.session.add(row)
        row.cents = cents
        db.session.flush()
        _tell("price.announced", place_id, actor_id, now, what=what, unit=unit, cents=cents, since=since.isoformat())
        return row


def withdraw_price(*, price_id: int, actor_id: int | None, now: datetime) -> None:
    """A price that was announced will not come: the one before it goes on."""
    with transaction():
        row = db.session.get_one(Price, price_id)
        if row.valid_from is None or row.valid_from < day_at(row.place_id, now):
            raise Refused(PriceBegun())
        said = {"what": row.what, "unit": row.unit, "cents": row.cents, "since": row.valid_from.isoformat()}
        place_id = row.place_id
        db.session.delete(row)
        _tell("price.withdrawn", place_id, actor_id, now, **said)


def _of(place_id: int, what: str, unit: str, minutes: int | None, group: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    """The prices of one unit of something that have no end, whatever the plan one has."""
    same = Price.place_id == place_id, Price.what == what, Price.unit == unit, Price.minutes == minutes, Price.tariff_group == group
    return (*same, Price.plan.is_(None), Price.valid_to.is_(None))


def _in_force(place_id: int, what: str, unit: str, minutes: int | None, *, group: str | None, on: date) -> list[Price]:
    """Begun by that day, the last one first: it is what people pay."""
    mine = _of(place_id, what, unit, minutes, group)
    begun = sa.or_(Price.valid_from.is_(None), Price.valid_from <= on)
    return list(db.session.scalars(sa.select(Price).where(*mine, begun).order_by(sa.func.coalesce(Price.valid_from, date.min).desc())))


def _tell(event: str, place_id: int, actor_id: int | None, now: datetime, **facts: Any) -> None:
    db.session.flush()
    touch_settings(place_id)
    journal.record(event, place_id, place_id=place_id, actor_id=actor_id, at=now, **facts)
