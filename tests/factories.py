"""The smallest valid thing of each sort; a test says only what matters to it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import count
from zoneinfo import ZoneInfo

from app.billing.models import Plan, Price, Subscription, TariffGroup
from app.billing.services import grant
from app.booking import queries, services
from app.booking.models import Booking, Resource
from app.booking.rules import Thing
from app.core import clock
from app.core.db import db, transaction
from app.core.period import Period
from app.coworking.services import half_day_request
from app.fablab.models import Clearance, ClearanceType, Machine
from app.members.models import Member, MemberRole
from app.place.models import OpeningHours, Place
from app.place.services import touch_settings

PARIS = ZoneInfo("Europe/Paris")
_numbers = count(1)


def paris(text: str) -> datetime:
    """« 2027-01-05 09:00 » on the lieu's wall clock; « …/2 » is the second of two such hours."""
    text, _, fold = text.partition("/")
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=1 if fold == "2" else 0)


def between(day: str, start: str, end: str) -> Period:
    """A period of one day, or over midnight when it ends before it starts."""
    begins = datetime.combine(date.fromisoformat(day), time.fromisoformat(start), PARIS)
    ends = datetime.combine(date.fromisoformat(day), time.fromisoformat(end), PARIS)
    return Period(begins, ends)


def make_place(*, weekdays: str = "08:30-18:30", saturday: str = "09:00-12:30", **more: object) -> Place:
    """A lieu like the reference one: Monday to Friday, Saturday morning, badge holders day and night."""
    with transaction():
        place = Place(**{"code": f"lieu{next(_numbers)}", "name": "Worklab", "badge_all_hours": True} | more)
        db.session.add(place)
        db.session.flush()
        for weekday in range(6):
            said = saturday if weekday == 5 else weekdays
            if said:
                opens, closes = (_minutes(part) for part in said.split("-"))
                db.session.add(OpeningHours(place_id=place.id, weekday=weekday, opens=opens, closes=closes))
        for code, percent in (("plein", 0), ("solidaire", 50)):
            db.session.add(TariffGroup(place_id=place.id, code=code, name=code, discount_percent=percent))
        db.session.flush()
    return place


def make_member(name: str = "Camille", *, roles: Sequence[str] = ("member",), **more: object) -> Member:
    with transaction():
        email = more.pop("email", None) or f"{name.lower()}{next(_numbers)}@example.org"
        member = Member(email=email, name=name, created_at=clock.now(), **more)
        member.role_rows = [MemberRole(role=role) for role in roles]
        db.session.add(member)
        db.session.flush()
    return member


def make_thing(place: Place, code: str, *, kind: str = "desk", **more: object) -> Thing:
    """A bookable thing; `rules={…}` says what differs from its kind's."""
    with transaction():
        row = Resource(place_id=place.id, code=code, kind=kind, name=str(more.pop("name", code)), rank=next(_numbers), **more)
        db.session.add(row)
        db.session.flush()
        touch_settings(place.id)
    return thing(row.id)


def thing(resource_id: int) -> Thing:
    """A thing as it is now."""
    row = db.session.get_one(Resource, resource_id)
    place = db.session.get_one(Place, row.place_id, populate_existing=True)
    return queries.directory(place).any(resource_id)


def make_pool(place: Place, seats: int = 8, *, code: str = "grande-salle", prefix: str = "A") -> Thing:
    """A pool and its seats, in one writing: many tests begin with one."""
    with transaction():
        pool = Resource(place_id=place.id, code=code, kind="pool", name="Grande salle", family=prefix, capacity=seats, rank=next(_numbers))
        db.session.add(pool)
        db.session.flush()
        codes = [f"{prefix}{number}" for number in range(1, seats + 1)]
        db.session.add_all(
            Resource(place_id=place.id, code=seat, kind="desk", name=seat, pool_id=pool.id, rank=next(_numbers)) for seat in codes
        )
        db.session.flush()
        touch_settings(place.id)
    return thing(pool.id)


