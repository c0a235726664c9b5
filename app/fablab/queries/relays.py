"""Reads of badge readers."""

import sqlalchemy as sa

from app.core.db import db
from app.fablab.models import Badge, Relay


def relay_keyed(key: str) -> Relay | None:
    """The reader that says so, unless its key was revoked."""
    return db.session.scalar(sa.select(Relay).where(Relay.key == key, Relay.revoked_at.is_(None)))


def relays(resource_id: int) -> list[Relay]:
    return list(db.session.scalars(sa.select(Relay).where(Relay.resource_id == resource_id).order_by(Relay.id.desc())))


def relay(relay_id: int, *, resource_id: int) -> Relay | None:
    return db.session.scalar(sa.select(Relay).where(Relay.id == relay_id, Relay.resource_id == resource_id))


def badge_marked(mark: str, *, place_id: int) -> Badge | None:
    return db.session.scalar(sa.select(Badge).where(Badge.mark == mark, Badge.place_id == place_id, Badge.revoked_at.is_(None)))


def badges(place_id: int) -> list[Badge]:
    """Those that open something, by the name of who has them."""
    query = sa.select(Badge).where(Badge.place_id == place_id, Badge.revoked_at.is_(None)).options(sa.orm.joinedload(Badge.member))
    return sorted(db.session.scalars(query), key=lambda badge: (badge.member.search_text, badge.id))


def badge(badge_id: int, *, place_id: int) -> Badge | None:
    return db.session.scalar(sa.select(Badge).where(Badge.id == badge_id, Badge.place_id == place_id))
