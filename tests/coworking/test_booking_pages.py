"""Réserver: the sentence, its answer, the gesture, and whatever people may type."""

import re

import pytest
import sqlalchemy as sa

from app.booking.models import Booking, SeriesDate, WaitlistEntry
from app.core.db import db, transaction
from app.fablab.models import MachineLead
from tests.factories import between, book, book_half, clear, make_machine, make_member, make_place, make_thing, paris, price, utc
from tests.pages import choice, error_of, text_of
from tests.statements import counted


@pytest.fixture
def camille(lieu, log_in):
    return log_in(lieu.camille)


@pytest.fixture
def manager(lieu, log_in):
    return log_in(lieu.max)


def bookings():
    return db.session.scalars(sa.select(Booking).order_by(Booking.id)).all()


def choices(page) -> list[str]:
    return re.findall(r'name="choice" value="([^"]+)"', page.text)


# ---------------------------------------------------------------- the answer


def test_one_comes_without_a_word_and_sees_what_is_free_now(camille, lieu):
    page = camille.get("/coworking/")

    assert page.status_code == 200
    assert "Ce qui est libre mardi 1er décembre, le matin" in text_of(page)
    guest, last = page.text.index('name="guest_name"'), page.text.rindex('name="choice"')
    assert guest < last and choices(page)[0] == choices(page)[-1], "who fills in what may be said besides ends on a button, not above it"
    assert "8 places libres, la vôtre sera A1" in text_of(page)
    assert "votre carnet, il en restera 9" in text_of(page)


def test_a_half_day_that_one_already_has_is_not_proposed_again(camille, lieu):
    book_half(lieu.pool, "2026-12-01", "morning", lieu.camille)

    assert "mardi 1er décembre, l’après-midi" in text_of(camille.get("/coworking/"))


def test_the_usual_place_comes_first(camille, lieu):
    for day in ("2026-12-03", "2026-12-04"):
        book_half(_seat(lieu, "A3"), day, "morning", lieu.camille)

    page = camille.get("/coworking/?what=desk&day=2026-12-07&part=morning")

    assert text_of(page).index("Poste A3") < text_of(page).index("8 places libres")
    assert "votre place habituelle" in text_of(page).lower()


def test_a_minor_who_waits_for_a_guardian_is_told_so_and_not_that_all_is_taken(lieu, log_in):
    told = log_in(make_member("Nathan", status="unconfirmed", confirmed_at=utc("2026-11-30 09:00"), guardian_name="Sonia"))

    assert "Nous avons écrit à Sonia." in text_of(told.get("/me"))
    page = text_of(told.get("/coworking/?what=desk&day=2026-12-07&part=morning"))
    assert "Ce n’est pas possible lundi 7 décembre" in page and "l’accord d’un parent" in page


def test_a_place_that_was_given_up_is_one_gesture_away_and_the_one_that_is_held_too(camille, lieu):
    mine = book_half(_seat(lieu, "A3"), "2026-12-07", "morning", lieu.camille)
    page = camille.get("/coworking/?what=desk&day=2026-12-07&part=morning")
    assert "Rien n’est libre" not in text_of(page) and f'href="/bookings/{mine.id}"' in page.text

    camille.post(f"/bookings/{mine.id}/cancellation")
    again = re.search(r'href="([^"]+)">Reprendre ce moment', camille.get(f"/bookings/{mine.id}").text)
    page = camille.get(again[1].replace("&amp;", "&"))
    assert choices(page) and "votre place habituelle" not in text_of(page).lower()


def test_a_move_that_takes_another_seat_says_so(camille, lieu):
    mine = book_half(_seat(lieu, "A3"), "2026-12-07", "morning", lieu.camille)
    book_half(_seat(lieu, "A3"), "2026-12-08", "morning", lieu.leo)

    moved = camille.post(f"/bookings/{mine.id}/move", data={"day": "2026-12-08", "half": "morning"}, follow_redirects=True)

    assert "Poste A3 n’était pas libre. Votre place est maintenant" in text_of(moved)


def test_who_has_no_pass_sees_the_price_and_where_it_goes(lieu, log_in):
    page = text_of(log_in(lieu.leo).get("/coworking/?what=desk&day=2026-12-07&part=day"))

    assert "6,00 €" in page
    assert "sur votre note de décembre" in page


def test_a_machine_without_an_hour_offers_its_longest_free_time(camille, lieu):
    book(lieu.printer, between("2026-12-07", "09:00", "10:00"), lieu.leo)

    page = text_of(camille.get("/coworking/?what=machine&which=imp3d&day=2026-12-07&part=morning"))

    assert "De 10 h à 13 h" in page
    assert "9,00 €" in page


