"""What coworking answers to the engine: desks by the half-day, rooms by the hour, whole spaces."""

from collections.abc import Iterator

from app.billing import queries as billing
from app.billing.queries import Asked
from app.billing.rules import Tier, price_of_half_days, price_of_minutes
from app.booking.policy import LieuPolicy, Quote, Request
from app.core.refusals import Reason
from app.coworking.rules import price_by_the_hour, reasons_half_day


class DeskPolicy:
    """Seats, fixed desks whose resident is away, offices: sold by the half-day."""

    def reasons(self, request: Request) -> Iterator[Reason]:
        for want in request.wants:
            if want.thing.rules.sold_by == "minutes":
                continue
            day = want.period.starts_at.astimezone(request.place.tz).date()
            spans = request.calendar.halves(day, badge=request.has_badge).values()
            yield from reasons_half_day(want.period, spans, now=request.now)

    def quote(self, request: Request) -> Quote:
        """One half-day for each half of each seat; two halves of one day on one seat make a day."""
        thing = request.first.thing
        if thing.rules.sold_by == "minutes":
            return _hourly(request)
        prices = billing.price_list(request.place)
        asked = Asked(group=request.member.tariff_group, plans=request.plans, on=request.day)
        names = [thing.priced_as, "desk"]
        half = prices.one(names, "half_day", asked) or 0
        day = prices.one(names, "day", asked) if request.half == "day" else None  # two mornings side by side are no day
        return Quote(
            unit="half_day",
            units=len(request.wants) * (2 if request.half == "day" else 1),
            price_of=lambda left: price_of_half_days(left, half_day_cents=half, day_cents=day),
            scopes=("desk", names[0]),
            label=thing.name,
        )


class RoomPolicy(LieuPolicy):
    """Meeting rooms, booths, classrooms: by the minute at a price by the hour, under a cap a day."""

    def quote(self, request: Request) -> Quote:
        return _hourly(request)


class SpacePolicy(RoomPolicy):
    """A whole space: takes everything that is inside, and gives no right to use the machines there."""


class EventPolicy(LieuPolicy):
    """What the lieu itself holds in a room (a repair café, a class): nothing is due."""


def _hourly(request: Request) -> Quote:
    prices = billing.price_list(request.place)
    thing = request.first.thing
    asked = Asked(group=request.member.tariff_group, plans=request.plans, on=request.day)
    names = [thing.priced_as, thing.kind]
    tiers = [Tier(minutes or 60, cents) for minutes, cents in prices.own(names, "minutes", asked)]
    cap = prices.one(names, "day_cap", asked)
    period, zone = request.period, request.place.tz

    def price_of(left: int) -> int:
        if len(tiers) == 1 and tiers[0].minutes == 60:
            return price_by_the_hour(period, left, tiers[0].cents, cap, zone)
        whole = price_of_minutes(left, tiers)
        return whole if cap is None else min(whole, cap)

    return Quote(
        unit="minute",
        units=sum(want.period.minutes for want in request.wants),
        price_of=price_of,
        scopes=("room", thing.priced_as),
        label=thing.name,
    )
