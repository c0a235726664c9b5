"""Every link of every page leads somewhere, for each person of the demonstration and for a stranger."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from app.cli import demo, starter
from app.core.db import db
from app.factory import create_app
from app.members.queries import member_by_email
from config import TestConfig
from tests.conftest import enter

# Pages of one kind: the week of every machine is drawn by one template. PostgreSQL is there for the questions that a page asks it,
# which are the same for the next one.
ENOUGH = {"sqlite": 4, "postgres": 1}


class Links(HTMLParser):
    """What a page invites to open: links, pictures, style sheets, scripts, and forms that only ask."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form" and (said.get("method") or "get").lower() == "get":
            self.found.append(said.get("action") or "")
        elif tag in ("a", "link", "img", "script", "use", "source"):
            self.found.append(said.get("href") or said.get("src") or "")


def broken_links(app: Flask, client: FlaskClient, start: str, *, enough: int) -> Iterator[str]:
    """« /from → /to: 404 », following each kind of page a few times."""
    waiting, seen, kinds = [(start, "")], {start}, Counter[str]()
    while waiting:
        url, source = waiting.pop(0)
        with client.get(url) as answer:
            if answer.status_code >= 400:
                yield f"{source or 'the start'} → {url}: {answer.status}"
            found = [answer.location] if answer.location else _invited(answer)
        for link in found:
            target = urldefrag(urljoin(f"http://localhost{url}", link)).url
            if urlsplit(target).hostname != "localhost":
                continue
            target = target.removeprefix("http://localhost") or "/"
            kind = _kind(app, target)
            if target not in seen and kinds[kind] < enough:
                kinds[kind] += 1
                seen.add(target)
                waiting.append((target, url))


def _invited(answer: TestResponse) -> list[str]:
    return Links(answer.get_data(as_text=True)).found if answer.mimetype == "text/html" else []


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


def test_every_link_leads_somewhere(demonstration, engine):
    enough = ENOUGH[engine.name]
    broken = list(broken_links(demonstration, demonstration.test_client(), "/", enough=enough))
    for email, _password, who in demo.ACCOUNTS:
        client = demonstration.test_client()
        with demonstration.app_context():
            enter(client, member_by_email(email))
        broken += [f"{who}: {link}" for link in broken_links(demonstration, client, "/", enough=enough)]

    assert broken == []
