"""What people are told, in which words, with which event for their calendar; and when they are left in peace."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any, cast

import icalendar
import pytest

from app.booking import services
from app.booking.models import Booking
from app.booking.services import SeriesWish
from app.core import clock
from app.core.db import transaction
from tests.factories import between, book, book_half, give_half_days, make_member, make_thing

Post = Callable[[], list[EmailMessage]]


def text(message: EmailMessage) -> str:
    """Its words, with plain spaces."""
    body = message.get_body(("plain",))
    assert body is not None
    return body.get_content().replace("\r\n", "\n").replace("\u00a0", " ").replace("\u202f", " ")


def html(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return cast("str", body.get_content())


def subject(message: EmailMessage) -> str:
    return str(message["Subject"])


def invitation(message: EmailMessage) -> Any:
    (attachment,) = message.iter_attachments()
    content = attachment.get_content()
    calendar: Any = icalendar.Calendar.from_ical(content)
    assert attachment.get_content_type() == "text/calendar"
    assert attachment.get_param("method") == calendar["METHOD"]
    return calendar


def only_event(message: EmailMessage) -> Any:
    (event,) = invitation(message).walk("VEVENT")
    return event


# ---------------------------------------------------------------- one booking


def test_a_confirmation_says_what_when_how_much_and_until_when_it_can_be_undone(lieu, post):
    booking = book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille, note="Près de la fenêtre")

    (message,) = post()

    assert subject(message) == "Votre poste A3 est réservé mardi 8 décembre, le matin"
    assert message["To"].addresses[0].addr_spec == lieu.camille.email
    assert "Votre poste A3 est réservé mardi 8 décembre, le matin. Il vous attend de 8 h 30 à 13 h." in text(message)
    assert "Compté : 7,00 €." in text(message)
    assert "Vous pouvez annuler sans frais jusqu’au lundi 7 décembre à 18 h." in text(message)
    assert "la place est rendue aux autres à 9 h 15" in text(message)
    event = only_event(message)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (booking.uid, 0, "CONFIRMED")
    assert event.start.astimezone(UTC) == datetime(2026, 12, 8, 7, 30, tzinfo=UTC)
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert event["ATTENDEE"] == f"mailto:{lieu.camille.email}"
    assert event["DESCRIPTION"].startswith("Près de la fenêtre")


def test_what_a_pass_pays_is_said_in_half_days(lieu, post):
    give_half_days(lieu.place, lieu.camille, 10)
    book_half(lieu.seat("A3"), "2026-12-08", "day", lieu.camille)

    (message,) = post()

    assert "Compté : 2 demi-journées de votre carnet." in text(message)


def test_a_booking_made_by_staff_says_who_made_it(lieu, post):
    book(lieu.room, between("2026-12-08", "14:00", "15:30"), lieu.leo, actor=lieu.max)

    (message,) = post()

    assert subject(message) == "C’est réservé : R, mardi 8 décembre, de 14 h à 15 h 30"
    assert "Max l’a réservé pour vous." in text(message)


def test_a_move_keeps_the_event_and_raises_its_sequence(lieu, post):
    booking = book(lieu.room, between("2026-12-08", "14:00", "15:30"), lieu.camille)
    first = only_event(post()[0])
    wanted = services.ask(
        [(lieu.room, between("2026-12-08", "15:00", "16:30"))],
        member_id=lieu.camille.id,
        actor_id=lieu.max.id,
        now=clock.now(),
        moving_id=booking.id,
    )
    services.move(booking.id, wanted)

    (message,) = post()

    assert "Max a déplacé votre réservation." in text(message)
    assert "– Avant : mardi 8 décembre, de 14 h à 15 h 30" in text(message)
    assert "– Maintenant : R, mardi 8 décembre, de 15 h à 16 h 30" in text(message)
    event = only_event(message)
    assert event["UID"] == first["UID"]
    assert event["SEQUENCE"] == first["SEQUENCE"] + 1


def test_a_cancelling_by_the_lieu_says_why_and_takes_the_event_away(lieu, post):
    booking = book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    post()
    services.cancel(booking_id=booking.id, actor_id=lieu.max.id, by_lieu=True, reason="Fuite d’eau", now=clock.now())

    (message,) = post()

    assert "Max a dû annuler votre réservation : Poste A3, mardi 8 décembre, le matin.\nPourquoi : Fuite d’eau" in text(message)
    assert "Tout vous revient : 7,00 €." in text(message)
    assert invitation(message)["METHOD"] == "CANCEL"
    assert only_event(message)["STATUS"] == "CANCELLED"


def test_a_late_cancelling_says_what_is_kept(lieu, post, frozen):
    booking = book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    post()
    frozen("2026-12-07T18:00+01:00")
    services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())

    (message,) = post()

    assert "Le délai pour annuler sans frais était passé.\nReste à payer : 7,00 €." in text(message)


def test_who_did_not_come_is_asked_kindly(lieu, post, frozen):
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    post()
    frozen("2026-12-08T09:15+01:00")
    services.settle_arrivals(now=clock.now())

    (message,) = post()

    assert subject(message) == "Nous vous attendions : Poste A3, mardi 8 décembre, le matin"
    assert "vous avez eu un empêchement ? Répondez à ce message" in text(message)


def test_a_wish_that_waits_for_a_yes_is_received_then_answered(lieu, post):
    room = make_thing(lieu.place, "S", kind="room", name="Salle de classe", rules={"approval": True})
    yes, no = (book(room, between("2026-12-08", start, end), lieu.camille) for start, end in (("09:00", "10:00"), ("14:00", "15:00")))

    received = post()
    services.approve(yes.id, actor_id=lieu.max.id, now=clock.now())
    services.reject(no.id, actor_id=lieu.max.id, reason="Le conseil municipal s’y réunit.", now=clock.now())
    answers = post()

    assert {subject(message)[:32] for message in received} == {"Votre demande est bien reçue : S"}
    assert all("L’équipe du lieu doit encore dire oui." in text(message) for message in received)
    assert {subject(message).partition(" :")[0] for message in answers} == {"C’est réservé", "Ce ne sera pas possible"}
    refusal = next(message for message in answers if subject(message).startswith("Ce ne"))
    assert "Pourquoi : Le conseil municipal s’y réunit." in text(refusal)


# ---------------------------------------------------------------- only what is true when it leaves


def test_a_booking_cancelled_before_its_mail_left_is_told_once(lieu, post):
    booking = book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())

    assert [subject(message) for message in post()] == ["Réservation annulée : Poste A3, mardi 8 décembre, le matin"]


def test_what_is_long_over_is_not_told(lieu, post, frozen):
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    frozen("2026-12-20T10:00+01:00")

    assert post() == []


def test_an_account_that_is_closed_is_not_written_to(lieu, post):
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    with transaction():
        lieu.camille.status = "inactive"

    assert post() == []


# ---------------------------------------------------------------- the waiting list


@pytest.fixture
def waiting(lieu, post, frozen) -> Booking:
    """Camille has the room, Leo waits for it."""
    booking = book(lieu.room, between("2026-12-08", "14:00", "15:30"), lieu.camille)
    wish = services.ask(
        [(lieu.room, between("2026-12-08", "14:00", "15:30"))], member_id=lieu.leo.id, actor_id=lieu.leo.id, now=clock.now()
    )
    services.join_waitlist(wish)
    post()
    frozen("2026-12-05T12:00+01:00")
    services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    return booking


def test_who_waited_is_told_until_when_the_place_is_kept(lieu, post, waiting):
    cancelled, offer = post()

    assert subject(offer) == "Une place se libère : R, gardée pour vous jusqu’à 12 h 20"
    assert "R, mardi 8 décembre, de 14 h à 15 h 30." in text(offer)
    assert subject(cancelled).startswith("Réservation annulée")


def test_an_offer_that_has_lapsed_is_not_sent(lieu, post, waiting, frozen):
    frozen("2026-12-05T12:20+01:00")

    assert [message["To"].addresses[0].display_name for message in post()] == ["Camille"]


# ---------------------------------------------------------------- several at once


def reserve_mondays(lieu, count=4):
    wish = SeriesWish(
        thing=lieu.room, first_start=datetime.fromisoformat("2026-12-07T09:00"), minutes=60, rrule=f"FREQ=WEEKLY;COUNT={count}"
    )
    return services.reserve_series(wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, skip_conflicts=True, now=clock.now())


def test_a_series_is_told_once_with_its_dates_and_those_that_could_not_be(lieu, post):
    book(lieu.room, between("2026-12-14", "09:00", "10:00"), lieu.nora)
    post()
    reserve_mondays(lieu)

    (message,) = post()

    assert subject(message) == "C’est réservé : R, 3 dates"
    assert "– lundi 7 décembre, de 9 h à 10 h\n– lundi 21 décembre, de 9 h à 10 h\n– lundi 28 décembre, de 9 h à 10 h" in text(message)
    assert "– lundi 14 décembre, de 9 h à 10 h : déjà pris" in text(message)
    calendar = invitation(message)
    assert calendar["METHOD"] == "PUBLISH"
    assert len({event["UID"] for event in calendar.walk("VEVENT")}) == 3
    assert not any("ATTENDEE" in event for event in calendar.walk("VEVENT"))


def test_dates_given_up_together_are_told_once(lieu, post):
    series, _ = reserve_mondays(lieu)
    post()
    services.cancel_dates(
        series.id, first_day=date(2026, 12, 8), last_day=date(2026, 12, 22), actor_id=lieu.camille.id, by_lieu=False, now=clock.now()
    )

    (message,) = post()

    assert subject(message) == "Dates annulées : R, 2 dates"
    assert "– lundi 14 décembre, de 9 h à 10 h\n– lundi 21 décembre, de 9 h à 10 h\n\nTout ce qui était compté vous revient." in text(
        message
    )
    assert [event["STATUS"] for event in invitation(message).walk("VEVENT")] == ["CANCELLED", "CANCELLED"]


def test_dates_moved_together_are_told_once(lieu, post):
    _, dates = reserve_mondays(lieu)
    post()
    services.move_following(
        cast("int", dates[2].booking_id),
        start=datetime.fromisoformat("2026-12-21T11:00"),
        minutes=60,
        actor_id=lieu.camille.id,
        now=clock.now(),
    )

    (message,) = post()

    assert subject(message) == "Votre série est déplacée : R, 2 dates"
    assert "– lundi 21 décembre, de 11 h à 12 h\n– lundi 28 décembre, de 11 h à 12 h" in text(message)


def test_a_date_that_comes_free_is_told_to_its_owner(lieu, post):
    other = book(lieu.room, between("2026-12-14", "09:00", "10:00"), lieu.nora)
    reserve_mondays(lieu)
    post()
    services.cancel(booking_id=other.id, actor_id=lieu.nora.id, by_lieu=False, now=clock.now())

    told, _cancelled = post()

    assert subject(told) == "Une date de votre série se libère : R, lundi 14 décembre, de 9 h à 10 h"
    assert "http://localhost/series/" in text(told)


def test_an_outage_is_one_mail_a_person_with_what_else_can_be_had(lieu, post):
    second = make_thing(lieu.place, "R2", kind="room", capacity=10, name="Préau")
    for start, end in (("09:00", "10:00"), ("11:00", "12:00")):
        book(lieu.room, between("2026-12-08", start, end), lieu.camille)
    book(lieu.room, between("2026-12-08", "14:00", "15:00"), lieu.nora)
    post()
    day = between("2026-12-08", "08:00", "18:00")
    services.declare_outage(
        thing=lieu.room, period=day, starts_at=day.starts_at, reason="Le chauffage est en panne.", actor_id=lieu.max.id, now=clock.now()
    )

    camille, nora = post()

    assert subject(camille) == "R est hors service : ne venez pas pour rien"
    assert "Pourquoi : Le chauffage est en panne." in text(camille)
    assert "– R, mardi 8 décembre, de 9 h à 10 h\n\nLibre à la place, en un clic :" in text(camille)
    assert "Prendre : Préau, mardi 8 décembre, de 9 h à 10 h\nhttp://localhost/bookings/" in text(camille)
    assert "– R, mardi 8 décembre, de 11 h à 12 h\n" in text(camille)
    assert [event["STATUS"] for event in invitation(camille).walk("VEVENT")] == ["CANCELLED", "CANCELLED"]
    assert text(nora).count("\n– ") == 1
    assert second.name in text(nora)


def test_a_closure_is_one_mail_a_person(lieu, post):
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    book_half(lieu.seat("A3"), "2026-12-09", "morning", lieu.camille)
    book_half(lieu.seat("A4"), "2026-12-11", "morning", lieu.nora)
    post()
    services.close(
        place_id=lieu.place.id,
        first_day=date(2026, 12, 7),
        last_day=date(2026, 12, 9),
        label="Travaux de toiture",
        actor_id=lieu.max.id,
        now=clock.now(),
    )

    (message,) = post()

    assert subject(message) == "Le lieu sera fermé du lundi 7 au mercredi 9 décembre"
    assert text(message).count("\n– Poste A3, ") == 2


# ---------------------------------------------------------------- reminders


@pytest.fixture
def eve(lieu, post, frozen):
    """Monday 7 at 17:30, of two bookings of Camille's on Tuesday."""
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    book(lieu.room, between("2026-12-08", "14:00", "15:00"), lieu.camille)
    post()
    frozen("2026-12-07T17:30+01:00")


