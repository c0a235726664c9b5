"""A coupon takes so much, or so many hundredths, off a carnet: when, how often, for whom."""

from collections.abc import Iterator
from datetime import date

from app.core.money import discounted
from app.core.refusals import N_, Reason


class CouponUnknown(Reason):
    code = "coupon_unknown"
    sentence = N_("Le code « %(code)s » n’existe pas, ou ne vaut pas pour cet achat.")
    next_step = N_("Vérifiez-le, ou achetez sans code.")


class CouponNotNow(Reason):
    code = "coupon_not_now"
    sentence = N_("Ce code vaut du %(first)s au %(last)s.")
    next_step = N_("Achetez sans code, ou ces jours-là.")


class CouponUsedUp(Reason):
    code = "coupon_used_up"
    sentence = N_("Ce code a servi autant de fois qu’il pouvait.")
    next_step = N_("Achetez sans code.")


class CouponUsedByYou(Reason):
    code = "coupon_used_by_you"
    sentence = N_("Vous avez déjà utilisé ce code autant de fois que possible.")
    next_step = N_("Achetez sans code.")


def reduced(cents: int, *, percent: int | None, off_cents: int | None) -> int:
    """What is left to pay; never below nothing."""
    return discounted(cents, percent) if percent is not None else max(cents - (off_cents or 0), 0)


def reasons_coupon(*, first: date, last: date, on: date, used: int, most: int | None, mine: int, most_each: int) -> Iterator[Reason]:
    """Its last day is included. `mine`: how often this person has used it."""
    if not first <= on <= last:
        yield CouponNotNow(first=first, last=last)
    if most is not None and used >= most:
        yield CouponUsedUp()
    if mine >= most_each:
        yield CouponUsedByYou()
