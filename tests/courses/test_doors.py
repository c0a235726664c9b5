"""Every address of the course that shows something of a cohort or of somebody in it, and who opens it: a new one is written here first."""

from app.core import clock
from app.core.db import transaction
from app.courses import models, queries, services
from app.courses.services import bundles, certificates, company, drawer, listening
from tests.courses.conftest import Seen
from tests.courses.test_attendance_drawer import png
from tests.databases import on_sqlite
from tests.factories import make_place

ROOMS = (
    *("admission", "cohort_rights", "cohorts", "company", "course_bundles", "course_drawer", "course_papers", "courses", "distance"),
    *("elections", "half_day", "listening", "presence", "signing"),
)
ALL = ("self", "other", "trainer", "other trainer", "head", "manager", "funder", "treasurer", "stranger")
NOBODY, SELF, MANAGER, RUN = frozenset[str](), {"self"}, {"manager"}, {"head", "manager"}
TEAM = {"trainer", "other trainer", "head"}
TEACH, INSIDE = TEAM | MANAGER, {"self", "other"} | TEAM | MANAGER
OWN = {"self", *RUN}

# Who opens each address of Stagiaire1, of their cohort, and of the morning that Samir gave. What opens to nobody is not in its season.
DOORS = {
    "admission.apply": NOBODY,
    "admission.convocation": OWN,
    "admission.programme": NOBODY,
    "admission.programme_pdf": NOBODY,
    "cohort_rights.index": RUN,
    "cohorts.add": RUN,
    "cohorts.application": RUN,
    "cohorts.applications": RUN,
    "cohorts.ask_work": TEAM,
    "cohorts.board": TEACH,
    "cohorts.cancel": RUN,
    "cohorts.change": RUN,
    "cohorts.cohort": TEACH,
    "cohorts.enrol": RUN,
    "cohorts.enrolment": RUN,
    "cohorts.funding": MANAGER,
    "cohorts.indicator": MANAGER,
    "cohorts.move": RUN,
    "cohorts.new_sequence": NOBODY,
    "cohorts.note": RUN,
    "cohorts.note_interview": TEAM,
    "cohorts.pour": RUN,
    "cohorts.programme": MANAGER,
    "cohorts.programme_file": MANAGER,
    "cohorts.programme_pdf": MANAGER,
    "cohorts.review": TEAM,
    "cohorts.sequence": MANAGER,
    "cohorts.skills": TEAM,
    "cohorts.swap": RUN,
    "company.agreement_pdf": {"self", *TEACH},
    "company.change": RUN,
    "company.cohort": TEACH,
    "company.new": RUN,
    "company.person": {"self", *TEACH},
    "company.visit": TEAM,
    "company.week": SELF,
    "company.week_pdf": {"self", "other trainer", *RUN},  # the afternoon in the company is Aline's
    "course_bundles.index": RUN,
    "course_bundles.one": {"head"},  # who asked for it
    "course_bundles.take": NOBODY,  # not made yet
    "course_drawer.explain": SELF,
    "course_drawer.index": MANAGER,
    "course_drawer.original": {"self", "manager"},
    "course_drawer.picture": {"self", "manager"},
    "course_drawer.take_in": MANAGER,
    "course_drawer.validate": NOBODY,  # of a sheet, and this paper explains an absence
    "course_papers.attestation": OWN,
    "course_papers.audit": OWN,
    "course_papers.booklet": SELF | TEAM,
    "course_papers.certificate": {"self", "head", "manager", "funder"},
    "course_papers.convocation": OWN,
    "course_papers.funder_statement": {"head", "manager", "funder"},
    "course_papers.index": RUN,
    "course_papers.issue": RUN,
    "course_papers.programme": INSIDE,
    "course_papers.replacement": RUN,
    "course_papers.sheet": RUN,
    "course_papers.statement": {"self", "head", "manager", "funder"},
    "courses.answer_interview": SELF,
    "courses.assignment": {"self", "other"},
    "courses.peer": NOBODY,
    "courses.programme": INSIDE,
    "courses.quiz": NOBODY,
    "courses.session": INSIDE,
    "distance.own": NOBODY,
    "distance.sheet": NOBODY,
    "elections.index": INSIDE,
    "half_day.person": {"trainer", *RUN},
    "half_day.room": {"trainer", *RUN},
    "half_day.sheet": {"trainer", *RUN},
    "listening.cohort": INSIDE,
    "listening.complaint": MANAGER,
    "listening.follow_up": NOBODY,
    "listening.survey": NOBODY,
    "presence.cohort": TEACH,
    "presence.why": {"self", "other"},  # each their own
    "signing.sign": {"self", "other"},
}
PROVEN_BY_A_LINK = {"company.tutor", "signing.by_link"}
NOT_HERE = {"elections.minutes", "cohorts.quality_note"}  # no vote, no note: tested with theirs

