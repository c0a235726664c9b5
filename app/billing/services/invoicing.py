"""Bills: a draft that may change, then an invoice that never does."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Counter, Draft, Invoice
from app.billing.rules import invoices as rules
from app.billing.rules.documents import (
    Line,
    Tax,
    credited_by_gross,
    credited_by_lines,
    left_of,
    reasons_bill,
    reasons_credit,
    totals,
    turned,
)
from app.billing.rules.legal import Regime
from app.billing.rules.payments import Payer
from app.billing.services.payments import release_excess
from app.core import journal
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Cents, Reason, Refused
from app.place.models import Place

CHAIN = 51  # the space of locks: one lieu issues one bill at a time


class Credit(NamedTuple):
    """What a credit note would give back: its lines and its VAT, as positive amounts."""

    lines: list[Line]
    taxes: tuple[Tax, ...]

    @property
    def net_cents(self) -> int:
        return sum(tax.net for tax in self.taxes)

    @property
    def vat_cents(self) -> int:
        return sum(tax.vat for tax in self.taxes)

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


# ---------------------------------------------------------------- drafts


def draft(
    *,
    place_id: int,
    payer: Payer,
    lines: Sequence[Line],
    kind: str = rules.INVOICE,
    period: tuple[date, date] | None = None,
    origin: str | None = None,
    cites: Sequence[int] = (),
    prepaid_cents: int = 0,
    delivery: dict[str, str] | None = None,
    now: datetime,
    actor_id: int | None = None,
) -> Draft:
    """What will be an invoice. The same origin twice gives the same draft, issued or not; a discarded one lets another come."""
    _refuse(*_reasons(payer, lines))
    with transaction() as session:
        found = session.scalar(_of_origin(origin)) if origin else None
        if found is None:
            row = {
                "place_id": place_id,
                "kind": kind,
                "member_id": payer.member_id,
                "organisation_id": payer.organisation_id,
                "origin": origin,
                "lines": [line.written() for line in lines],
                "period_first": period[0] if period else None,
                "period_last": period[1] if period else None,
                "cites": list(cites),
                "prepaid_cents": prepaid_cents,
                "delivery": delivery,
                "created_at": now,
            }
            made = session.scalar(insert_unless_there(Draft).values(row).returning(Draft.id))
            found = session.get_one(Draft, made) if made else session.scalars(_of_origin(origin)).one()
            if made:
                journal.record("draft.made", found.id, place_id=place_id, actor_id=actor_id, member_id=payer.member_id, at=now)
        return found


def take_off(advances: Sequence[Invoice], payer: Payer, *, lines: Sequence[Line]) -> int:
    """What a final invoice of these lines takes off: what is left of its advances, and never more than it comes to."""
    if any((one.member_id, one.organisation_id) != payer for one in advances):
        raise Refused(rules.AdvanceOfSomeoneElse())
    left = queries.advances_left(advances)
    if advances and left <= 0:
        raise Refused(rules.AdvanceTakenOff(left=Cents(0)))
    return min(left, totals(lines).gross_cents)


def change_draft(
    draft_id: int,
    *,
    lines: Sequence[Line],
    period: tuple[date, date] | None = None,
    delivery: dict[str, str] | None = None,
    now: datetime,
    actor_id: int | None = None,
) -> Draft:
    """Correct a draft: as long as it has no number, everything may change."""
    with transaction() as session:
        row = _open_draft(draft_id)
        _refuse(*_reasons(Payer(row.member_id, row.organisation_id), lines))
        row.lines = [line.written() for line in lines]
        row.period_first, row.period_last = period or (None, None)
        row.delivery = delivery
        row.changed_at = now
        session.flush()
        journal.record("draft.changed", row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
        return row


def discard(draft_id: int, *, now: datetime, actor_id: int | None = None) -> Draft:
    """Give a draft up. Its origin is free again: what it billed may go on another one."""
    with transaction() as session:
        row = _open_draft(draft_id)
        row.discarded_at, row.origin = now, None
        session.flush()
        journal.record("draft.discarded", row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
        return row


# ---------------------------------------------------------------- issued


def issue(draft_id: int, *, now: datetime, actor_id: int | None = None) -> Invoice:
    """Give a draft its number, its date and its place in the chain, for ever. Asked twice: the same invoice."""
    with transaction() as session:
        row = session.get_one(Draft, draft_id, with_for_update=True, populate_existing=True)
        if row.invoice_id is not None:
            return session.get_one(Invoice, row.invoice_id)
        if row.discarded_at is not None:
            raise Refused(rules.AlreadyDiscarded())
        place = session.get_one(Place, row.place_id)
        lock(CHAIN, place.id)  # before looking at what its advances still are
        _refuse(*_reasons_advances(row))
        made = _append(place, kind=row.kind, payer=Payer(row.member_id, row.organisation_id), now=now, said=prepared(row, place, now=now))
        row.invoice_id = made.id
        session.flush()
        _tell("invoice.issued", made, actor_id=actor_id, now=now)
        return made


def _reasons_advances(row: Draft) -> Iterator[Reason]:
    """What a final invoice takes off is still there to be taken off, and no more than what it comes to."""
    if row.prepaid_cents:
        advances = [db.session.get_one(Invoice, invoice_id) for invoice_id in row.cites]
        left = queries.advances_left(advances, but_draft=row.id)
        yield from rules.reasons_advances(
            row.prepaid_cents, left_cents=left, gross_cents=totals(Line.read(line) for line in row.lines).gross_cents
        )


def prepared(row: Draft, place: Place, *, now: datetime) -> dict[str, Any]:
    """What the invoice of this draft would say if it were issued now."""
    advances = [db.session.get_one(Invoice, invoice_id) for invoice_id in row.cites]
    return _content(
        place,
        kind=row.kind,
        payer=Payer(row.member_id, row.organisation_id),
        lines=[Line.read(line) for line in row.lines],
        period=(row.period_first, row.period_last) if row.period_first and row.period_last else None,
        cites=advances,
        prepaid_cents=row.prepaid_cents,
        delivery=row.delivery,
        now=now,
    )


def credit(
    invoice_id: int,
    *,
    lines: Sequence[Line] | None = None,
    gross_cents: int | None = None,
    reason: str,
    now: datetime,
    actor_id: int | None = None,
) -> Invoice:
    """Avoir: give back an invoice whole, or some lines of it, or an amount with taxes; never more than is left of it.

    CGI art. 272, 1 and 289, I-5: the credit note cites its invoice; the invoice itself never changes.
    """
    with transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
        lock(CHAIN, invoice.place_id)  # before looking at what is left: two credit notes take turns
        asked = credit_preview(invoice, lines=lines, gross_cents=gross_cents)
        place = session.get_one(Place, invoice.place_id)
        put_back = rules.advance_put_back(invoice.due_cents, before=-queries.credited_cents(invoice.id), more=asked.gross_cents)
        said = _content(
            place,
            kind=rules.CREDIT_NOTE,
            payer=Payer(invoice.member_id, invoice.organisation_id),
            lines=[turned(line) for line in asked.lines],
            taxes=[tax._replace(net=-tax.net, vat=-tax.vat) for tax in asked.taxes],
            regime=queries.regime_on(place, invoice.issued_on),
            period=tuple(date.fromisoformat(day) for day in invoice.said["period"]),
            cites=[invoice, *(queries.advances_of(invoice) if put_back else ())],
            prepaid_cents=-put_back,
            reason=reason,
            now=now,
        )
        said["buyer"] = invoice.said["buyer"]  # as the invoice named them, whatever became of them since
        payer = Payer(invoice.member_id, invoice.organisation_id)
        made = _append(place, kind=rules.CREDIT_NOTE, payer=payer, credits_id=invoice.id, now=now, said=said)
        _tell("invoice.credited", made, actor_id=actor_id, now=now)
        release_excess(invoice.id, now=now, actor_id=actor_id)
        return made


def credit_preview(invoice: Invoice, *, lines: Sequence[Line] | None = None, gross_cents: int | None = None) -> Credit:
    """What a credit note would give back; the preview and the credit note are this one function. Refused when too much."""
    if invoice.is_credit_note:
        raise Refused(rules.NotForACreditNote())
    taxes, gone = queries.taxes_of(invoice), queries.credited(invoice.id)
    if lines is not None:
        given, asked = list(lines), credited_by_lines(lines, gone)
    elif gross_cents is not None:
        given, asked = [], credited_by_gross(gross_cents, taxes, gone)
    else:
        given, asked = [], tuple(tax for tax in left_of(taxes, gone) if tax.net or tax.vat)
    _refuse(*reasons_credit(asked, taxes, gone))
    if invoice.kind == rules.ADVANCE and sum(tax.net + tax.vat for tax in asked) > (left := queries.advances_left([invoice])):
        raise Refused(rules.AdvanceIsDeducted(left=Cents(max(0, left))))
    if lines is None:
        whole = not gone and gross_cents in (None, invoice.gross_cents)
        given = [Line.read(line) for line in invoice.said["lines"]] if whole else [_by_amount(invoice, tax) for tax in asked]
    return Credit(given, asked)


# ---------------------------------------------------------------- the chain


def _append(place: Place, *, kind: str, payer: Payer, said: dict[str, Any], now: datetime, credits_id: int | None = None) -> Invoice:
    """The next row of the lieu's chain: number, date and fingerprint are taken in the same transaction, one bill at a time."""
    session = db.session()
    lock(CHAIN, place.id)
    last = queries.head(place.id)
    issued_on = _day_of_issue(place, last, now)
    series = rules.series_of(kind)
    rank = _next_rank(place.id, series, issued_on.year)
    number, sequence = rules.number(series, issued_on.year, rank), last.sequence + 1 if last else 1
    late = timedelta(days=(date.fromisoformat(said["due_on"]) - date.fromisoformat(said["issued_on"])).days)
    said |= {"number": number, "sequence": sequence, "issued_on": issued_on.isoformat(), "due_on": (issued_on + late).isoformat()}
    said["payer"] = payer._asdict()
    previous, text = last.hash if last else rules.GENESIS, rules.canonical(said)
    made = Invoice(
        place_id=place.id,
        sequence=sequence,
        series=series,
        year=issued_on.year,
        rank=rank,
        number=number,
        kind=kind,
        member_id=payer.member_id,
        organisation_id=payer.organisation_id,
        credits_id=credits_id,
        issued_on=issued_on,
        due_on=issued_on + late,
        net_cents=said["net_cents"],
        vat_cents=said["vat_cents"],
        gross_cents=said["gross_cents"],
        prepaid_cents=said["prepaid_cents"],
        content=text,
        previous_hash=previous,
        hash=rules.fingerprint(previous, text),
        issued_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _next_rank(place_id: int, series: str, year: int) -> int:
    """Taken from the counter's row in this transaction: given back with it if it fails, so that no number is ever lost."""
    session = db.session()
    session.execute(insert_unless_there(Counter).values(place_id=place_id, series=series, year=year, last=0))
    mine = (Counter.place_id == place_id, Counter.series == series, Counter.year == year)
    return session.execute(sa.update(Counter).where(*mine).values(last=Counter.last + 1).returning(Counter.last)).scalar_one()


def _day_of_issue(place: Place, last: Invoice | None, now: datetime) -> date:
    """Today in the lieu's zone; dates of a chain never go back. A clock an hour slow at midnight dates like the bill before."""
    today = now.astimezone(place.tz).date()
    if last is None or last.issued_on <= today:
        return today
    if last.issued_on - today > timedelta(days=1):
        raise Refused(rules.ClockWentBack(last=last.issued_on))
    return last.issued_on


def _content(
    place: Place,
    *,
    kind: str,
    payer: Payer,
    lines: Sequence[Line],
    now: datetime,
    period: Any = None,
    taxes: Sequence[Tax] | None = None,
    regime: Regime | None = None,
    cites: Sequence[Invoice] = (),
    prepaid_cents: int = 0,
    reason: str = "",
    delivery: dict[str, str] | None = None,
) -> dict[str, Any]:
    today = now.astimezone(place.tz).date()
    terms = queries.terms(place.id)
    return rules.content(
        kind=kind,
        issued_on=today,
        due_on=today if kind == rules.CREDIT_NOTE else today + timedelta(days=terms.payment_days),
        period=period,
        seller=queries.seller(place),
        buyer=queries.buyer(member_id=payer.member_id, organisation_id=payer.organisation_id),
        lines=lines,
        taxes=taxes,
        regime=regime or queries.regime_on(place, today),
        terms=terms,
        own_facts=queries.billing_settings(place.id).facts,
        cites=queries.cited(cites),
        prepaid_cents=prepaid_cents,
        reason=reason,
        delivery=delivery,
    )


def _by_amount(invoice: Invoice, tax: Tax) -> Line:
    """The line of a credit note that gives back an amount and not things."""
    label = f"Remise sur la facture {invoice.number}"
    activity = next((line["activity"] for line in invoice.said["lines"] if (line["category"], line["rate_bp"]) == tax[:2]), "other")
    return Line(label, 1000, "piece", tax.net, tax.rate_bp, tax.category, activity=activity)


def _tell(event: str, made: Invoice, *, actor_id: int | None, now: datetime) -> None:
    journal.record(
        event,
        made.id,
        place_id=made.place_id,
        actor_id=actor_id,
        member_id=made.member_id,
        at=now,
        number=made.number,
        gross_cents=made.gross_cents,
        organisation_id=made.organisation_id,
    )


def _of_origin(origin: str | None) -> sa.Select[Draft]:
    return sa.select(Draft).where(Draft.origin == origin)


def _open_draft(draft_id: int) -> Draft:
    row = db.session.get_one(Draft, draft_id, with_for_update=True, populate_existing=True)
    if row.invoice_id is not None:
        raise Refused(rules.AlreadyIssued())
    if row.discarded_at is not None:
        raise Refused(rules.AlreadyDiscarded())
    return row


def _reasons(payer: Payer, lines: Sequence[Line]) -> list[Reason]:
    found = list(reasons_bill(lines))
    if (payer.member_id is None) == (payer.organisation_id is None):
        found.append(rules.NoBuyer())
    return found


def _refuse(*reasons: Reason) -> None:
    if reasons:
        raise Refused(*reasons)
