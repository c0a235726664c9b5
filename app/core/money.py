"""Money in integer cents, rates in basis points; one way to round."""


def half_up(numerator: int, denominator: int) -> int:
    """The nearest integer to a fraction; a half goes away from zero, alike for a sale and its refund."""
    if denominator <= 0:
        raise ValueError("a denominator is positive")
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def discounted(cents: int, percent: int) -> int:
    """`cents` less `percent` hundredths, half-up."""
    return half_up(cents * (100 - percent), 100)


def pro_rata(hour_cents: int, minutes: int) -> int:
    """The price of `minutes` at a price by the hour."""
    return half_up(hour_cents * minutes, 60)
