"""What each payer would be billed: the bill itself, its preview and « Mon compte » ask it here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.billing.models import Bill, Charge, Draft, Invoice, Run
from app.billing.queries.invoices import regime_on
from app.billing.queries.subscriptions import Held, charged_for, due_of, plan_names, subscriptions_in, subscriptions_paid_by
from app.billing.rules import DAY, Due, Stretch, cycle_of
from app.billing.rules.bills import Item, lines_of, share_label, split
from app.billing.rules.documents import Line, Totals, gross_of_net, totals
from app.billing.rules.legal import Regime
from app.core.db import db
from app.members.models import Member, Membership, Organisation
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class BillTo:
    """A person, or an organisation for several."""

    member_id: int | None = None
    organisation_id: int | None = None

    @property
    def key(self) -> str:
        return f"organisation:{self.organisation_id}" if self.organisation_id is not None else f"member:{self.member_id}"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a document would hold."""

    items: tuple[Item, ...]
    lines: tuple[Line, ...]

    @property
    def totals(self) -> Totals:
        return totals(self.lines)


def foreseen(place: Place, payer: BillTo, *, until: date, only: Callable[[Item], bool] | None = None) -> list[Foreseen]:
    """The documents that this payer would get for what is over by this day; a membership has its own. `only`: of these items."""
    items = [item for item in items_of(place, payer, until=until) if only is None or only(item)]
    parts = split(items)
    return [Foreseen(tuple(part), tuple(lines_of(part, is_named=payer.organisation_id is not None))) for part in parts]


def items_of(place: Place, payer: BillTo, *, until: date) -> list[Item]:
    """Everything that no bill has taken yet, and what is due of each subscription. `until` is a month's last day."""
    regime = regime_on(place, until)
    return [*_charges(place, payer, until=until, regime=regime), *dues_of(place, payer, until=until)]


def dues_of(place: Place, payer: BillTo, *, until: date) -> list[Item]:
    """Of each subscription, every cycle over by this day, less what was charged for it already."""
    mine = subscriptions_paid_by(place.id, member_id=payer.member_id, organisation_id=payer.organisation_id, until=until)
    charged, names, people = charged_for([held.root_id for held in mine]), plan_names(place.id), _names(held.member_id for held in mine)
    regime = regime_on(place, until)
    items = []
    for held in mine:
        for one in due_of(held, until=until, charged=charged.get(held.root_id, ())):
            items.append(due_item(one, held, name=names[one.plan_id], member_name=people[held.member_id], regime=regime))
    return items


def due_item(one: Due, held: Held, *, name: str, member_name: str, regime: Regime) -> Item:
    tax = regime.tax_of("plan")
    is_whole = one.days == one.cycle.days
    return Item(
        label=share_label(name, one.days, one.cycle.days),
        activity="plan",
        category=tax.category,
        rate_bp=tax.rate_bp,
        cents=one.cents,
        first=one.first,
        last=one.last,
        unit="month" if is_whole else "piece",
        member_id=held.member_id,
        member_name=member_name,
        subscription_id=one.row_id,
        cycle_first=one.cycle.first,
        organisation_id=held.organisation_id,
    )


def preview(place: Place, held: Held, after: Iterable[Stretch], *, on: date) -> tuple[Foreseen, Foreseen]:
    """What a change would put on the bill of the cycle of this day, and on the next one: asked of what the bill asks."""
    cycle = cycle_of(on, held.anchor_day)
    following = cycle_of(cycle.last + DAY, held.anchor_day)
    charged = charged_for([held.root_id]).get(held.root_id, [])
    listed, names, regime = list(after), plan_names(place.id), regime_on(place, on)
    found = []
    for one in due_of(held, until=following.last, charged=charged, stretches=listed):
        found.append(due_item(one, held, name=names[one.plan_id], member_name="", regime=regime))
    this, later = ([i for i in found if i.cycle_first != following.first], [i for i in found if i.cycle_first == following.first])
    first, second = (Foreseen(tuple(part), tuple(lines_of(part, is_named=False))) for part in (this, later))
    return first, second


def membership_until(place_id: int, member_id: int) -> date | None:
    """The last day of somebody's adhésion."""
    return db.session.scalar(
        sa.select(sa.func.max(Membership.last_day)).where(Membership.place_id == place_id, Membership.member_id == member_id)
    )


def payers(place: Place, *, until: date) -> list[BillTo]:
    """Whoever has something to pay, open by this day, people first. What a formula or a pass covered asks for no invoice."""
    found = {
        BillTo(None if organisation_id else member_id, organisation_id)
        for member_id, organisation_id in db.session.execute(
            sa.select(Charge.member_id, Charge.organisation_id)
            .where(Charge.place_id == place.id, Charge.bill_id.is_(None), Charge.used_on <= until, Charge.cents != 0)
            .distinct()
        )
    }
    held_here = subscriptions_in(place.id, until=until)
    charged = charged_for([held.root_id for held in held_here])
    for held in held_here:
        payer = BillTo(None if held.organisation_id else held.member_id, held.organisation_id)
        if payer not in found and due_of(held, until=until, charged=charged.get(held.root_id, ())):
            found.add(payer)
    return sorted(found, key=lambda payer: (payer.organisation_id or 0, payer.member_id or 0))


