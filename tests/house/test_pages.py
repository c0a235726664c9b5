"""Promises of every page, whoever wrote it: private, guarded, and reading only."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import AnyConverter, FloatConverter, IntegerConverter, Rule, UUIDConverter

from app import access
from app.members.rules import ROLES
from tests.factories import make_member, make_place

# Who posts here has another proof than a form's token.
PROVEN_OTHERWISE = re.compile(r"^/(api/v1|stripe/webhook|fablab/relay|unsubscribe/)")


def url_of(app: Flask, rule: Rule) -> str:
    """An address of this rule, about things that do not exist."""

    def some(name: str) -> object:
        match rule._converters[name]:
            case IntegerConverter() | FloatConverter():
                return 999_999
            case UUIDConverter():
                return "00000000-0000-0000-0000-000000000000"
            case AnyConverter() as choice:
                return sorted(choice.items)[0]
            case _:
                return "2027-01-05" if "day" in name or "date" in name else "x"

    return app.url_map.bind("localhost").build(rule.endpoint, {name: some(name) for name in rule.arguments}, append_unknown=False)


def rules(app: Flask, *methods: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if (rule.methods or set()) & set(methods)]


def is_listed(endpoint: str, listed: frozenset[str]) -> bool:
    return endpoint in listed or f"{endpoint.partition('.')[0]}.*" in listed


def test_every_page_is_private_unless_listed(app, client):
    make_place()
    for rule in rules(app, "GET"):
        if is_listed(rule.endpoint, access.PUBLIC):
            continue
        page = client.get(url_of(app, rule))
        if is_listed(rule.endpoint, access.PROVEN_OTHERWISE):
            assert page.status_code in (401, 404), f"{rule.endpoint} answers {page.status} to a stranger"
        else:
            assert page.status_code == 302 and page.location.startswith("/login"), f"{rule.endpoint} answers {page.status} to a stranger"


def test_what_is_listed_as_public_exists(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints | {f"{endpoint.partition('.')[0]}.*" for endpoint in endpoints} >= access.PUBLIC | access.PROVEN_OTHERWISE


def test_every_form_needs_its_token(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    make_place()
    for rule in rules(app, "POST", "PUT", "PATCH", "DELETE"):
        if not PROVEN_OTHERWISE.match(rule.rule):
            method = sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"})[0]
            assert client.open(url_of(app, rule), method=method).status_code == 400, rule.endpoint


@contextmanager
def writes() -> Iterator[list[str]]:
    """The statements that change something, but for « seen just now » on the session of who looks."""
    seen: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE|WITH .*(INSERT|UPDATE|DELETE))", statement) and "member_session" not in statement:
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)


# Who looks changes what a page asks, hardly ever in which words: PostgreSQL hears those who see the most.
LOOKING = [
    *(("sqlite", role) for role in ROLES),
    *(pytest.param("postgres", role, marks=pytest.mark.postgres) for role in ("administrator", "trainee")),
]


@pytest.mark.parametrize(("engine", "role"), LOOKING, indirect=["engine"])
def test_reading_never_writes_and_never_breaks(app, log_in, role):
    make_place()
    client = log_in(make_member(roles=(role,)))
    for rule in rules(app, "GET"):
        with writes() as written:
            answer = client.get(url_of(app, rule))
        assert written == [], rule.endpoint
        assert answer.status_code < 500, f"{rule.endpoint} answers {answer.status}"
