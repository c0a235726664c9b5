"""Who may ask what: every role, every operation; and what is another's."""

import pytest

from app.core.db import db, transaction
from app.fablab import queries
from app.fablab.models import MachineLead
from app.members.rules import ROLES
from tests.api.partner import Described
from tests.factories import make_member

EVERYBODY = frozenset(ROLES)
STAFF = frozenset(("manager", "administrator"))
WHEN = {"start": "2027-01-05T10:00:00+01:00", "end": "2027-01-05T11:00:00+01:00"}

# operation: what is sent, and who is not told that it is forbidden
TABLE = {
    "GET /me": ({}, EVERYBODY),
    "GET /resources": ({}, EVERYBODY),
    "PATCH /resources/{resource_id}": ({"rules": {"notice_minutes": 60}}, STAFF),
    "GET /availability": ({}, EVERYBODY),
    "POST /bookings": ({}, EVERYBODY),
    "POST /bookings/preview": ({}, EVERYBODY),
    "GET /bookings": ({}, EVERYBODY),
    "GET /bookings/{booking_id}": ({}, EVERYBODY),
    "PATCH /bookings/{booking_id}": ({"note": "Vu"}, EVERYBODY - {"treasurer"}),  # who sees it and does not look after it
    "DELETE /bookings/{booking_id}": ({}, EVERYBODY - {"treasurer"}),
    "POST /bookings/{booking_id}/check-in": ({}, EVERYBODY - {"treasurer"}),
    "POST /series": ({}, EVERYBODY),
    "POST /outages": ({}, STAFF | {"machine_lead"}),
    "GET /members": ({}, STAFF | {"treasurer", "head_of_course", "machine_lead"}),
    "POST /members": ({"name": "Zoé", "email": "zoe@exemple.fr"}, STAFF),
    "PATCH /members/{member_id}": ({"phone": "0233"}, STAFF),
    "GET /invoices": ({}, EVERYBODY),
    "GET /cohorts": ({}, EVERYBODY),
    "GET /cohorts/{cohort_id}/sessions": ({}, EVERYBODY),
    "GET /cohorts/{cohort_id}/attendance": ({}, EVERYBODY),
    "GET /invoices/{invoice_id}": ({}, EVERYBODY),
    "GET /invoices/{invoice_id}/pdf": ({}, EVERYBODY),
    "GET /webhooks": ({}, STAFF),
    "POST /webhooks": ({"url": "http://127.0.0.1/"}, STAFF),
    "DELETE /webhooks/{webhook_id}": ({}, STAFF),
}
SEES_ALL = STAFF | {"treasurer"}


def test_the_table_holds_every_operation(described: Described):
    known = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, item in described.spec["paths"].items() for method in item}

    assert known - {"PARAMETERS " + path for path in described.spec["paths"]} >= set(TABLE)
    assert {one for one in known if not one.startswith("PARAMETERS")} == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_forbidden_what_is_not_its_own(fablab, partner, role):
    ana = partner(fablab.ana).book(fablab.printer, "2026-12-08 10:00", "2026-12-08 11:00").json["id"]
    somebody = partner(make_member("Somebody", roles=(role,)))
    ids = {"resource_id": fablab.laser.id, "booking_id": ana, "member_id": fablab.ben.id, "webhook_id": 1, "cohort_id": 1, "invoice_id": 1}
    bodies = {
        "POST /bookings": {"resource_id": fablab.printer.id, **WHEN},
        "POST /bookings/preview": {"resource_id": fablab.printer.id, **WHEN},
        "POST /series": {"resource_id": fablab.printer.id, **WHEN, "rrule": "FREQ=DAILY;COUNT=2"},
        "POST /outages": {"resource_id": fablab.laser.id, **WHEN, "reason": "Tube"},
    }
    query = {"GET /availability": {"resource_id": fablab.laser.id, "from": "2027-01-05T00:00:00Z", "to": "2027-01-06T00:00:00Z"}}

    for operation, (body, allowed) in TABLE.items():
        method, path = operation.split(" ")
        sent = bodies.get(operation, body)
        how = {"json": sent} if method in ("POST", "PATCH") else {"query_string": query.get(operation, {})}
        answer = somebody.ask(method, path.format(**ids), **how)
        assert (answer.status_code == 403) == (role not in allowed), f"{operation}: {answer.status_code} for {role}"
        if path.startswith("/bookings/{booking_id}") and role not in SEES_ALL:
            assert answer.status_code == 404, operation


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_own_bookings_or_all_of_them(fablab, partner, role):
    partner(fablab.ana).book(fablab.printer, "2026-12-08 10:00", "2026-12-08 11:00")
    somebody = partner(make_member("Somebody", roles=(role,)))
    somebody.book(fablab.printer, "2026-12-09 10:00", "2026-12-09 11:00")

    seen = somebody.get("/bookings").json["items"]
    asked = somebody.get("/bookings", member_id=fablab.ana.id).json["items"]

    assert (len(seen), len(asked)) == ((2, 1) if role in SEES_ALL else (1, 0))


