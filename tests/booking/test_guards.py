"""What the database refuses by itself, whoever writes: each of these fails without its guard."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.billing.models import Lot
from app.booking.models import Booking, Occupancy, Outage, WaitlistEntry
from app.core import clock
from app.core.db import db, transaction
from tests.factories import between, book, give_half_days, paris


@pytest.fixture
def outage(lieu):
    with transaction():
        row = Outage(resource_id=lieu.room.id, starts_at=paris("2027-01-05 08:00"), ends_at=None, reason="", created_at=clock.now())
        db.session.add(row)
        db.session.flush()
    return row


def occupy(outage: Outage, start: str, end: str, *, active: bool = True) -> Occupancy:
    with transaction():
        period = between("2027-01-05", start, end)
        row = Occupancy(
            place_id=1,
            resource_id=outage.resource_id,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            holder="outage",
            outage_id=outage.id,
            active=active,
        )
        row.place_id = db.session.scalar(sa.text("SELECT place_id FROM booking_resource WHERE id = :id"), {"id": outage.resource_id})
        db.session.add(row)
        db.session.flush()
        return row


@pytest.mark.parametrize(
    ("start", "end"), [("10:00", "11:00"), ("10:30", "11:30"), ("09:00", "12:00"), ("10:15", "10:45"), ("09:30", "10:01")]
)
def test_two_active_occupancies_of_one_thing_never_overlap(outage, start, end):
    occupy(outage, "10:00", "11:00")
    with pytest.raises(IntegrityError, match="one_holder_at_a_time"):
        occupy(outage, start, end)


def test_neighbours_touch_and_inactive_rows_are_not_in_the_way(outage):
    occupy(outage, "10:00", "11:00")
    occupy(outage, "11:00", "12:00")
    occupy(outage, "09:00", "10:00")
    assert occupy(outage, "10:30", "11:30", active=False).id


def test_an_occupancy_cannot_be_moved_or_woken_over_another(outage):
    occupy(outage, "10:00", "11:00")
    later, asleep = occupy(outage, "12:00", "13:00"), occupy(outage, "10:00", "11:00", active=False)
    with pytest.raises(IntegrityError, match="one_holder_at_a_time"), transaction():
        later.starts_at = paris("2027-01-05 10:30")
        db.session.flush()
    db.session.refresh(asleep)
    with pytest.raises(IntegrityError, match="one_holder_at_a_time"), transaction():
        asleep.active = True
        db.session.flush()


def test_a_far_older_row_that_reaches_in_is_seen(outage):
    with transaction():
        place_id = db.session.scalar(sa.text("SELECT place_id FROM booking_resource WHERE id = :id"), {"id": outage.resource_id})
        db.session.add(
            Occupancy(
                place_id=place_id,
                resource_id=outage.resource_id,
                starts_at=paris("2020-01-01 00:00"),
                ends_at=paris("2030-01-01 00:00"),
                holder="outage",
                outage_id=outage.id,
            )
        )
        db.session.flush()
    with pytest.raises(IntegrityError, match="one_holder_at_a_time"):
        occupy(outage, "10:00", "11:00")


def test_a_lot_is_never_overdrawn(lieu):
    lot = give_half_days(lieu.place, lieu.camille, 1)
    with pytest.raises(IntegrityError, match="never_overdrawn"), transaction():
        db.session.execute(sa.update(Lot).where(Lot.id == lot).values(held=2))


def test_an_occupancy_has_exactly_one_holder(outage):
    with pytest.raises(IntegrityError, match="one_holder"), transaction():
        db.session.execute(sa.update(Occupancy).values(outage_id=None))
        occupy(outage, "10:00", "11:00")
        db.session.execute(sa.update(Occupancy).values(outage_id=None))


def test_a_booking_ends_after_it_starts_and_a_hold_has_an_end(lieu):
    booking = book(lieu.room, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    with pytest.raises(IntegrityError, match="forward"), transaction():
        db.session.execute(sa.update(Booking).where(Booking.id == booking.id).values(ends_at=booking.starts_at - timedelta(minutes=1)))
    with pytest.raises(IntegrityError, match="held_until"), transaction():
        db.session.execute(sa.update(Booking).where(Booking.id == booking.id).values(status="held"))


def test_one_place_in_line_for_one_wish(lieu):
    values = {
        "place_id": lieu.place.id,
        "resource_id": lieu.pool.id,
        "member_id": lieu.camille.id,
        "starts_at": paris("2027-01-05 08:30"),
        "ends_at": paris("2027-01-05 13:00"),
        "state": "waiting",
        "created_at": clock.now(),
    }
    with transaction():
        db.session.execute(sa.insert(WaitlistEntry).values(values))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.insert(WaitlistEntry).values(values))


def test_a_write_outside_a_transaction_is_a_mistake(lieu):
    lieu.camille.name = "Autre"
    with pytest.raises(RuntimeError, match="outside"):
        db.session.flush()
    db.session.rollback()
