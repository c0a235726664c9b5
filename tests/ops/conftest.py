"""What the tests of operations may ask for: houses, on one database or on both."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.core import clock
from tests.databases import Engine, postgres_engine, sqlite_engine
from tests.ops.houses import House, RunningHouse


@pytest.fixture(scope="session")
def engine_named(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Engine]]:
    made: dict[str, Engine] = {}
    with sqlite_engine(tmp_path_factory.mktemp("backups")) as sqlite:
        made["sqlite"] = sqlite

        def named(name: str) -> Engine:
            if name not in made:
                made[name] = request.getfixturevalue("other_postgres")
            return made[name]

        yield named


@pytest.fixture(scope="session")
def other_postgres(postgres_url: str) -> Iterator[Engine]:
    with postgres_engine(postgres_url) as engine:
        yield engine


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
