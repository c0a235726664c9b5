"""Things: which there are, when they are free, and what staff changes of them."""

import pytest

from app.booking import services
from app.booking.models import Booking
from app.core import clock
from app.core.db import db, transaction
from tests.api.partner import codes, wrong
from tests.factories import make_member, make_place, make_thing, paris, thing


def spans(periods: list[dict[str, str]]) -> list[str]:
    """« 05 08:30-13:00 »: the days and hours of one month."""
    return [f"{one['start'][8:10]} {one['start'][11:16]}-{one['end'][11:16]}" for one in periods]


def available(who, resource_id: int, first: str, last: str):
    answer = who.get("/availability", resource_id=resource_id, **{"from": paris(first).isoformat(), "to": paris(last).isoformat()})
    assert answer.status_code == 200, answer.json
    return answer.json


# ---------------------------------------------------------------- the list


def test_things_are_listed_with_their_rules(lieu, partner):
    found = partner(lieu.camille).get("/resources").json

    by_code = {one["code"]: one for one in found["items"]}
    assert (len(found["items"]), found["cursor"]) == (11, None)
    assert by_code["R"]["rules"]["buffer_after"] == 15
    assert (by_code["R"]["kind"], by_code["R"]["capacity"], by_code["R"]["state"]) == ("room", 10, "in_service")
    assert (by_code["grande-salle"]["kind"], by_code["grande-salle"]["capacity"]) == ("pool", 8)
    assert (by_code["A1"]["pool"], by_code["A1"]["rules"]["sold_by"]) == ("grande-salle", "half_day")


def test_things_are_found_by_kind_space_and_state(fablab, partner):
    ana = partner(fablab.ana)

    assert [one["code"] for one in ana.get("/resources", kind="machine").json["items"]] == ["laser", "imp3d", "cnc"]
    assert [one["code"] for one in ana.get("/resources", space="atelier-bois").json["items"]] == ["laser"]
    assert ana.get("/resources", state="out_of_service").json["items"] == []
    assert ana.get("/resources", space="nowhere").json["items"] == []
    assert wrong(ana.get("/resources", kind="spaceship")) == {"kind": ["not_a_choice"]}


def test_things_are_read_page_by_page(lieu, partner):
    camille = partner(lieu.camille)
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = camille.get("/resources", limit=4, **({"cursor": cursor} if cursor else {})).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["cursor"]

    assert seen == [one["id"] for one in camille.get("/resources").json["items"]]


def test_a_network_lists_the_things_of_each_lieu(lieu, partner):
    other = make_thing(make_place(), "X", kind="room")

    assert other.id in [one["id"] for one in partner(lieu.camille).get("/resources").json["items"]]


# ---------------------------------------------------------------- when they are free


def test_a_room_is_free_when_open_and_not_taken_buffers_counted(lieu, partner):
    camille = partner(lieu.camille)
    camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00")

    seen = available(camille, lieu.room.id, "2027-01-05 00:00", "2027-01-07 00:00")

    assert spans(seen["free"]) == ["05 08:30-09:45", "05 11:15-18:30", "06 08:30-18:30"]
    assert spans(seen["taken"]) == ["05 10:00-11:15"]
    assert "Camille" not in str(seen)
    assert all(set(one) == {"start", "end"} for one in seen["free"] + seen["taken"])


def test_what_is_said_free_can_be_booked_to_its_edges(lieu, partner):
    camille, nora = partner(lieu.camille), partner(make_member())
    camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00")

    for one in available(nora, lieu.room.id, "2027-01-05 00:00", "2027-01-06 00:00")["free"]:
        made = nora.post("/bookings/preview", resource_id=lieu.room.id, start=one["start"], end=one["end"])
        assert made.json["ok"], one


def test_badge_holders_come_at_night_where_things_run_at_night(lieu, partner):
    nora, camille = partner(lieu.nora), partner(lieu.camille)

    assert spans(available(nora, lieu.room.id, "2027-01-02 00:00", "2027-01-04 00:00")["free"]) == ["02 00:00-00:00"]
    assert spans(available(camille, lieu.room.id, "2027-01-02 00:00", "2027-01-04 00:00")["free"]) == ["02 09:00-12:30"]


