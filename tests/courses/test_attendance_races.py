"""Presence under a crowd, from two processes: one chain, nothing lost, numbers without gap."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.db import db
from app.courses import checks
from app.courses.models import AttendanceEvent
from app.courses.queries import elections as queries
from app.courses.queries import presence
from app.courses.rules.minutes import Minutes
from app.courses.services import elections
from app.factory import create_app
from config import TestConfig
from tests.courses import signers
from tests.courses.cohorts import Class, local, make_class
from tests.databases import Engine
from tests.race.two import Two

pytestmark = pytest.mark.race

TUESDAY = date(2027, 3, 2)
Crowd = Callable[[Sequence[dict[str, Any]]], list[str]]


@pytest.fixture(scope="module")
def database(engine: Engine) -> str:
    return engine.new_database()


@pytest.fixture(scope="module")
def app(database: str) -> Iterator[Flask]:
    clock.stop_at(local(TUESDAY, time(8)))
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database))
    yield app
    clock.stop_at(None)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def crowd(database: str) -> Iterator[Crowd]:
    """Does these gestures at once, half of them in each of two processes."""
    two = Two(database, signers.done)
    yield two.at_once
    two.stop()


def arranged(app: Flask, **more: Any) -> tuple[Class, dict[str, Any]]:
    with app.app_context():
        school = make_class(**more)
        ids = {
            "morning": school.sessions[0].id,
            "people": [(one.id, one.member_id) for one in school.enrolments],
            "trainer": school.samir.id,
            "manager": school.ines.id,
            "cohort": school.cohort.id,
        }
        db.session.remove()
    return school, ids


def sign(ids: dict[str, Any], member_id: int, at: time = time(9)) -> dict[str, Any]:
    return {"do": "sign", "session_id": ids["morning"], "member_id": member_id, "now": local(TUESDAY, at).isoformat()}


def faults() -> list[str]:
    return [*checks.chains(db.session()), *checks.states(db.session()), *checks.certificates(db.session())]


def test_twelve_signatures_at_once_make_one_chain_of_twelve_and_signing_twice_makes_one(app: Flask, crowd: Crowd):
    _, ids = arranged(app)
    gestures = [sign(ids, member_id) for _, member_id in ids["people"]]
    told = crowd([*gestures, *(dict(one) for one in gestures)])

    assert sorted(told) == ["already_signed"] * 12 + ["signed"] * 12
    with app.app_context():
        written = sa.select(sa.func.count()).select_from(AttendanceEvent).where(AttendanceEvent.cohort_id == ids["cohort"])
        assert db.session.scalar(written) == 12
        assert faults() == []


def test_a_signature_while_the_trainer_closes_is_countersigned_or_waits_and_is_never_lost(app: Flask, crowd: Crowd):
    _, ids = arranged(app)
    people = ids["people"]
    close = {"do": "close", "session_id": ids["morning"], "actor_id": ids["trainer"], "now": local(TUESDAY, time(12, 30)).isoformat()}
    told = crowd([*(sign(ids, member_id, time(12, 30)) for _, member_id in people[:6]), close, *(sign(ids, one) for _, one in people[6:])])

    countersigned = sum(int(answer.split()[1]) for answer in told if answer.startswith("closed"))
    assert told.count("signed") == 12
    with app.app_context():
        now = local(TUESDAY, time(13))
        total = sum((followed.to_date for followed in presence.followed_in(ids["cohort"], now=now).values()), Minutes())
        assert total == Minutes(12 * 210, done=countersigned * 210, to_regularise=(12 - countersigned) * 210)
        assert faults() == []


def test_a_person_who_votes_from_two_phones_at_once_has_one_vote(app: Flask, crowd: Crowd):
    _, ids = arranged(app)
    now = local(TUESDAY, time(10))
    with app.app_context():
        row = elections.call_election(ids["cohort"], "delegate", actor_id=ids["trainer"], now=now)
        elections.stand(row.id, member_id=ids["people"][0][1], now=now)
        elections.open_vote(row.id, actor_id=ids["trainer"], now=now)
        about = {"do": "vote", "election_id": row.id, "choice": ids["people"][0][0], "now": now.isoformat()}
        db.session.remove()
    told = crowd([about | {"member_id": member_id} for _, member_id in ids["people"] for _twice in range(2)])

    assert sorted(told) == ["already_voted"] * 12 + ["voted"] * 12
    with app.app_context():
        assert queries.tallies(about["election_id"])[1] == {about["choice"]: 12, 0: 0}
        assert list(checks.elections(db.session())) == []


def test_the_edge_of_the_window_is_the_same_for_everybody(app: Flask, crowd: Crowd):
    _, ids = arranged(app)
    people = [member_id for _, member_id in ids["people"]]
    told = crowd([sign(ids, one, time(13, 0, 0) if number < 6 else time(13, 0, 1)) for number, one in enumerate(people)])

    assert sorted(told) == ["signature_over"] * 6 + ["signed"] * 6
    with app.app_context():
        assert faults() == []


def test_certificates_asked_at_once_have_numbers_that_follow_each_other(app: Flask, crowd: Crowd):
    school, ids = arranged(app)
    with app.app_context():
        db.session.add_all([school.place, school.cohort, *school.enrolments, *school.sessions])
        for half_day in school.sessions:
            school.hold(half_day)
        db.session.remove()
    evening = local(TUESDAY, time(18)).isoformat()
    told = crowd([{"do": "certificate", "enrolment_id": one, "actor_id": ids["manager"], "now": evening} for one, _ in ids["people"]])

    assert sorted(told) == [f"CR-2027-{rank:04d}" for rank in range(1, 13)]
    with app.app_context():
        assert faults() == []
