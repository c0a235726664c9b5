"""Gestures of the ledger: grant, hold, use, release."""

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Charge, Lot, LotEntry
from app.billing.rules import GRACE, Coverage, LotView
from app.billing.rules.coverage import month_of
from app.billing.services.trust import repay
from app.core.db import db, insert_unless_there, table, transaction

_LOT, _LOT_ENTRY = table(Lot), table(LotEntry)


_HOLD = (
    sa.update(_LOT)
    .where(
        _LOT.c.id == sa.bindparam("lot"),
        sa.or_(_LOT.c.unlimited, _LOT.c.used + _LOT.c.held + sa.bindparam("units") <= _LOT.c.granted + _LOT.c.overdraft),
    )
    .values(held=_LOT.c.held + sa.bindparam("units"))
    .returning(_LOT.c.id)
)


_WRITE_ENTRY = sa.insert(_LOT_ENTRY)


class LotsMoved(Exception):
    """A lot was used by someone else meanwhile: read again what covers."""


def grant(
    *,
    place_id: int,
    unit: str,
    granted: int,
    source: str,
    now: datetime,
    member_id: int | None = None,
    organisation_id: int | None = None,
    group_id: int | None = None,
    scope: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    origin: str | None = None,
    unlimited: bool = False,
    actor_id: int | None = None,
) -> Lot:
    """Give units: a pass sold, a gift, a correction. `granted` in half-days, minutes or cents; `valid_to` is included."""
    with transaction():
        lot = Lot(
            place_id=place_id,
            member_id=member_id,
            organisation_id=organisation_id,
            group_id=group_id,
            unit=unit,
            scope=scope,
            source=source,
            origin=origin,
            granted=granted,
            unlimited=unlimited,
            valid_from=valid_from,
            valid_to=valid_to,
            created_at=now,
        )
        db.session.add(lot)
        db.session.flush()
        db.session.add(LotEntry(lot_id=lot.id, kind="grant", units=granted, ref=origin or f"lot:{lot.id}", at=now, actor_id=actor_id))
        db.session.flush()
        repay(lot, now=now, actor_id=actor_id)
        return lot


def hold(coverage: Coverage, *, place_id: int, member_id: int, ref: str, now: datetime, actor_id: int | None = None) -> None:
    """Set aside what covers a booking, lot by lot; each update bears its own condition, so a race cannot overdraw.

    Raises `LotsMoved` when a lot no longer has enough: nothing of it is then kept by the caller's transaction.
    """
    with transaction():
        for part in coverage.parts:
            if part.lot is None:
                continue
            lot_id = part.lot.lot_id or _open_month(part.lot, place_id=place_id, member_id=member_id, now=now, actor_id=actor_id)
            if db.session.execute(_HOLD, {"lot": lot_id, "units": part.units}).scalar() is None:
                raise LotsMoved
            entry = {"lot_id": lot_id, "kind": "hold", "units": part.units, "ref": ref, "at": now, "actor_id": actor_id}
            db.session.execute(_WRITE_ENTRY, entry)


def use(*, ref: str, now: datetime, actor_id: int | None = None) -> None:
    """What was held is used: the thing was done, or cancelled too late, or nobody came."""
    _end_hold("use", ref=ref, now=now, actor_id=actor_id)


def release(*, ref: str, now: datetime, today: date, actor_id: int | None = None) -> Mapping[str, int]:
    """Each unit goes back to its own lot, with a week's grace if the lot expired meanwhile; how many of each unit came back."""
    return _end_hold("release", ref=ref, now=now, actor_id=actor_id, today=today)


def give_back_used(*, ref: str, now: datetime, today: date, actor_id: int | None) -> Mapping[str, int]:
    """What was used is forgiven: each unit back to its own lot, with the same grace; how many of each unit came back."""
    moved: dict[str, int] = {}
    with transaction():
        signed = sa.case((LotEntry.kind == "use", LotEntry.units), else_=-LotEntry.units)
        used = db.session.execute(
            sa.select(LotEntry.lot_id, sa.func.sum(signed))
            .where(LotEntry.ref == ref, LotEntry.kind.in_(("use", "return")))
            .group_by(LotEntry.lot_id)
            .order_by(LotEntry.lot_id)
        ).all()
        for lot_id, units in used:
            if units <= 0:
                continue
            values = {"used": Lot.used - units, "valid_to": sa.case((Lot.valid_to < today, today + GRACE), else_=Lot.valid_to)}
            unit = db.session.execute(
                sa.update(Lot).where(Lot.id == lot_id).values(values).returning(Lot.unit).execution_options(synchronize_session=False)
            ).scalar_one()
            db.session.add(LotEntry(lot_id=lot_id, kind="return", units=units, ref=ref, at=now, actor_id=actor_id))
            moved[unit] = moved.get(unit, 0) + int(units)
        db.session.flush()
    return moved