def test_a_pool_says_how_many_places_are_left(lieu, partner):
    for seat in ("A1", "A2"):
        partner(make_member()).book(lieu.seat(seat), "2027-01-05 08:30", "2027-01-05 13:00")
    partner(make_member()).book(lieu.seat("A1"), "2027-01-05 13:00", "2027-01-05 18:30")

    seen = available(partner(lieu.camille), lieu.pool.id, "2027-01-05 00:00", "2027-01-06 00:00")

    assert [(part, one["places_left"]) for part, one in zip(spans(seen["free"]), seen["free"], strict=True)] == [
        ("05 08:30-13:00", 6),
        ("05 13:00-18:30", 7),
    ]
    assert seen["taken"] == []


def test_a_full_pool_is_taken(lieu, partner):
    for _ in range(8):
        partner(make_member()).book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00")

    seen = available(partner(lieu.camille), lieu.pool.id, "2027-01-05 00:00", "2027-01-06 00:00")

    assert (spans(seen["free"]), spans(seen["taken"])) == (["05 13:00-18:30"], ["05 08:30-13:00"])


def test_the_past_is_not_free(lieu, partner, frozen):
    frozen("2027-01-05T10:20+01:00")

    assert spans(available(partner(lieu.camille), lieu.room.id, "2027-01-05 00:00", "2027-01-06 00:00")["free"]) == ["05 10:20-18:30"]


def test_nothing_is_free_of_a_closed_day_or_of_what_is_broken(lieu, partner):
    camille, boss = partner(lieu.camille), partner(lieu.max)
    services.close(
        place_id=lieu.place.id,
        first_day=paris("2027-01-05 00:00").date(),
        last_day=paris("2027-01-05 00:00").date(),
        label="Travaux",
        actor_id=lieu.max.id,
        now=clock.now(),
    )

    closed = available(partner(lieu.nora), lieu.room.id, "2027-01-05 00:00", "2027-01-06 00:00")
    assert (closed["free"], spans(closed["taken"])) == ([], ["05 00:00-00:00"])
    boss.patch(f"/resources/{lieu.room.id}", state="out_of_service")
    assert available(camille, lieu.room.id, "2027-01-06 00:00", "2027-01-07 00:00")["free"] == []


def test_a_resident_s_desk_is_free_while_they_are_away(lieu, partner):
    from app.booking.models import Absence

    with transaction() as session:
        day = paris("2027-01-06 00:00").date()
        session.add(Absence(resource_id=lieu.d1.id, first_day=day, last_day=day, created_at=clock.now()))

    seen = available(partner(lieu.camille), lieu.d1.id, "2027-01-05 00:00", "2027-01-08 00:00")
    assert spans(seen["free"]) == ["06 08:30-18:30"]


def test_a_whole_space_is_taken_by_what_is_taken_inside(fablab, partner):
    partner(fablab.ana).book(fablab.laser, "2026-12-08 14:00", "2026-12-08 15:00")

    seen = available(partner(fablab.ana), fablab.space.id, "2026-12-08 00:00", "2026-12-09 00:00")
    assert (spans(seen["free"]), spans(seen["taken"])) == (["08 09:00-14:00", "08 15:00-18:00"], ["08 14:00-15:00"])


def test_the_days_of_the_clock_change_are_as_long_as_they_are(lieu, partner, frozen):
    frozen("2027-03-01T10:00+01:00")

    seen = available(partner(lieu.nora), lieu.room.id, "2027-03-28 00:00", "2027-03-29 00:00")
    assert seen["free"] == [{"start": "2027-03-28T00:00:00+01:00", "end": "2027-03-29T00:00:00+02:00"}]


def test_two_months_at_once_and_no_more(lieu, partner):
    camille = partner(lieu.camille)

    def ask(first: str, last: str, resource_id: int = lieu.room.id):
        return camille.get("/availability", resource_id=resource_id, **{"from": first, "to": last})

    assert ask("2027-01-01T00:00:00+01:00", "2027-03-04T00:00:00+01:00").status_code == 200
    assert ask("2026-10-01T00:00:00+02:00", "2026-12-02T00:00:00+01:00").status_code == 200
    assert wrong(ask("2027-01-01T00:00:00+01:00", "2027-03-05T00:00:00+01:00")) == {"to": ["window_too_long"]}
    assert wrong(ask("2027-01-02T00:00:00+01:00", "2027-01-02T00:00:00+01:00")) == {"to": ["backwards"]}
    assert wrong(ask("2027-01-02", "2027-01-02T00:00:00")) == {"from": ["not_a_time"], "to": ["naive_time"]}
    assert ask("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z", 999_999).status_code == 404
    assert wrong(camille.get("/availability")) == {"resource_id": ["required"], "from": ["required"], "to": ["required"]}


