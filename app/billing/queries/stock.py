"""Reads of articles and their stock."""

import sqlalchemy as sa

from app.billing.models import Article, Price, StockMove
from app.core.db import db


def articles(place_id: int) -> list[Article]:
    """What is sold by its unit, by name."""
    return list(db.session.scalars(sa.select(Article).where(Article.place_id == place_id).order_by(Article.name, Article.id)))


def article(article_id: int, *, place_id: int) -> Article | None:
    return db.session.scalar(sa.select(Article).where(Article.id == article_id, Article.place_id == place_id))


def stock_moves(article_id: int, *, most: int = 50) -> list[StockMove]:
    """The last moves, the newest first."""
    query = sa.select(StockMove).where(StockMove.article_id == article_id).order_by(StockMove.id.desc()).limit(most)
    return list(db.session.scalars(query))


def low_stock(place_id: int) -> list[Article]:
    """What is to be bought again."""
    query = sa.select(Article).where(Article.place_id == place_id, Article.alert_milli.is_not(None))
    return list(db.session.scalars(query.where(Article.stock_milli <= Article.alert_milli).order_by(Article.name)))


def own_article_prices(article: Article) -> dict[str, int]:
    """What a unit costs to each tariff group that has a price of its own."""
    query = sa.select(Price.tariff_group, Price.cents).where(
        Price.place_id == article.place_id,
        Price.what == f"article:{article.code}",
        Price.tariff_group.is_not(None),
        Price.plan.is_(None),
        Price.valid_from.is_(None),
    )
    return {str(row.tariff_group): row.cents for row in db.session.execute(query)}
