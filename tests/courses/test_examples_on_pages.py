"""The worked examples of the course, with their numbers and with others, as people meet them on pages and programs read them.

====  ============================================  =====================  ==========================================================
 no.  the engine                                    API, feeds, commands   on the pages
====  ============================================  =====================  ==========================================================
 1-2  test_cohorts                                  test_shown             test_pages, test_a_cohort_of_other_dates…
 3    test_cohorts                                                         test_pages, test_a_cohort_of_other_dates…
 4    test_cohorts                                  test_shown, here       test_hours_on_the_wall_in_autumn…
 5    test_attendance (by month), test_funder_bills                        test_attendance_papers (statements)
 6-7  test_attendance_rules, test_attendance        api/test_attendance    test_a_week_adds_up_on_every_page
 8    test_attendance, test_attendance_mails        here                   test_a_week_adds_up_on_every_page
 9    test_attendance, test_attendance_races                               test_windows_codes_and_links_to_the_minute
 10   test_attendance_rules, test_attendance                               test_windows_codes_and_links_to_the_minute
 11   test_attendance_drawer                        here                   test_a_file_with_other_faults_is_taken_in_once
 12   test_attendance_rules, test_attendance                               test_alerts_come_at_their_exact_share_once
 13   test_attendance, test_attendance_races        test_attendance (CLI)  test_attendance_papers (the same sheet twice)
 14   test_enrolments, test_attendance                                     test_pages, test_a_cohort_of_other_dates…
 15   test_year                                     test_year (CLI, CSV)   test_a_course_over_new_year_is_declared_in_both
 16   test_enrolments, test_funder_bills                                   test_funder_bills, test_a_cohort_of_other_dates…
 17   test_attendance_papers, test_attendance_races                        test_certificates_and_their_check…
 18   test_learning                                                        test_learning, test_after_three_weeks…
 19   test_learning, test_words_and_quizzes                                test_learning, test_words_and_quizzes
 20   test_learning                                                        test_learning
 21   test_learning                                                        test_learning
 22   test_elections                                                       test_elections
 23   test_listening                                                       test_listening
 24   test_listening                                                       test_after_three_weeks…
====  ============================================  =====================  ==========================================================
"""

import io
import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from icalendar import Calendar

from app.core import clock
from app.core.db import transaction
from app.courses.models import AbsenceAlert, Certificate, Cohort, CohortClosure, Enrolment
from app.courses.services import absences, certificates, listening, signing
from app.members import services as members
from tests.api.partner import token_for
from tests.courses.cohorts import Class, make_class, make_cohort_a, regularly_held
from tests.courses.test_attendance_pages import text
from tests.factories import make_member, make_thing


