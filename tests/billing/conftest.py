"""A lieu with its people, on Tuesday 1 December 2026 at 10:00; and one that only bills."""

import pytest
import stripe as sdk

from app.core import clock
from tests.billing.bills import make_organisation
from tests.billing.stripe import SECRET, message, running_stripe
from tests.factories import make_member, make_place
from tests.lieux import Lieu, make_lieu

NOW = "2026-12-01T10:00+01:00"
IBAN = "FR7630006000011234567890189"
SELLER = {
    "legal_form": "association loi 1901",
    "street": "Ancienne école",
    "postal_code": "61500",
    "town": "Boitron",
    "email": "bonjour@worklab.example",
    "siret": "73282932000074",
    "iban": IBAN,
}
LIABLE = [{"depuis": "2026-01-01", "regime": "redevable", "taux": 2000}]


@pytest.fixture
def lieu(session, frozen) -> Lieu:
    frozen(NOW)
    return make_lieu()


@pytest.fixture
def place(session, frozen):
    """A lieu that owes VAT at 20 %, the first of December."""
    frozen(NOW)
    return make_place(
        name="Worklab de Boitron",
        vat_number="FR44732829320",
        vat_regimes=LIABLE,
        **SELLER,
    )


@pytest.fixture
def person(place):
    return make_member("Camille Roux", email="camille@example.org", street="2 rue du Four", postal_code="61500", town="Boitron")


@pytest.fixture
def company(place):
    return make_organisation()


@pytest.fixture
def stripe(app, monkeypatch):
    with running_stripe() as stripe:
        for name, value in (("STRIPE_SECRET_KEY", "sk_test_1"), ("STRIPE_WEBHOOK_SECRET", SECRET), ("STRIPE_API_BASE", stripe.url)):
            monkeypatch.setitem(app.config, name, value)
        monkeypatch.setattr(sdk.HTTPClient, "MAX_DELAY", 0, raising=False)
        monkeypatch.setattr(sdk.HTTPClient, "INITIAL_DELAY", 0, raising=False)
        yield stripe


@pytest.fixture
def tell(client, stripe):
    """`tell("payment_intent.succeeded", {…})`: Stripe says it, signed; the status of our answer."""

    def tell(kind: str, about: dict, name: str = "evt_1", *, at: int | None = None, secret: str = SECRET) -> int:
        body = message(kind, about, name)
        when = int(clock.now().timestamp()) if at is None else at
        signed = sdk.WebhookSignature.generate_signature_header(body.decode(), secret, when)
        return client.post("/stripe/webhook", data=body, headers={"Stripe-Signature": signed}).status_code

    return tell
