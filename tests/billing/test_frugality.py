"""What each month costs and receives, told by page and file; hours of volunteers, a memo of the books that nobody pays."""

from datetime import date

import pytest

from app.billing.queries import books as reads
from app.billing.queries import frugality
from app.billing.rules.frugality import margin, own_percent
from app.billing.services import bills, books, volunteering
from app.booking import services as booking
from app.cli.kit import dumping, loading, shape
from app.core import clock
from app.core.refusals import Refused
from tests.billing.fec_rules import faults
from tests.billing.test_subscriptions import make_plan, take
from tests.factories import book_half, make_member
from tests.pages import error_of, fields_of, text_of

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_an_income_pays_its_share_of_what_follows_the_uses():
    assert margin(700, income_cents=10_000, variable_cents=1_500) == 595
    assert [margin(700, income_cents=0, variable_cents=1_500), margin(None, income_cents=1, variable_cents=0)] == [700, None]
    assert margin(700, income_cents=1_000, variable_cents=1_500) is None  # each one more costs more than it brings
    assert [own_percent(75_000, 25_000), own_percent(0, 0), own_percent(0, 100)] == [75, None, 0]
    assert [own_percent(1, 7), own_percent(124, 876), margin(700, income_cents=700, variable_cents=700)] == [13, 12, None]


@pytest.fixture
def keeper(place, log_in):
    return log_in(make_member("Trésor", roles=("member", "treasurer")))


def test_costs_fixed_or_not_and_public_money_are_written_on_a_page(place, keeper):
    path = "/manage/billing/frugality/costs"
    assert "Dites ce que le lieu dépense" in text_of(keeper.get("/manage/billing/frugality"))
    sent = fields_of(keeper.get(path).text) | {"rows-0-label": "Énergie", "rows-0-cents": "310", "rows-1-label": "Région"}
    assert "12,50" in error_of(keeper.post(path, data=sent), "rows-1-cents")
    sent |= {"rows-1-cents": "200", "rows-1-sort": "public"}
    assert keeper.post(path, data=sent).status_code == 302
    sent = fields_of(keeper.get(path).text) | {"rows-2-label": "Filament", "rows-2-cents": "40,50", "rows-2-sort": "variable"}
    assert keeper.post(path, data=sent).status_code == 302

    assert place.monthly_costs == [{"nom": "Énergie", "cents": 31_000}, {"nom": "Filament", "cents": 4_050, "variable": True}]
    assert place.public_money == [{"nom": "Région", "cents": 20_000}]
    page = text_of(keeper.get("/manage/billing/frugality"))
    for said in ("310,00 €", "40,50 €", "−350,50 €", "200,00 €", "−150,50 €", "Le lieu gagne lui-même 0 % de son argent du mois."):
        assert said in page, said
    text = dumping.dump(place)
    assert "argent_public:" in text and "variable: true" in text
    loading.load(shape.read(text.encode()), now=clock.now())
    assert dumping.dump(place) == text


def test_hours_of_volunteers_stand_in_the_books_on_864_and_875_and_change_nothing_else(place, keeper):
    path = "/manage/billing/volunteering"
    sent = fields_of(keeper.get(path).text) | {"minutes": "90", "what": "Repair café, trois personnes", "hour_cents": "14,25"}
    assert "un jour passé" in text_of(keeper.post(path, data=sent | {"day": "2026-12-02"}))
    for day in ("2026-11-30", "2026-12-01"):
        again = fields_of(keeper.get(path).text) | {
            "minutes": "90",
            "what": "Repair café, trois personnes",
            "hour_cents": "14,25",
            "day": day,
        }
        assert keeper.post(path, data=again).status_code == 302
    page = text_of(keeper.get(path))
    assert "3 h, 42,76 €." in page and "21,38 €" in page
    assert "1 h 30 données ce mois, valorisées 21,38 €" in text_of(keeper.get("/manage/billing/frugality"))

    (first, second) = reads.entries(place, *YEAR)
    assert [(row.account, row.debit, row.credit) for row in first.rows] == [("864", 2138, 0), ("875", 0, 2138)]
    assert (first.journal, first.balance, second.day) == ("OD", 0, date(2026, 12, 1))
    (name, content), (_csv, table) = books.files(place, *YEAR).items()
    assert name == "732829320FEC20261231.txt" and faults(name, content, first=YEAR[0]) == []
    assert "Bénévolat, Repair café" in table.decode("utf-8-sig")
    rows = reads.volunteer_hours(place.id, *YEAR)
    assert keeper.post(f"{path}/{rows[1].id}/removal").status_code == 302
    assert len(reads.entries(place, *YEAR)) == 1


def test_hours_of_a_finished_year_stay(place, frozen):
    row = volunteering.give_hours(
        place_id=place.id, day=date(2026, 12, 1), minutes=60, hour_cents=1425, what="Accueil", actor_id=None, now=clock.now()
    )
    frozen("2027-01-02T10:00+01:00")
    with pytest.raises(Refused) as refused:
        volunteering.take_back_hours(hours_id=row.id, actor_id=None, now=clock.now())
    assert refused.value.codes == ["hours_in_the_books"]


def test_a_plan_earns_what_is_paid_less_what_it_covered_and_was_not_given_back(lieu, log_in):
    paul = make_member("Paul")
    take(make_plan(lieu, allowances={"half_days": 20}), paul, "2026-12-12")
    for day in ("2026-12-14", "2026-12-15", "2026-12-16"):
        kept = book_half(lieu.pool, day, "morning", paul)
    booking.cancel(booking_id=kept.id, actor_id=paul.id, by_lieu=False, now=clock.now())
    [foreseen] = frugality.month(lieu.place.id, date(2026, 12, 1), date(2026, 12, 31)).by_plan
    bills.go_on(bills.start_run(lieu.place, date(2026, 12, 1), aim="drafts", now=clock.now()).id, now=clock.now())

    [earned] = frugality.month(lieu.place.id, date(2026, 12, 1), date(2026, 12, 31)).by_plan
    assert (earned.name, earned.members, earned.cents, earned.worth_cents, earned.earned_cents) == ("Mi-temps", 1, 7742, 1400, 6342)
    assert foreseen == earned  # whether the month is billed yet or not
    page = text_of(log_in(make_member("Trésor", roles=("member", "treasurer"))).get("/manage/billing/frugality?month=2026-12"))
    assert "77,42 €" in page and "14,00 €" in page and "63,42 €" in page and "Douze mois : une utilisation" in page
