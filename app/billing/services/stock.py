"""Articles: what each is, what comes in, what an inventory finds, what goes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.billing.models import Article, Price, StockMove
from app.billing.rules import ArticleCodeTaken, UnknownQuantity
from app.billing.rules.selling import OutOfStock
from app.core import journal
from app.core.db import db, take_turn_to_name, transaction
from app.core.refusals import Refused
from app.place.services import touch_settings


def save_article(
    *,
    place_id: int,
    article_id: int | None,
    actor_id: int | None,
    now: datetime,
    group_cents: Mapping[str, int | None] | None = None,
    **facts: Any,
) -> Article:
    """Add an article, or change the one that has this id. Its stock only changes by moves.

    `group_cents`: what a unit costs to each tariff group that has a price of its own; None: the price less the group's discount.
    """
    with transaction():
        take_turn_to_name(place_id)
        known = sa.select(Article.id).where(Article.place_id == place_id, Article.code == facts.get("code"))
        if article_id is None and db.session.scalar(known) is not None:
            raise Refused(ArticleCodeTaken(code=facts["code"]))
        row = db.session.get_one(Article, article_id) if article_id is not None else Article(place_id=place_id, stock_milli=None)
        changed = sorted(name for name, value in facts.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, facts[name])
        db.session.add(row)
        db.session.flush()
        changed += _set_own_prices(row, group_cents or {})
        if changed:
            touch_settings(place_id)
            event = "article.changed" if article_id is not None else "article.added"
            journal.record(event, row.id, place_id=place_id, actor_id=actor_id, at=now, changed=changed)
        return row


def receive(*, article_id: int, milli: int, cents: int | None, note: str, actor_id: int | None, now: datetime) -> StockMove:
    """A purchase comes in."""
    if milli <= 0:
        raise Refused(UnknownQuantity())
    return _move(article_id, "purchase", milli, now=now, actor_id=actor_id, cents=cents, note=note)


def count_stock(*, article_id: int, milli: int, note: str, actor_id: int | None, now: datetime) -> StockMove | None:
    """An inventory: what is really there. None when the count was already right."""
    with transaction():
        article = _locked(article_id)
        moved = milli - (article.stock_milli or 0)
        if article.stock_milli is None:
            article.stock_milli = 0
            db.session.flush()
        return _move(article_id, "inventory", moved, now=now, actor_id=actor_id, note=note) if moved else None


def take_out(*, article_id: int, milli: int, ref: str, actor_id: int | None, now: datetime) -> StockMove:
    """Somebody uses so much of it: out of the stock, with the charge that it goes with."""
    return _move(article_id, "use", -milli, now=now, actor_id=actor_id, ref=ref)


def _set_own_prices(article: Article, group_cents: Mapping[str, int | None]) -> list[str]:
    what, changed = f"article:{article.code}", []
    for group, cents in group_cents.items():
        query = sa.select(Price).where(
            Price.place_id == article.place_id,
            Price.what == what,
            Price.tariff_group == group,
            Price.plan.is_(None),
            Price.valid_from.is_(None),
        )
        row = db.session.scalar(query)
        if cents == (row.cents if row is not None else None):
            continue
        changed.append(f"price:{group}")
        if row is None:
            row = Price(place_id=article.place_id, what=what, unit="piece", tariff_group=group, cents=cents)
            db.session.add(row)
        elif cents is None:
            db.session.delete(row)
        else:
            row.cents = cents
    db.session.flush()
    return changed


def _locked(article_id: int) -> Article:
    """As it is now, until the transaction ends."""
    return db.session.scalars(
        sa.select(Article).where(Article.id == article_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _move(
    article_id: int,
    kind: str,
    milli: int,
    *,
    now: datetime,
    actor_id: int | None,
    cents: int | None = None,
    note: str = "",
    ref: str | None = None,
) -> StockMove:
    with transaction():
        article = _locked(article_id)
        before = article.stock_milli or 0
        if before + milli < 0:
            raise Refused(OutOfStock(name=article.name))
        article.stock_milli = before + milli
        row = StockMove(article_id=article_id, kind=kind, milli=milli, cents=cents, note=note, ref=ref, actor_id=actor_id, at=now)
        db.session.add(row)
        db.session.flush()
        journal.record(f"stock.{kind}", article_id, place_id=article.place_id, actor_id=actor_id, at=now, milli=milli)
        alert = article.alert_milli
        if alert is not None and article.stock_milli <= alert < before:
            journal.record("stock.low", article_id, place_id=article.place_id, at=now, left_milli=article.stock_milli)
        return row
