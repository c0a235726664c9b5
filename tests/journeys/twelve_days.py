"""What happened to the twelve, chapter after chapter: before the course, then on the days when something did."""

import io
import re
from datetime import date, time, timedelta

import sqlalchemy as sa

from app.core import clock
from app.courses import models, queries
from app.courses.queries import company as weeks
from app.courses.queries import elections, learning, presence
from app.courses.queries import listening as voices
from app.courses.services import company, drawer, signing
from tests.billing.bills import make_organisation
from tests.courses.cohorts import local
from tests.courses.test_attendance_drawer import png
from tests.journeys.twelve import IN_COMPANY, NAMES, Story, enrolments_of, halves_of, words

LAST_DAY = date(2027, 7, 30)


# ---------------------------------------------------------------- before


def applications(story: Story, session) -> None:
    """Sixteen ask, by the page that a stranger finds; twelve are accepted, two wait, one is refused, one gives up."""
    story.at("2026-12-14T10:00+01:00")
    cohort = story.cohort = story.course.cohort()
    stranger = story.log_in(story.who["Amina"])
    stranger.post("/logout")
    assert "Promotion A" in words(stranger.get("/courses/apply/"))
    for name in NAMES:
        situation = "employee" if name == "Nora" else "job_seeker"
        said = {"situation": situation, "motivation": "Changer de métier", "experience": "Un site", "needs": ""}
        story.send(name, f"/courses/apply/{cohort.id}", **said)
    rows = {row.name: f"/manage/courses/applications/{row.id}" for row in session.scalars(sa.select(models.Application))}
    story.send("Inès", f"{rows['Elsa']}/interview", day="2027-01-12", hour="10:00", notes="Sait pourquoi elle vient")
    assert "Sait pourquoi elle vient" in story.read("Inès", rows["Elsa"])
    story.send("Rose", f"/courses/apply/{rows['Rose'].rpartition('/')[2]}/withdrawal")
    for name in NAMES[:15]:
        decision = "accepted" if name in NAMES[:12] else "refused" if name == "Paul" else "waiting"
        story.send("Inès", f"{rows[name]}/decision", decision=decision, reason="")
    for name in NAMES[:12]:
        story.send("Inès", f"{rows[name]}/enrolment", first_day="", replaces_id="0")
    story.send("Inès", f"{rows['Mehdi']}/enrolment", sees=422, first_day="", replaces_id="0")  # he waits
    story.enrolled = enrolments_of(cohort)
    assert list(story.enrolled) == list(NAMES[:12])


def timetable_and_money(story: Story, session) -> None:
    """Poured from the page, the programme frozen as it starts; Région pays each one's 875 h at 8.00; desks are given to the group."""
    here = f"/manage/courses/cohorts/{story.cohort.id}"
    assert "81 jours avant l’entreprise, 25 en entreprise, 19 après" in story.read("Inès", f"{here}/pouring")
    story.send("Inès", f"{here}/pouring", trainer_id=story.course.samir.id)
    assert "875 h 00 sur 875 h 00" in story.read("Inès", here)
    story.sessions = halves_of(story.cohort)
    assert (len(story.sessions), sum(one.where == "company" for one in story.sessions)) == (250, 50)
    story.region = make_organisation("Région Normandie").id
    for name in story.enrolled:
        _funded(story, name, organisation_id=story.region, scheme="region", reference="2027-14", hours="875", hour_cents="8,00")
    assert "7 000,00 €" in story.read("Inès", f"/manage/courses/enrolments/{story.id_of('Elsa')}")
    story.send("Inès", f"{here}/rights", half_days="20", hours="0")
    story.send("Inès", f"{here}/start")
    convocation = story.paper("Elsa", f"/courses/enrolments/{story.id_of('Elsa')}/convocation.pdf")
    assert "Elsa" in convocation and "875 h 00" in convocation and "1er février 2027" in convocation


def _funded(story: Story, name: str, **line: str | int) -> None:
    story.send("Inès", f"/manage/courses/enrolments/{story.id_of(name)}/funding", **line)


# ---------------------------------------------------------------- day after day


def first_day_on_pages(story: Story) -> None:
    """The whole day by the pages: the code of the room, twelve signatures, one gesture of the trainer; twice."""
    for half in ("morning", "afternoon"):
        half_day = story.half_day("2027-02-01", half)
        for rank, name in enumerate(story.enrolled):
            story.sign_on_page(half_day, name, at=half_day.starts_at + timedelta(minutes=rank))
        assert "12 sur 12 ont signé" in story.read("Samir", f"/courses/half-days/{half_day.id}/code")
        assert "Tout est clos" in story.close_on_page(half_day)


