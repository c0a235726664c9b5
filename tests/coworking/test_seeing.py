"""How full the lieu is, what is taken away as a table, the hall's screen and the code at the door."""

import io
import re
import zipfile
from datetime import date

import pytest

from app.booking import services
from app.booking.models import Booking
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.core.tables import as_xlsx, cell, euros
from app.coworking.queries import figures
from tests.factories import between, book, book_half, give_half_days, make_member
from tests.pages import text_of


def test_each_half_day_of_the_week_says_how_many_of_its_seats_were_taken(lieu, log_in, frozen):
    for seat in range(4):
        book_half(lieu.pool, "2026-12-03", "morning", make_member(f"P{seat}"))
    book_half(lieu.pool, "2026-12-10", "day", lieu.leo)
    book(lieu.room, between("2026-12-03", "10:30", "12:00"), lieu.camille)
    frozen("2026-12-03T09:20+01:00")
    services.settle_arrivals(now=clock.now())  # nobody came: four no-shows, whose seats were freed

    halves = figures.halves_of_week(lieu.place, date(2026, 12, 1), date(2026, 12, 14))

    # two Thursdays of eight seats: one seat all day on the 10th, and nothing is left of the 3rd
    thursday = [half for half in halves if half.weekday == 3]
    assert [(half.taken, half.seats, half.percent) for half in thursday] == [(1, 16, 6), (1, 16, 6)]
    saturday = [half for half in halves if half.weekday == 5]
    assert [(half.taken, half.seats) for half in saturday] == [(0, 16), (0, 0)]
    assert figures.minutes_by_hour(lieu.place, date(2026, 12, 1), date(2026, 12, 14), ("room",))[10:12] == [30, 60]
    told = figures.outcomes(lieu.place, date(2026, 12, 1), date(2026, 12, 14))
    assert (told.came, told.no_shows, told.no_show_percent) == (0, 4, 100)
    page = text_of(log_in(lieu.max).get("/manage/occupancy/?first_day=2026-12-01&last_day=2026-12-14"))
    assert "1 sur 16" in page and "6 %" in page
    assert log_in(lieu.camille).get("/manage/occupancy/").status_code == 404


def test_a_table_that_is_taken_away_runs_nothing(lieu, log_in):
    with transaction():
        lieu.leo.name = '=HYPERLINK("http://evil.example")'
        db.session.flush()
    book_half(lieu.pool, "2026-12-03", "morning", lieu.leo)
    client = log_in(lieu.max)
    asked = "first_day=2026-12-01&last_day=2026-12-31"

    csv = client.get(f"/manage/occupancy/bookings.csv?{asked}").data.decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("2026-12-03;2026-12-03 08:30;2026-12-03 13:00;A1;") and "\"'=HYPERLINK" in csv
    answer = client.get(f"/manage/occupancy/bookings.xlsx?{asked}")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book_:
        sheet = book_.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "hyperlink" not in sheet.lower()
        assert "HYPERLINK" in book_.read("xl/sharedStrings.xml").decode()
    assert cell(euros(-1205)) == "-12,05" and cell(euros(700)) == "7,00" and cell(euros(None)) == ""
    assert as_xlsx([{"a": "+1+1", "b": 3, "c": date(2026, 1, 2)}], {"a": "A", "b": "B", "c": "C"}, title="[x]:/")[:2] == b"PK"


def test_the_hall_says_what_is_on_and_names_only_who_agreed(lieu, log_in, client, frozen):
    with transaction():
        lieu.camille.shows_presence = True
        db.session.flush()
    book_half(lieu.pool, "2026-12-03", "morning", lieu.camille)
    hidden = book_half(lieu.pool, "2026-12-03", "morning", lieu.leo)
    answer = log_in(lieu.max).post(f"/manage/feeds/hall:{lieu.place.id}", follow_redirects=True)
    path = re.search(r"(/hall/[\w-]+)", answer.text)[1]
    frozen("2026-12-03T08:40+01:00")
    with client.session_transaction() as cookie:
        cookie.clear()

    screen = client.get(path)
    assert (screen.status_code, screen.headers["Refresh"], screen.headers["Cache-Control"]) == (200, "60", "no-store")
    assert "Camille" in screen.text and "Leo" not in screen.text and text_of(screen).count("J’arrive") == 2
    done = client.post(f"{path}/arrivals/{hidden.id}", follow_redirects=True)
    assert "Votre arrivée est notée" in text_of(done) and text_of(done).count("J’arrive") == 1
    assert client.post(f"{path}/arrivals/999999").status_code == 404
    log_in(lieu.max).post(f"/manage/feeds/hall:{lieu.place.id}/stop")
    assert client.get(path).status_code == 404
    assert client.get(f"/feeds/{path.rpartition('/')[2]}.ics").status_code == 404


