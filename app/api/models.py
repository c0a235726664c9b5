"""Tables of the interface: who asked to be told what, and what is still to be told."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Webhook(Model):
    """Webhook: an address that is told what happens. Its secret is not here: it follows from the salt and the lieu's key."""

    __tablename__ = "api_webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(sa.String(500))
    events: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # empty: all of them
    salt: Mapped[str] = mapped_column(sa.String(64))
    created_by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # it answered that it is gone
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(sa.String(200), default="")


class Delivery(Model):
    """Envoi: one line of the journal to tell to one webhook, until it is told or 20 hours have passed."""

    __tablename__ = "api_delivery"
    __table_args__ = (
        sa.UniqueConstraint("webhook_id", "entry_id"),
        sa.Index(
            "ix_api_delivery_due",
            "due_at",
            "id",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(sa.ForeignKey("api_webhook.id", ondelete="CASCADE"))
    entry_id: Mapped[int]  # of the journal
    message_id: Mapped[str] = mapped_column(sa.String(60))  # the same at each try: the one who is told knows it again
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: told, or given up
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