def hours_of(client, school: Class, member) -> list[dict[str, Any]]:
    """What a program of this person reads."""
    headers = {"Authorization": f"Bearer {token_for(member)}"}
    answer = client.get(f"/api/v1/cohorts/{school.cohort.id}/attendance", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def counted(line) -> tuple[int, ...]:
    return tuple(line[name] for name in ("planned", "done", "justified", "unjustified", "to_regularise"))


# ---------------------------------------------------------------- the calendar and who follows it


def test_a_cohort_of_other_dates_is_poured_read_and_left(course, session, log_in, client):
    """4 January - 7 July 2027, in a company 3 May - 11 June, closed 15-19 February, 7 May and 8-13 July.

    79 days before (17 weeks less 5 days and Easter Monday), 25 in a company (30 open less 6, 7 and 17 May: 27 places), 18 after 11 June;
    three days are missing, and go beyond the closure, 14 July and a week-end: Thursday 15, Friday 16, Monday 19.
    """
    manager = log_in(course.manager)
    fields = {
        "name": "Promotion C", "code": "C", "programme_version_id": course.version.id, "first_day": "2027-01-04", "last_day": "2027-07-07",
        "company_first_day": "2027-05-03", "company_last_day": "2027-06-11", "room_id": course.room.id, "capacity": 14,
        "weekdays": [0, 1, 2, 3, 4], "cycle_weeks": 1, "weeks_on_site": 1, "tolerance_minutes": 0,
    }  # fmt: skip
    small = make_thing(course.place, "petite", kind="room", name="Petite salle", capacity=13)
    assert "14 personnes pour 13 places" in text(manager.post("/manage/courses/cohorts/new", data=fields | {"room_id": small.id}))
    manager.post("/manage/courses/cohorts/new", data=fields)
    cohort = session.scalars(sa.select(Cohort)).one()
    here = f"/manage/courses/cohorts/{cohort.id}"
    for first, last in (("2027-02-15", "2027-02-19"), ("2027-05-07", "2027-05-07"), ("2027-07-08", "2027-07-13")):
        manager.post(f"{here}/closures", data={"first_day": first, "last_day": last, "label": "fermé"})
    short = text(manager.get(f"{here}/pouring"))
    assert "79 jours avant l’entreprise, 25 en entreprise, 18 après" in short
    assert "il manque 21 h" in short and "La promotion finirait le lundi 19 juillet 2027." in short
    assert "14 jours sautés" in text(manager.post(f"{here}/extension", follow_redirects=True))
    manager.post(f"{here}/trainers", data={"email": course.samir.email, "is_head": "y"})
    manager.post(f"{here}/pouring", data={"trainer_id": course.samir.id})
    assert "875 h 00 sur 875 h 00" in text(manager.get(here))

    for_program = {"Authorization": f"Bearer {token_for(course.manager)}"}
    march = client.get(f"/api/v1/cohorts/{cohort.id}/sessions?from=2027-03-26&to=2027-03-30", headers=for_program).json["items"]
    assert [one["start"] for one in march[::2]] == ["2027-03-26T09:00:00+01:00", "2027-03-30T09:00:00+02:00"]

    manager = log_in(course.manager)
    move = {"half": "morning", "room_id": course.room.id, "trainer_id": course.samir.id, "holiday_reason": ""}
    moving = f"/manage/courses/sessions/{march[0]['id']}/moving"
    taken = manager.post(moving, data=move | {"day": "2027-03-25"})
    assert taken.status_code == 422 and "Samir" in text(taken)
    holiday = manager.post(moving, data=move | {"day": "2027-05-17"})
    assert (holiday.status_code, "Le lundi 17 mai est férié" in text(holiday)) == (422, True)

    _leaver_and_replacement(manager, cohort, here, session)


def _leaver_and_replacement(manager, cohort, here, session):
    """Leaving after the afternoon of 12 March: ten weeks less five days, 315 h. Entering on 15 March with a day exempt: 560 h less 7."""
    kevin, maud = make_member("Kevin", email="kevin@example.org"), make_member("Maud", email="maud@example.org")
    manager.post(
        f"{here}/enrolments/new", data={"email": kevin.email, "first_day": cohort.first_day, "replaces_id": 0, "bpf_status": "job_seeker"}
    )
    leaver = session.scalars(sa.select(Enrolment)).one()
    page = f"/manage/courses/enrolments/{leaver.id}"
    for scheme, hours, price in (("region", "300", "9,50"), ("own", "500", "7,25")):
        line = {"organisation_id": 0, "scheme": scheme, "reference": "", "hours": hours, "hour_cents": price}
        funded = text(manager.post(f"{page}/funding", data=line, follow_redirects=True))
    assert "75 h sans financeur" in funded and "2 850,00 €" in funded and "3 625,00 €" in funded
    left = text(manager.post(f"{page}/exit", data={"last_day": "2027-03-12", "half": "", "reason": "job"}, follow_redirects=True))
    assert "315 h 00" in left and "sans financeur" not in left
    entering = {"email": maud.email, "first_day": "2027-03-15", "replaces_id": leaver.id, "bpf_status": "job_seeker"}
    manager.post(f"{here}/enrolments/new", data=entering)
    entry = session.scalars(sa.select(Enrolment).where(Enrolment.member_id == maud.id)).one()
    exempt = {"first_day": "2027-03-16", "last_day": "2027-03-16", "halves": "day", "reason": "acquis"}
    shown = text(manager.post(f"/manage/courses/enrolments/{entry.id}/exemptions", data=exempt, follow_redirects=True))
    assert "553 h 00" in shown


def test_hours_on_the_wall_in_autumn_are_those_of_feeds_and_programs(session, client):
    """29 October 9:00 is 07:00Z, 2 November 9:00 is 08:00Z."""
    school = make_class(people=1, days=[date(2027, 10, 29), date(2027, 11, 2)])
    token = members.new_token(member_id=None, subject=f"cohort:{school.cohort.id}", purpose="feed", now=clock.now())
    events = Calendar.from_ical(client.get(f"/feeds/{token}.ics").data).walk("VEVENT")
    starts = sorted(event["DTSTART"].dt.astimezone(UTC).isoformat(timespec="minutes") for event in events)
    assert starts[::2] == ["2027-10-29T07:00+00:00", "2027-11-02T08:00+00:00"]
    headers = {"Authorization": f"Bearer {token_for(school.ines)}"}
    items = client.get(f"/api/v1/cohorts/{school.cohort.id}/sessions", headers=headers).json["items"]
    assert [one["start"] for one in items[::2]] == ["2027-10-29T09:00:00+02:00", "2027-11-02T09:00:00+01:00"]


# ---------------------------------------------------------------- presence


def test_a_week_adds_up_on_every_page(session, log_in, client, frozen):
    """Tolerance 5. First: Mon 9:06, Tue left 16:40, Wed morning absent justified, Thu afternoon unsigned: 2 100 = 1 654 + 210 + 26 + 210."""
    school = make_class(people=3, days=[date(2027, 3, 8) + timedelta(days=number) for number in range(5)], tolerance=5)
    first, second, third = school.enrolments
    absent, unsigned = school.at("2027-03-10"), school.at("2027-03-11", "afternoon")
    for one in school.sessions:
        school.sign(one, second, third, *([first] if one not in (absent, unsigned) else []))
    typed = {
        school.at("2027-03-08"): {f"p{first.id}": "present", f"arrived{first.id}": "9:06", f"p{second.id}": "present", f"arrived{second.id}": "9:05"},
        school.at("2027-03-09", "afternoon"): {f"p{first.id}": "present", f"left{first.id}": "16:40"},
        absent: {f"p{first.id}": "absent"},
        unsigned: {f"p{first.id}": "present"},
    }  # fmt: skip
    last = school.at("2027-03-12", "afternoon")
    for one in school.sessions:
        frozen(one.ends_at.isoformat())
        if one is not last:
            log_in(school.samir).post(f"/courses/half-days/{one.id}", data=typed.get(one, {}))
    reason = f"/courses/half-days/{absent.id}/people/{first.id}/reason"
    assert log_in(school.samir).post(reason, data={"category": "child"}).status_code == 404
    log_in(school.claire).post(reason, data={"category": "child"})
    frozen("2027-03-12T18:00+01:00")

    assert [counted(line) for line in hours_of(client, school, school.ines)] == [
        (2100, 1654 - 210, 210, 26, 210 + 210), (2100, 1890, 0, 0, 210), (2100, 1890, 0, 0, 210)
    ]  # fmt: skip
    log_in(school.samir).post(f"/courses/half-days/{last.id}")
    assert [(counted(line), line["rate"]) for line in hours_of(client, school, school.ines)] == [
        ((2100, 1654, 210, 26, 210), 7876), ((2100, 2100, 0, 0, 0), 10000), ((2100, 2100, 0, 0, 0), 10000)
    ]  # fmt: skip
    mine = text(log_in(first.member).get("/courses/attendance"))
    assert "Prévu 35 h 00 Réalisé 27 h 34 Absence justifiée 3 h 30 Absence non justifiée 0 h 26 À régulariser 3 h 30" in mine
    assert "dans la tolérance" in text(log_in(second.member).get(f"/courses/attendance/{school.sessions[0].id}"))
    assert "78,76 %" in text(log_in(school.ines).get(f"/courses/cohorts/{school.cohort.id}/attendance"))
    refused = log_in(school.ines).post(f"/courses/enrolments/{first.id}/certificate", data={"reason": ""})
    assert refused.status_code == 422 and "jeudi 11 mars après-midi" in text(refused)


def test_windows_codes_and_links_to_the_minute(session, log_in, client, frozen, post):
    """8:49 no, 8:50 yes, 13:00 yes, 13:01 no; a code 89 s old yes, 91 s no; a link serves once; five wrong codes lock the link too."""
    school = make_class(people=6)
    morning, _ = school.sessions
    page = f"/courses/sign/{morning.id}"

    def try_at(person: int, moment: str, *, shown: str = "", how: str = page):
        now = frozen(f"2027-03-02T{moment}+01:00")
        code = signing.code_of(morning.id, now=datetime.fromisoformat(f"2027-03-02T{shown}+01:00") if shown else now)
        return log_in(school.enrolments[person].member).post(how, data={"code": code}, follow_redirects=True)

    assert "la signature ouvre à 8 h 50" in text(try_at(0, "08:49:59"))
    assert "Signé à 8 h 50" in text(try_at(0, "08:50:00"))
    assert "Signé à 13 h" in text(try_at(1, "13:00:00"))
    late = try_at(2, "13:01:00")
    assert (late.status_code, "a fermé à 13 h" in text(late)) == (422, True)
    old = try_at(2, "09:01:31", shown="09:00:00")
    assert (old.status_code, "Il reste 4 essais" in text(old)) == (422, True)
    assert "Signé à 9 h 01" in text(try_at(2, "09:01:29", shown="09:00:00"))

    trainer = log_in(school.samir)
    trainer.post(f"/courses/half-days/{morning.id}/link", data={"enrolment": school.enrolments[3].id})
    [link] = re.findall(r"/courses/sign/link/[\w-]+", " ".join(_said(letter) for letter in post()))
    assert "personne ne signe pour quelqu’un d’autre" in text(try_at(4, "09:05:00", how=link))
    assert "Signé à 9 h 05" in text(try_at(3, "09:05:00", how=link))
    assert try_at(3, "09:05:30", how=link).status_code == 404

    frozen("2027-03-02T09:06+01:00")
    locked = log_in(school.enrolments[5].member)
    for _ in range(5):
        said = locked.post(page, data={"code": "abcdef"})
    assert "votre signature est bloquée" in text(said)
    assert "votre signature est bloquée" in text(try_at(5, "09:07:00"))
    token = signing.make_link(session_id=morning.id, enrolment_id=school.enrolments[5].id, actor_id=school.samir.id, now=clock.now())
    assert try_at(5, "09:08:00", how=f"/courses/sign/link/{token}").status_code == 422
    assert "Cinq codes faux" in "".join(_said(letter) for letter in post())


def _said(letter: EmailMessage) -> str:
    return letter.get_body(("plain",)).get_content()


def test_a_file_with_other_faults_is_taken_in_once(session, log_in, frozen, client):
    """10 lines: a closed day, a Sunday, a future half-day, a name twice in the cohort, a bad date, the same line again: 4 are good."""
    school = make_class(people=4, days=[date(2027, 3, 2), date(2027, 3, 5)])
    with transaction() as writing:
        school.enrolments[3].member.name = "stagiaire3"
        writing.add(CohortClosure(cohort_id=school.cohort.id, first_day=date(2027, 3, 3), last_day=date(2027, 3, 3), label="pont"))
    rows = [
        "Stagiaire1;2027-03-02;matin;présent;15;", "Stagiaire1;02/03/2027;après-midi;présente;;30", "STAGIAIRE2;2.3.2027;AM;absent;;",
        "stagiaire2;2027-03-02;pm;oui;;", "Stagiaire2;2027-03-02;pm;oui;;", "Stagiaire3;2027-03-02;matin;présent;;",
        "Stagiaire1;2027-03-03;matin;présent;;", "Stagiaire1;2027-03-07;matin;présent;;", "Stagiaire1;2027-03-05;matin;présent;;",
        "Stagiaire1;2027-02-30;matin;présent;;",
    ]  # fmt: skip
    content = "\n".join(["Nom;Date;Demi-journée;Présence;Retard;Départ anticipé", *rows]).encode()
    frozen("2027-03-02T18:00+01:00")
    manager, page = log_in(school.ines), f"/courses/cohorts/{school.cohort.id}/import"
    seen = manager.post(page, data={"table": (io.BytesIO(content), "region.csv")})
    assert "4 lignes prêtes , 0 déjà connue, 6 refusées" in text(seen)
    assert "jour de fermeture" in text(seen) and "jour férié" not in text(seen)
    held = re.search(r'name="held" value="([^"]*)"', seen.text)
    assert held
    assert "4 présences reprises" in text(manager.post(page, data={"held": held[1], "apply": "yes"}, follow_redirects=True))
    again = text(log_in(school.ines).post(page, data={"table": (io.BytesIO(content), "region.csv")}))
    assert "0 ligne prête , 4 déjà connues, 6 refusées" in again
    lines = hours_of(client, school, school.ines)
    assert [counted(line) for line in lines if line["name"] in ("Stagiaire1", "Stagiaire2")] == [
        (420, 375, 0, 45, 0),
        (420, 210, 0, 210, 0),
    ]


def test_alerts_come_at_their_exact_share_once(session, log_in, frozen):
    """70 h to date, 4 200 min: 210 are 5.0 %, 205 are 4.9 %, 419 are 9.98 %, 420 are 10.0 %; two in a row are told as such too."""
    school = make_class(people=6, days=[date(2027, 3, 1) + timedelta(days=number) for number in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)])
    regularly_held(school)
    missed = ({3: ""}, {3: "16:55"}, {3: "", 7: "16:59"}, {3: "", 7: ""}, {7: "", 8: ""}, {})  # half-day: arrived at, or never
    frozen("2027-03-12T17:30+01:00")
    trainer = log_in(school.samir)
    for person, halves in zip(school.enrolments, missed, strict=True):
        for number, arrived in halves.items():
            said = {"state": "present", "arrived": arrived} if arrived else {"state": "absent"}
            page = f"/courses/half-days/{school.sessions[number].id}/people/{person.id}"
            assert trainer.post(page, data=said | {"reason": "relevé"}).status_code == 302
    for _ in range(2):
        absences.evening(now=frozen("2027-03-12T18:00+01:00"))
    rows = session.execute(sa.select(AbsenceAlert.enrolment_id, AbsenceAlert.level, AbsenceAlert.unjustified)).all()
    told = {
        (number, row.level, row.unjustified) for number, one in enumerate(school.enrolments) for row in rows if row.enrolment_id == one.id
    }
    assert told == {(0, "level1", 210), (2, "level1", 419), (3, "level2", 420), (4, "row", 420), (4, "level2", 420)}


