"""The door: who may come in, and every « no » that is not the engine's."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.api.views import door, problems
from app.core import clock
from app.core.db import READ_ONLY, db, transaction
from app.core.pace import Pace
from app.core.state import State
from app.members.models import AccessToken
from tests.api.partner import BASE, codes, token_for, wrong
from tests.factories import make_member, make_place


@pytest.fixture
def camille(session):
    make_place()
    return make_member("Camille")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# ---------------------------------------------------------------- tokens


def test_without_a_token_one_is_told_how_to_bring_one(camille, partner):
    answer = partner(None).get("/me")

    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (401, "application/problem+json", "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Worklab"'
    assert (answer.json["status"], answer.json["title"], bool(answer.json["detail"])) == (401, "Entrez d’abord", True)
    assert answer.json["type"] == "/api/v1/docs#unauthenticated"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token abc", "Bearer é", "Bearer " + "x" * 5000, "Bearer a b"]
)
def test_what_is_not_a_token_of_ours_opens_nothing(camille, partner, header):
    answer = partner(None).ask("GET", "/me", headers={"Authorization": header.encode("utf-8").decode("latin-1")})

    assert answer.status_code == 401


def test_a_token_opens_whatever_the_case_of_its_scheme(camille, partner):
    token = token_for(camille)

    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = partner(None).ask("GET", "/me", headers={"Authorization": f"{scheme} {token}"})
        assert (answer.status_code, answer.json["name"]) == (200, "Camille")


def test_a_token_that_expired_was_revoked_or_serves_elsewhere_opens_nothing(camille, partner):
    now = clock.now()
    for more in ({"expires_at": now}, {"expires_at": now - timedelta(days=1)}, {"revoked_at": now}):
        answer = partner(None).ask("GET", "/me", headers=bearer(token_for(camille, **more)))
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    token = token_for(camille)
    with transaction() as session:
        session.execute(sa.update(AccessToken).values(purpose="feed"))
    assert partner(None).ask("GET", "/me", headers=bearer(token)).status_code == 401


def test_the_cookie_of_a_page_opens_nothing(camille, log_in):
    assert log_in(camille).get(f"{BASE}/me").status_code == 401


@pytest.mark.parametrize(
    ("scopes", "read", "write", "manage"),
    [("", 403, 403, 403), ("read", 200, 403, 403), ("write", 200, 201, 403), ("read write", 200, 201, 403), ("manage", 200, 201, 200)],
)
def test_each_scope_gives_those_before_it(lieu, partner, scopes, read, write, manage):
    boss = partner(lieu.max, scopes)

    assert boss.get("/me").status_code == read
    assert boss.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00").status_code == write
    changed = boss.patch(f"/resources/{lieu.room.id}", rules={"notice_minutes": 60})
    assert changed.status_code == manage
    if manage == 403:
        assert (changed.json["code"], 'scope="manage"' in changed.headers["WWW-Authenticate"]) == ("insufficient_scope", True)


@pytest.mark.parametrize(
    ("status", "read", "write"), [("suspended", 200, 422), ("inactive", 401, 401), ("unconfirmed", 403, 422), ("erased", 401, 401)]
)
def test_a_suspended_account_reads_and_a_closed_one_does_nothing(lieu, partner, status, read, write):
    camille = partner(lieu.camille)
    with transaction():
        lieu.camille.status = status
        db.session.flush()

    assert camille.get("/me").status_code == read
    no = camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00")
    assert no.status_code == write
    if write == 422:
        assert codes(no) == ["suspended" if status == "suspended" else "inactive_member"]


def test_a_suspended_account_is_told_so_by_a_preview(lieu, partner):
    camille = partner(lieu.camille)
    with transaction():
        lieu.camille.status = "suspended"
        db.session.flush()

    seen = camille.post("/bookings/preview", resource_id=lieu.room.id, start="2027-01-05T10:00:00+01:00", end="2027-01-05T11:00:00+01:00")
    assert (seen.json["ok"], codes(seen)) == (False, ["suspended"])


def test_a_known_person_costs_one_statement_with_their_roles(camille, partner, client):
    partner_of_camille = partner(camille)
    seen = []

    def look(_connection, _cursor, statement, *_):
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        partner_of_camille.get("/webhooks")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)

    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1, seen


# ---------------------------------------------------------------- not too often


def test_too_many_requests_are_asked_to_wait(camille, partner, app, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    monkeypatch.setattr(door, "PACE", Pace(burst=3, per_second=20))
    moment = [100.0]
    monkeypatch.setattr(clock, "elapsed", lambda: moment[0])
    partner_of_camille = partner(camille)

    assert [partner_of_camille.get("/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    slowed = partner_of_camille.get("/me")
    assert (slowed.json["code"], int(slowed.headers["Retry-After"])) == ("too_many_requests", 1)
    assert partner(make_member("Nora")).get("/me").status_code == 200
    moment[0] += 0.11
    assert [partner_of_camille.get("/me").status_code for _ in range(3)] == [200, 200, 429]


# ---------------------------------------------------------------- addresses, methods, types


def test_an_address_that_leads_nowhere_speaks_json_too(client):
    answer = client.get(f"{BASE}/nothing")

    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (404, "application/problem+json", "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/bookings", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("PUT", "/bookings/1", {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
        ("GET", "/bookings/preview", {"OPTIONS", "POST"}),
        ("POST", "/me", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_taken_says_which_are(client, method, path, allowed):
    answer = client.open(f"{BASE}{path}", method=method)

    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (405, "application/problem+json", "method_not_allowed")
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) == allowed


@pytest.mark.parametrize("booking_id", ["0", "999999", "2147483648", "9999999999", "99999999999999999999", "٣", "-1", "x", "1.5", "%00"])
def test_what_does_not_exist_is_not_found(camille, partner, booking_id):
    for method in ("GET", "DELETE"):
        assert partner(camille).ask(method, f"/bookings/{booking_id}").status_code == 404, method


def test_only_json_is_spoken(camille, partner):
    only_xml = partner(camille).ask("GET", "/me", headers={"Accept": "application/xml"})
    assert (only_xml.status_code, only_xml.json["code"]) == (406, "not_acceptable")
    for accepted in ("*/*", "application/*", "application/json;q=0.5, text/html", "application/problem+json"):
        assert partner(camille).ask("GET", "/me", headers={"Accept": accepted}).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_only_json_is_read(camille, partner, content_type):
    answer = partner(camille).ask("POST", "/bookings", data=b'{"resource_id": 1}', content_type=content_type)

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_json_by_another_name_is_read(camille, partner):
    answer = partner(camille).ask("POST", "/bookings", data=b"{}", content_type="application/merge-patch+json; charset=utf-8")

    assert wrong(answer)["start"] == ["required"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'a': 1}",
        b"\xff\xfe",
        b'{"resource_id": NaN}',
        b'{"resource_id": Infinity}',
        b'{"resource_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b"\x00",
    ],
    ids=["cut", "quotes", "bytes", "NaN", "Infinity", "digits", "brackets", "braces", "nul"],
)
def test_what_is_not_json_is_refused(camille, partner, body):
    answer = partner(camille).ask("POST", "/bookings", data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"12", b"true", b"null"])
def test_json_that_is_not_an_object_is_refused(camille, partner, body):
    answer = partner(camille).ask("POST", "/bookings", data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"], answer.json["errors"]["body"][0]["code"]) == (422, "invalid", "not_an_object")


def test_an_empty_body_lacks_everything(camille, partner):
    answer = partner(camille).ask("POST", "/bookings")

    assert wrong(answer) == {"start": ["required"], "end": ["required"]}


def test_a_heavy_body_is_not_read(camille, partner):
    answer = partner(camille).ask("POST", "/bookings", data=b'{"note": "' + b"x" * 300_000 + b'"}', content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


# ---------------------------------------------------------------- when it breaks


def test_a_bug_is_said_without_its_details(camille, partner, app, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("app.billing.queries.balances", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    answer = partner(camille).get("/me")

    assert (answer.status_code, answer.json["code"], b"secret" in answer.data) == (500, "internal", False)


def test_a_database_that_is_away_asks_to_come_back(camille, partner, monkeypatch):
    def away(*_args, **_kwargs):
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("database is locked"))

    monkeypatch.setattr("app.billing.queries.balances", away)

    answer = partner(camille).get("/me")

    assert (answer.status_code, answer.json["code"], int(answer.headers["Retry-After"]) > 0) == (503, "unavailable", True)


def test_a_house_that_is_read_only_says_why(lieu, partner):
    camille = partner(lieu.camille)
    with transaction() as session:
        session.add(State(name=READ_ONLY, facts={}, at=clock.now()))

    answer = camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00")

    assert (answer.status_code, answer.json["code"], int(answer.headers["Retry-After"]) > 0) == (503, "unavailable", True)
    assert "contrôle" in answer.json["detail"]


# ---------------------------------------------------------------- languages


def test_it_speaks_french_unless_english_is_asked_for(lieu, partner):
    camille = partner(lieu.camille)

    def detail(**headers):
        return camille.ask("GET", "/bookings/1", headers=headers).json["detail"]

    assert detail() == "Il n’y a rien à cette adresse."
    assert detail(**{"Accept-Language": "en", "Cookie": "lang=fr"}) == detail(**{"Accept-Language": "en-GB,en;q=0.9"})
    assert detail(**{"Accept-Language": "de"}) == detail()


def test_every_code_of_a_field_has_its_sentence():
    """A field that answers an unknown code would break the answer that tells it."""
    from app.api.forms import fields

    written = {
        message
        for one in vars(fields).values()
        if isinstance(one, type) and hasattr(one, "default_error_messages")
        for message in one.default_error_messages.values()
        if isinstance(message, str) and " " not in message
    }
    assert written <= set(problems.TOLD)
