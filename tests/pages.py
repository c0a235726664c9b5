"""Pages read as a person reads them, and filled as a browser would."""

import re
from datetime import UTC
from html import unescape

from tests.factories import paris


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


def text_of(page) -> str:
    """With plain spaces, as one types them."""
    return page.text.replace("\u00a0", " ").replace("\u202f", " ")


def error_of(page, field):
    """The sentence beside a field."""
    assert page.status_code == 422
    found = re.search(rf'id="{field}-e">(.*?)</p>', page.text)
    assert found, f"nothing is said beside {field}: {re.findall(r'field-error. id=.([a-z_0-9]+)', page.text)}"
    assert f'href="#{field}"' in page.text  # in the summary, too
    return found[1]


def choice(thing, day: str, start: str, end: str) -> str:
    """What the button of an offer carries."""
    begins, ends = (paris(f"{day} {hour}").astimezone(UTC) for hour in (start, end))
    return f"{thing.id}/{begins:%Y-%m-%dT%H:%MZ}/{ends:%Y-%m-%dT%H:%MZ}"
