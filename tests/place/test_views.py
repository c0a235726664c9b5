"""The pages of settings: who may, what is said beside each field, what is kept as typed."""

import re
from datetime import date

import pytest

from app.core import clock
from app.core.db import db
from app.place import queries, services
from app.place.models import Place
from tests.factories import make_member, make_place
from tests.pages import error_of, text_of

PAGES = ["", "identity", "hours", "half-days", "holidays", "days", "rules"]


def lieu(place) -> Place:
    return db.session.get_one(Place, place.id, populate_existing=True)


@pytest.mark.parametrize("page", PAGES)
def test_the_settings_are_for_who_runs_the_lieu(place, client, log_in, page):
    path = f"/manage/place/{page}"
    assert client.get(path).status_code == 302
    assert client.post(path).status_code in (302, 400, 405)
    log_in(make_member("Camille", roles=["member", "coworker", "treasurer"]))
    assert client.get(path).status_code == 404
    log_in(make_member("Max", roles=["manager"]))
    assert client.get(path).status_code == 200


def test_the_first_page_says_how_the_lieu_is_now(place, manager):
    text = text_of(manager.get("/manage/place/"))
    assert "Worklab de Boitron" in text
    assert "8 h 30 – 18 h 30" in text
    assert "Noël" in text


def test_public_holidays_are_named_in_the_language_of_the_page(place, manager):
    manager.set_cookie("lang", "en")

    text = text_of(manager.get("/manage/place/"))

    assert "Christmas Day" in text
    assert "Noël" not in text


def test_identity_is_kept(place, fill):
    page = fill(
        "/manage/place/identity",
        name="  Le Préau  ",
        siret="732 829 320 00074",
        iban="FR76 3000 6000 0112 3456 7890 189",
        vat_number="FR 83 404 833 048",
    )
    assert page.status_code == 302
    assert (lieu(place).name, lieu(place).siret, lieu(place).iban) == ("Le Préau", "73282932000074", "FR7630006000011234567890189")
    assert lieu(place).vat_number == "FR83404833048"
    assert lieu(place).town == "Boitron"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "x" * 10_000),
        ("siret", "732 829 320 00075"),
        ("siret", "x"),
        ("iban", "FR76 3000 6000 0112 3456 7890 188"),
        ("vat_number", "FR00 404 833 048"),
        ("rna", "612000000"),
        ("training_number", "12"),
        ("postal_code", "6"),
        ("insee", "610"),
        ("email", "bonjour@"),
        ("phone", "appelez-moi"),
        ("zone", "Mars/Phobos"),
        ("locale", "tlh"),
    ],
)
def test_a_wrong_identity_is_told_beside_its_field_and_nothing_is_lost(place, fill, field, typed):
    page = fill("/manage/place/identity", **({"town": "Essay"} | {field: typed}))
    assert error_of(page, field)
    assert 'value="Essay"' in page.text
    assert (lieu(place).town, lieu(place).name) == ("Boitron", "Worklab de Boitron")


def test_the_week_is_kept_with_a_lunch_break_and_a_midnight(place, fill):
    page = fill(
        "/manage/place/hours",
        day1_opens="9h",
        day1_closes="12:30",
        day1_reopens="14 h",
        day1_recloses="00:00",
        day2_opens="",
        day2_closes="",
    )
    assert page.status_code == 302
    week = queries.week(place.id)
    assert (week[1], week.get(2), week[0]) == ([(540, 750), (840, 1440)], None, [(510, 1110)])
    assert lieu(place).badge_all_hours is True


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day1_opens": "25:00"}, "day1_opens"),
        ({"day1_opens": "18:30", "day1_closes": "08:30"}, "day1_closes"),
        ({"day1_closes": ""}, "day1_closes"),
        ({"day1_opens": ""}, "day1_opens"),
        ({"day1_reopens": "12:00", "day1_recloses": "19:00"}, "day1_reopens"),
        ({"day6_recloses": "19:00"}, "day6_reopens"),
        ({"day3_opens": "<b>"}, "day3_opens"),
    ],
)
def test_wrong_hours_are_told_beside_their_field(place, fill, typed, field):
    page = fill("/manage/place/hours", **({"day0_opens": "09:15"} | typed))
    assert error_of(page, field)
    assert 'value="09:15"' in page.text
    assert queries.week(place.id)[1] == [(510, 1110)]


def test_the_days_say_their_name_to_who_only_hears_them(place, manager):
    assert 'for="day6_reopens">dimanche, rouvre à</label>' in manager.get("/manage/place/hours").text


