"""A lieu like the reference one, with its people, for the tests of pages."""

from collections.abc import Callable
from types import SimpleNamespace

from app.booking.rules import Thing
from app.core.db import db, transaction
from app.members.models import Member
from app.place.models import Place
from tests.factories import (
    clear,
    give_half_days,
    make_clearance_type,
    make_machine,
    make_member,
    make_place,
    make_pool,
    make_thing,
    price_list,
)


class Lieu(SimpleNamespace):
    """Eight seats, a room with a buffer and a notice, a laser that asks for a clearance, a printer that does not."""

    place: Place
    pool: Thing
    room: Thing
    laser: Thing
    printer: Thing
    camille: Member
    leo: Member
    max: Member


def make_lieu() -> Lieu:
    with transaction():
        return _lieu()


def _lieu() -> Lieu:
    place = make_place(street="Ancienne école", postal_code="61500", town="Boitron", short_name="Worklab")
    pool = make_pool(place)
    room = make_thing(
        place,
        "salle",
        kind="room",
        name="Salle de réunion",
        capacity=10,
        rules={"buffer_after": 15, "notice_minutes": 120, "night": True},
    )
    kind = make_clearance_type(place)
    laser = make_machine(place, clearance=kind, name="Découpe laser", rules={"notice_minutes": 120, "late_fee_percent": 50})
    printer = make_machine(place, "imp3d", family="impression-3d", name="Imprimante 3D", rules={"night": True, "max_minutes": 1440})
    price_list(
        place,
        ("desk", "half_day", 700),
        ("desk", "day", 1200),
        ("resource:salle", "minutes", 800),
        ("resource:salle", "day_cap", 6000),
        ("family:laser", "minutes", 1200),
        ("family:impression-3d", "minutes", 300),
    )
    camille = make_member("Camille", roles=("member", "coworker", "maker"))
    clear(camille, kind, until="2027-06-30")
    give_half_days(place, camille, 10, until="2027-12-01")
    return Lieu(
        place=db.session.get_one(Place, place.id),
        pool=pool,
        room=room,
        laser=laser,
        printer=printer,
        clearance=kind,
        camille=camille,
        leo=make_member("Leo", tariff_group="solidaire"),
        max=make_member("Max", roles=("member", "manager")),
    )


LogIn = Callable[[Member], object]
