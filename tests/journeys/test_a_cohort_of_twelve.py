"""A cohort of twelve from application to certificate and declaration, 1 February to 30 July 2027, through the doors people use.

Half-days 9:00-12:30 and 13:30-17:00; closed on 7 May; holidays 29 March, 6 and 17 May, 14 July; in companies 31 May - 2 July.
Days by month: 20, 22, 22, 18, 22, 21: 125, that is 140, 154, 154, 126, 154, 147 h: 875. Every figure was computed by hand.

who    | what happened                                                       | planned  | done     | justified | unjustified
-------|---------------------------------------------------------------------|----------|----------|-----------|------------
Amina  | 2 March, arrives at 9:20; delegate at the second round              |   875:00 |   874:40 |           | 0:20
Basile | 2 March, afternoon, ill, sends a paper that is accepted             |   875:00 |   871:30 | 3:30      |
Chloé  | leaves for a job after the morning of 16 April                      |   374:30 |   374:30 |           |
Driss  | 2 March, late « by an hour », corrected: by half an hour            |   875:00 |   874:30 |           | 0:30
Elsa   | always there; ECF failed on 20 May, passed again on the 27th        |   875:00 |   875:00 |           |
Farid  | 10 March, afternoon: « absent » on the paper sheet                  |   875:00 |   871:30 |           | 3:30
Gaëlle | 11 February signs by her link; 9 April leaves at 16:15              |   875:00 |   874:15 |           | 0:45
Hugo   | 8 June, afternoon: not in his company, for both                     |   875:00 |   871:30 |           | 3:30
Ilan   | 24 May, the whole day: alert of two in a row                        |   875:00 |   868:00 |           | 7:00
Jade   | 22 April, morning: there, and did not sign; a sheet in August       |   875:00 |   875:00 |           |
Karim  | always there                                                        |   875:00 |   875:00 |           |
Lina   | leaves after the first week                                         |    35:00 |    35:00 |           |
Mehdi  | from the waiting list, for Lina, on 8 February; 7 h exempt          |   833:00 |   833:00 |           |
Nora   | from the waiting list, for Chloé, on 19 April (54 days gone: 378 h) |   497:00 |   497:00 |           |
-------|---------------------------------------------------------------------|----------|----------|-----------|------------
all    | ten of 875:00, and 374:30, 35:00, 833:00, 497:00                    | 10489:30 | 10470:25 | 3:30      | 15:35

The chain: the centre's 100 days less the paper week are 190 half-days, closed once each: 190. Signatures: ten people 1 900 less 4
(Basile 1, Ilan 2, Jade 1), Chloé 107 - 10, Lina 10, Mehdi 200 - 10 - 2 - 10, Nora 142 - 50: 2 273. Paper: 10 half-days, and Jade's.
Companies: 12 x 50. A correction, a justification: 2 273 + 190 + 11 + 600 + 2 = 3 076 events.
"""

import io
import zipfile
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from app.billing.models import Draft
from app.core.mail import OutgoingMail
from app.courses import checks, gateways
from app.courses.models import AbsenceAlert, AttendanceAnchor, AttendanceEvent, Certificate, Cohort
from app.courses.queries import presence
from app.courses.queries.year import of_year
from app.courses.rules.minutes import Minutes
from app.courses.services import certificates, drawer
from tests.courses.cohorts import local
from tests.courses.test_attendance_drawer import png
from tests.factories import book_half, make_thing, price
from tests.journeys import twelve_days as days
from tests.journeys.twelve import IN_COMPANY, Story, words

