"""The course elsewhere: feeds, one's week, the manager's morning, the mails of a change, the interface for partners."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.journal import deliver
from app.core.mail import OutgoingMail
from app.courses import services
from app.courses.models import CourseSession
from app.members import services as members
from app.wiring import READERS
from tests.factories import make_member, paris
from tests.pages import text_of


@pytest.fixture
def running(course):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    services.start_cohort(cohort.id, actor_id=course.manager.id, now=clock.now())
    return cohort


def feed(client, **whose) -> str:
    token = members.new_token(purpose="feed", now=clock.now(), **{"member_id": None} | whose)
    page = client.get(f"/feeds/{token}.ics")
    assert page.status_code == 200
    return page.text.replace("\r\n ", "")


def bearer(member) -> dict[str, str]:
    token = members.new_token(member_id=member.id, purpose="api", scopes=("read",), now=clock.now())
    return {"Authorization": f"Bearer {token}"}


def test_feeds_hold_the_sessions_at_the_hours_on_the_wall_and_follow_each_change(course, running, client, session):
    """26 March 9:00 is 08:00Z, 30 March 9:00 is 07:00Z; a person's feed goes from their entry to their exit."""
    row = course.trainee(running, "Julie", first_day=date(2027, 2, 8))
    services.leave(row.id, last_day=date(2027, 3, 30), half="morning", reason="job", actor_id=course.manager.id, now=clock.now())
    one = session.scalars(sa.select(CourseSession).where(CourseSession.day == date(2027, 3, 26), CourseSession.half == "morning")).one()

    own, whole, taught = (feed(client, **who) for who in (
        {"member_id": row.member_id, "subject": "member"}, {"subject": f"cohort:{running.id}"},
        {"member_id": course.samir.id, "subject": "member"}))  # fmt: skip
    assert (whole.count("BEGIN:VEVENT"), taught.count("BEGIN:VEVENT")) == (250, 200)
    assert own.count("BEGIN:VEVENT") == 2 * 36 - 1
    for day in ("20270326T090000", "20270330T090000"):
        assert f"DTSTART;TZID=Europe/Paris:{day}" in own
    assert "20270330T133000" not in own
    assert (paris("2027-03-26 09:00").timestamp() - paris("2027-03-30 09:00").timestamp()) / 3600 == -4 * 24 + 1

    course.move(one, "2027-03-27", "morning")
    services.cancel_session(one.id, reason="malade", actor_id=course.manager.id, now=clock.now())
    event = next(part for part in feed(client, subject=f"cohort:{running.id}").split("BEGIN:VEVENT") if one.uid in part)
    assert "SEQUENCE:2" in event and "STATUS:CANCELLED" in event and "20270327T090000" in event


def test_a_trainee_s_week_and_the_manager_s_morning_show_the_sessions(course, running, log_in, frozen):
    julie = course.trainee(running, "Julie").member
    frozen("2027-02-02T08:55+01:00")

    week = text_of(log_in(julie).get("/me"))
    assert "Signer ma présence" in week and week.count("Promotion A, Salle de classe") == 10 + 1
    taught = text_of(log_in(course.samir).get("/me"))
    assert "La feuille de présence" in taught and taught.count("Promotion A, Salle de classe") == 10 + 1
    client = log_in(course.manager)
    for page in ("/manage/", "/manage/day?day=2027-02-02"):
        assert text_of(client.get(page)).count("Promotion A, ") == 2, page
    assert "Promotion A" in client.get("/manage/feeds").text


def test_those_who_follow_it_are_told_once_of_a_change_with_its_event(course, running, session, frozen):
    julie = course.trainee(running, "Julie").member
    leaver = course.trainee(running, "Kevin")
    services.leave(leaver.id, last_day=date(2027, 2, 5), half=None, reason="job", actor_id=course.manager.id, now=clock.now())
    one = session.scalars(sa.select(CourseSession).where(CourseSession.day == date(2027, 3, 26), CourseSession.half == "morning")).one()

    course.move(one, "2027-03-27", "morning")
    deliver(READERS, now=clock.now())
    deliver(READERS, now=clock.now())

    told = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "session.moved")).all()
    assert {row.member_id for row in told} == {julie.id, course.samir.id} and len(told) == 2


def test_partners_read_the_cohorts_that_concern_them_and_their_sessions_by_pages(course, running, client):
    julie = course.trainee(running, "Julie").member
    stranger = make_member("Camille", roles=("member", "trainer"))

    for person, number in ((julie, 1), (course.samir, 1), (course.manager, 1), (stranger, 0)):
        assert len(client.get("/api/v1/cohorts", headers=bearer(person)).json["items"]) == number
    said = client.get("/api/v1/cohorts", headers=bearer(julie)).json["items"][0]
    assert (said["state"], said["enrolled"], said["programme"]["minutes"], said["last_day"]) == ("running", 1, 52_500, "2027-07-30")
    url = f"/api/v1/cohorts/{running.id}/sessions"
    found, cursor, mine = [], "", bearer(julie)
    while cursor is not None:
        page = client.get(url, query_string={"cursor": cursor, "limit": 100}, headers=mine).json
        found, cursor = found + page["items"], page["cursor"]
    assert len(found) == len({one["id"] for one in found}) == 250
    assert sum(one["minutes"] for one in found) == 52_500
    assert found[0]["start"] == "2027-02-01T09:00:00+01:00" and found[-1]["end"] == "2027-07-30T17:00:00+02:00"
    day = client.get(url, query_string={"from": "2027-03-30", "to": "2027-03-30"}, headers=mine).json["items"]
    assert [one["start"] for one in day] == ["2027-03-30T09:00:00+02:00", "2027-03-30T13:30:00+02:00"]
    assert client.get(url, headers=bearer(stranger)).status_code == 404
    assert client.get(url, query_string={"cursor": "x"}, headers=mine).status_code == 422
