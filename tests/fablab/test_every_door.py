"""A clearance is asked at every door, for each date of a series, for each move, whoever moves: by page and by a program."""

import sqlalchemy as sa

from app.booking.models import Booking
from app.core.db import db
from tests.api.partner import Described, Partner, codes
from tests.factories import between, book, paris
from tests.pages import text_of


def test_no_date_beyond_the_last_day_of_ones_right(fablab, app, client, log_in, frozen):
    frozen("2027-06-01T10:00+02:00")
    mine = book(fablab.laser, between("2027-06-29", "10:00", "11:00"), fablab.ana)
    ana, max_ = (Partner(client, Described(app), who, "read write manage") for who in (fablab.ana, fablab.max))
    later = {"start": "2027-07-01T10:00:00+02:00", "end": "2027-07-01T11:00:00+02:00"}
    for partner in (ana, max_):  # staff too, unless they pass over it in writing
        no = partner.patch(f"/bookings/{mine.id}", **later)
        assert (no.status_code, codes(no)) == (422, ["qualification_expires_before"])
    no = max_.post("/bookings", resource_id=fablab.laser.id, for_member_id=fablab.chloe.id, **later)
    assert (no.status_code, codes(no)) == (422, ["not_qualified"])

    series = {"resource_id": fablab.laser.id, "start": "2027-06-23T10:00:00+02:00", "end": "2027-06-23T11:00:00+02:00"}
    made = ana.post("/series", **series, rrule="FREQ=WEEKLY;COUNT=3", skip_conflicts=True)
    assert made.status_code == 201
    assert [(one["status"], one.get("reason")) for one in made.json["occurrences"]] == [
        ("booked", None),
        ("booked", None),
        ("refused", "qualification_expires_before"),
    ]

    move = {"day": "2027-07-01", "start": "10:00", "end": "11:00"}
    for who in (fablab.ana, fablab.max):
        page = log_in(who).post(f"/bookings/{mine.id}/move", data=move)
        assert page.status_code == 422 and "vaut jusqu’au mercredi 30 juin inclus" in text_of(page)
    assert db.session.get_one(Booking, mine.id, populate_existing=True).starts_at == paris("2027-06-29 10:00")
    assert db.session.scalar(sa.select(sa.func.count(Booking.id)).where(Booking.ends_at > paris("2027-07-01 00:00"))) == 0
