"""The worked examples of billing, with their numbers, as people and programs meet them.

====  ======================================================  ====================================================
 no.  through the services and the command line               on the pages, and by a program (API)
====  ======================================================  ====================================================
 1-4  test_month, test_subscription_rules, test_subscriptions  test_what_a_plan_costs_is_said_first_and_then_billed
 5    test_selling; the last ticket: race/test_races           test_a_carnet_is_bought_used_and_given_back
 6    test_documents                                          test_what_a_draft_says_is_what_is_issued
 7    test_documents                                          test_catalogue
 8    test_month                                              test_what_a_draft_says_is_what_is_issued
 9    test_invoicing                                          test_what_a_draft_says_is_what_is_issued
 10   test_invoicing                                          test_a_credit_note_takes_what_is_left_and_not_a_cent_more
 11   test_payments; the card: test_stripe                    test_more_or_less_than_was_asked_is_kept_or_flagged
 12   test_payments, test_bank, test_money_pages (the mail)   test_a_debit_that_comes_back_is_due_again
 13   test_sixty_members, race/test_billing_runs (killed)     test_sixty_members
 14   test_bank                                               test_more_or_less_than_was_asked_is_kept_or_flagged
 15   test_invoicing                                          test_a_late_professional_reads_what_may_be_asked_besides
 16   test_invoicing, race/test_numbering (eight, killed)     test_the_last_number_of_a_year_and_the_first_of_the_next
 17   test_invoicing (`billing verify`)                       test_closing
 18   test_stripe, race/test_money_races                      test_stripe (the webhook is a page)
 19   test_books, test_facturx, test_banking_rules            test_money_pages (the code drawn in the page)
 20                                                           test_bill_pages
====  ======================================================  ====================================================
"""

import io
import re
from datetime import UTC, date

import pytest
import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Invoice
from app.billing.services import bills
from app.core import clock
from app.core.db import db, transaction
from tests.api.partner import Described, Partner
from tests.billing.bills import bill, draft, line
from tests.billing.test_payments import books, left, pay, who
from tests.billing.test_selling import liable, make_pass  # noqa: F401
from tests.billing.test_subscriptions import make_plan, take
from tests.factories import make_member, paris
from tests.pages import error_of, fields_of, text_of


@pytest.fixture
def keeper(session, frozen):
    return make_member("Théo", roles=("member", "treasurer"))


@pytest.fixture
def program(client, app, keeper) -> Partner:
    return Partner(client, Described(app), keeper)


def told(program: Partner, number: str) -> tuple[int, int, int]:
    """What a program reads of this document."""
    (row,) = [one for one in program.get("/invoices", limit=100).json["items"] if one["number"] == number]
    one = program.get(f"/invoices/{row['id']}").json
    return one["net_cents"], one["vat_cents"], one["gross_cents"]


def month_is_over(lieu, last: str, frozen) -> None:
    frozen(f"{last}T20:00+01:00")
    run = bills.start_run(lieu.place, date.fromisoformat(last).replace(day=1), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now())


def amounts(page) -> set[str]:
    return set(re.findall(r"[−\d][\d ]*,\d\d €", text_of(page)))


