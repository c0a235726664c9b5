"""From an application to a place in the cohort, by the pages."""

import re
from datetime import date

import sqlalchemy as sa

from app.core import clock
from app.core.db import transaction
from app.core.journal import deliver
from app.core.mail import OutgoingMail
from app.courses import queries
from app.courses.models import Application, Enrolment
from app.wiring import READERS
from tests.courses.cohorts import make_class
from tests.factories import make_member
from tests.pages import text_of

SAID = {"situation": "job_seeker", "motivation": "Changer de métier près de chez moi", "experience": "", "needs": ""}


def test_people_apply_are_met_answered_put_on_a_waiting_list_and_enter(course, session, log_in, frozen):
    cohort = course.cohort(capacity=1)
    course.pour(cohort)
    julie, mehdi, sophie = (make_member(name, email=f"{name}@example.org".lower()) for name in ("Julie", "Mehdi", "Sophie"))
    for person in (julie, mehdi, sophie):
        client = log_in(person)
        assert "Promotion A" in client.get("/courses/apply/").text
        assert client.post(f"/courses/apply/{cohort.id}", data=SAID | {"motivation": ""}).status_code == 422
        assert client.post(f"/courses/apply/{cohort.id}", data=SAID).status_code == 302
        assert client.post(f"/courses/apply/{cohort.id}", data=SAID).status_code == 422
    rows = {row.name: row for row in session.scalars(sa.select(Application))}

    manager = log_in(course.manager)
    assert "3 candidatures à lire" in text_of(manager.get("/manage/"))
    page = f"/manage/courses/applications/{rows['Julie'].id}"
    assert manager.post(f"{page}/enrolment").status_code == 422  # not decided yet
    manager.post(f"{page}/interview", data={"day": "2027-01-14", "hour": "10:00", "notes": "Très motivée"})
    assert "Très motivée" in manager.get(page).text
    decisions = {"Julie": "accepted", "Mehdi": "waiting", "Sophie": "waiting"}
    for name, decision in decisions.items():
        manager.post(f"/manage/courses/applications/{rows[name].id}/decision", data={"decision": decision, "reason": ""})
    assert "à lire" not in text_of(manager.get("/manage/"))
    assert "1 place" not in text_of(manager.get(f"/manage/courses/cohorts/{cohort.id}/applications"))
    assert manager.post(f"{page}/enrolment").status_code == 302
    made = session.scalars(sa.select(Enrolment)).one()
    assert (made.member_id, rows["Julie"].status, rows["Julie"].enrolment_id) == (julie.id, "enrolled", made.id)
    assert [(row.name, row.waiting_rank) for row in queries.applications(cohort.id) if row.status == "waiting"] == [
        ("Mehdi", 1),
        ("Sophie", 2),
    ]

    manager.post(f"/manage/courses/applications/{rows['Mehdi'].id}/decision", data={"decision": "accepted", "reason": ""})
    assert rows["Sophie"].waiting_rank == 1, "who waited behind moves up"
    full = manager.post(f"/manage/courses/applications/{rows['Mehdi'].id}/enrolment")
    assert (full.status_code, "La promotion est complète" in text_of(full)) == (422, True)
    deliver(READERS, now=clock.now())
    told = session.scalars(sa.select(OutgoingMail.member_id).where(OutgoingMail.kind == "application.decided")).all()
    assert set(told) == {julie.id, mehdi.id, sophie.id}

    convocation = f"/courses/apply/convocations/{made.id}"
    assert "lundi 1er février, de 9 h à 12 h 30" in text_of(log_in(julie).get(convocation))
    stranger = log_in(mehdi)
    assert (stranger.get(convocation).status_code, stranger.get(page).status_code) == (404, 404)
    assert stranger.post(f"/courses/apply/{rows['Sophie'].id}/withdrawal").status_code == 404
    log_in(sophie).post(f"/courses/apply/{rows['Sophie'].id}/withdrawal")
    assert rows["Sophie"].status == "withdrawn"

    frozen("2027-02-08T08:00+01:00")
    manager = log_in(course.manager)
    manager.post(f"/manage/courses/enrolments/{made.id}/exit", data={"last_day": "2027-02-05", "half": "", "reason": "job"})
    entering = f"/manage/courses/applications/{rows['Mehdi'].id}/enrolment"
    assert manager.post(entering, data={"first_day": "2027-08-02", "replaces_id": made.id}).status_code == 422
    assert manager.post(entering, data={"first_day": "", "replaces_id": made.id}).status_code == 302
    late = session.scalars(sa.select(Enrolment).where(Enrolment.member_id == mehdi.id)).one()
    assert (late.first_day, late.replaces_id) == (date(2027, 2, 8), made.id), "never absent before their entry"


