"""Twelve people, their trainer and the house of a cohort, and what each of them does day after day, through the doors they use."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any, NamedTuple

import pypdf
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app import wiring
from app.core.db import db
from app.core.journal import deliver
from app.courses.models import Cohort, CourseSession, Enrolment
from app.courses.queries import company as weeks
from app.courses.services import absences, closing, company, elections, evidence, listening, signing
from app.members.models import Member
from tests.courses.cohorts import local
from tests.courses.course import Course
from tests.factories import make_member

NAMES = (
    "Amina",
    "Basile",
    "Chloé",
    "Driss",
    "Elsa",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Ilan",
    "Jade",
    "Karim",
    "Lina",
    "Mehdi",
    "Nora",
    "Paul",
    "Rose",
)
FRIDAY = 4
OF_THE_COURSE = (absences.evening, company.ask_for_weeks, elections.remind_of_elections, listening.ask_surveys, evidence.anchor)
IN_COMPANY = (date(2027, 5, 31), date(2027, 7, 2))


class Half(NamedTuple):
    """A half-day of the timetable, as it was poured."""

    id: int
    day: date
    half: str
    where: str
    starts_at: datetime
    ends_at: datetime


class Story:
    """The lieu, its cohort of twelve, and the browser that goes from hand to hand."""

    cohort: Cohort
    sessions: list[Half]
    region: int

    def __init__(self, log_in: Any, frozen: Any) -> None:
        self.log_in, self.frozen = log_in, frozen
        self.at("2026-12-10T10:00+01:00")
        self.course = Course()
        self.who: dict[str, Member] = {
            name: make_member(name, email=f"p{rank:02d}@example.org", roles=("member",)) for rank, name in enumerate(NAMES, 1)
        }
        self.enrolled: dict[str, Enrolment] = {}

    # ---------------------------------------------------------------- time and pages

    def at(self, moment: str | datetime) -> datetime:
        said = moment if isinstance(moment, str) else moment.isoformat()
        return self.frozen(said)

    def evening(self, day: date) -> None:
        """At seven in the evening what is due is done, and what happened is told."""
        self.tick(local(day, time(19)), of=wiring.TICKS if day.weekday() == FRIDAY else OF_THE_COURSE)

    def tick(self, moment: datetime, *, of: Sequence[Callable[..., int]] = wiring.TICKS) -> None:
        now = self.at(moment)
        for tick in of:
            tick(now=now)
        deliver(wiring.READERS, now=now)
        db.session.expire_all()

    def as_(self, name: str) -> Any:
        """The browser, in the hands of this person."""
        return self.log_in(self.who.get(name) or {"Samir": self.course.samir, "Inès": self.course.manager}[name])

    def read(self, name: str, page: str) -> str:
        answer = self.as_(name).get(page)
        assert answer.status_code == 200, (name, page, answer.status_code)
        return words(answer)

    def send(self, name: str, page: str, *, sees: int = 302, **fields: Any) -> TestResponse:
        answer = self.as_(name).post(page, data=fields)
        assert answer.status_code == sees, (name, page, answer.status_code, words(answer))
        return answer

    def paper(self, name: str, page: str) -> str:
        """A paper that this person takes away twice, the same to the byte: its text."""
        client = self.as_(name)
        first, second = client.get(page), client.get(page)
        assert (first.status_code, first.data[:5]) == (200, b"%PDF-"), (name, page, first.status_code)
        assert first.data == second.data, page
        return pdf_text(first.data)

    # ---------------------------------------------------------------- half-days

    def id_of(self, name: str) -> int:
        return self.enrolled[name].id

    def half_day(self, day: str, half: str = "morning") -> Half:
        return next(one for one in self.sessions if (one.day.isoformat(), one.half) == (day, half))

    def expected(self, half_day: Half) -> list[str]:
        """By hand: who follows the cohort then."""
        return [name for name in self.enrolled if _follows(name, half_day.day, half_day.half)]

    def sign(self, half_day: Half, names: list[str]) -> None:
        """Each one types the code of the room, a few seconds after the one before."""
        for rank, name in enumerate(names):
            now = half_day.starts_at + timedelta(seconds=20 * rank)
            code = signing.code_of(half_day.id, now=now)
            signing.sign(session_id=half_day.id, member_id=self.who[name].id, code=code, now=now, device=name)

    def close(self, half_day: Half) -> closing.Closed:
        return closing.close(session_id=half_day.id, actor_id=self.course.samir.id, now=half_day.ends_at)

    def sign_on_page(self, half_day: Half, name: str, *, at: datetime | None = None) -> None:
        now = self.at(at or half_day.starts_at)
        self.send(name, f"/courses/sign/{half_day.id}", code=signing.code_of(half_day.id, now=now))

    def close_on_page(self, half_day: Half, **typed: str) -> str:
        """The trainer's sheet: `late_Amina="9:20"`, `left_Gaëlle="16:15"`, `is_Jade="present"`; what it shows afterwards."""
        kinds, fields = {"late": "arrived", "left": "left", "is": "p"}, {}
        for key, said in typed.items():
            what, name = key.split("_")
            fields |= {f"p{self.id_of(name)}": "present", f"{kinds[what]}{self.id_of(name)}": said}
        self.at(half_day.ends_at)
        self.send("Samir", f"/courses/half-days/{half_day.id}", **fields)
        return self.read("Samir", f"/courses/half-days/{half_day.id}")

    def hold(self, day: date) -> None:
        """An ordinary day at the centre: everybody signs, the trainer closes."""
        for half_day in self.sessions:
            if half_day.day == day and half_day.where == "centre":
                self.sign(half_day, self.expected(half_day))
                done = self.close(half_day)
                assert (done.unsigned, done.absent) == (0, 0), half_day.day

    def live(self, first: date, last: date, told: dict[str, Any]) -> None:
        """Day after day and evening after evening; `told`: the days on which something happens."""
        day = first
        while day <= last:
            if chapter := told.get(day.isoformat()):
                self.at(local(day, time(8)))
                chapter(self)
            elif not IN_COMPANY[0] <= day <= IN_COMPANY[1]:
                self.hold(day)
            if day.weekday() < 5:
                self.evening(day)
            day += timedelta(days=1)

    # ---------------------------------------------------------------- in companies

    def week_in_company(self, monday: date, *, missed: dict[str, int], but: tuple[str, ...] = ()) -> None:
        """On Friday evening each trainee and each tutor says the week; `missed`: the half-day where somebody was not, for both."""
        now = self.at(local(monday + timedelta(days=4), time(18)))
        for name, enrolment in self.enrolled.items():
            found = weeks.agreements_of([enrolment.id])
            if found and name not in but:
                half_days = [one.id for one in weeks.weeks(found[0])[(monday - IN_COMPANY[0]).days // 7].half_days]
                present = [one for rank, one in enumerate(half_days) if rank != missed.get(name)]
                company.sign_own_week(found[0].id, monday, present=present, work="", actor_id=enrolment.member_id, now=now)
                company.sign_tutor_week(company.token_of(found[0], monday), present=present, remark="", levels={}, now=now)


def _follows(name: str, day: date, half: str) -> bool:
    match name:
        case "Chloé":
            return day < date(2027, 4, 16) or (day == date(2027, 4, 16) and half == "morning")
        case "Lina":
            return day <= date(2027, 2, 5)
        case "Mehdi":
            return day >= date(2027, 2, 8) and day != date(2027, 2, 9)
        case "Nora":
            return day >= date(2027, 4, 19)
    return True


def words(page: Any) -> str:
    """What is read on a page, with plain spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))))


def pdf_text(content: bytes) -> str:
    """What is read on a paper, with plain spaces."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))


def halves_of(cohort: Cohort) -> list[Half]:
    rows = sa.select(CourseSession).where(CourseSession.cohort_id == cohort.id).order_by(CourseSession.starts_at)
    return [Half(one.id, one.day, one.half, one.where_, one.starts_at, one.ends_at) for one in db.session.scalars(rows)]


def enrolments_of(cohort: Cohort) -> dict[str, Enrolment]:
    rows = sa.select(Enrolment, Member.name).join(Member, Member.id == Enrolment.member_id).where(Enrolment.cohort_id == cohort.id)
    return {name: row for row, name in db.session.execute(rows.order_by(Enrolment.id))}
