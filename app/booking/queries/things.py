"""The things of a lieu and their rules, kept in the process; what keeps one out of service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.booking.models import KindRules, Outage, Resource
from app.booking.rules import KIND_DEFAULTS, Rules, Thing
from app.core.cache import Stamped
from app.core.db import db
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Directory:
    """Every thing of a lieu that is not retired, with its rules; kept in the process while the settings stay the same."""

    things: Mapping[int, Thing]
    retired: Mapping[int, Thing]

    def __getitem__(self, resource_id: int) -> Thing:
        return self.things[resource_id]

    def any(self, resource_id: int) -> Thing:
        """Retired ones too: old bookings still name them."""
        return self.things.get(resource_id) or self.retired[resource_id]

    def by_code(self, code: str, kind: str | None = None) -> Thing | None:
        """The thing of that code; a space may bear the code of the pool inside it, and comes last."""
        named = [thing for thing in self.things.values() if thing.code == code and kind in (None, thing.kind)]
        return min(named, key=lambda thing: thing.kind == "space", default=None)

    def of_kind(self, *kinds: str) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.kind in kinds]

    def seats(self, pool_id: int) -> list[Thing]:
        """The seats of a pool, residents' desks that may join it last."""
        seats = [thing for thing in self.things.values() if thing.pool_id == pool_id]
        return sorted(seats, key=lambda seat: (seat.is_fixed, seat.rank, seat.id))

    def inside(self, space_id: int) -> list[Thing]:
        """Everything that stands in a space, in the spaces within it too."""
        found, todo = [], [space_id]
        while todo:
            here = [thing for thing in self.things.values() if thing.space_id == todo[-1]]
            todo.pop()
            found += here
            todo += [thing.id for thing in here if thing.kind == "space"]
        return found


_directories: Stamped[Directory] = Stamped()


def directory(place: Place) -> Directory:
    return _directories.get(place.id, place.settings_stamp, lambda: _read_directory(place.id))


def thing_of(resource_id: int) -> Thing:
    """A thing by its number alone, whatever its lieu."""
    place_id = db.session.scalars(sa.select(Resource.place_id).where(Resource.id == resource_id)).one()
    return directory(db.session.get_one(Place, place_id)).any(resource_id)


def usual_rules(place_id: int, kind: str) -> Rules:
    """What a thing of this kind follows where it says nothing of its own."""
    common = db.session.scalar(sa.select(KindRules.rules).where(KindRules.place_id == place_id, KindRules.kind == kind))
    return Rules.layered(KIND_DEFAULTS.get(kind, {}), common or {})


def _read_directory(place_id: int) -> Directory:
    kinds = db.session.execute(sa.select(KindRules.kind, KindRules.rules).where(KindRules.place_id == place_id))
    of_kind = {row.kind: row.rules for row in kinds}
    rows = db.session.scalars(sa.select(Resource).where(Resource.place_id == place_id).order_by(Resource.rank, Resource.id))
    things: dict[int, Thing] = {}
    retired: dict[int, Thing] = {}
    for row in rows:
        layers = (KIND_DEFAULTS.get(row.kind, {}), of_kind.get(row.kind, {}), row.rules)
        thing = Thing(
            id=row.id,
            place_id=row.place_id,
            code=row.code,
            kind=row.kind,
            name=row.name,
            family=row.family,
            capacity=row.capacity,
            space_id=row.space_id,
            pool_id=row.pool_id,
            holder_id=row.holder_id,
            state=row.state,
            bookable=row.bookable,
            public=row.public,
            rank=row.rank,
            description=row.description,
            equipment=tuple(row.equipment),
            plan_box=tuple(row.plan_box) if row.plan_box else None,
            rules=Rules.layered(*layers),
        )
        (retired if row.state == "retired" else things)[row.id] = thing
    return Directory(things, retired)


def outages(resource_id: int, *, now: datetime) -> list[Outage]:
    """What keeps a thing out of service, now or later, in order."""
    standing = sa.or_(Outage.ends_at.is_(None), Outage.ends_at > now)
    query = sa.select(Outage).where(Outage.resource_id == resource_id, Outage.ended_at.is_(None), Outage.outside_id.is_(None), standing)
    return list(db.session.scalars(query.order_by(Outage.starts_at).execution_options(populate_existing=True)))


def outage_since(resource_id: int, moment: datetime, *, now: datetime) -> Outage | None:
    """The outage that began by now and ends last, of those that stand or were declared since then; none that somebody ended."""
    query = sa.select(Outage).where(
        Outage.resource_id == resource_id,
        Outage.ended_at.is_(None),
        Outage.outside_id.is_(None),
        Outage.starts_at <= now,
        sa.or_(Outage.ends_at.is_(None), Outage.ends_at > now, Outage.created_at >= moment),
    )
    return db.session.scalars(query.order_by(Outage.ends_at.desc().nulls_first()).limit(1)).first()