def test_what_a_plan_costs_is_said_first_and_then_billed(liable, keeper, program, log_in, frozen):  # noqa: F811
    frozen("2026-11-10T09:00+01:00")
    small, big, odd = make_plan(liable), make_plan(liable, "plein", 20_000), make_plan(liable, "rond", 9999)
    paul, zoe, lou = make_member("Paul"), make_member("Zoé"), make_member("Lou")
    team = log_in(keeper)

    def look(path: str, **said: str) -> set[str]:
        return amounts(team.post(path, data={"organisation_id": "0", "preview": "1"} | said))

    def join(plan, member, day: str, **more: str) -> set[str]:
        return look(f"/billing/plans/{plan.id}", member_id=str(member.id), day=day, **more)

    assert {"80,00 €", "16,00 €", "96,00 €"} <= join(small, paul, "2026-11-11")
    assert {"3,87 €", "0,77 €", "4,64 €"} <= join(small, paul, "2027-01-31")
    assert {"27,10 €", "5,42 €", "32,52 €"} <= join(small, paul, "2026-10-25")  # a day of 25 hours is a day
    assert {"42,85 €", "8,57 €", "51,42 €"} <= join(odd, paul, "2027-02-17")  # 99.99 × 12 / 28
    yes = {"organisation_id": "0", "confirm": "1"}
    team.post(f"/billing/plans/{small.id}", data=yes | {"member_id": str(paul.id), "day": "2026-11-11"})
    roots = [
        take(plan, member, "2026-11-01").root_id
        for plan, member in ((small, zoe), (small, lou), (big, liable.camille), (small, make_member("Max")))
    ]
    asleep = f"/billing/subscriptions/{roots[3]}/pause"
    assert {"16,00 €", "96,00 €"} <= look(asleep, first="2026-11-11", last="2026-11-20")
    month_is_over(liable, "2026-11-30", frozen)
    found = sorted((row["net_cents"], row["vat_cents"], row["gross_cents"]) for row in program.get("/invoices").json["items"])
    assert found[0] == (8000, 1600, 9600)

    team = log_in(keeper)
    up, twice, down = (f"/billing/subscriptions/{root}/plan" for root in roots[:3])
    assert {"−60,00 €", "100,00 €", "8,00 €", "48,00 €"} <= look(up, plan_id=str(big.id), day="2026-11-16")
    team.post(twice, data={"plan_id": str(big.id), "day": "2026-11-11", "confirm": "1"})
    assert {"5,33 €", "32,00 €"} <= look(twice, plan_id=str(small.id), day="2026-11-21")
    for _ in range(2):
        page = text_of(team.post(down, data={"plan_id": str(small.id), "day": "2026-12-01", "preview": "1"}))
        assert "Sur la facture de décembre" in page and "144,00 €" in page  # 120.00 and its VAT: nothing more for November
        team.post(down, data={"plan_id": str(small.id), "day": "2026-12-01", "confirm": "1"})
    assert [one.cents for one in queries.subscription(roots[2]).stretches] == [20_000, 12_000]


def test_a_carnet_is_bought_used_and_given_back(liable, keeper, program, log_in, frozen):  # noqa: F811
    kind, paul = make_pass(liable), make_member("Paul")
    mine = log_in(paul)
    assert "90,00 €" in amounts(mine.get("/billing/"))
    mine.post(f"/billing/passes/{kind.id}")
    for day in ("2026-12-02", "2026-12-03", "2026-12-04"):
        begins, ends = (paris(f"{day} {hour}").astimezone(UTC) for hour in ("08:30", "13:00"))
        found = text_of(mine.get(f"/coworking/?what=desk&day={day}&part=morning"))
        choice = re.search(rf'value="(\d+/{begins:%Y-%m-%dT%H}[^"]+)"', found)[1]
        assert ends > begins and mine.post("/coworking/bookings", data={"choice": choice}).status_code == 303
    month_is_over(liable, "2026-12-31", frozen)
    assert told(program, "F2026-00001") == (7500, 1500, 9000)

    team = log_in(keeper)
    (giving,) = re.findall(r"/manage/billing/lots/\d+/refund", team.get(f"/manage/billing/people/{paul.id}").text)
    assert "63,00 €" in amounts(team.get(giving))
    team.post(giving, data={"reason": "Déménagement"})
    assert told(program, "A2026-00001") == (-5250, -1050, -6300)
    sale, note = db.session.scalars(sa.select(Invoice).order_by(Invoice.id)).all()
    assert note.credits_id == sale.id and "F2026-00001" in text_of(team.get(f"/billing/invoices/{note.id}"))
    assert team.post(giving, data={"reason": "Encore"}).status_code == 422


def issue(team, payer: str, *rows: dict[str, str], **said: str) -> tuple[set[str], str]:
    """A bill by hand, from the empty page to its number; the amounts that its draft showed."""
    form = fields_of(team.get("/manage/billing/drafts/new").text) | {"kind": "invoice", "payer": payer} | said
    for rank, row in enumerate(rows):
        form |= {f"rows-{rank}-{name}": value for name, value in row.items()}
    kept = team.post("/manage/billing/drafts/new", data=form)
    assert kept.status_code == 302, text_of(kept)
    seen = amounts(team.get(kept.location))
    issued = team.post(f"{kept.location}/issue", data={})
    return seen, re.search(r"[FA]\d{4}-\d{5}", text_of(team.get(issued.location)))[0]


