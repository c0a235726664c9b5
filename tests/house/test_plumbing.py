"""The tests' own promises."""

import socket
import urllib.request

import pytest
import sqlalchemy as sa

from app.core.db import db, transaction
from app.core.journal import JournalEntry, record


def test_a_test_never_reaches_outside_this_machine():
    with pytest.raises(AssertionError, match="the network is closed"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(AssertionError, match="the network is closed"):
        urllib.request.urlopen("http://example.org")


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_in_the_next(session, turn):
    with transaction():
        record("test.written")

    assert db.session.scalar(sa.select(sa.func.count(JournalEntry.id))) == 1


def test_two_servers_answer_on_one_database(servers):
    assert [status(server.url) for server in servers(2)] == [200, 200]


def test_a_killed_server_comes_back_at_the_same_address(servers):
    (server,) = servers(1)
    server.kill()

    server.start()

    assert status(server.url) == 200


def status(url):
    with urllib.request.urlopen(url + "/healthz", timeout=30) as answer:
        return answer.status
