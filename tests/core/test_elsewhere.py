"""Asking somebody else's server: the whole has its patience, whatever they make us wait for."""

import socket
import threading
import time

import pytest

from app.core import elsewhere


def test_time_that_passed_while_it_connected_counts_too(monkeypatch):
    heard = []
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        taken, _address = listening.accept()
        with taken:
            heard.append(taken.recv(1000))
            taken.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    serving = threading.Thread(target=answer)
    serving.start()
    at_once = socket.create_connection

    def slowly(*given):
        time.sleep(0.4)
        return at_once(*given)

    monkeypatch.setattr(elsewhere, "public_addresses", lambda *_: ["127.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", slowly)

    with listening, pytest.raises(elsewhere.Unreachable):
        elsewhere.ask("GET", f"http://127.0.0.1:{listening.getsockname()[1]}/", within=0.2)

    serving.join()
    assert heard == [b""]
