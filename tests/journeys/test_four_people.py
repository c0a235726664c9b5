"""What the README promises, as four people live it: on a phone, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_coworker_books_a_morning_sees_it_and_gives_it_back(walk):
    walk.go("/")
    walk.reads("7,00 € la demi-journée")
    walk.enter("camille@worklab.example")

    walk.wish(what="desk", day=walk.on(1), part="afternoon")
    walk.reads("Grande salle", "places libres")
    walk.press("Réserver Grande salle")
    walk.reads("est réservé")
    walk.go(f"/me?week={walk.on(0)}")
    walk.reads("réservé")
    walk.press("Poste A")
    walk.reads("Annulation gratuite jusqu’")
    walk.press("Annuler")
    walk.reads("Tout vous revient : une demi-journée")
    walk.press("Annuler la réservation")
    walk.reads("annulée")


def test_a_coworker_sees_the_week_and_the_plan_and_takes_an_agenda_along(walk):
    walk.enter("camille@worklab.example")
    walk.go("/coworking/week")
    walk.reads("À vous", "Grande salle")
    walk.go("/coworking/plan")
    walk.reads("La même chose en liste")
    walk.go("/me/calendar")
    walk.press(re.compile("Me donner une adresse|En faire une autre"))
    address = re.search(r"/feeds/[\w-]+\.ics", walk.page.content())
    assert address is not None
    feed = walk.page.request.get(walk.url + address.group(0))
    assert feed.status == 200
    assert "BEGIN:VTIMEZONE" in feed.text()


def test_a_maker_prints_and_is_refused_the_milling_machine_with_who_can_help(walk):
    walk.enter("nadia@worklab.example")
    walk.wish(what="machine", which="imp3d-1", day=walk.on(2), start="18:00", end="18:30")
    walk.press("Réserver Imprimante 3D FDM 1")
    walk.reads("réservé")

    walk.go("/fablab/")
    walk.go("/fablab/cnc")
    walk.reads("vous ne l’avez pas", "Max Roussel")
    walk.wish(what="machine", which="cnc", day=walk.on(2), start="10:00", end="11:00")
    walk.reads("il faut l’habilitation « CNC »")
    expect(walk.page.get_by_role("button", name="Réserver Fraiseuse")).to_have_count(0)


def test_a_trainee_pays_half(walk):
    walk.enter("julie@worklab.example")
    walk.wish(what="room", which="salle-reunion", day=walk.on(3), start="09:00", end="10:00")
    walk.reads("4,00 €")
    walk.press("Réserver Salle de réunion")
    walk.reads("réservé")
    walk.go("/me/account")


def test_the_manager_sees_the_morning_books_for_someone_and_checks_in(walk):
    walk.enter("gestion@worklab.example")
    walk.go("/manage/")
    walk.reads("Ce matin, mardi 8 décembre", "Qui vient", "Postes occupés")
    walk.go("/manage/day")
    walk.reads("Camille Aubert")
    walk.go("/manage/day/sheet")
    walk.go("/manage/members?q=mor")
    walk.reads("Julie Morel")
    walk.press("Julie Morel")
    walk.go("/manage/book?q=mor")
    walk.press("Julie Morel")
    walk.reads("Réserver pour Julie Morel")
    walk.press("Voir ce qui est libre")
    walk.press("Réserver Grande salle")
    walk.reads("Julie Morel")


def test_everybody_reads_english_if_they_like(walk):
    walk.go("/lang/en?next=/")
    walk.reads("half-day")
    expect(walk.page.locator("html")).to_have_attribute("lang", "en")
