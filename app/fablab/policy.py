"""What the fablab answers to the engine: a clearance, and a price by the minute."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from app.billing import queries as billing
from app.billing.queries import Asked
from app.billing.rules import Tier, price_of_minutes
from app.booking.policy import LieuPolicy, Quote, Request
from app.booking.rules import Thing
from app.core.period import days_of
from app.core.refusals import Reason
from app.fablab import queries
from app.fablab.rules import NextTraining, billed_minutes, reasons_clearance


class MachinePolicy:
    """A machine is for the people who were shown how to use it."""

    def reasons(self, request: Request) -> Iterator[Reason]:
        for want in request.wants:
            needed = queries.clearance_needed(want.thing)
            if needed is not None:
                yield from reasons_clearance(
                    queries.rights(request.member.id, needed, zone=request.place.tz),
                    day=max(days_of(want.period, request.place.tz)),  # a night that begins in time must end in time too
                    name=want.thing.name,
                    clearance=needed.name,
                    href=f"/fablab/{want.thing.code}",
                    upcoming=partial(_next_training, needed.type_id, request),
                    leads=partial(queries.leads, want.thing.id),
                )

    def alike(self, thing: Thing, others: Iterable[Thing]) -> list[Thing]:
        """Machines of the family, then those that the same clearance opens."""
        needed, listed = queries.clearance_needed(thing), list(others)
        family = [other for other in listed if thing.family and other.family == thing.family]
        return family + [other for other in listed if needed and other not in family and queries.clearance_needed(other) == needed]

    def quote(self, request: Request) -> Quote:
        """A machine that is metered is paid when it is used: the whole time is only what it should come to."""
        minutes, least = sum(want.period.minutes for want in request.wants), request.first.thing.rules.metered
        if least is None:
            return quote_of(request, minutes)
        return replace(quote_of(request, billed_minutes(minutes, least)), is_later=True)


def quote_of(request: Request, minutes: int) -> Quote:
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
