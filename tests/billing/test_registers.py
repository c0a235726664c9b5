"""The drawer and the deposits, line by line and as files."""

from datetime import date

from app.billing.queries import registers
from app.billing.services import slips
from app.core import clock
from app.core.db import db, transaction
from app.coworking.models import Key
from app.coworking.services import lend_key
from tests.billing.bills import bill, line
from tests.billing.test_payments import pay
from tests.factories import make_member
from tests.pages import text_of


def test_the_drawer_and_the_deposits_are_read_and_downloaded(place, person, log_in):
    mine, deposit = (
        bill(place, person, line(10_000)),
        bill(place, person, line(5_000, activity="deposit", category="O", rate=0), kind="deposit"),
    )
    pay(place, person, 12_000, mine, means="cash", day=date(2026, 11, 30))
    pay(place, person, 5_000, deposit, means="cash", day=date(2026, 12, 1))
    slip = slips.hand_in_cash(place_id=place.id, cents=10_000, day=date(2026, 12, 1), now=clock.now())
    slips.bank_has(slip.id, day=date(2026, 12, 1), now=clock.now())
    with transaction():
        key = Key(place_id=place.id, kind="key", mark="Porte nord", created_at=clock.now())
        db.session.add(key)
    lend_key(key, member_id=person.id, deposit_cents=2_000, actor_id=person.id, now=clock.now())

    assert [(one.cents, one.left_cents) for one in registers.cash_lines(place.id, date(2026, 12, 1), date(2026, 12, 31))] == [
        (5_000, 17_000),
        (-10_000, 7_000),
    ]
    keeper = log_in(make_member("Trésor", roles=("member", "treasurer")))
    page = text_of(keeper.get("/manage/registers/?first=2026-12-01&last=2026-12-01"))
    for said in ("il y avait 120,00 €", "170,00 €", "−100,00 €", "70,00 €", "50,00 €, reçu 50,00 €", "à rendre : 50,00 €", "Porte nord"):
        assert said in page, said
    cash = keeper.get("/manage/registers/cash.csv").data.decode("utf-8-sig").splitlines()
    assert [row.split(";")[-3:] for row in cash[1:]] == [
        ["120,00", "0,00", "120,00"],
        ["50,00", "0,00", "170,00"],
        ["0,00", "100,00", "70,00"],
    ]
    kept = keeper.get("/manage/registers/deposits.csv").data.decode("utf-8-sig").splitlines()
    assert [row.split(";")[-4:] for row in kept[1:]] == [["50,00", "50,00", "0,00", "50,00"], ["20,00", "20,00", "0,00", "20,00"]]
    assert log_in(person).get("/manage/registers/").status_code == 404
