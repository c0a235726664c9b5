"""What the fablab answers to the engine: a clearance, and a price by the minute."""

from collections.abc import Iterator
from functools import partial

from app.billing import queries as billing
from app.billing.queries import Asked
from app.billing.rules import Tier, price_of_minutes
from app.booking.policy import LieuPolicy, Quote, Request
from app.core.refusals import Reason
from app.fablab import queries
from app.fablab.rules import NextTraining, reasons_clearance


class MachinePolicy:
    """A machine is for the people who were shown how to use it."""

    def reasons(self, request: Request) -> Iterator[Reason]:
        for want in request.wants:
            needed = queries.clearance_needed(want.thing)
            if needed is not None:
                yield from reasons_clearance(
                    queries.rights(request.member.id, needed, zone=request.place.tz),
                    day=want.period.starts_at.astimezone(request.place.tz).date(),
                    name=want.thing.name,
                    clearance=needed.name,
                    upcoming=partial(_next_training, needed.type_id, request),
                )

    def quote(self, request: Request) -> Quote:
        """A machine that is metered costs nothing to book: its minutes are counted when they are used."""
        if request.first.thing.rules.metered is not None:
            return Quote(unit="minute", units=0, price_of=lambda _left: 0, label=request.first.thing.name)
        return metered_quote(request, sum(want.period.minutes for want in request.wants))


def metered_quote(request: Request, minutes: int) -> Quote:
    """What so many minutes of this machine are worth to this person."""
    thing = request.first.thing
    asked = Asked(group=request.member.tariff_group, plans=request.plans, on=request.day)
    names = [thing.priced_as, f"family:{thing.family}"]
    tiers = [Tier(least or 60, cents) for least, cents in billing.price_list(request.place).own(names, "minutes", asked)]
    return Quote(
        unit="minute",
        units=minutes,
        price_of=lambda left: price_of_minutes(left, tiers),
        scopes=("machine", *names),
        label=thing.name,
    )


class TrainingPolicy(LieuPolicy):
    """An initiation takes its machines."""


def _next_training(clearance_type_id: int, request: Request) -> NextTraining | None:
    found = queries.next_training(clearance_type_id, now=request.now)
    if found is None:
        return None
    return NextTraining(title=found.title, when=found.starts_at.astimezone(request.place.tz), href=f"/fablab/trainings/{found.id}")