def test_a_plus_that_an_address_turned_into_a_space_is_still_a_plus(lieu, partner):
    url = f"/availability?resource_id={lieu.room.id}&from=2027-01-05T00:00:00+01:00&to=2027-01-06T00:00:00+01:00"

    assert partner(lieu.camille).ask("GET", url).status_code == 200


# ---------------------------------------------------------------- what staff changes


def test_staff_changes_rules_one_by_one_and_gives_them_back(lieu, partner):
    boss = partner(lieu.max)

    changed = boss.patch(f"/resources/{lieu.room.id}", rules={"notice_minutes": 0, "max_minutes": 120}).json
    assert (changed["rules"]["notice_minutes"], changed["rules"]["max_minutes"], changed["rules"]["buffer_after"]) == (0, 120, 15)
    assert codes(partner(lieu.camille).book(lieu.room, "2027-01-05 10:00", "2027-01-05 13:00")) == ["too_long"]
    assert partner(lieu.camille).get("/resources", kind="room").json["items"] == [changed]


def test_a_broken_thing_is_refused_and_one_that_needs_attention_is_not(lieu, partner):
    boss, camille = partner(lieu.max), partner(lieu.camille)

    assert boss.patch(f"/resources/{lieu.room.id}", state="out_of_service").json["state"] == "out_of_service"
    assert codes(camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00")) == ["out_of_service"]
    boss.patch(f"/resources/{lieu.room.id}", state="needs_attention")
    assert camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00").status_code == 201


def test_a_retired_thing_leaves_the_list_and_its_bookings_still_name_it(lieu, partner):
    boss, camille = partner(lieu.max), partner(lieu.camille)
    made = camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00").json

    assert boss.patch(f"/resources/{lieu.room.id}", state="retired").json["state"] == "retired"

    assert camille.get("/resources", kind="room").json["items"] == []
    assert camille.get(f"/bookings/{made['id']}").json["status"] == "cancelled"
    assert db.session.get_one(Booking, made["id"]).resource_id == lieu.room.id
    assert camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00").status_code == 404
    assert boss.patch(f"/resources/{lieu.room.id}", state="in_service").status_code == 404


@pytest.mark.parametrize(
    ("rules", "field", "code"),
    [
        ({"step": 0}, "rules.step", "out_of_range"),
        ({"step": "15"}, "rules.step", "not_an_integer"),
        ({"step": True}, "rules.step", "not_an_integer"),
        ({"night": 1}, "rules.night", "not_a_boolean"),
        ({"late_fee_percent": 101}, "rules.late_fee_percent", "out_of_range"),
        ({"horizon_days": -1}, "rules.horizon_days", "out_of_range"),
        ({"max_minutes": 2**40}, "rules.max_minutes", "out_of_range"),
        ({"sold_by": "the_kilo"}, "rules.sold_by", "not_a_choice"),
        ({"hours": {"7": []}}, "rules.hours.7.key", "not_a_choice"),
        ({"hours": {"0": [[540]]}}, "rules.hours.0.value.0", "out_of_range"),
        ({"hours": {"0": 540}}, "rules.hours.0.value", "not_a_list"),
        ({"hours": []}, "rules.hours", "not_an_object"),
        ({"password": 1}, "rules.password", "unknown_field"),
        ([], "rules", "not_an_object"),
    ],
)
def test_rules_are_held_within_their_bounds(lieu, partner, rules, field, code):
    no = partner(lieu.max).patch(f"/resources/{lieu.room.id}", rules=rules)

    assert (no.status_code, wrong(no)) == (422, {field: [code]})


def test_rules_that_contradict_each_other_are_refused(lieu, partner):
    no = partner(lieu.max).patch(f"/resources/{lieu.room.id}", rules={"min_minutes": 120, "max_minutes": 60})

    assert (no.status_code, codes(no)) == (422, ["bad_rules"])
    assert thing(lieu.room.id).rules.max_minutes == 720


def test_the_list_of_things_costs_as_much_for_sixty_as_for_ten(lieu, partner, statements):
    camille = partner(lieu.camille)
    with statements() as few:
        camille.get("/resources")
    for number in range(50):
        make_thing(lieu.place, f"X{number}", kind="room")
    camille.get("/resources")
    with statements() as many:
        camille.get("/resources")

    assert len(many) == len(few)
