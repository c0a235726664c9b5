"""What is remembered of people, and forgiven; trust below zero; residents who lend their desk."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from app import wiring
from app.billing.models import Lot, LotEntry
from app.billing.queries import balances
from app.booking import queries, services
from app.booking.models import Absence, Booking, Status
from app.core import clock, mail
from app.core.db import db
from app.core.journal import deliver
from app.core.refusals import Refused
from tests.factories import between, book, book_half, give_half_days, make_member, make_thing, thing
from tests.lieux import make_lieu
from tests.pages import error_of, fields_of, text_of


@pytest.fixture
def lieu(session, frozen):
    frozen("2027-01-04T10:00+01:00")
    return make_lieu()


def half_days(lieu, member) -> int:
    return balances(member, place_id=lieu.place.id, on=clock.today(lieu.place.tz)).half_days


def faults() -> list[str]:
    return [fault for look in wiring.CHECKS for fault in look(db.session())]


def mails(kind: str) -> list[mail.OutgoingMail]:
    deliver(wiring.READERS, now=clock.now())
    return list(db.session.scalars(sa.select(mail.OutgoingMail).where(mail.OutgoingMail.kind == kind)))


def letter(kind: str) -> str:
    """The words of the only mail of this kind."""
    (row,) = mails(kind)
    written = wiring.MAILS[kind](row)
    return f"{written.subject}\n{written.text}".replace("\u00a0", " ").replace("\u202f", " ") if written else ""


def test_a_no_show_stays_a_fact_and_what_it_took_comes_back_once_forgiven(lieu, frozen, log_in):
    lot = give_half_days(lieu.place, lieu.leo, 2, until="2027-01-05")
    missed = book_half(lieu.pool, "2027-01-05", "morning", lieu.leo)
    frozen("2027-01-05T09:15+01:00")
    services.settle_arrivals(now=clock.now())
    assert (db.session.get_one(Booking, missed.id).status, half_days(lieu, lieu.leo)) == (Status.NO_SHOW, 1)

    leo = log_in(lieu.leo)
    assert "Depuis un an : une absence." in text_of(leo.get("/me/history"))
    assert leo.get(f"/bookings/{missed.id}/forgiveness").status_code == 404
    frozen("2027-01-08T10:00+01:00")  # its lot has expired meanwhile
    max_ = log_in(lieu.max)
    page = f"/bookings/{missed.id}/forgiveness"
    assert "Effacer, en disant pourquoi" in text_of(max_.get(f"/bookings/{missed.id}"))
    assert error_of(max_.post(page, data=fields_of(max_.get(page).text)), "reason")
    told = max_.post(page, data={**fields_of(max_.get(page).text), "reason": "Route coupée par la neige"}, follow_redirects=True)
    assert "C’est effacé. À Leo : une demi-journée." in text_of(told)
    assert "Route coupée par la neige" in text_of(told)
    assert "Il n’y a rien à effacer ici" in text_of(max_.post(page, data={"reason": "encore"}))

    row = db.session.get_one(Lot, lot)
    assert (row.granted, row.held, row.used, row.valid_to) == (2, 0, 0, date(2027, 1, 15))  # a week to use it
    assert [entry.kind for entry in db.session.scalars(sa.select(LotEntry).order_by(LotEntry.id))][-3:] == ["hold", "use", "return"]
    assert db.session.get_one(Booking, missed.id).status == Status.NO_SHOW
    assert "Rien qui compte depuis un an ; une a été effacée." in text_of(max_.get(f"/manage/history/{lieu.leo.id}"))
    assert "Route coupée par la neige" in letter("booking.forgiven") and "Vous revient : une demi-journée." in letter("booking.forgiven")
    assert faults() == []


def test_a_late_fee_is_said_then_forgiven_to_the_cent(lieu, frozen, log_in):
    booked = book(lieu.laser, between("2027-01-05", "14:00", "16:00"), lieu.camille)  # 24.00, half of it due when late
    frozen("2027-01-05T12:00+01:00")
    services.cancel(booking_id=booked.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    due = balances(lieu.camille, place_id=lieu.place.id, on=clock.today(lieu.place.tz)).due_cents
    camille = log_in(lieu.camille)
    assert "24,00 € annulée tard : 12,00 € restent dus" in re.sub("<[^>]+>", " ", text_of(camille.get(f"/bookings/{booked.id}"))).replace(
        "  ", " "
    )
    done = services.forgive(booked.id, actor_id=lieu.max.id, reason="machine en panne", now=clock.now())

    assert (due, done.cents) == (1200, 1200)
    assert "tout est rendu" in text_of(camille.get(f"/bookings/{booked.id}"))
    assert balances(lieu.camille, place_id=lieu.place.id, on=clock.today(lieu.place.tz)).due_cents == 0
    assert faults() == []


def test_who_is_trusted_goes_below_zero_down_to_the_limit_and_the_next_pass_pays_it_back(lieu, frozen, log_in):
    max_ = log_in(lieu.max)
    assert "Sans carnet, pas de demi-journée à crédit" in text_of(max_.get("/manage/place/"))
    assert max_.post("/manage/trust/", data={"half_days": "2"}).status_code == 302
    give_half_days(lieu.place, lieu.leo, 1, until="2028-01-01")
    asked = [book_half(lieu.pool, f"2027-01-{day:02}", "morning", lieu.leo) for day in (5, 6, 7)]

    assert [row.covered_by[0]["source"] for row in asked] == ["pass"] * 3
    assert {row.price_cents for row in asked} == {0}
    assert half_days(lieu, lieu.leo) == -2
    with pytest.raises(Refused) as beyond:
        book_half(lieu.pool, "2027-01-08", "morning", lieu.leo)
    assert beyond.value.codes == ["balance"]
    leo = log_in(lieu.leo)
    assert "−2" in text_of(leo.get("/me"))
    frozen("2027-01-05T08:35+01:00")
    assert services.check_in(asked[0].id, actor_id=lieu.leo.id, now=clock.now()).status == Status.CHECKED_IN  # beyond the limit or not
    assert "2 demi-journées d’avance" in letter("booking.on_trust")  # one a day, however many bookings
    services.cancel(booking_id=asked[2].id, actor_id=lieu.leo.id, by_lieu=False, now=clock.now())
    assert half_days(lieu, lieu.leo) == -1

    frozen("2027-01-07T19:00+01:00")
    services.settle_arrivals(now=clock.now())
    pass_id = give_half_days(lieu.place, lieu.leo, 10, until="2028-02-01")
    bought = db.session.get_one(Lot, pass_id)
    assert (half_days(lieu, lieu.leo), bought.used) == (9, 1)
    max_ = log_in(lieu.max)
    assert max_.post("/manage/trust/", data={"half_days": "0"}).status_code == 302
    assert half_days(lieu, lieu.leo) == 9
    assert faults() == []


def test_who_never_had_a_pass_still_pays_by_the_month_where_the_lieu_trusts(lieu, log_in):
    log_in(lieu.max).post("/manage/trust/", data={"half_days": "2"})

    assert book_half(lieu.pool, "2027-01-05", "morning", lieu.leo).price_cents == 350


def test_a_resident_lends_their_desk_and_coming_back_puts_nobody_out(lieu, frozen, log_in):
    ines = make_member("Inès")
    desk = make_thing(lieu.place, "D1", pool_id=lieu.pool.id, holder_id=ines.id, rules={"sold_by": "resident"})
    for seat in range(8):
        book_half(lieu.pool, "2027-01-07", "morning", make_member(f"P{seat}"))
    max_ = log_in(lieu.max)
    waits = max_.post("/coworking/waitlist", data={"choice": _choice(lieu.pool.id, "07T07:30", "07T12:00"), "for": str(lieu.leo.id)})
    assert waits.status_code == 303

    page = log_in(ines)
    assert "Mon bureau, mes absences" in text_of(page.get("/me"))
    assert error_of(page.post("/me/desk", data={"first_day": "2027-01-04", "last_day": ""}), "last_day")
    assert "pour aujourd’hui ou pour plus tard" in text_of(
        page.post("/me/desk", data={"first_day": "2027-01-02", "last_day": "2027-01-08"})
    )
    assert page.post("/me/desk", data={"first_day": "2027-01-04", "last_day": "2027-01-08"}).status_code == 303
    assert "déjà annoncée du lundi 4 janvier" in text_of(page.post("/me/desk", data={"first_day": "2027-01-08", "last_day": "2027-01-09"}))
    (offer,) = queries.bookings_of(lieu.leo.id, between("2027-01-07", "00:00", "23:00"))
    assert (offer.status, offer.resource_id) == (Status.HELD, desk.id)  # who waited is served by the absence itself
    services.confirm_hold(offer.id, actor_id=lieu.leo.id, now=clock.now())
    book_half(thing(desk.id), "2027-01-05", "day", lieu.camille)

    text = text_of(page.get("/me/desk"))
    assert "3 demi-journées déjà réservées" in text
    (absence,) = db.session.scalars(sa.select(Absence)).all()
    assert log_in(lieu.camille).post(f"/me/desk/absences/{absence.id}/return", data={"on": "2027-01-07"}).status_code == 404
    early = log_in(ines).post(f"/me/desk/absences/{absence.id}/return", data={"on": "2027-01-07"})
    assert "Quelqu’un l’a déjà réservé à ces moments" in text_of(early) and "Leo" not in text_of(early)
    assert re.search(r"/coworking/\?what=desk&amp;day=2027-01-07&amp;part=morning&amp;which=grande-salle", early.text)

    assert (absence.first_day, absence.last_day) == (date(2027, 1, 4), date(2027, 1, 6))
    assert db.session.get_one(Booking, offer.id).status == Status.CONFIRMED
    with pytest.raises(Refused) as hers_again:
        book_half(thing(desk.id), "2027-01-07", "afternoon", lieu.camille)
    assert hers_again.value.codes == ["overlap"]
    assert "présent" in text_of(log_in(lieu.max).get("/manage/desks/")) or "prêté" in text_of(log_in(lieu.max).get("/manage/desks/"))
    assert faults() == []


def test_ones_place_in_line_is_told_on_joining_and_kept_for_minutes_that_are_counted(lieu, frozen, log_in):
    taken = [book_half(lieu.pool, "2027-01-07", "morning", make_member(f"P{seat}")) for seat in range(8)]
    choice = _choice(lieu.pool.id, "07T07:30", "07T12:00")
    first = log_in(lieu.leo).post("/coworking/waitlist", data={"choice": choice}, follow_redirects=True)
    assert "Vous êtes en tête de la liste d’attente." in text_of(first)
    second = log_in(lieu.camille).post("/coworking/waitlist", data={"choice": choice}, follow_redirects=True)
    assert "2e sur la liste" in text_of(second)

    services.cancel(booking_id=taken[0].id, actor_id=lieu.max.id, by_lieu=True, now=clock.now())
    frozen("2027-01-04T10:06+01:00")
    week = log_in(lieu.leo).get("/me")
    assert "Gardé pour vous encore 14 minutes, jusqu’à 10 h 20" in text_of(week)
    assert "en tête" in text_of(log_in(lieu.camille).get("/me"))
    (offer,) = queries.bookings_of(lieu.leo.id, between("2027-01-07", "00:00", "23:00"))
    leo = log_in(lieu.leo)
    assert "Il vous reste 14 minutes." in text_of(leo.get(f"/bookings/{offer.id}"))
    leo.post(f"/bookings/{offer.id}/refusal")
    assert "Gardé pour vous encore 20 minutes" in text_of(log_in(lieu.camille).get("/me"))
    frozen("2027-01-04T10:27+01:00")
    services.lapse_holds(now=clock.now())
    assert {row.status for row in db.session.scalars(sa.select(Booking).where(Booking.member_id == lieu.camille.id))} == {Status.EXPIRED}


def test_a_move_that_others_stand_in_the_way_of_can_be_waited_for(lieu, log_in):
    mine = book(lieu.room, between("2027-01-06", "14:00", "15:00"), lieu.leo)
    book(lieu.room, between("2027-01-07", "14:00", "15:00"), lieu.camille)
    leo = log_in(lieu.leo)
    page = leo.post(f"/bookings/{mine.id}/move", data={"day": "2027-01-07", "start": "14:00", "end": "15:00"})

    assert page.status_code == 409 and "Me prévenir si une place se libère" in text_of(page)
    choice = re.search(r'name="choice" value="([^"]+)"', page.text)
    assert choice and leo.post("/coworking/waitlist", data={"choice": choice[1]}).status_code == 303


def _choice(resource_id: int, start: str, end: str) -> str:
    return f"{resource_id}/2027-01-{start}Z/2027-01-{end}Z"
