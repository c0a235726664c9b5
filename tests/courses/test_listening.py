"""What is asked of trainees, and what is said of it: nobody is found again in an answer, nothing is said under five."""

import io
import zipfile
from datetime import date, time
from decimal import Decimal

import pikepdf
import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.journal import JournalEntry, deliver
from app.core.mail import OutgoingMail
from app.core.refusals import Refused
from app.courses.models import SurveyAnswer, SurveyInvitation
from app.courses.queries import listening as queries
from app.courses.queries import quality as quality_reads
from app.courses.rules import listening as rules
from app.courses.rules import quality
from app.courses.services import listening
from app.wiring import READERS
from tests.courses.cohorts import local, make_class
from tests.factories import make_member
from tests.pages import text_of


def test_the_numbers_of_the_examples():
    marks = [({"0": 4, "1": 5, "2": 3}, "Bien")] * 9
    told = rules.results("middle", 12, marks)
    assert (told.rate, told.means[0][1], len(told.words)) == (Decimal("75.0"), Decimal("4.0"), 9)
    assert (rules.results("middle", 12, marks[:4]).means, rules.results("middle", 12, marks[:4]).words) == ((), ())
    found = rules.insertion(6, ["trade"] * 5 + ["job"] * 2 + ["looking"] * 3 + [""] * 2)
    assert (found.leavers, found.answered, found.employed, found.in_trade) == (12, 10, 7, 5)
    assert [str(rate) for rate in found.rates] == ["70", "58.3", "50", "41.7"]
    assert not rules.insertion(3, ["job"] * 4 + [""] * 8).may_be_told
    assert rules.months_after(date(2027, 8, 31), 6) == date(2028, 2, 29)
    first, last = date(2027, 2, 1), date(2027, 7, 30)
    assert [rules.survey_day(one, first, last) for one in rules.SURVEYS] == [
        date(2027, 2, 5), date(2027, 5, 1), last, last, date(2028, 1, 30)
    ]  # fmt: skip


def test_surveys_and_follow_up_leave_on_their_day_once_and_show_their_numbers(session, log_in, frozen):
    school = make_class(people=6)
    frozen(local(date(2027, 3, 2), time(18)).isoformat())
    assert (listening.ask_surveys(now=clock.now()), listening.ask_surveys(now=clock.now())) == (18, 0)  # middle, end and teaching
    assert session.scalar(sa.select(sa.func.count()).where(OutgoingMail.kind == "survey.asked")) == 18
    people = [enrolment.member for enrolment in school.enrolments]
    results = f"/courses/cohorts/{school.cohort.id}/surveys"
    said = {"q0": "4", "q1": "5", "q2": "3", "q3": "5", "words": "Merci Samir"}
    for number, person in enumerate(people[:5]):
        client = log_in(person)
        assert "L’enseignement" in client.get("/courses/voice").text
        assert client.post(f"{results}/end", data={"q0": "4"}).status_code == 422
        assert client.post(f"{results}/end", data=said).status_code == 302
        page = text_of(client.get(results))
        assert ("Moyenne sur 5" in page) == (number == 4)
        assert "Merci Samir" not in page
    assert client.post(f"{results}/end", data=said).status_code == 422
    assert "5 réponses sur 6, soit 83,3 %" in page
    assert "Merci Samir" in log_in(school.claire).get(results).text
    assert log_in(make_member("Luc")).get(f"{results}/end").status_code == 404
    assert log_in(make_member("Luc2")).get(results).status_code == 404
    # Nothing binds an answer to whoever gave it: no person, no date; and every invitation was last written by one gesture.
    assert {column.name for column in SurveyAnswer.__table__.columns} == {"id", "cohort_id", "survey", "marks", "words"}
    assert not {"answered_at", "answer_id"} & {column.name for column in SurveyInvitation.__table__.columns}
    assert not session.scalars(sa.select(JournalEntry).where(JournalEntry.event.like("survey.%"))).all()
    if session.get_bind().dialect.name == "postgresql":
        last = "SELECT count(DISTINCT xmin::text) FROM course_survey_invitation WHERE survey = 'end'"
        assert session.scalar(sa.text(last)) == 1
    with pytest.raises(Refused):
        listening.answer_survey(school.cohort.id, "later", marks={}, words="", member_id=people[0].id)

    frozen(local(date(2027, 9, 2), time(9)).isoformat())
    assert listening.ask_surveys(now=clock.now()) == 12  # the survey of six months, and what they became
    for person, enrolment, situation in zip(people, school.enrolments, ("trade", "trade", "job", "looking", "other", "job"), strict=True):
        page = f"/courses/enrolments/{enrolment.id}/follow-up/6"
        if enrolment is school.enrolments[-1]:
            assert log_in(people[0]).get(page).status_code == 404
        teller = school.claire if enrolment is school.enrolments[-1] else person  # after a call
        assert log_in(teller).post(page, data={"situation": situation}).status_code == 302
    text = text_of(log_in(people[0]).get(results))
    assert "66,7 %" in text and "33,3 %" in text and "6 réponses sur 6" in text
    assert [row.by_staff for row in queries.follow_ups(school.cohort.id)] == [False] * 5 + [True]