def test_the_code_at_the_door_and_the_one_on_the_desk_both_say_that_one_is_there(lieu, log_in, frozen):
    booked = book_half(lieu.pool, "2026-12-03", "morning", lieu.camille)
    frozen("2026-12-03T08:35+01:00")
    camille = log_in(lieu.camille)

    assert "J’arrive" in text_of(camille.get("/coworking/r/A1"))
    door = text_of(camille.get("/coworking/arrive"))
    assert "Poste A1" in door and f"/bookings/{booked.id}/check-in" in door
    camille.post(f"/bookings/{booked.id}/check-in", data={"next": "/coworking/arrive"})
    assert "votre arrivée est notée" in text_of(camille.get("/coworking/arrive"))
    assert "Vous y êtes ?" not in text_of(camille.get("/coworking/r/A1"))
    assert 'class="qr"' in camille.get("/coworking/arrive/qr").text
    assert "Rien de réservé" in text_of(log_in(lieu.leo).get("/coworking/arrive"))


def test_who_is_trusted_is_let_in_by_the_screen_and_by_the_code_at_the_door_beyond_the_limit_too(lieu, log_in, client, frozen):
    ada = make_member("Ada")
    give_half_days(lieu.place, ada, 1, until="2028-01-01")
    with transaction():
        lieu.place.trust_units = 2
    days = ("2026-12-03", "2026-12-04", "2026-12-07")
    mine = [book_half(lieu.pool, day, "morning", ada).id for day in days]
    with transaction():
        lieu.place.trust_units = 1  # less than Ada owes by now
    with pytest.raises(Refused) as no:
        book_half(lieu.pool, "2026-12-08", "morning", ada)
    assert no.value.codes == ["balance"]
    answer = log_in(lieu.max).post(f"/manage/feeds/hall:{lieu.place.id}", follow_redirects=True)
    screen = re.search(r"(/hall/[\w-]+)", answer.text)[1]

    frozen("2026-12-03T08:40+01:00")
    assert "Votre arrivée est notée" in text_of(client.post(f"{screen}/arrivals/{mine[0]}", follow_redirects=True))
    frozen("2026-12-04T08:40+01:00")
    person = log_in(ada)
    assert f"/bookings/{mine[1]}/check-in" in person.get("/coworking/arrive").text
    person.post(f"/bookings/{mine[1]}/check-in", data={"next": "/coworking/arrive"})

    db.session.expire_all()
    assert [db.session.get_one(Booking, number).status for number in mine] == ["checked_in", "checked_in", "confirmed"]


@pytest.mark.parametrize(
    ("moment", "path", "said"),
    [
        ("2026-12-03T09:00", "/coworking/r/salle", "libre maintenant"),
        ("2026-12-03T11:00", "/coworking/r/salle", "pris maintenant"),
        ("2026-12-03T08:20", "/coworking/r/salle", "le lieu est fermé"),
        ("2026-12-06T11:00", "/coworking/r/salle", "le lieu est fermé"),
        ("2026-12-03T11:00", "/coworking/r/salle?week=2026-12-07", ""),
    ],
    ids=["open", "held", "before the hour", "on a Sunday", "another week"],
)
def test_a_room_says_what_it_is_now(lieu, log_in, frozen, moment, path, said):
    book(lieu.room, between("2026-12-03", "10:30", "12:00"), lieu.leo)
    frozen(f"{moment}+01:00")

    page = text_of(log_in(lieu.camille).get(path))

    assert [words for words in ("libre maintenant", "pris maintenant", "le lieu est fermé") if words in page] == ([said] if said else [])
