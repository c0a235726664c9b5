"""What is not kept longer than it serves."""

from datetime import timedelta

import sqlalchemy as sa

from app.core import clock
from app.core.db import transaction
from app.members import queries, services
from app.members.models import AccessToken, Member, SignInAttempt, WebSession
from app.members.services.entering import Device
from tests.factories import make_member

NOW = clock.now()


def count(session, model):
    return session.scalar(sa.select(sa.func.count(model.id)))


def test_nothing_old_nothing_forgotten(session):
    camille = make_member("Camille")
    services.open_session(member_id=camille.id, now=NOW)
    services.new_token(member_id=camille.id, purpose="api", now=NOW)
    services.new_token(member_id=camille.id, purpose="magic", now=NOW)

    assert services.forget_old(now=NOW) == 0
    assert (count(session, WebSession), count(session, AccessToken)) == (1, 2)


def test_sessions_go_when_they_end_and_links_three_months_later(session):
    camille = make_member("Camille")
    services.open_session(member_id=camille.id, now=NOW)
    services.new_token(member_id=camille.id, purpose="api", now=NOW)
    services.new_token(member_id=camille.id, purpose="magic", now=NOW)

    services.forget_old(now=NOW + timedelta(days=2))
    assert (count(session, WebSession), count(session, AccessToken)) == (0, 2)
    services.forget_old(now=NOW + timedelta(days=91))
    assert count(session, AccessToken) == 1  # the one that never ends


def test_what_a_device_was_asked_to_sign_goes_as_soon_as_it_may_no_more_be_answered(session):
    services.new_token(member_id=None, purpose="passkey", subject="enter", now=NOW)

    assert services.forget_old(now=NOW + timedelta(minutes=4)) == 0
    assert services.forget_old(now=NOW + timedelta(minutes=5)) == 1


def test_tries_go_the_next_day(session):
    with transaction():
        session.add_all([SignInAttempt(subject="x", at=clock.running() - timedelta(hours=hours)) for hours in (1, 25)])

    assert services.forget_old(now=NOW) == 1


def test_a_sign_up_that_never_answered_is_erased_after_a_month_and_its_number_stays(session):
    services.sign_up(
        name="Camille Roux", email="camille@exemple.fr", password="trois poules rousses", device=Device(address="::1"), now=NOW
    )
    added = make_member("Zoe", status="unconfirmed")  # by staff: a guardian is awaited

    assert services.forget_old(now=NOW + timedelta(days=29)) == 0
    services.forget_old(now=NOW + timedelta(days=30))

    person = session.scalar(sa.select(Member).where(Member.status == "erased"))
    assert (person.name, person.password_hash, person.search_text) == ("—", None, f"— {person.id}@erased.invalid")
    assert queries.member_by_email("camille@exemple.fr") is None
    assert added.status == "unconfirmed"