def test_a_machine_that_one_may_not_use_says_why(lieu, log_in):
    page = log_in(lieu.leo).get("/coworking/?what=machine&which=laser&day=2026-12-07&part=hours&start=14:00&end=15:00")

    assert page.status_code == 200
    assert "il faut l’habilitation « Laser »" in text_of(page)
    assert choices(page) == []
    assert 'href="/fablab/laser"' in page.text, "the way to who may show it"

    with transaction():
        db.session.add_all(MachineLead(resource_id=lieu.laser.id, member_id=one.id) for one in (lieu.camille, lieu.max))
    page = text_of(log_in(lieu.leo).get("/coworking/?what=machine&which=laser&day=2026-12-07&part=hours&start=14:00&end=15:00"))
    assert "Demandez à Camille et Max de vous montrer la machine." in page


def test_what_is_taken_comes_with_what_can_be_had_instead(camille, lieu):
    book(lieu.laser, between("2026-12-07", "14:00", "15:30"), lieu.camille)

    page = camille.get("/coworking/?what=machine&which=laser&day=2026-12-07&part=hours&start=15:00&end=16:00")

    assert "déjà pris de 14 h à 15 h 30" in text_of(page)
    assert len(choices(page)) == 4  # three instead, and the place in line
    assert "Me prévenir si une place se libère" in text_of(page)


def test_a_day_when_the_lieu_is_closed_says_so_and_offers_others(camille, lieu):
    page = text_of(camille.get("/coworking/?what=desk&day=2026-12-06&part=morning"))

    assert "Rien n’est libre dimanche 6 décembre" in page
    assert "lundi 7 décembre, le matin" in page
    assert camille.get("/me?week=2026-12-06").text.count("Fermé.") == 1


@pytest.mark.parametrize(
    ("address", "whichever"),
    [
        ("/coworking/r/A1/2026-12-07m", "n’importe lequel"),
        ("/coworking/r/grande-salle/2026-12-07a", "n’importe lequel"),
        ("/coworking/r/salle/2026-12-07", "n’importe laquelle"),
    ],
)
def test_a_cell_of_the_grid_opens_a_sentence_already_filled(camille, address, whichever):
    page = camille.get(address)

    assert page.status_code == 200
    assert whichever in page.text
    assert "lundi 7 décembre" in text_of(page)
    assert choices(page)


# ---------------------------------------------------------------- hours that are missing, or come twice


def test_an_hour_that_does_not_exist_is_explained_with_the_two_beside_it(lieu, log_in, frozen):
    """Each is a button, and only what this person can have is one."""
    frozen("2027-03-20T10:00+01:00")
    missing = "part=hours&start=02:30&end=03:30"
    address = f"/coworking/?what=machine&which=imp3d&day=2027-03-28&{missing}"
    nadia = log_in(make_member("Nadia", badge=True))
    page = nadia.get(address)

    assert "Cette heure n’existe pas" in text_of(page)
    assert "de 1 h 45 à 3 h 45" in text_of(page)
    assert "de 3 h à 4 h" in text_of(page)
    assert nadia.post("/coworking/bookings", data={"choice": choices(page)[0]}).status_code == 303
    far = nadia.get(f"/coworking/?what=machine&which=imp3d&day=2028-03-26&{missing}")
    assert "Cette heure n’existe pas" in text_of(far)
    assert not choices(far)  # beyond the horizon, so are the hours beside it

    camille = log_in(lieu.camille)
    by_day = choices(camille.get(address))
    assert by_day
    assert camille.post("/coworking/bookings", data={"choice": by_day[0]}).status_code == 303


def test_an_hour_that_comes_twice_asks_which_one(lieu, log_in, frozen):
    frozen("2026-10-20T10:00+02:00")
    camille = log_in(make_member("Nadia", badge=True))
    address = "/coworking/?what=machine&which=imp3d&day=2026-10-25&part=hours&start=02:30&end=04:30"
    page = camille.get(address)

    assert "Cette heure existe deux fois" in text_of(page)
    assert "La première, à l’heure d’été" in text_of(page)

    summer, winter = (choices(camille.get(f"{address}&clock={which}"))[0] for which in ("summer", "winter"))
    assert "T00:30Z" in summer and "T01:30Z" in winter


# ---------------------------------------------------------------- the gesture


