"""Journeys in a real Chromium, with JavaScript and without, and axe over each page."""

import re
from collections.abc import Callable, Iterator
from weakref import WeakSet

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tools.browser import REMEDIES, chromium

QUIET = [
    "--no-sandbox",  # a container's root has no other way
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
REFUSED = re.compile(r"responded with a status of (409|422) ")  # a form that comes back with what is wrong is no error
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

SCRIPTLESS: WeakSet[BrowserContext] = WeakSet()

OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.fail(REMEDIES, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium_browser: Browser) -> Iterator[OpenContext]:
    """Open a browser of someone's own: `browse(viewport=PHONE, java_script_enabled=False, color_scheme="dark")`."""
    contexts: list[BrowserContext] = []

    def browse(**choices: object) -> BrowserContext:
        usual = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": DESK}
        context = chromium_browser.new_context(**{**usual, **choices})
        if choices.get("java_script_enabled") is False:
            SCRIPTLESS.add(context)
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context

    yield browse
    for context in contexts:
        context.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request: pytest.FixtureRequest, browse: OpenContext) -> Page:
    """A phone-sized page, once with JavaScript and once without; an error in the console fails the test."""
    page = browse(viewport=PHONE, java_script_enabled=request.param).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" and not REFUSED.search(message.text) else None
    )
    request.addfinalizer(lambda: _no_errors(errors))
    return page


def _no_errors(errors: list[str]) -> None:
    assert not errors, errors


def axe_violations(page: Page) -> list[str]:
    """What axe has against this page: each rule with the elements it is about. It is a script, and needs them on."""
    assert page.context not in SCRIPTLESS, "axe would wait for ever on a page without scripts"
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes']]}" for rule in found]