# ---------------------------------------------------------------- papers and figures


def test_certificates_and_their_check_through_two_cancellations(session, log_in, client, frozen):
    """0001-0003; 0002 replaced by 0004, 0004 by 0005; a new year begins at 0001; nothing personal on the public page."""
    school = make_class(people=3)
    for one in school.sessions:
        school.hold(one)
    frozen("2027-03-02T18:00+01:00")
    with transaction():
        school.enrolments[1].member.birth_date = date(1991, 4, 7)
    manager = log_in(school.ines)
    for person in school.enrolments:
        manager.post(f"/courses/enrolments/{person.id}/certificate", data={"reason": ""})
    papers = f"/courses/cohorts/{school.cohort.id}/papers"
    for rank in (2, 4):
        id_ = session.scalar(sa.select(Certificate.id).where(Certificate.rank == rank))
        manager.post(f"/courses/certificates/{id_}/replacement", data={"why": "Nom", "reason": ""})
        assert manager.post(f"/courses/certificates/{id_}/replacement", data={"why": "encore", "reason": ""}).status_code in (404, 422)
    frozen("2028-01-03T09:00+01:00")
    manager = log_in(school.ines)
    manager.post(f"/courses/enrolments/{school.enrolments[0].id}/certificate", data={"reason": ""})
    listed = text(manager.get(papers))
    rows = {row.number: row for row in session.scalars(sa.select(Certificate))}
    assert set(rows) == {"CR-2027-0001", "CR-2027-0002", "CR-2027-0003", "CR-2027-0004", "CR-2027-0005", "CR-2028-0001"}
    assert "annulé, remplacé par CR-2027-0004" in listed and "annulé, remplacé par CR-2027-0005" in listed
    client.post("/logout")
    for number, said in (("0002", "annulé, remplacé par CR-2027-0004"), ("0004", "annulé, remplacé par CR-2027-0005"), ("0005", "valable")):
        row = rows[f"CR-2027-{number}"]
        shown = client.get(f"/verify/{row.number}?code={certificates.code_of(row)}")
        assert shown.status_code == 200 and said in text(shown) and "7 h 00" in text(shown)
        for secret in (school.enrolments[1].name, school.enrolments[1].member.email, "1991"):
            assert secret not in shown.text