def test_a_seat_is_booked_in_one_click(camille, lieu):
    page = camille.get("/coworking/?what=desk&day=2026-12-07&part=morning")

    answer = camille.post("/coworking/bookings", data={"choice": choices(page)[0]})

    (made,) = bookings()
    assert answer.status_code == 303
    assert answer.location == f"/bookings/{made.id}"
    assert (made.member_id, made.half, made.status) == (lieu.camille.id, "morning", "confirmed")
    assert "C’est réservé : Poste A1, lundi 7 décembre, le matin" in text_of(camille.get(answer.location))


def test_a_word_that_is_too_long_is_given_back_to_be_shortened(camille, lieu):
    made = book(lieu.room, between("2026-12-07", "10:00", "11:00"), lieu.camille, note="Chorale")

    answer = camille.post(f"/bookings/{made.id}/note", data={"note": "la " * 200})

    assert "500 caractères au plus" in error_of(answer, "note")
    assert "la la la" in answer.text  # nothing of it is lost
    assert [one.note for one in bookings()] == ["Chorale"]
    assert camille.post(f"/bookings/{made.id}/note", data={"note": "Répétition"}).status_code == 303


def test_a_seat_of_one_s_choice(camille, lieu):
    page = camille.get("/coworking/?what=desk&day=2026-12-07&part=morning")
    seats = [value for value in choices(page) if value.startswith(f"{_seat(lieu, 'A5').id}/")]

    camille.post("/coworking/bookings", data={"choice": seats[0]})

    assert bookings()[0].resource_id == _seat(lieu, "A5").id


def test_a_double_click_is_one_booking(camille, lieu):
    wanted = {"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00"), "idempotency_key": "the-same-key-twice"}

    first, second = (camille.post("/coworking/bookings", data=wanted) for _ in range(2))

    assert first.location == second.location
    assert len(bookings()) == 1


def test_two_offers_of_one_page_are_two_gestures(camille, lieu):
    """Back, then another line: the page still carries the same key."""
    for hours in (("10:00", "11:00"), ("14:00", "15:00")):
        camille.post(
            "/coworking/bookings", data={"choice": choice(lieu.room, "2026-12-07", *hours), "idempotency_key": "the-key-of-a-page"}
        )

    assert len(bookings()) == 2


def test_what_was_taken_meanwhile_is_refused_with_other_ways(camille, lieu):
    book(lieu.room, between("2026-12-07", "10:00", "11:00"), lieu.leo)

    answer = camille.post("/coworking/bookings", data={"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00")})

    assert answer.status_code == 409
    assert "déjà pris" in text_of(answer)
    assert len(choices(answer)) >= 3
    assert len(bookings()) == 1


def test_a_half_day_that_runs_is_booked_for_what_is_left_of_it(camille, lieu, frozen):
    offered = choices(camille.get("/coworking/?what=desk&day=2026-12-01&part=morning"))[0]
    frozen("2026-12-01T10:12+01:00")  # the page was read for a while

    camille.post("/coworking/bookings", data={"choice": offered})

    assert bookings()[0].starts_at == paris("2026-12-01 10:12")


def test_for_a_guest_with_a_word(camille, lieu):
    camille.post(
        "/coworking/bookings",
        data={
            "choice": choice(_seat(lieu, "A1"), "2026-12-07", "08:30", "13:00"),
            "guest_name": " <b>Zoé</b>\u202e ",
            "note": "apporte\x00 son écran",
        },
    )

    (made,) = bookings()
    assert (made.guest_name, made.note) == ("<b>Zoé</b>", "apporte son écran")
    assert "&lt;b&gt;Zoé" in camille.get(f"/bookings/{made.id}").text


def test_one_waits_in_line_for_what_is_taken(camille, lieu):
    book(lieu.room, between("2026-12-07", "10:00", "11:00"), lieu.leo)

    answer = camille.post("/coworking/waitlist", data={"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00")}, follow_redirects=True)

    assert db.session.scalars(sa.select(WaitlistEntry.member_id)).all() == [lieu.camille.id]
    assert "vous êtes en tête" in text_of(answer)


def test_one_does_not_wait_for_what_is_free(camille, lieu):
    answer = camille.post("/coworking/waitlist", data={"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00")})

    assert answer.status_code == 422
    assert "c’est libre" in text_of(answer)


# ---------------------------------------------------------------- again and again


