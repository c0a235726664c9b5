"""Stripe at the wire: our own server stands for it, messages are signed as it signs them, and everything that can go wrong does."""

import pytest
import sqlalchemy as sa
import stripe as sdk

from app.billing import gateways, queries
from app.billing.models import Movement, Payment, ProviderCall, StripeEvent
from app.billing.services import checkout
from app.billing.services.checkout import Links
from app.billing.services.refunding import give_back
from app.core import clock
from app.core.refusals import Refused
from tests.billing.bills import bill, line, refuse_changes
from tests.billing.stripe import SECRET, message
from tests.billing.test_payments import DAY, left, pay, told, who

LINKS = Links("http://localhost/paid", "http://localhost/back")


@pytest.fixture
def invoice(place, person):
    return bill(place, person, line(10000))


def ask(invoice, means="card") -> str:
    return checkout.ask_checkout(invoice.id, means=means, label=f"Facture {invoice.number}", links=LINKS, now=clock.now(), actor_id=None)


def count(session, what=Payment) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(what))


def test_a_page_of_payment_is_asked_once_and_paid_once(stripe, tell, invoice, person, session):
    url = ask(invoice)
    assert url == ask(invoice) == f"{stripe.url}/pay/cs_test_1"
    ((_, _, key),) = [one for one in stripe.asked if one[0] == "POST"]
    assert session.scalars(sa.select(ProviderCall.key)).one() == key

    intent = stripe.pay("cs_test_1")
    assert tell("payment_intent.succeeded", intent, "evt_1") == 200  # before the page says that it is completed
    assert tell("checkout.session.completed", stripe.sessions["cs_test_1"], "evt_2") == 200
    assert tell("checkout.session.completed", stripe.sessions["cs_test_1"], "evt_2") == 200  # the same message again
    assert tell("payment_intent.payment_failed", intent, "evt_0") == 200  # older, and late
    assert (left(invoice), count(session), count(session, StripeEvent)) == (0, 1, 3)
    assert session.scalars(sa.select(Payment.fee_cents)).one() == 205
    with pytest.raises(Refused) as refused:
        ask(invoice)
    assert refused.value.codes == ["nothing_to_pay"]


def test_what_comes_is_recorded_whatever_was_asked(stripe, tell, invoice, session):
    """A card event of 119.99 for 120.00: 119.99 recorded, 0.01 due, flagged; another currency is never taken for euros."""
    ask(invoice)
    dollars = stripe.pay("cs_test_1", currency="usd")
    assert tell("payment_intent.succeeded", dollars, "evt_1") == 200
    assert (left(invoice), count(session), told(session, "checkout.odd")) == (12000, 0, 1)
    assert tell("payment_intent.succeeded", stripe.pay("cs_test_1", cents=11999), "evt_2") == 200
    assert left(invoice) == 1 and session.scalars(sa.select(Payment)).one().is_odd


def test_only_what_is_signed_now_is_believed(client, app, stripe, tell, invoice, session, monkeypatch):
    ask(invoice)
    intent, now = stripe.pay("cs_test_1"), int(clock.now().timestamp())
    assert tell("payment_intent.succeeded", intent, at=now - 301) == 400
    assert tell("payment_intent.succeeded", intent, at=now + 301) == 400
    assert tell("payment_intent.succeeded", intent, secret="whsec_other") == 400
    body = message("payment_intent.succeeded", intent)
    for header in ("", "t=1", "t=x,v1=y", f"t={now},v1=é", f"t={now},v0=abc", f"t={now - 301},t={now},v1=abc"):
        assert client.post("/stripe/webhook", data=body, headers={"Stripe-Signature": header.encode().decode("latin-1")}).status_code == 400
    signed = sdk.WebhookSignature.generate_signature_header(body.decode(), SECRET, now)
    for other in (body + b" ", b"\xff\xfe", b"", b"[]"):
        assert client.post("/stripe/webhook", data=other, headers={"Stripe-Signature": signed}).status_code == 400
    empty = sdk.WebhookSignature.generate_signature_header("[]", SECRET, now)
    assert client.post("/stripe/webhook", data=b"[]", headers={"Stripe-Signature": empty}).status_code == 400
    assert client.post("/stripe/webhook", data=b"x" * 300_000).status_code == 413
    assert (count(session), count(session, StripeEvent)) == (0, 0)
    assert tell("payment_intent.succeeded", intent, at=now - 299) == 200
    monkeypatch.setitem(app.config, "STRIPE_WEBHOOK_SECRET", "")
    assert tell("payment_intent.succeeded", intent, "evt_9") == 400  # no secret here: nothing can be proven


def test_what_we_do_not_know_is_kept_and_answered(tell, session):
    assert tell("customer.created", {"id": "cus_1", "email": "someone@example.org", "object": "customer"}) == 200
    assert tell("payment_intent.succeeded", {"id": "pi_others", "object": "payment_intent", "currency": "eur"}, "evt_2") == 200
    kept = session.scalars(sa.select(StripeEvent).order_by(StripeEvent.id)).all()
    assert [one.effect for one in kept] == ["", "unknown"]
    assert kept[0].content == {"id": "cus_1", "object": "customer"}  # nobody's address
    refuse_changes(session, "billing_stripe_event")


