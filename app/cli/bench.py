"""`bench seed`: a lieu as busy as one will ever be, to measure on. One week ahead is always the same; more bookings only add history."""

import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.billing.models import Price, TariffGroup
from app.booking.models import Booking, Occupancy, Resource
from app.core import clock
from app.core.commands import CommandRefused
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.period import Period, at, monday_of
from app.members.models import Member, MemberRole
from app.place.models import OpeningHours, Place
from app.place.services import touch_settings

DESKS, ROOMS, MACHINES, MEMBERS = 30, 10, 20, 300
OPENS, CLOSES = 510, 1110
BATCH = 5000
ZONE = ZoneInfo("Europe/Paris")

bench_group = AppGroup("bench", help="Mesurer : une base aussi pleine qu’un lieu peut l’être.")


@bench_group.command("seed")
@click.option("--bookings", type=click.IntRange(1_150, 5_000_000), default=50_000, show_default=True, help="Combien de réservations.")
@click.option("--years", type=click.IntRange(1, 20), default=5, show_default=True, help="Sur combien d’années passées.")
def seed_command(bookings: int, years: int) -> None:
    """Remplit une base vide : 60 choses, 300 personnes, des années de réservations et une semaine pleine à venir."""
    if db.session.scalar(sa.select(Place.id).limit(1)) is not None:
        raise CommandRefused("Cette base contient déjà un lieu. Prenez-en une vide : DATABASE_URL=sqlite:////chemin/mesure.db")
    made = seed(bookings=bookings, years=years, now=clock.now())
    click.echo(f"{made} réservations, dont {len(dense_week(1, clock.now()))} la semaine prochaine.")


def seed(*, bookings: int, years: int, now: datetime) -> int:
    """The whole of it; how many bookings were made. Rows go in by batches: this is no gesture of anybody."""
    with transaction():
        place = _lieu(now)
        things = list(
            db.session.scalars(sa.select(Resource.id).where(Resource.place_id == place.id, Resource.kind != "pool").order_by(Resource.id))
        )
        people = list(db.session.scalars(sa.select(Member.id).order_by(Member.id)))
        week = dense_week(things[0], now)
        past = itertools.islice(_history(things[0], years=years, wanted=bookings - len(week), now=now), bookings - len(week))
        made = 0
        for chunk in _batches(itertools.chain(past, week)):
            _write(place.id, chunk, people, first_id=made + 1, now=now)
            made += len(chunk)
    with transaction() as session:  # the planner's figures
        session.execute(sa.text("ANALYZE"))
    return made


def dense_week(first_thing: int, now: datetime) -> list[tuple[int, str, Period, str]]:
    """About 1 150 bookings of next week: (thing, kind, period, half)."""
    chance = random.Random(7)  # noqa: S311 — always the same week
    monday = _monday(now) + timedelta(days=7)
    found = []
    for day in range(6):
        for thing, kind, period, half in _slots(first_thing, monday + timedelta(days=day)):
            if chance.random() < (0.75 if kind == "desk" else 0.5):
                found.append((thing, kind, period, half))
    return found


def _monday(now: datetime) -> date:
    today = now.date()
    return monday_of(today)


def _history(first_thing: int, *, years: int, wanted: int, now: datetime) -> Iterator[tuple[int, str, Period, str]]:
    chance = random.Random(11)  # noqa: S311
    days = [_monday(now) - timedelta(days=ahead) for ahead in range(1, years * 365) if (_monday(now) - timedelta(days=ahead)).weekday() < 6]
    slots = len(days) * (DESKS * 2 + (ROOMS + MACHINES) * 10)
    share = min(1.0, 1.02 * wanted / slots)
    for day in reversed(days):
        for slot in _slots(first_thing, day):
            if chance.random() < share:
                yield slot


