"""The interface against its own description: whatever is sent, it answers as it says, and never breaks."""

from datetime import datetime

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from app.booking.models import Resource
from app.core import clock, elsewhere
from app.core.db import db
from app.factory import create_app
from config import TestConfig
from tests.api.partner import BASE, token_for
from tests.api.test_rights import TABLE
from tests.factories import between, book, make_machine, make_member, make_place, make_pool, make_thing, price

NOW = datetime.fromisoformat("2026-12-01T10:00+01:00")


class Fuzzed:
    """A small lieu of its own, where everything is really written."""

    def __init__(self, url: str, folder) -> None:
        clock.stop_at(NOW)
        self.app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url, MAIL_URL=f"file:{folder}"))
        with self.app.app_context():
            place = make_place()
            make_pool(place, 3)
            room = make_thing(place, "R", kind="room", rules={"night": True})
            make_machine(place)
            price(place, "desk", "half_day", 700)
            boss = make_member("Max", roles=["administrator"], badge=True)
            camille = make_member("Camille")
            self.bookings = [book(room, between(f"2026-12-{day:02}", "10:00", "11:00"), camille).id for day in range(7, 12)]
            self.things = [row.id for row in db.session.scalars(db.select(Resource))]
            self.members = [camille.id, make_member("Leo").id]
            self.headers = {"Authorization": f"Bearer {token_for(boss)}"}
            db.session.remove()
        self.schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", self.app)

    def aim(self, case: schemathesis.Case) -> None:
        """Point the ids that were drawn at what exists, so that something happens."""
        for values, names in (
            (case.path_parameters, {"booking_id": self.bookings, "resource_id": self.things, "member_id": self.members}),
            (case.body, {"resource_id": self.things, "for_member_id": self.members}),
            (case.query, {"resource_id": self.things, "member_id": self.members}),
        ):
            if isinstance(values, dict):
                for name, known in names.items():
                    drawn = values.get(name)
                    if isinstance(drawn, int) and drawn > 0:
                        values[name] = known[drawn % len(known)]


@pytest.fixture(scope="module")
def fuzzed(engine, tmp_path_factory):
    fuzzed = Fuzzed(engine.new_database(), tmp_path_factory.mktemp("mails"))
    yield fuzzed
    clock.stop_at(None)
    with fuzzed.app.app_context():
        db.engine.dispose()


EXCLUDED = [checks.positive_data_acceptance]  # a wish that is well formed may still be refused: that is what the lieu is for


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", sorted(TABLE))
def test_it_answers_as_it_says(fuzzed, operation, mode, monkeypatch):
    monkeypatch.setattr(elsewhere, "leads_inside", lambda _host, _port: False)  # no name of Internet is known here
    method, path = operation.split(" ")
    described = fuzzed.schema[f"{BASE}{path}"][method]

    @given(case=described.as_strategy(generation_mode=mode))
    @settings(
        max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def answers(case):
        if mode is GenerationMode.POSITIVE:
            fuzzed.aim(case)
        case.call_and_validate(headers=fuzzed.headers, excluded_checks=EXCLUDED)

    answers()
