"""The web server of one process: waitress, with a gentle end."""

import signal
import socket
from collections import deque
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher, WSGITask

GRACE = 10  # seconds left to what was accepted when the end comes
CONNECTIONS = 500  # slow phones keep theirs open; the threads only see whole requests


class HttpServer:
    """Serves until SIGTERM, SIGINT or `stop()`; then accepts nobody more, answers those it accepted, and returns."""

    def __init__(self, app: Flask, listener: socket.socket, *, threads: int) -> None:
        self._channels: dict[int, Any] = {}
        self._stopping = False
        self._server = create_server(
            app,
            map=self._channels,
            _dispatcher=_Dispatcher(threads),
            sockets=[listener],
            threads=threads,
            ident=None,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,
            max_request_body_size=2 * app.config["MAX_CONTENT_LENGTH"],  # above our own limit, whose page explains
            max_request_header_size=32 * 1024,
            clear_untrusted_proxy_headers=not app.config["TRUSTED_PROXIES"],  # else werkzeug reads them: see web/security.py
        )

        self._server.channel_class = _Channel

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while not self._stopping:
            self._turn(timeout=60)
        self._say_goodbye()

    def stop(self) -> None:
        self._stopping = True
        self._server.pull_trigger()  # wakes the turn that waits

    def _on_signal(self, number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)  # said twice: at once
        self.stop()

    def _turn(self, *, timeout: float) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._channels, count=1)

    def _say_goodbye(self) -> None:
        wasyncore.dispatcher.close(self._server)  # the listening socket only: the threads still pull the trigger
        turns = GRACE * 10
        while turns and any(_is_busy(channel) for channel in self._server.active_channels.values()):
            self._turn(timeout=0.1)
            turns -= 1
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._channels)


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Gives the next request to the thread that has rested the least: what it works with is still near the processor. Each in its turn,
    they cost a twentieth more."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.queue_cv._waiters = _Stack()
        self.set_thread_count(threads)


class _Stack(deque[Any]):
    append = deque.appendleft


class _Task(WSGITask):  # type: ignore[misc]
    def set_close_on_finish(self) -> None:
        """« Not modified » has no body, so its end is known: the phone far away keeps its connection, which waitress would close."""
        is_asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or self.version != "1.1" or is_asked:
            super().set_close_on_finish()


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task


def _is_busy(channel: Any) -> bool:
    """A request being received, waiting for a thread, being answered, or an answer being sent."""
    return bool(channel.requests or channel.request or channel.total_outbufs_len)
