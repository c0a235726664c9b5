"""The reference lieu of the fablab scenarios: Tuesday 1 December 2026, ten o'clock."""

from dataclasses import dataclass

import pytest

from app.booking.rules import Thing
from app.core.db import transaction
from app.fablab.models import ClearanceType
from app.members.models import Member
from app.place.models import OpeningException, OpeningHours, Place
from app.place.services import touch_settings
from tests.factories import clear, make_clearance_type, make_machine, make_member, make_place, make_thing, paris, price, thing


@dataclass
class Fablab:
    place: Place
    space: Thing
    laser: Thing
    printer: Thing
    cnc: Thing
    clearance: ClearanceType
    ana: Member
    ben: Member
    chloe: Member
    max: Member


@pytest.fixture
def fablab(session, frozen):
    frozen("2026-12-01T10:00+01:00")
    place = make_place(weekdays="", saturday="")
    with transaction():
        for weekday in (1, 2, 3, 4, 5):
            session.add(OpeningHours(place_id=place.id, weekday=weekday, opens=540, closes=1080))
        session.add(OpeningException(place_id=place.id, day=paris("2026-12-24 00:00").date(), spans=[], label="Veille de Noël"))
        session.flush()
        touch_settings(place.id)
    space = make_thing(place, "atelier-bois", kind="space", name="Atelier bois")
    kind, cnc_kind = make_clearance_type(place, "Laser"), make_clearance_type(place, "CNC", policy="unused", months=6)
    laser = make_machine(
        place,
        "laser",
        clearance=kind,
        space_id=space.id,
        rules={
            "step": 15,
            "min_minutes": 30,
            "max_minutes": 240,
            "notice_minutes": 120,
            "horizon_days": 60,
            "free_hours": 24,
            "late_fee_percent": 50,
        },
    )
    printer = make_machine(place, "imp3d", family="impression-3d", rules={"night": True, "max_minutes": 1440, "step": 30})
    cnc = make_machine(place, "cnc", family="cnc", clearance=cnc_kind, rules={"people": 2})
    for what, cents in (("family:laser", 1200), ("family:impression-3d", 300), ("family:cnc", 2000)):
        price(place, what, "minutes", cents)
    price(place, "family:laser", "minutes", 750, group="solidaire")
    ana, ben = make_member("Ana"), make_member("Ben", tariff_group="solidaire")
    for person in (ana, ben):
        clear(person, kind, until="2027-06-30")
    return Fablab(
        place=place,
        space=thing(space.id),
        laser=thing(laser.id),
        printer=thing(printer.id),
        cnc=thing(cnc.id),
        clearance=kind,
        ana=ana,
        ben=ben,
        chloe=make_member("Chloe"),
        max=make_member("Max", roles=["manager"]),
    )
