"""A calendar of elsewhere takes a room here: bounded, nameless, and never at somebody's expense."""

import io
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app import wiring
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking.models import OutsideCalendar
from app.coworking.rules import NotACalendar, busy_times
from tests.factories import between, book, paris
from tests.pages import text_of

PARIS = ZoneInfo("Europe/Paris")
WINDOW = Period(paris("2026-12-01 10:00"), paris("2027-12-31 00:00"))


def ics(*events: str) -> bytes:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(f"BEGIN:VEVENT\r\n{one}\r\nEND:VEVENT\r\n" for one in events) + "END:VCALENDAR\r\n"
    ).encode()


WEDDING = "UID:w\r\nSUMMARY:Mariage Untel\r\nDTSTART;TZID=Europe/Paris:20261207T140000\r\nDTEND;TZID=Europe/Paris:20261207T160000"
COUNCIL = "UID:c\r\nDTSTART;TZID=Europe/Paris:20261208T180000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=30\r\nEXDATE;TZID=Europe/Paris:20261215T180000"


def test_busy_times_are_read_within_bounds_whatever_the_file_holds():
    content = ics(
        WEDDING,
        COUNCIL,
        "UID:old\r\nDTSTART:20200101T100000Z\r\nDTEND:20200101T110000Z",
        "UID:free\r\nTRANSP:TRANSPARENT\r\nDTSTART:20261207T100000Z\r\nDTEND:20261207T110000Z",
        "UID:gone\r\nSTATUS:CANCELLED\r\nDTSTART:20261207T100000Z\r\nDTEND:20261207T110000Z",
        "UID:backward\r\nDTSTART:20261207T100000Z\r\nDTEND:20261207T090000Z",
        "UID:bomb\r\nDTSTART:20261207T100000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY",
        "UID:broken\r\nDTSTART:whenever\r\nDTEND:20261207T090000Z",
        "UID:day\r\nDTSTART;VALUE=DATE:20261224",
    )
    times = busy_times(content, zone=PARIS, window=WINDOW)

    assert len(times) == 1 + 29 + 1
    assert times[0].period == Period(paris("2026-12-07 14:00"), paris("2026-12-07 16:00"))
    assert times[-1].period.starts_at == paris("2027-06-29 18:00")  # six in the evening, summer and winter
    assert Period(paris("2026-12-24 00:00"), paris("2026-12-25 00:00")) in [one.period for one in times]
    assert busy_times(content, zone=PARIS, window=WINDOW) == times
    for bad in (b"GIF89a", b" " * 1_000_001):
        with pytest.raises(NotACalendar):
            busy_times(bad, zone=PARIS, window=WINDOW)


def test_the_town_hall_s_times_take_the_room_around_who_already_had_it(lieu, log_in):
    mine = book(lieu.room, between("2026-12-07", "15:00", "15:30"), lieu.camille)
    client = log_in(lieu.max)

    def send(content: bytes):
        return client.post("/manage/outside/", data={"thing": str(lieu.room.id), "label": "mairie", "file": (io.BytesIO(content), "a.ics")})

    assert "n’est pas un agenda lisible" in text_of(send(b"GIF89a"))
    assert send(ics(WEDDING, COUNCIL)).status_code == 303
    row = db.session.scalars(sa.select(OutsideCalendar)).one()
    assert (row.busy, row.missed) == (30, 1)
    with pytest.raises(Refused) as taken:
        book(lieu.room, between("2026-12-07", "14:00", "14:30"), lieu.leo)
    assert taken.value.codes == ["overlap"]
    assert db.session.get_one(type(mine), mine.id).status == "confirmed"
    assert "Mariage" not in text_of(client.get("/manage/outside/")) and "hors service" not in text_of(
        client.get("/coworking/r/salle?week=2026-12-07")
    )
    assert send(ics(COUNCIL)).status_code == 303  # the wedding is off
    book(lieu.room, between("2026-12-07", "13:00", "13:30"), lieu.leo)
    assert db.session.scalars(sa.select(OutsideCalendar)).one().busy == 29
    assert client.post(f"/manage/outside/{row.id}/removal").status_code == 303
    book(lieu.room, between("2026-12-08", "18:00", "18:30"), lieu.leo, override_reason="", actor=lieu.leo)
    assert [fault for look in wiring.CHECKS for fault in look(db.session())] == []