@pytest.mark.parametrize("role", ROLES)
def test_only_staff_books_for_others_and_overrides(fablab, partner, role):
    somebody = partner(make_member("Somebody", roles=(role,)))

    for_other = somebody.book(fablab.printer, "2026-12-08 10:00", "2026-12-08 11:00", for_member_id=fablab.ben.id)
    override = somebody.book(fablab.printer, "2026-12-07 10:00", "2026-12-07 11:00", override_reason="Portes ouvertes")

    expected = 201 if role in STAFF else 403
    assert (for_other.status_code, override.status_code) == (expected, expected)
    if expected == 403:
        assert for_other.json["code"] == "not_allowed"


def test_a_lead_declares_outages_of_machines_only(fablab, partner):
    lead = partner(make_member("Lead", roles=("machine_lead",)), "read write")

    assert lead.post("/outages", resource_id=fablab.laser.id, **WHEN, reason="Tube").status_code == 201
    assert lead.post("/outages", resource_id=fablab.space.id, **WHEN, reason="Fuite").status_code == 403
    with transaction():
        db.session.add(MachineLead(resource_id=fablab.printer.id, member_id=fablab.chloe.id))
        db.session.flush()
    chloe = partner(fablab.chloe)  # of her machine, and of no other
    assert chloe.post("/outages", resource_id=fablab.printer.id, **WHEN, reason="Buse").status_code == 201
    assert [entry.text for entry in queries.log(fablab.printer.id)] == ["Buse"]
    assert chloe.post("/outages", resource_id=fablab.cnc.id, **WHEN, reason="Broche").status_code == 403


def test_another_s_booking_answers_like_none(lieu, partner):
    mine = partner(lieu.camille).book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00").json["id"]
    nora = partner(lieu.nora)

    answers = [
        nora.get(f"/bookings/{mine}"),
        nora.patch(f"/bookings/{mine}", note="x"),
        nora.delete(f"/bookings/{mine}"),
        nora.ask("POST", f"/bookings/{mine}/check-in"),
    ]
    none = [nora.get("/bookings/999999"), nora.patch("/bookings/999999", note="x"), nora.delete("/bookings/999999")]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.data for answer in answers} == {none[0].data} == {answer.data for answer in none}


def test_staff_who_cancels_gives_everything_back(lieu, partner, frozen):
    mine = partner(lieu.camille).book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00").json["id"]
    frozen("2027-01-05T09:00+01:00")

    gone = partner(lieu.max).delete(f"/bookings/{mine}")

    assert gone.json == {"status": "cancelled", "refund": {"cents": 800, "half_days": 0, "minutes": 0}}


def test_nobody_books_for_someone_unknown(lieu, partner):
    no = partner(lieu.max).book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00", for_member_id=999_999)

    assert (no.status_code, no.json["code"]) == (404, "unknown_member")


def test_booking_for_oneself_by_name_is_everybody_s_right(lieu, partner):
    made = partner(lieu.camille).book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00", for_member_id=lieu.camille.id)

    assert made.status_code == 201


def test_no_field_outside_the_shape_is_taken(lieu, partner):
    camille = partner(lieu.camille)
    for field in ("price_cents", "status", "member_id", "is_staff", "actor_id", "series_id", "half"):
        no = camille.book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00", **{field: 0})
        assert (no.status_code, no.json["errors"][field][0]["code"]) == (422, "unknown_field")
