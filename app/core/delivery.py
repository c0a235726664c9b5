"""The worker's work: what the journal holds becomes mails, and mails leave.

A mail is leased (one row, one short transaction), written and sent with no transaction open, then marked. A slow mail server
holds no lock; a sender killed in the middle loses its lease, and the mail leaves again with the same Message-ID.
"""

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app
from flask_babel import force_locale

from app.core import clock, letters, mail, transports
from app.core.db import db, transaction
from app.core.letters import Addressee
from app.core.mail import OutgoingMail
from app.core.transports import Transport

LEASE = timedelta(minutes=3)  # longer than a slow server takes, shorter than people wait
MOST_TRIES = 20  # about two days
LONGEST_WAIT = timedelta(hours=4)

_log = structlog.get_logger(__name__)


def send_due(*, now: datetime, most: int = 100) -> int:
    """Send what is due, `most` at a time so that the worker can do its other work; how many mails were settled.

    The clock is asked again for each: a mail server may take its time. 0: nothing left, or a server that does not answer.
    """
    count = 0
    with closing(transports.open_transport(current_app.config["MAIL_URL"])) as transport:
        while count < most:
            with current_app.app_context():  # a mail starts afresh: session, language, caches, as a request does
                row = _lease(max(now, clock.now()))
                if row is None or not _deal_with(row, transport):
                    break
                count += 1
    return count


def wait_before(attempt: int) -> timedelta:
    """2, 4, 8 minutes… then every four hours."""
    return min(timedelta(minutes=2 ** min(attempt, 10)), LONGEST_WAIT)


def _lease(now: datetime) -> OutgoingMail | None:
    """Take the next mail that is due and that nobody has."""
    due = (
        sa.select(OutgoingMail.id)
        .where(OutgoingMail.due_at <= now, sa.or_(OutgoingMail.leased_until.is_(None), OutgoingMail.leased_until <= now))
        .order_by(OutgoingMail.due_at, OutgoingMail.id)
        .limit(1)
    )
    if db.session.scalar(due) is None:
        return None  # nothing to do takes no write lock
    with transaction() as session:
        return session.scalar(
            sa.update(OutgoingMail)
            .where(OutgoingMail.id == due.with_for_update(skip_locked=True).scalar_subquery())
            .values(leased_until=now + LEASE, attempts=OutgoingMail.attempts + 1)
            .returning(OutgoingMail),
            execution_options={"synchronize_session": False, "populate_existing": True},
        )


def _deal_with(row: OutgoingMail, transport: Transport) -> bool:
    """Write one mail and send it; false when the server will take no other now."""
    lease = row.leased_until
    assert lease is not None
    try:
        is_sent = _write_and_send(row, transport)
    except (transports.RefusedForGood, letters.BadAddress) as refusal:
        _failed(row, lease, "refused", refusal, for_good=True)
    except transports.Refused as refusal:
        _failed(row, lease, "refused", refusal)
    except transports.Unreachable as trouble:
        _failed(row, lease, "unreachable", trouble)
        return False
    except Exception as mistake:  # noqa: BLE001 — a mistake in one letter must not keep the others
        db.session.rollback()
        _log.exception("mail_cannot_be_written", mail=row.id, kind=row.kind)
        _failed(row, lease, "unwritable", type(mistake).__name__)
    else:
        now = clock.now()
        _settle(row, lease, due_at=None, last_error="", **{"sent_at" if is_sent else "dropped_at": now})
        _log.info("mail_sent" if is_sent else "mail_dropped", mail=row.id, kind=row.kind, attempts=row.attempts)
    return True


def _write_and_send(row: OutgoingMail, transport: Transport) -> bool:
    """False when there is nobody to tell, or nothing left to say."""
    post = mail.post()
    to = (
        post.addressee(row.member_id)
        if row.member_id is not None
        else Addressee(row.to_address or "", locale=row.facts.get("locale", "fr"))
    )
    if to is None:
        return False
    with force_locale(to.locale):
        letter = post.builders[row.kind](row)
    if letter is None:
        return False
    house = post.house(row.place_id)
    message = letters.as_bytes(letter, house=house, to=to, message_id=row.message_id, now=clock.now())
    db.session.remove()  # from here on the mail server may take its time: no transaction waits for it
    transport.send(message, sender=house.address, to=to.address, message_id=row.message_id)
    return True


def _failed(row: OutgoingMail, lease: datetime, code: str, trouble: object, *, for_good: bool = False) -> None:
    now = clock.now()
    error = f"{code}: {trouble}"[:300]
    if for_good or row.attempts >= MOST_TRIES:
        _settle(row, lease, due_at=None, gave_up_at=now, last_error=error)
    else:
        _settle(row, lease, due_at=now + wait_before(row.attempts), last_error=error)
    _log.warning("mail_not_sent", mail=row.id, kind=row.kind, attempts=row.attempts, code=code)


def _settle(row: OutgoingMail, lease: datetime, **values: Any) -> None:
    """Mark the mail, if its lease is still ours: another sender may have taken it while we were slow."""
    with transaction() as session:
        session.execute(
            sa.update(OutgoingMail)
            .where(OutgoingMail.id == row.id, OutgoingMail.leased_until == lease)
            .values(leased_until=None, **values),
            execution_options={"synchronize_session": False},
        )