def test_who_signs_up_to_apply_is_led_to_the_cohort_they_came_for(session, client, frozen, post):
    """By every way in; and never elsewhere than to a page of ours."""
    frozen("2027-01-11T09:00+01:00")
    school, password = make_class(people=0), "trois poules rousses"
    with transaction():
        school.cohort.state = "draft"
    wanted = f"/courses/apply/{school.cohort.id}"

    door = client.get(wanted).location
    assert door == f"/login?next={wanted}"
    page = client.get(door).text
    for way in ("signup", "reset", "login/passkey"):
        assert f'href="/{way}?next={wanted}"' in page
        assert f'name="next" value="{wanted}"' in client.get(f"/{way}?next={wanted}").text

    def joined(email, after):
        post()
        client.post("/signup", data={"name": "Zoé Roux", "email": email, "password": password, "next": after})
        (mail,) = post()
        text = mail.get_body(("plain",)).get_content()
        return text, re.findall(r"http://localhost(/(?:signup|login|reset)\S*)", text)

    text, (link,) = joined("zoe@example.org", wanted)
    assert wanted not in text, "an address that has not answered is sent nothing that was typed"
    assert client.post(link, data={"password": password}).location == wanted
    client.post("/logout")
    _, (sign_in, reset) = joined("zoe@example.org", wanted)
    assert (sign_in, reset) == (f"/login?next={wanted}", f"/reset?next={wanted}")
    client.post(reset, data={"email": "zoe@example.org", "next": wanted})
    ((link,),) = (re.findall(r"http://localhost(/reset/\S+)", mail.get_body(("plain",)).get_content()) for mail in post())
    assert client.post(link, data={"password": "quatre oies grises"}).location == wanted
    client.post("/logout")

    _, (link,) = joined("lou@example.org", wanted)
    assert client.post(link, data={"without": "1"}).location == f"/me/password?next={wanted}"
    assert f'href="{wanted}"' in client.get(f"/me/password?next={wanted}").text
    assert client.post(f"/me/password?next={wanted}", data={"password": "cinq canards roux"}).location == wanted
    client.post("/logout")
    for number, elsewhere in enumerate(("//evil.example", "https://evil.example/", "/" + "x" * 60)):
        _, (link,) = joined(f"zoe{number}@example.org", elsewhere)
        assert client.post(link, data={"password": password}).location == "/me"
        client.post("/logout")


def test_a_stranger_reads_what_is_learnt_and_who_applied_is_invited_then_convoked_with_the_paper(session, frozen, client, log_in, post):
    frozen("2027-01-11T09:00+01:00")
    school, zoe = make_class(people=0), make_member("Zoé", email="zoe@example.org")
    with transaction():
        school.cohort.state = "draft"
    cohort = school.cohort.id
    assert f'href="/courses/apply/{cohort}/programme"' in client.get("/courses/apply/").text
    page = client.get(f"/courses/apply/{cohort}/programme")
    assert (page.status_code, "Courriels" in page.text, f'href="/courses/apply/{cohort}"' in page.text) == (200, True, True)
    assert client.get(f"/courses/apply/{cohort}/programme.pdf").data.startswith(b"%PDF")
    assert client.get("/courses/apply/999999/programme").status_code == 404

    log_in(zoe).post(f"/courses/apply/{cohort}", data=SAID)
    row = session.scalars(sa.select(Application)).one()
    manager, at = log_in(school.ines), f"/manage/courses/applications/{row.id}"
    assert "Demandeur ou demandeuse d’emploi" in manager.get(at).text
    manager.post(f"{at}/interview", data={"day": "2027-01-14", "hour": "10:00", "notes": ""})
    manager.post(f"{at}/interview", data={"day": "2027-01-14", "hour": "10:00", "notes": "une note de plus ne réinvite pas"})
    (invitation,) = post()
    assert (invitation["To"].addresses[0].addr_spec, invitation["Subject"]) == ("zoe@example.org", "Entretien : Promotion A")
    event = next(part for part in invitation.walk() if part.get_content_type() == "text/calendar").get_content()
    assert "DTSTART;TZID=Europe/Paris:20270114T100000" in event
    assert "jeudi 14 janvier à 10 h" in text_of(log_in(zoe).get("/courses/apply/"))

    manager = log_in(school.ines)
    manager.post(f"{at}/decision", data={"decision": "accepted", "reason": "Bienvenue parmi nous"})
    (answer,) = post()
    manager.post(f"{at}/enrolment")
    (convocation,) = post()
    assert (answer["Subject"], convocation["Subject"]) == ("Votre candidature : Promotion A", "Votre convocation : Promotion A")
    (paper,) = convocation.iter_attachments()
    assert (paper.get_filename(), paper.get_content()[:4]) == ("convocation.pdf", b"%PDF")
    assert "convocation est jointe" in convocation.get_body(("plain",)).get_content()


def test_who_was_enrolled_before_the_timetable_has_the_convocation_once_it_is_poured(course, frozen, post):
    frozen("2027-01-11T09:00+01:00")
    cohort = course.cohort()
    course.trainee(cohort, "Kevin")
    (promised,) = post()
    assert "se prépare" in promised.get_body(("plain",)).get_content() and not list(promised.iter_attachments())

    course.pour(cohort)
    (convocation,) = post()
    assert convocation["To"] == promised["To"]
    assert [part.get_filename() for part in convocation.iter_attachments()] == ["convocation.pdf"]
