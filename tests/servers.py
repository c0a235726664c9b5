"""Real server processes on loopback, for the tests that need more than a test client."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
WEB = """
import socket, sys
from app.cli.http import HttpServer
from wsgi import app
HttpServer(app, socket.socket(fileno=int(sys.argv[1])), threads=8).run()
"""


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
        number = self._socket.fileno()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", WEB, str(number)],
                cwd=ROOT,
                env=self._environment,
                pass_fds=[number],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
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
