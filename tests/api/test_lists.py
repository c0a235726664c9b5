"""The list of bookings: filters, pages, order."""

import base64
import json

import pytest

from app.billing.services import invoicing
from app.core import clock
from app.core.db import db, transaction
from tests.api.partner import wrong
from tests.billing.bills import bill, line, make_organisation
from tests.factories import make_member, paris


@pytest.fixture
def week(lieu, partner):
    """Camille has the room each morning of a week, Nora each afternoon."""
    for day in ("04", "05", "06", "07", "08"):
        for person, start, end in ((lieu.camille, "10:00", "11:00"), (lieu.nora, "14:00", "15:00")):
            assert partner(person).book(lieu.room, f"2027-01-{day} {start}", f"2027-01-{day} {end}").status_code == 201
    return lieu


def days(answer) -> list[str]:
    return [one["start"][8:13] for one in answer.json["items"]]


def test_one_sees_one_s_own_in_order(week, partner):
    assert days(partner(week.camille).get("/bookings")) == ["04T10", "05T10", "06T10", "07T10", "08T10"]


def test_a_manager_sees_everybody_s(week, partner):
    boss = partner(week.max)

    assert days(boss.get("/bookings"))[:3] == ["04T10", "04T14", "05T10"]
    assert len(boss.get("/bookings", member_id=week.nora.id).json["items"]) == 5
    assert len(boss.get("/bookings", resource_id=week.room.id).json["items"]) == 10
    assert boss.get("/bookings", resource_id=week.pool.id).json["items"] == []


def test_a_period_holds_what_touches_it(week, partner):
    camille = partner(week.camille)

    def between(first: str, last: str):
        return days(camille.get("/bookings", **{"from": paris(first).isoformat(), "to": paris(last).isoformat()}))

    assert between("2027-01-05 00:00", "2027-01-07 00:00") == ["05T10", "06T10"]
    assert between("2027-01-05 10:30", "2027-01-05 10:45") == ["05T10"]
    assert between("2027-01-05 11:00", "2027-01-06 10:00") == []


def test_a_status_is_a_filter(week, partner):
    camille = partner(week.camille)
    first = camille.get("/bookings").json["items"][0]["id"]
    camille.delete(f"/bookings/{first}")

    assert [one["id"] for one in camille.get("/bookings", status="cancelled").json["items"]] == [first]
    assert len(camille.get("/bookings", status="confirmed").json["items"]) == 4


