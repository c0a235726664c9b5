"""The demonstration, opened on a Tuesday morning, for people to walk through with a phone."""

import re
from datetime import date, datetime, timedelta
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from app.cli import demo, starter
from app.core import cache, clock
from app.core.db import db
from app.factory import create_app
from config import TestConfig
from tests.browser import SCRIPTLESS, axe_violations
from tests.servers import Server

MORNING = "2026-12-08T08:20:00+01:00"  # Tuesday


@pytest.fixture(scope="session")
def house(engine_named, tmp_path_factory):
    """The starter lieu with its people, behind a real server whose clock stands still; screens are walked here: one database will do."""
    folder, url = tmp_path_factory.mktemp("journeys"), engine_named("sqlite").new_database()
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url, MAIL_URL=f"file:{folder / 'mails'}", DEMO=True))
    with app.app_context(), clock.frozen(datetime.fromisoformat(MORNING)):
        cache.clear_all()
        starter.load_if_empty()
        db.session.remove()
        db.engine.dispose()
    with Server(database_url=url, folder=folder, WORKLAB_NOW=MORNING, RATE_LIMITS="off") as server:
        with urlopen(server.url + "/healthz", timeout=120):
            pass  # up, so that the first page is not the slow one
        yield server
    cache.clear_all()


class Walk:
    """Someone with a phone; each page they meet is looked at: it fits, it reads well, nothing in it is out of reach."""

    def __init__(self, page: Page, house: Server) -> None:
        self.page, self.url = page, house.url
        # Who walks without scripts walks a week later, so that nobody takes another's place.
        self.monday = date(2027, 1, 18 if page.context in SCRIPTLESS else 11)

    def on(self, weekday: int) -> str:
        """That day of the walk's week, as addresses write it; 0 is Monday."""
        return (self.monday + timedelta(days=weekday)).isoformat()

    def enter(self, email: str) -> None:
        self.go("/login")
        self.page.fill("#email", email)
        self.page.fill("#password", demo.PASSWORD)
        self.page.get_by_role("button", name="Entrer", exact=True).click()
        self.page.wait_for_url("**/me")
        self.look()

    def go(self, path: str) -> None:
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)
        self.look()

    def press(self, name: str | re.Pattern[str], *, nth: int = 0) -> None:
        """The button or link of that name, in the page and not in the bar."""
        self.page.locator("main").get_by_role("button", name=name).or_(self.page.locator("main").get_by_role("link", name=name)).nth(
            nth
        ).click()
        self.page.wait_for_load_state()
        self.look()

    def wish(self, *, what: str, day: str, part: str = "", start: str = "", end: str = "", which: str = "") -> None:
        """« Je voudrais … » in the sentence."""
        self.go(f"/coworking/?what={what}")
        choices = {"which": which, "day": day, "part": part or "hours", "start": start, "end": end}
        for name, value in choices.items():
            if value:
                self.page.locator(f"form.sentence #{name}").select_option(value)
        self.press("Voir ce qui est libre")

    def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.locator("body")).to_contain_text(re.compile(re.escape(sentence).replace("\\ ", r"\s"), re.IGNORECASE))

    def look(self) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 360, f"{self.page.url} is wider than a phone"
        if self.page.context not in SCRIPTLESS:
            assert axe_violations(self.page) == [], self.page.url


@pytest.fixture
def walk(page, house) -> Walk:
    return Walk(page, house)
