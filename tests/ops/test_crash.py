"""Everything is killed under load, again and again: what was acknowledged is there, what was refused is not, nothing is half done."""

import random
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

from app import wiring
from app.booking.models import Booking
from app.cli.check import look
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.mail import OutgoingMail
from app.members.services import new_token
from tests.factories import give_minutes, make_member, make_place, make_thing, price
from tests.ops.houses import House, until

PEOPLE, THINGS = 8, 6
PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Asked:
    """A booking that someone asked for, and what they were told of it."""

    key: str
    token: str
    body: dict
    id: int | None = None  # acknowledged
    refused: bool = False
    cancelling: bool = False
    cancelled: bool = False  # acknowledged


@dataclass
class Person:
    """A client that books and cancels without rest until the house is gone."""

    url: str
    token: str
    things: list[int]
    chance: random.Random
    asked: list[Asked] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    def live(self, stop: threading.Event) -> None:
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=20) as http:
            while not stop.is_set():
                try:
                    mine = [one for one in self.asked if one.id and not one.cancelling]
                    if mine and self.chance.random() < 0.3:
                        self.cancel(http, self.chance.choice(mine))
                    else:
                        self.book(http)
                except httpx.TransportError:
                    return  # nobody answers any more: neither yes nor no

    def book(self, http: httpx.Client) -> None:
        start = datetime.combine(clock.now().date() + timedelta(days=self.chance.randint(3, 14)), wall(self.chance.randint(8, 19)), PARIS)
        body = {"resource_id": self.chance.choice(self.things), "start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        one = Asked(str(uuid.UUID(int=self.chance.getrandbits(128))), self.token, body)
        self.asked.append(one)
        self.hear(one, ask(http, one))

    def cancel(self, http: httpx.Client, one: Asked) -> None:
        one.cancelling = True
        answer = http.delete(f"/api/v1/bookings/{one.id}")
        if answer.status_code == 200:
            one.cancelled = True
        else:
            self.surprises.append(f"cancel: {answer.status_code} {answer.text}")

    def hear(self, one: Asked, answer: httpx.Response) -> None:
        if answer.status_code == 201:
            one.id = answer.json()["id"]
        elif answer.status_code in (409, 422):
            one.refused = True
        else:
            self.surprises.append(f"book: {answer.status_code} {answer.text}")


def ask(http: httpx.Client, one: Asked) -> httpx.Response:
    return http.post("/api/v1/bookings", json=one.body, headers={"Idempotency-Key": one.key, "Authorization": f"Bearer {one.token}"})


@pytest.mark.race
def test_what_was_acknowledged_survives(open_house, database, tmp_path, rounds):
    people, things = people_and_things(House(database, tmp_path))
    house = open_house("--processes", "2", database_url=database, RATE_LIMITS="off")
    chance = random.Random(rounds)
    asked: list[Asked] = []
    house.wait_until_open()

    for cycle in range(3 if rounds <= 20 else rounds):
        crowd = [Person(house.url, token, things, random.Random(f"{cycle} {token}")) for token in people]
        under_load(crowd, kill=house.kill_everything, after=chance.randint(8, 40))
        asked += [one for person in crowd for one in person.asked]
        assert [surprise for person in crowd for surprise in person.surprises] == []

        house.start()
        house.wait_until_open()
        assert house.seconds_of_work() < 10  # of the processor: other tests may be at work too

        settle_the_unknown(house.url, asked)
        everything_is_there(House(database, tmp_path), asked)

    assert len([one for one in asked if one.id]) > 20
    leases_of_the_dead_end(House(database, tmp_path))
    until(lambda: nothing_waits(House(database, tmp_path)))
    each_confirmation_has_one_mail(House(database, tmp_path))
    assert house.end() == 0


def people_and_things(house: House) -> tuple[list[str], list[int]]:
    """A lieu open early and late, where half the people pay with a pass."""
    with house.inside():
        place = make_place(weekdays="00:00-24:00", saturday="00:00-24:00", tab_cap_cents=100_000_000)
        price(place, "family:atelier", "minutes", 600)
        things = [make_thing(place, f"M{number}", kind="room", family="atelier").id for number in range(THINGS)]
        for thing in things:
            price(place, f"resource:M{things.index(thing)}", "minutes", 600)
        people = [make_member(f"Personne{number}") for number in range(PEOPLE)]
        for member in people[::2]:
            give_minutes(place, member, 6000, scope="room")
        return [new_token(member_id=member.id, purpose="api", scopes=("read", "write"), now=clock.now()) for member in people], things


def under_load(crowd: list[Person], *, kill, after: int) -> None:
    """The house is killed once it said so many times yes; what others are asking just then is cut anywhere."""
    stop = threading.Event()
    threads = [threading.Thread(target=person.live, args=(stop,)) for person in crowd]
    for thread in threads:
        thread.start()
    until(lambda: sum(1 for person in crowd for one in person.asked if one.id) >= after, pause=0.001)
    kill()
    stop.set()
    for thread in threads:
        thread.join()


def settle_the_unknown(url: str, asked: list[Asked]) -> None:
    """Whoever got no answer asks again, with the same key; an unanswered cancelling is looked at."""
    with httpx.Client(base_url=url, timeout=20) as http:
        for one in asked:
            if one.id is None and not one.refused:
                answer = ask(http, one)
                assert answer.status_code in (201, 409, 422), answer.text
                if answer.status_code == 201:
                    one.id = answer.json()["id"]
                else:
                    one.refused = True
            if one.cancelling and not one.cancelled:
                answer = http.get(f"/api/v1/bookings/{one.id}", headers={"Authorization": f"Bearer {one.token}"})
                one.cancelled = answer.json()["status"] == "cancelled"
                one.cancelling = one.cancelled


def everything_is_there(house: House, asked: list[Asked]) -> None:
    yes = {one.id: one for one in asked if one.id}
    with house.inside():
        bookings = {booking.id: booking for booking in db.session.scalars(sa.select(Booking))}

        assert set(bookings) == set(yes)
        for number, one in yes.items():
            booking = bookings[number]
            assert booking.resource_id == one.body["resource_id"]
            assert booking.starts_at == datetime.fromisoformat(one.body["start"]).astimezone(UTC)
            assert (booking.status == "cancelled") == one.cancelled
        assert [finding.sentence for finding in look()] == []


def leases_of_the_dead_end(house: House) -> None:
    """Three minutes pass for the mails that a killed sender had in hand."""
    with house.inside(), transaction() as session:
        session.execute(sa.update(OutgoingMail).where(OutgoingMail.leased_until.is_not(None)).values(leased_until=clock.now()))


def nothing_waits(house: House) -> bool:
    with house.inside():
        return all(db.session.scalar(oldest) is None for oldest in wiring.WAITING)


def each_confirmation_has_one_mail(house: House) -> None:
    with house.inside():
        confirmed = db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry).where(JournalEntry.event == "booking.confirmed"))
        mails = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "booking.confirmed")).all()

        assert len(mails) == confirmed
        assert all(mail.sent_at or mail.dropped_at for mail in mails)
        assert len(list((house.folder / "mails").glob("*.eml"))) == len({mail.message_id for mail in all_sent()})


def all_sent() -> list[OutgoingMail]:
    return list(db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.sent_at.is_not(None))))