def test_what_a_draft_says_is_what_is_issued(place, person, company, keeper, program, log_in):
    team = log_in(keeper)
    thirds = [{"label": f"Tiers {rank}", "price": "3,33"} for rank in range(3)]
    rates = [
        {"label": "A", "price": "147"},
        {"label": "B", "price": "2", "rate": "S1000"},
        {"label": "C", "price": "10,13", "rate": "S550"},
    ]
    people = [{"label": "Formule", "price": price, "member_name": name} for name, price in (("Ana", "120"), ("Ben", "120"), ("Cléo", "84"))]
    others = [{"label": "Laser", "price": "7,77", "quantity": "1,5"}, {"label": "Papier", "price": "0,05", "quantity": "7", "rate": "S550"}]
    for rows, payer, shown, read in (
        (thirds, person.email, {"2,00 €", "11,99 €"}, (999, 200, 1199)),
        (rates, person.email, {"189,29 €"}, (15_913, 3016, 18_929)),
        (people, company.name, {"64,80 €", "388,80 €"}, (32_400, 6480, 38_880)),
        (others, person.email, {"14,36 €"}, (1201, 235, 1436)),
    ):
        seen, number = issue(team, payer, *rows)
        assert shown <= seen
        assert told(program, number) == read
    row = db.session.scalars(sa.select(Invoice).where(Invoice.gross_cents == 38_880)).one()
    page = text_of(team.get(f"/billing/invoices/{row.id}"))
    assert "SIREN 552100554" in page and all(name in page for name in ("Ana", "Ben", "Cléo"))

    seen, advance = issue(team, company.name, {"label": "Acompte de 30 %", "price": "150"}, kind="advance")
    assert told(program, advance) == (15_000, 3000, 18_000)
    seen, final = issue(team, company.name, {"label": "Séminaire", "price": "500"}, kind="final", advance=advance)
    assert {"600,00 €", "−180,00 €", "420,00 €"} <= seen and told(program, final) == (50_000, 10_000, 60_000)
    (one,) = [found for found in program.get("/invoices").json["items"] if found["number"] == final]
    assert (one["prepaid_cents"], one["left_cents"]) == (18_000, 42_000)
    form = fields_of(team.get("/manage/billing/drafts/new").text) | {"rows-0-label": "Séminaire", "rows-0-price": "500"}
    twice = team.post("/manage/billing/drafts/new", data=form | {"kind": "final", "payer": company.name, "advance": advance})
    assert "il ne reste que 0,00 €" in text_of(twice)
    taxed = team.post("/manage/billing/drafts/new", data=form | {"kind": "deposit", "payer": company.name, "rows-0-activity": "deposit"})
    assert "hors du champ de la TVA" in error_of(taxed, "rows-0-rate")


def test_a_credit_note_takes_what_is_left_and_not_a_cent_more(place, person, keeper, program, log_in):
    team = log_in(keeper)

    def give_back(invoice, **said: str):
        path = f"/manage/billing/invoices/{invoice.id}/credit"
        sent = fields_of(team.get(path).text) | {"reason": "Panne", "confirmed": "1"} | said
        return team.post(path, data=sent)

    hours = line(1800, "Laser", quantity=8000, unit="hour"), line(300, "Vis"), line(200, "Café", rate=1000)
    whole, partial, euro = bill(place, person, *hours), bill(place, person, *hours), bill(place, person, line(100))
    frozen_text = whole.content
    assert give_back(whole, how="whole").status_code == 302
    assert told(program, "A2026-00001") == (-14_900, -2960, -17_860)
    assert (left(whole), db.session.get_one(Invoice, whole.id, populate_existing=True).content) == (0, frozen_text)
    give_back(partial, how="lines", **{"quantities-0": "1,5"})
    assert told(program, "A2026-00002") == (-2700, -540, -3240)
    bare = team.post(f"/manage/billing/invoices/{whole.id}/credit", data={"how": "whole", "reason": "Encore", "confirmed": "1"})
    assert (bare.status_code, "déjà été rendue" in text_of(bare)) == (422, True)
    assert "Un avoir ne dépasse jamais" in text_of(give_back(partial, how="amount", gross="146,21"))
    assert give_back(partial, how="amount", gross="146,20").status_code == 302 and left(partial) == 0
    for quantity in ("0,33", "0,33", "0,34"):
        give_back(euro, how="lines", **{"quantities-0": quantity})
    assert [told(program, f"A2026-0000{rank}")[1] for rank in (4, 5, 6)] == [-7, -6, -7]


