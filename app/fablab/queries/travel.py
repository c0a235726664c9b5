"""Reads of rights that travel."""

from collections.abc import Collection

import sqlalchemy as sa

from app.core.db import db
from app.fablab.models import AcceptedRight, LieuKey, TrustedLieu


def lieu_key(place_id: int) -> LieuKey | None:
    return db.session.get(LieuKey, place_id)


def trusted_lieux(place_id: int) -> list[TrustedLieu]:
    query = sa.select(TrustedLieu).where(TrustedLieu.place_id == place_id, TrustedLieu.revoked_at.is_(None))
    return list(db.session.scalars(query.order_by(TrustedLieu.name, TrustedLieu.id)))


def trusted_lieu(lieu_id: int, *, place_id: int) -> TrustedLieu | None:
    return db.session.scalar(sa.select(TrustedLieu).where(TrustedLieu.id == lieu_id, TrustedLieu.place_id == place_id))


def accepted_numbers(place_id: int, public_key: str, numbers: Collection[str]) -> set[str]:
    """Those of these clearances of another lieu that were accepted here, whatever became of them."""
    query = sa.select(AcceptedRight.number).where(
        AcceptedRight.place_id == place_id, AcceptedRight.public_key == public_key, AcceptedRight.number.in_(numbers)
    )
    return set(db.session.scalars(query))
