"""Trust: half-days that somebody uses before they buy them, down to a limit that the lieu sets."""

from datetime import datetime

import sqlalchemy as sa

from app.billing.models import Lot, LotEntry
from app.billing.rules import trust_origin
from app.core import journal
from app.core.db import db, transaction
from app.place.models import Place
from app.place.services import touch_settings


def set_trust(*, place_id: int, half_days: int, actor_id: int | None, now: datetime) -> None:
    """How far below zero half-days may go from now on; 0: not at all. What is already owed stays owed."""
    with transaction():
        place = db.session.get_one(Place, place_id, populate_existing=True)
        if place.trust_units == half_days:
            return
        place.trust_units = half_days
        owed = Lot.used + Lot.held
        db.session.execute(
            sa.update(Lot)
            .where(Lot.place_id == place_id, Lot.origin.startswith("trust:"))
            .values(overdraft=sa.case((owed > half_days, owed), else_=half_days))
            .execution_options(synchronize_session=False)
        )
        touch_settings(place_id)
        journal.record("place.trust_set", place_id, place_id=place_id, actor_id=actor_id, at=now, half_days=half_days)


def repay(lot: Lot, *, now: datetime, actor_id: int | None) -> int:
    """A pass was bought: the half-days that its owner already used on trust come out of it; how many."""
    if lot.unit != "half_day" or lot.source != "pass" or lot.member_id is None or lot.scope not in ("", "desk"):
        return 0
    origin = trust_origin(lot.place_id, lot.member_id)
    owed = db.session.scalars(
        sa.select(Lot).where(Lot.origin == origin).with_for_update().execution_options(populate_existing=True)
    ).first()
    if owed is None or owed.id == lot.id:
        return 0
    repaid = min(owed.used, lot.granted)
    if repaid > 0:
        owed.used -= repaid
        lot.used += repaid
        ref = f"repaid:{lot.id}"
        db.session.add(LotEntry(lot_id=owed.id, kind="return", units=repaid, ref=ref, at=now, actor_id=actor_id))
        for kind in ("hold", "use"):
            db.session.add(LotEntry(lot_id=lot.id, kind=kind, units=repaid, ref=ref, at=now, actor_id=actor_id))
        db.session.flush()
    return repaid
