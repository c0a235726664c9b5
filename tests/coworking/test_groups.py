"""A block of seats for a week, a company's people, and what happens to a group when a seat goes."""

import re

import pytest
import sqlalchemy as sa

from app import wiring
from app.booking import services
from app.booking.models import Booking, Occupancy, Status
from app.core import clock, mail
from app.core.db import db, transaction
from app.core.journal import deliver
from app.members.models import Organisation
from app.place.services import touch_settings
from tests.factories import book_half, make_member, thing
from tests.pages import fields_of, text_of

WEEK = {"pool": "grande-salle", "first_day": "2026-12-07", "last_day": "2026-12-13", "half": "day"}


def faults() -> list[str]:
    return [fault for look in wiring.CHECKS for fault in look(db.session())]


@pytest.fixture(autouse=True)
def generous(lieu):
    """A tab that a week of a company does not fill."""
    with transaction():
        lieu.place.tab_cap_cents = 100_000
        touch_settings(lieu.place.id)


def company(name: str = "Trois Pommes"):
    with transaction():
        row = Organisation(name=name, created_at=clock.now())
        db.session.add(row)
        db.session.flush()
    people = [make_member(person, organisation_id=row.id) for person in ("Anaïs", "Bruno", "Chloé")]
    with transaction():
        people[0].is_organisation_contact = True
        db.session.flush()
    return row, people


def test_a_company_of_three_takes_its_seats_for_a_week_and_sees_counts_only(lieu, log_in, frozen):
    row, (anais, bruno, _chloe) = company()
    assert log_in(bruno).get("/coworking/groups").status_code == 404
    client = log_in(anais)
    asked = {**WEEK, "seats": "9", "payer": f"o{row.id}", "note": "équipe"}
    no = client.post("/coworking/groups", data=asked)

    assert no.status_code == 409
    assert "il manque une place" in text_of(no).lower() and "8 places sont libres tous ces jours-là" in text_of(no)
    seen = client.post("/coworking/groups", data={**asked, "seats": "3"})
    assert seen.status_code == 200 and "dimanche 13 décembre" in text_of(seen).lower() and "fermé" in text_of(seen)
    assert "Réserver les 3 places" in text_of(seen)
    form = {**fields_of(seen.text), **asked, "seats": "3", "confirmed": "1"}
    done = client.post("/coworking/groups", data=form)
    again = client.post("/coworking/groups", data=form)
    assert (done.status_code, done.location) == (303, again.location)

    (booking,) = db.session.scalars(sa.select(Booking)).all()
    # five whole days (Saturday has only a morning), three seats each
    assert len(booking.occupancies) == 15 and booking.organisation_id == row.id
    assert booking.price_cents == 15 * 1200
    page = text_of(client.get(done.location))
    assert "du lundi 7 au vendredi 11 décembre" in page.lower()
    frozen("2026-12-07T10:00+01:00")
    services.settle_arrivals(now=clock.now())
    assert db.session.get_one(Booking, booking.id).status == Status.CONFIRMED  # nobody signals each of them

    counts = text_of(log_in(anais).get("/coworking/organisation?month=2026-12"))
    assert re.search(r"Anaïs.*?>1<.*?>30<.*?180,00 €", counts.replace("\n", ""))
    assert "A1" not in counts and "Poste" not in counts
    assert log_in(bruno).get("/coworking/organisation").status_code == 404
    assert log_in(lieu.max).get(f"/coworking/organisations/{row.id}?month=2026-12").status_code == 200
    assert faults() == []


def test_a_seat_that_goes_is_replaced_or_given_back_and_the_others_stay(lieu, log_in, frozen):
    row, (anais, *_) = company()
    client = log_in(anais)
    form = {**WEEK, "last_day": "2026-12-08", "seats": "4", "payer": f"o{row.id}", "confirmed": "1"}
    assert client.post("/coworking/groups", data=form).status_code == 303
    (group,) = db.session.scalars(sa.select(Booking)).all()
    assert group.price_cents == 8 * 1200
    for seat in range(4):  # the others are taken on the 8th
        book_half(lieu.pool, "2026-12-08", "day", make_member(f"P{seat}"))
    held = sorted({row.resource_id for row in group.occupancies})

    gone = services.declare_outage(
        thing=thing(held[0]), period=None, starts_at=clock.now(), reason="chaise cassée", actor_id=lieu.max.id, now=clock.now()
    )

    db.session.expire_all()
    left = db.session.scalars(sa.select(Occupancy).where(Occupancy.booking_id == group.id, Occupancy.active)).all()
    assert gone.cancelled == []
    assert (group.status, len(left), group.price_cents) == (Status.CONFIRMED, 7, 7 * 1200)  # moved on the 7th, given back on the 8th
    assert all(row.resource_id != held[0] for row in left)
    deliver(wiring.READERS, now=clock.now())
    told = db.session.scalars(sa.select(mail.OutgoingMail).where(mail.OutgoingMail.kind == "booking.reseated")).one()
    letter = wiring.MAILS["booking.reseated"](told)
    assert letter and "A1 est remplacé par A5." in letter.text and "il n’y avait pas d’autre place" in letter.text
    assert faults() == []
