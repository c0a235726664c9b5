"""The month's bills: what was used becomes one document for each payer, once."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.billing import queries, services
from app.billing.models import Bill, Charge, Invoice
from app.billing.queries import bills as bill_queries
from app.billing.queries.bills import BillTo
from app.billing.services import bills, invoicing
from app.booking import services as booking
from app.core import clock
from app.core.db import db, transaction
from app.members.models import Organisation
from tests.billing.test_subscriptions import by, make_plan, take
from tests.factories import between, book, book_half, make_member, price
from tests.pages import text_of

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def liable(lieu):
    """The same lieu, liable to VAT at 20 %."""
    with transaction():
        lieu.place.vat_regimes = [{"depuis": "2026-01-01", "regime": "redevable"}]
        lieu.place.siret = "12345678900011"
        lieu.place.settings_stamp += 1
    return lieu


def run(lieu, month: date, aim: str = "invoices") -> bills.Outcome:
    made = bills.start_run(lieu.place, month, aim=aim, now=clock.now())
    return bills.go_on(made.id, now=clock.now())


def invoices() -> list[tuple[int, int, int]]:
    rows = db.session.scalars(sa.select(Invoice).order_by(Invoice.id))
    return [(row.net_cents, row.vat_cents, row.gross_cents) for row in rows]


@pytest.mark.parametrize(
    ("joined", "month", "billed"),
    [
        ("2026-11-11", "2026-11-01", (8000, 1600, 9600)),
        ("2027-01-31", "2027-01-01", (387, 77, 464)),
        ("2026-10-25", "2026-10-01", (2710, 542, 3252)),
    ],
)
def test_joining_in_the_middle_of_a_month(liable, frozen, joined, month, billed):
    frozen("2027-02-01T09:00+01:00")
    take(make_plan(liable), liable.camille, joined)

    run(liable, date.fromisoformat(month))

    assert invoices() == [billed]


def test_an_upgrade_after_the_month_was_billed_is_the_difference_on_the_next_bill(liable, frozen):
    frozen("2026-11-30T20:00+01:00")
    small, big = make_plan(liable), make_plan(liable, "plein", 20_000)
    one, other = liable.camille, make_member("Paul")
    held, second = take(small, one, "2026-11-01"), take(small, other, "2026-11-01")
    run(liable, NOVEMBER)
    assert invoices() == [(12_000, 2400, 14_400)] * 2

    services.change_plan(root_id=held.root_id, plan_id=big.id, on=date(2026, 11, 16), **by(one))
    services.change_plan(root_id=second.root_id, plan_id=big.id, on=date(2026, 11, 11), **by(other))
    services.change_plan(root_id=second.root_id, plan_id=small.id, on=date(2026, 11, 21), **by(other))

    [document] = bill_queries.foreseen(liable.place, BillTo(member_id=one.id), until=date(2026, 11, 30))
    assert sorted(item.cents for item in document.items) == [-6000, 10_000]
    assert (document.totals.net_cents, document.totals.vat_cents, document.totals.gross_cents) == (4000, 800, 4800)
    [document] = bill_queries.foreseen(liable.place, BillTo(member_id=other.id), until=date(2026, 11, 30))
    assert (document.totals.net_cents, document.totals.vat_cents, document.totals.gross_cents) == (2667, 533, 3200)
    frozen("2026-12-31T20:00+01:00")
    run(liable, DECEMBER)
    assert sorted(invoices()[2:]) == [(14_667, 2933, 17_600), (24_000, 4800, 28_800)]


def test_a_downgrade_at_term_and_a_pause(liable, frozen):
    frozen("2026-11-16T09:00+01:00")
    small, big = make_plan(liable), make_plan(liable, "plein", 20_000)
    held, asleep = take(big, liable.camille, "2026-11-01"), take(small, make_member("Paul"), "2026-11-01")
    for _ in range(2):
        services.change_plan(root_id=held.root_id, plan_id=small.id, on=DECEMBER, **by(liable.camille))
    services.pause(root_id=asleep.root_id, first=date(2026, 11, 11), last=date(2026, 11, 20), **by(liable.camille))
    frozen("2026-12-31T20:00+01:00")

    run(liable, NOVEMBER)
    run(liable, DECEMBER)

    assert sorted(invoices()) == [(8000, 1600, 9600), (12_000, 2400, 14_400), (12_000, 2400, 14_400), (20_000, 4000, 24_000)]


def test_an_employer_pays_for_three_and_they_owe_nothing(liable, frozen):
    with transaction():
        employer = Organisation(name="Bocage Énergies", siren="732829320", created_at=clock.now())
        db.session.add(employer)
        db.session.flush()
    people = [make_member(name, organisation_id=employer.id) for name in ("Fatou", "Bruno", "Olivier")]
    plan = make_plan(liable)
    for person in people[:2]:
        take(plan, person, "2026-12-01", organisation_id=employer.id)
    with transaction():
        db.session.add(_extra(liable, people[2], employer, 8400))
    frozen("2026-12-31T20:00+01:00")

    run(liable, DECEMBER)

    [row] = db.session.scalars(sa.select(Invoice)).all()
    assert (row.net_cents, row.vat_cents, row.gross_cents) == (32_400, 6480, 38_880)
    assert row.organisation_id == employer.id and row.said["buyer"]["siren"] == "732829320"
    assert {line["member_name"] for line in row.said["lines"]} == {"Fatou", "Bruno", "Olivier"}
    assert [queries.due_cents(person.id) for person in people] == [0, 0, 0]


def _extra(lieu, member, organisation, cents: int) -> Charge:
    return Charge(
        place_id=lieu.place.id,
        ref=f"extra:{member.id}",
        member_id=member.id,
        organisation_id=organisation.id,
        label="Salle de réunion",
        used_on=date(2026, 12, 9),
        worth_cents=cents,
        cents=cents,
        rate_bp=2000,
        activity="room",
        created_at=clock.now(),
    )


def test_what_was_given_back_takes_its_line_away_and_zero_makes_no_invoice(lieu, frozen):
    paul, zoe = make_member("Paul"), make_member("Zoé")
    kept = book_half(lieu.pool, "2026-12-03", "morning", paul)
    for member in (paul, zoe):
        gone = book_half(lieu.pool, "2026-12-04", "morning", member)
        booking.cancel(booking_id=gone.id, actor_id=member.id, by_lieu=False, now=clock.now())
    frozen("2026-12-31T20:00+01:00")

    outcome = run(lieu, DECEMBER)

    assert (outcome.bills, outcome.issued) == (2, 1)
    [row] = db.session.scalars(sa.select(Invoice)).all()
    assert [(line["label"], line["quantity_milli"], line["net_cents"]) for line in row.said["lines"]] == [("Grande salle", 1000, 700)]
    assert db.session.scalar(sa.select(sa.func.count(Charge.id)).where(Charge.bill_id.is_(None))) == 0
    with transaction():  # the lieu gives it back after all: it waits for the next bill, and is taken off it
        services.give_back_money(ref=f"booking:{kept.id}", cents=700, now=clock.now())
    assert run(lieu, date(2026, 12, 1)).bills == 2
    assert queries.due_cents(paul.id) == -700


def test_one_line_for_what_is_alike_and_hours_said_as_hours(lieu, frozen):
    paul = make_member("Paul")
    price(lieu.place, "resource:imp3d", "minutes", 1200)
    book(lieu.printer, between("2026-12-03", "09:00", "10:00"), paul)
    book(lieu.printer, between("2026-12-04", "09:00", "09:30"), paul)
    frozen("2026-12-31T20:00+01:00")

    run(lieu, DECEMBER)

    [row] = db.session.scalars(sa.select(Invoice)).all()
    [line] = row.said["lines"]
    assert (line["quantity_milli"], line["unit"], line["unit_cents"], line["net_cents"]) == (1500, "hour", 1200, 1800)
    assert (line["used_from"], line["used_to"]) == ("2026-12-03", "2026-12-04")


def test_run_twice_or_stopped_in_the_middle_gives_the_same_invoices(lieu, frozen):
    for number in range(7):
        book_half(lieu.pool, "2026-12-03", "morning", make_member(f"M{number}"))
    frozen("2026-12-31T20:00+01:00")
    asked = bills.start_run(lieu.place, DECEMBER, aim="invoices", now=clock.now())
    bills.go_on(asked.id, now=clock.now(), most=3)
    assert len(invoices()) == 0

    assert bills.start_run(lieu.place, DECEMBER, aim="invoices", now=clock.now()).id == asked.id
    bills.go_on(asked.id, now=clock.now(), most=9)
    assert 0 < len(invoices()) < 7
    first = [row.hash for row in db.session.scalars(sa.select(Invoice).order_by(Invoice.id))]
    while bills.go_on_with_runs(now=clock.now()):
        pass

    assert len(invoices()) == 7
    assert run(lieu, DECEMBER).issued == 7
    assert len(invoices()) == 7
    assert [row.hash for row in db.session.scalars(sa.select(Invoice).order_by(Invoice.id))][: len(first)] == first


def test_drafts_are_looked_at_first_and_what_is_abandoned_is_open_again(lieu, frozen):
    paul = make_member("Paul")
    book_half(lieu.pool, "2026-12-03", "morning", paul)
    frozen("2026-12-31T20:00+01:00")
    run(lieu, DECEMBER, "drafts")
    [bill] = db.session.scalars(sa.select(Bill)).all()
    assert bill.state == "drafted" and invoices() == [] and queries.due_cents(paul.id) == 0

    bills.withdraw(bill.id, now=clock.now())
    assert queries.due_cents(paul.id) == 700
    run(lieu, DECEMBER, "drafts")
    [bill] = db.session.scalars(sa.select(Bill)).all()
    invoicing.discard(bill.draft_id, now=clock.now())  # from the drafts' own page
    run(lieu, DECEMBER)

    assert [row[2] for row in invoices()] == [700]


def test_the_command_says_what_it_would_do_then_does_it_once(lieu, app, frozen):
    book_half(lieu.pool, "2026-12-03", "morning", make_member("Paul"))
    frozen("2026-12-31T20:00+01:00")
    runner = app.test_cli_runner()

    said = runner.invoke(args=["billing", "run", "--month", "2026-12", "--dry-run"])
    assert said.exit_code == 0 and "Paul\t7,00" in said.output and invoices() == []
    assert "1 brouillon à relire" in runner.invoke(args=["billing", "run", "--month", "2026-12", "--drafts"]).output
    for _ in range(2):
        assert "1 facture émise" in runner.invoke(args=["billing", "run", "--month", "2026-12"]).output
    assert len(invoices()) == 1
    for bad in ("2026-13", "décembre", "2026-1"):
        assert runner.invoke(args=["billing", "run", "--month", bad]).exit_code == 2
    refused = runner.invoke(args=["billing", "run", "--month", "2027-05"])
    assert refused.exit_code == 1 and "pas commencé" in refused.stderr


def test_the_morning_of_the_lieu_leads_to_the_month_in_two_clicks(lieu, log_in, frozen):
    book_half(lieu.pool, "2026-12-08", "morning", make_member("Paul"))
    book_half(lieu.pool, "2026-12-09", "morning", lieu.camille)  # her pass covers it: she has nothing to pay
    frozen("2027-01-04T09:00+01:00")
    team = log_in(lieu.max)
    morning = text_of(team.get("/manage/"))
    assert "Décembre 2026 est à facturer" in morning and "une personne ou organisation" in morning
    assert 'href="/manage/billing/months/2026-12"' in team.get("/manage/").text
    team.post("/manage/billing/months/2026-12", data={"aim": "drafts"})
    assert "Un brouillon de facture attend" in text_of(team.get("/manage/"))
    team.post("/manage/billing/months/2026-12", data={"aim": "invoices"})
    morning = text_of(team.get("/manage/"))
    assert "à facturer" not in morning and "brouillon" not in morning
    assert "une facture" in text_of(team.get("/manage/billing/months"))
