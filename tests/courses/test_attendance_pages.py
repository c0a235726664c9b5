"""The pages of presence: a trainee signs, a trainer closes, each sees what is theirs."""

import re
from datetime import date, time, timedelta

import pytest

from app.core import clock
from app.core.db import transaction
from app.courses.models import Exemption
from app.courses.services import closing, signing
from app.courses.services.closing import Mark
from tests.courses.cohorts import local, make_class
from tests.factories import make_member

TUESDAY = date(2027, 3, 2)


@pytest.fixture
def school(session):
    return make_class(people=3)


def text(page) -> str:
    """What is read, without marks and with plain spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True)))


def test_signing_takes_one_field_and_one_button_and_leaves_its_evidence(school, log_in, frozen):
    morning, afternoon = school.sessions
    person = school.enrolments[0].member
    frozen("2027-03-02T08:45+01:00")
    client, page = log_in(person), f"/courses/sign/{morning.id}"
    early = client.get(page)
    assert early.status_code == 200
    assert "la signature ouvre à 8 h 50" in text(early)
    assert 'name="code"' not in early.get_data(as_text=True)
    assert client.post(page, data={"code": signing.code_of(morning.id, now=clock.now())}).status_code == 422

    now = frozen("2027-03-02T09:02+01:00")
    code = signing.code_of(morning.id, now=now)
    assert f'value="{code}"' in client.get(f"{page}?code={code}").get_data(as_text=True), "photographed, the code is typed already"
    wrong = client.post(page, data={"code": "000 000" if code != "000000" else "111 111"})
    assert wrong.status_code == 422
    assert "Il reste 4 essais" in text(wrong)
    assert client.post(page, data={"code": ""}).status_code == 422
    done = client.post(page, data={"code": f"{code[:3]} {code[3:]}"}, follow_redirects=True)
    assert done.status_code == 200
    assert "Signé à 9 h 02" in text(done)
    assert "Événement 1 de la promotion" in text(done)
    assert "aujourd’hui, mardi 2 mars à 13 h 20" in text(done)
    assert client.post(page, data={"code": code}).status_code == 302, "pressed twice: the same answer"

    frozen("2027-03-02T17:31+01:00")
    over = client.get(f"/courses/sign/{afternoon.id}")
    assert "a fermé à 17 h 30" in text(over)
    assert log_in(make_member("Étranger")).get(page).status_code == 404
    assert log_in(school.samir).get(page).location == f"/courses/half-days/{morning.id}"


def test_ones_own_page_says_when_to_sign_that_it_is_done_and_what_may_still_be(school, log_in, frozen):
    morning, afternoon = school.sessions
    first, second = (enrolment.member for enrolment in school.enrolments[:2])

    def board(who, moment):
        frozen(f"2027-03-02T{moment}+01:00")
        client = log_in(who)
        for page in ("/me", "/courses/"):
            answer = client.get(page).get_data(as_text=True)
            signs = {int(found) for found in re.findall(r'href="/courses/sign/(\d+)"', answer)}
            yield signs, re.sub(r"<[^>]+>", " ", answer)

    for who, moment, to_sign, said in (
        (first, "08:20", set(), "La signature ouvre à 8 h 50."),
        (first, "08:55", {morning.id}, "La signature est ouverte jusqu’à 13 h."),
        (first, "09:30", set(), "Présence signée à 9 h."),
        (first, "12:45", set(), "La signature ouvre à 13 h 20."),
        (second, "12:45", {morning.id}, "La signature est ouverte jusqu’à 13 h."),
        (second, "13:25", {afternoon.id}, "La signature est ouverte jusqu’à 17 h 30."),
    ):
        if moment == "09:30":
            school.sign(morning, school.enrolments[0])
        for signs, answer in board(who, moment):
            assert (signs, re.sub(r"\s+", " ", answer).count(said)) == (to_sign, 1), (who.name, moment)


def test_once_it_is_over_ones_own_page_leads_to_what_stays(school, log_in, frozen):
    frozen("2027-03-15T09:00+01:00")
    page = log_in(school.enrolments[0].member).get("/courses/")
    assert "Formation terminée Depuis le 2 mars 2027. " in text(page) and 'class="btn" href="/courses/attendance"' in page.get_data(
        as_text=True
    )
    assert "Aucune séance cette semaine." in text(page) and " Rien. " not in text(page)


def test_a_trainer_is_recalled_the_half_days_they_did_not_close(school, log_in, frozen):
    morning = school.sessions[0]
    school.sign(morning)
    frozen("2027-03-02T13:00+01:00")
    page = log_in(school.samir).get("/courses/")
    assert f'href="/courses/half-days/{morning.id}"' in page.get_data(as_text=True)
    assert "À clore Mardi 2 mars, de 9 h à 12 h 30" in text(page) and "3 présences à régulariser" in text(page)
    assert "À clore" not in text(log_in(school.claire).get("/courses/")), "who heads the cohort has it on the cohort's page"

    school.close(morning)
    assert "À clore" not in text(log_in(school.samir).get("/courses/"))


def test_a_personal_link_needs_no_account_but_the_code_of_the_room(school, client, frozen):
    morning, person = school.sessions[0], school.enrolments[0]
    now = frozen("2027-03-02T09:02+01:00")
    token = signing.make_link(session_id=morning.id, enrolment_id=person.id, actor_id=school.samir.id, now=now)
    page = client.get(f"/courses/sign/link/{token}")
    assert person.member.name in text(page)
    assert client.post(f"/courses/sign/link/{token}", data={"code": "12"}).status_code == 422
    done = client.post(f"/courses/sign/link/{token}", data={"code": signing.code_of(morning.id, now=now)})
    assert "Signé à 9 h 02" in text(done)
    again = client.get(f"/courses/sign/link/{token}")
    assert (again.status_code, "a déjà servi" in text(again)) == (404, True)


def test_the_trainer_shows_the_code_then_closes_in_one_gesture(school, log_in, frozen):
    morning = school.sessions[0]
    here, late, away = school.enrolments
    now = frozen("2027-03-02T09:05+01:00")
    client, sheet = log_in(school.samir), f"/courses/half-days/{morning.id}"
    room = client.get(f"{sheet}/code")
    code = signing.code_of(morning.id, now=now)
    assert f"{code[:3]} {code[3:]}" in text(room)
    assert 'data-again="30"' in room.get_data(as_text=True)
    assert "<svg" in room.get_data(as_text=True)
    assert "0 sur 3 a signé" in text(room)
    assert client.get(f"/courses/sign/{morning.id}?code=x").status_code == 302
    school.sign(morning, here, late, at=now)

    frozen("2027-03-02T12:30+01:00")
    assert "2 sur 3 ont signé" in text(client.get(sheet))
    trail = f"/courses/cohorts/{school.cohort.id}/attendance"
    assert all(trail in client.get(page).text for page in (sheet, f"{sheet}/code", f"{sheet}/people/{late.id}"))
    assert client.get(trail).status_code == 200
    typed = {f"p{here.id}": "present", f"p{late.id}": "present", f"arrived{late.id}": "9h20", f"p{away.id}": "absent"}
    assert "Écrivez l’heure" in text(client.post(sheet, data=typed | {f"arrived{late.id}": "neuf heures"}))
    assert client.post(sheet, data=typed | {f"arrived{late.id}": "8:20"}).status_code == 422
    contradiction = client.post(sheet, data=typed | {f"p{here.id}": "absent"})
    assert (contradiction.status_code, "a signé" in text(contradiction)) == (422, True)
    closed = client.post(sheet, data=typed, follow_redirects=True)
    assert "2 présences contresignées et 1 absence" in text(closed)
    assert "Tout est clos" in text(closed)

    person = f"{sheet}/people/{away.id}"
    again = client.post(person, data={"state": "present", "arrived": "10:00"})
    assert (again.status_code, "Écrivez la raison" in text(again)) == (422, True)
    client.post(person, data={"state": "present", "arrived": "10:00", "reason": "Erreur de ligne"})
    history = text(client.get(person))
    assert "avant : absent·e ; après : présent·e, 1 h de retard" in history
    assert "corrige le nº 3" in history


def test_one_reads_ones_own_hours_and_why_each_is_what_it_is(school, log_in, frozen):
    morning, afternoon = school.sessions
    here, late, _ = school.enrolments
    school.sign(morning, here, late)
    school.close(morning, {late.id: Mark(is_present=True, late=20)})
    school.sign(afternoon)
    frozen("2027-03-02T18:00+01:00")
    client = log_in(late.member)
    mine = text(client.get("/courses/attendance"))
    assert "Prévu 7 h 00 Réalisé 3 h 10 Absence justifiée 0 h 00 Absence non justifiée 0 h 20 À régulariser 3 h 30" in mine
    why = text(client.get(f"/courses/attendance/{morning.id}"))
    assert "Arrivée 20 min après le début" in why
    assert "n’a pas encore contresigné" in text(client.get(f"/courses/attendance/{afternoon.id}"))
    with transaction() as session:
        session.add(Exemption(enrolment_id=late.id, session_id=afternoon.id))
    assert "dispensé·e" in text(client.get(f"/courses/attendance/{afternoon.id}"))
    assert "inscrit·e à aucune formation" in text(log_in(make_member("Nora")).get("/courses/attendance"))
    assert log_in(make_member("Paul")).get(f"/courses/attendance/{morning.id}").status_code == 404


def test_who_sees_the_hours_of_a_cohort(school, log_in, frozen):
    morning, afternoon = school.sessions
    other = make_member("Lucie", roles=("trainer",))
    with transaction():
        afternoon.trainer_id = other.id
    school.hold(morning)
    frozen("2027-03-02T18:00+01:00")
    page = f"/courses/cohorts/{school.cohort.id}/attendance"
    for who, planned in ((school.ines, "21 h 00"), (school.claire, "21 h 00"), (school.samir, "10 h 30")):
        seen = text(log_in(who).get(page))
        assert f"Prévu {planned}" in seen
        assert ("Seules vos demi-journées" in seen) is (who is school.samir)
    assert "100,00 %" in text(log_in(school.samir).get(page))
    stranger = make_class(people=1)
    for who in (school.enrolments[0].member, stranger.samir, make_member("Tom"), make_member("Fin", roles=("funder",))):
        client = log_in(who)
        for address in (page, f"/courses/half-days/{morning.id}", f"/courses/half-days/{morning.id}/code"):
            assert client.get(address).status_code == 404
        assert client.post(f"/courses/half-days/{morning.id}", data={}).status_code == 404
    log_in(school.ines)
    assert closing.may_close(morning.id, school.ines.id) is False


def test_a_locked_signature_is_opened_by_the_trainer_who_may_also_send_a_link(school, log_in, frozen):
    morning, person = school.sessions[0], school.enrolments[0]
    frozen("2027-03-02T09:00+01:00")
    client = log_in(person.member)
    for _ in range(5):
        page = client.post(f"/courses/sign/{morning.id}", data={"code": "x"})
    assert "votre signature est bloquée" in text(page)
    client = log_in(school.samir)
    assert "cinq codes faux, bloqué" in text(client.get(f"/courses/half-days/{morning.id}"))
    unlocked = client.post(f"/courses/half-days/{morning.id}/unlock", data={"enrolment": person.id}, follow_redirects=True)
    assert "La signature est débloquée" in text(unlocked)
    sent = client.post(f"/courses/half-days/{morning.id}/link", data={"enrolment": person.id}, follow_redirects=True)
    assert "parti par courriel" in text(sent)
    frozen((local(TUESDAY, time(9)) + timedelta(minutes=1)).isoformat())
    assert "bloqué" not in text(client.get(f"/courses/half-days/{morning.id}"))