def held_units(ref: str) -> dict[int, int]:
    """What is still held for this reference: units of each lot."""
    signed = sa.case((LotEntry.kind == "hold", LotEntry.units), else_=-LotEntry.units)
    rows = db.session.execute(
        sa.select(LotEntry.lot_id, sa.func.sum(signed))
        .where(LotEntry.ref == ref, LotEntry.kind.in_(("hold", "use", "release")))
        .group_by(LotEntry.lot_id)
        .order_by(LotEntry.lot_id)
    )
    return {lot_id: int(units) for lot_id, units in rows if units}


def still_covers(ref: str, *, on: date) -> bool:
    """Whether what pays for this reference does so on that day too: lots are tested on the date of use, money is billed with its month."""
    first, last = month_of(on)
    out = sa.or_(Lot.valid_from > on, Lot.valid_to < on)
    elsewhere = sa.or_(Charge.used_on < first, Charge.used_on > last)
    return not db.session.scalar(
        sa.select(
            sa.or_(
                sa.exists().where(Lot.id.in_(list(held_units(ref))), out),
                sa.exists().where(Charge.ref == ref, Charge.cents != 0, elsewhere),
            )
        )
    )


def held_by_unit(ref: str) -> dict[str, int]:
    """What would go back to its lots for this reference: how many of each unit."""
    held = held_units(ref)
    if not held:
        return {}
    rows = db.session.execute(sa.select(Lot.id, Lot.unit).where(Lot.id.in_(list(held))))
    counted: dict[str, int] = {}
    for lot_id, unit in rows:
        counted[unit] = counted.get(unit, 0) + held[lot_id]
    return counted


def _open_month(lot: LotView, *, place_id: int, member_id: int, now: datetime, actor_id: int | None) -> int:
    """Write a plan's month in the ledger the first time something uses it; a second writer finds the first one's row."""
    values = {
        "place_id": place_id,
        "member_id": member_id,
        "unit": lot.unit,
        "scope": lot.scope,
        "source": lot.source,
        "origin": lot.origin,
        "granted": lot.granted,
        "held": 0,
        "used": 0,
        "overdraft": lot.overdraft,
        "unlimited": lot.unlimited,
        "valid_from": lot.valid_from,
        "valid_to": lot.valid_to,
        "created_at": now,
    }
    made: int | None = db.session.execute(insert_unless_there(Lot).values(values).returning(Lot.id)).scalar()
    if made is not None:
        db.session.add(LotEntry(lot_id=made, kind="grant", units=lot.granted, ref=str(lot.origin), at=now, actor_id=actor_id))
        return made
    return db.session.scalars(sa.select(Lot.id).where(Lot.origin == lot.origin)).one()


def _end_hold(kind: str, *, ref: str, now: datetime, actor_id: int | None, today: date | None = None) -> dict[str, int]:
    moved: dict[str, int] = {}
    with transaction():
        for lot_id, units in held_units(ref).items():
            values: dict[str, object] = {"held": Lot.held - units}
            if kind == "use":
                values["used"] = Lot.used + units
            elif today is not None:
                values["valid_to"] = sa.case((Lot.valid_to < today, today + GRACE), else_=Lot.valid_to)
            unit = db.session.execute(
                sa.update(Lot).where(Lot.id == lot_id).values(values).returning(Lot.unit).execution_options(synchronize_session=False)
            ).scalar_one()
            db.session.add(LotEntry(lot_id=lot_id, kind=kind, units=units, ref=ref, at=now, actor_id=actor_id))
            moved[unit] = moved.get(unit, 0) + units
        db.session.flush()
    return moved
