"""What an hour really costs beside its tariff: hours, value, kWh, occupancy over open time, money; and the table to take away."""

from datetime import date

import pytest

from app.booking import services as booking
from app.core import clock
from app.core.db import db, transaction
from app.fablab import queries, services
from app.fablab.models import Machine
from app.fablab.rules import cost_of
from app.members.rules import ROLES
from tests.factories import between, book, give_minutes, make_member
from tests.pages import fields_of, text_of


def test_an_hour_wears_the_machine_is_looked_after_and_draws_current():
    hour = cost_of(60, value_cents=800_000, lifetime_hours=5000, upkeep_cents=50, watts=1200, kwh_price=2516)
    assert (hour.wear_cents, hour.upkeep_cents, hour.watt_hours, hour.current_cents, hour.cents) == (160, 50, 1200, 30, 240)
    assert cost_of(47, value_cents=800_000, lifetime_hours=5000, upkeep_cents=50, watts=1200, kwh_price=2516).cents == 125 + 39 + 24
    unsaid = cost_of(60, value_cents=None, lifetime_hours=None, upkeep_cents=None, watts=1200, kwh_price=None)
    assert (unsaid.cents, unsaid.watt_hours) == (None, 1200)


def test_two_weeks_of_a_laser(fablab, log_in, frozen):
    """From Tuesday 1 to Sunday 13 December: ten open days of nine hours.

    Ana, Tuesday 8, 14:00-15:30, used 80 minutes: 18.00. Ben, Wednesday 9, 10:00-11:00, on a pack, used an hour: nothing due.
    Ana, Thursday 10, 10:00-11:00, cancelled in time: 12.00 come and gone. Ana, Friday 11, 10:00-11:00, absent: 12.00.
    140 minutes: 3.73 of wear, 1.17 of upkeep, 2.8 kWh for 0.70. Taken: 80 + 60 minutes of 5 400.
    """
    with transaction():
        row = db.session.get_one(Machine, fablab.laser.id)
        row.value_cents, row.lifetime_hours, row.upkeep_cents, row.watts = 800_000, 5000, 50, 1200
        db.session.flush()
    give_minutes(fablab.place, fablab.ben, 60)
    ana = book(fablab.laser, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    book(fablab.laser, between("2026-12-09", "10:00", "11:00"), fablab.ben)
    gone = book(fablab.laser, between("2026-12-10", "10:00", "11:00"), fablab.ana)
    book(fablab.laser, between("2026-12-11", "10:00", "11:00"), fablab.ana)
    assert ana.price_cents == 1800
    booking.cancel(booking_id=gone.id, actor_id=fablab.ana.id, by_lieu=False, now=clock.now())
    for who, begins, ends in ((fablab.ana, "08T14:00", "08T15:20"), (fablab.ben, "09T10:00", "09T11:00")):
        frozen(f"2026-12-{begins}+01:00")
        use = services.begin_use(thing=fablab.laser, member_id=who.id, actor_id=who.id, now=clock.now())
        frozen(f"2026-12-{ends}+01:00")
        services.end_use(use_id=use.id, actor_id=who.id, now=clock.now())
    frozen("2026-12-11T10:15+01:00")
    booking.settle_arrivals(now=clock.now())
    frozen("2026-12-14T09:00+01:00")

    client = log_in(fablab.max)
    path = "/fablab/costs?first_day=2026-12-01&last_day=2026-12-13"
    assert client.post(path, data=fields_of(client.get(path).text) | {"kwh": "0,2516"}).status_code == 302
    db.session.refresh(fablab.place)
    (laser,) = [
        one for one in queries.costs(fablab.place, date(2026, 12, 1), date(2026, 12, 13), now=clock.now()) if one.thing.code == "laser"
    ]
    assert (laser.used_minutes, laser.taken_minutes, laser.open_minutes, laser.occupancy) == (140, 140, 5400, 2)
    assert (laser.no_shows, laser.earned_cents, laser.covered_minutes) == (1, 3000, 60)
    assert (laser.cost.wear_cents, laser.cost.upkeep_cents, laser.cost.watt_hours, laser.cost.current_cents) == (373, 117, 2800, 70)
    assert (laser.hour.cents, laser.tariff_cents, laser.left_cents) == (240, 1200, 3000 - 560)

    page = text_of(client.get(path))
    assert all(said in page for said in ("12,00 €", "2,40 €", "30,00 €", "24,40 €", "2,8", "2 h 20"))
    table = client.get(path.replace("costs", "costs.csv")).get_data().decode("utf-8-sig").splitlines()
    assert table[0].startswith("Machine;Famille;Heures d’utilisation")
    assert "laser;laser;2,33;2,33;90,00;1;30,00;1,00;3,73;1,17;2,80;0,70;5,60;2,40;12,00" in table


@pytest.mark.parametrize("role", ROLES)
def test_who_may_read_what_machines_bring(role, fablab, log_in):
    client = log_in(make_member("Quelqu’un", roles=[role]))
    may = role in ("manager", "treasurer", "administrator")
    assert [client.get(path).status_code for path in ("/fablab/costs", "/fablab/costs.csv")] == [200 if may else 404] * 2
