"""What the lieu lives besides its bookings: visitors, events and their seats, words to all, keys, who lets themselves be found."""

from datetime import timedelta

import sqlalchemy as sa

from app import wiring
from app.booking import services as booking
from app.booking.models import Booking
from app.core import clock, mail
from app.core.db import db, transaction
from app.core.journal import deliver
from app.coworking import queries, services
from app.coworking.models import Event, Key, Loan, SignUp, Visitor
from app.members.models import Member
from tests.factories import between, book, book_half, make_member, make_thing
from tests.pages import choice, error_of, fields_of, text_of


def faults() -> list[str]:
    return [fault for look in wiring.CHECKS for fault in look(db.session())]


def letters(kind: str) -> list[tuple[mail.OutgoingMail, str]]:
    """What is told of this kind, as it would leave now."""
    deliver(wiring.READERS, now=clock.now())
    rows = db.session.scalars(sa.select(mail.OutgoingMail).where(mail.OutgoingMail.kind == kind).order_by(mail.OutgoingMail.id)).all()
    written = [(row, wiring.MAILS[kind](row)) for row in rows]
    return [(row, f"{letter.subject}\n{letter.text}".replace("\u00a0", " ").replace("\u202f", " ")) for row, letter in written if letter]


def test_a_visitor_is_welcomed_expected_and_announced_to_their_host(lieu, log_in, frozen):
    meeting = book(lieu.room, between("2026-12-03", "14:00", "15:00"), lieu.camille)
    camille = log_in(lieu.camille)
    page = f"/coworking/visitors?booking={meeting.id}"
    assert error_of(camille.post(page, data={"name": "", "email": "pas une adresse"}), "email")
    assert camille.post(page, data={"name": "Ada Lovelace", "email": "ada@example.org"}).status_code == 303
    book_half(lieu.pool, "2026-12-03", "morning", lieu.leo, guest_name="Grace Hopper")
    assert camille.post("/coworking/visitors", data={"name": "Alan", "email": "alan@example.org", "day": "2026-12-04"}).status_code == 303

    (row, text), (_, without_hour) = letters("visitor.invited")
    assert "Camille vous attend à Worklab, vendredi 4 décembre." in without_hour and "Rendez-vous" not in without_hour
    assert (row.to_address, row.member_id) == ("ada@example.org", None)
    assert "Camille vous attend à Worklab, jeudi 3 décembre. Rendez-vous à 14 h." in text and "61500 Boitron" in text
    assert "Ada" not in str(row.facts)
    assert log_in(lieu.leo).post(f"/coworking/visitors/{1}/arrival").status_code == 404
    frozen("2026-12-03T13:50+01:00")
    max_ = log_in(lieu.max)
    day = text_of(max_.get("/coworking/day/visitors"))
    assert "Ada Lovelace" in day and "invité de Camille" in day and "Grace Hopper" in day and "invité de Leo" in day
    visitor = db.session.scalars(sa.select(Visitor).where(Visitor.name == "Ada Lovelace")).one()
    max_.post(f"/coworking/visitors/{visitor.id}/arrival")
    ((_, told),) = letters("visitor.arrived")
    assert "Ada Lovelace vient d’arriver, à 13 h 50" in told
    assert log_in(lieu.camille).get("/coworking/day/visitors").status_code == 404
    assert services.forget_visitors(now=clock.now() + timedelta(days=370)) == 2
    assert (db.session.get_one(Visitor, visitor.id).name, db.session.get_one(Visitor, visitor.id).email) == ("", "")