def test_a_reminder_comes_once_the_day_before_for_all_of_the_day(lieu, post, eve):
    services.remind(now=clock.now())
    services.remind(now=clock.now())

    (message,) = post()

    assert subject(message) == "Demain : Poste A3, mardi 8 décembre, le matin et la suite"
    assert "– Poste A3, mardi 8 décembre, le matin\n– R, mardi 8 décembre, de 14 h à 15 h" in text(message)
    assert re.fullmatch(r"<http://localhost/unsubscribe/[\w.-]+>", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_who_wants_no_reminder_gets_none(lieu, post, eve):
    services.remind(now=clock.now())
    with transaction():
        lieu.camille.wants_reminders = False

    assert post() == []


def test_a_reminder_that_could_not_leave_in_time_is_not_sent(lieu, post, eve, frozen):
    services.remind(now=clock.now())
    frozen("2026-12-08T00:00+01:00")

    assert post() == []


def test_what_is_contractual_offers_no_unsubscribing(lieu, post):
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)

    assert "List-Unsubscribe" not in post()[0]


# ---------------------------------------------------------------- what people write


def test_nothing_that_somebody_wrote_passes_for_ours(lieu, post):
    sly = make_member("Eve <b>\u202e=?UTF-8?Q?=0ABcc:_x@evil.test?=", email="eve@example.org")
    room = make_thing(lieu.place, "X", kind="room", name="<script>alert(1)</script>")
    note = "Voici\rBEGIN:VEVENT\r\nUID:x\n\nGagnez ici :\nhttps://evil.test/prix\n\x08;,\\n"
    booking = book(room, between("2026-12-08", "09:00", "10:00"), sly, note=note, guest_name="https://evil.test/")

    (message,) = post()

    assert "Bcc" not in message
    assert "<script>" not in html(message)
    assert re.findall(r'href="([^"]*)"', html(message)) == [f"http://localhost/bookings/{booking.id}"]
    event = only_event(message)
    assert event["UID"] == booking.uid
    assert "BEGIN:VEVENT" in event["DESCRIPTION"]
    assert not re.search(r"[\x08\r]", event["DESCRIPTION"])


def test_each_person_is_written_to_in_their_language(lieu, post):
    john = make_member("John", locale="en")
    book_half(lieu.seat("A3"), "2026-12-08", "morning", john)

    (message,) = post()

    assert message["Content-Language"] == "en"
    assert "Tuesday 8 December" in subject(message)
