"""Three letters, and who runs the lieu finds it."""

from tests.factories import between, book, book_half, make_member
from tests.pages import text_of


def found(staff, words: str) -> str:
    return text_of(staff.get("/manage/search", query_string={"q": words}))


def test_three_letters_find_people_things_and_bookings(lieu, log_in):
    eloise = make_member("Éloïse Béranger")
    book_half(lieu.pool, "2026-12-03", "morning", lieu.camille)
    book(lieu.room, between("2026-12-04", "10:00", "11:00"), eloise, note="Atelier vannerie")
    staff = log_in(lieu.max)

    assert "Éloïse Béranger" in found(staff, "elo")
    assert "vendredi 4 décembre" in found(staff, "elo")  # her booking too
    assert "Salle de réunion" in found(staff, "réu")
    assert "Découpe laser" in found(staff, "LASER")
    assert "Atelier vannerie" in found(staff, "vannerie")
    assert "jeudi 3 décembre" in found(staff, "camille")


def test_too_few_letters_and_nothing_found_say_what_to_do(lieu, log_in):
    staff = log_in(lieu.max)

    assert "Encore une lettre" in found(staff, "ca")
    assert "Rien ne porte ce nom" in found(staff, "%%%_")
    assert "Rien ne porte ce nom" in found(staff, "zzzzz")


def test_only_who_runs_the_lieu_searches(lieu, log_in):
    assert log_in(lieu.camille).get("/manage/search?q=leo").status_code == 404
