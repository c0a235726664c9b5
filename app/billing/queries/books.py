"""What the books tell of some days: bills in the sales journal, money in those of the bank and the drawer."""

from collections import defaultdict
from datetime import date

import sqlalchemy as sa

from app.billing.models import Invoice, VolunteerHours
from app.billing.queries.invoices import billing_settings
from app.billing.queries.payments import Entry as MoneyLine
from app.billing.queries.payments import entries_between
from app.billing.rules.books import ACCOUNTS, Chart, Entry, Row, of_hours, of_invoice
from app.core.db import db
from app.members.models import Member, Organisation
from app.place.models import Place


def chart_of(place_id: int) -> Chart:
    chosen = billing_settings(place_id)
    return Chart(chosen.accounts, chosen.journals)


def entries(place: Place, first: date, last: date) -> list[Entry]:
    """Every entry of these days, both included."""
    chart = chart_of(place.id)
    return [*_bills(place, first, last, chart), *_money(place, first, last, chart), *_hours(place, first, last, chart)]


def _bills(place: Place, first: date, last: date, chart: Chart) -> list[Entry]:
    rows = db.session.scalars(
        sa.select(Invoice).where(Invoice.place_id == place.id, Invoice.issued_on.between(first, last)).order_by(Invoice.sequence)
    )
    return [of_invoice(row.said, chart, auxiliary=auxiliary(row.member_id, row.organisation_id)) for row in rows]


def _money(place: Place, first: date, last: date, chart: Chart) -> list[Entry]:
    """The lines of one piece and one day in one journal are one entry."""
    lines = entries_between(first, last, place_id=place.id)
    names = _names(lines)
    pieces: dict[tuple[str, date, str], list[MoneyLine]] = defaultdict(list)
    for line in lines:
        pieces[line.journal, line.day, line.piece].append(line)
    return [
        Entry(journal, day, piece, f"{several[0].label} {piece}", tuple(_row(line, chart, names) for line in several))
        for (journal, day, piece), several in pieces.items()
    ]


def _hours(place: Place, first: date, last: date, chart: Chart) -> list[Entry]:
    rows = volunteer_hours(place.id, first, last)
    return [of_hours(row.day, f"BEN{row.id:06d}", row.what, row.cents, chart) for row in rows if row.cents]


def volunteer_hours(place_id: int, first: date, last: date) -> list[VolunteerHours]:
    """Hours given between two days, both included, the oldest first."""
    mine = VolunteerHours.place_id == place_id, VolunteerHours.day.between(first, last)
    return list(db.session.scalars(sa.select(VolunteerHours).where(*mine).order_by(VolunteerHours.day, VolunteerHours.id)))


def _row(line: MoneyLine, chart: Chart, names: dict[str, str]) -> Row:
    mine = auxiliary(line.member_id, line.organisation_id)
    return Row(chart.number(line.account), ACCOUNTS[line.account][1], line.debit, line.credit, mine, names.get(mine, mine))


def auxiliary(member_id: int | None, organisation_id: int | None) -> str:
    """The customer's own account: M000012 for a person, O000003 for an organisation."""
    if member_id is None and organisation_id is None:
        return ""
    return f"M{member_id:06d}" if member_id is not None else f"O{organisation_id:06d}"


def _names(lines: list[MoneyLine]) -> dict[str, str]:
    people = {line.member_id for line in lines if line.member_id is not None}
    several = {line.organisation_id for line in lines if line.organisation_id is not None}
    found = {
        auxiliary(row.id, None): row.name for row in db.session.execute(sa.select(Member.id, Member.name).where(Member.id.in_(people)))
    }
    for row in db.session.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(several))):
        found[auxiliary(None, row.id)] = row.name
    return found
