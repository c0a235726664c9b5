"""Several web processes on one listening socket (Linux, macOS): forked once everything is loaded, so that they share their memory."""

import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import structlog

from app.core import clock
from app.core.commands import CommandRefused

TOO_SHORT = 5.0  # a process that lives less than this has a trouble that a restart does not cure…
TOO_OFTEN = 5  # …when it happens so many times running
ENDS = (signal.SIGTERM, signal.SIGINT)
M_ARENA_MAX = -8  # of glibc's `mallopt`
PATIENCE = 15  # seconds for the processes to end by themselves
YOUNG = 10_000  # objects made before the collector looks among them: a week drawn makes 2 000, and throws them away by itself

_log = structlog.get_logger(__name__)


def settle_in() -> None:
    """Before the first thread and the first fork: what is loaded stays out of the collector's rounds, which would copy every page
    of memory; and the threads share two arenas (glibc gives each its own, and never takes back what a busy minute took)."""
    with suppress(OSError, AttributeError):  # another libc
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def share_between(number: int, serve: Callable[[int], None]) -> None:
    """Run `serve(0)`, `serve(1)`… each in a process; a dead one is replaced; SIGTERM and SIGINT end them all."""
    if not hasattr(os, "fork"):
        raise CommandRefused("Sur ce système, un seul processus\u00a0: retirez --processes.")
    _Family(number, serve).live()


class _Family:
    def __init__(self, number: int, serve: Callable[[int], None]) -> None:
        self._number, self._serve = number, serve
        self._children: dict[int, tuple[int, float]] = {}  # process id: which one it is, and since when
        self._short_lives = 0
        self._ending = False
        self._lifeline, self._held = os.pipe()  # children see it close when we die, however we die

    def live(self) -> None:
        for number in ENDS:
            signal.signal(number, self._end)
        for which in range(self._number):
            self._have(which)
        while self._children:
            child, status = os.wait()
            which, born = self._children.pop(child, (-1, 0.0))
            if which >= 0 and not self._ending:
                self._replace(which, born, status)
        if self._short_lives >= TOO_OFTEN:
            raise CommandRefused("Les processus s’arrêtent aussitôt lancés\u00a0: les traces disent pourquoi.")

    def _have(self, which: int) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # until each side of the fork knows which one it is
        child = os.fork()
        if child:
            self._children[child] = (which, clock.elapsed())
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
            return
        for number in ENDS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        os.close(self._held)
        threading.Thread(target=self._die_with_parent, daemon=True).start()
        status = 1
        try:
            self._serve(which)
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _die_with_parent(self) -> None:
        os.read(self._lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _replace(self, which: int, born: float, status: int) -> None:
        lived = clock.elapsed() - born
        self._short_lives = self._short_lives + 1 if lived < TOO_SHORT else 0
        _log.error("process_died", which=which, status=os.waitstatus_to_exitcode(status), lived=round(lived, 1))
        if self._short_lives >= TOO_OFTEN:
            self._end()
        else:
            self._have(which)

    def _end(self, *_: object) -> None:
        self._ending = True
        for child in self._children:
            os.kill(child, signal.SIGTERM)
        signal.signal(signal.SIGALRM, self._kill)
        signal.alarm(PATIENCE)

    def _kill(self, *_: object) -> None:
        for child in self._children:
            os.kill(child, signal.SIGKILL)
