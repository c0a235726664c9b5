"""How often a page or a gesture asks the database: as often in a full lieu as in an empty one, and no more than is written here."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest

from app.core import idempotency
from app.core.refusals import Refused
from app.members.models import Member
from app.place.models import Place
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
    monkeypatch.setattr(idempotency, "is_a_crowd", lambda: True)
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
