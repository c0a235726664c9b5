"""What a lieu decides about payments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.billing.models import PaymentSettings
from app.billing.rules.banking import compact_iban, reasons_creditor, reasons_holder
from app.core import journal
from app.core.db import transaction
from app.core.refusals import Refused


def set_payments(
    *,
    place_id: int,
    holder: str,
    creditor_id: str,
    notice_days: int,
    means: Sequence[str],
    fees: Mapping[str, Any],
    return_fee_cents: int,
    helloasso_url: str,
    reminder_days: Sequence[int],
    now: datetime,
    actor_id: int | None = None,
) -> PaymentSettings:
    """Write the settings of payments, all of them."""
    creditor_id = compact_iban(creditor_id)
    if refusals := [*(reasons_creditor(creditor_id) if creditor_id else ()), *(reasons_holder(holder) if holder else ())]:
        raise Refused(*refusals)
    with transaction() as session:
        row = session.get(PaymentSettings, place_id) or PaymentSettings(place_id=place_id)
        row.holder, row.creditor_id, row.notice_days, row.means = holder, creditor_id, notice_days, list(means)
        row.fees, row.return_fee_cents, row.helloasso_url = dict(fees), return_fee_cents, helloasso_url
        row.reminder_days = list(reminder_days)
        session.add(row)
        session.flush()
        journal.record("place.payments_set", place_id, place_id=place_id, actor_id=actor_id, at=now)
        return row
