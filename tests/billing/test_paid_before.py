"""Paid by card before it is booked: kept while the card is read, booked once it is paid, all the money back when it is too late."""

from datetime import UTC

import pytest
import sqlalchemy as sa

from app.billing.models import Payment, ProviderCall
from app.billing.queries import credit_of
from app.billing.rules.payments import Payer
from app.billing.services import bills, checkout
from app.booking import services as booking
from app.booking.models import Booking
from app.core import clock, journal
from app.core.db import db, transaction
from app.core.mail import OutgoingMail
from app.core.refusals import Refused
from app.wiring import READERS
from tests.factories import between, book, paris
from tests.pages import text_of

FROM, TO = "2026-12-08 10:00", "2026-12-08 11:00"


@pytest.fixture
def choice(lieu) -> dict[str, str]:
    begins, ends = (paris(text).astimezone(UTC) for text in (FROM, TO))
    return {"choice": f"{lieu.room.id}/{begins:%Y-%m-%dT%H:%MZ}/{ends:%Y-%m-%dT%H:%MZ}", "pay_now": "y"}


def held(client, choice, stripe) -> Booking:
    """The room, kept by Leo with his card in hand."""
    kept = client.post("/coworking/bookings", data=choice)
    assert kept.status_code == 307
    asked = client.post(kept.headers["Location"])
    assert (asked.status_code, asked.headers["Location"]) == (303, f"{stripe.url}/pay/cs_test_1")
    row = newest()
    assert (row.status, row.held_until) == ("held", paris("2026-12-01 10:10"))
    assert stripe.sessions["cs_test_1"]["amount_total"] == 400
    return row


def newest() -> Booking:
    return db.session.scalars(sa.select(Booking).order_by(Booking.id.desc()).limit(1).execution_options(populate_existing=True)).one()


