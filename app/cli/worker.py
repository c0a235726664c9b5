"""`worker`: reads the journal, sends the mails, and asks each minute what is due. Several may run: each job is leased."""

import random
import signal
import threading
from types import TracebackType
from typing import Self

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext

from app import wiring
from app.cli.tick import tick
from app.core import clock
from app.core.db import HouseIsReadOnly, db

PAUSE = 2.0  # seconds between two looks at what waits
LONG_PAUSE = 15.0  # after a trouble: the database is away, or full
TICK_EVERY = 60.0

_log = structlog.get_logger(__name__)


@click.command("worker")
@click.option("--once", is_flag=True, help="Vider la file puis s’arrêter.")
@with_appcontext
def worker_command(once: bool) -> None:
    """Envoie ce que le journal demande (messages, webhooks) et fait chaque minute ce qui est dû."""
    if once:
        tick()
        done = 0
        while now_done := work_once():
            done += now_done
        click.echo(f"Fait\u00a0: {done}.")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(current_app._get_current_object(), stop)  # type: ignore[attr-defined]


class Worker:
    """A worker in a thread of this process, for as long as the block lasts; `idle`: none at all."""

    def __init__(self, app: Flask, *, idle: bool) -> None:
        self._stop = threading.Event()
        self._thread = None if idle else threading.Thread(target=work, args=(app, self._stop), name="worker", daemon=True)

    def __enter__(self) -> Self:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=10)


def work(app: Flask, stop: threading.Event) -> None:
    """Look, do, rest when nothing is left; until told to stop. A trouble is logged and waited for: the worker outlives it."""
    next_tick = clock.elapsed()
    while not stop.is_set():
        pause = PAUSE
        with app.app_context():
            try:
                if clock.elapsed() >= next_tick:
                    next_tick = clock.elapsed() + TICK_EVERY
                    tick()
                if work_once():
                    pause = 0
            except HouseIsReadOnly:
                pause = LONG_PAUSE
            except Exception:  # noqa: BLE001 — the database may be away for a while; the house goes on
                _log.exception("worker_trouble")
                pause = LONG_PAUSE
            finally:
                db.session.remove()
        stop.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311 — several workers must not march in step


def work_once() -> int:
    """One round of what waits; how much was done."""
    return sum(job(now=clock.now()) for job in wiring.WORK)
