"""Setting a price."""

from datetime import datetime

import sqlalchemy as sa

from app.billing.models import Price
from app.core import journal
from app.core.db import db, transaction
from app.place.services import touch_settings


def set_price(
    *, place_id: int, what: str, unit: str, cents: int | None, actor_id: int | None, now: datetime, minutes: int | None = None
) -> bool:
    """The full price of one unit of something, from now on; None: it has no price of its own. Whether anything changed.

    What is already booked keeps the price it had.
    """
    with transaction():
        mine = (Price.place_id == place_id, Price.what == what, Price.unit == unit, Price.minutes == minutes)
        for_all = (Price.tariff_group.is_(None), Price.plan.is_(None), Price.valid_from.is_(None), Price.valid_to.is_(None))
        row = db.session.scalars(sa.select(Price).where(*mine, *for_all).limit(1)).first()
        if (row.cents if row is not None else None) == cents:
            return False
        if cents is None:
            db.session.delete(row)
        elif row is not None:
            row.cents = cents
        else:
            db.session.add(Price(place_id=place_id, what=what, unit=unit, minutes=minutes, cents=cents))
        touch_settings(place_id)
        journal.record("price.set", place_id, place_id=place_id, actor_id=actor_id, at=now, what=what, unit=unit, cents=cents)
        return True
