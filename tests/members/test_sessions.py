"""Sessions and tokens: what opens, until when, and what closes it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.members import queries, services
from app.members.models import AccessToken, WebSession
from tests.factories import make_member

NOW = clock.now()


def opened(member, *, token, later=timedelta()):
    db.session.expire_all()
    person = queries.session_member(token, now=NOW + later)
    return person is not None and person.id == member.id


def test_a_session_opens_for_its_person_until_it_has_waited_too_long(session):
    camille = make_member("Camille")

    token = services.open_session(member_id=camille.id, now=NOW)

    assert opened(camille, token=token, later=timedelta(hours=23))
    assert not opened(camille, token=token, later=timedelta(hours=24))
    assert queries.session_member("another token", now=NOW) is None


def test_a_session_that_is_used_lasts_longer_but_not_for_ever(session):
    camille = make_member("Camille")
    token = services.open_session(member_id=camille.id, now=NOW)

    for day in range(1, 8):
        row = session.scalars(sa.select(WebSession)).unique().one()
        services.note_seen(row, now=NOW + timedelta(days=day, hours=-12))
        session.expire_all()

    assert opened(camille, token=token, later=timedelta(days=7, seconds=-1))
    assert not opened(camille, token=token, later=timedelta(days=7))


def test_a_remembered_device_stays_a_month(session):
    camille = make_member("Camille")

    token = services.open_session(member_id=camille.id, now=NOW, remembered=True)

    assert opened(camille, token=token, later=timedelta(days=29))
    assert not opened(camille, token=token, later=timedelta(days=30))


@pytest.mark.parametrize(
    ("status", "enters"), [("active", True), ("suspended", True), ("unconfirmed", False), ("inactive", False), ("erased", False)]
)
def test_the_state_of_an_account_closes_its_sessions_at_once(session, status, enters):
    camille = make_member("Camille")
    token = services.open_session(member_id=camille.id, now=NOW)

    with transaction():
        camille.status = status

    assert opened(camille, token=token) is enters


def test_who_is_signed_in_is_known_with_their_roles_by_one_statement(app, session):
    token = services.open_session(member_id=make_member("Camille", roles=("member", "manager")).id, now=NOW)
    session.expunge_all()
    said = []
    listen = lambda *args: said.append(args[2])  # noqa: E731
    sa.event.listen(sa.Engine, "before_cursor_execute", listen)

    try:
        member = queries.session_member(token, now=NOW)
        assert member.roles == {"member", "manager"}
        assert member.may("manage_members")
        assert member.get_id() == token
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    assert len([statement for statement in said if statement.startswith("SELECT")]) == 1


def test_neither_sessions_nor_tokens_are_kept_in_clear(session):
    camille = make_member("Camille")

    token = services.open_session(member_id=camille.id, now=NOW)
    secret = services.new_token(member_id=camille.id, purpose="feed", now=NOW)

    assert len(token) >= 43 and len(secret) >= 43  # 256 bits
    assert session.scalar(sa.select(WebSession.token_hash)) != token
    assert session.scalar(sa.select(AccessToken.token_hash)) != secret


def test_a_token_serves_its_purpose_only(session):
    camille = make_member("Camille")
    token = services.new_token(member_id=camille.id, purpose="reset", now=NOW)

    assert queries.by_access_token(token, "magic", now=NOW) is None
    assert queries.by_access_token(token, "reset", now=NOW).member == camille


def test_a_link_serves_once(session):
    token = services.new_token(member_id=make_member("Camille").id, purpose="magic", now=NOW)

    services.use_token(token, "magic", now=NOW)

    with pytest.raises(Refused) as refused:
        services.use_token(token, "magic", now=NOW)
    assert refused.value.codes == ["link_spent"]


def test_a_link_grows_old(session):
    token = services.new_token(member_id=make_member("Camille").id, purpose="reset", now=NOW)

    assert queries.by_access_token(token, "reset", now=NOW + timedelta(minutes=119)) is not None
    assert queries.by_access_token(token, "reset", now=NOW + timedelta(hours=2)) is None


def test_a_feed_lasts_until_it_is_revoked_by_its_own_person(session):
    camille, sacha = make_member("Camille"), make_member("Sacha")
    token = services.new_token(member_id=camille.id, purpose="feed", now=NOW)
    row = queries.by_access_token(token, "feed", now=NOW + timedelta(days=2000))

    assert not services.revoke_token(member_id=sacha.id, token_id=row.id, now=NOW)
    assert queries.by_access_token(token, "feed", now=NOW) is not None
    assert services.revoke_token(member_id=camille.id, token_id=row.id, now=NOW)
    assert queries.by_access_token(token, "feed", now=NOW) is None


def test_a_feed_of_the_lieu_belongs_to_nobody(session):
    token = services.new_token(member_id=None, purpose="feed", subject="place:1", now=NOW)

    row = queries.by_access_token(token, "feed", now=NOW)

    assert (row.member, row.subject) == (None, "place:1")


def test_the_tokens_of_a_closed_account_open_nothing(session):
    camille = make_member("Camille")
    token = services.new_token(member_id=camille.id, purpose="api", now=NOW)

    with transaction():
        camille.status = "inactive"

    assert queries.by_access_token(token, "api", now=NOW) is None