FIRST, LAST = date(2027, 2, 1), date(2027, 7, 30)
FULL = Minutes(52_500, done=52_500)
BY_HAND = {
    "Amina": Minutes(52_500, done=52_480, unjustified=20), "Basile": Minutes(52_500, done=52_290, justified=210),
    "Chloé": Minutes(22_470, done=22_470), "Driss": Minutes(52_500, done=52_470, unjustified=30), "Elsa": FULL,
    "Farid": Minutes(52_500, done=52_290, unjustified=210), "Gaëlle": Minutes(52_500, done=52_455, unjustified=45),
    "Hugo": Minutes(52_500, done=52_290, unjustified=210), "Ilan": Minutes(52_500, done=52_080, unjustified=420), "Jade": FULL,
    "Karim": FULL, "Lina": Minutes(2_100, done=2_100), "Mehdi": Minutes(49_980, done=49_980), "Nora": Minutes(29_820, done=29_820),
}  # fmt: skip
MONTHS = {
    "2027-02": "140 h 00",
    "2027-03": "154 h 00",
    "2027-04": "154 h 00",
    "2027-05": "126 h 00",
    "2027-06": "154 h 00",
    "2027-07": "147 h 00",
}
REGION = {  # minutes done, at 8.00 an hour
    "Amina": 699_733, "Basile": 697_200, "Chloé": 299_600, "Driss": 699_600, "Elsa": 700_000, "Farid": 697_200, "Gaëlle": 699_400,
    "Hugo": 697_200, "Ilan": 694_400, "Jade": 700_000, "Karim": 700_000, "Lina": 28_000,
}  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_cohort_of_twelve_from_application_to_certificate_and_declaration(app, session, log_in, frozen, post, monkeypatch):
    monkeypatch.setattr(gateways, "answers", lambda _url: True)
    story = Story(log_in, frozen)
    days.applications(story, session)
    days.timetable_and_money(story, session)
    fridays = {(IN_COMPANY[0] + timedelta(days=4 + 7 * week)).isoformat(): days.week_in_company for week in range(5)}
    story.live(
        FIRST, LAST,
        {
            "2027-02-01": days.first_day_on_pages, "2027-02-04": days.election, "2027-02-05": days.entry_survey_and_first_exit,
            "2027-02-11": lambda one: days.signed_by_link(one, post), "2027-02-15": days.work, "2027-03-02": days.late_ill_and_corrected,
            **{f"2027-03-{day:02d}": lambda _one: None for day in range(8, 12)}, "2027-03-12": days.paper_week, "2027-03-26": days.progress,
            "2027-04-09": days.left_early, "2027-04-16": days.drop_out, "2027-04-22": days.unsigned, "2027-05-03": days.middle_survey,
            "2027-05-20": lambda one: days.block_test(one, passed="no"), "2027-05-24": days.absent_all_day, "2027-05-25": days.agreements,
            "2027-05-27": lambda one: days.block_test(one, passed="yes"), **fridays, "2027-07-30": days.last_surveys,
        },
    )  # fmt: skip
    story.at("2027-08-02T10:00+02:00")
    _unproved_hours_hold_the_certificate(story)
    _hours(story)
    _evidence(app, session, story)
    _papers(story)
    _certificates(story, session, log_in)
    _bills(story, session)
    _declaration(app, story)
    _a_member_like_any_other(story, session)


# ---------------------------------------------------------------- after


def _unproved_hours_hold_the_certificate(story: Story) -> None:
    """3 h 30 of Jade wait: refused with the half-day; the sheet of that morning is found, and settles it."""
    page = f"/courses/enrolments/{story.id_of('Jade')}/certificate"
    refused = words(story.send("Inès", page, sees=422, reason=""))
    assert "3 h 30" in refused and "jeudi 22 avril matin" in refused
    story.send("Inès", f"/courses/cohorts/{story.cohort.id}/drawer", day="2027-04-22", scan=(io.BytesIO(png(31)), "feuille.png"))
    sheet = drawer.papers_of(story.cohort.id)[0]
    tick = {f"s{story.half_day('2027-04-22').id}p{story.id_of('Jade')}": "present"}
    story.send("Inès", f"/courses/papers/{sheet.id}/validation", **tick)


def _hours(story: Story) -> None:
    now = local(date(2027, 8, 2), time(10))
    followed = presence.followed_in(story.cohort.id, now=now)
    assert {name: followed[story.id_of(name)].to_date for name in story.enrolled} == BY_HAND
    whole = sum((one.to_date for one in followed.values()), Minutes())
    assert whole == Minutes(629_370, done=628_225, justified=210, unjustified=935)
    assert "Réalisé 874 h 40 Absence justifiée 0 h 00 Absence non justifiée 0 h 20" in story.read("Amina", "/courses/attendance")
    everybody = story.read("Inès", f"/courses/cohorts/{story.cohort.id}/attendance")
    assert "10470 h 25" in everybody.replace("10 470", "10470") and "15 h 35" in everybody