@pytest.mark.parametrize("limit", [1, 2, 3, 9, 10, 100])
def test_pages_follow_one_another_whatever_their_size(week, partner, limit):
    boss = partner(week.max)
    seen: list[int] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        page = boss.get("/bookings", limit=limit, **({"cursor": cursor} if cursor else {})).json
        assert len(page["items"]) <= limit
        seen += [one["id"] for one in page["items"]]
        cursor, pages = page["cursor"], pages + 1

    assert seen == [one["id"] for one in boss.get("/bookings").json["items"]]
    assert pages == -(-10 // limit)


def test_a_page_is_not_troubled_by_what_comes_meanwhile(week, partner):
    boss = partner(week.max)
    first = boss.get("/bookings", limit=5).json
    partner(week.leo).book(week.room, "2027-01-04 16:00", "2027-01-04 17:00")

    rest = boss.get("/bookings", limit=100, cursor=first["cursor"]).json

    assert not {one["id"] for one in first["items"]} & {one["id"] for one in rest["items"]}
    assert len(rest["items"]) == 5


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("limit", "101", "out_of_range"),
        ("limit", "0", "out_of_range"),
        ("limit", "-1", "not_an_integer"),
        ("limit", "ten", "not_an_integer"),
        ("limit", "1e1", "not_an_integer"),
        ("limit", "٣", "not_an_integer"),
        ("limit", "9" * 30, "not_an_integer"),
        ("resource_id", "4294967296", "out_of_range"),
        ("status", "asleep", "not_a_choice"),
        ("from", "2027-01-05T10:00:00", "naive_time"),
        ("from", "yesterday", "not_a_time"),
        ("membre_id", "5", "unknown_field"),
        ("cursor", "x", "bad_cursor"),
        ("cursor", "é", "bad_cursor"),
        ("cursor", "x" * 201, "too_long"),
        ("cursor", "AAAA", "bad_cursor"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(week, partner, name, value, code):
    no = partner(week.camille).get("/bookings", **{name: value})

    assert (no.status_code, wrong(no)) == (422, {name: [code]})


@pytest.mark.parametrize(
    "key", [[], [1], [1, 2, 3], [1, "2"], [1, None], [1.5, 2], [True, 1], {"a": 1}, [2**60, 1], [-(2**60), 1], [2**52, 1], "1"]
)
def test_a_cursor_that_we_did_not_give_is_refused(week, partner, key):
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")

    for path in ("/bookings", "/resources", "/members"):
        no = partner(week.max).get(path, cursor=cursor)
        assert no.status_code in (200, 422), path
        if no.status_code == 422:
            assert wrong(no) == {"cursor": ["bad_cursor"]}


def test_a_list_costs_as_much_for_fifty_as_for_one(lieu, partner, statements):
    boss, camille = partner(lieu.max), partner(lieu.camille)
    camille.book(lieu.room, "2027-01-04 09:00", "2027-01-04 09:30")
    with statements() as few:
        boss.get("/bookings")
    with transaction():
        lieu.place.tab_cap_cents = 10**6
        db.session.flush()
    for day in range(5, 9):
        for hour in range(9, 17):
            partner(make_member()).book(lieu.room, f"2027-01-{day:02} {hour:02}:00", f"2027-01-{day:02} {hour:02}:30")
    with statements() as many:
        seen = boss.get("/bookings")

    assert (len(seen.json["items"]), len(many)) == (33, len(few))


def test_each_has_their_own_invoices_and_who_keeps_the_accounts_all_of_them(lieu, partner):
    mine, others = (bill(lieu.place, person, line(1999, rate=0, category="O")) for person in (lieu.camille, lieu.max))
    note = invoicing.credit(mine.id, gross_cents=999, reason="Geste", now=clock.now())
    camille, boss = partner(lieu.camille), partner(lieu.max)

    seen = camille.get("/invoices").json["items"]
    assert [(one["number"], one["gross_cents"], one["left_cents"]) for one in seen] == [
        ("F2026-00001", 1999, 1000),
        ("A2026-00001", -999, 0),
    ]
    one = camille.get(f"/invoices/{mine.id}").json
    assert (one["buyer_name"], one["lines"][0]["net_cents"], one["taxes"][0]["category"]) == (lieu.camille.name, 1999, "O")
    pdf = camille.get(f"/invoices/{note.id}/pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    for path in (f"/invoices/{others.id}", f"/invoices/{others.id}/pdf", "/invoices/999999", "/invoices/999999/pdf"):
        assert camille.get(path).status_code == 404
    first = boss.get("/invoices", limit=2).json
    assert [one["id"] for one in first["items"] + boss.get("/invoices", cursor=first["cursor"]).json["items"]] == [
        mine.id,
        others.id,
        note.id,
    ]
    assert boss.get(f"/invoices/{mine.id}").status_code == 200


def test_the_contact_of_an_organisation_sees_its_invoices(lieu, partner):
    company = make_organisation()
    contact, colleague = (
        make_member(name, organisation_id=company.id, is_organisation_contact=is_contact)
        for name, is_contact in (("Lou", True), ("Max", False))
    )
    invoice = bill(lieu.place, company, line(1999, rate=0, category="O"))

    assert [one["id"] for one in partner(contact).get("/invoices").json["items"]] == [invoice.id]
    assert partner(colleague).get("/invoices").json["items"] == []
    assert partner(colleague).get(f"/invoices/{invoice.id}").status_code == 404
