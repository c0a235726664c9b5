"""How a cost is measured: ten requests in a row, in turn with the others, nine times; the median of what one costs."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tools.bench.houses import Served
from tools.bench.visitors import Answer

IN_A_ROW, TURNS = 10, 9
LEFTOVER = 0.004  # seconds for what follows an answer: its line of log, the end of its transaction


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a server, and what somebody else does just before it."""

    served: Served
    ask: Callable[[], Answer]
    before: Callable[[], None] = lambda: None


class Spent(NamedTuple):
    """What each answer of a row cost, in milliseconds of CPU, and the answers."""

    cpu: float
    answers: list[Answer]


def costs(asked: Mapping[str, Asked], *, turns: int = TURNS) -> dict[str, float]:
    """Milliseconds of CPU of each, the first turn not counted; in turn, so that a noisy minute is shared by all."""
    found: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(1 + turns):
        for name, one in asked.items():
            cost = spent(one).cpu
            if turn:
                found[name].append(cost)
    return {name: statistics.median(each) for name, each in found.items()}


def spent(one: Asked, *, times: int = IN_A_ROW) -> Spent:
    before, answers = one.served.meter.seconds(), []
    for _ in range(times):
        one.before()
        answers.append(one.ask())
    time.sleep(LEFTOVER)
    return Spent(1000 * (one.served.meter.seconds() - before) / times, answers)


def p95(seconds: Sequence[float]) -> float:
    """In milliseconds."""
    return 1000 * sorted(seconds)[max(0, -(-95 * len(seconds) // 100) - 1)]
