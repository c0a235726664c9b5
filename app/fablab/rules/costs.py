"""What an hour of a machine really costs the lieu: what it wears, its upkeep, its current."""

from dataclasses import dataclass

from app.core.money import half_up


@dataclass(frozen=True, slots=True)
class Cost:
    """In cents, but for the current, also in watt-hours. What the lieu has not said is none, and counts for nothing."""

    wear_cents: int | None
    upkeep_cents: int | None
    watt_hours: int | None
    current_cents: int | None

    @property
    def cents(self) -> int | None:
        said = [part for part in (self.wear_cents, self.upkeep_cents, self.current_cents) if part is not None]
        return sum(said) if said else None


def cost_of(
    minutes: int, *, value_cents: int | None, lifetime_hours: int | None, upkeep_cents: int | None, watts: int | None, kwh_price: int | None
) -> Cost:
    """Of so many minutes. `kwh_price` in hundredths of a cent: 0.2516 € is 2516."""
    return Cost(
        wear_cents=half_up(value_cents * minutes, lifetime_hours * 60) if value_cents is not None and lifetime_hours else None,
        upkeep_cents=half_up(upkeep_cents * minutes, 60) if upkeep_cents is not None else None,
        watt_hours=half_up(watts * minutes, 60) if watts is not None else None,
        current_cents=half_up(watts * minutes * kwh_price, 60 * 1000 * 100) if watts is not None and kwh_price is not None else None,
    )
