"""The manager's settings in a real Chromium, on a phone: readable by everyone, and done without a script."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.cli.kit import loading, shape
from app.core import clock
from app.core.db import db
from app.members.services.passwords import hash_password
from tests.browser import PHONE, axe_violations
from tests.databases import on_sqlite
from tests.factories import PARIS, make_member

pytestmark = [pytest.mark.browser, on_sqlite]

PASSWORD = "quatre mots au hasard ici"
PAGES = [
    "/manage/place/",
    "/manage/place/identity",
    "/manage/place/hours",
    "/manage/place/half-days",
    "/manage/place/holidays",
    "/manage/place/days",
    "/manage/place/rules",
    "/manage/closures/",
    "/manage/closures/new",
    "/manage/resources/",
    "/manage/resources/common",
    "/manage/resources/new/machine",
    "/reglement",
]


@pytest.fixture(scope="module")
def house(live):
    """The starter lieu, and its manager."""
    with live.app.app_context():
        loading.load(shape.read(Path("kits/lieu_boitron.yaml").read_bytes()), now=clock.now())
        make_member("Max", roles=["manager"], email="max@example.org", password_hash=hash_password(PASSWORD))
        db.session.remove()
    return live


def enter(page: Page, house, then: str) -> None:
    page.goto(f"{house.url}/login?next={then}")
    page.fill("#email", "max@example.org")
    page.fill("#password", PASSWORD)
    page.click("form:has(#password) button.btn >> nth=0")
    page.wait_for_url(f"{house.url}{then}")


def test_each_page_is_readable_by_everyone(house, browse):
    page = browse(viewport=PHONE).new_page()
    enter(page, house, PAGES[0])
    found = {}
    for path in PAGES:
        page.goto(house.url + path)
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than a phone"
        if violations := axe_violations(page):
            found[path] = violations
    assert found == {}


def test_hours_are_changed_and_mistakes_are_told_where_they_are(house, page):
    enter(page, house, "/manage/place/hours")
    page.fill("#day0_closes", "07:00")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#day0_closes-e")).to_contain_text("La fermeture doit venir après l’ouverture.")
    page.get_by_role("link", name="lundi, ferme à").click()
    page.fill("#day0_closes", "18:00")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("main")).to_contain_text("C’est enregistré.")


def test_what_a_closure_cancels_is_seen_before_it_is_confirmed(house, page):
    enter(page, house, "/manage/closures/new")
    day = (clock.today(PARIS) + timedelta(days=20)).isoformat()
    page.fill("#first_day", day)
    page.fill("#last_day", day)
    page.fill("#label", "Coupure d’eau")
    page.get_by_role("button", name="Voir ce qui est réservé").click()
    expect(page.locator("h1")).to_have_text("Fermer le lieu")
    expect(page.get_by_role("button", name="Fermer ces jours-là")).to_be_visible()
    page.get_by_role("link", name="Choisir d’autres jours").click()
    expect(page.locator("#first_day")).to_have_value("")
