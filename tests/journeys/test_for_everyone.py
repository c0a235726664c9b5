"""The screens that make the product, for who has no mouse, for who needs large letters, for who reads English in the dark."""

import pytest
from playwright.sync_api import Page, expect

from app.cli import demo
from tests.browser import axe_violations

pytestmark = pytest.mark.browser

# The ten screens: signed out, my week, book, the week of everything, the plan, a machine, the course, signing, my account, the morning.
SCREENS = {
    "": ["/"],
    "camille": ["/me", "/coworking/", "/coworking/week", "/coworking/plan", "/fablab/laser", "/billing/"],
    "julie": ["/courses/", "/courses/attendance"],
    "gestion": ["/manage/"],
}
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one)
  const name = (one.labels?.[0] ?? one).textContent.trim() || one.getAttribute("aria-label") || one.id
  return {name: name.replace(/\\s+/g, " "), id: one.id, seen: style.outlineStyle !== "none" && box.bottom > 0 && box.top < innerHeight}
}"""


class Keyboard:
    """Someone who has only keys; each thing they come to is seen to have the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, what: str) -> None:
        """The next thing of that name or identifier, in the order of the page."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(FOCUS)
            assert focus["seen"], f"nobody sees where the keyboard is: {focus}"
            if what == focus["id"] or what in focus["name"]:
                return
        raise AssertionError(f"the keyboard never comes to {what} on {self.page.url}")

    def write(self, field: str, text: str) -> None:
        self.tab_to(field)
        self.page.keyboard.type(text)

    def press(self, what: str) -> None:
        self.tab_to(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def test_a_desk_is_booked_and_given_back_with_the_keyboard_alone(house, browse):
    page = browse().new_page()
    keys = Keyboard(page)
    page.goto(house.url + "/")

    keys.press("J’ai déjà un compte")
    keys.write("email", "camille@worklab.example")
    keys.write("password", demo.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")
    keys.press("Réserver")
    keys.tab_to("day")
    page.keyboard.press("ArrowDown")  # tomorrow
    keys.tab_to("part")
    page.keyboard.press("Home")
    keys.press("Voir ce qui est libre")
    keys.press("Réserver Grande salle")
    expect(page.locator("main")).to_contain_text("est réservé")

    keys.press("Annuler")
    keys.press("Annuler la réservation")
    expect(page.locator("main")).to_contain_text("C’est annulé")


def test_the_ten_screens_read_well_in_english_in_the_dark_and_twice_as_large(house, browse):
    for person, paths in SCREENS.items():
        page = browse(viewport={"width": 640, "height": 450}, color_scheme="dark", locale="en-GB").new_page()
        if person:
            page.goto(house.url + "/login")
            page.fill("#email", f"{person}@worklab.example")
            page.fill("#password", demo.PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/me")
        page.goto(house.url + "/")
        if page.locator("html").get_attribute("lang") != "en":
            page.locator("footer a[lang=en]").click()
        for path in paths:
            page.goto(house.url + path)
            expect(page.locator("html")).to_have_attribute("lang", "en")
            assert axe_violations(page) == [], path
            for width in (640, 320):  # 200 % and 400 % of a desk's screen
                page.set_viewport_size({"width": width, "height": 450})
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
