"""Gestures of selling: a carnet, a coffee, a membership; giving, and giving up what is due."""

import uuid
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.billing.models import Article, Bill, Charge, Coupon, Lot, LotEntry, PassType
from app.billing.queries import bills as bill_queries
from app.billing.queries.bills import BillTo
from app.billing.queries.ledger import owed_on_tab
from app.billing.queries.tariffs import Asked, PriceList, price_list
from app.billing.rules import Coverage, own_price
from app.billing.rules.bills import AlreadyOnAnInvoice
from app.billing.rules.documents import Line, gross_of_net
from app.billing.rules.selling import (
    AlreadyMember,
    BillStillDrafted,
    NothingLeftToRefund,
    NotOnSale,
    months_later,
    reasons_tab_full,
    refund_cents,
)
from app.billing.rules.stock import UnknownQuantity
from app.billing.services import bills, invoicing
from app.billing.services.charges import charge, reverse
from app.billing.services.coupons import coupon_price, use_coupon
from app.billing.services.ledger import grant
from app.billing.services.payments import release_excess
from app.billing.services.stock import take_out
from app.core import journal
from app.core.db import db, lock, transaction
from app.core.money import half_up
from app.core.refusals import Refused
from app.members.models import Member, Membership
from app.place.models import Place

TURNS = 22  # the space of advisory locks where what goes on one person's tab takes turns


def sell_pass(*, pass_type_id: int, member_id: int, now: datetime, actor_id: int | None, on_tab: bool = False, coupon: str = "") -> Lot:
    """A carnet: its units now; VAT and revenue at the sale, on an invoice at once or (`on_tab`) on the month's.

    A single-purpose voucher: taxed when sold, using a ticket is no operation (BOI-TVA-CHAMP-10-10-40-50).
    """
    with transaction():
        lock(TURNS, member_id)
        kind, member = db.session.get_one(PassType, pass_type_id), db.session.get_one(Member, member_id)
        if not kind.on_sale:
            raise Refused(NotOnSale())
        place = db.session.get_one(Place, kind.place_id)
        day, prices = now.astimezone(place.tz).date(), price_list(place)
        cents = pass_price(prices, kind, group=member.tariff_group, on=day)
        rate_bp, label, full_cents = prices.rate("pass", day), kind.name, cents
        found: Coupon | None = None
        if coupon:
            found, cents = coupon_price(place_id=place.id, code=coupon, what=f"pass:{kind.code}", member_id=member_id, cents=cents, on=day)
            label = f"{kind.name} (code {found.code})"
        if on_tab:
            _refuse_full(place, member_id, gross_of_net(cents, rate_bp))
        lot = grant(
            place_id=place.id,
            member_id=member_id,
            unit=kind.unit,
            granted=kind.units,
            source="pass",
            scope=kind.scope,
            valid_from=day,
            valid_to=months_later(day, kind.months),
            now=now,
            actor_id=actor_id,
        )
        ref = _pass_ref(lot.id)
        if found is not None:
            use_coupon(coupon=found, member_id=member_id, ref=ref, off_cents=full_cents - cents, now=now)
        _charge(place, member, ref=ref, label=label, activity="pass", unit="pass", day=day, cents=cents, rate_bp=rate_bp, now=now)
        _tell("pass.sold", lot.id, place, member_id, actor_id, now, cents=cents)
        if cents and not on_tab:
            _invoice_now(place, member, ref, day=day, now=now, actor_id=actor_id)
        return lot


class PassRefund(NamedTuple):
    """What is left of a carnet, and what it comes to before and after VAT."""

    units: int
    net_cents: int
    gross_cents: int
    before: int  # units given back already


def pass_refund(lot: Lot, sale: Charge) -> PassRefund:
    """What would come back now. Of several refunds each is the difference of the running sum: together they are the price."""
    entries = sa.select(sa.func.coalesce(sa.func.sum(LotEntry.units), 0))
    before = -int(db.session.scalar(entries.where(LotEntry.lot_id == lot.id, LotEntry.kind == "grant", LotEntry.units < 0)) or 0)
    units, left = lot.granted + before, lot.granted - lot.used - lot.held
    given, now = (refund_cents(sale.cents, left=count, units=units) for count in (before, before + left))
    return PassRefund(left, now - given, gross_of_net(now, sale.rate_bp) - gross_of_net(given, sale.rate_bp), before)


def sale_of(lot_id: int) -> Charge | None:
    """The line that sold this carnet; none for a gift."""
    return db.session.scalars(sa.select(Charge).where(Charge.ref == _pass_ref(lot_id))).first()


