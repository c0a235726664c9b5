"""A calendar of elsewhere takes a room here: bounded, nameless, and never at somebody's expense."""

import io
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app import wiring
from app.booking.models import Outage
from app.core import clock, elsewhere, urls
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking import gateways, services
from app.coworking.models import OutsideCalendar
from app.coworking.rules import NotACalendar, busy_times
from tests.factories import between, book, paris
from tests.pages import text_of

CERTIFICATE = Path(__file__).resolve().parent.parent / "api" / "hooks.pem"

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


@dataclass
class TownHall:
    """Somebody else's server, that answers as it likes."""

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    drip: Callable[[], None] = lambda: None
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://hooks.test:{self.port}/salle.ics?secret=1"


@pytest.fixture
def town_hall(monkeypatch) -> Iterator[TownHall]:
    hall = TownHall()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hall.asked.append(self.path)
            self.send_response(hall.status)
            for name, value in ({"Content-Length": str(len(hall.body))} | hall.headers).items():
                self.send_header(name, value)
            self.end_headers()
            hall.drip()
            try:
                self.wfile.write(hall.body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    hall.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    names = {"hooks.test": ["127.0.0.1"], "half.exemple.fr": ["93.184.216.34", "10.0.0.1"], "meta.exemple.fr": ["169.254.169.254"]}
    trusting = ssl.create_default_context(cafile=CERTIFICATE)
    monkeypatch.setattr(elsewhere, "_context", lambda: trusting)
    monkeypatch.setattr(elsewhere, "_known_as", lambda host, _port: names[host])
    monkeypatch.setattr(elsewhere, "is_public", lambda address: address == "127.0.0.1" or urls.is_public(address))
    yield hall
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_address_that_may_not_be_asked_or_says_too_much_is_refused_in_words(lieu, log_in, town_hall, monkeypatch):
    client = log_in(lieu.max)

    def follow(url: str = "", **more: str):
        return client.post("/manage/outside/", data={"thing": str(lieu.room.id), "label": "mairie", "url": url or town_hall.url, **more})

    for url, said in (
        ("http://exemple.fr/a.ics", "doit commencer par https://"),
        ("file:///etc/passwd", "Ce n’est pas une adresse complète"),
        ("https://user:word@exemple.fr/", "Ce n’est pas une adresse complète"),
        ("https://127.0.0.1:5000/", "Cette adresse n’est pas publique"),
        ("webcal://192.168.1.1/a.ics", "Cette adresse n’est pas publique"),
        ("https://[::ffff:10.0.0.1]/", "Cette adresse n’est pas publique"),
        ("https://nas.local/a.ics", "Cette adresse n’est pas publique"),
        ("https://half.exemple.fr/a.ics", "Cette adresse n’est pas publique"),
        ("https://meta.exemple.fr/latest", "Cette adresse n’est pas publique"),
    ):
        answer = follow(url)
        assert (answer.status_code, said in text_of(answer)) == (422, True), url
    assert town_hall.asked == []
    for status, headers, body, said in (
        (302, {"Location": "https://meta.exemple.fr/"}, b"", "répond, mais ne le donne pas"),
        (404, {}, b"no", "répond, mais ne le donne pas"),
        (200, {}, b"<html>Connectez-vous</html>", "Ce n’est pas un agenda lisible"),
        (200, {}, b" " * 1_000_001, "dépasse un mégaoctet"),
        (200, {"Content-Length": "50"}, b"BEGIN:VCALENDAR", "Personne ne répond"),
    ):
        town_hall.status, town_hall.headers, town_hall.body = status, headers, body
        answer = follow()
        assert (answer.status_code, said in text_of(answer)) == (422, True), (status, headers)
    town_hall.status, town_hall.headers, town_hall.body = 200, {}, ics(WEDDING)
    town_hall.drip = lambda: time.sleep(0.5)
    monkeypatch.setattr(gateways, "PATIENCE", 0.2)
    started = time.monotonic()
    assert "Personne ne répond" in text_of(follow())
    assert time.monotonic() - started < 0.5
    assert len(town_hall.asked) == 6
    assert db.session.scalar(sa.select(sa.func.count(OutsideCalendar.id))) == 0
    assert "l’un des deux" in text_of(client.post("/manage/outside/", data={"thing": str(lieu.room.id), "label": "mairie"}))


def test_the_town_hall_s_address_is_asked_each_night_and_what_it_said_stands_when_it_is_silent(lieu, log_in, town_hall, frozen):
    client, town_hall.body = log_in(lieu.max), ics(WEDDING, COUNCIL)
    assert client.post("/manage/outside/", data={"thing": str(lieu.room.id), "label": "mairie", "url": town_hall.url}).status_code == 303
    row = db.session.scalars(sa.select(OutsideCalendar)).one()
    assert (row.busy, row.missed) == (30, 0)
    assert "hooks.test" in text_of(client.get("/manage/outside/")) and "secret" not in text_of(client.get("/manage/outside/"))
    assert services.refresh_calendars(now=clock.now()) == 0  # this morning is after three o'clock
    town_hall.status = 500
    frozen("2026-12-02T03:00+01:00")
    assert services.refresh_calendars(now=clock.now()) == 0
    assert services.refresh_calendars(now=clock.now()) == 0  # one question a night, answered or not
    assert len(town_hall.asked) == 2
    page = text_of(client.get("/manage/outside/"))
    assert "pas relu" in page and "Ce qui avait été lu reste pris." in page
    with pytest.raises(Refused):
        book(lieu.room, between("2026-12-07", "14:00", "14:30"), lieu.leo)
    town_hall.status, town_hall.body = 200, ics(COUNCIL)
    frozen("2026-12-03T03:00+01:00")
    assert services.refresh_calendars(now=clock.now()) == 1
    book(lieu.room, between("2026-12-07", "14:00", "14:30"), lieu.leo)
    client = log_in(lieu.max)
    assert "pas relu" not in text_of(client.get("/manage/outside/"))
    assert client.post(f"/manage/outside/{row.id}/reading").status_code == 303
    assert (len(town_hall.asked), db.session.get_one(OutsideCalendar, row.id).busy) == (4, 29)
    frozen("2027-06-29T19:30+02:00")
    town_hall.body = ics()
    services.read_again(row.id, actor_id=lieu.max.id, now=clock.now())  # what is past stays as it was
    assert db.session.scalar(sa.select(sa.func.count(Outage.id)).where(Outage.outside_id == row.id, Outage.ended_at.is_(None))) == 29
    assert [fault for look in wiring.CHECKS for fault in look(db.session())] == []
