"""The door of the feeds: the address is the key, and an unchanged calendar costs nothing to ask for."""

import gzip
import secrets

import icalendar
import pytest

from app.booking import services
from app.core import clock
from app.core.db import db, transaction
from app.members.models import AccessToken
from app.members.services import new_token
from tests.factories import between, book, book_half, make_thing


def address(member=None, subject="member") -> str:
    token = new_token(member_id=member.id if member else None, purpose="feed", subject=subject, now=clock.now())
    return f"/feeds/{token}.ics"


@pytest.fixture
def url(lieu) -> str:
    """Camille's feed, with one booking."""
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    return address(lieu.camille)


def test_a_person_reads_their_calendar_without_signing_in(client, lieu, url):
    answer = client.get(url)

    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    (event,) = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["SUMMARY"] == "Poste A3 · Worklab"


def test_asked_again_unchanged_it_is_not_sent(client, lieu, url, frozen):
    first = client.get(url)
    frozen("2026-12-20T10:00+01:00")
    again, unchanged = client.get(url), client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    book(lieu.room, between("2026-12-22", "09:00", "10:00"), lieu.camille)
    changed = client.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert changed.status_code == 200


def test_it_travels_compressed(client, url):
    plain, small = client.get(url), client.get(url, headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(small.data) == plain.data
    assert small.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in small.headers["Vary"]


def test_asking_whether_it_is_there_sends_no_body(client, url):
    answer = client.head(url)

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == client.get(url).headers["ETag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_feed_is_only_read(client, url, method):
    answer = client.open(url, method=method)

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_wrong_address_a_revoked_one_and_one_for_something_else_are_answered_alike(client, lieu, url):
    other = new_token(member_id=lieu.camille.id, purpose="api", now=clock.now())
    row = db.session.query(AccessToken).filter_by(purpose="feed").one()
    with transaction():
        row.revoked_at = clock.now()

    answers = [client.get(at) for at in (url, f"/feeds/{other}.ics", f"/feeds/{secrets.token_urlsafe(32)}.ics")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.data.replace(answer.request.path.encode(), b"") for answer in answers}) == 1
    assert "ETag" not in answers[0].headers


def test_a_closed_account_has_no_calendar(client, lieu, url):
    with transaction():
        lieu.camille.status = "inactive"

    assert client.get(url).status_code == 404


def test_a_thing_and_the_lieu_have_theirs(client, lieu):
    book(lieu.room, between("2026-12-08", "09:00", "10:00"), lieu.camille, note="Un secret")

    for subject in (f"resource:{lieu.room.id}", f"place:{lieu.place.id}"):
        answer = client.get(address(subject=subject))
        assert answer.status_code == 200, subject
        assert "R · occupé".encode() in answer.data
        assert b"secret" not in answer.data
        assert b"Camille" not in answer.data


@pytest.mark.parametrize("subject", ["", "member", "resource:0", "resource:999999", "place:999999", "cohort:1", "nothing"])
def test_an_address_of_nothing_is_not_found(client, lieu, subject):
    assert client.get(address(subject=subject)).status_code == 404


def test_one_reads_ones_own_calendar_only(client, lieu, url):
    book_half(lieu.seat("A4"), "2026-12-08", "morning", lieu.leo, note="Le secret de Leo")

    assert b"Leo" not in client.get(url).data


def test_a_hostile_note_breaks_nothing(client, lieu, url):
    room = make_thing(lieu.place, "X", kind="room", name="X\rEND:VCALENDAR")
    book(room, between("2026-12-09", "09:00", "10:00"), lieu.camille, note="a\r\nEND:VEVENT\rBEGIN:VALARM\x0b\u2028")
    services.cancel(
        booking_id=book(room, between("2026-12-10", "09:00", "10:00"), lieu.camille).id,
        actor_id=lieu.camille.id,
        by_lieu=False,
        now=clock.now(),
    )

    calendar = icalendar.Calendar.from_ical(client.get(url).data)

    assert len(calendar.walk("VEVENT")) == 3
    assert calendar.walk("VALARM") == []
