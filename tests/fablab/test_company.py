"""Two by two on the machine that nobody may use alone: joined, left, released; and the race to be the second."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.billing.models import Charge
from app.booking import services as booking
from app.booking.models import Booking
from app.booking.rules import Thing
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.models import Clearance, Companion
from tests.factories import between, book, make_member, thing
from tests.pages import text_of


@pytest.fixture
def cnc(fablab) -> Thing:
    """Ana and Ben know it; one must be told two hours before."""
    needed = queries.clearance_needed(fablab.cnc)
    with transaction():
        for member in (fablab.ana, fablab.ben):
            db.session.add(
                Clearance(member_id=member.id, clearance_type_id=needed.type_id, given_on=date(2026, 11, 1), created_at=clock.now())
            )
        db.session.flush()
    booking.change_thing(resource_id=fablab.cnc.id, rules={"notice_minutes": 120}, actor_id=None, now=clock.now())
    return thing(fablab.cnc.id)


def join(held, member):
    return services.join_company(booking_id=held.id, member_id=member.id, actor_id=member.id, now=clock.now())


def status(held) -> str:
    return db.session.get_one(Booking, held.id, populate_existing=True).status


def refused(gesture, *args) -> list[str]:
    with pytest.raises(Refused) as no:
        gesture(*args)
    return no.value.codes


def test_ana_waits_ben_joins_and_it_is_confirmed_for_both(fablab, cnc, log_in, post, frozen):
    held = book(cnc, between("2026-12-08", "10:00", "11:00"), fablab.ana)
    assert (held.status, held.price_cents) == ("pending", 2000)
    post()
    assert refused(join, held, fablab.chloe) == ["not_qualified"]
    assert refused(join, held, fablab.ana) == ["already_joined"]
    assert log_in(fablab.chloe).get(f"/fablab/company/{held.id}").status_code == 404

    ben = log_in(fablab.ben)
    assert "attend quelqu’un" in ben.get("/fablab/company").text
    assert ben.post(f"/fablab/company/{held.id}/joining").status_code == 302
    assert status(held) == "confirmed"
    told = {message["To"].split(" <")[0]: message for message in post()}
    assert set(told) == {"Ana", "Ben"}
    assert [part.get_content_type() for part in told["Ben"].iter_attachments()] == ["text/calendar"]
    assert cnc.name in ben.get("/me?week=2026-12-07").text
    assert refused(join, held, fablab.ben) == ["already_joined"]
    frozen("2026-12-08T09:55+01:00")
    assert services.begin_use(thing=cnc, member_id=fablab.ana.id, actor_id=fablab.ana.id, now=clock.now()).booking_id == held.id


def test_who_comes_no_more_leaves_it_waiting_and_it_is_given_back_at_the_notice(fablab, cnc, log_in, post, frozen):
    held = book(cnc, between("2026-12-08", "10:00", "11:00"), fablab.ana)
    join(held, fablab.ben)
    post()
    assert log_in(fablab.ben).post(f"/fablab/company/{held.id}/leaving").status_code == 302
    assert status(held) == "pending"
    assert any("Ben" in message["Subject"] for message in post() if message["To"].startswith("Ana"))

    frozen("2026-12-08T07:59+01:00")
    assert services.release_lonely(now=clock.now()) == 0
    frozen("2026-12-08T08:00+01:00")
    assert [services.release_lonely(now=clock.now()), services.release_lonely(now=clock.now())] == [1, 0]
    assert status(held) == "released"
    assert db.session.scalar(sa.select(sa.func.sum(Charge.cents))) == 0


def test_alone_in_front_of_it_one_does_not_begin(fablab, cnc, frozen):
    held = book(cnc, between("2026-12-08", "10:00", "11:00"), fablab.ana)
    frozen("2026-12-08T09:50+01:00")
    begin = {"thing": cnc, "member_id": fablab.ana.id, "actor_id": fablab.ana.id}
    with pytest.raises(Refused) as no:
        services.begin_use(**begin, now=clock.now())
    assert no.value.codes == ["copresence_required"]
    assert status(held) == "pending"


def test_when_it_is_off_who_came_too_is_told(fablab, cnc, post):
    held = book(cnc, between("2026-12-08", "10:00", "11:00"), fablab.ana)
    join(held, fablab.ben)
    post()
    booking.cancel(booking_id=held.id, actor_id=fablab.ana.id, by_lieu=False, now=clock.now())
    assert sorted(message["To"].split(" <")[0] for message in post()) == ["Ana", "Ben"]


def test_only_one_more_may_come(fablab, cnc):
    held = book(cnc, between("2026-12-08", "10:00", "11:00"), fablab.ana)
    dora = make_member("Dora")
    needed = queries.clearance_needed(cnc)
    with transaction():
        db.session.add(Clearance(member_id=dora.id, clearance_type_id=needed.type_id, given_on=date(2026, 11, 1), created_at=clock.now()))
        db.session.flush()
    join(held, fablab.ben)
    assert refused(join, held, dora) == ["full"]
    with pytest.raises(sa.exc.IntegrityError), transaction():  # whatever the code thinks, the database refuses
        db.session.add(Companion(booking_id=held.id, member_id=dora.id, number=2, joined_at=clock.now()))
        db.session.flush()


def test_who_comes_that_day_is_seen_only_when_they_want_it(fablab, cnc, log_in):
    for person in (fablab.ana, fablab.ben):
        with transaction():
            person.shows_presence = True
            db.session.flush()
    book(fablab.laser, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    book(fablab.printer, between("2026-12-08", "10:00", "11:00"), fablab.chloe)  # has not said that it may be seen
    mine = book(fablab.printer, between("2026-12-08", "16:00", "17:00"), fablab.chloe)
    held = book(cnc, between("2026-12-09", "10:00", "11:00"), fablab.ana)
    join(held, fablab.ben)

    client = log_in(fablab.chloe)
    page = text_of(client.get("/fablab/company"))
    assert page.count("<li><time") == 3 and "Chloe" not in page.split('id="coming"')[1]
    assert all(said in page for said in ("Ana", "Ben", "14 h – 15 h 30", "Vous venez sans que cela se voie."))
    assert "Ana (laser, 14 h – 15 h 30)" in text_of(client.get(f"/bookings/{mine.id}"))
    assert "Qui vient au fablab" not in client.get("/fablab/laser").text  # not these seven days
    assert "Ana" not in text_of(log_in(fablab.ana).get("/fablab/company")).split('id="coming"')[1]
