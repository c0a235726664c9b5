"""What the first visitor would pay is paid before: without opening anything, and whatever the house holds."""

import sqlalchemy as sa
from structlog.testing import capture_logs

from app.cli.warming import warm_up
from app.core.db import db
from app.core.journal import JournalEntry
from app.members.models import WebSession
from tests.factories import make_member, make_place, make_thing


def test_pages_are_drawn_for_nobody_before_the_first_visit(app, session):
    with capture_logs() as said:
        warm_up(app)  # a house without lieu nor people
    assert {line["reason"] for line in said if line["event"] == "not_warmed"} <= {"ServiceUnavailable"}
    make_thing(make_place(), "poste-1")
    make_member("Camille")
    db.session.commit()
    lines = session.scalar(sa.select(sa.func.count(JournalEntry.id)))

    with capture_logs() as said:
        warm_up(app)

    assert said == []
    assert session.scalar(sa.select(sa.func.count(WebSession.id))) == 0
    assert session.scalar(sa.select(sa.func.count(JournalEntry.id))) == lines