def _evidence(app, session, story: Story) -> None:
    """One chain, whole; each evening its head was kept: 96 days at the centre or on paper's Friday, five Fridays in companies."""
    told = app.test_cli_runner().invoke(args=["courses", "verify"]).output
    assert told.replace("\u202f", "").replace("\u00a0", " ").strip() == "Tout est intact : 3076 événements dans 1 chaîne."
    assert session.scalar(sa.select(sa.func.count()).select_from(AttendanceAnchor)) == 101
    assert [
        *checks.guard(session),
        *checks.chains(session),
        *checks.states(session),
        *checks.certificates(session),
        *checks.elections(session),
    ] == []
    cited = session.scalars(sa.select(AttendanceEvent).where(AttendanceEvent.kind == "corrected")).one()
    assert (cited.enrolment_id, cited.cites_rank is not None) == (story.id_of("Driss"), True)
    alerts = session.execute(sa.select(AbsenceAlert.enrolment_id, AbsenceAlert.level)).all()
    assert alerts == [(story.id_of("Ilan"), "row")]
    mails = dict(session.execute(sa.select(OutgoingMail.kind, sa.func.count()).group_by(OutgoingMail.kind)).all())
    asked = ("attendance.countersign_due", "attendance.unsigned", "election.due", "placement.tutor_due")
    assert [mails.get(kind, 0) for kind in asked] == [8, 4 * 12 + 1, 1, 0], mails


def _papers(story: Story) -> None:
    """Each paper twice the same to the byte, and what it says is what the table says."""
    own, here = f"/courses/enrolments/{story.id_of('Karim')}", f"/courses/cohorts/{story.cohort.id}"
    for month, hours in MONTHS.items():
        assert f"Total {hours} {hours}" in story.paper("Karim", f"{own}/statements/{month}.pdf"), month
    assert "Total 80 h 30 80 h 30" in story.paper("Chloé", f"/courses/enrolments/{story.id_of('Chloé')}/statements/2027-04.pdf")
    assert "875 h 00" in story.paper("Karim", f"{own}/attestation.pdf")
    sheet = story.paper("Inès", f"{here}/sheets/2027-03-01.pdf")
    assert "signé à 9 h 20, 20 min de retard" in sheet and "lu de travers" in sheet
    assert "60 min de retard devient présence, 30 min de retard" in sheet
    region = story.paper("Inès", f"{here}/funders/{story.region}/statements/2027-04.pdf")
    # April: ten of 154 h less Gaëlle's 0:45, Chloé's 80:30; Jade's paper came.
    assert "Gaëlle 154 h 00 153 h 15" in region and "Chloé 80 h 30 80 h 30" in region and "Nora" not in region
    assert "maladie" not in story.paper("Inès", f"{here}/funders/{story.region}/statements/2027-03.pdf")
    assert "rattrapage" in story.paper("Elsa", f"/courses/enrolments/{story.id_of('Elsa')}/booklet.pdf")
    zipped = [story.as_("Inès").get(f"/courses/enrolments/{story.id_of('Nora')}/audit.zip").data for _again in range(2)]
    assert zipped[0] == zipped[1]
    names = zipfile.ZipFile(io.BytesIO(zipped[0])).namelist()
    assert [name for name in names if name.startswith("releve")] == [f"releve-2027-{month:02d}.pdf" for month in (4, 5, 6, 7)]
    assert {"election-delegate.pdf", "programme.pdf", "attestation-assiduite.pdf", "evenements.jsonl"} <= set(names)
    quality = [story.as_("Inès").get("/manage/courses/quality.zip").data for _again in range(2)]
    assert quality[0] == quality[1] and ";12;9;75,00;" in zipfile.ZipFile(io.BytesIO(quality[0])).read("enquetes.csv").decode()


