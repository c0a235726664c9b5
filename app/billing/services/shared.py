"""What a group is given each month to share: one lot a month, ended with the group."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app.billing.models import Lot, LotEntry
from app.billing.queries.shared import shared_lots
from app.billing.rules import month_of
from app.billing.services.ledger import grant
from app.core import journal
from app.core.db import db, lock, transaction

TURNS = 57  # the space of locks: the lots of one group


def share_monthly(
    *, place_id: int, group_id: int, unit: str, scope: str, units: int, first: date, last: date, today: date, now: datetime, actor_id: int
) -> None:
    """So many units each month until a day, for all the people of a group together; none: no more. What is used or held stays.

    Months gone by do not change. Whoever is not in the group on the day of use has nothing of it.
    """
    with transaction() as session:
        lock(TURNS, group_id)
        known = {str(lot.origin): lot for lot in shared_lots(group_id, place_id, locked=True) if (lot.unit, lot.scope) == (unit, scope)}
        wanted = {}
        for month_first, month_last in _months(max(first, today), last):
            origin = f"group:{group_id}:{unit}:{scope}:{month_first:%Y-%m}"
            wanted[origin] = (max(month_first, first), min(month_last, last))
        for origin, (since, until) in wanted.items():
            if origin in known:
                known[origin].valid_to = until
                _change(known[origin], units, now=now, actor_id=actor_id)
            elif units:
                grant(
                    place_id=place_id, group_id=group_id, unit=unit, scope=scope, granted=units, source="free", origin=origin,
                    valid_from=since, valid_to=until, now=now, actor_id=actor_id,
                )  # fmt: skip
        for origin, lot in known.items():
            if origin not in wanted and lot.valid_from is not None and lot.valid_from > last:
                _change(lot, 0, now=now, actor_id=actor_id)
        session.flush()
        journal.record("group.shared", group_id, place_id=place_id, actor_id=actor_id, at=now, unit=unit, scope=scope, units=units)


def share_until(*, place_id: int, group_id: int, before: date, last: date, today: date, now: datetime, actor_id: int) -> None:
    """The group now lasts until another day than `before`: what it was given each month until then follows."""
    with transaction():
        given: dict[tuple[str, str], list[Lot]] = {}
        for lot in shared_lots(group_id, place_id):
            if lot.valid_from is None or lot.valid_from <= before:  # what lies beyond was taken back by a change before this one
                given.setdefault((lot.unit, lot.scope), []).append(lot)
        for (unit, scope), lots in given.items():
            first = lots[0].valid_from or today
            share_monthly(
                place_id=place_id, group_id=group_id, unit=unit, scope=scope, units=lots[-1].granted, first=first, last=last, today=today,
                now=now, actor_id=actor_id,
            )  # fmt: skip


def _change(lot: Lot, units: int, *, now: datetime, actor_id: int) -> None:
    difference = max(units, lot.used + lot.held) - lot.granted
    if difference:
        lot.granted += difference
        db.session.add(LotEntry(lot_id=lot.id, kind="grant", units=difference, ref=f"lot:{lot.id}", at=now, actor_id=actor_id))


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        month_first, month_last = month_of(first)
        yield month_first, month_last
        first = month_last + timedelta(days=1)