def test_a_guest_is_booked_for_welcomed_told_of_each_change_and_never_has_an_account(lieu, log_in, frozen, post):
    with transaction():
        lieu.place.how_to_come = "Car 61, arrêt Mairie ; la porte bleue."
    camille, people = log_in(lieu.camille), db.session.scalar(sa.select(sa.func.count(Member.id)))
    said = {"guest_name": "Grace Hopper", "guest_email": "grace@example.org", "idempotency_key": "asked-twice"}
    alone = {"choice": choice(lieu.pool, "2026-12-03", "08:30", "13:00")}
    assert error_of(camille.post("/coworking/bookings", data=alone | said | {"guest_name": ""}), "guest_name") == "Dites aussi son nom."
    repeated = {"repeat": "weekly", "until": "2026-12-20"}
    assert "une date à la fois" in error_of(camille.post("/coworking/bookings", data=alone | said | repeated), "guest_name")
    for _ in range(2):
        assert camille.post("/coworking/bookings", data=alone | said).status_code == 303

    mine = db.session.scalars(sa.select(Booking)).one()
    assert (mine.member_id, mine.guest_name, mine.covered_by[0]["units"]) == (lieu.camille.id, "Grace Hopper", 1)  # the host pays
    told = {mail["To"]: mail for mail in post()}
    assert set(told) == {f"Camille <{lieu.camille.email}>", "grace@example.org"}
    assert_told(
        told["grace@example.org"], "Camille vous attend à Worklab, jeudi 3 décembre. Rendez-vous à 8 h 30.", "la porte bleue", "REQUEST", 0
    )
    assert "Grace Hopper" in text_of(log_in(lieu.max).get("/coworking/day/visitors?day=2026-12-03"))

    camille.post(f"/bookings/{mine.id}/move", data={"day": "2026-12-04", "part": "morning"})
    db.session.expire_all()
    assert mine.starts_at.day == 4
    told = {mail["To"]: mail for mail in post()}
    assert_told(told["grace@example.org"], "Camille vous attend maintenant vendredi 4 décembre, à 8 h 30.", "Car 61", "REQUEST", 1)
    max_ = log_in(lieu.max)
    assert "Grace" not in max_.get("/coworking/day/visitors?day=2026-12-03").text
    assert max_.get("/coworking/day/visitors?day=2026-12-04").text.count("Grace Hopper") == 1

    booking.cancel(booking_id=mine.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    told = {mail["To"]: mail for mail in post()}
    assert_told(told["grace@example.org"], "Camille ne vous attend plus vendredi 4 décembre.", "", "CANCEL", 2)
    assert "Grace" not in max_.get("/coworking/day/visitors?day=2026-12-04").text
    assert db.session.scalar(sa.select(sa.func.count(Member.id))) == people


def test_a_guest_is_not_expected_where_somebody_else_is_already_and_the_page_says_why(lieu, log_in):
    book(lieu.room, between("2026-12-03", "10:00", "11:00"), lieu.leo)
    said = {"guest_name": "Ada", "guest_email": "ada@example.org", "idempotency_key": "asked-once"}
    no = log_in(lieu.camille).post("/coworking/bookings", data={"choice": choice(lieu.room, "2026-12-03", "10:00", "11:00")} | said)
    assert no.status_code == 409 and "déjà" in text_of(no)
    assert db.session.scalar(sa.select(sa.func.count(Visitor.id))) == 0


def test_a_guest_hears_nothing_of_what_waits_for_the_lieu_s_yes(lieu, log_in, post):
    room = make_thing(lieu.place, "conseil", kind="room", name="Salle du conseil", rules={"approval": True})
    camille = log_in(lieu.camille)
    for start, end in (("10:00", "11:00"), ("14:00", "15:00")):
        said = {"choice": choice(room, "2026-12-03", start, end), "guest_name": "Ada", "guest_email": "ada@example.org"}
        camille.post("/coworking/bookings", data=said)
    morning, afternoon = db.session.scalars(sa.select(Booking).order_by(Booking.id)).all()
    assert "ada@example.org" not in {mail["To"] for mail in post()}

    booking.cancel(booking_id=morning.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    booking.approve(afternoon.id, actor_id=lieu.max.id, now=clock.now())

    (letter,) = [mail for mail in post() if mail["To"] == "ada@example.org"]
    assert_told(letter, "Rendez-vous à 14 h.", "Salle du conseil", "REQUEST", 1)


def test_a_guest_comes_to_what_their_host_took_instead_and_their_name_is_forgotten_after_a_year(lieu, log_in, post):
    booth = make_thing(lieu.place, "cabine", kind="booth", name="Cabine")
    said = {"choice": choice(lieu.room, "2026-12-03", "10:00", "11:00"), "guest_name": "Ada", "guest_email": "ada@example.org"}
    log_in(lieu.camille).post("/coworking/bookings", data=said)
    lost = db.session.scalars(sa.select(Booking)).one()
    closed = between("2026-12-03", "08:30", "18:00")
    booking.declare_outage(
        thing=lieu.room, period=closed, starts_at=closed.starts_at, reason="Fuite", actor_id=lieu.max.id, now=clock.now()
    )
    post()

    wanted = services.request_for(
        booth,
        between("2026-12-03", "15:00", "16:00"),
        member_id=lieu.camille.id,
        actor_id=lieu.camille.id,
        now=clock.now(),
        guest_name=lost.guest_name,
    )
    made = booking.replace_taken_away(lost.id, wanted)

    (letter,) = [mail for mail in post() if mail["To"] == "ada@example.org"]
    assert_told(letter, "Camille vous attend maintenant jeudi 3 décembre, à 15 h.", "Cabine", "REQUEST", 0)
    assert text_of(log_in(lieu.max).get("/coworking/day/visitors?day=2026-12-03")).count("Ada") == 1
    assert booking.forget_guests(now=made.ends_at + timedelta(days=364)) == 0
    assert booking.forget_guests(now=made.ends_at + timedelta(days=366)) == 2
    db.session.expire_all()
    assert {one.guest_name for one in (lost, made)} == {""}


def assert_told(letter, sentence, detail, method, sequence):
    """The words, and the event for the guest's calendar."""
    words = letter.get_body(("plain",)).get_content().replace("\u00a0", " ").replace("\u202f", " ")
    assert sentence in words and detail in words, words
    (event,) = [part for part in letter.iter_attachments() if part.get_content_type() == "text/calendar"]
    written = event.get_content().replace("\r\n ", "")
    assert f"METHOD:{method}" in written and f"SEQUENCE:{sequence}" in written and "UID:visit-" in written, written


def test_a_repair_cafe_takes_its_room_fills_its_seats_and_serves_who_waits(lieu, log_in, frozen, client):
    max_ = log_in(lieu.max)
    asked = {"title": "Repair café", "text": "Apportez un **grille-pain**.", "day": "2026-12-05", "start": "09:30", "end": "12:00"}
    asked |= {"room": "salle", "seats": "2", "public": "y"}
    book(lieu.room, between("2026-12-05", "10:00", "11:00"), lieu.camille)
    no = max_.post("/manage/events/new", data=asked)
    assert no.status_code == 409 and "déjà pris" in text_of(no) and db.session.scalar(sa.select(sa.func.count(Event.id))) == 0
    asked["day"] = "2026-12-12"
    assert error_of(max_.post("/manage/events/new", data={**asked, "end": "09:00"}), "end")
    made = max_.post("/manage/events/new", data=asked)
    event = db.session.scalars(sa.select(Event)).one()
    held = db.session.get_one(Booking, event.booking_id)
    assert made.status_code == 303 and (held.kind, held.price_cents, held.status) == ("event", 0, "confirmed")

    people = [make_member(name) for name in ("Ana", "Bo", "Cy", "Di")]
    for person in people:
        log_in(person).post(f"/agenda/{event.id}/signup")
    log_in(people[0]).post(f"/agenda/{event.id}/signup")  # twice is once
    states = dict(db.session.execute(sa.select(SignUp.member_id, SignUp.state)).all())
    assert [states[person.id] for person in people] == ["in", "in", "waiting", "waiting"]
    assert "2e sur la liste" in text_of(log_in(people[3]).get(f"/agenda/{event.id}"))
    confirmations = letters("event.signed_up")
    assert len(confirmations) == 2 and "Repair café" in confirmations[0][1]
    assert "Repair café" in text_of(log_in(people[0]).get("/me?week=2026-12-07"))

    log_in(people[0]).post(f"/agenda/{event.id}/departure")
    shown = log_in(people[2]).get(f"/agenda/{event.id}")
    assert 'data-left="1200"' in shown.text and "countdown." in shown.text
    page = text_of(shown)
    assert "Une place est gardée pour vous" in page and "Il vous reste 20 minutes." in page
    assert "gardée pour vous jusqu’à 10 h 20" in letters("event.offered")[0][1]
    late = make_member("Eve")
    log_in(late).post(f"/agenda/{event.id}/signup")
    assert "en liste d’attente" in text_of(log_in(late).get(f"/agenda/{event.id}"))  # a seat that is offered is nobody else's
    frozen("2026-12-01T10:21+01:00")
    assert services.lapse_seats(now=clock.now()) == 1
    assert log_in(people[2]).post(f"/agenda/{event.id}/acceptance").status_code == 404
    log_in(people[3]).post(f"/agenda/{event.id}/acceptance")
    assert "Votre place est gardée" in text_of(log_in(people[3]).get(f"/agenda/{event.id}"))

    client.get("/logout")
    with client.session_transaction() as cookie:
        cookie.clear()
    stranger = text_of(client.get("/agenda/"))
    assert "Repair café" in stranger and "complet" in stranger and "Ana" not in stranger
    assert "<strong>grille-pain</strong>" in client.get(f"/agenda/{event.id}").text
    assert client.post(f"/agenda/{event.id}/signup").status_code == 302
    assert "Repair café" in text_of(client.get("/"))

    max_ = log_in(lieu.max)
    max_.post(f"/manage/events/{event.id}/people", data={"name": "Mme Renoir, sans courriel"})
    seen = text_of(max_.get(f"/manage/events/{event.id}"))
    assert "Mme Renoir" in seen and seen.index("Bo") < seen.index("Mme Renoir")
    changed = max_.post(
        f"/manage/events/{event.id}/change",
        data={**fields_of(max_.get(f"/manage/events/{event.id}/change").text), "start": "10:00", "seats": "4", "public": "y"},
    )
    assert changed.status_code == 303
    assert {row.state for row in db.session.scalars(sa.select(SignUp).where(SignUp.name != ""))} == {"in"}  # no mail to offer it by
    assert db.session.scalars(sa.select(SignUp).where(SignUp.member_id == late.id)).one().state == "offered"
    assert len(letters("event.moved_for")) == 3 + 0  # Bo, Di, and Eve who is offered a seat
    assert max_.post(f"/manage/events/{event.id}/cancellation", data={"reason": "neige"}).status_code == 303
    assert len(letters("event.cancelled_for")) == 3
    book(lieu.room, between("2026-12-12", "10:00", "11:00"), lieu.camille)  # its room is free again
    assert faults() == []


def test_the_lieu_says_a_word_to_all_from_a_day_to_a_day(lieu, log_in, frozen, client):
    max_ = log_in(lieu.max)
    said = {"title": "Galette jeudi", "text": "À **16 h**.", "first_day": "2026-12-01", "last_day": "2026-12-03"}
    assert "avant de commencer" in text_of(max_.post("/manage/announcements/new", data={**said, "last_day": "2026-11-30"}))
    assert max_.post("/manage/announcements/new", data=said).status_code == 303
    assert "Galette jeudi" in text_of(log_in(lieu.camille).get("/me"))
    with client.session_transaction() as cookie:
        cookie.clear()
    assert "Galette" not in text_of(client.get("/agenda/"))
    frozen("2026-12-04T10:00+01:00")
    assert "Galette" not in text_of(log_in(lieu.camille).get("/me"))


def test_a_badge_is_lent_to_one_person_at_a_time_and_opens_day_and_night_until_it_is_back(lieu, log_in):
    max_ = log_in(lieu.max)
    assert max_.post("/manage/keys/", data={"kind": "badge", "mark": "7", "opens": "tout"}).status_code == 303
    assert "Il y a déjà" in text_of(max_.post("/manage/keys/", data={"kind": "badge", "mark": "7"}))
    key = db.session.scalars(sa.select(Key)).one()
    lent = max_.post(f"/manage/keys/{key.id}", data={"member_id": str(lieu.leo.id), "deposit": "20"})
    assert lent.status_code == 303 and db.session.get_one(Member, lieu.leo.id).badge
    assert "prêtée, perdue" in text_of(max_.post(f"/manage/keys/{key.id}", data={"member_id": str(lieu.camille.id), "deposit": ""}))
    listed = text_of(max_.get("/manage/keys/"))
    assert "Leo, depuis le" in listed and "caution 20,00 €" in listed
    loan = db.session.scalars(sa.select(Loan)).one()
    for _ in range(2):
        max_.post(f"/manage/keys/loans/{loan.id}/return")
    assert not db.session.get_one(Member, lieu.leo.id).badge
    max_.post(f"/manage/keys/{key.id}", data={"member_id": str(lieu.camille.id), "deposit": ""})
    second = db.session.scalars(sa.select(Loan).where(Loan.returned_at.is_(None))).one()
    max_.post(f"/manage/keys/loans/{second.id}/loss")
    assert "perdue" in text_of(max_.get("/manage/keys/"))
    assert "prêtée, perdue" in text_of(max_.post(f"/manage/keys/{key.id}", data={"member_id": str(lieu.leo.id), "deposit": ""}))
    assert log_in(lieu.leo).get("/manage/keys/").status_code == 404


def test_only_who_said_yes_is_in_the_directory_or_seen_to_be_there(lieu, log_in):
    with transaction():
        lieu.camille.in_directory, lieu.camille.skills = True, "soudure, Python"
        lieu.leo.shows_presence = True
        db.session.flush()
    book_half(lieu.pool, "2026-12-01", "afternoon", lieu.leo)
    book_half(lieu.pool, "2026-12-01", "afternoon", lieu.camille)

    page = text_of(log_in(lieu.max).get("/coworking/people?q=soudure"))
    assert "soudure, Python" in page and page.count("Camille") == 1  # found, and not seen to come
    assert "Leo" in page
    assert "Camille" not in text_of(log_in(lieu.max).get("/coworking/people?q=menuiserie"))
    assert log_in(make_member("Fonds", roles=("funder",))).get("/coworking/people").status_code == 404
    assert [one.name for one in queries.directory_of_people()] == ["Camille"]
