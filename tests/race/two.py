"""Two processes that do people's gestures at the same moment, on one database; see `makers.py` for what they know how to do."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app import wiring
from app.core.db import db

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-12-01T10:00:00+01:00"


class Two:
    def __init__(self, url: str) -> None:
        words = [sys.executable, "-m", "tests.race.makers", url]
        self.processes = [subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    def at_once(self, gestures: Sequence[dict[str, Any]]) -> list[str]:
        """Everybody does theirs at the same moment, half of them in each process: « yes », or the codes of the refusal, in order."""
        said = [{"now": NOW} | gesture for gesture in gestures]
        for number, process in enumerate(self.processes):
            assert process.stdin is not None
            process.stdin.write(json.dumps(said[number::2]) + "\n")
            process.stdin.flush()
        halves = [json.loads(process.stdout.readline()) for process in self.processes if process.stdout is not None]
        return [halves[number % 2][number // 2] for number in range(len(said))]

    def all_do(self, people: Sequence[int], **gesture: Any) -> list[str]:
        return self.at_once([gesture | {"who": member_id} for member_id in people])

    def stop(self) -> None:
        for process in self.processes:
            process.communicate(timeout=60)


def faults() -> list[str]:
    """What the house's own nightly look finds wrong."""
    return [fault for look in (*wiring.CHECKS, *wiring.GUARDS) for fault in look(db.session())]
