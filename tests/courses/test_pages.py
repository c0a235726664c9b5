"""The pages of the course: a trainee's, a trainer's, a manager's; the same refusals and numbers as the gestures."""

import io
import re
from datetime import date

import pytest
import sqlalchemy as sa

from app.courses.models import Cohort, CourseSession, Enrolment, ProgrammeVersion
from tests.courses.course import STARTER
from tests.factories import make_member, make_thing
from tests.pages import fields_of, text_of


@pytest.fixture
def manager(course, log_in):
    return log_in(course.manager)


def send(client, url, **changes):
    """Fill the form of a page as a browser would, and send it."""
    page = client.get(url)
    assert page.status_code == 200, url
    return client.post(url, data=fields_of(page.text) | changes, follow_redirects=True)


def test_a_manager_opens_a_cohort_and_pours_it(course, manager, session):
    version = session.scalar(sa.select(ProgrammeVersion.id))
    fields = {"name": "Promotion B", "code": "B", "programme_version_id": version, "first_day": "2027-09-06", "last_day": "2028-03-03",
              "room_id": course.room.id, "capacity": 12, "weekdays": [0, 1, 2, 3, 4], "cycle_weeks": 1, "weeks_on_site": 1,
              "tolerance_minutes": 0}  # fmt: skip
    opened = send(manager, "/manage/courses/cohorts/new", **fields)
    assert "La promotion est ouverte" in opened.text
    cohort = session.scalars(sa.select(Cohort).where(Cohort.code == "B")).one()
    here = f"/manage/courses/cohorts/{cohort.id}"
    manager.post(f"{here}/closures", data={"first_day": "2027-12-27", "last_day": "2027-12-31", "label": "fêtes"})

    preview = text_of(manager.get(f"{here}/pouring"))
    assert "il manque 14 h" in preview and "La promotion finirait le mardi 7 mars 2028." in preview
    extended = text_of(manager.post(f"{here}/extension", follow_redirects=True))
    assert "il manque" not in extended and "875 h 00" in extended
    manager.post(f"{here}/trainers", data={"email": course.samir.email, "is_head": "y"})
    poured = text_of(send(manager, f"{here}/pouring", trainer_id=course.samir.id))
    assert "L’emploi du temps est versé" in poured and "875 h 00" in poured
    started = manager.post(f"{here}/start", follow_redirects=True)
    assert "La promotion commence" in started.text and "en cours" in started.text

    small = make_thing(course.place, "petite", kind="room", name="Petite salle", capacity=10)
    refused = manager.post("/manage/courses/cohorts/new", data=fields | {"code": "C", "room_id": small.id})
    assert refused.status_code == 422
    assert "12 personnes pour 10 places" in text_of(refused)


def test_a_manager_moves_exchanges_and_cancels_from_the_page_of_a_session(course, manager, session):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    first, second = session.scalars(sa.select(CourseSession).where(CourseSession.day == date(2027, 5, 5)).order_by(CourseSession.starts_at))
    page = f"/courses/sessions/{first.id}"
    assert "Déplacer" in manager.get(page).text

    holiday = manager.post(f"/manage/courses/sessions/{first.id}/moving", data=_move(course, "2027-05-06", "morning"))
    assert holiday.status_code == 422
    assert "Le jeudi 6 mai est férié" in text_of(holiday)
    moved = send(
        manager, f"/manage/courses/sessions/{first.id}/moving", **_move(course, "2027-05-06", "morning", "rattrapage choisi par tous")
    )
    assert "Un jour férié : rattrapage choisi par tous" in text_of(moved)
    swapped = send(manager, f"/manage/courses/sessions/{first.id}/swap", other_id=second.id)
    assert "Les deux séances sont échangées" in swapped.text
    assert (first.day, second.day) == (date(2027, 5, 5), date(2027, 5, 6))
    noted = send(manager, f"/manage/courses/sessions/{second.id}/note", note="Venez avec un vieux téléphone.")
    assert "Venez avec un vieux téléphone." in noted.text
    cancelled = send(manager, f"/manage/courses/sessions/{second.id}/cancellation", reason="formateur malade")
    assert "Annulée : formateur malade" in text_of(cancelled)
    assert "il manque 3 h 30" in text_of(manager.get(f"/manage/courses/cohorts/{cohort.id}"))
    added = send(manager, f"/manage/courses/cohorts/{cohort.id}/sessions/new", **_move(course, "2027-05-05", "morning"),
                 sequence_id=second.sequence_id, where="centre")  # fmt: skip
    assert "La séance est ajoutée" in added.text


def _move(course, day, half, reason=""):
    return {"day": day, "half": half, "room_id": course.room.id, "trainer_id": course.samir.id, "holiday_reason": reason}


