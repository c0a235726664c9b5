"""Once a night: everything is looked at, then saved; enough of the past is kept."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.billing.models import Lot
from app.cli import schema
from app.cli.nightly import kept, tonight
from app.cli.tick import tick
from app.core import clock, state
from app.core.db import transaction
from tests.factories import give_half_days, make_member, make_place
from tests.ops.houses import House


def names(house: House) -> list[str]:
    folder = house.folder / "backups"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_night_comes_once_and_late_for_a_computer_that_sleeps(new_house, frozen, engine):
    house = new_house(engine)
    with house.inside():
        make_place()

        done = [
            (instant, tonight(now=frozen(instant)))
            for instant in (
                "2026-12-01T10:00+01:00",  # the house opens: nothing to do yet
                "2026-12-01T23:00+01:00",
                "2026-12-02T02:59+01:00",
                "2026-12-02T03:00+01:00",
                "2026-12-02T03:01+01:00",
                "2026-12-03T09:12+01:00",  # asleep at three
                "2026-12-03T23:00+01:00",
            )
        ]

        assert [instant for instant, was_done in done if was_done] == ["2026-12-02T03:00+01:00", "2026-12-03T09:12+01:00"]
        assert names(house) == ["worklab-2026-12-02.zip", "worklab-2026-12-03.zip"]
        assert state.recall("check").facts["ok"]
        assert state.recall("backup").facts["bytes"] == (house.folder / "backups/worklab-2026-12-03.zip").stat().st_size


def test_a_night_that_finds_a_fault_keeps_the_last_good_backup(new_house, frozen):
    house = new_house("sqlite")
    with house.inside():
        give_half_days(make_place(), make_member(), 10)
        for instant in ("2026-12-01T10:00+01:00", "2026-12-02T03:00+01:00"):
            tonight(now=frozen(instant))
        with transaction() as session:
            session.execute(sa.update(Lot).values(granted=11))

        tonight(now=frozen("2026-12-03T03:00+01:00"))

        assert names(house) == ["worklab-2026-12-02.zip"]
        assert state.recall("check").facts["ok"] is False


def test_the_night_waits_for_the_migrations_of_an_upgrade(new_house, frozen, monkeypatch):
    house = new_house("sqlite")
    with house.inside():
        make_place()
        tonight(now=frozen("2026-12-01T10:00+01:00"))
        with monkeypatch.context() as upgrade:
            upgrade.setattr(schema, "head", lambda: "9999")

            assert tonight(now=frozen("2026-12-02T03:00+01:00")) == 0
            assert (state.recall("check"), names(house)) == (None, [])

        assert tonight(now=frozen("2026-12-02T03:01+01:00")) == 1
        assert state.recall("check").facts["ok"] and names(house) == ["worklab-2026-12-02.zip"]


def test_a_week_of_days_and_a_month_of_weeks_are_kept():
    monday = date(2026, 12, 28)
    days = [monday - timedelta(days=number) for number in range(60)]

    assert sorted(monday - day for day in kept(days)) == [timedelta(days=number) for number in (0, 1, 2, 3, 4, 5, 6, 8, 15)]
    assert kept(days[:3]) == set(days[:3])
    assert kept([]) == set()


def test_one_job_that_fails_does_not_stop_the_others(session, monkeypatch):
    done = []

    def breaks(*, now):
        raise ZeroDivisionError

    def works(*, now):
        done.append(now)
        return 1

    monkeypatch.setattr("app.wiring.TICKS", (breaks, works))

    assert tick() == ["breaks"]
    assert len(done) == 1


def test_the_command_says_which_job_failed(app, session, monkeypatch):
    def breaks(*, now):
        raise ZeroDivisionError

    monkeypatch.setattr("app.wiring.TICKS", (breaks,))
    result = app.test_cli_runner().invoke(args=["tick"])

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "Ce qui n’a pas pu être fait\u00a0: breaks. Les traces disent pourquoi."


def test_two_workers_do_not_tick_at_once_and_a_dead_one_is_replaced(session, monkeypatch):
    done = []

    def ticks_inside(*, now):
        done.append(tick())
        return 0

    monkeypatch.setattr("app.wiring.TICKS", (ticks_inside,))

    tick()

    assert done == [[]]  # the inner one found the lease taken, and did nothing
    assert state.take("tick", lasting=timedelta(minutes=5))
    assert not state.take("tick", lasting=timedelta(minutes=5))
    later = clock.running() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "running", lambda: later)
    assert state.take("tick", lasting=timedelta(minutes=5))