def test_a_course_over_new_year_is_declared_in_both(app, session, log_in, frozen):
    """6 December - 14 January, closed from 24 December: 14 and 10 days. One of three leaves after 17 December, one is 30 min late in January."""
    days = [date(2027, 12, 6) + timedelta(days=number) for number in range(40)]
    days = [day for day in days if day.weekday() < 5 and not date(2027, 12, 24) <= day <= date(2027, 12, 31)]
    school = make_class(people=3, days=days)
    leaver, late, _ = school.enrolments
    with transaction():
        leaver.last_day, leaver.status = date(2027, 12, 17), "left"
    regularly_held(school)
    frozen("2028-02-01T09:00+01:00")
    one = school.at("2028-01-05")
    log_in(school.samir).post(
        f"/courses/half-days/{one.id}/people/{late.id}", data={"state": "present", "arrived": "9:30", "reason": "relevé"}
    )
    manager = log_in(school.ines)
    for year, people, count, minutes in ((2027, 3, 14, (10 + 14 + 14) * 420), (2028, 2, 10, 20 * 420 - 30)):
        page = text(manager.get(f"/manage/bpf/?year={year}"))
        assert f"Jours de formation {count}" in page and f"{minutes // 60} h {minutes % 60:02d}" in page
        rows = manager.get(f"/manage/bpf/{year}.csv").data.decode("utf-8-sig").splitlines()
        for frame in ("F-1", "F-3", "F-4"):
            assert any(row.startswith(f"{frame} avec les heures en entreprise;total;{people};{minutes};") for row in rows), rows
        told = app.test_cli_runner().invoke(args=["courses", "bpf", "--year", str(year)]).output
        assert f"Stagiaires : {people}\nJours : {count}\nHeures, entreprise comprise : {minutes // 60} h {minutes % 60:02d}" in told