def _certificates(story: Story, session, log_in) -> None:
    """0001 to 0014 in the order of the entries; Driss's name was wrong: 0004 is cancelled, 0015 takes its place."""
    for name in story.enrolled:
        story.send("Inès", f"/courses/enrolments/{story.id_of(name)}/certificate", reason="")
    rows = list(session.scalars(sa.select(Certificate).order_by(Certificate.rank)))
    expected = [(f"CR-2027-{rank:04d}", story.id_of(name), BY_HAND[name].done) for rank, name in enumerate(story.enrolled, 1)]
    assert [(one.number, one.enrolment_id, one.minutes_done) for one in rows] == expected
    assert "874 h 40" in story.paper("Amina", f"/courses/certificates/{rows[0].id}.pdf")
    driss = rows[3]
    story.send("Inès", f"/courses/certificates/{driss.id}/replacement", why="Nom mal écrit", reason="")
    new = session.scalars(sa.select(Certificate).where(Certificate.replaces_id == driss.id)).one()
    assert (new.number, new.minutes_done) == ("CR-2027-0015", 52_470)
    assert "ANNULÉ, remplacé par CR-2027-0015" in story.paper("Inès", f"/courses/certificates/{driss.id}.pdf")
    anybody = log_in(story.who["Rose"])
    anybody.post("/logout")
    check = words(anybody.get(f"/verify/{driss.number}?code={certificates.code_of(driss)}"))
    assert "annulé, remplacé par CR-2027-0015" in check and "Driss" not in check and "example.org" not in check


def _bills(story: Story, session) -> None:
    """Hours really followed, at each line's price; once."""
    here = f"/manage/courses/cohorts/{story.cohort.id}/funding"
    bills = f"{here}/bills"
    assert "14 factures sont prêtes" in words(story.as_("Inès").post(bills, data={"until": "2027-07-30"}, follow_redirects=True))
    assert "Rien de plus à facturer" in words(story.as_("Inès").post(bills, data={"until": "2027-07-30"}, follow_redirects=True))
    drafts = session.scalars(sa.select(Draft).order_by(Draft.id)).all()
    billed = {line["member_name"]: (line["quantity_milli"], line["net_cents"]) for row in drafts for line in row.lines}
    assert {name: cents for name, (_hours, cents) in billed.items()} == REGION | {"Mehdi": 360_000, "Nora": 400_000}
    assert (billed["Chloé"], billed["Amina"][0]) == ((374_500, 299_600), 874_667)


def _declaration(app, story: Story) -> None:
    """F-1, F-3 and F-4 come to the same people and hours, with the companies' and without."""
    now = local(date(2027, 8, 2), time(10))
    year = of_year(story.course.place, 2027, now=now)
    company_hours = 12 * 10_500 - 210
    for frames, minutes, nora in ((year.whole, 628_225, 29_820), (year.centre, 628_225 - company_hours, 19_320)):
        assert (frames.people, frames.minutes, frames.is_sound) == (14, minutes, True)
        status, aim, speciality = ([(one.key, one.people, one.minutes) for one in part] for part in frames.all)
        assert sorted(status) == [("employee", 1, nora), ("job_seeker", 13, minutes - nora)]
        assert (aim, speciality) == ([("rncp5", 14, minutes)], [("326", 14, minutes)])
    assert (year.days, year.trainers, year.unfunded) == (125, [("Samir", 42_000)], (383 + 97) * 60)
    products = {(one.payer, one.scheme): (one.minutes, one.cents) for one in year.products}
    assert products == {
        ("Région Normandie", "region"): (548_425, sum(REGION.values())), ("France Travail", "poei"): (27_000, 360_000), ("OPCO", "opco"): (24_000, 400_000),
    }  # fmt: skip
    told = app.test_cli_runner().invoke(args=["courses", "bpf", "--year", "2027"]).output
    assert "Stagiaires : 14\nJours : 125\nHeures, entreprise comprise : 10470 h 25" in told
    table = story.as_("Inès").get("/manage/bpf/2027.csv").data.decode("utf-8-sig")
    assert "F-1 avec les heures en entreprise;total;14;628225;10470.42;" in table


def _a_member_like_any_other(story: Story, session) -> None:
    """A half-day of July comes out of what the cohort shares; one of August is paid, as by anybody."""
    desk = make_thing(story.course.place, "A1")
    price(story.course.place, "desk", "half_day", 900)
    elsa = story.who["Elsa"]
    story.at("2027-07-29T10:00+02:00")
    of_the_cohort = book_half(desk, "2027-07-30", "morning", elsa)
    story.at("2027-08-02T11:00+02:00")
    her_own = book_half(desk, "2027-08-03", "morning", elsa)
    assert (of_the_cohort.price_cents, her_own.price_cents) == (0, 900)
    story.send("Inès", f"/manage/courses/cohorts/{story.cohort.id}/end")
    assert session.get_one(Cohort, story.cohort.id).state == "closed"
    assert "Formation terminée Depuis le " in story.read("Elsa", "/courses/")
