"""The demonstration's money: a month billed and nearly all paid, carnets sold; the month after it is there to bill."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.billing import services as billing
from app.billing.models import Invoice, PassType
from app.billing.rules.payments import Payer
from app.billing.services import bills, selling
from app.core.db import db
from app.core.period import at
from app.members.models import Member
from app.place.models import Place

NOON = 12 * 60  # minutes
BILLED_ON = 2  # of the month that follows
PAID_AFTER = timedelta(days=9)
SOLD_BEFORE = timedelta(days=20)  # after the month was billed, whatever the day: the dates of bills only grow
OLD_TICKETS_LAST = timedelta(days=260)
PAID_OTHERWISE = {"Léa Marchand": "cheque", "Émilie Carpentier": "cash"}  # the rest by transfer
FORGETS = "Gaëtan Leroux"


def month_before(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def bill_a_month(place: Place, people: Mapping[str, Member], *, now: datetime) -> None:
    """The plans of the month before last, billed on the 2nd of last month, then paid, but for one who forgets."""
    last_month = month_before(now.astimezone(place.tz).date())
    billed_at = at(last_month.replace(day=BILLED_ON), NOON, place.tz)
    run = bills.start_run(place, month_before(last_month), aim="invoices", now=billed_at, actor_id=people["Inès Caron"].id)
    bills.go_on(run.id, now=billed_at)
    _pay_what_was_issued(place, people, billed_at=billed_at, paid_at=billed_at + PAID_AFTER)


def sell_passes(place: Place, people: Mapping[str, Member], wanted: Sequence[tuple[str, str, str, int]], *, now: datetime) -> None:
    """What they hold today, each a name, a unit, a scope and how many: carnets of three weeks ago, paid on the day, then older tickets."""
    sold_at = now - SOLD_BEFORE
    kinds = db.session.scalars(sa.select(PassType).where(PassType.place_id == place.id, PassType.on_sale).order_by(PassType.id)).all()
    for name, unit, scope, units in wanted:
        member, left = people[name], units
        for kind in kinds:
            while (kind.unit, kind.scope) == (unit, scope) and left >= kind.units:
                selling.sell_pass(pass_type_id=kind.id, member_id=member.id, now=sold_at, actor_id=member.id)
                left -= kind.units
        if left:
            billing.grant(
                place_id=place.id,
                member_id=member.id,
                unit=unit,
                scope=scope,
                granted=left,
                source="pass",
                valid_to=sold_at.astimezone(place.tz).date() + OLD_TICKETS_LAST,
                now=now,
            )
    _pay_what_was_issued(place, people, billed_at=sold_at, paid_at=sold_at)


def _pay_what_was_issued(place: Place, people: Mapping[str, Member], *, billed_at: datetime, paid_at: datetime) -> None:
    names = {member.id: name for name, member in people.items()}
    issued = sa.select(Invoice).where(Invoice.place_id == place.id, Invoice.issued_at == billed_at).order_by(Invoice.id)
    for invoice in db.session.scalars(issued).all():
        name = names[invoice.member_id or 0]
        if name != FORGETS:
            billing.record_payment(
                place_id=place.id,
                payer=Payer(member_id=invoice.member_id),
                means=PAID_OTHERWISE.get(name, "transfer"),
                cents=invoice.gross_cents,
                received_on=paid_at.astimezone(place.tz).date(),
                invoice_ids=[invoice.id],
                now=paid_at,
                actor_id=people["Inès Caron"].id,
            )
