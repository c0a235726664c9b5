"""The interface says what it is, to programs and to people, without anybody else's scripts."""

import re

import pytest

from app.api.views import docs
from tests.api.partner import BASE
from tests.browser import DESK, PHONE, axe_violations
from tests.databases import on_sqlite
from tests.factories import make_place


@pytest.fixture
def spec(client, session):
    answer = client.get(f"{BASE}/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def every(part, name):
    if isinstance(part, dict):
        for key, inner in part.items():
            if key == name:
                yield inner
            yield from every(inner, name)
    elif isinstance(part, list):
        for inner in part:
            yield from every(inner, name)


def operations(spec):
    for path, item in spec["paths"].items():
        for method, said in item.items():
            if method != "parameters":
                yield f"{method.upper()} {path}", said


def test_it_is_openapi_3_1_and_needs_no_token(spec):
    assert spec["openapi"] == "3.1.0"
    assert (spec["info"]["title"], spec["info"]["version"]) == ("Worklab", "1")
    assert spec["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}


def test_every_reference_leads_somewhere(spec):
    for reference in every(spec, "$ref"):
        found = spec
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]


def test_every_operation_is_named_guarded_and_says_its_troubles(spec):
    names = [said["operationId"] for _, said in operations(spec)]
    tags = {tag["name"] for tag in spec["tags"]}

    assert len(set(names)) == len(names)
    for name, said in operations(spec):
        assert said["summary"], name
        assert set(said["tags"]) <= tags, name
        assert said["security"][0]["token"][0] in ("read", "write", "manage"), name
        assert {"401", "403", "429", "500", "503"} <= set(said["responses"]), name
        for status, answer in said["responses"].items():
            assert answer.get("$ref") or answer["description"], (name, status)
        if "requestBody" in said:
            assert {"400", "413", "415", "422"} <= set(said["responses"]), name
            assert said["requestBody"]["content"]["application/json"]["example"], name


def test_what_the_contract_promises_is_there(spec):
    assert {name.replace("/api/v1", "") for name, _ in operations(spec)} == {
        "GET /me",
        "GET /resources",
        "PATCH /resources/{resource_id}",
        "GET /availability",
        "POST /bookings",
        "POST /bookings/preview",
        "GET /bookings",
        "GET /bookings/{booking_id}",
        "PATCH /bookings/{booking_id}",
        "DELETE /bookings/{booking_id}",
        "POST /bookings/{booking_id}/check-in",
        "POST /series",
        "POST /outages",
        "GET /cohorts",
        "GET /cohorts/{cohort_id}/sessions",
        "GET /cohorts/{cohort_id}/attendance",
        "GET /invoices",
        "GET /invoices/{invoice_id}",
        "GET /invoices/{invoice_id}/pdf",
        "GET /members",
        "POST /members",
        "PATCH /members/{member_id}",
        "GET /webhooks",
        "POST /webhooks",
        "DELETE /webhooks/{webhook_id}",
    }
    booking = spec["components"]["schemas"]["Booking"]["properties"]
    promised = {"id", "resource_id", "start", "end", "status", "price_cents", "covered_by", "member_id", "note"}
    assert promised <= set(booking)
    assert set(spec["components"]["schemas"]["Covered"]["properties"]) == {"source", "units", "unit", "cents"}


def test_it_may_be_kept_and_travels_compressed(client, session):
    answer = client.get(f"{BASE}/openapi.json", headers={"Accept-Encoding": "gzip"})

    assert (answer.headers["Content-Encoding"], answer.headers["Cache-Control"]) == ("gzip", "public, max-age=3600")
    assert {"Accept-Encoding", "Accept-Language"} <= set(answer.vary)
    assert len(answer.data) < 8000


def test_the_page_shows_each_operation_and_each_code(client, session, spec):
    make_place()
    page = client.get(f"{BASE}/docs")
    text = page.get_data(as_text=True)
    ids = re.findall(r' id="([^"]+)"', text)

    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert len(set(ids)) == len(ids)
    for name, said in operations(spec):
        assert name in text, name
        assert f"op-{said['operationId']}" in ids
    for code in ("overlap", "nonexistent_time", "not_qualified", "idempotency_key_reused", "naive_time", "too_many_requests"):
        assert code in ids
    assert set(re.findall(r'href="#([^"]+)"', text)) <= {*ids, "contenu"}


def test_the_page_asks_nothing_of_anybody_else(client, session):
    make_place()
    text = client.get(f"{BASE}/docs").get_data(as_text=True)

    assert "<script" not in text
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


def test_each_language_has_its_description(app, session):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        english = docs.described()
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        french = docs.described()

    assert english.keys() == french.keys()
    assert english["paths"].keys() == french["paths"].keys()


@pytest.mark.browser
@on_sqlite
@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone-light", "desk-dark"])
def test_everybody_can_read_the_page(live, browse, viewport, scheme):
    page = browse(viewport=viewport, color_scheme=scheme).new_page()
    page.goto(f"{live.url}{BASE}/docs")

    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