def test_a_manager_enrols_exempts_funds_and_writes_an_exit(course, manager, session):
    cohort = course.cohort()
    course.pour(cohort)
    kevin = make_member("Kevin", email="kevin@example.org")
    enrol = f"/manage/courses/cohorts/{cohort.id}/enrolments/new"
    assert manager.post(enrol, data={"email": "inconnu@example.org", "replaces_id": 0, "bpf_status": "job_seeker"}).status_code in (
        200,
        422,
    )
    page = text_of(send(manager, enrol, email=kevin.email))
    assert "875 h sans financeur" in page
    row = session.scalars(sa.select(Enrolment)).one()
    here = f"/manage/courses/enrolments/{row.id}"

    exempted = manager.post(f"{here}/exemptions", data={"first_day": "2027-02-09", "last_day": "2027-02-09", "halves": "day", "reason": "acquis"},
                            follow_redirects=True)  # fmt: skip
    assert "868 h 00" in text_of(exempted)
    line = {"organisation_id": 0, "scheme": "poei", "reference": "P1", "hours": "450", "hour_cents": "8,00"}
    funded = text_of(manager.post(f"{here}/funding", data=line, follow_redirects=True))
    assert "418 h sans financeur" in funded and "3 600,00 €" in funded
    assert manager.post(f"{here}/exit", data={"last_day": "2026-01-01", "half": "", "reason": "job"}).status_code == 422
    left = text_of(manager.post(f"{here}/exit", data={"last_day": "2027-04-16", "half": "morning", "reason": "job"}, follow_redirects=True))
    assert "367 h 30" in left and "(un emploi)" in left


def test_a_manager_changes_a_programme_in_pages(course, manager, session):
    version = course.version.id
    page = text_of(manager.get(f"/manage/courses/programmes/{version}"))
    assert "122 h 30" in page and "700 h 00" in page
    changed = text_of(
        send(manager, f"/manage/courses/programmes/{version}/sequences/M04-S2", demi_journees="4", contenu="## Essai\n\n<script>x</script>")
    )
    assert "871 h 30" in changed
    assert manager.get(f"/manage/courses/programmes/{version}/file").data.decode().count("heures: 14\n") > 3
    removed = text_of(manager.post(f"/manage/courses/programmes/{version}/sequences/M04-S2/end", follow_redirects=True))
    assert "857 h 30" in removed
    added = send(manager, f"/manage/courses/programmes/{version}/modules/M04/new", code="M04-S2", titre="Agir", demi_journees="5",
                 competence_principale="CP4")  # fmt: skip
    assert "875 h 00" in text_of(added)

    loaded = manager.post(
        "/manage/courses/programmes/new", data={"file": (io.BytesIO(STARTER.read_bytes().replace(b"heures: 3.5", b"heures: 4")), "p.yaml")}
    )
    assert loaded.status_code == 422
    assert "n’est pas un multiple de 3.5 heures" in loaded.text
    copied = manager.post(f"/manage/courses/programmes/{version}/copy", data={"label": "2027-06"}, follow_redirects=True)
    assert "version 2027-06" in copied.text


def test_a_trainee_sees_what_comes_the_week_and_the_whole_timetable(course, log_in, frozen, session):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    row = course.trainee(cohort, "Julie")
    frozen("2027-02-02T08:30+01:00")
    client = log_in(row.member)

    page = text_of(client.get("/courses/"))
    assert "semaine 1 sur 26" in page and "Avec Samir." in page
    assert "Aujourd’hui, mardi 2 février, 9 h – 12 h 30, Salle de classe" in page
    assert re.search(r'<a href="/courses/" aria-current="page">', page)
    listed, week, sheet = (client.get(f"/courses/timetable{more}") for more in ("", "?view=week&week=2027-02-02", "/print"))
    months = [listed, *(client.get(href) for href in re.findall(r'href="(/courses/timetable\?month=[^"]+)"', listed.text))]
    assert len(months) == 6 and sum(text_of(month).count("Salle de classe") for month in months) == 200
    assert all("875 h 00 en tout" in text_of(month) and month.text.count("<") < 900 for month in months)  # tags, opened and closed
    assert '<b aria-current="page">Février 2027</b>' in listed.text
    assert week.text.count("Salle de classe") == 10
    assert sheet.text.count("<caption>") == 26
    lesson = client.get(f"/courses/sessions/{session.scalar(sa.select(CourseSession.id).order_by(CourseSession.starts_at))}")
    assert "Charte de la promotion" in lesson.text and "Déplacer" not in lesson.text
    assert "Faire promotion" in client.get(f"/courses/cohorts/{cohort.id}/programme").text

    frozen("2027-08-02T08:30+02:00")
    assert "Depuis le 30 juillet 2027." in text_of(log_in(row.member).get("/courses/"))


def test_a_cohort_is_closed_to_those_it_does_not_concern(course, log_in, session):
    """Strangers of the cohort find nothing; its trainer reads; only who runs it changes it."""
    cohort = course.cohort()
    course.pour(cohort)
    row = course.trainee(cohort, "Julie")
    one = session.scalar(sa.select(CourseSession.id).order_by(CourseSession.starts_at))
    other_trainer = make_member("Autre", roles=("member", "trainer"))
    pages = {
        f"/courses/sessions/{one}": ("julie", "samir"),
        f"/courses/timetable?cohort={cohort.id}": ("julie", "samir"),
        f"/courses/cohorts/{cohort.id}/programme": ("julie", "samir"),
        f"/manage/courses/cohorts/{cohort.id}": ("samir",),
        f"/manage/courses/cohorts/{cohort.id}/pouring": ("samir",),
        f"/manage/courses/sessions/{one}/moving": ("samir",),
        f"/manage/courses/enrolments/{row.id}": ("samir",),
        "/manage/courses/": (),
        f"/manage/courses/programmes/{course.version.id}": (),
        f"/manage/courses/programmes/{course.version.id}/file": (),
    }
    people = {"julie": row.member, "samir": course.samir, "other": other_trainer, "camille": make_member("Camille")}
    for name, person in people.items():
        client = log_in(person)
        for page, allowed in pages.items():
            assert client.get(page).status_code == (200 if name in allowed else 404), (name, page)