def run_of(place_id: int, month: date) -> Run | None:
    return db.session.scalars(
        sa.select(Run).where(Run.place_id == place_id, Run.month == month).execution_options(populate_existing=True)
    ).first()


def runs(place_id: int) -> list[Run]:
    return list(db.session.scalars(sa.select(Run).where(Run.place_id == place_id).order_by(Run.month.desc())))


def issued_by(place_id: int) -> dict[int, int]:
    """How many documents each run has issued."""
    rows = sa.select(Bill.run_id, sa.func.count(Bill.id)).join(Run, Run.id == Bill.run_id)
    issued = rows.where(Run.place_id == place_id, Bill.invoice_id.is_not(None)).group_by(Bill.run_id)
    return {run_id: count for run_id, count in db.session.execute(issued) if run_id is not None}


def drafts_left(run_id: int) -> int:
    """Drafts of a month that nobody has issued nor given up."""
    return db.session.scalar(sa.select(sa.func.count(Bill.id)).where(Bill.run_id == run_id, Bill.state == "drafted")) or 0


def bills_of(run_id: int) -> list[Bill]:
    return list(db.session.scalars(sa.select(Bill).where(Bill.run_id == run_id).order_by(Bill.id)))


def open_charges(place_id: int, member_id: int) -> list[Charge]:
    """What no bill has taken yet of somebody's uses, whoever pays, the last first."""
    mine = (Charge.place_id == place_id, Charge.member_id == member_id, Charge.bill_id.is_(None))
    return list(db.session.scalars(sa.select(Charge).where(*mine).order_by(Charge.used_on.desc(), Charge.id.desc()).limit(500)))


def numbers(invoice_ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    """Number and total of each invoice."""
    rows = db.session.execute(sa.select(Invoice.id, Invoice.number, Invoice.gross_cents).where(Invoice.id.in_(list(invoice_ids))))
    return {row.id: (row.number, row.gross_cents) for row in rows}


def drafted(draft_ids: Iterable[int]) -> dict[int, int]:
    """What each draft would ask, taxes included."""
    rows = db.session.execute(sa.select(Draft.id, Draft.lines).where(Draft.id.in_(list(draft_ids))))
    return {row.id: totals([Line.read(line) for line in row.lines]).gross_cents for row in rows}


def lines_said(invoice_id: int) -> list[dict[str, Any]]:
    """The lines of an invoice, as it froze them."""
    lines: list[dict[str, Any]] = db.session.get_one(Invoice, invoice_id).said["lines"]
    return lines


def open_articles(member_id: int) -> int:
    """What coffees and other articles take of somebody's tab, taxes included."""
    rows = db.session.execute(
        sa.select(Charge.rate_bp, sa.func.sum(Charge.cents))
        .where(Charge.member_id == member_id, Charge.bill_id.is_(None), Charge.activity == "article")
        .group_by(Charge.rate_bp)
    )
    return sum(gross_of_net(int(cents), rate_bp) for rate_bp, cents in rows)


def payer_names(who: Iterable[BillTo]) -> dict[BillTo, str]:
    listed = list(who)
    members = _names(payer.member_id for payer in listed if payer.member_id)
    ids = {payer.organisation_id for payer in listed if payer.organisation_id}
    organisations = dict(db.session.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))).all())
    return {
        payer: organisations.get(payer.organisation_id, "") if payer.organisation_id else members.get(payer.member_id or 0, "")
        for payer in listed
    }


def _charges(place: Place, payer: BillTo, *, until: date, regime: Regime) -> list[Item]:
    mine = (
        (Charge.organisation_id == payer.organisation_id,)
        if payer.organisation_id is not None
        else (Charge.member_id == payer.member_id, Charge.organisation_id.is_(None))
    )
    rows = db.session.execute(
        sa.select(Charge, Member.name)
        .join(Member, Member.id == Charge.member_id)
        .where(Charge.place_id == place.id, Charge.bill_id.is_(None), Charge.used_on <= until, *mine)
        .order_by(Charge.used_on, Charge.id)
    )
    return [_item(charge, name, regime) for charge, name in rows]


def _item(charge: Charge, name: str, regime: Regime) -> Item:
    item = Item(
        label=charge.label,
        activity=charge.activity or "other",
        category="S" if charge.rate_bp else regime.tax_of(charge.activity or "other").category,
        rate_bp=charge.rate_bp,
        cents=charge.cents,
        first=charge.used_on,
        last=charge.used_on,
        quantity_milli=charge.quantity_milli,
        unit=charge.unit,
        member_id=charge.member_id,
        member_name=name,
        charge_id=charge.id,
        subscription_id=charge.subscription_id,
    )
    return replace(item, first=charge.cycle_first or charge.used_on) if charge.subscription_id else item


def _names(ids: Iterable[int | None]) -> Mapping[int, str]:
    return dict(db.session.execute(sa.select(Member.id, Member.name).where(Member.id.in_(set(ids)))).all())
