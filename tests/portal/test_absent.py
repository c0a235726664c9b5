"""Two years without a sign: a last word, a month, then nothing is kept but what the law asks."""

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.refusals import Refused
from app.members.models import Member
from app.members.rules import AlreadyErased
from app.members.services import Device, hash_password, sign_in
from app.place.models import Place
from app.portal import absent, erasing
from tests.factories import between, book, make_member, make_place, make_thing


def states(session):
    session.expire_all()
    return {one.email.split("@")[0]: one.status for one in session.scalars(sa.select(Member)).unique()}


def night(frozen, day):
    frozen(f"{day}T04:00+01:00")
    return absent.say_goodbye(now=clock.now())


@pytest.fixture
def people(session, frozen, tmp_path, app, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    frozen("2024-11-20T10:00+01:00")
    make_place()
    made = {
        name: make_member(name, email=f"{name}@example.org", password_hash=hash_password("une phrase à retenir"))
        for name in ("gone", "back")
    }
    made["staff"] = make_member("staff", email="staff@example.org", roles=("manager",))
    frozen("2025-06-01T10:00+02:00")
    made["recent"] = make_member("recent", email="recent@example.org")
    return made


def test_who_gives_no_sign_for_two_years_is_told_once_then_erased_a_month_later(session, people, frozen, post):
    assert night(frozen, "2026-11-20") == 0
    assert night(frozen, "2026-11-22") == 2
    assert night(frozen, "2026-11-23") == 0

    letters = post()
    assert [letter["To"] for letter in letters] == ["back <back@example.org>", "gone <gone@example.org>"]
    assert "mardi 22 décembre 2026, votre compte sera effacé" in " ".join(letters[0].get_body(("plain",)).get_content().split())

    frozen("2026-12-10T18:00+01:00")
    sign_in(email="back@example.org", password="une phrase à retenir", device=Device(address="127.0.0.1"), now=clock.now())
    assert night(frozen, "2026-12-21") == 0
    assert night(frozen, "2026-12-22") == 1

    left = states(session)
    assert sorted(left) == [str(people["gone"].id), "back", "recent", "staff"]
    assert left[str(people["gone"].id)] == "erased"
    assert night(frozen, "2027-02-01") == 0


def test_who_answered_a_warning_by_booking_is_told_again_before_the_next_absence_ends_their_account(session, people, frozen):
    assert night(frozen, "2026-11-22") == 2
    room = make_thing(session.scalars(sa.select(Place)).one(), "salle", kind="room")
    book(room, between("2026-12-10", "10:00", "11:00"), people["back"])  # by the lieu, for somebody who never enters

    assert night(frozen, "2026-12-22") == 1
    assert night(frozen, "2028-12-09") == 1  # `recent`, told in their turn
    assert states(session)["back"] == "active"
    assert night(frozen, "2028-12-11") == 1
    assert states(session)["back"] == "active"
    assert night(frozen, "2028-12-12") == 0
    night(frozen, "2029-01-10")
    assert "back" not in states(session)


def test_what_is_not_settled_keeps_the_account_another_month(session, people, frozen, monkeypatch):
    night(frozen, "2026-11-22")
    monkeypatch.setattr(erasing, "erase", _refused)

    assert night(frozen, "2026-12-22") == 0
    assert states(session)["gone"] == "active"
    assert night(frozen, "2026-12-23") == 0


def _refused(*_given, **_named):
    raise Refused(AlreadyErased())
