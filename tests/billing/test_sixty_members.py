"""The month of sixty members: 325 uses become sixty bills, once, and what each way of paying would cost is known to the cent."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.billing.models import Charge, Invoice
from app.billing.queries import frugality
from app.billing.rules.frugality import BreakEven, what_if
from app.billing.services import bills
from app.core import clock
from app.core.db import db
from app.core.period import Period
from tests.billing.test_subscriptions import make_plan, take
from tests.factories import book, book_half, make_machine, make_member, make_place, make_pool, paris, price

USES = 20 * [12_000] + 25 * (6 * [800] + 2 * [1800]) + 15 * (4 * [1800] + 3 * [450])
BILLS = 20 * [12_000] + 25 * [8400] + 15 * [8550]


def test_the_fees_of_each_way_to_pay():
    assert (len(USES), len(BILLS), sum(USES), sum(BILLS)) == (325, 60, 578_250, 578_250)
    assert what_if(USES, BILLS) == {"card_each_use": 16_810, "card_month": 10_170, "sepa_month": 2100, "transfer_month": 0}


def test_what_is_missing_is_rounded_up_and_nothing_is_when_the_lieu_stands():
    below = BreakEven(income_cents=30_000, costs_cents=42_400, half_day_cents=700, member_cents=6000)
    assert (below.gap_cents, below.half_days_missing, below.members_missing) == (-12_400, 18, 3)
    above = BreakEven(income_cents=50_000, costs_cents=42_400, half_day_cents=700, member_cents=None)
    assert (above.half_days_missing, above.members_missing) == (0, 0)
    assert BreakEven(0, 42_400, None, None).half_days_missing is None


@pytest.fixture
def lieu(session, frozen):
    """Open every day; half-days at 8.00, the laser at 18.00 an hour, the printer at 4.50, a plan at 120.00."""
    frozen("2026-10-31T10:00+01:00")
    place = make_place(weekdays="08:00-20:00", saturday="08:00-20:00", tab_cap_cents=20_000)
    price(place, "desk", "half_day", 800)
    price(place, "family:laser", "minutes", 1800)
    price(place, "family:impression", "minutes", 450)
    return place


def test_from_bookings_to_sixty_bills_once(lieu, frozen, log_in):
    pool = make_pool(lieu, 30)
    lasers = [make_machine(lieu, f"laser{n}") for n in range(3)]
    printer = make_machine(lieu, "imp", family="impression")
    plan = make_plan(type("Lieu", (), {"place": lieu}))
    for number in range(20):
        take(plan, make_member(f"Abonné{number}"), "2026-11-01")
    desks = [make_member(f"Poste{number}") for number in range(25)]
    makers = [make_member(f"Atelier{number}") for number in range(15)]
    days = [date(2026, 11, 2) + timedelta(days=7 * week + day) for week in range(4) for day in range(6) if (week, day) != (1, 2)]
    slots = [(day, hour, laser) for day in days for hour in range(8, 20) for laser in lasers]
    for member in desks:
        for day in days[:6]:
            book_half(pool, day.isoformat(), "morning", member)
        _hours(slots, member, 2)
    for member in makers:
        _hours(slots, member, 4)
    printing = [(day, hour, printer) for day in days for hour in range(8, 20)]
    for member in makers:
        _hours(printing, member, 3)
    frozen("2026-11-30T20:30+01:00")

    run = bills.start_run(lieu, date(2026, 11, 1), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now(), most=25)  # stopped in the middle
    db.session.rollback()
    for _ in range(2):
        again = bills.start_run(lieu, date(2026, 11, 1), aim="invoices", now=clock.now())
        assert bills.go_on(again.id, now=clock.now()).issued == 60

    rows = db.session.scalars(sa.select(Invoice).order_by(Invoice.id)).all()
    assert sorted(row.gross_cents for row in rows) == sorted(BILLS)
    assert [row.number for row in rows] == [f"F2026-{rank:05}" for rank in range(1, 61)]
    found = frugality.month(lieu.id, date(2026, 11, 1), date(2026, 11, 30))
    assert (len(found.uses), len(found.bills), found.income_cents, found.members) == (325, 60, 578_250, 60)
    assert found.by_activity == {"plan": 240_000, "machine": 218_250, "desk": 120_000}
    assert what_if(found.uses, found.bills) == {"card_each_use": 16_810, "card_month": 10_170, "sepa_month": 2100, "transfer_month": 0}
    assert db.session.scalar(sa.select(sa.func.count(Charge.id)).where(Charge.bill_id.is_(None))) == 0
    team = log_in(make_member("Max", roles=("member", "manager")))
    page = team.get("/manage/billing/frugality?month=2026-11").text.replace("\u202f", " ").replace("\u00a0", " ")
    for amount in ("168,10 €", "101,70 €", "21,00 €", "5 782,50 €"):
        assert amount in page
    assert "F2026-00060" in team.get("/manage/billing/months/2026-11").text


def _hours(slots, member, count: int) -> None:
    """So many hours of this person, one after the other where nobody is yet."""
    for _ in range(count):
        day, hour, machine = slots.pop(0)
        book(machine, Period(paris(f"{day} {hour:02}:00"), paris(f"{day} {hour + 1:02}:00")), member)


def test_a_month_is_billed_from_its_page_drafts_first(lieu, frozen, log_in):
    pool = make_pool(lieu)
    for number in range(12):
        book_half(pool, "2026-11-03" if number < 6 else "2026-11-04", "morning", make_member(f"M{number}"))
    frozen("2026-11-30T20:30+01:00")
    team = log_in(make_member("Max", roles=("member", "manager")))
    assert "/manage/billing/months/2026-11" in team.get("/manage/billing/months").text
    assert "96,00" in team.get("/manage/billing/months/2026-11").text
    assert team.get("/manage/billing/months/2026-12").status_code == team.get("/manage/billing/months/2026-13").status_code == 404

    team.post("/manage/billing/months/2026-11", data={"aim": "drafts"})

    working = team.get("/manage/billing/months/2026-11").text
    assert 'http-equiv="refresh"' in working and '<progress value="10" max="12"' in working
    while bills.go_on_with_runs(now=clock.now()):
        pass
    page = team.get("/manage/billing/months/2026-11").text
    assert 'http-equiv="refresh"' not in page and "Tout émettre et envoyer" in page
    assert db.session.scalar(sa.select(sa.func.count(Invoice.id))) == 0
    team.post("/manage/billing/months/2026-11", data={"aim": "invoices"})
    while bills.go_on_with_runs(now=clock.now()):
        pass
    assert db.session.scalar(sa.select(sa.func.count(Invoice.id))) == 12
    assert log_in(make_member("Zoé")).get("/manage/billing/months").status_code == 404
