"""Several web processes on one listening socket (Linux, macOS): forked once everything is loaded, so that they share their memory."""

import ctypes
import gc
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import structlog

from app.cli import supervisor
from app.core.commands import CommandRefused

M_ARENA_MAX = -8  # of glibc's `mallopt`
YOUNG = 10_000  # objects made before the collector looks among them: a week drawn makes 2 000, and throws them away by itself

_log = structlog.get_logger(__name__)

Serve = Callable[[int, socket.socket], None]  # which of the processes, and the socket that they share


class Heir(NamedTuple):
    """What the supervisor hands to the process that it starts in the place of a dead one."""

    listener: int  # file descriptors…
    lifeline: int
    which: int  # which of the processes it is
    status: int  # what became of the dead one
    lived: float


def settle_in() -> None:
    """Before the first thread and the first fork: what is loaded stays out of the collector's rounds, which would copy every page
    of memory; and the threads share two arenas (glibc gives each its own, and never takes back what a busy minute took)."""
    with suppress(OSError, AttributeError):  # another libc
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def share_between(number: int, serve: Serve, listener: socket.socket) -> None:
    """Serve in so many processes, and become their supervisor: it replaces one that dies, and ends them all on SIGTERM and SIGINT."""
    if not hasattr(os, "fork"):
        raise CommandRefused("Sur ce système, un seul processus\u00a0: retirez --processes.")
    lifeline, held = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, supervisor.ENDS)  # in us, until the supervisor is there to hear them
    children = {_fork(serve, which, listener, lifeline, held): which for which in range(number)}
    descriptors = {"listener": listener.fileno(), "lifeline": lifeline, "held": held}
    for descriptor in descriptors.values():
        os.set_inheritable(descriptor, True)
    words = json.dumps({"command": [sys.executable, *sys.orig_argv[1:]], "children": children, **descriptors})
    os.execv(sys.executable, [sys.executable, "-I", "-S", supervisor.__file__, words])  # noqa: S606 — this very Python


def _fork(serve: Serve, which: int, listener: socket.socket, lifeline: int, held: int) -> int:
    child = os.fork()
    if child:
        return child
    for number in supervisor.ENDS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, supervisor.ENDS)
    os.close(held)
    status = 1
    try:
        _die_with_parent(lifeline)
        serve(which, listener)
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def inherit(heir: Heir, serve: Serve) -> None:
    """Serve in the place of a process that died, on the socket of the family."""
    _log.error("process_died", which=heir.which, status=heir.status, lived=heir.lived)
    _die_with_parent(heir.lifeline)
    serve(heir.which, socket.socket(fileno=heir.listener))


def _die_with_parent(lifeline: int) -> None:
    """End as if told to, when the supervisor is no more."""

    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
