"""The stock of what is sold by its unit: every gram that comes in or goes out leaves a line, only ever added."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class StockMove(Model):
    """Mouvement de stock: a purchase, a use, a loss, or what an inventory found. In thousandths of the article's unit."""

    __tablename__ = "billing_stock_move"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('purchase', 'use', 'loss', 'inventory')", name="kind"),
        sa.CheckConstraint("milli != 0", name="moves"),
        sa.UniqueConstraint("ref"),
        sa.Index("ix_stock_move_article", "article_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_article.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    milli: Mapped[int]  # what came in (positive) or went out
    cents: Mapped[int | None]  # what a purchase cost
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    ref: Mapped[str | None] = mapped_column(sa.String(60))  # the charge that it goes with, once
    actor_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
