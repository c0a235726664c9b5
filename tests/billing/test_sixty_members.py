"""The month of sixty members: 325 uses become sixty bills, once, and what each way of paying would cost is known to the cent."""

import io
import re
from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app import wiring
from app.billing import checks
from app.billing.models import BankLine, Charge, Closing, DebitBatch, Invoice, Payment
from app.billing.queries import frugality, left_to_pay
from app.billing.queries.payments import payment_terms
from app.billing.rules.frugality import BreakEven, what_if
from app.billing.services import bills, closing
from app.core import clock
from app.core.db import db
from app.core.period import Period
from tests.billing.banks import order_faults
from tests.billing.conftest import IBAN, SELLER
from tests.billing.fec_rules import COLUMNS
from tests.billing.fec_rules import faults as fec_faults
from tests.billing.test_bank import sign
from tests.billing.test_money_pages import settings
from tests.billing.test_statement_rules import camt, entry, payment
from tests.billing.test_subscriptions import make_plan, take
from tests.factories import book, book_half, make_machine, make_member, make_place, make_pool, paris, price

USES = 20 * [12_000] + 25 * (6 * [800] + 2 * [1800]) + 15 * (4 * [1800] + 3 * [450])
BILLS = 20 * [12_000] + 25 * [8400] + 15 * [8550]
FEES = {"card_each_use": 16_810, "card_month": 10_170, "sepa_month": 2100, "transfer_month": 0}


def test_the_fees_of_each_way_to_pay():
    assert (len(USES), len(BILLS), sum(USES), sum(BILLS)) == (325, 60, 578_250, 578_250)
    assert what_if(USES, BILLS) == FEES


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
    place = make_place(weekdays="08:00-20:00", saturday="08:00-20:00", tab_cap_cents=20_000, **SELLER)
    price(place, "desk", "half_day", 800)
    price(place, "family:laser", "minutes", 1800)
    price(place, "family:impression", "minutes", 450)
    return place


class Sixty:
    """Twenty with a plan, twenty-five at a desk and the laser, fifteen at the machines: 325 uses in November."""

    def __init__(self, lieu) -> None:
        pool = make_pool(lieu, 30)
        lasers = [make_machine(lieu, f"laser{n}") for n in range(3)]
        printer = make_machine(lieu, "imp", family="impression")
        plan = make_plan(type("Lieu", (), {"place": lieu}))
        self.planned = [make_member(f"Abonné{number}") for number in range(20)]
        self.desks = [make_member(f"Poste{number}") for number in range(25)]
        self.makers = [make_member(f"Atelier{number}") for number in range(15)]
        days = [date(2026, 11, 2) + timedelta(days=7 * week + day) for week in range(4) for day in range(6) if (week, day) != (1, 2)]
        cutting = [(day, hour, laser) for day in days for hour in range(8, 20) for laser in lasers]
        printing = [(day, hour, printer) for day in days for hour in range(8, 20)]
        for member in self.planned:
            take(plan, member, "2026-11-01")
        for member in self.desks:
            for day in days[:6]:
                book_half(pool, day.isoformat(), "morning", member)
            _hours(cutting, member, 2)
        for member in self.makers:
            _hours(cutting, member, 4)
            _hours(printing, member, 3)


