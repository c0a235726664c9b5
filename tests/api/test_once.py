"""The same key twice: one effect, and the first answer again."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.booking import services
from app.booking.models import Booking, Outage
from app.booking.services import reserving
from app.core import clock
from app.core.db import db, transaction
from app.core.idempotency import IdempotentAnswer
from app.members.models import Member
from tests.api.partner import codes, count, wrong

START, END = "2027-01-05T10:00:00+01:00", "2027-01-05T11:00:00+01:00"


def test_another_body_with_the_same_key_is_refused(lieu, partner):
    camille = partner(lieu.camille)
    camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, key="k")

    for other in (
        camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, note="x", key="k"),
        camille.post("/series", resource_id=lieu.room.id, start=START, end=END, rrule="FREQ=DAILY;COUNT=2", key="k"),
    ):
        assert (other.status_code, codes(other), other.json["code"]) == (422, ["idempotency_key_reused"], "idempotency_key_reused")
    assert count(Booking) == 1


def test_the_order_of_the_fields_makes_no_other_body(lieu, partner):
    camille = partner(lieu.camille)
    sent = f'"resource_id": {lieu.room.id}, "start": "{START}"'

    first, second = (
        camille.ask("POST", "/bookings", data=body, content_type="application/json", headers={"Idempotency-Key": "k"})
        for body in (f'{{{sent}, "end": "{END}"}}', f'{{"end": "{END}",{sent}}}')
    )

    assert (first.status_code, second.status_code, first.data) == (201, 201, second.data)


def test_a_refusal_is_not_kept(lieu, partner):
    camille, nora = partner(lieu.camille), partner(lieu.nora)
    taken = nora.post("/bookings", resource_id=lieu.room.id, start=START, end=END).json["id"]

    assert camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, key="k").status_code == 409
    nora.delete(f"/bookings/{taken}")
    assert camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, key="k").status_code == 201


def test_the_answer_stays_the_first_even_when_the_booking_has_changed(lieu, partner):
    camille = partner(lieu.camille)
    first = camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, key="k")
    camille.delete(f"/bookings/{first.json['id']}")

    again = camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, key="k")

    assert (again.status_code, again.data) == (201, first.data)


def test_each_person_has_their_own_keys(lieu, partner):
    for person in (lieu.camille, lieu.nora):
        assert (
            partner(person)
            .post("/bookings", pool_code="grande-salle", start="2027-01-05T08:30:00+01:00", end="2027-01-05T13:00:00+01:00", key="k")
            .status_code
            == 201
        )
    assert count(Booking) == 2


def test_a_key_is_forgotten_after_a_day(lieu, partner):
    camille = partner(lieu.camille)
    camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, key="k")
    with transaction() as session:
        session.execute(sa.update(IdempotentAnswer).values(created_at=clock.now() - timedelta(hours=24)))

    assert codes(camille.post("/bookings", resource_id=lieu.room.id, start=START, end=END, key="k")) == ["overlap"]


def test_series_outages_and_members_are_made_once_too(lieu, partner):
    boss = partner(lieu.max)
    for path, body in (
        ("/series", {"resource_id": lieu.room.id, "start": START, "end": END, "rrule": "FREQ=DAILY;COUNT=2"}),
        ("/members", {"name": "Zoé", "email": "zoe@exemple.fr"}),
        ("/outages", {"resource_id": lieu.room.id, "start": "2027-01-20T10:00:00+01:00", "reason": "Fuite"}),
    ):
        first, second = (boss.post(path, **body, key=path.strip("/")) for _ in range(2))
        assert (first.status_code, second.status_code, first.data) == (201, 201, second.data), path
        assert second.headers["Idempotent-Replayed"] == "true"
    assert (count(Booking), count(Outage)) == (2, 1)
    assert db.session.scalar(sa.select(sa.func.count()).where(Member.email == "zoe@exemple.fr")) == 1


def test_a_key_is_a_word(lieu, partner):
    camille = partner(lieu.camille)
    for key in ("x" * 201, "é", "a b"):
        no = camille.ask(
            "POST",
            "/bookings",
            json={"resource_id": lieu.room.id, "start": START, "end": END},
            headers={"Idempotency-Key": key.encode().decode("latin-1")},
        )
        assert (no.status_code, wrong(no)) == (422, {"Idempotency-Key": ["bad_idempotency_key"]})
    assert count(Booking) == 0


def test_two_who_send_the_same_key_at_once_get_the_same_answer(lieu, partner, monkeypatch):
    """The second looks before the first has written, and finds the place taken: by itself, so that its answer is the first."""
    monkeypatch.setattr(reserving, "is_a_crowd", lambda: True)
    camille = partner(lieu.camille)
    wish = {"resource_id": lieu.room.id, "start": START, "end": END}
    first: list[Any] = []
    look = services.look

    def look_late(request):
        if not first:
            first.append(None)
            monkeypatch.setattr(services, "look", look)
            first[0] = camille.post("/bookings", **wish, key="k")
        look(request)

    monkeypatch.setattr(services, "look", look_late)
    second = camille.post("/bookings", **wish, key="k")

    assert (first[0].status_code, second.status_code, second.data) == (201, 201, first[0].data)
    assert count(Booking) == 1