def refund_pass(*, lot_id: int, reason: str, now: datetime, actor_id: int | None) -> int:
    """What is left of a carnet comes back: a credit note that cites the sale, or a line taken off the tab; cents before VAT."""
    with transaction():
        lot = db.session.get_one(Lot, lot_id, with_for_update=True, populate_existing=True)
        sale = sale_of(lot_id)
        left = lot.granted - lot.used - lot.held
        if sale is None or left <= 0:
            raise Refused(NothingLeftToRefund())
        back = pass_refund(lot, sale)
        taken = db.session.scalar(
            sa.update(Lot)
            .where(Lot.id == lot_id, Lot.granted - Lot.used - Lot.held == left)
            .values(granted=Lot.granted - left)
            .returning(Lot.id)
            .execution_options(synchronize_session=False)
        )
        if taken is None:
            raise Refused(NothingLeftToRefund())
        ref = f"{_pass_ref(lot_id)}:refund" + (f":{back.before}" if back.before else "")
        db.session.add(LotEntry(lot_id=lot_id, kind="grant", units=-left, ref=ref, at=now, actor_id=actor_id))
        _give_back(sale, ref, back.net_cents, reason=reason, now=now, actor_id=actor_id)
        place = db.session.get_one(Place, lot.place_id)
        _tell("pass.refunded", lot_id, place, sale.member_id, actor_id, now, cents=back.net_cents, units=left)
        return back.net_cents


def take_article(
    *,
    article_id: int,
    quantity_milli: int,
    member_id: int,
    now: datetime,
    actor_id: int | None,
    ref: str | None = None,
    is_staff: bool = False,
) -> int:
    """A coffee, some filament: on the tab, up to its caps; `is_staff` may go over them. `ref`: what it was used in, once.

    What it costs, in cents, taxes included.
    """
    if quantity_milli <= 0:
        raise Refused(UnknownQuantity())
    ref = ref or f"article:{uuid.uuid4().hex}"
    with transaction():
        lock(TURNS, member_id)
        article, member = db.session.get_one(Article, article_id), db.session.get_one(Member, member_id)
        place = db.session.get_one(Place, article.place_id)
        day, prices = now.astimezone(place.tz).date(), price_list(place)
        unit_cents = article_price(prices, article, group=member.tariff_group, on=day)
        cents, rate_bp = half_up(unit_cents * quantity_milli, 1000), prices.rate("article", day)
        if not is_staff:
            _refuse_full(place, member_id, gross_of_net(cents, rate_bp), is_article=True)
        if article.stock_milli is not None:
            take_out(article_id=article_id, milli=quantity_milli, ref=ref, actor_id=actor_id, now=now)
        _charge(
            place,
            member,
            ref=ref,
            label=article.name,
            activity="article",
            unit=article.unit,
            quantity_milli=quantity_milli,
            day=day,
            cents=cents,
            rate_bp=rate_bp,
            now=now,
        )
        _tell("article.taken", article_id, place, member_id, actor_id, now, cents=cents, quantity_milli=quantity_milli)
        return gross_of_net(cents, rate_bp)


def sell_membership(*, place_id: int, member_id: int, now: datetime, actor_id: int | None, on_tab: bool = False) -> Membership:
    """Adhésion of the civil year: its own document, since it is out of the scope of VAT."""
    with transaction():
        lock(TURNS, member_id)
        place, member = db.session.get_one(Place, place_id), db.session.get_one(Member, member_id)
        day = now.astimezone(place.tz).date()
        until = db.session.scalar(
            sa.select(sa.func.max(Membership.last_day)).where(Membership.member_id == member_id, Membership.place_id == place_id)
        )
        if until is not None and until >= day:
            raise Refused(AlreadyMember(until=until))
        row = Membership(place_id=place_id, member_id=member_id, first_day=day, last_day=day.replace(month=12, day=31))
        db.session.add(row)
        db.session.flush()
        cents = price_list(place).one(["membership"], "year", Asked(group=member.tariff_group, on=day)) or 0
        ref = f"membership:{row.id}"
        label = f"Adhésion {day:%Y}"
        _charge(place, member, ref=ref, label=label, activity="membership", unit="year", day=day, cents=cents, rate_bp=0, now=now)
        _tell("membership.sold", row.id, place, member_id, actor_id, now, cents=cents)
        if cents and not on_tab:
            _invoice_now(place, member, ref, day=day, now=now, actor_id=actor_id)
        return row


def give(
    *,
    place_id: int,
    member_id: int,
    unit: str,
    units: int,
    scope: str,
    valid_to: date | None,
    reason: str,
    now: datetime,
    actor_id: int | None,
) -> Lot:
    """A gift of half-days or minutes: it is worth nothing on any invoice, and the journal says why."""
    with transaction():
        place = db.session.get_one(Place, place_id)
        lot = grant(
            place_id=place_id,
            member_id=member_id,
            unit=unit,
            granted=units,
            source="free",
            scope=scope,
            valid_to=valid_to,
            now=now,
            actor_id=actor_id,
        )
        _tell("lot.given", lot.id, place, member_id, actor_id, now, units=units, unit=unit, reason=reason)
        return lot


