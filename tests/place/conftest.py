"""A lieu with its manager, and pages filled as a browser would."""

import re
from html import unescape

import pytest

from app.place.models import Place
from tests.factories import make_member, make_place


@pytest.fixture
def place(session, frozen) -> Place:
    frozen("2026-12-01T10:00+01:00")
    return make_place(name="Worklab de Boitron", town="Boitron", postal_code="61500", street="Ancienne école")


@pytest.fixture
def manager(place, log_in):
    return log_in(make_member("Max", roles=["manager"]))


@pytest.fixture
def fill(manager):
    """`fill("/manage/place/hours", day0_opens="09:00")`: open the page, change these fields, send the rest as it came."""

    def fill(path, *, button="", **typed):
        page = manager.get(path)
        assert page.status_code == 200, page.text
        return manager.post(path, data=fields_of(page.text) | typed | ({button: "1"} if button else {}))

    return fill


def fields_of(html: str) -> dict[str, str]:
    """What a browser would send if nothing were touched."""
    form = max(re.findall(r"<form method=.?post.*?</form>", html, re.S), key=len)
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        said = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if said.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in said:
            found[said["name"]] = unescape(said.get("value", ""))
    for name, body in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body) or re.search(r'<option value="([^"]*)"', body)
        found[name] = unescape(chosen[1]) if chosen else ""
    for name, body in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = unescape(body).removeprefix("\r\n").removeprefix("\n")
    return found
