"""The declaration of a year: the same people and hours three ways, the gaps first, and what each payer owes."""

from datetime import date, time, timedelta

from app.core.db import transaction
from app.courses.models import FundingLine
from app.courses.queries.year import Year, of_year
from app.courses.rules import bpf
from app.courses.rules.bpf import Followed
from app.courses.views.year import rows
from app.members.models import Organisation
from tests.courses.cohorts import local, make_class, regularly_held
from tests.courses.test_attendance_pages import text

CLOSED = {date(2027, 11, 1), date(2027, 11, 11), *(date(2027, 12, 27) + timedelta(days=number) for number in range(5))}


def cohort_b():
    """6 September 2027 to 7 March 2028, closed from 27 to 31 December: 125 days, 78 of them in 2027."""
    days = [date(2027, 9, 6) + timedelta(days=number) for number in range(184)]
    return make_class(days=[day for day in days if day.weekday() < 5 and day not in CLOSED and day <= date(2028, 3, 7)])


def test_a_cohort_over_two_years_is_declared_by_the_date_of_its_half_days(app, session, log_in, frozen):
    school = cohort_b()
    assert len(school.sessions) == 250
    regularly_held(school)
    now = frozen("2028-04-01T09:00+02:00")
    first, second = of_year(school.place, 2027, now=now), of_year(school.place, 2028, now=now)
    assert (first.whole.people, first.days, first.whole.minutes) == (12, 78, 6552 * 60)
    assert (second.whole.people, second.days, second.whole.minutes) == (12, 47, 3948 * 60)
    assert first.whole.is_sound and first.centre.is_sound
    assert [gap.kind for gap in first.gaps] == ["no_number", "no_speciality"]
    assert first.trainers == [("Samir", 78 * 420)]
    told = app.test_cli_runner().invoke(args=["courses", "bpf", "--year", "2027"]).output
    assert "Stagiaires : 12\nJours : 78\nHeures, entreprise comprise : 6552 h 00" in told
    page = text(log_in(school.ines).get("/manage/bpf/?year=2028"))
    assert "Jours de formation 47" in page
    assert page.index("À régler d’abord") < page.index("Cadre F")
    table = log_in(school.ines).get("/manage/bpf/2027.csv").data.decode("utf-8-sig").splitlines()
    assert "F-1 avec les heures en entreprise;total;12;393120;6552.00;" in table
    for who in (school.samir, school.enrolments[0].member):
        assert log_in(who).get("/manage/bpf/").status_code == 404


def test_a_drop_out_bills_what_was_really_followed(session):
    days = [date(2027, 2, 1) + timedelta(days=number) for number in range(180)]
    off = {date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 7), date(2027, 5, 17), date(2027, 7, 14)}
    school = make_class(people=2, days=[day for day in days if day.weekday() < 5 and day not in off])
    leaver, stayer = school.enrolments
    regularly_held(school)
    now = local(date(2027, 8, 2), time(9))
    with transaction() as writing:
        region = Organisation(name="Région", created_at=now)
        writing.add(region)
        writing.flush()
        leaver.last_day, leaver.exit_half, leaver.status = date(2027, 4, 16), "morning", "left"
        for enrolment in (leaver, stayer):
            minutes = 52_500 if enrolment is leaver else 27_000
            writing.add(
                FundingLine(
                    enrolment_id=enrolment.id, organisation_id=region.id, minutes=minutes, hour_cents=800, scheme="region", created_at=now
                )
            )
    [product] = (found := of_year(school.place, 2027, now=now)).products
    assert (product.payer, product.minutes, product.cents) == ("Région", 22_470 + 27_000, 299_600 + 360_000)
    assert found.unfunded == 425 * 60, "425 h sans financeur"


def test_frames_count_each_person_once_and_come_to_the_same_totals():
    people = [
        Followed(1, "job_seeker", "rncp5", "326", 600, 60),
        Followed(2, "employee", "rncp5", "326", 300, 0),
        Followed(3, "job_seeker", "other", "320", 0, 120),
        Followed(4, "job_seeker", "rncp5", "326", 0, 0, 210),
    ]
    whole, centre = bpf.frames(people, with_company=True), bpf.frames(people, with_company=False)
    assert (whole.people, whole.minutes, whole.is_sound) == (3, 1080, True)
    assert (centre.people, centre.minutes, centre.is_sound) == (2, 900, True)
    assert [(share.key, share.people, share.minutes) for share in whole.by_aim] == [("other", 1, 120), ("rncp5", 2, 960)]


def test_hours_in_the_table_are_rounded_to_the_hundredth_and_never_cut():
    """40 min are 0.67 h; 25 min are 0.42 h."""
    people = [Followed(1, "job_seeker", "rncp5", "326", 40, 0), Followed(2, "employee", "rncp5", "326", 25, 0)]
    frames = bpf.frames(people, with_company=True)
    told = rows(Year(2027, [], frames, frames, 1, [], []))
    assert [line["heures"] for line in told if line["cadre"] == "F-1 avec les heures en entreprise"] == ["0.42", "0.67", "1.08"]