def test_halves_are_kept_or_told(place, fill):
    assert fill("/manage/place/half-days", morning_to="12:30", afternoon_from="14:00").status_code == 302
    assert (lieu(place).morning_to, lieu(place).afternoon_from) == (750, 840)
    assert "commencer quand le matin est fini" in error_of(fill("/manage/place/half-days", afternoon_from="12:00"), "afternoon_from")
    assert error_of(fill("/manage/place/half-days", morning_to="07:00"), "morning_to")
    assert error_of(fill("/manage/place/half-days", morning_to=""), "morning_to")


def test_alsace_has_two_public_holidays_more(place, fill, manager):
    assert "<b>Vendredi saint" not in manager.get("/manage/place/holidays").text
    assert fill("/manage/place/holidays", which="FR-6AE").status_code == 302
    assert (lieu(place).holidays_country, lieu(place).holidays_subdivision) == ("FR", "6AE")
    assert "<b>Vendredi saint" in manager.get("/manage/place/holidays").text
    assert error_of(fill("/manage/place/holidays", which="FR-GES"), "which")


def test_a_day_is_announced_then_withdrawn(place, fill, manager):
    assert fill("/manage/place/days?day=2027-05-06", opens="10:00", closes="17:00").headers["Location"] == "/manage/place/days"
    page = text_of(manager.get("/manage/place/days"))
    assert "jeudi 6 mai 2027" in page
    assert "10 h – 17 h, Ascension" in page

    again = manager.get("/manage/place/days?day=2027-05-06").text
    assert 'value="10:00"' in again
    token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', again)
    data = {"csrf_token": token[1]} if token else {}
    assert manager.post("/manage/place/days/2027-05-06/removal", data=data).status_code == 302
    assert queries.announced(place.id, since=date(2026, 1, 1)) == []
    assert manager.post("/manage/place/days/hier/removal", data=data).status_code == 404


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "31/02/2027"}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"day": "2026-12-08", "opens": "10:00"}, "closes"),
        ({"day": "2026-12-08", "opens": "10:00", "closes": "09:00"}, "closes"),
        ({"day": "2026-12-08", "label": "é" * 121}, "label"),
    ],
)
def test_a_wrong_day_is_told_beside_its_field(place, fill, typed, field):
    assert error_of(fill("/manage/place/days", **typed), field)
    assert queries.announced(place.id, since=date(1, 1, 1)) == []


def test_house_rules_are_read_again_before_they_are_kept(place, fill, manager):
    page = fill("/manage/place/rules", button="preview", text="# Le soir\n\nÉteignez la **laser**. <script>alert(1)</script>")
    assert page.status_code == 200
    assert "<h2>Le soir</h2>" in page.text
    assert "<strong>laser</strong>" in page.text
    assert "<script>alert" not in page.text
    assert lieu(place).house_rules == ""

    assert fill("/manage/place/rules", text="# Le soir\n\nÉteignez.").status_code == 302
    assert "<h2>Le soir</h2>" in manager.get("/reglement").text


def test_everybody_reads_the_house_rules(place, client):
    assert "pas encore écrit" in client.get("/reglement").text
    services.set_house_rules(
        place_id=place.id, text="[Le site](javascript:alert(1)) ![x](http://ailleurs/x.png)", actor_id=None, now=clock.now()
    )
    page = client.get("/reglement").text
    assert "javascript:" not in page.replace("[Le site](javascript", "")
    assert "<img" not in page


# ---------------------------------------------------------------- several lieux in one house


def test_with_one_lieu_no_page_mentions_the_choice(place, client):
    assert client.get("/lieux").status_code == 404
    assert "/lieux" not in client.get("/reglement").text


def test_one_goes_to_another_lieu_of_the_house_and_stays_there(place, client):
    other = make_place(code="ailleurs", name="Le Préau d’Essay")
    services.set_house_rules(place_id=other.id, text="Ici, on danse.", actor_id=None, now=clock.now())
    services.describe(place_id=place.id, actor_id=None, now=clock.now(), short_name="WB")

    page = client.get("/lieux").text
    assert "vous y êtes" in page
    assert 'href="/lieux"' in client.get("/reglement").text
    assert client.post("/lieux", data={"place": str(other.id)}).status_code == 302
    assert "Ici, on danse." in client.get("/reglement").text
    for wrong in ("", "999", "<b>"):
        assert client.post("/lieux", data={"place": wrong}).status_code == 404
    assert "Ici, on danse." in client.get("/reglement").text
