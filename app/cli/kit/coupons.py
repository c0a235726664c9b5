"""The coupons of a lieu, in its file: shape, what it says, what it writes. How often each was used is no setting: it stays here."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from marshmallow import ValidationError, validates_schema

from app.billing.models import Coupon
from app.cli.kit.values import Amount, Code, Day, Line, Shape, Whole
from app.core.db import db
from app.place.models import Place


class CouponShape(Shape):
    code = Code(required=True)
    quoi = Line(most=60, load_default="pass")  # pass, or pass:CODE
    remise_pct = Whole(1, 100, load_default=None)
    montant = Amount(load_default=None)
    du = Day(required=True)
    au = Day(required=True)
    en_tout = Whole(1, 100_000, load_default=None)
    par_personne = Whole(1, 1000, load_default=1)

    @validates_schema
    def known(self, data: Mapping[str, Any], **_: Any) -> None:
        if (data["remise_pct"] is None) == (data["montant"] is None):
            raise ValidationError("remise_pct ou montant, et un seul.", field_name="montant")
        if data["au"] < data["du"]:
            raise ValidationError("la fin vient après le début.", field_name="au")


def said(place: Place) -> list[dict[str, Any]]:
    """Each coupon, the oldest first; what is not said is left out."""
    rows = db.session.scalars(sa.select(Coupon).where(Coupon.place_id == place.id).order_by(Coupon.id))
    return [{key: value for key, value in _of(row).items() if value is not None} for row in rows]


def write(place: Place, listed: Iterable[Mapping[str, Any]]) -> None:
    known = {row.code: row for row in db.session.scalars(sa.select(Coupon).where(Coupon.place_id == place.id))}
    for one in listed:
        code = one["code"].upper()
        row = known.get(code) or Coupon(place_id=place.id, code=code)
        row.what, row.percent, row.off_cents = one["quoi"], one["remise_pct"], one["montant"]
        row.first_day, row.last_day, row.most, row.most_each = one["du"], one["au"], one["en_tout"], one["par_personne"]
        db.session.add(row)


def _of(row: Coupon) -> dict[str, Any]:
    off = None if row.off_cents is None else f"{row.off_cents // 100}.{row.off_cents % 100:02}"
    return {
        "code": row.code, "quoi": row.what, "remise_pct": row.percent, "montant": off, "du": row.first_day, "au": row.last_day,
        "en_tout": row.most, "par_personne": row.most_each,
    }  # fmt: skip
