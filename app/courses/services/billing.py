"""Bills to who pays a course: the hours really followed, and advances on them."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from app.billing import queries as billing
from app.billing.models import Draft
from app.billing.rules import invoices as rules
from app.billing.rules.documents import Line, totals
from app.billing.rules.payments import Payer
from app.billing.services import invoicing
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses.models import Cohort, Enrolment, FundingLine
from app.courses.queries import billing as queries
from app.courses.queries.billing import Due
from app.courses.rules.funding import reasons_advance
from app.place.models import Place


def bill_hours(cohort_id: int, *, until: date, actor_id: int, now: datetime, line_ids: Iterable[int] | None = None) -> list[Draft]:
    """Drafts for the hours followed up to a day and not billed yet, one a funding line; advances are taken off. Nothing twice."""
    with transaction():
        cohort = _turn(cohort_id)
        wanted = None if line_ids is None else set(line_ids)
        made = []
        for one in queries.due(cohort, until=until, now=now):
            if one.cents_to_bill and (wanted is None or one.line.id in wanted):
                made.append(_draft_hours(cohort, one, until=until, actor_id=actor_id, now=now))
        return made


def bill_advance(line_id: int, *, cents: int, actor_id: int, now: datetime) -> Draft:
    """A draft of an advance on one line; an hours' bill takes it off once it is issued."""
    with transaction():
        line = db.session.get_one(FundingLine, line_id)
        enrolment = db.session.get_one(Enrolment, line.enrolment_id)
        cohort = _turn(enrolment.cohort_id)
        place = db.session.get_one(Place, cohort.place_id)
        today = now.astimezone(place.tz).date()
        one = next(due for due in queries.due(cohort, until=today, now=now) if due.line.id == line_id)
        asked = cents + sum(line["net_cents"] for row in _advances(line_id) for line in row.lines)
        reasons = [
            *reasons_advance(
                asked=asked,
                agreed=one.agreed_cents,
                pays_oneself=line.organisation_id is None,
                signed_on=enrolment.created_at.astimezone(place.tz).date(),
                day=today,
            )
        ]
        if reasons:
            raise Refused(*reasons)
        label = f"Acompte sur la formation «\u00a0{cohort.name}\u00a0»{_by(line)}"
        return _draft(cohort, one, rules.ADVANCE, [_line(place, today, label, one, 1000, "piece", cents)], actor_id=actor_id, now=now)


def _draft_hours(cohort: Cohort, one: Due, *, until: date, actor_id: int, now: datetime) -> Draft:
    place = db.session.get_one(Place, cohort.place_id)
    minutes, cents = one.minutes_to_bill, one.cents_to_bill
    label = f"Formation «\u00a0{cohort.name}\u00a0», heures suivies jusqu’au {until.strftime('%d/%m/%Y')}{_by(one.line)}"
    line = _line(place, now.astimezone(place.tz).date(), label, one, round(minutes * 1000 / 60), "hour", cents)
    off = min(one.billed.advance_left, totals([line]).gross_cents)
    return _draft(
        cohort,
        one,
        rules.FINAL if off else rules.INVOICE,
        [line],
        period=(cohort.first_day, until),
        cites=one.billed.advances if off else (),
        prepaid_cents=off,
        actor_id=actor_id,
        now=now,
    )


def _line(place: Place, day: date, label: str, one: Due, quantity_milli: int, unit: str, cents: int) -> Line:
    """Exempt where the lieu's training is (CGI 261, 4-4° a), at its rate otherwise."""
    tax = billing.regime_on(place, day).tax_of("training")
    price = one.line.hour_cents if unit == "hour" else cents
    return Line(label, quantity_milli, unit, price, tax.rate_bp, tax.category, member_name=one.name, cents=cents, activity="training")


def _draft(
    cohort: Cohort,
    one: Due,
    kind: str,
    lines: list[Line],
    *,
    actor_id: int,
    now: datetime,
    period: tuple[date, date] | None = None,
    cites: Iterable[int] = (),
    prepaid_cents: int = 0,
) -> Draft:
    organisation_id = one.line.organisation_id
    member_id = None if organisation_id else db.session.get_one(Enrolment, one.enrolment_id).member_id
    what = queries.ADVANCE if kind == rules.ADVANCE else queries.HOURS
    made = invoicing.draft(
        place_id=cohort.place_id,
        payer=Payer(member_id=member_id, organisation_id=organisation_id),
        lines=lines,
        kind=kind,
        period=period,
        origin=_free_origin(one.line.id, what),
        cites=list(cites),
        prepaid_cents=prepaid_cents,
        now=now,
        actor_id=actor_id,
    )
    journal.record("enrolment.billed", one.enrolment_id, place_id=cohort.place_id, actor_id=actor_id, at=now, draft=made.id)
    return made


def _by(line: FundingLine) -> str:
    return f", convention {line.reference}" if line.reference else ""


def _free_origin(line_id: int, what: str) -> str:
    start = queries.origin_of(line_id, what, 0)[:-1]
    taken = [
        int(str(origin).rpartition(":")[2]) for origin in db.session.scalars(sa.select(Draft.origin).where(Draft.origin.startswith(start)))
    ]
    return queries.origin_of(line_id, what, max(taken, default=0) + 1)


def _advances(line_id: int) -> Iterable[Draft]:
    start = queries.origin_of(line_id, queries.ADVANCE, 0)[:-1]
    return db.session.scalars(sa.select(Draft).where(Draft.origin.startswith(start)))


def _turn(cohort_id: int) -> Cohort:
    """Inside a transaction: a cohort, open or closed, whose bills are written by one person at a time."""
    return db.session.scalars(
        sa.select(Cohort).where(Cohort.id == cohort_id).with_for_update().execution_options(populate_existing=True)
    ).one()