def election(story: Story) -> None:
    """Of 12 electors: 5, 4, 3 and nobody has more than half; then 6, 4, 2 and Amina is elected."""
    story.hold(date(2027, 2, 4))
    story.at("2027-02-04T17:05+01:00")
    here = f"/courses/cohorts/{story.cohort.id}/elections"
    story.send("Samir", here, seat="delegate")
    [row] = elections.elections(story.cohort.id)
    gesture = f"/courses/elections/{row.id}"
    for name in ("Amina", "Basile", "Chloé"):
        story.send(name, f"{gesture}/candidacy")
    story.send("Samir", f"{gesture}/opening")
    for counts in ((5, 4, 3), (6, 4, 2)):
        choices = [story.id_of(name) for name, votes in zip(NAMES, counts, strict=False) for _vote in range(votes)]
        for name, choice in zip(story.enrolled, choices, strict=True):
            story.send(name, f"{gesture}/vote", choice=choice)
        story.send("Samir", f"{gesture}/closing")
    minutes = story.paper("Lina", f"{gesture}/minutes.pdf")
    assert "Procès-verbal d’élection" in minutes and "12 sur 12" in minutes
    assert re.search(r"Amina 5 Basile 4 Chloé 3 .* Amina 6 Basile 4 Chloé 2", minutes), minutes


def entry_survey_and_first_exit(story: Story) -> None:
    """9 of 12 answer, 75.0 %; Lina leaves that evening, Mehdi takes her place on Monday and is exempt of Tuesday."""
    story.tick(local(date(2027, 2, 5), time(8)))
    story.hold(date(2027, 2, 5))
    story.at("2027-02-05T17:30+01:00")
    here = f"/courses/cohorts/{story.cohort.id}/surveys"
    for rank, name in enumerate(NAMES[:9], 1):
        story.send(name, f"{here}/entry", q0="5" if rank < 5 else "4", q1="3", q2="3", words="")
        assert ("Moyenne sur 5" in story.read(name, here)) is (rank >= 5)
    assert "9 réponses sur 12, soit 75,0 %" in story.read("Amina", here) and "4,4" in story.read("Amina", here)

    exit_ = {"last_day": "2027-02-05", "half": "", "reason": "other_course"}
    story.send("Inès", f"/manage/courses/enrolments/{story.id_of('Lina')}/exit", **exit_)
    _enters(story, "Mehdi", "2027-02-08", "Lina")
    own = f"/manage/courses/enrolments/{story.id_of('Mehdi')}"
    story.send("Inès", f"{own}/exemptions", first_day="2027-02-09", last_day="2027-02-09", halves="day", reason="acquis")
    _funded(
        story,
        "Mehdi",
        organisation_id=make_organisation("France Travail").id,
        scheme="poei",
        reference="P7",
        hours="450",
        hour_cents="8,00",
    )
    told = story.read("Inès", own)
    assert "833 h 00" in told and "383 h sans financeur" in told and "3 600,00 €" in told


def _enters(story: Story, name: str, first_day: str, replaces: str) -> None:
    """First on the waiting list, accepted now: they enter on a day, in somebody's place."""
    row = next(row for row in queries.applications(story.cohort.id) if row.name == name)
    page = f"/manage/courses/applications/{row.id}"
    assert row.waiting_rank == 1
    story.send("Inès", f"{page}/decision", decision="accepted", reason="Une place se libère")
    story.send("Inès", f"{page}/enrolment", first_day=first_day, replaces_id=story.id_of(replaces))
    story.enrolled = enrolments_of(story.cohort)
    assert story.enrolled[name].replaces_id == story.id_of(replaces)


