"""What things were worth, and what comes back of it: charges are added, never edited."""

from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Charge
from app.billing.rules import Coverage
from app.core.db import db, table, transaction

_WRITE_CHARGE = sa.insert(table(Charge))


def charge(
    coverage: Coverage,
    *,
    place_id: int,
    member_id: int,
    organisation_id: int | None,
    ref: str,
    label: str,
    used_on: date,
    worth_cents: int,
    now: datetime,
) -> None:
    """What something was worth and what covers it, frozen now."""
    with transaction():
        row = {
            "place_id": place_id,
            "ref": ref,
            "member_id": member_id,
            "organisation_id": organisation_id,
            "label": label,
            "used_on": used_on,
            "worth_cents": worth_cents,
            "cents": coverage.cents,
            "covered_by": coverage.said(),
            "created_at": now,
        }
        db.session.execute(_WRITE_CHARGE, row)


def give_back_money(*, ref: str, cents: int, now: datetime) -> None:
    """A reversal of `cents` of a charge; the charge itself stays as it was."""
    if cents == 0:
        return
    with transaction():
        first = db.session.scalars(sa.select(Charge).where(Charge.ref == ref)).one()
        _reverse(first, f"{ref}:reversal", cents, now=now)


def forgive_money(*, ref: str, now: datetime) -> int:
    """All that is still due of a charge is given up, its fee too; how many cents."""
    with transaction():
        rows = db.session.scalars(
            sa.select(Charge).where(Charge.ref.in_((ref, f"{ref}:reversal", f"{ref}:forgiven"))).order_by(Charge.id)
        ).all()
        due = sum(row.cents for row in rows)
        if due > 0:
            _reverse(rows[0], f"{ref}:forgiven", due, now=now)
        return max(due, 0)


def _reverse(first: Charge, ref: str, cents: int, *, now: datetime) -> None:
    db.session.add(
        Charge(
            place_id=first.place_id,
            ref=ref,
            member_id=first.member_id,
            organisation_id=first.organisation_id,
            label=first.label,
            used_on=first.used_on,
            worth_cents=-cents,
            cents=-cents,
            covered_by=[],
            created_at=now,
        )
    )
    db.session.flush()
