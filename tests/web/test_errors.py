"""What went wrong, calmly, in the reader's language, and whatever else is broken."""

from dataclasses import replace

import pytest
from flask import abort
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from werkzeug.exceptions import TooManyRequests

from app.core.db import HouseIsReadOnly
from app.core.refusals import Reason, Refused
from app.web import errors
from app.web.registry import Identity


class Said(Exception):
    """An error of a database driver, with PostgreSQL's state when it has one."""

    def __init__(self, text, state=None):
        super().__init__(text)
        self.sqlstate = state


@pytest.fixture
def raising(shell_app):
    """`raising(error)`: the answer of a page that raises it."""
    errors: list[Exception] = []
    shell_app.config.update(PROPAGATE_EXCEPTIONS=False)

    @shell_app.get("/trouble")
    def trouble():
        raise errors.pop()

    def raising(error, referrer=""):
        errors.append(error)
        return shell_app.test_client().get("/trouble", headers={"Referer": referrer})

    return raising


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 422, 429, 500, 503])
def test_each_error_has_its_page(shell_app, code):
    shell_app.add_url_rule("/trouble", view_func=lambda: abort(code))

    answer = shell_app.test_client().get("/trouble")

    assert answer.status_code == code
    assert str(errors.PAGES[code].title) in answer.text.replace("&#39;", "'")
    assert 'href="/"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_error_without_a_page_of_its_own_has_one(shell_app):
    shell_app.add_url_rule("/teapot", view_func=lambda: abort(418))

    answer = shell_app.test_client().get("/teapot")

    assert answer.status_code == 418
    assert "<h1>" in answer.text


def test_what_a_client_needs_to_know_stays_in_the_headers(shell_app, raising):
    assert "GET" in shell_app.test_client().post("/plain").headers["Allow"]
    assert raising(TooManyRequests(retry_after=30)).headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    "driver",
    [
        Said("database is locked"),
        Said("database or disk is full"),
        Said("disk I/O error"),
        Said("attempt to write a readonly database"),
        Said("unable to open database file"),
        Said("connection failed: Connection refused"),
        Said("canceling statement due to lock timeout", "55P03"),
        Said("deadlock detected", "40P01"),
        Said("could not extend file: No space left on device", "53100"),
        Said("terminating connection due to administrator command", "57P01"),
        Said("sorry, too many clients already", "53300"),
    ],
    ids=str,
)
def test_a_database_in_trouble_says_come_back(raising, driver):
    answer = raising(OperationalError("SELECT 1", {}, driver))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "n’a pas été enregistrée" in answer.text
    assert "SELECT" not in answer.text


class TooLate(Reason):
    code, sentence, next_step = "too_late", "C’est fini depuis hier.", "Choisissez une autre date."


class Taken(TooLate):
    taken = True


@pytest.mark.parametrize(("reason", "status"), [(TooLate, 422), (Taken, 409)])
def test_a_refusal_that_its_page_does_not_expect_says_why_and_the_way_back(raising, reason, status):
    answer = raising(Refused(reason()), referrer="http://localhost/courses/sign?week=2")

    assert answer.status_code == status
    assert "C’est fini depuis hier. Choisissez une autre date." in answer.text
    assert 'href="/courses/sign?week=2"' in answer.text


@pytest.mark.parametrize("referrer", ["https://evil.example/page", "http://[evil", "http://localhost/\\evil.example"])
def test_the_way_back_never_leads_elsewhere(raising, referrer):
    answer = raising(Refused(TooLate()), referrer=referrer)

    assert answer.status_code == 422
    assert "evil" not in answer.text


def test_no_connection_left_says_come_back(raising):
    assert raising(NoConnectionLeft("QueuePool limit")).status_code == 503


@pytest.mark.parametrize(
    "mistake",
    [
        OperationalError("SELECT 1", {}, Said("no such table: member")),
        OperationalError("SELECT 1", {}, Said("boom", "42P01")),
        DatabaseError("SELECT 1", {}, Said("database disk image is malformed")),
        ZeroDivisionError(),
    ],
    ids=str,
)
def test_a_mistake_of_ours_is_a_500(raising, mistake):
    answer = raising(mistake)

    assert answer.status_code == 500
    assert "malformed" not in answer.text
    assert "Traceback" not in answer.text


def test_the_page_of_a_failure_asks_nothing_of_what_failed(shell_app, raising):
    def down() -> Identity:
        raise OperationalError("SELECT 1", {}, Said("database is locked"))

    shell_app.extensions["web"] = replace(shell_app.extensions["web"], identity=down, navigation=down, language=down)

    assert raising(OperationalError("SELECT 1", {}, Said("database is locked"))).status_code == 503
    assert shell_app.test_client().get("/nowhere").status_code == 503


def test_the_partners_door_speaks_its_own_language(shell_app):
    errors.speak_for(shell_app, "/api/", lambda error: ({"code": error.code}, error.code or 500))

    assert shell_app.test_client().get("/api/v1/nowhere").json == {"code": 404}
    assert "<h1>" in shell_app.test_client().get("/nowhere").text


def test_errors_speak_english_too(visit):
    assert visit.get("/nowhere", headers={"Accept-Language": "en"}).text.startswith('<!doctype html>\n<html lang="en">')


def test_a_house_that_is_read_only_says_so_and_until_when(raising):
    answer = raising(HouseIsReadOnly())

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3600"
    assert "ne s’écrit pas" in answer.text


def test_what_is_too_heavy_is_refused_before_it_is_read(shell_app):
    shell_app.config["MAX_CONTENT_LENGTH"] = 1000

    answer = shell_app.test_client().post("/form", data={"note": "x" * 2000})

    assert answer.status_code == 413
    assert "plus léger" in answer.text


def test_a_form_with_too_many_fields_is_refused(shell_app):
    shell_app.config["MAX_FORM_PARTS"] = 10

    answer = shell_app.test_client().post("/form", data={f"n{i}": "x" for i in range(50)}, content_type="multipart/form-data")

    assert answer.status_code == 413