def test_after_three_weeks_progress_and_what_nine_leavers_became(session, log_in, frozen):
    """105/875 = 12.0 %, 105/700 = 15.0 %. 9 leavers, 8 answered, 5 employed (62.5 %, 55.6 %), 3 in the trade (37.5 %, 33.3 %)."""
    school = make_cohort_a(people=9)
    regularly_held(school, until=date(2027, 2, 19))
    frozen("2027-02-19T18:00+01:00")
    page = text(log_in(school.enrolments[0].member).get("/courses/progress"))
    assert "12,0 %" in page and "15,0 %" in page and "105 h 00" in page
    frozen("2027-11-02T09:00+01:00")
    listening.ask_surveys(now=clock.now())
    answers = ["trade"] * 3 + ["job"] * 2 + ["looking"] * 2 + ["training"]
    for number, (one, situation) in enumerate(zip(school.enrolments, answers, strict=False), 1):
        log_in(one.member).post(f"/courses/enrolments/{one.id}/follow-up/3", data={"situation": situation})
        shown = text(log_in(school.claire).get(f"/courses/cohorts/{school.cohort.id}/surveys"))
        assert ("Des réponses" in shown) is (number >= 5)
    assert all(rate in shown for rate in ("62,5 %", "55,6 %", "37,5 %", "33,3 %"))