def signed_by_link(story: Story, post) -> None:
    """Gaëlle has no account at hand: her trainer sends her a link, which with the code of the room signs once."""
    morning, afternoon = story.half_day("2027-02-11"), story.half_day("2027-02-11", "afternoon")
    story.sign(morning, [name for name in story.expected(morning) if name != "Gaëlle"])
    now = story.at(morning.starts_at + timedelta(minutes=10))
    while post():
        pass  # the mails of two months
    story.send("Samir", f"/courses/half-days/{morning.id}/link", enrolment=story.id_of("Gaëlle"))
    [letter] = [one for one in post() if story.who["Gaëlle"].email in one["To"]]
    link = re.search(r"/courses/sign/link/[\w-]+", letter.get_body(("plain",)).get_content())[0]
    phone = story.as_("Samir")
    phone.post("/logout")
    code = signing.code_of(morning.id, now=now)
    assert "Signé à 9 h 10" in words(phone.post(link, data={"code": code}))
    assert phone.get(link).status_code == 404
    assert story.close(morning).countersigned == 12
    story.sign(afternoon, story.expected(afternoon))
    story.close(afternoon)


def work(story: Story) -> None:
    """Elsa's page: 2 criteria of 5 « à reprendre », then acquired; both versions stay. Her week is for her trainers."""
    story.hold(date(2027, 2, 15))
    story.at("2027-02-15T17:30+01:00")
    asked = {
        "title": "Affiche",
        "brief": "Une page",
        "criteria": "Sens\nStyle\nClavier\nPoids\nAdresse",
        "due_day": "2027-02-19",
        "due_hour": "17:00",
    }
    story.send("Samir", f"/manage/courses/cohorts/{story.cohort.id}/work/new", **asked)
    elsa = story.enrolled["Elsa"]
    page = f"/courses/work/{learning.works(elsa)[0].assignment.id}"
    for commit, redo in (("a" * 40, (2, 3)), ("b" * 40, ())):
        story.send("Elsa", page, url="https://codeberg.org/elsa/affiche", commit=commit, note="")
        version = learning.works(elsa)[0].versions[0].submission
        verdicts = {f"verdict_{number}": "no" if number in redo else "yes" for number in range(5)}
        story.send("Samir", f"/manage/courses/submissions/{version.id}", **verdicts, word_2="au clavier on se perd", word_3="trop lourd")
    assert [(one.submission.commit[0], one.state) for one in learning.works(elsa)[0].versions] == [("b", "acquired"), ("a", "to_redo")]
    story.send("Elsa", "/courses/journal", text="une bonne semaine", readers="trainers")
    assert "une bonne semaine" in story.read("Samir", "/courses/journals")
    assert "une bonne semaine" not in story.read("Karim", "/courses/journals")


def late_ill_and_corrected(story: Story) -> None:
    morning, afternoon = story.half_day("2027-03-02"), story.half_day("2027-03-02", "afternoon")
    story.sign(morning, [name for name in story.expected(morning) if name != "Amina"])
    story.sign_on_page(morning, "Amina", at=morning.starts_at + timedelta(minutes=20))
    assert "Tout est clos" in story.close_on_page(morning, late_Amina="9:20", late_Driss="10:00")
    story.sign(afternoon, [name for name in story.expected(afternoon) if name != "Basile"])
    story.close_on_page(afternoon)
    story.at("2027-03-02T18:00+01:00")
    person = f"/courses/half-days/{morning.id}/people/{story.id_of('Driss')}"
    story.send("Samir", person, sees=422, state="present", arrived="9:30", left="", reason="")
    story.send("Samir", person, state="present", arrived="9:30", left="", reason="lu de travers")
    said = {"first_day": "2027-03-02", "last_day": "", "category": "illness", "scan": (io.BytesIO(png()), "arret.png")}
    story.send("Basile", f"/courses/enrolments/{story.id_of('Basile')}/absence", **said)
    [sent] = drawer.papers_sent_by(story.id_of("Basile"))
    story.send("Inès", f"/courses/papers/{sent.id}/answer", answer="accept")
    assert "Réalisé 3 h 30 Absence justifiée 3 h 30" in _day_of(story, "Basile")


def _day_of(story: Story, name: str) -> str:
    followed = presence.followed_by(story.id_of(name), now=local(date(2027, 3, 2), time(18)))
    day = presence.total(followed.between(date(2027, 3, 2), date(2027, 3, 2)))
    return f"Réalisé {day.done // 60} h {day.done % 60:02d} Absence justifiée {day.justified // 60} h {day.justified % 60:02d}"