def test_a_complaint_is_registered_answered_in_time_and_followed(app, session, client, log_in, frozen, monkeypatch):
    school = make_class(people=1)
    frozen(local(date(2027, 3, 2), time(9)).isoformat())
    julie = log_in(school.enrolments[0].member)
    assert julie.post("/courses/voice", data={"kind": "complaint", "text": ""}).status_code == 422
    assert julie.post("/courses/voice", data={"kind": "complaint", "text": "Salle trop froide"}).status_code == 302
    assert julie.post("/courses/voice", data={"kind": "report", "text": "Des mots déplacés", "discreet": "y"}).status_code == 302
    assert julie.get("/courses/complaints").status_code == 404
    discreet, named = queries.complaints(school.place.id)
    assert (named.due_on, discreet.member_id) == (date(2027, 3, 17), None)
    told = session.scalars(
        sa.select(JournalEntry).where(JournalEntry.subject_id == discreet.id, JournalEntry.event == "complaint.received")
    )
    assert [(entry.actor_id, entry.member_id) for entry in told] == [(None, None)]
    ines = log_in(school.ines)
    assert "réponse avant le 17 mars" in text_of(ines.get("/courses/complaints"))
    client.post("/logout")  # whoever, without an account
    assert "sans compte" in client.get("/courses/report").text and "/courses/report" in client.get("/login").text
    assert client.post("/courses/report", data={"kind": "report", "text": ""}).status_code == 422
    assert "C’est arrivé" in text_of(
        client.post("/courses/report", data={"kind": "report", "text": "Une porte bloquée", "received_by": ""}, follow_redirects=True)
    )
    row = queries.complaints(school.place.id)[0]
    assert (row.member_id, row.received_by, row.kind) == (None, "", "report")
    monkeypatch.setitem(app.config, "LOGIN_THROTTLE", True)
    codes = [client.post("/courses/report", data={"kind": "report", "text": f"encore {number}"}).status_code for number in range(7)]
    assert codes == [303] * 6 + [422]
    ines = log_in(school.ines)
    outside = {"kind": "hazard", "received_by": "Menuiserie Lebrun, par téléphone", "text": "Portail bloqué"}
    assert ines.post("/courses/complaints", data=outside).status_code == 302
    answer = {"answer": "Un radiateur arrive lundi.", "improvement": ""}
    assert ines.post(f"/courses/complaints/{named.id}", data=answer).status_code == 302
    deliver(READERS, now=clock.now())
    mails = session.scalars(sa.select(OutgoingMail.member_id).where(OutgoingMail.kind == "complaint.answered")).all()
    assert mails == [school.enrolments[0].member_id]
    assert "radiateur" in log_in(school.enrolments[0].member).get("/courses/voice").text
    ines = log_in(school.ines)
    ines.post(f"/courses/complaints/{named.id}", data=answer | {"improvement": "Chauffage programmé", "is_closed": "y"})
    frozen(local(date(2027, 3, 18), time(9)).isoformat())
    page = text_of(log_in(school.ines).get("/courses/complaints"))
    assert "réglée" in page and page.count("en retard") == 9  # its seven reports too


def test_the_quality_file_holds_the_indicators_in_force_each_with_its_proof(session, log_in, frozen):
    assert [len(quality.indicators(day)) for day in (date(2026, 10, 31), date(2026, 11, 1))] == [32, 33]
    assert {name for one in quality.indicators(date(2027, 1, 1)) for name in one.proofs} == set(quality.PROOFS)
    school = make_class(people=1)
    frozen(local(date(2027, 3, 2), time(9)).isoformat())
    about = {"kind": "complaint", "text": "=Salle froide", "actor_id": school.ines.id, "member_id": school.enrolments[0].member_id}
    made = listening.complain(place_id=school.place.id, now=clock.now(), **about)
    said = {"answer": "Oui", "improvement": "=Chauffage", "is_closed": True}
    listening.answer_complaint(made.id, actor_id=school.ines.id, now=clock.now(), **said)
    ines = log_in(school.ines)
    page = text_of(ines.get("/manage/courses/quality"))
    assert "Les 33 indicateurs" in page and "réclamations au registre : 1, dernière le 2 mars 2027" in page
    pdf, paper = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(paper)
    brought = {"dated_on": "2027-02-15", "text": "Veille sur la certification", "file": (io.BytesIO(paper.getvalue()), "veille.pdf")}
    assert ines.post("/manage/courses/quality/23", data=brought).status_code == 302
    assert ines.post("/manage/courses/quality/23", data=brought | {"file": (io.BytesIO(b"%PDF-1.7"), "x.pdf")}).status_code == 422
    assert ines.get("/manage/courses/quality/34").status_code == 404
    page = text_of(ines.get("/manage/courses/quality"))
    assert "une preuve apportée, dernière le 15 février 2027" in page
    note = quality_reads.notes(school.place.id)[23][0]
    assert ines.get(f"/manage/courses/quality/notes/{note.id}.pdf").data.startswith(b"%PDF")
    first = ines.get("/manage/courses/quality.zip").data
    assert first == ines.get("/manage/courses/quality.zip").data
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert {"indicateurs.csv", "reclamations.csv", "enquetes.csv", "insertion.csv"} < set(archive.namelist())
    assert f"preuves/23-2027-02-15-{note.id}.pdf" in archive.namelist() and "Veille sur la" in archive.read("indicateurs.csv").decode()
    register = archive.read("reclamations.csv").decode()
    assert "'=Chauffage" in register and school.enrolments[0].name not in register
    assert log_in(school.samir).get("/manage/courses/quality.zip").status_code == 404
