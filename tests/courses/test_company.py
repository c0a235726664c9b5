"""The weeks in a company: agreed by three before day one, signed by two, counted when both say the same."""

from datetime import date, time

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.mail import OutgoingMail
from app.core.refusals import Refused
from app.courses import checks
from app.courses.models import CompanyWeek, CoursePaper
from app.courses.queries import company as reads
from app.courses.queries import learning, presence
from app.courses.rules import company as rules
from app.courses.services import company as services
from app.courses.services import evidence
from tests.courses.cohorts import local
from tests.courses.course import Course
from tests.factories import make_member
from tests.pages import text_of

SAID = {
    "company": "Menuiserie Lebrun", "address": "3 rue du Four, Boitron", "siret": "", "tutor_name": "Hélène Lebrun", "tutor_role": "gérante",
    "tutor_email": "helene@example.org", "tasks": "Le site de l’atelier", "first_day": "2027-05-31", "last_day": "2027-07-02",
}  # fmt: skip


def test_what_two_statements_come_to():
    assert rules.settled([1, 2, 3, 4], [1, 2], [1, 3]) == rules.Settled(frozenset({1}), frozenset({4}), frozenset({2, 3}))
    assert [reason.code for reason in rules.reasons_signature(date(2027, 5, 31), date(2027, 5, 31))] == ["company_too_late"]
    assert rules.link_serves(date(2027, 5, 31), today=date(2027, 6, 27)) and not rules.link_serves(
        date(2027, 5, 31), today=date(2027, 6, 28)
    )


def test_a_week_in_a_company_counts_once_both_have_signed_it(course: Course, session, log_in, client, frozen):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    julie = course.trainee(cohort, "Julie")
    manager = log_in(course.manager)
    page = f"/courses/company/enrolments/{julie.id}"
    late = manager.post(f"{page}/agreements/new", data=SAID | {"signed_on": "2027-05-31"})
    assert late.status_code == 422 and "avant le premier jour, le " in text_of(late)
    assert manager.post(f"{page}/agreements/new", data=SAID | {"first_day": "2027-02-01", "last_day": "2027-02-05"}).status_code == 422
    assert manager.post(f"{page}/agreements/new", data=SAID).status_code == 302
    row = reads.agreements_of([julie.id])[0]
    again = manager.post(f"{page}/agreements/new", data=SAID)
    assert "chevauchent" in text_of(again)
    one = f"/courses/company/agreements/{row.id}"
    first = manager.get(f"{one}.pdf").data
    assert first.startswith(b"%PDF") and manager.get(f"{one}.pdf").data == first
    assert [len(week.half_days) for week in reads.weeks(row)] == [10] * 5  # 25 days, 175 h
    frozen("2027-06-04T18:00+02:00")
    week = {"present": [half.id for half in reads.weeks(row)[0].half_days], "work": "Les maquettes"}
    own = f"{one}/weeks/2027-05-31"
    assert "pas encore signée" in text_of(log_in(julie.member).post(own, data=week))
    frozen("2027-05-28T18:00+02:00")
    manager = log_in(course.manager)
    assert manager.post(one, data=SAID | {"signed_on": "2027-05-28"}).status_code == 302
    assert "ne change plus" in text_of(manager.post(one, data=SAID | {"signed_on": "2027-05-28", "tasks": "Autre chose"}))
    assert "pas terminée" in text_of(log_in(julie.member).post(own, data=week))

    frozen("2027-06-04T18:00+02:00")
    assert (services.ask_for_weeks(now=clock.now()), services.ask_for_weeks(now=clock.now())) == (2, 0)
    mails = {mail.kind: mail for mail in session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind.like("placement.%")))}
    assert mails["placement.tutor_due"].to_address == "helene@example.org" and len(mails) == 2
    half_days = reads.weeks(row)[0].half_days
    mine = log_in(julie.member)
    assert "À signer, en entreprise</h2>" in (asked := mine.get("/courses/").text) and f'href="{own}"' in asked
    assert mine.post(own, data={"present": [half.id for half in half_days[:9]], "work": "Les maquettes"}).status_code == 302
    assert mine.post(own, data=week).status_code == 422
    assert "À signer, en entreprise" not in mine.get("/courses/").text
    before = presence.followed_by(julie.id, now=clock.now()).between(date(2027, 5, 31), date(2027, 6, 4))
    assert presence.total(before).to_regularise == 10 * 210

    link = f"/courses/company/tutor/{services.token_of(row, date(2027, 5, 31))}"
    client.post("/logout")
    assert "Les maquettes" in text_of(client.get(link))
    assert client.get(f"{link}x").status_code == 404
    competence = learning.competences(cohort.programme_version_id)[0]
    said = {"present": [half.id for half in half_days[:8]], "remark": "Curieuse", f"level_{competence.id}": "3"}
    assert client.post(link, data=said).status_code == 302
    assert "Signée par vous" in text_of(client.get(link))
    assert client.post(link, data=said).status_code == 422
    total = presence.total(presence.followed_by(julie.id, now=clock.now()).between(date(2027, 5, 31), date(2027, 6, 4)))
    assert (total.done, total.unjustified, total.to_regularise, total.planned) == (8 * 210, 210, 210, 2100)  # they differ on the ninth
    paper = session.scalars(sa.select(CoursePaper)).one()
    kept = session.scalars(sa.select(CompanyWeek)).one()
    assert (paper.kind, kept.paper_id, paper.content[:4]) == ("company", paper.id, b"%PDF")
    assert services.week_paper(row, reads.weeks(row)[0]).pdf() == paper.content
    assert evidence.verify(cohort.id) is None and list(checks.states(session)) == []
    assert reads.levels(row.id) == {competence.id: 3}
    frozen("2027-06-28T09:00+02:00")
    assert client.get(link).status_code == 404
    with pytest.raises(Refused):
        services.sign_own_week(
            row.id, date(2027, 6, 7), present=[], work="", actor_id=julie.member_id, now=local(date(2027, 6, 9), time(9))
        )

    # Each cell: minutes by self, trainer of the session, head, manager; grades by self, trainers and head, never the manager.
    assert services.agreement_paper(row).title == "Convention de période en entreprise"
    other, head = make_member("Autre", roles=("trainee",)), make_member("Claire", roles=("trainer", "head_of_course"))
    for person, status, grid, weeks in (
        (julie.member, 200, True, True), (course.samir, 200, True, True), (head, 200, True, True), (course.manager, 200, False, True),
        (other, 404, False, False), (make_member("Luc", roles=("trainer",)), 404, False, False),
    ):  # fmt: skip
        page = log_in(person).get(f"/courses/company/enrolments/{julie.id}")
        assert (page.status_code, "Ce qu’en dit l’entreprise" in page.text, "28 h 00 en entreprise" in text_of(page)) == (
            status,
            grid,
            weeks,
        ) or status == 404, person
        assert page.status_code == status
        assert log_in(person).get(f"{one}/weeks/2027-05-31.pdf").status_code == status
        assert log_in(person).get(f"{one}.pdf").status_code == status
    convocation = log_in(julie.member).get(f"/courses/enrolments/{julie.id}/convocation.pdf")
    assert convocation.data.startswith(b"%PDF") and log_in(other).get(f"/courses/enrolments/{julie.id}/convocation.pdf").status_code == 404
