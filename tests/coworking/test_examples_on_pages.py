"""The worked examples of coworking, with their numbers, as people meet them on the pages.

====  ==============================================  ==============================================================
 no.  through the engine, and by a program (API)      on the pages
====  ==============================================  ==============================================================
 1    test_reference_lieu, api/test_coworking         test_a_room_is_priced_by_the_hours_that_there_are
 2    api/test_coworking                              test_booking_pages (an hour that does not exist)
 3    test_reference_lieu, api, feeds/test_calendars  feeds/test_calendars (9 h stays 9 h)
 4    test_reference_lieu, api/test_coworking         series page: the night that slides is said
 5    test_reference_lieu, api/test_coworking         test_a_manager_s_mondays_skip_the_holidays_and_list_them
 6    feeds/test_calendars, feeds/test_views
 7-8  test_reference_lieu, api/test_coworking         test_the_ninth_waits_in_line_or_takes_the_afternoon
 9    test_reference_lieu, api/test_coworking         test_a_room_keeps_its_buffer_and_its_notice
 10   test_reference_lieu, api/test_coworking         test_a_room_keeps_its_buffer_and_its_notice
 11   test_reference_lieu, api/test_things            portal/test_facts (a resident lends their desk)
 12   test_reference_lieu                             test_groups
 13   test_reference_lieu, api/test_coworking         test_ten_dates_three_of_them_taken_and_one_that_comes_free
 14   test_reference_lieu                             test_two_weeks_of_a_series_are_given_up_and_only_these
 15   race/test_races (two processes)
 16   race/test_races (two processes)
 17   test_reference_lieu, api/test_once              test_booking_pages (a double click)
 18   race/test_races (two processes)
 19   test_reference_lieu                             billing (a payment page)
 20   test_reference_lieu, api/test_coworking         test_what_the_account_covers_and_what_it_does_not
 21   test_reference_lieu, race/test_races            test_what_the_account_covers_and_what_it_does_not
 22   test_reference_lieu                             billing
 23   test_reference_lieu, api/test_coworking         test_what_the_account_covers_and_what_it_does_not
 24   test_reference_lieu, api/test_coworking         journeys/test_a_week_of_coworking
 25   test_reference_lieu, api/test_coworking         test_booking_pages (staff books for a person)
 26   test_reference_lieu, api/test_coworking         test_a_room_is_priced_by_the_hours_that_there_are
====  ==============================================  ==============================================================
"""

import pytest
import sqlalchemy as sa

from app.booking import services as booking
from app.booking.models import Booking, SeriesDate
from app.core import clock
from app.core.db import db, transaction
from tests.booking.conftest import lieu
from tests.factories import between, book, book_half, give_half_days, make_member
from tests.pages import choice, text_of

__all__ = ["lieu"]

pytestmark = pytest.mark.usefixtures("lieu")


def ask(client, thing, day, start, end, **more):
    return client.post("/coworking/bookings", data={"choice": choice(thing, day, start, end), **more})


def made(answer) -> Booking:
    assert answer.status_code == 303, text_of(answer)
    found = db.session.get(Booking, int(answer.location.rsplit("/", 1)[1]))
    assert found is not None
    return found


def no(answer, sentence: str) -> bool:
    return answer.status_code in (409, 422) and sentence in text_of(answer)


def test_a_room_is_priced_by_the_hours_that_there_are(lieu, log_in, frozen):
    assert made(ask(log_in(lieu.camille), lieu.room, "2026-12-08", "09:00", "18:00")).price_cents == 6000
    for now, day, hours, price in (("2027-03-01", "2027-03-28", 5, "40,00 €"), ("2026-10-01", "2026-10-25", 7, "56,00 €")):
        frozen(f"{now}T10:00+01:00")
        nora = log_in(lieu.nora)
        seen = text_of(nora.get(f"/coworking/?what=room&which=R&day={day}&part=hours&start=00:00&end=06:00"))
        night = made(ask(nora, lieu.room, day, "00:00", "06:00"))
        assert price in seen and night.price_cents == 800 * hours


def test_a_manager_s_mondays_skip_the_holidays_and_list_them(lieu, log_in, frozen):
    frozen("2027-02-22T10:00+01:00")
    max_ = log_in(lieu.max)
    asked = {"choice": choice(lieu.seat("A1"), "2027-03-01", "08:30", "13:00"), "repeat": "weekly", "until": "2027-05-31"}
    seen = text_of(max_.get("/coworking/series", query_string=asked))
    assert "12 dates sont libres, 2 sont sautées" in seen and "lundi 29 mars" in seen and "lundi 17 mai" in seen
    max_.post("/coworking/series", data=asked)
    skipped = db.session.scalars(sa.select(SeriesDate).where(SeriesDate.state == "skipped").order_by(SeriesDate.original_start)).all()
    assert [(row.original_start.date().isoformat(), row.reason) for row in skipped] == [
        ("2027-03-29", "holiday"),
        ("2027-05-17", "holiday"),
    ]


def test_the_ninth_waits_in_line_or_takes_the_afternoon(lieu, log_in):
    camille, leo = log_in(lieu.camille), lieu.leo
    for _ in range(8):
        book_half(lieu.pool, "2027-01-05", "morning", make_member())
    seen = ask(camille, lieu.pool, "2027-01-05", "08:30", "13:00")
    assert no(seen, "mardi 5 janvier, l’après-midi") and seen.status_code == 409 and "mercredi 6 janvier, le matin" in text_of(seen)
    book(lieu.room, between("2027-01-05", "10:00", "11:00"), leo)
    waited = [("pool", lieu.pool, "08:30", "13:00"), ("seat", lieu.seat("A1"), "08:30", "13:00"), ("room", lieu.room, "10:00", "11:00")]
    for _what, thing, start, end in waited:
        assert "/coworking/waitlist" in ask(camille, thing, "2027-01-05", start, end).text
        assert camille.post("/coworking/waitlist", data={"choice": choice(thing, "2027-01-05", start, end)}).status_code == 303