def _slots(first_thing: int, day: date) -> Iterator[tuple[int, str, Period, str]]:
    """Everything that may be booked that day: two halves of each desk, ten hours of each room and machine."""
    halves = {"morning": Period(at(day, 510, ZONE), at(day, 780, ZONE)), "afternoon": Period(at(day, 780, ZONE), at(day, 1110, ZONE))}
    hours = [Period(at(day, minute, ZONE), at(day, minute + 60, ZONE)) for minute in range(OPENS, CLOSES, 60)]
    for number in range(DESKS):
        for half, period in halves.items():
            yield first_thing + number, "desk", period, half
    for number in range(DESKS, DESKS + ROOMS + MACHINES):
        for period in hours:
            yield first_thing + number, "room" if number < DESKS + ROOMS else "machine", period, ""


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    walk = iter(rows)
    while chunk := list(itertools.islice(walk, BATCH)):
        yield chunk


def _write(place_id: int, chunk: list[tuple[int, str, Period, str]], people: list[int], *, first_id: int, now: datetime) -> None:
    bookings, occupancies, told = [], [], []
    for number, (thing, kind, period, half) in enumerate(chunk, start=first_id):
        is_past = period.ends_at <= now
        bookings.append(
            {
                "id": number,
                "place_id": place_id,
                "kind": kind,
                "resource_id": thing,
                "member_id": people[number % len(people)],
                "starts_at": period.starts_at,
                "ends_at": period.ends_at,
                "status": "done" if is_past else "confirmed",
                "late_fee_percent": 100,
                "priced": 0,
                "price_cents": 0,
                "covered_by": [{"source": "free", "units": 1, "unit": "half_day" if half else "minute", "cents": 0}],
                "half": half or None,
                "note": "",
                "guest_name": "",
                "override_reason": "",
                "cancel_reason": "",
                "uid": f"bench-{number}@worklab",
                "sequence": 0,
                "created_at": period.starts_at - timedelta(days=2),
                "changed_at": period.starts_at - timedelta(days=2),
            }
        )
        occupancies.append(
            {
                "place_id": place_id,
                "resource_id": thing,
                "starts_at": period.starts_at,
                "ends_at": period.ends_at,
                "buffer_before": 0,
                "buffer_after": 0,
                "holder": "booking",
                "booking_id": number,
                "active": True,
            }
        )
        told += [
            {"event": f"booking.{status}", "subject_id": number, "place_id": place_id, "at": instant, "read_at": instant, "facts": {}}
            for status, instant in (("confirmed", min(period.starts_at - timedelta(days=2), now)), ("done", period.ends_at))
            if status == "confirmed" or is_past
        ]
    db.session.execute(sa.insert(Booking), bookings)
    db.session.execute(sa.insert(Occupancy), occupancies)
    db.session.execute(sa.insert(JournalEntry), told)
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.text("SELECT setval(pg_get_serial_sequence('booking', 'id'), (SELECT max(id) FROM booking))"))


def _lieu(now: datetime) -> Place:
    place = Place(code="mesure", name="Lieu de mesure", tab_cap_cents=100_000_000)
    db.session.add(place)
    db.session.flush()
    db.session.add_all(OpeningHours(place_id=place.id, weekday=day, opens=OPENS, closes=CLOSES) for day in range(6))
    db.session.add(TariffGroup(place_id=place.id, code="plein", name="Tarif normal"))
    for what, unit, minutes, cents in (
        ("desk", "half_day", None, 700),
        ("desk", "day", None, 1200),
        ("family:atelier", "minutes", 60, 600),
    ):
        db.session.add(Price(place_id=place.id, what=what, unit=unit, minutes=minutes, cents=cents))
    names = [("desk", f"A{number}") for number in range(1, DESKS + 1)]
    names += [("room", f"Salle {number}") for number in range(1, ROOMS + 1)]
    names += [("machine", f"Machine {number}") for number in range(1, MACHINES + 1)]
    for rank, (kind, name) in enumerate(names):
        code = name.lower().replace(" ", "-")
        family = "atelier" if kind == "machine" else ""
        db.session.add(Resource(place_id=place.id, kind=kind, code=code, name=name, family=family, rank=rank))
        db.session.flush()
    for number in range(MEMBERS):
        role = "manager" if number == 0 else "member"
        member = Member(email=f"p{number}@mesure.example", name=f"Personne {number}", created_at=now)
        member.role_rows = [MemberRole(role=role)]
        db.session.add(member)
    touch_settings(place.id)
    return place
