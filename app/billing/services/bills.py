"""The bill of one payer, and the month's run of all of them: done once, whoever asks, however often, whatever stops it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Bill, Charge, Draft, Run
from app.billing.queries import bills as queries
from app.billing.queries.bills import BillTo, Foreseen
from app.billing.rules import cycle_of
from app.billing.rules.bills import Item
from app.billing.rules.payments import Payer
from app.billing.services import invoicing
from app.billing.services.payments import use_credit
from app.core import journal
from app.core.db import db, insert_unless_there, lock, table, transaction
from app.place.models import Place

_CHARGE = table(Charge)
TURNS = 21  # the space of advisory locks where the bills of a lieu are put together one at a time


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a run has come."""

    bills: int
    drafted: int  # wait to be read and issued
    issued: int
    expected: int

    @property
    def settled(self) -> int:
        """Issued, or without anything to pay."""
        return self.bills - self.drafted

    @property
    def is_over(self) -> bool:
        return self.bills >= self.expected


def bill_payer(
    place: Place,
    payer: BillTo,
    *,
    until: date,
    origin: str,
    now: datetime,
    run_id: int | None = None,
    only: Callable[[Item], bool] | None = None,
    actor_id: int | None = None,
) -> list[Bill]:
    """Drafts of what this payer owes by this day, one for each document; asked again with the same origin, the same ones.

    What comes to zero is settled without a document; what is in the payer's favour waits for the next bill.
    """
    with transaction():
        lock(TURNS, place.id)
        made = []
        for found in queries.foreseen(place, payer, until=until, only=only):
            name = f"{origin}:membership" if found.items[0].activity == "membership" else origin
            new = _of_origin(name) or _bill(place, payer, found, until=until, origin=name, run_id=run_id, now=now, actor_id=actor_id)
            if new is not None:
                made.append(new)
        return made


def issue_bill(bill: Bill, *, now: datetime, actor_id: int | None = None) -> Bill:
    """The draft of a bill becomes its invoice."""
    with transaction():
        if bill.state == "drafted" and bill.draft_id is not None:
            invoice = invoicing.issue(bill.draft_id, now=now, actor_id=actor_id)
            bill.invoice_id, bill.state = invoice.id, "issued"
            db.session.flush()
            use_credit(invoice.id, now=now, actor_id=actor_id)
        return bill


def withdraw(bill_id: int, *, now: datetime, actor_id: int | None = None) -> None:
    """Give a bill's draft up: what it had taken is open again."""
    with transaction():
        bill = db.session.get_one(Bill, bill_id, with_for_update=True)
        if bill.state == "drafted" and bill.draft_id is not None:
            invoicing.discard(bill.draft_id, now=now, actor_id=actor_id)
            _free(bill)


def _free(bill: Bill) -> None:
    """Take the mark of a bill off its charges, and forget it."""
    db.session.execute(sa.update(_CHARGE).where(_CHARGE.c.bill_id == bill.id).values(bill_id=None))
    db.session.delete(bill)
    db.session.flush()


# ---------------------------------------------------------------- the month's run


def start_run(place: Place, month: date, *, aim: str, now: datetime, actor_id: int | None = None) -> Run:
    """Ask for a month to be billed. Asked again: the same run, which may now go as far as the invoices."""
    month = month.replace(day=1)
    with transaction():
        row = {"place_id": place.id, "month": month, "aim": aim, "payers": 0, "actor_id": actor_id, "started_at": now}
        made = db.session.scalar(insert_unless_there(Run).values(row).returning(Run.id))
        run = queries.run_of(place.id, month)
        assert run is not None
        if made is None and aim == "invoices":
            run.aim = aim
        run.finished_at = None
        _free_what_was_abandoned(run)
        run.payers = _expected(place, run)
        db.session.flush()
        journal.record("run.started", run.id, place_id=place.id, actor_id=actor_id, at=now, month=f"{month:%Y-%m}", aim=aim)
        return run


def go_on(run_id: int, *, now: datetime, most: int | None = None) -> Outcome:
    """Bill some more payers of a run, each in a transaction of its own, then issue; how far it has come."""
    run = db.session.get_one(Run, run_id, populate_existing=True)
    place = db.session.get_one(Place, run.place_id)
    until, done = cycle_of(run.month).last, 0
    for payer in _to_bill(place, run):
        if most is not None and done >= most:
            return _outcome(run)
        made = bill_payer(place, payer, until=until, origin=_origin(run, payer), run_id=run.id, now=now, actor_id=run.actor_id)
        done += len(made)
    if run.drafted_at is None:
        with transaction():
            run.drafted_at = now
    if run.aim == "invoices":
        for bill in queries.bills_of(run.id):
            if bill.state != "drafted":
                continue
            if most is not None and done >= most:
                return _outcome(run)
            issue_bill(bill, now=now, actor_id=run.actor_id)
            done += 1
    _finish(run, now=now)
    return _outcome(run)


def go_on_with_runs(*, now: datetime) -> int:
    """The worker's share: what runs were asked for from a page, a few bills at a time."""
    due = sa.select(Run.id).where(Run.finished_at.is_(None)).order_by(Run.id)
    worked = 0
    for run_id in db.session.scalars(due).all():
        before = outcome_of(run_id)
        after = go_on(run_id, now=now, most=AT_ONCE)
        worked += (after.bills - before.bills) + (after.issued - before.issued)
    return worked


AT_ONCE = 10  # bills made between two looks at the other work