def test_more_or_less_than_was_asked_is_kept_or_flagged(place, person, keeper, program, log_in, stripe, tell, frozen):
    team, december = log_in(keeper), bill(place, person, line(8000))
    form = {"invoice_id": str(december.id), "means": "transfer", "amount": "100,00", "received_on": "2026-12-01"}
    assert team.post("/manage/money/payments/new", data=form).status_code == 302
    assert program.get(f"/invoices/{december.id}").json["left_cents"] == 0 and queries.credit_of(who(person)) == 400
    assert "4,00 €" in amounts(log_in(person).get("/billing/due"))

    card = bill(place, person, line(10_000))
    log_in(person).post(f"/billing/invoices/{card.id}/checkout", data={"means": "card"})
    assert tell("payment_intent.succeeded", stripe.pay("cs_test_1", cents=11_999)) == 200
    assert program.get(f"/invoices/{card.id}").json["left_cents"] == 1
    team = log_in(keeper)
    assert "autre montant que demandé" in text_of(team.get("/manage/money/payments"))

    frozen("2026-12-09T10:00+01:00")
    other = bill(place, person, line(10_000))
    pay(place, person, 12_000, other, means="card", provider="stripe", provider_id="pi_9")
    told_by_bank = b"Date;Libelle;Montant\n09/12/2026;VIR STRIPE PAYMENTS EUROPE;117,95\n"
    sent = {"file": (io.BytesIO(told_by_bank), "releve.csv")}
    team = log_in(keeper)
    team.post("/manage/money/statements", data=sent, content_type="multipart/form-data")
    assert "d’elle-même" in text_of(team.get("/manage/money/statements"))
    assert [row[2:] for row in books(place, "2026-12-09") if row[0] == "12-09" and row[2] != "customer"][-3:] == [
        ("bank", 11_795, 0),
        ("in_transit", 0, 12_000),
        ("fees", 205, 0),
    ]


def test_a_debit_that_comes_back_is_due_again(place, person, keeper, program, log_in, frozen):
    invoice = bill(place, person, line(8000))
    payment = pay(place, person, 9600, invoice, means="sepa")
    frozen("2026-12-10T10:00+01:00")
    team = log_in(keeper)
    back = {"reason": "AM04", "day": "2026-12-10", "fee": "2,90"}
    for _ in range(2):
        team.post(f"/manage/money/payments/{payment.id}/return", data=back)
    assert program.get(f"/invoices/{invoice.id}").json["left_cents"] == 9600
    assert [row[2:] for row in books(place) if row[2] == "fees"] == [("fees", 290, 0)]  # 627, and nobody pays it but the lieu
    assert "96,00 €" in amounts(log_in(person).get("/billing/due"))


def test_a_late_professional_reads_what_may_be_asked_besides(place, person, company, keeper, program, log_in, frozen):
    rows = line(14_700), line(200, "Café", rate=1000)
    pro, person_s = bill(place, company, *rows), bill(place, person, *rows)
    due = pro.due_on
    frozen(f"{due.fromordinal(due.toordinal() + 30)}T10:00+01:00")
    team = log_in(keeper)
    page = text_of(team.get(f"/billing/invoices/{pro.id}"))
    assert "En retard de 30 jours" in page and {"1,47 €", "40,00 €"} <= amounts(team.get(f"/billing/invoices/{pro.id}"))
    assert "intérêts" not in text_of(team.get(f"/billing/invoices/{person_s.id}"))
    for row, asked in ((pro, (147, 4000)), (person_s, (0, 0))):
        said = program.get(f"/invoices/{row.id}").json
        assert (said["late_interest_cents"], said["late_indemnity_cents"]) == asked


def test_the_last_number_of_a_year_and_the_first_of_the_next(place, person, keeper, log_in, frozen):
    rows = [draft(place, person, line(100)) for _ in range(2)]
    with transaction():
        for _ in range(117):
            bill(place, person, line(100))
    numbers = []
    for row, moment in zip(rows, ("2026-12-31T23:59:59+01:00", "2027-01-01T00:00:00+01:00"), strict=True):
        frozen(moment)
        numbers.append(text_of(log_in(keeper).get(log_in(keeper).post(f"/manage/billing/drafts/{row.id}/issue").location)))
    assert "F2026-00118" in numbers[0] and "F2027-00001" in numbers[1]
