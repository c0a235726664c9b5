"""Cheques and notes handed in at the bank, with the paper that goes with them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.billing.models import Slip, SlipLine
from app.billing.queries import banking
from app.billing.rules.payments import DrawerTooLow, NothingToHandIn
from app.billing.services.payments import MONEY, move
from app.core import journal
from app.core.db import lock, transaction
from app.core.refusals import Cents, Refused


def hand_in_cheques(*, place_id: int, payment_ids: Sequence[int], day: date, now: datetime, actor_id: int | None = None) -> Slip:
    """One slip for these cheques; each cheque is on one slip, ever."""
    with transaction() as session:
        lock(MONEY, place_id)
        chosen = [payment for payment, _ in banking.cheques_to_hand_in(place_id) if payment.id in set(payment_ids)]
        if not chosen:
            raise Refused(NothingToHandIn())
        slip = _slip(place_id, "cheque", sum(payment.cents for payment in chosen), day=day, now=now, actor_id=actor_id)
        session.add_all(SlipLine(slip_id=slip.id, payment_id=payment.id) for payment in chosen)
        session.flush()
        return slip


def hand_in_cash(*, place_id: int, cents: int, day: date, now: datetime, actor_id: int | None = None) -> Slip:
    """So much of the drawer goes to the bank: never more than what is in it."""
    with transaction():
        lock(MONEY, place_id)
        if cents > (left := banking.cash_to_hand_in(place_id)):
            raise Refused(DrawerTooLow(left=Cents(left)))
        return _slip(place_id, "cash", cents, day=day, now=now, actor_id=actor_id)


def bank_has(slip_id: int, *, day: date, bank_line_id: int | None = None, now: datetime, actor_id: int | None = None) -> bool:
    """The bank credited a slip. Whether it was news."""
    with transaction() as session:
        slip = session.get_one(Slip, slip_id)
        lock(MONEY, slip.place_id)
        if any(other.id == slip_id and banked for other, banked in banking.slips(slip.place_id)):
            return False
        facts: dict[str, Any] = {
            "day": day,
            "bank_line_id": bank_line_id,
            "slip_id": slip_id,
            "piece": slip.number,
            "now": now,
            "actor_id": actor_id,
        }
        if slip.means == "cash":
            move("banked", place_id=slip.place_id, cents=slip.cents, debit="bank", credit="cash", **facts)
        for payment, _ in banking.cheques_of(slip_id):
            move("banked", payment=payment, cents=payment.cents, debit="bank", credit="in_transit", **facts)
        return True


def _slip(place_id: int, means: str, cents: int, *, day: date, now: datetime, actor_id: int | None) -> Slip:
    with transaction() as session:
        of_year = (Slip.place_id == place_id, sa.extract("year", Slip.made_on) == day.year)
        rank = 1 + (session.scalar(sa.select(sa.func.count()).select_from(Slip).where(*of_year)) or 0)
        slip = Slip(
            place_id=place_id, means=means, number=f"B{day.year}-{rank:03d}", made_on=day, cents=cents, created_at=now, actor_id=actor_id
        )
        session.add(slip)
        session.flush()
        journal.record("slip.made", slip.id, place_id=place_id, actor_id=actor_id, at=now, cents=cents, means=means)
        return slip
