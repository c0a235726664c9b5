"""What a group shares, month by month."""

import sqlalchemy as sa

from app.billing.models import Lot
from app.core.db import db


def shared_lots(group_id: int, place_id: int, *, locked: bool = False) -> list[Lot]:
    """The lots of a group, the oldest first; `locked`: as they are now, until the transaction ends."""
    rows = sa.select(Lot).where(Lot.group_id == group_id, Lot.place_id == place_id, Lot.origin.startswith("group:"))
    if locked:
        rows = rows.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(rows.order_by(Lot.valid_from, Lot.id)))