def test_a_debit_by_stripe_waits_then_pays_then_may_come_back(stripe, tell, invoice, session):
    ask(invoice, "sepa_stripe")
    intent = stripe.pay("cs_test_1", status="processing")
    assert tell("checkout.session.completed", stripe.sessions["cs_test_1"], "evt_1") == 200
    assert left(invoice) == 12000
    with pytest.raises(Refused) as refused:  # nobody pays twice what is under way
        ask(invoice)
    assert refused.value.codes == ["payment_under_way"]
    intent |= {"status": "succeeded"}
    assert tell("payment_intent.succeeded", intent, "evt_2") == 200
    assert left(invoice) == 0

    dispute = {"id": "dp_1", "object": "dispute", "payment_intent": intent["id"], "reason": "insufficient_funds", "amount": 12000}
    for name in ("evt_3", "evt_4"):
        assert tell("charge.dispute.created", dispute, name) == 200
    assert (left(invoice), told(session, "payment.returned")) == (12000, 1)
    assert tell("charge.dispute.funds_reinstated", dispute, "evt_5") == 200
    assert left(invoice) == 0


def test_a_debit_that_failed_may_be_paid_otherwise(stripe, tell, invoice, session):
    ask(invoice, "sepa_stripe")
    intent = stripe.pay("cs_test_1", status="processing")
    assert tell("checkout.session.completed", stripe.sessions["cs_test_1"], "evt_1") == 200
    assert tell("payment_intent.payment_failed", intent | {"status": "requires_payment_method"}, "evt_2") == 200
    assert (left(invoice), told(session, "checkout.failed")) == (12000, 1)
    assert ask(invoice).endswith("cs_test_2")


@pytest.mark.parametrize("trouble", [["down"] * 4, ["cut"] * 4])
def test_stripe_is_away_and_one_look_closes_everything(stripe, invoice, session, frozen, trouble):
    """Down, or cut after it did what was asked: nobody is debited twice, no call stays open for ever."""
    stripe.trouble = list(trouble)
    with pytest.raises(gateways.Unreachable):
        ask(invoice)
    stripe.trouble = []
    call = session.scalars(sa.select(ProviderCall)).one()
    assert call.state == "asked" and checkout.close_calls(now=clock.now()) == 0  # who asked may be waiting still
    frozen("2026-12-01T10:05+01:00")
    assert checkout.close_calls(now=clock.now()) == 1
    session.refresh(call)
    assert call.state == "expired" and [page["status"] for page in stripe.sessions.values()] == ["expired"]
    assert ask(invoice).endswith("cs_test_2")


def test_a_message_that_never_came_is_found_by_looking(stripe, invoice, session, frozen):
    ask(invoice)
    stripe.pay("cs_test_1")
    assert checkout.close_calls(now=clock.now()) == 0  # too soon to ask
    frozen("2026-12-01T10:11+01:00")
    assert checkout.close_calls(now=clock.now()) == 1
    assert left(invoice) == 0 and checkout.close_calls(now=clock.now()) == 0
    assert session.scalars(sa.select(ProviderCall)).one().fee_cents == 205


def test_paid_otherwise_the_page_is_closed(stripe, invoice, place, person, frozen):
    ask(invoice)
    pay(place, person, 12000, invoice)
    frozen("2026-12-01T10:11+01:00")
    assert checkout.close_calls(now=clock.now()) == 1 and stripe.sessions["cs_test_1"]["status"] == "expired"


def test_a_refund_is_written_asked_and_undone_if_refused(stripe, tell, invoice, place, person, session, frozen):
    payment = pay(place, person, 12500, invoice, means="card", provider="stripe", provider_id="pi_1")

    def refund(cents):
        give_back(payment, cents=cents, day=DAY, reason="trop payé", key=None, now=clock.now(), actor_id=person.id)

    with pytest.raises(Refused):
        refund(501)
    stripe.trouble = ["cut"] * 4
    refund(200)
    stripe.trouble = []
    frozen("2026-12-01T10:05+01:00")
    assert checkout.close_calls(now=clock.now()) == 1
    assert len({key for _, path, key in stripe.asked if path == "/v1/refunds"}) == 1  # asked again with the same key
    assert queries.credit_of(who(person)) == 300

    stripe.refund_status = "failed"
    refund(300)
    assert (queries.credit_of(who(person)), told(session, "payment.refund_failed")) == (300, 1)
    call = session.scalars(sa.select(ProviderCall).order_by(ProviderCall.id.desc())).first()
    assert tell("refund.failed", {"id": call.provider_id, "object": "refund", "status": "failed"}, "evt_9") == 200
    assert count(session, Movement) == 4  # received, refunded, refunded, undone: once

    charge = {"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "amount_refunded": 12500, "currency": "eur"}
    assert tell("charge.refunded", charge, "evt_10") == 200  # from Stripe's own pages, all of it
    assert tell("charge.refunded", charge, "evt_11") == 200
    assert (left(invoice), queries.credit_of(who(person))) == (12000, 0)


def test_without_a_key_nothing_is_asked_and_everything_else_works(app, place, person, invoice):
    assert not gateways.is_ready() and checkout.close_calls(now=clock.now()) == 0
    pay(place, person, 12000, invoice)
    assert left(invoice) == 0
