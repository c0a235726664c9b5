"""Every link of every page leads somewhere and every state has its shape, for each person of the demonstration and for a stranger."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from app.cli import demo, starter
from app.core.db import db
from app.factory import create_app
from app.members.queries import member_by_email
from config import TestConfig
from tests.conftest import enter

# Pages of one kind: the week of every machine is drawn by one template. PostgreSQL is there for the questions that a page asks it,
# which are the same for the next one.
ENOUGH = {"sqlite": 4, "postgres": 1}
# The shapes that the style sheet gives to states; none for what has not begun, and on the board.
SHAPES = {"", "free", "busy", "mine", "wait", "down", "done"}


class Page(HTMLParser):
    """What a page invites to open (links, pictures, style sheets, scripts, forms that only ask), and the states that it shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.states: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form" and (said.get("method") or "get").lower() == "get":
            self.links.append(said.get("action") or "")
        elif tag in ("a", "link", "img", "script", "use", "source"):
            self.links.append(said.get("href") or said.get("src") or "")
        kind, *more = (said.get("class") or "").split(" ", 1)
        if kind == "st":
            self.states.add("".join(more))


def faults(app: Flask, client: FlaskClient, start: str, *, enough: int) -> Iterator[str]:
    """« /from → /to: 404 », following each kind of page a few times; and states without a shape."""
    waiting, seen, kinds = [(start, "")], {start}, Counter[str]()
    while waiting:
        url, source = waiting.pop(0)
        with client.get(url) as answer:
            if answer.status_code >= 400:
                yield f"{source or 'the start'} → {url}: {answer.status}"
            page = Page(answer.get_data(as_text=True) if answer.mimetype == "text/html" else "")
            yield from (f"{url}: no shape for the state {state}" for state in page.states - SHAPES)
            links = [answer.location] if answer.location else page.links
        for link in links:
            target = urldefrag(urljoin(f"http://localhost{url}", link)).url
            if urlsplit(target).hostname != "localhost":
                continue
            target = target.removeprefix("http://localhost") or "/"
            kind = _kind(app, target)
            if target not in seen and kinds[kind] < enough:
                kinds[kind] += 1
                seen.add(target)
                waiting.append((target, url))


def _kind(app: Flask, url: str) -> str:
    try:
        rule, _ = app.url_map.bind("localhost").match(urlsplit(url).path)
    except HTTPException:
        return url
    return str(rule)


@pytest.fixture
def demonstration(database: str, tmp_path: Path) -> Iterator[Flask]:
    """A house of its own, that really commits: a crawl inside one long transaction costs PostgreSQL five times as much."""
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database, MAIL_URL=f"file:{tmp_path}", DEMO=True))
    with app.app_context():
        starter.load_if_empty()
    yield app
    with app.app_context():
        db.engine.dispose()


def test_every_link_leads_somewhere_and_every_state_has_a_shape(demonstration, engine):
    enough = ENOUGH[engine.name]
    found = list(faults(demonstration, demonstration.test_client(), "/", enough=enough))
    for email, _password, who in demo.ACCOUNTS:
        client = demonstration.test_client()
        with demonstration.app_context():
            enter(client, member_by_email(email))
        found += [f"{who}: {fault}" for fault in faults(demonstration, client, "/", enough=enough)]

    assert found == []