def test_a_room_keeps_its_buffer_and_its_notice(lieu, log_in, frozen):
    camille = log_in(lieu.camille)
    made(ask(camille, lieu.room, "2026-12-08", "10:00", "11:00"))
    assert no(ask(camille, lieu.room, "2026-12-08", "11:00", "12:00"), "15 min")
    assert no(ask(camille, lieu.room, "2026-12-08", "09:00", "10:00"), "15 min")
    for start, end in (("11:15", "12:00"), ("09:00", "09:45")):
        made(ask(camille, lieu.room, "2026-12-08", start, end))
    frozen("2026-12-09T13:10+01:00")
    assert ask(log_in(lieu.camille), lieu.room, "2026-12-09", "15:00", "15:15").status_code == 422
    forced = made(ask(log_in(lieu.max), lieu.room, "2026-12-09", "15:00", "15:15", override_reason="Un imprévu de la mairie"))
    assert forced.override_reason == "Un imprévu de la mairie"
    made(ask(log_in(lieu.camille), lieu.room, "2026-12-09", "15:30", "16:00"))


def test_ten_dates_three_of_them_taken_and_one_that_comes_free(lieu, log_in, post):
    taken = [book(lieu.room, between(day, "09:00", "10:00"), lieu.leo) for day in ("2026-12-07", "2026-12-14", "2026-12-16")]
    camille = log_in(lieu.camille)
    asked = {"choice": choice(lieu.room, "2026-12-07", "09:00", "10:00"), "repeat": "workdays", "until": "2026-12-18"}
    seen = text_of(camille.get("/coworking/series", query_string=asked))
    assert "7 dates sont libres, 3 sont sautées" in seen and seen.count("À la place") == 3
    series = made(camille.post("/coworking/series", data=asked)).series_id
    post()
    booking.cancel(booking_id=taken[0].id, actor_id=lieu.leo.id, by_lieu=False, now=clock.now())
    page = text_of(camille.get(f"/series/{series}"))
    assert page.count("Réserver si c’est libre") == 3
    freed = db.session.scalars(sa.select(SeriesDate).where(SeriesDate.state == "skipped").order_by(SeriesDate.original_start)).first()
    assert made(camille.post(f"/series/dates/{freed.id}/booking")).starts_at.day == 7
    assert text_of(camille.get(f"/series/{series}")).count("Réserver si c’est libre") == 2


def test_two_weeks_of_a_series_are_given_up_and_only_these(lieu, log_in):
    give_half_days(lieu.place, lieu.camille, 10, until="2027-12-01")
    max_ = log_in(lieu.max)
    asked = {"choice": choice(lieu.seat("A1"), "2027-01-11", "08:30", "13:00"), "repeat": "weekly", "until": "2027-03-01"}
    series = made(max_.post("/coworking/series", data=asked)).series_id
    assert log_in(lieu.camille).get(f"/series/{series}/cancellation").status_code == 404
    max_ = log_in(lieu.max)
    assert "Annuler les dates d’une période" in text_of(max_.get(f"/series/{series}"))
    address = f"/series/{series}/cancellation?first_day=2027-02-08&last_day=2027-02-21"
    seen = text_of(max_.get(address))
    assert "Annuler ces 2 dates" in seen and "lundi 8 février" in seen and "lundi 15 février" in seen and "lundi 22 février" not in seen
    assert max_.post(address).status_code == 303
    rows = db.session.scalars(sa.select(SeriesDate).order_by(SeriesDate.original_start)).all()
    assert [row.state for row in rows] == ["booked"] * 4 + ["cancelled"] * 2 + ["booked"] * 2
    assert "Aucune date" in text_of(max_.get(address))

    first, second = (db.session.get_one(Booking, row.booking_id) for row in rows[:2])
    max_.post(f"/bookings/{first.id}/cancellation", data={})
    assert max_.post(f"/bookings/{second.id}/move", data={"day": "2027-02-10", "half": "afternoon"}).status_code == 303
    page = text_of(max_.get(f"/series/{series}"))
    assert page.count("annulée") == 3 and "déplacée au mercredi 10 février, de 13 h à 18 h 30" in page
    assert "mercredi 10 février" in text_of(max_.get(address))  # where it is now


def test_what_the_account_covers_and_what_it_does_not(lieu, log_in, frozen):
    with transaction():
        lieu.place.tab_cap_cents = 0
    give_half_days(lieu.place, lieu.camille, 3, until="2027-12-01")
    camille = log_in(lieu.camille)
    seats = [made(ask(camille, lieu.pool, f"2027-01-0{day}", "08:30", "13:00")) for day in (5, 6, 7)]
    assert ask(camille, lieu.pool, "2027-01-08", "08:30", "13:00").status_code == 422
    for minute, comes_back in (("17:59", "Tout vous revient : une demi-journée"), ("18:00", "Il est trop tard pour annuler gratuitement")):
        frozen(f"2027-01-04T{minute}+01:00")
        camille = log_in(lieu.camille)
        assert comes_back in text_of(camille.get(f"/bookings/{seats[0].id}/cancellation"))
    camille.post(f"/bookings/{seats[0].id}/cancellation", data={})
    db.session.expire_all()
    assert seats[0].status == "late_cancelled"
