"""CalDAV at /dav/: one's own calendar, or the lieu's, to read and never to write."""

import base64
import re
from xml.etree import ElementTree

import pytest

from app.booking import services
from app.core import clock
from app.members.services import new_token, revoke_tokens
from tests.factories import between, book, book_half

PROPFIND = '<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><resourcetype/><displayname/><getetag/><current-user-principal/><C:calendar-home-set/></prop></propfind>'
REPORT = """<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/><C:calendar-data/></prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20261207T000000Z" end="20261208T000000Z"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


@pytest.fixture
def lieu(session, frozen):
    from tests.lieux import make_lieu

    frozen("2026-12-01T10:00+01:00")
    return make_lieu()


def said(answer: str, name: str) -> list[str]:
    """What each DAV element of that name says, whatever prefix the writer gave to the namespace."""
    return [element.text or "" for element in ElementTree.fromstring(answer).iter(f"{{DAV:}}{name}")]


def asking(client, secret):
    def ask(method: str, path: str, body: str = "", depth: str = "1", **headers: str):
        said = {"Authorization": "Basic " + base64.b64encode(f"camille:{secret}".encode()).decode(), "Depth": depth, **headers}
        return client.open(path, method=method, data=body, headers=said, content_type="text/xml")

    return ask


def test_a_person_reads_their_calendar_and_nothing_else(lieu, client):
    mine = book(lieu.room, between("2026-12-07", "10:00", "11:00"), lieu.camille)
    book_half(lieu.pool, "2026-12-09", "morning", lieu.camille)
    other = book(lieu.room, between("2026-12-07", "14:00", "15:00"), lieu.leo)
    secret = new_token(member_id=lieu.camille.id, purpose="feed", subject="member", now=clock.now())
    ask, home = asking(client, secret), f"/dav/m{lieu.camille.id}/reservations/"

    assert client.get("/.well-known/caldav").location == "/dav/"
    assert f"/dav/m{lieu.camille.id}/" in ask("PROPFIND", "/dav/", PROPFIND, depth="0").text
    listed = ask("PROPFIND", home, PROPFIND).text
    assert len([href for href in said(listed, "href") if href.endswith(".ics")]) == 2
    assert "Mes réservations · Worklab" in said(listed, "displayname")
    found = ask("REPORT", home, REPORT)
    assert found.status_code == 207 and found.text.count("BEGIN:VEVENT") == 1 and mine.uid in found.text and other.uid not in found.text
    one = ask("GET", f"{home}{mine.uid.partition('@')[0]}.ics")
    assert one.status_code == 200 and "SUMMARY:Salle de réunion" in one.text and one.headers["Cache-Control"] == "no-store"
    assert ask("GET", f"{home}{mine.uid.partition('@')[0]}.ics").headers["ETag"] == one.headers["ETag"]

    for method in ("PUT", "DELETE", "MKCALENDAR", "PROPPATCH", "MOVE", "POST"):
        assert ask(method, f"{home}new.ics", "BEGIN:VCALENDAR").status_code == 405
    for path in (f"/dav/m{lieu.leo.id}/reservations/", f"/dav/p{lieu.place.id}/", "/dav/m999999999999/", "/dav/../secret", "/dav/m1%00/"):
        assert ask("PROPFIND", path, PROPFIND).status_code in (400, 403, 404), path
    assert asking(client, "wrong")("PROPFIND", home, PROPFIND).status_code == 401
    assert client.open(home, method="PROPFIND").status_code == 401
    assert ask("REPORT", home, "<" * 200_000).status_code == 413
    assert ask("REPORT", home, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').status_code == 400

    services.cancel(booking_id=mine.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    again = ask("GET", f"{home}{mine.uid.partition('@')[0]}.ics")
    assert "STATUS:CANCELLED" in again.text and again.headers["ETag"] != one.headers["ETag"]
    revoke_tokens(member_id=lieu.camille.id, purposes=("feed",), now=clock.now())
    assert ask("PROPFIND", home, PROPFIND).status_code == 401


def test_the_lieu_s_calendar_says_taken_and_never_by_whom(lieu, client):
    book(lieu.room, between("2026-12-07", "10:00", "11:00"), lieu.camille, note="secret")
    secret = new_token(member_id=None, purpose="feed", subject=f"place:{lieu.place.id}", now=clock.now())

    found = asking(client, secret)("REPORT", f"/dav/p{lieu.place.id}/reservations/", REPORT)

    assert "Salle de réunion · occupé" in found.text and not re.search("Camille|secret", found.text)
