"""The reference lieu of the coworking scenarios, and its people."""

from dataclasses import dataclass

import pytest

from app.booking import queries
from app.booking.rules import Thing
from app.members.models import Member
from app.place.models import Place
from tests.factories import make_member, make_place, make_pool, make_thing, price, thing


@dataclass
class Lieu:
    """Grande salle A1-A8, D1 of Inès, room R; Max is the manager, Nora has a badge, Leo pays half."""

    place: Place
    pool: Thing
    room: Thing
    d1: Thing
    ines: Member
    max: Member
    nora: Member
    leo: Member
    camille: Member

    def seat(self, code: str) -> Thing:

        found = queries.directory(self.place).by_code(code)
        assert found is not None
        return found


@pytest.fixture
def lieu(session, frozen):
    frozen("2026-12-01T10:00+01:00")
    place = make_place()
    pool = make_pool(place)
    ines = make_member("Inès", badge=True)
    d1 = make_thing(place, "D1", pool_id=pool.id, holder_id=ines.id, rules={"sold_by": "resident"})
    room = make_thing(
        place, "R", kind="room", capacity=10, rules={"buffer_after": 15, "notice_minutes": 120, "night": True, "max_minutes": 720}
    )
    price(place, "desk", "half_day", 700)
    price(place, "desk", "day", 1200)
    price(place, "resource:R", "minutes", 800)
    price(place, "resource:R", "day_cap", 6000)
    return Lieu(
        place=place,
        pool=thing(pool.id),
        room=thing(room.id),
        d1=thing(d1.id),
        ines=ines,
        max=make_member("Max", roles=["manager"]),
        nora=make_member("Nora", badge=True),
        leo=make_member("Leo", tariff_group="solidaire"),
        camille=make_member("Camille"),
    )