def paper_week(story: Story) -> None:
    """No network from the 8th to the 12th: the blank sheet is printed, signed by hand, photographed, and validated on Friday."""
    here = f"/courses/cohorts/{story.cohort.id}"
    blank = story.paper("Samir", f"{here}/sheets/2027-03-08.pdf?blank=1")
    assert all(name in blank for name in story.enrolled if name not in ("Lina", "Nora")) and "Nora" not in blank
    story.at("2027-03-12T18:00+01:00")
    story.send("Inès", f"{here}/drawer", day="2027-03-08", scan=(io.BytesIO(png()), "feuille.png"))
    sheet = drawer.papers_of(story.cohort.id)[0]
    week = [one for one in story.sessions if date(2027, 3, 8) <= one.day <= date(2027, 3, 12)]
    ticks = {f"s{one.id}p{story.id_of(name)}": "present" for one in week for name in story.expected(one)}
    ticks[f"s{story.half_day('2027-03-10', 'afternoon').id}p{story.id_of('Farid')}"] = "absent"
    page = f"/courses/papers/{sheet.id}/validation"
    settled = words(story.as_("Inès").post(page, data=ticks, follow_redirects=True))
    assert (len(ticks), "120 présences réglées" in settled) == (120, True)


def progress(story: Story) -> None:
    """Eight weeks: 280 h of 875 and of the centre's 700."""
    story.hold(date(2027, 3, 26))
    story.at("2027-03-26T18:00+01:00")
    page = story.read("Elsa", "/courses/progress")
    assert "280 h 00" in page and "32,0 %" in page and "40,0 %" in page


def left_early(story: Story) -> None:
    morning, afternoon = story.half_day("2027-04-09"), story.half_day("2027-04-09", "afternoon")
    for half_day in (morning, afternoon):
        story.sign(half_day, story.expected(half_day))
    story.close(morning)
    assert "Tout est clos" in story.close_on_page(afternoon, left_Gaëlle="16:15")


def drop_out(story: Story) -> None:
    """Chloé leaves after the morning: 374 h 30 of 875 are 42.8 %. Nora, employed, enters on Monday; her OPCO pays 400 of her 497 h."""
    morning, afternoon = story.half_day("2027-04-16"), story.half_day("2027-04-16", "afternoon")
    story.sign(morning, story.expected(morning))
    story.close(morning)
    story.at("2027-04-16T12:45+02:00")
    own = f"/manage/courses/enrolments/{story.id_of('Chloé')}"
    story.send("Inès", f"{own}/exit", last_day="2027-04-16", half="morning", reason="job")
    told = story.read("Inès", own)
    assert "374 h 30" in told and "2 996,00 €" in told
    late = {"code": "000000"}
    story.at(afternoon.starts_at)
    story.send("Chloé", f"/courses/sign/{afternoon.id}", sees=422, **late)
    story.sign(afternoon, story.expected(afternoon))
    assert story.close(afternoon).countersigned == 11
    story.at("2027-04-16T18:00+02:00")
    _enters(story, "Nora", "2027-04-19", "Chloé")
    _funded(story, "Nora", organisation_id=make_organisation("OPCO").id, scheme="opco", reference="O2", hours="400", hour_cents="10,00")
    assert "97 h sans financeur" in story.read("Inès", f"/manage/courses/enrolments/{story.id_of('Nora')}")


def unsigned(story: Story) -> None:
    """Jade was there and did not sign: the trainer says so, the hours wait."""
    morning, afternoon = story.half_day("2027-04-22"), story.half_day("2027-04-22", "afternoon")
    story.sign(morning, [name for name in story.expected(morning) if name != "Jade"])
    story.close_on_page(morning, is_Jade="present")
    story.sign(afternoon, story.expected(afternoon))
    story.close(afternoon)


def middle_survey(story: Story) -> None:
    """Asked since Saturday 1 May; four answer, and nothing of it is published."""
    story.tick(local(date(2027, 5, 3), time(8)))
    story.hold(date(2027, 5, 3))
    here = f"/courses/cohorts/{story.cohort.id}/surveys"
    for name in ("Amina", "Basile", "Driss", "Nora"):
        story.send(name, f"{here}/middle", q0="1", q1="1", q2="1", words="trop vite")
    told = next(one for one in voices.results(story.cohort.id) if one.survey == "middle")
    assert (told.asked, told.answered, told.means, told.words) == (12, 4, (), ())
    assert "trop vite" not in story.read("Samir", here)