def test_from_bookings_to_the_bank_to_the_accountant(lieu, frozen, log_in, app, stripe, tell, tmp_path):
    """325 uses, sixty bills, paid by debit, transfer and card, told by three statements; a closed month, and its books."""
    team = make_member("Max", roles=("member", "manager"))
    assert settings(log_in(team), means=["transfer", "sepa", "card"], sepa_fee="0,35").status_code == 302
    people = Sixty(lieu)

    # the month is billed: stopped in the middle, then asked again twice from the command line
    frozen("2026-11-30T20:30+01:00")
    run = bills.start_run(lieu, date(2026, 11, 1), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now(), most=25)
    db.session.rollback()
    for _ in range(2):
        assert "60 factures émises" in _command(app, "run", "--month", "2026-11")
    rows = db.session.scalars(sa.select(Invoice).order_by(Invoice.id)).all()
    assert sorted(row.gross_cents for row in rows) == sorted(BILLS)
    assert [row.number for row in rows] == [f"F2026-{rank:05}" for rank in range(1, 61)]
    assert db.session.scalar(sa.select(sa.func.count(Charge.id)).where(Charge.bill_id.is_(None))) == 0
    of = {row.member_id: row for row in rows}

    # what it brought, and what each way of paying would cost
    found = frugality.month(lieu.id, date(2026, 11, 1), date(2026, 11, 30))
    assert (len(found.uses), len(found.bills), found.income_cents, found.members) == (325, 60, 578_250, 60)
    assert found.by_activity == {"plan": 240_000, "machine": 218_250, "desk": 120_000}
    assert what_if(found.uses, found.bills) == FEES
    page = log_in(team).get("/manage/billing/frugality?month=2026-11").text.replace("\u202f", " ").replace("\u00a0", " ")
    for amount in ("168,10 €", "101,70 €", "21,00 €", "5 782,50 €"):
        assert amount in page
    assert "F2026-00060" in log_in(team).get("/manage/billing/months/2026-11").text

    # twenty debits, in one file for the bank
    frozen("2026-12-01T10:00+01:00")
    for member in people.planned:
        sign(lieu, member, payment_terms(lieu), iban=IBAN, on="2026-11-02")
    order = tmp_path / "prelevements.xml"
    assert "20 prélèvements, 2400,00" in _command(app, "sepa", "--date", "2026-12-15", str(order))
    assert order_faults(order.read_bytes(), today=date(2026, 12, 1)) == []
    batch = db.session.scalars(sa.select(DebitBatch)).one()

    # fifteen cards, each from its own page
    for number, member in enumerate(people.makers, 1):
        asked = log_in(member).post(f"/billing/invoices/{of[member.id].id}/checkout", data={"means": "card"})
        assert asked.headers["Location"] == f"{stripe.url}/pay/cs_test_{number}"
        stripe.pay(f"cs_test_{number}")
        assert tell("checkout.session.completed", stripe.sessions[f"cs_test_{number}"], f"evt_{number}") == 200

    # the rest by transfer; three banks' ways of telling it
    frozen("2026-12-18T10:00+01:00")
    by_reference = [of[member.id] for member in people.desks[:24]]
    for name, told, settled in (
        ("releve.xml", _camt(batch.message, by_reference[:12]), 13),
        ("releve.ofx", _ofx(by_reference[12:]), 12),
        ("releve.csv", _csv("VIR SEPA RECU;84,00", "STRIPE PAYMENTS PAYOUT;1259,55", "FRAIS DE TENUE DE COMPTE;-3,60"), 1),
    ):
        before = _count(BankLine, BankLine.by_itself)
        sent = {"file": (io.BytesIO(told), name)}
        assert log_in(team).post("/manage/money/statements", data=sent, content_type="multipart/form-data").status_code == 302
        assert _count(BankLine, BankLine.by_itself) - before == settled
    page = log_in(team).get("/manage/money/statements").text
    clicks = re.findall(r'action="(/manage/money/lines/\d+/settlement)".*?name="code" value="([^"]+)"', page, re.S)
    assert len(clicks) == 2  # the amount alone, and the bank's own fee: proposed, never done
    for url, code in clicks:
        assert log_in(team).post(url, data={"code": code}).status_code == 302
    assert _count(BankLine, BankLine.state == "open") == 0
    assert sum(left_to_pay([row.id for row in rows]).values()) == 0
    paid = db.session.execute(
        sa.select(Payment.means, sa.func.count(), sa.func.sum(Payment.cents), sa.func.sum(Payment.fee_cents)).group_by(Payment.means)
    )
    assert {tuple(row) for row in paid} == {("sepa", 20, 240_000, 700), ("transfer", 25, 210_000, 0), ("card", 15, 128_250, 2295)}

    # the month is closed, the year written for the accountant
    frozen("2027-01-01T00:10+01:00")
    assert closing.close(now=clock.now()) == 3  # the day, the month, the year
    month = db.session.scalars(sa.select(Closing).where(Closing.span == "month")).one()
    assert (str(month.first_day), str(month.last_day)) == ("2026-11-01", "2026-11-30") and '"gross_cents":578250' in month.content
    _command(app, "fec", "--year", "2026", str(tmp_path / "fec"))
    (written,) = (tmp_path / "fec").glob("*.txt")
    assert fec_faults(written.name, written.read_bytes()) == []
    balances = _balances(written.read_bytes().decode("iso8859-15"))
    assert {account[:3]: cents for account, cents in balances.items() if cents} == {
        "512": 578_250 - 2295 - 360,
        "627": 2655,
        "706": -578_250,
    }
    assert "sont celles qui ont été émises" in _command(app, "verify")
    assert [fault for look in (*wiring.CHECKS, *wiring.GUARDS) for fault in look(db.session())] == []
    db.session.execute(
        sa.text("UPDATE billing_charge SET bill_id = NULL WHERE id = (SELECT min(id) FROM billing_charge WHERE cents = 800)")
    )
    (fault,) = checks.charged(db.session())
    assert "demande 8400 centime(s) hors taxe, ses prestations en valent 7600" in fault