def mails() -> list[str]:
    journal.deliver(READERS, now=clock.now())
    return list(db.session.scalars(sa.select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def test_what_is_paid_in_time_is_booked_and_the_month_s_bill_asks_for_nothing_more(lieu, stripe, tell, log_in, choice, frozen):
    leo = log_in(lieu.leo)
    assert "Payer maintenant, par carte" in text_of(leo.get("/coworking/?what=room&day=2026-12-08&part=hours&start=10:00&end=11:00"))
    row = held(leo, choice, stripe)
    page = text_of(leo.get(f"/bookings/{row.id}"))
    assert "gardée pendant que vous payez" in page and "Payer 4,00 € par carte" in page
    assert leo.post(f"/bookings/{row.id}/payment").headers["Location"].endswith("cs_test_1")  # the same page, asked again
    frozen("2026-12-01T10:09+01:00")
    intent = stripe.pay("cs_test_1")
    assert tell("payment_intent.succeeded", intent, "evt_1") == 200
    assert tell("checkout.session.completed", stripe.sessions["cs_test_1"], "evt_2") == 200
    row = newest()
    assert (row.status, row.price_cents, credit_of(Payer(lieu.leo.id))) == ("confirmed", 400, 400)
    assert "Payé par carte<td>4,00 €" in text_of(log_in(lieu.leo).get(f"/bookings/{row.id}")).replace("</th>", "")
    assert "booking.confirmed" in mails()

    frozen("2026-12-31T20:00+01:00")
    run = bills.start_run(lieu.place, paris("2026-12-01 00:00").date(), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now())
    assert credit_of(Payer(lieu.leo.id)) == 0  # used first: nothing is left to pay


def test_sent_twice_it_is_kept_once_and_a_guest_is_welcomed_once_it_is_paid(lieu, stripe, tell, log_in, choice):
    leo = log_in(lieu.leo)
    said = choice | {"idempotency_key": "pressed-twice", "guest_name": "Ada", "guest_email": "ada@example.org"}
    first, second = (leo.post("/coworking/bookings", data=said) for _ in range(2))
    assert (first.status_code, second.status_code, second.headers["Location"]) == (307, 307, first.headers["Location"])
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 1
    assert mails() == []

    leo.post(first.headers["Location"])
    assert tell("payment_intent.succeeded", stripe.pay("cs_test_1"), "evt_1") == 200
    assert mails() == ["booking.confirmed", "visitor.invited"]


def test_paid_too_late_it_is_booked_again_if_it_is_free(lieu, stripe, tell, log_in, choice, frozen):
    row = held(log_in(lieu.leo), choice | {"guest_name": "Ada", "guest_email": "ada@example.org"}, stripe)
    frozen("2026-12-01T10:11+01:00")
    assert tell("payment_intent.succeeded", stripe.pay("cs_test_1"), "evt_1") == 200
    again = newest()
    assert again.id != row.id and (again.status, again.member_id, again.price_cents) == ("confirmed", lieu.leo.id, 400)
    assert db.session.get_one(Booking, row.id, populate_existing=True).status == "expired"
    assert "réservée de nouveau" in text_of(log_in(lieu.leo).get(f"/bookings/{row.id}"))
    assert mails() == ["booking.confirmed", "visitor.moved"]
    assert "Ada" in text_of(log_in(lieu.max).get("/coworking/day/visitors?day=2026-12-08"))


def test_paid_too_late_and_taken_all_the_money_goes_back_and_it_is_said_once(lieu, stripe, tell, log_in, choice, frozen):
    row = held(log_in(lieu.leo), choice, stripe)
    frozen("2026-12-01T10:10+01:00")
    book(lieu.room, between("2026-12-08", "10:00", "11:00"), lieu.camille)
    intent = stripe.pay("cs_test_1")
    for name in ("evt_1", "evt_1", "evt_2"):
        assert tell("payment_intent.succeeded", intent, name) == 200
    calls = {call.kind: call for call in db.session.scalars(sa.select(ProviderCall))}
    assert (calls["refund"].cents, calls["refund"].state, credit_of(Payer(lieu.leo.id))) == (400, "asked", 0)
    frozen("2026-12-01T10:12+01:00")
    assert checkout.close_calls(now=clock.now()) == 1
    assert [path for _, path, _ in stripe.asked].count("/v1/refunds") == 1
    assert db.session.get_one(Booking, row.id, populate_existing=True).status == "expired"
    assert "4,00 € vous sont rendus en entier" in text_of(log_in(lieu.leo).get(f"/bookings/{row.id}"))
    assert mails() == ["booking.confirmed", "payment.to_refund"]  # Camille's, and one to Leo


def test_a_page_that_nobody_wants_any_more_is_closed_at_stripe(lieu, stripe, log_in, choice, frozen):
    leo = log_in(lieu.leo)
    row = held(leo, choice, stripe)
    frozen("2026-12-01T10:04+01:00")
    assert leo.post(f"/bookings/{row.id}/acceptance").status_code == 303  # with the month's bill, in the end
    frozen("2026-12-01T10:05+01:00")
    assert checkout.close_calls(now=clock.now()) == 1
    assert stripe.sessions["cs_test_1"]["status"] == "expired" and newest().status == "confirmed"
    assert leo.post(f"/bookings/{row.id}/payment").status_code == 409  # nothing is kept: nothing to pay first


def test_given_up_or_lapsed_it_is_free_for_others(lieu, stripe, tell, log_in, choice, post):
    leo = log_in(lieu.leo)
    row = held(leo, choice, stripe)
    assert leo.post(f"/bookings/{row.id}/refusal").status_code == 303
    assert newest().status == "released"
    book(lieu.room, between("2026-12-08", "10:00", "11:00"), lieu.camille)
    assert tell("payment_intent.succeeded", stripe.pay("cs_test_1"), "evt_1") == 200  # paid all the same: all goes back
    assert db.session.scalar(sa.select(sa.func.count(Payment.id))) == 1 and credit_of(Payer(lieu.leo.id)) == 0
    said = next(mail for mail in post() if "Paiement rendu" in mail["Subject"]).get_body(("plain",)).get_content()
    assert "Vous aviez laissé cette place" in said and "quelqu’un d’autre" not in said
    assert "Vous aviez laissé cette place" in text_of(log_in(lieu.leo).get(f"/bookings/{row.id}"))


def test_a_full_tab_refuses_nobody_who_pays_by_card_and_what_is_paid_no_longer_fills_it(lieu, stripe, tell, log_in, choice, frozen):
    with transaction():
        lieu.place.tab_cap_cents = 900
    book(lieu.room, between("2026-12-09", "10:00", "12:00"), lieu.leo)  # 8.00 on the tab
    leo = log_in(lieu.leo)
    no = leo.post("/coworking/bookings", data={"choice": choice["choice"]})
    assert no.status_code == 422 and "Payer 4,00 € par carte et réserver" in text_of(no)
    assert "Payer 4,00 € par carte et réserver" in text_of(leo.get("/coworking/?what=room&day=2026-12-08&part=hours&start=10:00&end=11:00"))

    row = held(leo, choice, stripe)
    assert leo.post(f"/bookings/{row.id}/acceptance").status_code == 422  # on the tab after all: it is full
    assert tell("payment_intent.succeeded", stripe.pay("cs_test_1"), "evt_1") == 200
    assert newest().status == "confirmed"

    later = booking.request_to_move(
        newest(), starts_at=paris("2026-12-08 14:00").astimezone(UTC), ends_at=None, actor_id=lieu.leo.id, now=clock.now()
    )
    assert booking.move(newest().id, later).status == "confirmed"  # it does not stand in its own way
    with pytest.raises(Refused) as refused:
        book(lieu.room, between("2026-12-10", "10:00", "11:00"), lieu.leo)
    assert refused.value.codes == ["balance"]  # 8.00 owed, and 4.00 more


def test_stripe_is_away_and_the_place_stays_kept(lieu, stripe, log_in, choice):
    leo = log_in(lieu.leo)
    stripe.trouble = ["down"] * 4
    kept = leo.post("/coworking/bookings", data=choice)
    page = leo.post(kept.headers["Location"])
    assert page.status_code == 422 and "Stripe ne répond pas" in text_of(page)
    assert newest().status == "held"


def test_what_costs_nothing_is_booked_at_once_and_without_a_key_nobody_is_asked(lieu, log_in, choice, app):
    leo = log_in(lieu.leo)
    assert "par carte" not in text_of(leo.get("/coworking/?what=room&day=2026-12-08&part=hours&start=10:00&end=11:00"))
    assert leo.post("/coworking/bookings", data=choice).status_code == 303
    assert newest().status == "confirmed"
