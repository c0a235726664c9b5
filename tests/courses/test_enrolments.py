"""Entries, exits, exemptions, replacements; who pays which hours."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import transaction
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.models import Attendance, CourseSession
from app.courses.rules import funding
from app.courses.services import Funder
from app.members.models import GroupMember


@pytest.fixture
def cohort(course):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    return cohort


def gesture(course):
    return {"actor_id": course.manager.id, "now": clock.now()}


def half_days(session, cohort, *days: str) -> list[int]:
    wanted = [date.fromisoformat(day) for day in days]
    return list(session.scalars(sa.select(CourseSession.id).where(CourseSession.cohort_id == cohort.id, CourseSession.day.in_(wanted))))


def test_a_drop_out_and_the_one_who_replaces(course, session, cohort):
    """Leaving after the morning of 16 April: 374.5 h of path, 42.8 % of 875. Entering on 8 February with 7 h exempted: 833 h."""
    leaver = course.trainee(cohort, "Kevin")
    with pytest.raises(Refused) as refused:
        course.trainee(cohort, "Lou", replaces_id=leaver.id)
    assert refused.value.codes == ["not_left"]

    services.leave(leaver.id, last_day=date(2027, 4, 16), half="morning", reason="job", **gesture(course))
    entry = course.trainee(cohort, "Maud", first_day=date(2027, 2, 8), replaces_id=leaver.id)
    services.exempt(entry.id, session_ids=half_days(session, cohort, "2027-02-09"), reason="déjà formée à Git", **gesture(course))

    planned = queries.planned_minutes(cohort.id)
    assert (planned[leaver.id] / 60, round(1000 * planned[leaver.id] / (875 * 60))) == (374.5, 428)
    assert (planned[entry.id] / 60, entry.exempted_minutes) == (833, 420)
    assert {row.name: row.replaces for row in queries.trainees(cohort.id)} == {"Kevin": "", "Maud": "Kevin"}
    belonging = {row.member_id: (row.since, row.until) for row in session.scalars(sa.select(GroupMember))}
    assert belonging == {
        leaver.member_id: (date(2027, 2, 1), date(2027, 4, 16)),
        entry.member_id: (date(2027, 2, 8), date(2027, 7, 30)),
    }
    with pytest.raises(Refused) as refused:
        services.leave(leaver.id, last_day=date(2027, 4, 20), half=None, reason="job", **gesture(course))
    assert refused.value.codes == ["has_left"]
    with pytest.raises(Refused) as refused:
        services.exempt(entry.id, session_ids=half_days(session, cohort, "2027-02-02"), reason="", **gesture(course))
    assert refused.value.codes == ["exempted_elsewhere"]


def test_an_exit_or_a_withdrawal_by_mistake_is_undone_and_who_followed_is_never_withdrawn(course, session, cohort, frozen, log_in):
    kevin, maud = course.trainee(cohort, "Kevin"), course.trainee(cohort, "Maud")
    frozen("2027-02-03T08:00+01:00")
    client, at = log_in(course.manager), "/manage/courses/enrolments"

    for gesture_, address, body in ((kevin, "exit", {"last_day": "2027-02-02", "half": "", "reason": "job"}), (maud, "withdrawal", {})):
        client.post(f"{at}/{gesture_.id}/{address}", data=body)
        assert "Défaire, et reprendre la formation" in client.get(f"{at}/{gesture_.id}").text
        assert client.post(f"{at}/{gesture_.id}/return").status_code == 302
        session.expire_all()
        assert (gesture_.status, gesture_.last_day, gesture_.exit_reason) == ("enrolled", None, "")
        assert client.post(f"{at}/{gesture_.id}/return").status_code == 422, "there is nothing to undo any more"
    belonging = [(row.member_id, row.since, row.until) for row in session.scalars(sa.select(GroupMember).order_by(GroupMember.id))]
    assert sorted(belonging) == sorted(
        [
            (kevin.member_id, date(2027, 2, 1), date(2027, 2, 2)),
            (kevin.member_id, date(2027, 2, 3), date(2027, 7, 30)),
            (maud.member_id, date(2027, 2, 3), date(2027, 7, 30)),
        ]
    )
    assert queries.planned_minutes(cohort.id)[kevin.id] == 875 * 60

    client.post(f"{at}/{kevin.id}/situation", data={"bpf_status": "employee"})
    session.expire_all()
    assert kevin.bpf_status == "employee"
    morning = session.scalars(
        sa.select(CourseSession).where(CourseSession.cohort_id == cohort.id).order_by(CourseSession.starts_at)
    ).first()
    with transaction():
        session.add(Attendance(enrolment_id=kevin.id, session_id=morning.id, place_id=cohort.place_id, state="present"))
    refused = client.post(f"{at}/{kevin.id}/withdrawal")
    assert (refused.status_code, "Kevin a signé ou suivi des demi-journées" in refused.text) == (422, True)

    with transaction():
        cohort.capacity = 2
        services.leave(kevin.id, last_day=date(2027, 2, 3), half=None, reason="job", **gesture(course))
        course.trainee(cohort, "Lou", replaces_id=kevin.id)
    assert "La promotion est complète" in client.post(f"{at}/{kevin.id}/return").text


def test_who_enters_without_a_day_is_never_late_for_what_is_past(course, cohort, frozen):
    for moment, entry in (("2027-01-12T10:00+01:00", date(2027, 2, 1)), ("2027-03-08T23:30+01:00", date(2027, 3, 8))):
        frozen(moment)
        assert course.trainee(cohort, "Nora").first_day == entry


def test_a_cohort_of_twelve_is_full_at_twelve(course, cohort):
    for number in range(12):
        course.trainee(cohort, f"T{number}")

    with pytest.raises(Refused) as refused:
        course.trainee(cohort, "Treize")
    assert refused.value.codes == ["cohort_full"]
    last = queries.trainees(cohort.id)[-1]
    services.withdraw(last.id, **gesture(course))
    assert course.trainee(cohort, "Treize").status == "enrolled"
    with pytest.raises(Refused) as refused:
        services.enrol(cohort.id, member_id=queries.trainees(cohort.id)[0].member_id, **gesture(course))
    assert refused.value.codes == ["already_enrolled"]


def test_875_hours_at_8_euros_are_7000_and_those_done_by_a_leaver_2996(course, cohort):
    row = course.trainee(cohort, "Kevin")
    services.fund(row.id, [Funder(None, "region", "2027-14", 875 * 60, 800)], **gesture(course))

    whole = queries.funding_of(row.id, planned=875 * 60, done=int(374.5 * 60))

    assert (whole.lines[0].agreed_cents, whole.lines[0].used_cents, whole.unfunded) == (700_000, 299_600, 0)


def test_hours_over_the_cap_of_a_line_are_said_to_be_unfunded(course, cohort):
    """A POEI carries 450 h: 425 h without a funder, until another line takes them."""
    row = course.trainee(cohort, "Kevin")
    services.fund(row.id, [Funder(None, "poei", "P1", 450 * 60, 800)], **gesture(course))
    assert queries.funding_of(row.id, planned=875 * 60, done=500 * 60).unfunded == 425 * 60
    assert queries.funding_of(row.id, planned=875 * 60, done=500 * 60).unfunded_done == 50 * 60

    services.fund(row.id, [Funder(None, "poei", "P1", 450 * 60, 800), Funder(None, "own", "", 500 * 60, 1000)], **gesture(course))
    both = queries.funding_of(row.id, planned=875 * 60, done=500 * 60)
    assert [(line.agreed_cents, line.used_cents) for line in both.lines] == [(360_000, 360_000), (425_000, 50_000)]
    assert both.unfunded == 0


@pytest.mark.parametrize(("minutes", "cents"), [(0, 0), (1, 13), (52 * 60 + 30, 42_000), (210, 2800)])
def test_an_amount_is_rounded_once(minutes, cents):
    assert funding.shares([funding.Line(10_000, 800)], minutes)[0][0].cents == cents