def test_a_repetition_shows_each_date_before_it_is_booked(camille, lieu):
    book(lieu.room, between("2026-12-14", "10:00", "11:00"), lieu.leo)
    asked = {"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00"), "repeat": "weekly", "until": "2026-12-28"}

    backwards = camille.post("/coworking/bookings", data={**asked, "until": "2026-12-06", "note": "Chorale"})
    assert error_of(backwards, "until") == "Choisissez un jour après celui que vous réservez."
    assert "Chorale" in backwards.text  # what was typed is still there
    answer = camille.post("/coworking/bookings", data=asked)
    page = text_of(camille.get(answer.location))

    assert len(bookings()) == 1  # nothing is written yet
    assert "3 dates sont libres, une est sautée" in page
    assert "lundi 14 décembre" in page and "déjà pris de 10 h à 11 h" in page


def test_the_dates_that_are_kept_are_booked_together(camille, lieu):
    book(lieu.room, between("2026-12-14", "10:00", "11:00"), lieu.leo)

    answer = camille.post(
        "/coworking/series",
        data={
            "choice": choice(lieu.room, "2026-12-07", "10:00", "11:00"),
            "repeat": "weekly",
            "until": "2026-12-28",
            "offered": ["2026-12-07", "2026-12-21", "2026-12-28"],
            "date": ["2026-12-07", "2026-12-28"],  # the 21st is left out
            "idempotency_key": "a-series-of-dates",
        },
        follow_redirects=True,
    )

    assert "2 dates sont réservées. Une autre est sautée" in text_of(answer)
    states = db.session.scalars(sa.select(SeriesDate.state).order_by(SeriesDate.original_start)).all()
    assert states == ["booked", "skipped", "booked"]
    (series,) = db.session.scalars(sa.select(Booking.series_id).distinct().where(Booking.series_id.is_not(None))).all()
    assert "10 h – 11 h, déjà pris<" in text_of(camille.get(f"/series/{series}"))


def test_each_month_on_the_31st_asks_what_is_meant(camille, lieu):
    asked = {"choice": choice(_seat(lieu, "A1"), "2026-12-31", "08:30", "13:00"), "repeat": "monthly", "until": "2027-04-30"}

    page = camille.get("/coworking/series", query_string=asked)
    assert "Tous les mois n’ont pas de 31" in text_of(page)

    days = text_of(camille.get("/coworking/series", query_string={**asked, "monthly": "last"}))
    assert "jeudi 31 décembre" in days and "dimanche 31 janvier" in days and "28 février" in days


@pytest.mark.parametrize(
    "spoiled",
    [
        {"choice": "x"},
        {"repeat": "yearly"},
        {"until": "9999-12-31"},
        {"until": ""},
        {"until": "0001-01-01"},
        {"choice": "1/2026-99-99T00:00Z/2026-12-07T10:00Z"},
    ],
    ids=str,
)
def test_a_spoiled_repetition_is_refused(camille, lieu, spoiled):
    asked = {"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00"), "repeat": "weekly", "until": "2026-12-28"} | spoiled

    assert camille.get("/coworking/series", query_string=asked).status_code == 400
    assert camille.post("/coworking/series", data=asked).status_code == 400


# ---------------------------------------------------------------- for somebody else


def test_staff_books_for_a_person_at_that_person_s_price(manager, lieu):
    page = manager.get(f"/coworking/?for={lieu.leo.id}&what=desk&day=2026-12-07&part=morning")

    assert "Réserver pour Leo" in text_of(page)
    assert "3,50 €" in text_of(page)

    answer = manager.post("/coworking/bookings", data={"choice": choices(page)[0], "for": lieu.leo.id}, follow_redirects=True)
    (made,) = bookings()
    assert (made.member_id, made.actor_id, made.price_cents) == (lieu.leo.id, lieu.max.id, 350)
    assert "par vous pour Leo" in text_of(answer)


def test_nobody_else_books_for_others(camille, lieu):
    wanted = {"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00"), "for": str(lieu.leo.id)}

    assert camille.post("/coworking/bookings", data=wanted).status_code == 404
    assert camille.get(f"/coworking/?for={lieu.leo.id}").status_code == 404
    assert bookings() == []


def test_staff_goes_round_a_rule_by_writing_why(manager, lieu):
    page = manager.get("/coworking/?what=room&which=salle&day=2026-12-01&part=hours&start=11:00&end=12:00")
    assert "120 minutes" in text_of(page)
    assert "Réserver quand même" in text_of(page)

    wanted = {"choice": choice(lieu.room, "2026-12-01", "11:00", "12:00"), "override_reason": "le maire arrive"}
    manager.post("/coworking/bookings", data=wanted)

    assert bookings()[0].override_reason == "le maire arrive"


def test_a_member_cannot_go_round_a_rule(camille, lieu):
    wanted = {"choice": choice(lieu.room, "2026-12-01", "11:00", "12:00"), "override_reason": "parce que"}

    assert camille.post("/coworking/bookings", data=wanted).status_code == 422
    assert bookings() == []


