"""Gestures on webhooks: ask to be told, hear no more; and the telling itself, read from the journal, leased, tried again."""

import json
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from flask import current_app

from app.api import queries
from app.api.models import Delivery, Webhook
from app.api.rules import TooManyWebhooks, next_try, secret_from, secret_shown, signature
from app.core import clock, elsewhere, journal
from app.core.db import db, insert_unless_there, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.core.urls import PrivateAddress, reasons_url

LEASE = timedelta(minutes=2)  # longer than the patience of `elsewhere.ask`
MOST_WEBHOOKS = 20
GONE = 410

_log = structlog.get_logger(__name__)


def add_webhook(*, url: str, events: Sequence[str], actor_id: int, now: datetime) -> tuple[Webhook, str]:
    """Tell this address what happens from now on; the secret that signs is given once."""
    if reasons := list(reasons_url(url)):
        raise Refused(*reasons)
    parts = urlsplit(url)
    if elsewhere.leads_inside(parts.hostname or "", parts.port or 443):
        raise Refused(PrivateAddress())
    with transaction() as session:
        if len(queries.webhooks()) >= MOST_WEBHOOKS:
            raise Refused(TooManyWebhooks(count=MOST_WEBHOOKS))
        webhook = Webhook(url=url, events=list(events), salt=secrets.token_hex(16), created_by_id=actor_id, created_at=now)
        session.add(webhook)
        session.flush()
        journal.record("webhook.added", webhook.id, actor_id=actor_id, at=now)
        return webhook, secret_shown(_secret(webhook))


def remove_webhook(*, webhook_id: int, actor_id: int, now: datetime) -> bool:
    """Nothing more is told there, not even what was waiting; false when there is no such webhook."""
    with transaction() as session:
        session.execute(sa.delete(Delivery).where(Delivery.webhook_id == webhook_id))
        gone = session.execute(sa.delete(Webhook).where(Webhook.id == webhook_id).returning(Webhook.id)).scalar()
        if gone is not None:
            journal.record("webhook.removed", webhook_id, actor_id=actor_id, at=now)
        return gone is not None


def tell_webhooks(entry: JournalEntry) -> None:
    """Reader of the journal: one row for each webhook that asked for this event."""
    for webhook in queries.webhooks():
        if webhook.disabled_at is None and (not webhook.events or entry.event in webhook.events):
            db.session.execute(
                insert_unless_there(Delivery).values(
                    webhook_id=webhook.id,
                    entry_id=entry.id,
                    message_id=f"msg_{secrets.token_hex(12)}",
                    created_at=clock.now(),
                    due_at=clock.now(),
                    attempts=0,
                )
            )


def tell_due(*, now: datetime, most: int = 50) -> int:
    """Tell what is due, oldest first, with no transaction open; a webhook that does not answer waits for the next turn."""
    count = 0
    silent: set[int] = set()
    while count < most:
        with current_app.app_context():
            leased = _lease(max(now, clock.now()), but_not=silent)
            if leased is None:
                break
            count += 1
            if not _tell(leased):
                silent.add(leased.webhook_id)
    return count


def _lease(now: datetime, *, but_not: Collection[int]) -> Delivery | None:
    """Take the next one that is due and that no other sender has."""
    due = (
        sa.select(Delivery.id)
        .where(
            Delivery.due_at <= now,
            sa.or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now),
            Delivery.webhook_id.not_in(but_not),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
    )
    if db.session.scalar(due) is None:
        return None  # nothing to do takes no write lock
    with transaction() as session:
        return session.scalar(
            sa.update(Delivery)
            .where(Delivery.id == due.with_for_update(skip_locked=True).scalar_subquery())
            .values(leased_until=now + LEASE, attempts=Delivery.attempts + 1)
            .returning(Delivery),
            execution_options={"synchronize_session": False, "populate_existing": True},
        )


def _tell(delivery: Delivery) -> bool:
    webhook, entry = db.session.get(Webhook, delivery.webhook_id), db.session.get(JournalEntry, delivery.entry_id)
    if webhook is None or entry is None or webhook.disabled_at is not None:
        _settle(delivery, due_at=None)
        return True
    body, at = payload(entry), clock.now()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(_secret(webhook), message_id=delivery.message_id, at=at, body=body),
    }
    db.session.commit()  # whoever is told may take their time: no transaction waits for it
    try:
        status = elsewhere.ask("POST", webhook.url, body=body, headers=headers).status
    except elsewhere.NotPublic:
        return _failed(webhook, delivery, "private address")
    except elsewhere.Unreachable as trouble:
        return _failed(webhook, delivery, f"unreachable: {trouble}")
    if not 200 <= status < 300:
        return _failed(webhook, delivery, f"status {status}", is_gone=status == GONE)
    _settle(delivery, due_at=None, told_at=clock.now())
    if webhook.failing_since is not None:
        _note(webhook, failing_since=None, last_error="")
    return True


def payload(entry: JournalEntry) -> bytes:
    """The line of the journal as it is: ids and codes, the same bytes at each try."""
    data = {
        "id": entry.subject_id,
        "place_id": entry.place_id,
        "actor_id": entry.actor_id,
        "member_id": entry.member_id,
        "facts": entry.facts,
    }
    told = {"type": entry.event, "timestamp": entry.at.isoformat().replace("+00:00", "Z"), "data": data}
    return json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def _failed(webhook: Webhook, delivery: Delivery, error: str, *, is_gone: bool = False) -> bool:
    now = clock.now()
    again = None if is_gone else next_try(delivery.attempts, now=now)
    _settle(delivery, due_at=again)
    _note(
        webhook,
        last_error=error[:200],
        failing_since=webhook.failing_since or now,
        disabled_at=now if is_gone else None,
    )
    _log.warning("webhook_not_told", webhook=webhook.id, delivery=delivery.id, attempts=delivery.attempts, gave_up=again is None)
    return False


def _settle(delivery: Delivery, **values: object) -> None:
    """Mark it, if its lease is still ours: another sender may have taken it while we were slow."""
    with transaction() as session:
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id == delivery.id, Delivery.leased_until == delivery.leased_until)
            .values(leased_until=None, **values),
            execution_options={"synchronize_session": False},
        )


def _note(webhook: Webhook, **values: object) -> None:
    with transaction() as session:
        session.execute(
            sa.update(Webhook).where(Webhook.id == webhook.id).values(**values), execution_options={"synchronize_session": False}
        )


def _secret(webhook: Webhook) -> bytes:
    return secret_from(current_app.config["SECRET_KEY"], bytes.fromhex(webhook.salt))


def forget_told(*, now: datetime, kept: timedelta = timedelta(days=30)) -> int:
    """What was told a month ago, or given up, is not kept."""
    with transaction() as session:
        gone = session.execute(
            sa.delete(Delivery).where(Delivery.due_at.is_(None), Delivery.created_at <= now - kept).returning(Delivery.id)
        )
        return len(gone.all())
