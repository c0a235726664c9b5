"""Not too often: what each caller may still ask fills slowly. Counted by process: a lieu has one or two."""

import threading
from collections.abc import Hashable

MOST_CALLERS = 10_000


class Pace:
    """So many requests at once, then so many by second, for each caller; a script gone mad leaves room for the others."""

    def __init__(self, *, burst: int, per_second: float) -> None:
        self.burst, self.per_second = burst, per_second
        self._left: dict[Hashable, tuple[float, float]] = {}  # by caller: what is left, and when that was
        self._turn = threading.Lock()

    def wait(self, caller: Hashable, *, at: float) -> float:
        """0 when it may ask now, and that is one; else how many seconds to wait."""
        with self._turn:
            if len(self._left) >= MOST_CALLERS:
                self._left.clear()
            left, before = self._left.get(caller, (float(self.burst), at))
            left = min(float(self.burst), left + (at - before) * self.per_second)
            self._left[caller] = (left - 1 if left >= 1 else left, at)
            return 0.0 if left >= 1 else (1 - left) / self.per_second
