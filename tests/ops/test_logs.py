"""One line for each request, that a machine reads; what a path or a query may hold of people is not in it."""

import json
import logging
import sys

import pytest
import structlog
from flask import Flask

from app.core import logs
from tests.databases import on_sqlite
from tests.ops.houses import RunningHouse


@pytest.fixture
def kept_logging():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


@pytest.fixture
def logged(kept_logging, capsys):
    """An application whose logs are at hand."""
    app = Flask(__name__)
    app.config["LOG_LEVEL"] = "INFO"
    logs.install(app)
    app.add_url_rule("/feeds/<token>.ics", "feed", lambda token: "BEGIN:VCALENDAR")
    app.add_url_rule("/breaks", "breaks", lambda: str(1 / 0))

    def logged(path: str) -> list[dict]:
        app.test_client().get(path)
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return logged


def test_a_request_is_told_by_the_shape_of_its_path(logged):
    (line,) = logged("/feeds/a-very-secret-token.ics?email=camille@example.org")

    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/feeds/<token>.ics", 200)
    assert 0 <= line["ms"] < 5000
    assert line["at"].endswith("+00:00")
    assert set(line) == {"event", "method", "path", "status", "ms", "at", "level"}


def test_an_address_that_leads_nowhere_is_not_repeated(logged):
    (line,) = logged("/feed/a-very-secret-token")

    assert (line["path"], line["status"]) == ("?", 404)


def test_a_mistake_of_ours_is_told_with_its_trace(logged):
    mistake, request = logged("/breaks")

    assert mistake["level"] == "error"
    assert "ZeroDivisionError" in mistake["exception"]
    assert request["status"] == 500


def test_what_somebody_wrote_makes_no_line_of_its_own(kept_logging, capsys):
    logs.configure(level="INFO", readable=False)
    hostile = 'x\r\n{"event": "forged"}\u2028\x1b[2J\x85'

    structlog.get_logger("x").info(hostile, told=hostile)
    logging.getLogger("waitress").warning("%s", hostile)

    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["event"] for line in lines] == [hostile, hostile]
    assert all(line.isprintable() for line in lines)


def test_in_a_terminal_lines_are_for_people(kept_logging, capsys):
    logs.configure(level="INFO", readable=True)

    structlog.get_logger("x").info("request", method="GET")
    logging.getLogger("waitress").warning("something odd")

    said = capsys.readouterr().err
    assert "request" in said
    assert "something odd" in said
    assert not said.startswith("{")


def test_below_its_level_nothing_is_said(kept_logging, capsys):
    logs.configure(level="ERROR", readable=False)

    structlog.get_logger("x").warning("hush")
    logging.getLogger("waitress").warning("hush")

    assert capsys.readouterr().err == ""


def test_a_full_disk_loses_the_line_and_not_the_answer(kept_logging, monkeypatch):
    class Full:
        def write(self, *text):
            raise OSError(28, "No space left on device")

        flush = write

    logs.configure(level="INFO", readable=False)
    monkeypatch.setattr(sys, "stderr", Full())

    structlog.get_logger("x").info("request")


@on_sqlite
def test_a_running_house_tells_its_requests_and_not_its_health(open_house, database):
    house: RunningHouse = open_house(database_url=database)
    house.wait_until_open()
    house.get("/readyz")
    house.end()

    lines = [json.loads(line) for line in house.said().splitlines() if line.startswith("{")]

    assert [line for line in lines if line["event"] == "request"] == []
