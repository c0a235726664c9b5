"""How often a page or a gesture asks the database: as often in a full lieu as in an empty one, and no more than is written here."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

import pytest

from app.booking.services import reserving
from app.core import clock
from app.core.db import transaction
from app.core.refusals import Refused
from app.courses.services import closing, signing
from app.courses.services.closing import Mark
from app.members.models import Member
from app.place.models import Place
from tests.courses.cohorts import make_class
from tests.factories import between, book, make_machine, make_member, make_place, make_thing, price, thing
from tests.statements import counted

MONDAY = "2026-12-07"
WEEK = "/coworking/week?week=2026-12-07"

# Statements of each page; `BEGIN`, `COMMIT` and savepoints are not counted.
PAGES = {
    WEEK: 3,
    "/coworking/r/room?week=2026-12-07": 4,
    "/coworking/r/desk/2026-12-08m": 6,
    "/coworking/plan?day=2026-12-08&half=morning": 4,
    "/coworking/?what=room&day=2026-12-08&part=morning": 5,
    "/coworking/visitors": 2,
    "/agenda/": 7,
    "/me": 18,  # four of them: seats in trainings, those one leads, where one goes with somebody, what the lieu cancelled
}
BOOKING, REFUSAL = 15, 6
TURN = {"sqlite": 0, "postgresql": 1}  # PostgreSQL is asked for the lieu's turn; SQLite's writer has it by writing


class Lieu:
    """A desk, a room and a machine with prices, a person, and as many bookings of others as one likes."""

    def __init__(self) -> None:
        self.place: Place = make_place()
        self.desk, self.room = make_thing(self.place, "desk"), make_thing(self.place, "room", kind="room", name="Salle")
        self.machine = make_machine(self.place)
        price(self.place, "desk", "half_day", 700)
        self.camille: Member = make_member("Camille")

    def fill(self, hours: Sequence[str]) -> None:
        """Somebody else has the room and the machine at these hours, every day of that week and of the next."""
        sacha = make_member("Sacha")
        for ahead in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11):
            day = (date.fromisoformat(MONDAY) + timedelta(days=ahead)).isoformat()
            for hour in hours:
                for one in (self.room, self.machine):
                    book(thing(one.id), between(day, f"{hour}:00", f"{hour}:30"), sacha)


def said(what: Callable[[], object]) -> list[str]:
    """Do it, and see what the database heard."""
    with counted() as sent:
        what()
    return sent


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_as_much_in_a_full_lieu_as_in_an_empty_one(path, session, frozen, log_in):
    frozen("2026-12-02T08:00+01:00")
    lieu = Lieu()
    client = log_in(lieu.camille)

    def look() -> None:
        assert client.get(path).status_code == 200

    look()  # what a process keeps of the settings is read once
    lieu.fill(["09"])
    few = said(look)
    lieu.fill(["10", "11", "14", "15", "16"])
    many = said(look)

    assert len(few) == len(many) <= PAGES[path], many


def test_a_booking_asks_as_much_in_a_full_lieu_as_in_an_empty_one(session, frozen):
    frozen("2026-12-02T08:00+01:00")
    lieu = Lieu()
    lieu.fill(["09"])

    few = said(lambda: book(lieu.room, between(MONDAY, "10:00", "11:00"), lieu.camille, key="one"))
    lieu.fill(["11", "14", "15"])
    many = said(lambda: book(lieu.room, between(MONDAY, "16:00", "17:00"), lieu.camille, key="two"))

    assert len(few) == len(many) <= BOOKING + TURN[session.get_bind().dialect.name], many


def test_a_refusal_in_a_crowd_asks_as_much_in_a_full_lieu_as_in_an_empty_one(session, frozen, monkeypatch):
    monkeypatch.setattr(reserving, "is_a_crowd", lambda: True)
    frozen("2026-12-02T08:00+01:00")
    lieu = Lieu()
    lieu.fill(["09"])

    def ask_in_vain() -> None:
        with pytest.raises(Refused):
            book(lieu.room, between(MONDAY, "09:00", "10:00"), lieu.camille)

    few = said(ask_in_vain)
    lieu.fill(["10", "11", "14", "15"])
    many = said(ask_in_vain)

    assert len(few) == len(many) <= REFUSAL, many


def test_who_asks_for_what_was_just_given_hears_no_without_taking_a_turn(session, frozen):
    frozen("2026-12-02T08:00+01:00")
    lieu = Lieu()
    book(lieu.room, between(MONDAY, "09:00", "10:00"), make_member("Sacha"))

    def ask_in_vain() -> None:
        with pytest.raises(Refused) as no:
            book(lieu.room, between(MONDAY, "09:00", "10:00"), lieu.camille)
        assert no.value.codes == ["overlap"]
        assert len(no.value.alternatives) == 3

    ask_in_vain()  # what a process keeps of the settings is read once
    heard = said(ask_in_vain)

    assert len(heard) <= REFUSAL, heard
    assert not [statement for statement in heard if "house_state" in statement]


def test_a_booking_is_one_transaction_of_writing(session, frozen, log_in):
    """One wait for the disk: the booking, its price, its place in the calendar and the mail's promise are written together."""
    frozen("2026-12-02T08:00+01:00")
    lieu = Lieu()
    client = log_in(lieu.camille)
    page = client.get("/coworking/r/desk/2026-12-08m").get_data(as_text=True)
    choice = re.search(r'name="choice" value="([^"]+)"', page)
    assert choice is not None

    heard = said(lambda: client.post("/coworking/bookings", data={"choice": choice[1]}))

    assert [statement for statement in heard if "INSERT INTO booking " in statement]
    assert len([statement for statement in heard if "house_state" in statement]) == 1  # what each transaction that writes asks first


