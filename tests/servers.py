"""Real server processes on loopback, for the tests that need more than a test client."""

import os
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Self

from app.cli.http import HttpServer
from tests.processes import forks

ROOT = Path(__file__).resolve().parent.parent


def serve(listener: socket.socket, environment: dict[str, str], log: Path) -> None:
    """What such a process does."""
    with log.open("ab") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    os.environ.clear()
    os.environ.update(environment)
    from wsgi import app  # which reads the settings

    HttpServer(app, listener, threads=8).run()


class Server:
    """One web process of the house. Its socket is ours, so that it listens before the process is up and after a kill."""

    def __init__(self, *, database_url: str, folder: Path, called: str = "127.0.0.1", **settings: str) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://{called}:{self._socket.getsockname()[1]}"
        self.log = folder / f"server-{self._socket.getsockname()[1]}.log"
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "DEMO": "0",
            "MAIL_URL": f"file:{folder / 'mails'}",
            "PUBLIC_URL": self.url,
            "SECRET_KEY": "a key for the servers of the tests",
            **settings,
        }
        self.start()

    def start(self) -> None:
        self._process = forks.Process(target=serve, args=(self._socket, self._environment, self.log), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        self._process.terminate()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self.kill()
        self._socket.close()

    def answers(self) -> Self:
        """Once it is up: a browser's patience is for pages, not for a process that starts beside another test."""
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=60) as answer:
            assert answer.status == 200
        return self

    def __enter__(self) -> Self:
        try:
            return self.answers()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()