def outcome_of(run_id: int) -> Outcome:
    return _outcome(db.session.get_one(Run, run_id, populate_existing=True))


def dry_run(place: Place, month: date) -> list[tuple[BillTo, Foreseen]]:
    """What a run would bill; nothing is written."""
    until = cycle_of(month).last
    found = []
    for payer in queries.payers(place, until=until):
        found += [(payer, one) for one in queries.foreseen(place, payer, until=until) if one.totals.gross_cents > 0]
    return found


def _to_bill(place: Place, run: Run) -> list[BillTo]:
    """Who has something open and no bill of this run yet; a draft that somebody abandoned is made again."""
    until = cycle_of(run.month).last
    has = {bill.origin for bill in queries.bills_of(run.id)}
    return [payer for payer in queries.payers(place, until=until) if not {_origin(run, payer), f"{_origin(run, payer)}:membership"} & has]


def _expected(place: Place, run: Run) -> int:
    return len(queries.bills_of(run.id)) + len(_to_bill(place, run))


def _origin(run: Run, payer: BillTo) -> str:
    return f"run:{run.place_id}:{run.month:%Y-%m}:{payer.key}"


def _finish(run: Run, *, now: datetime) -> None:
    with transaction():
        run.payers = len(queries.bills_of(run.id))
        run.finished_at = now
        journal.record(
            "run.finished", run.id, place_id=run.place_id, actor_id=run.actor_id, at=now, month=f"{run.month:%Y-%m}", bills=run.payers
        )


def _outcome(run: Run) -> Outcome:
    states = [bill.state for bill in queries.bills_of(run.id)]
    return Outcome(len(states), states.count("drafted"), states.count("issued"), max(run.payers, len(states)))


# ---------------------------------------------------------------- one bill


def _bill(
    place: Place,
    payer: BillTo,
    found: Foreseen,
    *,
    until: date,
    origin: str,
    run_id: int | None,
    now: datetime,
    actor_id: int | None,
) -> Bill | None:
    gross = found.totals.gross_cents
    if gross < 0:
        return None
    row = {
        "place_id": place.id,
        "run_id": run_id,
        "origin": origin,
        "member_id": payer.member_id,
        "organisation_id": payer.organisation_id,
        "state": "drafted" if gross else "nothing",
        "created_at": now,
    }
    made = db.session.scalar(insert_unless_there(Bill).values(row).returning(Bill.id))
    if made is None:
        return _of_origin(origin)
    bill = db.session.get_one(Bill, made)
    _take(bill, [*_written(place, found.items, now=now)])
    if gross:
        draft = invoicing.draft(
            place_id=place.id,
            payer=Payer(payer.member_id, payer.organisation_id),
            lines=list(found.lines),
            period=_period(found.items, until),
            origin=origin,
            now=now,
            actor_id=actor_id,
        )
        bill.draft_id = draft.id
        db.session.flush()
    return bill


def _written(place: Place, items: Iterable[Item], *, now: datetime) -> Iterable[int]:
    """The charges of these items; those of a subscription's cycle are written now, once: `ref` names the stretch, the cycle, the turn."""
    for item in items:
        yield item.charge_id if item.charge_id is not None else _write_due(place, item, now=now)


def _write_due(place: Place, item: Item, *, now: datetime) -> int:
    assert item.subscription_id is not None and item.cycle_first is not None and item.member_id is not None
    mine = (Charge.subscription_id == item.subscription_id, Charge.cycle_first == item.cycle_first)
    turn = int(db.session.scalar(sa.select(sa.func.count(Charge.id)).where(*mine)) or 0)
    ref = f"subscription:{item.subscription_id}:{item.cycle_first:%Y-%m-%d}" + (f":{turn}" if turn else "")
    charge = Charge(
        place_id=place.id,
        ref=ref,
        member_id=item.member_id,
        organisation_id=item.organisation_id,
        label=item.label,
        used_on=item.last,
        worth_cents=item.cents,
        cents=item.cents,
        rate_bp=item.rate_bp,
        activity="plan",
        quantity_milli=item.quantity_milli,
        unit=item.unit,
        subscription_id=item.subscription_id,
        cycle_first=item.cycle_first,
        covered_by=[],
        created_at=now,
    )
    db.session.add(charge)
    db.session.flush()
    return charge.id


class ChargesMoved(Exception):
    """A charge was already on another bill: the lieu's turn was not kept. Nothing of this bill stays."""


def _take(bill: Bill, charge_ids: Sequence[int]) -> None:
    """Mark the charges as this bill's: each goes on one bill only."""
    taken = db.session.execute(
        sa.update(_CHARGE).where(_CHARGE.c.id.in_(charge_ids), _CHARGE.c.bill_id.is_(None)).values(bill_id=bill.id).returning(_CHARGE.c.id)
    ).all()
    if len(taken) != len(set(charge_ids)):
        raise ChargesMoved


def _period(items: Sequence[Item], until: date) -> tuple[date, date]:
    return min([item.first for item in items] + [until.replace(day=1)]), max([item.last for item in items] + [until])


def _of_origin(origin: str) -> Bill | None:
    return db.session.scalars(sa.select(Bill).where(Bill.origin == origin).execution_options(populate_existing=True)).first()


def _free_what_was_abandoned(run: Run) -> None:
    """Drafts that were given up on the drafts' page: what they took is to be billed again."""
    gone = sa.select(Bill).join(Draft, Draft.id == Bill.draft_id).where(Bill.run_id == run.id, Draft.discarded_at.is_not(None))
    for bill in db.session.scalars(gone):
        _free(bill)
