"""On the machine: begun, metered, given back; matter on the same bill; counters and their tasks."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.billing import queries as billing
from app.billing import services as stock
from app.billing.models import Article, Charge
from app.booking import services as booking
from app.booking.models import Booking, Occupancy
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.models import Counter, Machine, Task, Use
from tests.factories import between, book, give_minutes, make_machine, make_member, thing
from tests.pages import text_of


def refused(gesture, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        gesture(*args, **kwargs)
    return caught.value


def due(member) -> int:
    return db.session.scalar(sa.select(sa.func.sum(Charge.cents)).where(Charge.member_id == member.id)) or 0


def begin(thing, member, minutes=60) -> Use:
    return services.begin_use(thing=thing, member_id=member.id, actor_id=member.id, now=clock.now(), minutes=minutes)


def end(use) -> Use:
    return services.end_use(use_id=use.id, actor_id=use.member_id, now=clock.now())


def article(fablab, code, cents, *, left=None, alert=None) -> Article:
    row = stock.save_article(
        place_id=fablab.place.id,
        article_id=None,
        actor_id=None,
        now=clock.now(),
        code=code,
        name=code,
        unit="dm²",
        cents=cents,
        alert_milli=alert,
    )
    if left is not None:
        stock.count_stock(article_id=row.id, milli=left, note="", actor_id=None, now=clock.now())
    return row


@pytest.fixture
def metered(fablab):
    return make_machine(fablab.place, "plotter", family="laser", rules={"metered": 15, "min_minutes": 15, "step": 15, "free_hours": 24})


@pytest.mark.parametrize(("minutes", "cents"), [(47, 940), (9, 300), (15, 300), (60, 1200)])
def test_metered_by_the_minute_with_a_minimum(fablab, metered, frozen, minutes, cents):
    use = begin(metered, fablab.ana)
    assert due(fablab.ana) == 0
    frozen((clock.now() + timedelta(minutes=minutes)).isoformat())
    ended = end(use)

    assert (ended.minutes, ended.cents, due(fablab.ana)) == (minutes, cents, cents)
    assert refused(end, use).codes == ["nothing_running"]


def test_metered_minutes_go_to_a_pack_first(fablab, metered, frozen):
    give_minutes(fablab.place, fablab.ana, 30)
    use = begin(metered, fablab.ana)
    frozen("2026-12-01T10:47+01:00")
    assert end(use).cents == 340  # 17 minutes at 12.00 an hour
    assert billing.balances(fablab.ana, place_id=fablab.place.id, on=clock.now().date()).minutes == 0


def test_a_metered_booking_is_foreseen_then_paid_when_it_is_used_and_the_tab_looks_at_both(fablab, metered, log_in, post, frozen):
    give_minutes(fablab.place, fablab.ana, 15)

    def wish(start, end):
        wanted = booking.ask(
            [(metered, between("2026-12-08", start, end))], member_id=fablab.ana.id, actor_id=fablab.ana.id, now=clock.now()
        )
        return booking.preview(wanted)

    assert (wish("14:00", "15:00").price_cents, wish("14:00", "15:00").is_foreseen) == (900, True)  # 15 minutes of the pack, 45 to pay
    page = text_of(log_in(fablab.ana).get("/coworking/?what=machine&which=plotter&day=2026-12-08&part=hours&start=14:00&end=15:00"))
    assert "environ 9,00 €" in page and "payée à la minute utilisée" in page
    held = book(metered, between("2026-12-08", "14:00", "15:00"), fablab.ana)
    assert (held.price_cents, due(fablab.ana)) == (0, 0)
    assert billing.balances(fablab.ana, place_id=fablab.place.id, on=clock.now().date()).minutes == 15  # nothing is held either
    (told,) = post()
    assert "Vous payez les minutes d’utilisation, à la fin." in told.get_body(("plain",)).get_content()

    with transaction():
        fablab.place.tab_cap_cents = 400
        db.session.flush()
    assert [reason.code for reason in wish("16:00", "17:00").reasons] == ["insufficient_funds"]
    assert wish("16:00", "16:15").ok  # the pack has it all
    frozen("2026-12-08T14:00+01:00")
    use = begin(metered, fablab.ana)
    frozen("2026-12-08T14:47+01:00")
    assert end(use).cents == 640  # what was used is due, past the cap
    (told,) = (one for one in post() if "ardoise" in one["Subject"])
    assert "elle s’arrête à 4,00 €" in told.get_body(("plain",)).get_content().replace("\u00a0", " ")


def test_what_is_left_of_the_time_goes_to_others(fablab, frozen):
    held = book(fablab.laser, between("2026-12-08", "14:00", "16:00"), fablab.ana)
    assert held.price_cents == 2400
    waits = booking.ask(
        [(fablab.laser, between("2026-12-08", "15:00", "16:00"))], member_id=fablab.ben.id, actor_id=fablab.ben.id, now=clock.now()
    )
    booking.join_waitlist(waits)
    frozen("2026-12-08T13:50+01:00")
    use = begin(fablab.laser, fablab.ana)
    assert use.booking_id == held.id
    assert begin(fablab.laser, fablab.ana).id == use.id  # pressed twice
    assert refused(begin, fablab.laser, fablab.ben).codes == ["already_running"]
    frozen("2026-12-08T14:40+01:00")
    assert end(use).minutes == 50

    ended = db.session.get_one(Booking, held.id, populate_existing=True)
    assert (ended.status, ended.ends_at.minute, due(fablab.ana)) == ("done", 40, 2400)
    row = db.session.scalars(sa.select(Occupancy).where(Occupancy.booking_id == held.id).execution_options(populate_existing=True)).one()
    assert row.ends_at == ended.ends_at
    offered = db.session.scalars(sa.select(Booking).where(Booking.member_id == fablab.ben.id)).one()
    assert offered.status == "held"


def test_on_the_spot_for_as_long_as_it_is_free(fablab, frozen):
    book(fablab.laser, between("2026-12-01", "12:00", "13:00"), fablab.ben)
    frozen("2026-12-01T11:07+01:00")
    assert refused(begin, fablab.laser, fablab.chloe).codes == ["not_qualified"]
    use = begin(fablab.laser, fablab.ana, minutes=240)
    held = db.session.get_one(Booking, use.booking_id)
    assert (held.status, held.price_cents) == ("checked_in", 1060)  # 53 minutes at 12.00 an hour
    assert queries.why_stop(fablab.laser.id, held.ends_at, place=fablab.place) == "next"
    assert services.warn_of_the_end(now=clock.now()) == 0
    frozen("2026-12-01T11:50+01:00")
    assert [services.warn_of_the_end(now=clock.now()), services.warn_of_the_end(now=clock.now())] == [1, 0]


def test_what_nobody_ended_ends_with_its_booking(fablab, metered, frozen):
    use = begin(metered, fablab.ana, minutes=30)
    silent = book(fablab.printer, between("2026-12-01", "10:00", "11:00"), fablab.ben)
    booking.check_in(silent.id, actor_id=fablab.ben.id, now=clock.now())
    frozen("2026-12-01T14:00+01:00")
    booking.settle_arrivals(now=clock.now())
    assert services.settle_uses(now=clock.now()) == 2
    assert services.settle_uses(now=clock.now()) == 0
    closed = db.session.get_one(Use, use.id, populate_existing=True)
    assert (closed.minutes, closed.cents) == (30, 600)
    assert queries.use_of_booking(silent.id).minutes == 60


def test_matter_goes_on_the_same_bill_and_out_of_the_stock(fablab, frozen):
    plywood, screws = article(fablab, "plywood", 80, left=5000, alert=2000), article(fablab, "screws", 125)
    held = book(fablab.printer, between("2026-12-01", "10:00", "11:00"), fablab.ana)
    begin(fablab.printer, fablab.ana)

    def take(row, milli):
        return services.add_material(booking_id=held.id, article_id=row.id, milli=milli, actor_id=fablab.ana.id, now=clock.now()).cents

    assert take(plywood, 3500) + take(screws, 2000) == 530
    assert due(fablab.ana) == 530 + held.price_cents
    assert db.session.get_one(Article, plywood.id, populate_existing=True).stock_milli == 1500
    assert [one.name for one in billing.low_stock(fablab.place.id)] == ["plywood"]
    assert db.session.scalar(sa.select(sa.func.count(JournalEntry.id)).where(JournalEntry.event == "stock.low")) == 1
    assert refused(take, plywood, 1501).codes == ["out_of_stock"]
    assert refused(take, screws, 0).codes == ["bad_quantity"]
    stock.receive(article_id=plywood.id, milli=10_000, cents=4500, note="Scierie", actor_id=fablab.max.id, now=clock.now())
    assert take(plywood, 1501) == 120
    frozen("2026-12-01T14:01+01:00")
    booking.settle_arrivals(now=clock.now())
    assert refused(take, screws, 1000).codes == ["too_late"]
    assert [(move.kind, move.milli) for move in billing.stock_moves(plywood.id)] == [
        ("use", -1501),
        ("purchase", 10_000),
        ("use", -3500),
        ("inventory", 5000),
    ]


def test_a_group_has_its_own_price_for_matter_of_its_own(fablab):
    row = article(fablab, "plywood", 80)
    held = book(fablab.printer, between("2026-12-01", "10:00", "11:00"), fablab.ben)
    begin(fablab.printer, fablab.ben)
    add = {"booking_id": held.id, "article_id": row.id, "milli": 1000, "actor_id": fablab.ben.id, "now": clock.now()}
    assert services.add_material(**add).cents == 80
    stock.save_article(place_id=fablab.place.id, article_id=row.id, actor_id=None, now=clock.now(), group_cents={"solidaire": 65})
    db.session.refresh(fablab.place)
    assert services.add_material(**add).cents == 65


def test_a_counter_opens_its_task_once_and_begins_again_when_it_is_done(fablab, frozen):
    with transaction():
        db.session.get_one(Machine, fablab.printer.id).counters = [
            {"nom": "heures de buse", "entretien_toutes_les_h": 200, "valeur_min": 198 * 60}
        ]
        db.session.flush()

    def use_it(day, start, stop):
        book(fablab.printer, between(day, start, stop), fablab.ana)
        frozen(f"{day}T{start}+01:00")
        use = begin(fablab.printer, fablab.ana)
        frozen(f"{day}T{stop}+01:00")
        end(use)

    def tasks():
        return db.session.scalars(sa.select(Task).order_by(Task.id).execution_options(populate_existing=True)).all()

    use_it("2026-12-08", "09:00", "10:30")
    assert tasks() == []
    use_it("2026-12-08", "11:00", "11:30")
    assert len(tasks()) == 1
    use_it("2026-12-08", "14:00", "15:00")
    assert len(tasks()) == 1

    services.finish_task(task_id=tasks()[0].id, note="Buse changée", actor_id=fablab.max.id, now=clock.now())
    assert refused(services.finish_task, task_id=tasks()[0].id, note="", actor_id=fablab.max.id, now=clock.now()).codes == [
        "already_closed"
    ]
    use_it("2026-12-09", "09:00", "10:00")
    assert len(tasks()) == 1
    assert db.session.scalars(sa.select(Counter)).one().minutes == 202 * 60
    assert [entry.text for entry in queries.log(fablab.printer.id)] == ["heures de buse. Buse changée"]


def test_months_alone_open_a_task_once(fablab, frozen):
    with transaction():
        db.session.get_one(Machine, fablab.printer.id).counters = [{"nom": "graissage", "entretien_tous_les_mois": 3}]
        db.session.flush()
    assert services.open_due_tasks(now=clock.now()) == 0
    frozen("2027-02-28T10:00+01:00")
    assert services.open_due_tasks(now=clock.now()) == 0
    frozen("2027-03-01T10:00+01:00")
    assert [services.open_due_tasks(now=clock.now()), services.open_due_tasks(now=clock.now())] == [1, 0]


def test_a_machine_that_is_out_of_service_is_not_begun(fablab):
    book(fablab.printer, between("2026-12-01", "10:00", "11:00"), fablab.ana)
    services.report_problem(thing=fablab.printer, member_id=make_member("Zoe").id, text="Fume", dangerous=True, now=clock.now())
    db.session.refresh(fablab.place)

    assert refused(begin, thing(fablab.printer.id), fablab.ana).codes == ["machine_out_of_service"]