def waive(*, charge_id: int, reason: str, now: datetime, actor_id: int | None) -> int:
    """A line of the tab is given up; cents before VAT. Once on an invoice, it takes a credit note."""
    with transaction():
        row = db.session.get_one(Charge, charge_id, with_for_update=True, populate_existing=True)
        if row.bill_id is not None:
            raise Refused(AlreadyOnAnInvoice())
        back = db.session.scalar(sa.select(sa.func.sum(Charge.cents)).where(Charge.ref.like(f"{row.ref}:%"))) or 0
        cents = row.cents + int(back)
        if cents <= 0:
            raise Refused(NothingLeftToRefund())
        reverse(row, f"{row.ref}:waived", cents, now=now)
        place = db.session.get_one(Place, row.place_id)
        _tell("charge.waived", row.id, place, row.member_id, actor_id, now, cents=cents, reason=reason)
        return cents


def pass_price(prices: PriceList, kind: PassType, *, group: str, on: date) -> int:
    """A carnet for a tariff group: its own price, else the carnet's less the group's discount."""
    own = prices.one([f"pass:{kind.code}"], "piece", Asked(group=group, on=on))
    return own_price(kind.cents, is_own=False, discount_percent=prices.discounts.get(group, 0)) if own is None else own


def article_price(prices: PriceList, article: Article, *, group: str, on: date) -> int:
    """One unit of an article for a tariff group: its own price there, else the article's, which no discount lowers."""
    own = prices.one([f"article:{article.code}"], "piece", Asked(group=group, on=on))
    return article.cents if own is None else own


def _pass_ref(lot_id: int) -> str:
    return f"pass:{lot_id}"


def _refuse_full(place: Place, member_id: int, gross_cents: int, *, is_article: bool = False) -> None:
    reasons = list(
        reasons_tab_full(
            gross_cents,
            open_cents=owed_on_tab(member_id),
            cap_cents=place.tab_cap_cents,
            articles_cents=bill_queries.open_articles(member_id) if is_article else None,
            articles_cap=place.articles_cap_cents,
        )
    )
    if reasons:
        raise Refused(*reasons)


def _charge(
    place: Place,
    member: Member,
    *,
    ref: str,
    label: str,
    activity: str,
    unit: str,
    day: date,
    cents: int,
    rate_bp: int,
    now: datetime,
    quantity_milli: int = 1000,
) -> None:
    charge(
        Coverage((), gross_of_net(cents, rate_bp), cents, rate_bp),
        place_id=place.id,
        member_id=member.id,
        organisation_id=None,
        ref=ref,
        label=label,
        used_on=day,
        worth_cents=cents,
        activity=activity,
        quantity_milli=quantity_milli,
        unit=unit,
        now=now,
    )


def _invoice_now(place: Place, member: Member, ref: str, *, day: date, now: datetime, actor_id: int | None) -> None:
    charge_id = db.session.scalars(sa.select(Charge.id).where(Charge.ref == ref)).one()
    made = bills.bill_payer(
        place,
        BillTo(member_id=member.id),
        until=day,
        origin=ref,
        now=now,
        only=lambda item: item.charge_id == charge_id,
        actor_id=actor_id,
    )
    for bill in made:
        bills.issue_bill(bill, now=now, actor_id=actor_id)


def _give_back(sale: Charge, ref: str, cents: int, *, reason: str, now: datetime, actor_id: int | None) -> None:
    """Off the tab while no bill took it; else a credit note of the invoice that sold it."""
    bill = db.session.get(Bill, sale.bill_id) if sale.bill_id is not None else None
    if bill is None:
        reverse(sale, ref, cents, now=now)
        return
    if bill.invoice_id is None:
        raise Refused(BillStillDrafted())
    line = Line(
        label=sale.label,
        quantity_milli=1000,
        unit="piece",
        unit_cents=cents,
        rate_bp=sale.rate_bp,
        category=_category(bill.invoice_id, sale),
        activity=sale.activity,
    )
    if cents:
        invoicing.credit(bill.invoice_id, lines=[line], reason=reason, now=now, actor_id=actor_id)
        release_excess(bill.invoice_id, now=now, actor_id=actor_id)


def _category(invoice_id: int, sale: Charge) -> str:
    """As the invoice taxed it, whatever the lieu's regime has become."""
    lines: list[dict[str, Any]] = bill_queries.lines_said(invoice_id)
    return str(next(line["category"] for line in lines if line["label"] == sale.label and line["rate_bp"] == sale.rate_bp))


def _tell(event: str, subject_id: int, place: Place, member_id: int, actor_id: int | None, now: datetime, **facts: Any) -> None:
    journal.record(event, subject_id, place_id=place.id, actor_id=actor_id, member_id=member_id, at=now, **facts)
