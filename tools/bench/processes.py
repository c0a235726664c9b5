"""What processes cost, asked of /proc (Linux): CPU to the nanosecond, memory shared out fairly."""

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")


def tree(root: int) -> Iterator[int]:
    """A process and all that it had born."""
    yield root
    for children in PROC.glob(f"{root}/task/*/children"):
        with contextlib.suppress(OSError):
            for child in children.read_text().split():
                yield from tree(int(child))


def parent(process: int) -> int:
    return int((PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[1])


class Meter:
    """The CPU that some processes, and all that they have born, have used until now."""

    def __init__(self, *roots: int, without: Iterable[int] = ()) -> None:
        self._roots, self._without = roots, frozenset(without)

    def seconds(self) -> float:
        """User and system time of every thread, from the scheduler's own count."""
        spent = 0
        for process in self._processes():
            for thread in PROC.glob(f"{process}/task/*/schedstat"):
                with contextlib.suppress(OSError):  # it ended meanwhile
                    spent += int(thread.read_text().split()[0])
        return spent / 1e9

    def memory(self) -> int:
        """Bytes, with what several processes share counted once (PSS)."""
        return 1024 * sum(_pss(process) for process in self._processes())

    def settle(self, *, quiet: float = 0.15, most: float = 20.0) -> None:
        """Wait until they rest: what follows an answer (logs, a closing transaction) belongs to it."""
        before, deadline = self.seconds(), time.monotonic() + most
        while time.monotonic() < deadline:
            time.sleep(quiet)
            now = self.seconds()
            if now - before < 0.02 * quiet:
                return
            before = now

    def _processes(self) -> list[int]:
        return [process for root in self._roots for process in tree(root) if process not in self._without]


def _pss(process: int) -> int:
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
