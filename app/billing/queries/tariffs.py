"""What the lieu sells, and what a person pays for it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.billing.models import Charge, Coupon, PassType, Plan, Price, Subscription, TariffGroup
from app.billing.rules import PriceRow, best_rows, own_price
from app.billing.rules.documents import gross_of_net
from app.billing.rules.legal import regime_of
from app.core.cache import Stamped, asked_once
from app.core.db import db
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class PriceList:
    """Every price of a lieu, and the percentage off of each tariff group. Before VAT where the lieu is liable to it."""

    rows: tuple[PriceRow, ...]
    discounts: Mapping[str, int]
    vat_regimes: tuple[Mapping[str, Any], ...] = ()  # as the lieu wrote them, see `rules.legal`
    rate_bp: int = 0  # added to what `own` says: see `shown`

    def own(self, what: Iterable[str], unit: str, asked: "Asked") -> list[tuple[int | None, int]]:
        """What this person pays: (minutes or None, cents) for each duration that has a price; empty: no price is set."""
        rows, is_own = best_rows(self.rows, what=list(what), unit=unit, group=asked.group, plans=asked.plans, on=asked.on)
        percent = 0 if unit == "piece" and rows and rows[0].what.startswith("article:") else self.discounts.get(asked.group, 0)
        prices = ((row.minutes, own_price(row.cents, is_own=is_own, discount_percent=percent)) for row in rows)
        return [(minutes, gross_of_net(cents, self.rate_bp)) for minutes, cents in prices]

    def one(self, what: Iterable[str], unit: str, asked: "Asked") -> int | None:
        """The price of a unit that has only one, in cents; None when it is not sold."""
        return next((cents for _, cents in self.own(what, unit, asked)), None)

    def rate(self, activity: str, on: date) -> int:
        """VAT of an activity (`rules.documents.ACTIVITIES`) that day, in basis points."""
        return regime_of(self.vat_regimes, on).tax_of(activity).rate_bp

    def shown(self, activity: str, on: date) -> "PriceList":
        """The same prices as people read them: taxes included."""
        return replace(self, rate_bp=self.rate(activity, on))


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and when a price is asked."""

    group: str
    on: date
    plans: Collection[str] = ()


_price_lists: Stamped[PriceList] = Stamped()


def price_list(place: Place) -> PriceList:
    return _price_lists.get(place.id, place.settings_stamp, lambda: _read_price_list(place))


def _read_price_list(place: Place) -> PriceList:
    rows = db.session.execute(
        sa.select(
            Price.what, Price.unit, Price.minutes, Price.tariff_group, Price.plan, Price.cents, Price.valid_from, Price.valid_to
        ).where(Price.place_id == place.id)
    )
    groups = db.session.execute(sa.select(TariffGroup.code, TariffGroup.discount_percent).where(TariffGroup.place_id == place.id))
    discounts = {row.code: row.discount_percent for row in groups}
    return PriceList(tuple(PriceRow(*row) for row in rows), discounts, tuple(place.vat_regimes))


@asked_once
def tariff_groups(place_id: int) -> list[tuple[str, str]]:
    """(code, name) of the tariffs that somebody may have; the normal one first."""
    rows = db.session.execute(
        sa.select(TariffGroup.code, TariffGroup.name).where(TariffGroup.place_id == place_id).order_by(TariffGroup.id)
    )
    return [(row.code, row.name) for row in rows]


def plans_on_sale(place_id: int) -> list[Plan]:
    """The plans that anybody may take, the cheapest first."""
    return list(db.session.scalars(sa.select(Plan).where(Plan.place_id == place_id, Plan.on_sale).order_by(Plan.cents, Plan.id)))


def passes_on_sale(place_id: int) -> list[PassType]:
    """The passes and packs that can be bought, the cheapest first."""
    return list(
        db.session.scalars(sa.select(PassType).where(PassType.place_id == place_id, PassType.on_sale).order_by(PassType.cents, PassType.id))
    )


@dataclass(frozen=True, slots=True)
class Sold:
    """One unit of something that has a price, as it is named in the price list."""

    what: str
    unit: str
    minutes: int | None


def prices_set(place_id: int) -> list[Price]:
    """Each price as set, those of each thing together, the one that began first at the top."""
    rows = db.session.scalars(sa.select(Price).where(Price.place_id == place_id).order_by(Price.what, Price.unit, Price.minutes, Price.id))
    return sorted(rows, key=lambda row: (row.what, row.unit, row.minutes or 0, row.valid_from or date.min, row.id))


def catalogue_of(model: type[Any], place_id: int) -> list[Any]:
    """All the plans, carnets or tariff groups of a lieu, on sale or not, in the order they were made."""
    return list(db.session.scalars(sa.select(model).where(model.place_id == place_id).order_by(model.id)))


def has_coupons(place_id: int, on: date) -> bool:
    """Whether a code could be of use that day."""
    current = Coupon.place_id == place_id, Coupon.first_day <= on, Coupon.last_day >= on
    return bool(db.session.scalar(sa.select(sa.exists().where(*current))))


def holders(place_id: int, on: date) -> dict[int, int]:
    """How many people hold each plan that day, or will."""
    counted = db.session.execute(
        sa.select(Subscription.plan_id, sa.func.count(sa.distinct(Subscription.member_id)))
        .where(
            Subscription.place_id == place_id,
            Subscription.replaced_at.is_(None),
            sa.or_(Subscription.last_day.is_(None), Subscription.last_day >= on),
        )
        .group_by(Subscription.plan_id)
    )
    return {row[0]: row[1] for row in counted}


def frozen_from(place_id: int, activity: str, since: date) -> int:
    """How many uses of that sort are already priced for that day or later: they keep their price."""
    return int(
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Charge)
            .where(Charge.place_id == place_id, Charge.activity == activity, Charge.used_on >= since, Charge.worth_cents > 0)
        )
        or 0
    )