def block_test(story: Story, *, passed: str) -> None:
    """The ECF of the first block on the 20th and again on the 27th; then its four competences at 3, by the trainer: acquired."""
    day = date(2027, 5, 20) if passed == "no" else date(2027, 5, 27)
    story.hold(day)
    own = f"/manage/courses/enrolments/{story.id_of('Elsa')}"
    story.send("Samir", f"{own}/test", block_code="RNCP37674BC01", taken_on=day.isoformat(), passed=passed, comment="")
    if passed == "yes":
        wanted = {one.code: one.id for one in learning.competences(story.cohort.programme_version_id)}
        for code in ("CP1", "CP2", "CP3", "CP4"):
            story.send("Samir", f"{own}/level", competence_id=wanted[code], level="3", evidence="ECF du 27 mai")
        elsa = story.enrolled["Elsa"]
        assert [(one.is_resit, one.passed) for one in learning.tests(elsa.id)] == [(False, False), (True, True)]
        assert [one.is_acquired for one in learning.blocks(learning.skills(elsa))] == [True, False]
        assert "rattrapage" in story.read("Elsa", "/courses/skills")


def absent_all_day(story: Story) -> None:
    for half in ("morning", "afternoon"):
        half_day = story.half_day("2027-05-24", half)
        story.sign(half_day, [name for name in story.expected(half_day) if name != "Ilan"])
        story.close_on_page(half_day)


def agreements(story: Story) -> None:
    """Twelve agreements signed by three before day one: 25 days, 175 h each."""
    story.hold(date(2027, 5, 25))
    story.at("2027-05-25T18:00+02:00")
    for name in story.enrolled:
        if name not in ("Chloé", "Lina"):
            said = {
                "company": f"Chez {name}",
                "address": "3 rue du Four, Boitron",
                "siret": "",
                "tutor_name": "Hélène",
                "tutor_role": "gérante",
            }
            more = {"tutor_email": f"tuteur-{story.id_of(name)}@example.org", "tasks": "Un site", "signed_on": "2027-05-25"}
            days = {"first_day": IN_COMPANY[0].isoformat(), "last_day": IN_COMPANY[1].isoformat()}
            story.send("Inès", f"/courses/company/enrolments/{story.id_of(name)}/agreements/new", **said, **more, **days)
    [one] = weeks.agreements_of([story.id_of("Hugo")])
    paper = story.paper("Hugo", f"/courses/company/agreements/{one.id}.pdf")
    assert "Chez Hugo" in paper and "175 h 00" in paper


def week_in_company(story: Story) -> None:
    """Each Friday; the first one of Amina by the pages, her tutor's without an account. Hugo missed the fourth half-day of week 2."""
    monday = clock.now().date() - timedelta(days=4)
    if monday == IN_COMPANY[0]:
        _week_on_pages(story, monday)
    missed = {"Hugo": 3} if monday == date(2027, 6, 7) else {}
    story.week_in_company(monday, missed=missed, but=("Amina",) if monday == IN_COMPANY[0] else ())


def _week_on_pages(story: Story, monday: date) -> None:
    story.at(local(monday + timedelta(days=4), time(17, 30)))
    [row] = weeks.agreements_of([story.id_of("Amina")])
    present = [one.id for one in weeks.weeks(row)[0].half_days]
    own = f"/courses/company/agreements/{row.id}/weeks/{monday}"
    story.send("Amina", own, present=present, work="Les maquettes")
    browser = story.as_("Amina")
    browser.post("/logout")
    said = browser.post(f"/courses/company/tutor/{company.token_of(row, monday)}", data={"present": present, "remark": "Curieuse"})
    assert said.status_code == 302
    assert "Les maquettes" in story.paper("Amina", f"{own}.pdf")


def last_surveys(story: Story) -> None:
    """All twelve answer the last one; five speak of the teaching."""
    story.tick(local(LAST_DAY, time(8)))
    story.hold(LAST_DAY)
    here = f"/courses/cohorts/{story.cohort.id}/surveys"
    staying = [name for name in story.enrolled if name not in ("Chloé", "Lina")]
    for rank, name in enumerate(staying):
        story.send(name, f"{here}/end", q0="5", q1="4", q2="5", q3="5" if rank < 9 else "4", words="")
        if rank < 5:
            story.send(name, f"{here}/teaching", q0="4", q1="4", q2="4", words="")
    told = {one.survey: one for one in voices.results(story.cohort.id)}
    assert (str(told["end"].rate), str(told["end"].means[3][1])) == ("100", "4.8")  # 57 of 12
    assert (told["teaching"].answered, str(told["teaching"].rate)) == (5, "41.7")