# Of a class; {cohort}, {half_day}, {person} and {monday} stand for ours.
CLASS_PAGES = {
    "/manage/courses/cohorts/{cohort}/board": 18,  # one is the absence alerts, here and below
    "/courses/cohorts/{cohort}/attendance": 6,
    "/courses/cohorts/{cohort}/papers": 7,
    "/courses/cohorts/{cohort}/sheets/{monday}.pdf": 13,  # one is the name of the course, printed on it
    "/courses/enrolments/{person}/statements/2027-03.pdf": 11,
    "/courses/half-days/{half_day}": 7,
    "/manage/courses/cohorts/{cohort}/pouring": 12,
}
SIGNING = 11  # reads of the door and of the half-day; the event, its chain, the half-day and the journal


def test_a_class_asks_as_much_with_five_people_as_with_two_and_six_days_held_as_with_one(session, frozen, log_in):
    frozen("2027-03-16T18:00+01:00")
    school = make_class(people=5, days=[date(2027, 3, 8) + timedelta(days=number) for number in range(6)])
    first, one = school.sessions[0], school.enrolments[0]
    ours = {"cohort": school.cohort.id, "half_day": first.id, "person": one.id, "monday": "2027-03-08"}
    paths = {path: path.format(**ours) for path in CLASS_PAGES}

    def asked() -> dict[str, int]:
        client = log_in(school.claire)
        for path in paths.values():
            assert client.get(path).status_code == 200, path  # what a process keeps of the settings is read once
        return {shape: len(said(partial(client.get, path))) for shape, path in paths.items()}

    with transaction():
        for other in school.enrolments[2:]:
            other.status = "withdrawn"
    school.hold(first, *school.enrolments[:2])
    few = asked()
    with transaction():
        for other in school.enrolments[2:]:
            other.status = "enrolled"
    for half_day in school.sessions[1:]:
        school.hold(half_day)
    mark = Mark(is_present=True, late=5)
    closing.mark(session_id=first.id, enrolment_id=one.id, actor_id=school.samir.id, mark=mark, now=clock.now(), reason="relu")
    many = asked()

    assert few == many
    assert [path for path, most in CLASS_PAGES.items() if many[path] > most] == [], list(many.values())


def test_a_signature_asks_little_and_its_page_less(session, frozen, log_in):
    school = make_class(people=2)
    morning, person = school.sessions[0], school.enrolments[0].member
    now = frozen("2027-03-02T09:00+01:00")
    client, page = log_in(person), f"/courses/sign/{morning.id}"
    code = signing.code_of(morning.id, now=now)

    client.get(page)  # what a process keeps of the settings is read once

    assert len(said(lambda: client.get(page))) <= 4
    assert len(said(lambda: client.post(page, data={"code": code}))) <= SIGNING + TURN[session.get_bind().dialect.name]