# ---------------------------------------------------------------- whatever is typed


@pytest.mark.parametrize(
    "query",
    [
        "day=0001-01-01",
        "day=9999-12-31",
        "day=2026-02-30",
        "day=hier",
        "part=hours&start=25:99&end=1",
        "part=hours&start=10:00&end=09:00",
        "part=hours&start=10:00&end=10:00",
        "what=spaceship&which=nowhere&part=never",
        "which=%00%0d%0a<script>&what=machine",
        "which=%E2%80%AEA1",
        "clock=spring&part=hours&start=02:30&end=03:30",
        "for=0&for=x",
        "what=" + "a" * 3000,
    ],
)
def test_nothing_that_is_typed_breaks_the_page(camille, lieu, query):
    page = camille.get(f"/coworking/?{query}")

    assert page.status_code in (200, 404, 409, 422)
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "0/a/b",
        "999999/2026-12-07T09:00Z/2026-12-07T10:00Z",
        "1/0001-01-01T00:00Z/9999-12-31T23:59Z",
        "é" * 500,
        "1/2026-12-07T10:00Z/2026-12-07T09:00Z",
    ],
)
def test_a_choice_that_was_not_offered_books_nothing(camille, lieu, value):
    assert camille.post("/coworking/bookings", data={"choice": value}).status_code in (400, 422)
    assert camille.post("/coworking/waitlist", data={"choice": value}).status_code in (400, 422)
    assert bookings() == []


@pytest.mark.parametrize(
    "address",
    [
        "/coworking/r/nowhere",
        "/coworking/r/A1/2026-13-40m",
        "/coworking/r/A1/9999-12-31",
        "/coworking/r/A1/x",
        "/coworking/r/%00/2026-12-07",
    ],
)
def test_an_address_that_leads_nowhere(camille, lieu, address):
    assert camille.get(address).status_code == 404


def test_a_price_or_a_person_is_not_taken_from_the_form(camille, lieu):
    camille.post(
        "/coworking/bookings",
        data={"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00"), "member_id": lieu.leo.id, "price_cents": "0", "status": "done"},
    )

    (made,) = bookings()
    assert (made.member_id, made.price_cents, made.status) == (lieu.camille.id, 800, "confirmed")


# ---------------------------------------------------------------- as quick for sixty things as for three


@pytest.mark.parametrize("query", ["what=machine&day=2026-12-07&part=morning", "what=desk&day=2026-12-07&part=day"])
def test_the_page_asks_the_database_as_little_for_many_things_as_for_few(camille, lieu, query):
    def statements() -> int:
        camille.get(f"/coworking/?{query}")  # what processes keep is read
        with counted() as sent:
            assert camille.get(f"/coworking/?{query}").status_code == 200
        return len(sent)

    few = statements()
    for number in range(12):
        machine = make_machine(lieu.place, f"m{number}", family="laser", clearance=lieu.clearance)
        make_thing(lieu.place, f"B{number}", pool_id=lieu.pool.id)
        other = make_member(f"Autre{number}")
        clear(other, lieu.clearance)
        book(machine, between("2026-12-07", "09:00", "10:00"), other)
        book_half(_seat(lieu, f"B{number}"), "2026-12-07", "morning", other)
    now = statements()
    assert now <= few


def _seat(lieu, code):
    from app.booking.queries import directory
    from app.place.models import Place

    return directory(db.session.get_one(Place, lieu.place.id, populate_existing=True)).by_code(code)


def test_prices_of_days_apart_are_those_of_each_day(camille, lieu):
    price(lieu.place, "family:impression-3d", "minutes", 500, minutes=120)

    page = text_of(camille.get("/coworking/?what=machine&which=imp3d&day=2026-12-07&part=hours&start=10:00&end=13:00"))

    assert "8,00 €" in page  # two hours at their own price, the third by the hour


def test_what_is_booked_keeps_its_instant(camille, lieu):
    camille.post("/coworking/bookings", data={"choice": choice(lieu.room, "2026-12-07", "10:00", "11:00")})

    assert bookings()[0].starts_at == utc("2026-12-07 09:00")


def test_a_lieu_with_nothing_to_book_says_so_and_leads_to_adding(session, log_in):
    make_place()
    manager = log_in(make_member("Max", roles=("member", "manager")))

    page = manager.get("/coworking/").text

    assert "Rien ne se réserve ici" in page and 'href="/manage/resources/"' in page and 'id="what"' not in page
    assert manager.get("/coworking/groups").location == "/coworking/"
