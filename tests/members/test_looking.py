"""Somebody of the team looks at the lieu with a member's eyes: sees the same, changes nothing, and it is known."""

import pytest
import sqlalchemy as sa

from app.core.db import transaction
from app.core.journal import JournalEntry
from app.members.models import Member, MemberRole, WebSession
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("place")

BANNER = "Vous ne pouvez rien y changer"


@pytest.fixture
def ines(session) -> Member:
    return make_member("Ines", roles=("manager",))


@pytest.fixture
def staff(ines, log_in):
    return log_in(ines)


def told(session):
    lines = session.scalars(sa.select(JournalEntry).where(JournalEntry.event.startswith("member.looked")).order_by(JournalEntry.id))
    return [(line.event, line.actor_id, line.member_id) for line in lines]


def test_one_looks_with_the_eyes_of_a_member_then_is_oneself_again(session, staff, ines):
    camille = make_member("Camille")

    looking = staff.post(f"/manage/members/{camille.id}/look", follow_redirects=True)

    assert looking.status_code == 200
    assert BANNER in looking.text
    assert "Camille" in staff.get("/me/account").text
    assert staff.get("/manage/members").status_code == 404  # a member has no such page

    back = staff.post("/look/end", follow_redirects=True)

    assert back.request.path == f"/manage/members/{camille.id}"
    assert BANNER not in back.text
    assert told(session) == [("member.looked_as", ines.id, camille.id), ("member.looked_away", ines.id, camille.id)]


@pytest.mark.parametrize("page", ["/me/profile", "/me/password", "/me/calendar", "/me/sessions/end", "/me/data", "/bookings/new"])
def test_who_looks_changes_nothing(session, staff, page):
    camille = make_member("Camille")
    staff.post(f"/manage/members/{camille.id}/look")

    refused = staff.post(page, data={"name": "Autre nom", "locale": "en"})

    assert refused.status_code in (403, 404, 405)
    session.expire_all()
    assert session.get_one(Member, camille.id).name == "Camille"


@pytest.mark.parametrize(
    "page",
    [
        *("/me/tokens", "/me/sessions", "/me/data", "/courses/journal", "/courses/papers/1/original"),
        *("/courses/skills", "/courses/work", "/manage/courses/cohorts/1/board", "/manage/courses/enrolments/1/skills"),
    ],
)
def test_who_looks_does_not_open_what_is_nobody_elses(staff, page):
    staff.post(f"/manage/members/{make_member('Camille').id}/look")

    refused = staff.get(page)

    assert refused.status_code == 403
    assert "Vous regardez seulement" in refused.text


def test_nobody_looks_higher_than_their_own_place_nor_at_a_closed_account(session, staff, ines):
    ada, gone = make_member("Ada", roles=("administrator",)), make_member("Gone", status="inactive")

    assert staff.post(f"/manage/members/{ada.id}/look").status_code == 404
    assert "Ce compte n’est pas ouvert" in staff.post(f"/manage/members/{gone.id}/look").text
    assert "C’est vous" in staff.post(f"/manage/members/{ines.id}/look").text
    assert told(session) == []


def test_only_who_manages_people_looks(log_in):
    visitor = log_in(make_member("Tess", roles=("treasurer",)))

    assert visitor.post(f"/manage/members/{make_member('Camille').id}/look").status_code == 404


def test_who_loses_the_right_while_looking_sees_nothing_more(session, staff, ines):
    camille = make_member("Camille")
    staff.post(f"/manage/members/{camille.id}/look")
    session.execute(sa.delete(MemberRole).where(MemberRole.member_id == ines.id))
    session.commit()

    assert staff.get("/me/account").status_code == 302


def test_who_is_looked_at_and_comes_to_administer_is_looked_at_no_more(session, staff):
    camille = make_member("Camille")
    staff.post(f"/manage/members/{camille.id}/look")
    assert staff.get("/me/account").status_code == 200
    with transaction():
        session.add(MemberRole(member_id=camille.id, role="administrator"))

    assert staff.get("/me/account").status_code == 302


def test_leaving_while_looking_closes_ones_own_session(session, staff, ines):
    camille = make_member("Camille")
    staff.post(f"/manage/members/{camille.id}/look")

    staff.post("/logout")

    assert session.scalars(sa.select(WebSession).where(WebSession.member_id == ines.id)).unique().all() == []
    assert staff.get("/me/account").status_code == 302
