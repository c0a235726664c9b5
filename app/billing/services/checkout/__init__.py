"""Card and debit by Stripe: each call is written before it is made, each event has its effect once, and a regular look closes
whatever was cut. Nothing here holds a transaction while it waits for Stripe."""

from app.billing.services.checkout.asking import ask_checkout, ask_prepayment, no_longer_wanted, write_refund
from app.billing.services.checkout.calls import Links, Settler, install
from app.billing.services.checkout.looking import ask_refund, close_calls
from app.billing.services.checkout.told import take_event

__all__ = [
    "Links",
    "Settler",
    "ask_checkout",
    "ask_prepayment",
    "ask_refund",
    "close_calls",
    "install",
    "no_longer_wanted",
    "take_event",
    "write_refund",
]
