"""Card and debit by Stripe: each call is written before it is made, each event has its effect once, and a regular look closes
whatever was cut. Nothing here holds a transaction while it waits for Stripe."""

from app.billing.services.checkout.asking import ask_checkout, refund_by_stripe
from app.billing.services.checkout.calls import Links
from app.billing.services.checkout.looking import close_calls
from app.billing.services.checkout.told import take_event

__all__ = ["Links", "ask_checkout", "close_calls", "refund_by_stripe", "take_event"]