def make_machine(
    place: Place, code: str = "laser", *, family: str = "laser", clearance: ClearanceType | None = None, **more: object
) -> Thing:
    made = make_thing(place, code, kind="machine", family=family, **more)
    with transaction():
        db.session.add(Machine(resource_id=made.id, clearance_type_id=clearance.id if clearance else None))
        db.session.flush()
    return made


def make_clearance_type(place: Place, name: str = "Laser", *, policy: str = "duration", months: int | None = 12) -> ClearanceType:
    with transaction():
        row = ClearanceType(place_id=place.id, name=name, policy=policy, months=months)
        db.session.add(row)
        db.session.flush()
    return row


def clear(member: Member, kind: ClearanceType, *, until: str | None = None, on: str = "2026-06-30") -> Clearance:
    with transaction():
        row = Clearance(
            member_id=member.id,
            clearance_type_id=kind.id,
            given_on=date.fromisoformat(on),
            expires_on=date.fromisoformat(until) if until else None,
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
    return row


def price(place: Place, what: str, unit: str, cents: int, *, minutes: int | None = None, group: str | None = None) -> None:
    price_list(place, (what, unit, cents), minutes=minutes, group=group)


def price_list(place: Place, *prices: tuple[str, str, int], minutes: int | None = None, group: str | None = None) -> None:
    """Several prices in one writing: each is what it is of, its unit and its cents."""
    with transaction():
        db.session.add_all(
            Price(
                place_id=place.id,
                what=what,
                unit=unit,
                minutes=minutes or (60 if unit == "minutes" else None),
                cents=cents,
                tariff_group=group,
            )
            for what, unit, cents in prices
        )
        touch_settings(place.id)
    db.session.refresh(place)


def give_half_days(place: Place, member: Member, units: int, *, until: str | None = None, source: str = "pass") -> int:
    return grant(
        place_id=place.id,
        member_id=member.id,
        unit="half_day",
        granted=units,
        source=source,
        scope="desk",
        valid_to=date.fromisoformat(until) if until else None,
        now=clock.now(),
    ).id


def give_minutes(
    place: Place, member: Member, units: int, *, until: str | None = None, source: str = "pass", scope: str = "machine"
) -> int:
    return grant(
        place_id=place.id,
        member_id=member.id,
        unit="minute",
        granted=units,
        source=source,
        scope=scope,
        valid_to=date.fromisoformat(until) if until else None,
        now=clock.now(),
    ).id


def subscribe(
    place: Place, member: Member, code: str, allowances: dict[str, object], *, since: str, until: str | None = None
) -> Subscription:
    with transaction():
        plan = Plan(place_id=place.id, code=code, name=code, cents=6500, allowances=allowances)
        db.session.add(plan)
        db.session.flush()
        row = Subscription(
            place_id=place.id,
            member_id=member.id,
            plan_id=plan.id,
            first_day=date.fromisoformat(since),
            last_day=date.fromisoformat(until) if until else None,
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
    return row


def book(thing: Thing, period: Period, member: Member, *, actor: Member | None = None, key: str | None = None, **more: object) -> Booking:
    """Book as a door would: `actor` is staff when it is not the member."""
    request = services.ask(
        [(thing, period)],
        member_id=member.id,
        actor_id=(actor or member).id,
        now=clock.now(),
        **more,
    )
    return services.reserve(request, key=key, body=[thing.id, period.starts_at.isoformat(), period.ends_at.isoformat()])


def book_half(
    thing: Thing, day: str, half: str, member: Member, *, actor: Member | None = None, key: str | None = None, **more: object
) -> Booking:
    request = half_day_request(
        thing,
        day=date.fromisoformat(day),
        half=half,
        member_id=member.id,
        actor_id=(actor or member).id,
        now=clock.now(),
        **more,
    )
    return services.reserve(request, key=key, body=[thing.id, day, half])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
