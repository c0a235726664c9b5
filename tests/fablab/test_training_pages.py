"""Trainings through their pages, and the mails that follow."""

import re

import pytest
import sqlalchemy as sa

from app.booking.models import Booking
from app.core import clock
from app.core.db import db
from app.fablab.models import Clearance, Training, TrainingSeat
from app.feeds import calendars
from app.members.rules import ROLES
from tests.factories import between, book, make_member
from tests.pages import error_of, fields_of, text_of


def typed(fablab, **more):
    return {
        "title": "Initiation laser",
        "clearance_type_id": str(fablab.clearance.id),
        "trainer_id": str(fablab.max.id),
        "day": "2026-12-12",
        "start": "10:00",
        "end": "12:00",
        "machine_ids": [str(fablab.laser.id)],
        "seats": "1",
        "min_seats": "0",
        "decide_hours": "24",
        "free_hours": "48",
        "cents": "20,00",
        "cents_of_solidaire": "8",
    } | more


@pytest.fixture
def planned(fablab, log_in) -> Training:
    answer = log_in(fablab.max).post("/fablab/trainings/new", data=typed(fablab))
    assert answer.status_code == 302, answer.text
    return db.session.scalars(sa.select(Training)).one()


def test_planning_over_a_booking_shows_it_then_tells_its_person(fablab, log_in, post):
    lost = book(fablab.laser, between("2026-12-12", "11:00", "12:00"), fablab.ben)
    post()
    client = log_in(fablab.max)
    page = client.post("/fablab/trainings/new", data=typed(fablab))
    assert page.status_code == 200
    assert "Une réservation sera annulée" in page.text and "Ben" in page.text
    assert db.session.scalar(sa.select(sa.func.count(Training.id))) == 0

    machines = re.findall(r'name="machine_ids" value="(\d+)"', page.text)
    answer = client.post("/fablab/trainings/new", data=fields_of(page.text) | {"machine_ids": machines})
    assert answer.status_code == 302, answer.text
    assert db.session.get_one(Booking, lost.id, populate_existing=True).status == "cancelled"
    (mail,) = post()
    assert fablab.ben.email in mail["To"]
    words = mail.get_body(("plain",)).get_content()
    assert "Initiation laser" in words and "Libre à la place" in words


