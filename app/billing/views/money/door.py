"""The blueprint of the lieu's money, and what is of this lieu."""

from datetime import date
from typing import TypeVar

from flask import Blueprint, abort, flash

from app.billing import queries
from app.billing.models import BankLine, DebitBatch, Invoice, Mandate, Movement, Payment, Slip
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.place import queries as place_queries
from app.place.models import Place
from app.web import rights
from app.web.words import next_step, said

bp = Blueprint("money", "app.billing", url_prefix="/manage/money", template_folder="templates")
bp.before_request(rights.only("manage_billing"))

T = TypeVar("T", Payment, Movement, DebitBatch, BankLine, Mandate, Slip)


def flash_refusal(refused: Refused) -> None:
    for reason in refused.reasons:
        flash(f"{said(reason)} {next_step(reason)}", "bad")


def place_today() -> tuple[Place, date]:
    place = place_queries.current()
    return place, clock.today(place.tz)


def invoice_here(invoice_id: int, place: Place) -> Invoice:
    row = queries.invoice(invoice_id)
    if row is None or row.place_id != place.id:
        abort(404)
    return row


def payment_here(payment_id: int) -> Payment:
    return of_this_lieu(Payment, payment_id)


def refund_here(movement_id: int) -> Movement:
    """A refund that is made by a transfer."""
    row = of_this_lieu(Movement, movement_id)
    if (row.kind, row.credit) != ("refunded", "bank"):
        abort(404)
    return row


def batch_here(batch_id: int) -> DebitBatch:
    return of_this_lieu(DebitBatch, batch_id)


def mandate_here(mandate_id: int) -> Mandate:
    return of_this_lieu(Mandate, mandate_id)


def line_here(line_id: int) -> BankLine:
    return of_this_lieu(BankLine, line_id)


def slip_here(slip_id: int) -> Slip:
    return of_this_lieu(Slip, slip_id)


def of_this_lieu(model: type[T], row_id: int) -> T:
    row = db.session.get(model, row_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    return row
