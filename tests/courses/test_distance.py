"""Half-days at distance: proved by what is produced, for the announced mean duration, once it is accepted."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses import checks
from app.courses.models import Assignment, CourseSession, Production, Submission
from app.courses.queries import presence
from app.courses.rules.distance import Made
from app.courses.rules.minutes import Minutes
from app.courses.services import closing, distance, documents, drawer, evidence, importing, signing
from app.courses.services.closing import Mark
from tests.courses.cohorts import make_class
from tests.courses.test_attendance import refused
from tests.factories import PARIS, make_member

TUESDAY = date(2027, 3, 2)
NIGHT = datetime(2027, 3, 2, 21, 0, tzinfo=PARIS)
LINK = Made(url="https://git.example/stagiaire/carnet", commit="0a1b2c3")


@pytest.fixture
def school(session):
    """Two people; on Tuesday the morning is at distance, the afternoon in the room."""
    made = make_class(people=2, days=(TUESDAY,))
    with transaction():
        morning = db.session.get_one(CourseSession, made.at("2027-03-02").id)
        morning.where_, morning.room_id = "distance", None
    return made


def count(enrolment) -> Minutes:
    return presence.followed_by(enrolment.id, now=NIGHT).to_date


def faults() -> list[str]:
    return [*checks.chains(db.session()), *checks.states(db.session()), *checks.productions(db.session())]


def test_a_half_day_at_distance_is_done_once_what_was_produced_is_accepted(school):
    morning, afternoon = school.at("2027-03-02"), school.at("2027-03-02", "afternoon")
    one, other = school.enrolments
    say = {"member_id": one.member_id, "now": morning.starts_at + timedelta(hours=2)}
    answer = {"actor_id": school.samir.id, "now": NIGHT}

    # Neither the room's code, nor a link, nor a sheet, nor closing proves it; nothing is said in advance, nothing is not enough.
    code = signing.code_of(morning.id, now=morning.starts_at)
    assert refused(signing.sign, session_id=morning.id, member_id=one.member_id, code=code, now=morning.starts_at) == ["at_distance"]
    assert refused(signing.make_link, session_id=morning.id, enrolment_id=one.id, **answer) == ["at_distance"]
    assert refused(closing.close, session_id=morning.id, **answer) == ["at_distance"]
    assert refused(closing.mark, session_id=morning.id, enrolment_id=one.id, mark=Mark(is_present=True), **answer) == ["at_distance"]
    assert refused(distance.say, afternoon.id, made=LINK, **say) == ["not_at_distance"]
    early = {"member_id": one.member_id, "now": morning.starts_at - timedelta(minutes=1)}
    assert refused(distance.say, morning.id, made=LINK, **early) == ["distance_not_begun"]
    assert refused(distance.say, morning.id, made=Made(), **say) == ["nothing_produced"]
    assert refused(distance.say, morning.id, made=Made(url="javascript:alert(1)"), **say) == ["bad_repository"]
    assert refused(distance.say, morning.id, made=LINK, member_id=school.claire.id, now=NIGHT) == ["not_your_session"]
    assert count(one) == Minutes(planned=420, to_regularise=420)

    distance.say(morning.id, made=LINK, **say)
    assert refused(distance.say, morning.id, made=LINK, **say) == ["already_produced"]
    assert count(one) == Minutes(planned=420, to_regularise=420)  # said, not accepted yet

    # Sent back with a word, said again, accepted: then only are the announced minutes done.
    assert refused(distance.send_back, morning.id, one.id, word=" ", **answer) == ["word_missing"]
    distance.send_back(morning.id, one.id, word="Il manque les tests.", **answer)
    assert count(one) == Minutes(planned=420, to_regularise=420)
    distance.say(morning.id, made=Made(words="Les tests sont là."), **say)
    assert refused(distance.accept, morning.id, [one.id], actor_id=school.ines.id, now=NIGHT) == ["not_your_half_day"]
    assert distance.accept(morning.id, [one.id, other.id], **answer) == 1
    assert refused(distance.accept, morning.id, [one.id], **answer) == ["nothing_to_answer"]
    assert count(one) == Minutes(planned=420, done=210, to_regularise=210)

    # Nothing produced: noted absent, then asked again; what was wrongly accepted too is corrected, both values staying.
    closing.mark(session_id=morning.id, enrolment_id=other.id, mark=Mark(is_present=False), **answer)
    assert count(other) == Minutes(planned=420, unjustified=210, to_regularise=210)
    assert refused(distance.say, morning.id, made=LINK, member_id=other.member_id, now=NIGHT) == ["noted_absent"]
    distance.send_back(morning.id, other.id, word="Vous avez jusqu’à vendredi.", **answer)
    assert count(other) == Minutes(planned=420, to_regularise=420)

    kinds = sa.select(Production.answer).where(Production.enrolment_id == one.id).order_by(Production.rank)
    assert db.session.scalars(kinds).all() == ["returned", "accepted"]
    assert evidence.verify(school.cohort.id) is None and faults() == []


def test_what_was_handed_in_that_day_counts_and_only_that(school):
    morning, (one, _other) = school.at("2027-03-02"), school.enrolments
    with transaction() as session:
        asked = Assignment(
            cohort_id=school.cohort.id,
            title="Un carnet",
            criteria=["lisible"],
            due_at=NIGHT,
            created_by_id=school.samir.id,
            created_at=NIGHT,
        )
        session.add(asked)
        session.flush()
        days = [morning.starts_at + timedelta(hours=1), morning.starts_at - timedelta(days=1)]
        works = [
            Submission(
                assignment_id=asked.id, enrolment_id=one.id, version=number, url=LINK.url, commit=LINK.commit, note="", submitted_at=moment
            )
            for number, moment in enumerate(days, 1)
        ]  # fmt: skip
        session.add_all(works)

    assert [found.ref for found in distance.that_day(morning.id, one.id)] == [f"submission:{works[0].id}"]
    about = {"member_id": one.member_id, "now": NIGHT}
    assert refused(distance.say, morning.id, made=Made(ref=f"submission:{works[1].id}"), **about) == ["nothing_produced"]
    distance.say(morning.id, made=Made(ref=f"submission:{works[0].id}"), **about)
    distance.accept(morning.id, [one.id], actor_id=school.claire.id, now=NIGHT)
    assert count(one).done == 210


def test_paper_and_files_only_say_who_did_nothing_at_distance(school):
    morning, (one, other) = school.at("2027-03-02"), school.enrolments
    table = "nom;date;demi-journée;statut\nStagiaire1;2027-03-02;matin;présent\nStagiaire2;2027-03-02;matin;absent\n"
    look = importing.apply(school.cohort.id, table.encode(), actor_id=school.ines.id, now=NIGHT)

    assert (look.applied, [fault.why for fault in look.refused]) == (1, ["at_distance"])
    assert (count(one).to_regularise, count(other).unjustified) == (420, 210)
    paper = drawer.store(
        kind="sheet", cohort_id=school.cohort.id, place_id=school.place.id, first_day=TUESDAY, last_day=TUESDAY, content=b"x",
        media_type="image/png", actor_id=school.ines.id, now=NIGHT,
    )  # fmt: skip
    assert drawer.settle(morning, paper, "sheet", {one.id: Mark(is_present=True)}, actor_id=school.ines.id, now=NIGHT) == 0
    assert faults() == []


def test_what_was_produced_is_kept_as_it_was_said(school):
    morning, (one, _other) = school.at("2027-03-02"), school.enrolments
    distance.say(morning.id, made=LINK, member_id=one.member_id, now=NIGHT)
    for gesture in ("UPDATE course_production SET words = 'autre chose'", "DELETE FROM course_production"):
        with pytest.raises(sa.exc.IntegrityError), transaction() as session:
            session.execute(sa.text(gesture))
    is_sqlite = db.engine.dialect.name == "sqlite"
    with transaction() as session:
        on = "" if is_sqlite else " ON course_production"
        session.execute(sa.text(f"DROP TRIGGER course_production_kept_update{on}"))
        session.execute(sa.text("UPDATE course_production SET words = 'autre chose'"))
    assert [fault for fault in faults() if "n’est plus ce qui avait été dit" in fault]
    assert len([*checks.guard(db.session())]) == 1
    with pytest.raises(Refused):
        distance.accept(morning.id, [one.id], actor_id=school.ines.id, now=NIGHT)


def test_papers_say_that_these_hours_are_at_distance_and_how_they_are_counted(school):
    morning, (one, _other) = school.at("2027-03-02"), school.enrolments
    distance.say(morning.id, made=LINK, member_id=one.member_id, now=NIGHT)
    distance.accept(morning.id, [one.id], actor_id=school.samir.id, now=NIGHT)

    for paper in (
        documents.weekly_sheet(school.cohort.id, date(2027, 3, 1), now=NIGHT),
        documents.monthly_statement(one.id, date(2027, 3, 1), now=NIGHT),
        documents.attestation(one.id, TUESDAY, now=NIGHT),
    ):
        said = " ".join(paper.closing)
        assert "Dont 3\u00a0h\u00a030 à distance" in said and "D6313-3-1" in said and "moyenne annoncée" in said
    sheet = documents.weekly_sheet(school.cohort.id, date(2027, 3, 1), now=NIGHT).tables[0]
    assert sheet.rows[0][1].startswith("produit, accepté")
    blank = documents.weekly_sheet(school.cohort.id, date(2027, 3, 1), now=NIGHT, blank=True)
    assert blank.tables[0].rows[0] == ["Stagiaire1", "à distance", ""] and "à distance" not in " ".join(blank.closing)


def test_one_gesture_to_say_it_and_one_to_accept_everything(school, log_in, frozen):
    morning, (one, other) = school.at("2027-03-02"), school.enrolments
    frozen("2027-03-02T08:00+01:00")
    client, page = log_in(one.member), f"/courses/distance/{morning.id}"
    assert client.get(f"/courses/sign/{morning.id}").location == page, "every way to sign leads here"
    early = client.get(page).text
    assert "n’a pas commencé" in early and 'name="words"' not in early

    frozen("2027-03-02T11:00+01:00")
    assert "Durée moyenne annoncée" in client.get(page).text
    assert client.post(page, data={"words": ""}).status_code == 422
    assert client.post(page, data={"url": "https://git.example/a/b", "commit": "zzz"}).status_code == 422
    said = client.post(page, data={"words": "<script>alert(1)</script> un site"}, follow_redirects=True).text
    assert "&lt;script&gt;" in said and 'name="words"' not in said and "produit" in said
    assert client.get(f"{page}/productions").status_code == 404, "of others, a trainee sees nothing"
    assert client.post(f"{page}/acceptances").status_code == 404

    trainer = log_in(school.samir)
    assert trainer.get(f"/courses/half-days/{morning.id}").location == f"{page}/productions"
    assert trainer.get(page).status_code == 404, "it is nobody’s own"
    back = trainer.post(f"{page}/people/{one.id}/return", data={"word": "Où le voir ?"}, follow_redirects=True).text
    assert "Où le voir ?" in back
    assert trainer.post(f"{page}/people/{one.id}/return", data={"word": ""}).status_code == 422
    again = log_in(one.member)
    assert "Où le voir ?" in again.get(page).text
    again.post(page, data={"url": "https://git.example/a/b"})
    log_in(other.member).post(page, data={"words": "la même page, à deux"})
    whole = log_in(school.samir).post(f"{page}/acceptances", follow_redirects=True).text
    assert "2 demi-journées acceptées" in whole.replace("\u00a0", " ")

    frozen("2027-03-02T21:00+01:00")
    why = log_in(one.member).get(f"/courses/attendance/{morning.id}").text
    assert "comptent d’après ce que vous avez produit" in why and "Travail à distance à reprendre" in why
    stranger = log_in(make_member("Étranger"))
    assert {stranger.get(f"{page}{end}").status_code for end in ("", "/productions")} == {404}
