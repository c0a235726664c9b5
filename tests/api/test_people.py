"""Members, for those who look after them."""

import pytest

from app.billing.services import grant
from app.core import clock
from app.core.db import db
from app.members.models import Member
from tests.api.partner import codes, wrong
from tests.factories import make_member, subscribe


def test_i_am_told_who_i_am_and_what_is_left(lieu, partner):
    subscribe(lieu.place, lieu.nora, "plein-temps", {"half_days": "unlimited", "room_minutes": 120}, since="2026-12-01")
    grant(place_id=lieu.place.id, member_id=lieu.nora.id, unit="cent", granted=500, source="free", now=clock.now())
    nora = partner(lieu.nora)
    nora.book(lieu.room, "2027-01-05 10:00", "2027-01-05 14:00")

    assert nora.get("/me").json == {
        "id": lieu.nora.id,
        "name": "Nora",
        "email": lieu.nora.email,
        "roles": ["member"],
        "balances": {"half_days": 0, "minutes": 120, "cents": 500},
        "unlimited": ["half_day"],
        "due_cents": 1600,
    }


def test_staff_opens_an_account(lieu, partner):
    made = partner(lieu.max).post(
        "/members",
        name="  Zoé   Martin ",
        email="Zoe@Exemple.fr",
        roles=["member", "maker"],
        tariff_group="solidaire",
        badge=True,
        town="Boitron",
    )

    assert made.status_code == 201
    assert (made.json["name"], made.json["email"], made.json["roles"]) == ("Zoé Martin", "zoe@exemple.fr", ["maker", "member"])
    assert (made.json["status"], made.json["badge"], made.json["tariff_group"], made.json["town"]) == (
        "active",
        True,
        "solidaire",
        "Boitron",
    )
    booked = partner(lieu.max).book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00", for_member_id=made.json["id"])
    assert booked.json["price_cents"] == 350


def test_an_address_opens_one_account(lieu, partner):
    boss = partner(lieu.max)
    boss.post("/members", name="Zoé", email="zoe@exemple.fr")

    again = boss.post("/members", name="Zoé", email="ZOE@exemple.fr")

    assert (again.status_code, len(codes(again))) == (422, 1)


def test_staff_changes_what_is_written_of_somebody(lieu, partner):
    boss = partner(lieu.max)

    changed = boss.patch(
        f"/members/{lieu.leo.id}", name="Léo", phone="0233000000", roles=["coworker"], badge=True, tariff_group="plein", locale="en"
    )

    assert changed.status_code == 200
    assert (changed.json["name"], changed.json["roles"], changed.json["badge"], changed.json["tariff_group"]) == (
        "Léo",
        ["coworker"],
        True,
        "plein",
    )
    assert partner(lieu.leo).book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00").json["price_cents"] == 700


def test_staff_suspends_opens_again_and_closes(lieu, partner):
    boss, leo = partner(lieu.max), partner(lieu.leo)

    suspended = boss.patch(f"/members/{lieu.leo.id}", status="suspended", status_reason="Clé perdue")
    assert (suspended.json["status"], suspended.json["status_reason"]) == ("suspended", "Clé perdue")
    assert codes(leo.book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00")) == ["suspended"]
    assert codes(boss.book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00", for_member_id=lieu.leo.id)) == ["suspended"]
    assert boss.patch(f"/members/{lieu.leo.id}", status="active").json["status"] == "active"
    assert leo.book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00").status_code == 201
    assert boss.patch(f"/members/{lieu.leo.id}", status="inactive").json["status"] == "inactive"
    assert leo.get("/me").status_code == 401
    assert codes(boss.book(lieu.pool, "2027-01-06 08:30", "2027-01-06 13:00", for_member_id=lieu.leo.id)) == ["inactive_member"]


def test_a_change_that_is_refused_changes_nothing(lieu, partner):
    boss = partner(lieu.max)

    no = boss.patch(f"/members/{lieu.max.id}", phone="0233", status="suspended")

    assert (no.status_code, len(codes(no))) == (422, 1)
    assert db.session.get_one(Member, lieu.max.id, populate_existing=True).phone == ""


def test_nobody_makes_an_administrator_but_one(lieu, partner):
    no = partner(lieu.max).patch(f"/members/{lieu.leo.id}", roles=["administrator"])

    assert (no.status_code, len(codes(no))) == (422, 1)
    assert lieu.leo.roles == {"member"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "empty"),
        ("name", "\u202e\u200b", "empty"),
        ("name", "x" * 121, "too_long"),
        ("name", 12, "not_text"),
        ("name", None, "null"),
        ("email", "nobody", "not_an_email"),
        ("email", "a@b@c.fr", "not_an_email"),
        ("email", "a\r\nBcc: x@y.fr", "not_an_email"),
        ("roles", ["king"], None),
        ("roles", "member", "not_a_list"),
        ("roles", ["member"] * 50, "out_of_range"),
        ("badge", "yes", "not_a_boolean"),
        ("tariff_group", "nobles", "not_a_choice"),
        ("organisation_id", 999_999, "not_a_choice"),
        ("locale", "de", "not_a_choice"),
        ("password_hash", "x", "unknown_field"),
    ],
)
def test_what_is_written_of_somebody_is_held_within_bounds(lieu, partner, field, value, code):
    no = partner(lieu.max).post("/members", **{"name": "Zoé", "email": "zoe@exemple.fr", field: value})

    assert no.status_code == 422
    assert [name.split(".")[0] for name in wrong(no)] == [field]
    assert code is None or wrong(no)[field] == [code]


def test_people_are_listed_page_by_page_and_found(lieu, partner):
    boss = partner(lieu.max)
    for number in range(5):
        make_member(f"Élève{number}", roles=("trainee",))
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = boss.get("/members", limit=3, **({"cursor": cursor} if cursor else {})).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["cursor"]

    everybody = [one["id"] for one in boss.get("/members").json["items"]]
    assert (seen, len(set(seen))) == (everybody, len(everybody))
    assert [one["name"] for one in boss.get("/members", q="eleve3").json["items"]] == ["Élève3"]
    assert len(boss.get("/members", role="trainee").json["items"]) == 5
    assert boss.get("/members", status="suspended").json["items"] == []


def test_who_was_erased_is_nobody(lieu, partner):
    boss = partner(lieu.max)
    gone = make_member("Gone", status="erased")

    assert gone.id not in [one["id"] for one in boss.get("/members").json["items"]]
    assert boss.patch(f"/members/{gone.id}", name="Back").status_code == 404
    assert boss.patch("/members/999999", name="Nobody").status_code == 404


def test_listing_people_costs_as_much_for_forty_as_for_six(lieu, partner, statements):
    boss = partner(lieu.max)
    with statements() as few:
        boss.get("/members")
    for number in range(40):
        make_member(f"M{number}", roles=("member", "maker"))
    with statements() as many:
        boss.get("/members")

    assert len(many) == len(few)
