"""A block of seats for a week, a company's people, and what happens to a group when a seat goes."""

import re

import icalendar
import pytest
import sqlalchemy as sa

from app import wiring
from app.billing.models import Charge
from app.booking import services
from app.booking.models import Booking, Occupancy, Status
from app.core import clock, mail
from app.core.db import db, transaction
from app.core.journal import deliver
from app.feeds import calendars
from app.members.models import Organisation
from app.place.services import touch_settings
from tests.factories import between, book_half, make_member, paris, thing
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


def test_the_team_passes_over_a_full_tab_for_a_block_with_a_reason_and_never_over_a_missing_seat(lieu, log_in):
    with transaction():
        lieu.place.tab_cap_cents = 1_000
        touch_settings(lieu.place.id)
    client = log_in(lieu.max)
    first = client.get("/coworking/groups")
    assert first.status_code == 200 and "Passer outre" not in text_of(first)
    row, (anais, _, _) = company()
    asked = {**WEEK, "half": "morning", "seats": "8", "payer": f"o{row.id}"}
    refused = client.post("/coworking/groups", data=asked)
    assert refused.status_code == 422 and "Passer outre" in text_of(refused)
    assert "Passer outre" not in text_of(client.post("/coworking/groups", data={**asked, "seats": "9"}))
    asked |= {"override_reason": "semaine de la promotion"}
    form = {**fields_of(client.post("/coworking/groups", data=asked).text), **asked, "confirmed": "1"}
    assert client.post("/coworking/groups", data=form).status_code == 303
    made = db.session.scalars(sa.select(Booking)).one()
    assert (made.override_reason, len(made.occupancies)) == ("semaine de la promotion", 48)

    other = log_in(anais).post("/coworking/groups", data={**asked, "half": "afternoon", "payer": f"o{row.id}"})
    assert other.status_code == 422 and "Passer outre" not in text_of(other)


def test_the_lieu_takes_seats_for_itself_on_nobody_s_account_and_counts_them(lieu, log_in, frozen):
    """Four seats on three mornings: twelve half-days that nobody owes, whoever of the team booked them."""
    book_half(lieu.pool, "2026-12-08", "morning", make_member("Zoé"))
    with transaction():
        lieu.place.tab_cap_cents = 0
        touch_settings(lieu.place.id)
        lieu.max.organisation_id = company()[0].id
    client = log_in(lieu.max)
    asked = {**WEEK, "last_day": "2026-12-09", "half": "morning", "seats": "4", "payer": "lieu", "note": "journée portes ouvertes"}
    seen = client.post("/coworking/groups", data=asked)
    assert seen.status_code == 200 and "Prix : rien à payer." in text_of(seen)
    done = client.post("/coworking/groups", data={**fields_of(seen.text), **asked, "confirmed": "1"})
    assert done.status_code == 303 and "le lieu lui-même" in text_of(client.get(done.location))

    booked = db.session.scalars(sa.select(Booking).where(Booking.for_lieu)).one()
    assert (booked.price_cents, booked.covered_by) == (0, [{"source": "free", "units": 12, "unit": "half_day", "cents": 0}])
    assert booked.organisation_id is None and db.session.scalars(sa.select(Charge).where(Charge.member_id == lieu.max.id)).all() == []
    with transaction():
        lieu.place.tab_cap_cents = 1_000
        touch_settings(lieu.place.id)
    assert book_half(lieu.pool, "2026-12-07", "morning", lieu.max).price_cents == 700  # their own seat beside, at its price
    later = services.ask(
        [(lieu.pool, between("2026-12-10", "08:30", "13:00"))] * 4, member_id=lieu.max.id, actor_id=lieu.max.id, now=clock.now()
    )
    assert services.preview(later).price_cents == 4 * 700
    moved = services.request_to_move(booked, starts_at=paris("2026-12-14 08:30"), ends_at=None, actor_id=lieu.max.id, now=clock.now())
    assert services.move(booked.id, moved).price_cents == 0

    shown = text_of(client.get("/manage/occupancy/?first_day=2026-12-01&last_day=2026-12-31"))
    assert "Le lieu a gardé 12 demi-journées pour lui-même" in shown
    table = client.get("/manage/occupancy/bookings.csv?first_day=2026-12-01&last_day=2026-12-31").text
    assert "le lieu lui-même" in table
    given = services.cancel(booking_id=booked.id, actor_id=lieu.max.id, by_lieu=True, now=clock.now())
    assert given.refund.cents == 0
    assert log_in(lieu.camille).post("/coworking/groups", data=asked).status_code == 404
    assert faults() == []


def test_a_week_of_seats_is_seen_as_its_days_not_as_one_long_event(lieu, log_in):
    """Three seats on the mornings of Thursday to Monday: Friday and Saturday's shorter morning too, never Sunday."""
    row, (anais, _, _) = company()
    client = log_in(anais)
    asked = {**WEEK, "first_day": "2026-12-10", "last_day": "2026-12-14", "half": "morning", "seats": "3", "payer": f"o{row.id}"}
    client.post("/coworking/groups", data={**fields_of(client.post("/coworking/groups", data=asked).text), **asked, "confirmed": "1"})
    booked = db.session.scalars(sa.select(Booking)).one()
    hours = [
        between("2026-12-10", "08:30", "13:00"),
        between("2026-12-11", "08:30", "13:00"),
        between("2026-12-12", "09:00", "12:30"),
        between("2026-12-14", "08:30", "13:00"),
    ]

    def events(content: bytes | None) -> list[tuple[str, object, object]]:
        found = icalendar.Calendar.from_ical(content or b"").walk("VEVENT")
        return [(str(one["UID"]), one["DTSTART"].dt, one["DTEND"].dt) for one in found]

    name = booked.uid.partition("@")[0]
    seen = events(calendars.of_member(anais, [lieu.place], now=clock.now()))
    assert [(start, end) for _, start, end in seen] == [(one.starts_at, one.ends_at) for one in hours]
    assert [uid for uid, *_ in seen] == [booked.uid, *(f"{name}.202612{day}@worklab" for day in (11, 12, 14))]
    assert b"et 2 autres" in calendars.of_member(anais, [lieu.place], now=clock.now()).replace(b"\r\n ", b"")
    of_seat = events(calendars.of_thing(booked.resource_id, now=clock.now()))
    assert len({uid for uid, *_ in of_seat}) == 4
    assert events(client.get(f"/bookings/{booked.id}.ics").data) == seen
    deliver(wiring.READERS, now=clock.now())
    (written,) = [
        wiring.MAILS[one.kind](one) for one in db.session.scalars(sa.select(mail.OutgoingMail)) if one.kind == "booking.confirmed"
    ]
    assert written is not None and [uid for uid, *_ in events(written.attachments[0].content)] == [uid for uid, *_ in seen]
    week = text_of(client.get("/me?week=2026-12-07"))
    assert week.count("de 8 h 30 à 13 h") + week.count("8 h 30 – 13 h") >= 2 and "9 h" in week
    services.cancel(booking_id=booked.id, actor_id=anais.id, by_lieu=False, now=clock.now())
    again = icalendar.Calendar.from_ical(calendars.of_member(anais, [lieu.place], now=clock.now())).walk("VEVENT")
    assert [(str(one["UID"]), str(one["STATUS"])) for one in again] == [(uid, "CANCELLED") for uid, *_ in seen]