def _command(app, *words: str) -> str:
    said = app.test_cli_runner().invoke(args=["billing", *words])
    assert said.exit_code == 0, said.output
    return said.output


def _count(model, *which) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*which)) or 0


def _camt(batch: str, invoices) -> bytes:
    """The debits as one line, then a transfer each, named by its number."""
    debits = entry("2400.00", "CRDT", payment("2400.00", f"REMISE PRLV {batch}-FRST"), ref="D", day="2026-12-15")
    return camt(
        debits,
        *(
            entry("84.00", "CRDT", payment("84.00", f"Facture {row.number}"), ref=f"C{rank}", day="2026-12-16")
            for rank, row in enumerate(invoices)
        ),
    )


def _ofx(invoices) -> bytes:
    said = "".join(
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261216<TRNAMT>84.00<FITID>O{rank}<NAME>VIR<MEMO>{row.number}</STMTTRN>"
        for rank, row in enumerate(invoices)
    )
    account = f"<BANKACCTFROM><BANKID>30006<ACCTID>{IBAN}</BANKACCTFROM>"
    return f"OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>EUR{account}<BANKTRANLIST>{said}</BANKTRANLIST></STMTRS></OFX>".encode()


def _csv(*lines: str) -> bytes:
    return "\n".join(["Date;Libellé;Montant", *(f"17/12/2026;{line}" for line in lines)]).encode()


def _balances(fec: str) -> Counter[str]:
    """What is left on each account: debits less credits, in cents."""
    left: Counter[str] = Counter()
    for line in fec.split("\r\n")[1:-1]:
        row = dict(zip(COLUMNS, line.split("\t"), strict=True))
        left[row["CompteNum"]] += int(row["Debit"].replace(",", "")) - int(row["Credit"].replace(",", ""))
    return left


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
    assert 'data-again="3"' in working and '<progress value="10" max="12"' in working
    while bills.go_on_with_runs(now=clock.now()):
        pass
    page = team.get("/manage/billing/months/2026-11").text
    assert "data-again" not in page and "Tout émettre et envoyer" in page
    assert page.count("8,00\u00a0€") == 12  # each draft says what it asks, before it is opened
    assert db.session.scalar(sa.select(sa.func.count(Invoice.id))) == 0
    team.post("/manage/billing/months/2026-11", data={"aim": "invoices"})
    while bills.go_on_with_runs(now=clock.now()):
        pass
    assert db.session.scalar(sa.select(sa.func.count(Invoice.id))) == 12
    assert log_in(make_member("Zoé")).get("/manage/billing/months").status_code == 404