# From another lieu of the same house: what is one's own, and the page of a quality indicator, which each lieu has.
STAY_OPEN = {"trainer": {"half_day.person", "half_day.room", "half_day.sheet"}, "manager": {"cohorts.indicator"}}


@on_sqlite
def test_every_door_opens_to_whom_the_table_says_and_to_nobody_else(seen, app, log_in):
    named = _make_the_rest(seen)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in ROOMS and rule.arguments and "GET" in rule.methods]
    assert {rule.endpoint for rule in rules} - PROVEN_BY_A_LINK - NOT_HERE == set(DOORS), "each door of the course is in the table"
    build = app.url_map.bind("localhost").build
    addresses = {
        rule.endpoint: build(rule.endpoint, {name: named[name] for name in rule.arguments}) for rule in rules if rule.endpoint in DOORS
    }

    def opened_by(client):
        return {door for door, address in addresses.items() if client.get(address).status_code == 200}

    for who in ALL:
        assert opened_by(log_in(seen.people[who])) == {door for door, people in DOORS.items() if who in people}, who

    elsewhere = make_place(name="Un autre lieu").id
    for who in ("trainer", "head", "manager", "funder"):
        client = log_in(seen.people[who])
        client.post("/lieux", data={"place": elsewhere})
        assert opened_by(client) == STAY_OPEN.get(who, NOBODY), f"{who}, from another lieu of the house"


def _make_the_rest(seen: Seen) -> dict[str, object]:
    """A period in a company, a certificate, papers, an application, a complaint; what each part of an address names."""
    school, now = seen.school, clock.now()
    one, (morning, afternoon) = school.enrolments[0], school.sessions
    by = {"actor_id": school.ines.id, "now": now}
    day = morning.day
    with transaction() as writing:
        step = queries.programme_of(school.cohort).steps[0].code
        writing.get_one(models.Sequence, morning.sequence_id).code = step
        afternoon.where_ = "company"
        asked = models.Application(
            place_id=school.place.id, cohort_id=school.cohort.id, member_id=seen.people["other"].id, name="Stagiaire2", email="s2@example.org",
            created_at=now,
        )  # fmt: skip
        writing.add(asked)
    tutor = {"company": "Scierie", "address": "Boitron", "tutor_name": "Léa", "tutor_email": "lea@example.org", "tasks": "Le site"}
    agreement = company.agree(one.id, first_day=day, last_day=day, signed_on=None, **by, **tutor)
    certificate = certificates.issue(enrolment_id=one.id, reason="pour la preuve", **by)
    paper = drawer.send_reason(
        enrolment_id=one.id, first_day=day, last_day=day, category="illness", content=png(), actor_id=one.member_id, now=now
    )
    complaint = listening.complain(place_id=school.place.id, kind="complaint", text="bruit", **by)
    bundle = bundles.ask(school.cohort, kind="evidence", actor_id=school.claire.id, now=now)
    interview = services.note_interview(one.id, kind="mid", held_on=day, said="s", decided="", held_by_id=school.samir.id, now=now)
    return {
        "cohort_id": school.cohort.id, "enrolment_id": one.id, "session_id": morning.id, "version_id": school.cohort.programme_version_id,
        "assignment_id": seen.work_id, "submission_id": seen.submission_id, "organisation_id": seen.people["funder"].organisation_id,
        "agreement_id": agreement.id, "certificate_id": certificate.id, "paper_id": paper.id, "complaint_id": complaint.id,
        "bundle_id": bundle.id, "interview_id": interview.id, "application_id": asked.id, "month": "2027-03", "monday": "2027-03-01",
        "day": "2027-03-01", "survey": "entry", "code": step, "module": "M1", "months": 6, "number": 1,
    }  # fmt: skip