def test_a_seat_from_the_refusal_to_the_clearance(fablab, planned, log_in, post, frozen):
    chloe = log_in(fablab.chloe)
    ask = "/coworking/?what=machine&which=laser&day=2026-12-15&part=hours&start=10:00&end=11:00"
    assert f'href="/fablab/trainings/{planned.id}"' in chloe.get(ask).text
    assert "Prochaine initiation" in text_of(chloe.get("/fablab/laser"))

    page = chloe.get(f"/fablab/trainings/{planned.id}")
    assert "20,00 €" in text_of(page)
    assert chloe.post(f"/fablab/trainings/{planned.id}/seat").status_code == 302
    assert "Votre place est prise" in chloe.get(f"/fablab/trainings/{planned.id}").text
    week = "/me?week=2026-12-07"
    assert "Initiation laser" in chloe.get(week).text and "votre place est prise" in text_of(chloe.get(week))
    led = text_of(log_in(fablab.max).get(week))
    assert led.count("Initiation laser") == 1 and "Vous l’animez" in led and f'href="/bookings/{planned.booking_id}"' not in led
    for person in (fablab.chloe, fablab.max):  # in one's own calendar once, under the same mark as in the mail
        feed = calendars.of_member(person, [fablab.place], now=clock.now()).decode().replace("\r\n ", "")
        assert (feed.count("BEGIN:VEVENT"), feed.count(f"UID:{planned.uid}")) == (1, 1)
    ben = log_in(fablab.ben)
    assert "8,00 €" in text_of(ben.get(f"/fablab/trainings/{planned.id}"))
    assert ben.post(f"/fablab/trainings/{planned.id}/seat").status_code == 409
    assert ben.post(f"/fablab/trainings/{planned.id}/waiting").status_code == 302
    (told,) = post()
    assert fablab.chloe.email in told["To"]
    assert [part.get_content_type() for part in told.iter_attachments()] == ["text/calendar"]

    seat = db.session.scalars(sa.select(TrainingSeat).where(TrainingSeat.member_id == fablab.chloe.id)).one()
    assert "20,00 € vous reviennent" in text_of(log_in(fablab.chloe).get(f"/fablab/trainings/seats/{seat.id}/leaving"))
    assert log_in(fablab.chloe).post(f"/fablab/trainings/seats/{seat.id}/leaving").status_code == 302
    assert sorted(message["To"].rpartition("<")[2].strip(">") for message in post()) == sorted([fablab.ben.email, fablab.chloe.email])
    offered = db.session.scalars(sa.select(TrainingSeat).where(TrainingSeat.member_id == fablab.ben.id)).one()
    assert log_in(fablab.chloe).post(f"/fablab/trainings/seats/{offered.id}/acceptance").status_code == 404
    ben = log_in(fablab.ben)
    assert ben.post(f"/fablab/trainings/seats/{offered.id}/acceptance").status_code == 302

    frozen("2026-12-12T12:00+01:00")
    max_ = log_in(fablab.max)
    assert "Présence à noter" in max_.get("/fablab/trainings").text
    answer = max_.post(f"/fablab/trainings/{planned.id}/attendance", data={"present": [offered.id], "cleared": [offered.id]})
    assert answer.status_code == 302
    last = db.session.scalars(sa.select(Clearance).where(Clearance.member_id == fablab.ben.id).order_by(Clearance.id.desc())).first()
    assert str(last.expires_on) == "2027-12-12"
    assert [message["Subject"].replace("\u00a0", " ") for message in post() if "habilité" in message["Subject"]] == [
        "Vous êtes habilité·e : Laser"
    ]


def test_calling_it_off_tells_each_person_once(fablab, planned, log_in, post):
    log_in(fablab.chloe).post(f"/fablab/trainings/{planned.id}/seat")
    post()
    answer = log_in(fablab.max).post(f"/fablab/trainings/{planned.id}/cancellation", data={"reason": "Max est malade."})
    assert answer.status_code == 302
    (told,) = post()
    assert "Max est malade" in told.get_body(("plain",)).get_content()


def test_wrong_hours_are_said_beside_their_field(fablab, log_in):
    client = log_in(fablab.max)
    for wrong in ({"end": "09:00"}, {"day": "2027-03-28", "start": "02:30"}, {"min_seats": "3"}, {"seats": "0"}, {"title": ""}):
        assert client.post("/fablab/trainings/new", data=typed(fablab, **wrong)).status_code == 422, wrong
    assert db.session.scalar(sa.select(sa.func.count(Training.id))) == 0


@pytest.mark.parametrize("role", ROLES)
def test_who_may_organise_and_who_may_not(role, fablab, planned, log_in):
    client = log_in(make_member("Quelqu’un", roles=[role]))
    seen = {
        path: client.get(f"/fablab/trainings{path}").status_code
        for path in ("", f"/{planned.id}", "/new", f"/{planned.id}/change", f"/{planned.id}/cancellation", f"/{planned.id}/attendance")
    }
    may = role in ("machine_lead", "manager", "administrator")
    assert list(seen.values()) == [200, 200, *([200] * 4 if may else [404] * 4)]
    if may:
        unknown = client.post(f"/fablab/trainings/{planned.id}/people", data={"email": "personne@example.org"})
        assert "Personne n’a cette adresse ici" in error_of(unknown, "email") and "personne@example.org" in unknown.text
    assert client.post(f"/fablab/trainings/{planned.id}/people", data={"email": fablab.ben.email}).status_code == (302 if may else 404)
