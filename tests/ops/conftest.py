"""What the tests of operations may ask for: houses, on one database or on both."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.core import clock
from tests.ops.houses import House, RunningHouse

NOW = datetime.fromisoformat("2026-12-01T10:00+01:00")


@pytest.fixture
def new_house(engine_named, tmp_path: Path) -> Iterator[Callable[[str], House]]:
    def new_house(engine: str, now: datetime | None = NOW) -> House:
        folder = tmp_path / f"instance{len(list(tmp_path.iterdir()))}"
        folder.mkdir(mode=0o700)
        return House(engine_named(engine).new_database(), folder, now=now)

    yield new_house
    clock.stop_at(None)


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., RunningHouse]]:
    houses: list[RunningHouse] = []

    def open_house(*words: str, **settings: str) -> RunningHouse:
        houses.append(RunningHouse(tmp_path, *words, **settings))
        return houses[-1]

    yield open_house
    for house in houses:
        if house.process.poll() is None:
            house.process.kill()
            house.process.wait()
