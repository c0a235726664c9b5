"""The week of everything, as a person sees it."""

import pytest

from tests.factories import between, book, make_member, make_place, make_thing
from tests.pages import text_of


@pytest.mark.parametrize(("lang", "free", "yours"), [("fr", "libre", "14 h"), ("en", "free", "2 pm")])
def test_each_box_is_a_link_and_says_what_is_free_or_ones_own(session, frozen, client, log_in, lang, free, yours):
    frozen("2026-12-07T10:00+01:00")
    room = make_thing(make_place(), "salle", kind="room", name="Salle de réunion")
    camille = make_member("Camille")
    booking = book(room, between("2026-12-09", "14:00", "15:30"), camille)
    log_in(camille).set_cookie("lang", lang)

    text = text_of(client.get("/coworking/week?week=2026-12-07"))

    assert f"<td><a href=r/salle/2026-12-08>{free}</a>" in text.replace(" colspan=2", "")
    assert f"<td class=m><a href=../bookings/{booking.id}>{yours}</a>" in text
    assert "&lt;" not in text
