"""What things were worth, and what comes back of it: charges are added, never edited."""

from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Charge
from app.billing.rules import Coverage
from app.billing.rules.documents import gross_of_net, net_of_gross
from app.core.db import db, table, transaction
from app.core.prepared import Prepared

_WRITE_CHARGE = Prepared(sa.insert(table(Charge)))


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
    activity: str,
    now: datetime,
    quantity_milli: int = 1000,
    unit: str = "piece",
) -> None:
    """What something was worth and what covers it, frozen now: amounts before VAT, and its rate."""
    with transaction():
        row = {
            "place_id": place_id,
            "ref": ref,
            "member_id": member_id,
            "organisation_id": organisation_id,
            "label": label,
            "used_on": used_on,
            "worth_cents": worth_cents,
            "cents": coverage.net_cents,
            "rate_bp": coverage.rate_bp,
            "activity": activity,
            "quantity_milli": quantity_milli,
            "unit": unit,
            "covered_by": coverage.said(),
            "created_at": now,
        }
        _WRITE_CHARGE.write(row)


def give_back_money(*, ref: str, cents: int, now: datetime) -> None:
    """A reversal of `cents`, taxes included, of a charge; the charge itself stays as it was."""
    if cents == 0:
        return
    with transaction():
        first = db.session.scalars(sa.select(Charge).where(Charge.ref == ref)).one()
        reverse(first, f"{ref}:reversal", net_of_gross(cents, first.rate_bp), now=now)  # all of it: exactly what was charged


def forgive_money(*, ref: str, now: datetime) -> int:
    """All that is still due of a charge is given up, its fee too; how many cents, taxes included."""
    with transaction():
        rows = db.session.scalars(
            sa.select(Charge).where(Charge.ref.in_((ref, f"{ref}:reversal", f"{ref}:forgiven"))).order_by(Charge.id)
        ).all()
        due = sum(row.cents for row in rows)
        if due <= 0:
            return 0
        reverse(rows[0], f"{ref}:forgiven", due, now=now)
        return gross_of_net(due, rows[0].rate_bp)


def reverse(first: Charge, ref: str, net_cents: int, *, now: datetime) -> None:
    """A charge taken back, in whole or in part; the charge itself stays as it was."""
    db.session.add(
        Charge(
            place_id=first.place_id,
            ref=ref,
            member_id=first.member_id,
            organisation_id=first.organisation_id,
            label=first.label,
            used_on=first.used_on,
            worth_cents=-net_cents,
            cents=-net_cents,
            rate_bp=first.rate_bp,
            activity=first.activity,
            quantity_milli=-first.quantity_milli if net_cents == first.cents else 0,  # a part of the price is no part of the use
            unit=first.unit,
            covered_by=[],
            created_at=now,
        )
    )
    db.session.flush()
