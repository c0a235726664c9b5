"""From ids to a request with everything about it loaded."""

from collections.abc import Iterable
from datetime import datetime

from app.billing import queries as billing
from app.booking.models import Kind
from app.booking.policy import Request, Want
from app.booking.rules import Thing, half_of
from app.core.period import Period
from app.members import queries as members
from app.place import queries as place_queries

KIND_OF = {"pool": Kind.DESK}


def kind_of(thing: Thing) -> Kind:
    """What a thing is wanted for, unless the door says otherwise."""
    return KIND_OF.get(thing.kind) or Kind(thing.kind)


def ask(
    wants: Iterable[tuple[Thing, Period]],
    *,
    member_id: int,
    actor_id: int,
    now: datetime,
    kind: Kind | None = None,
    half: str | None = None,
    note: str = "",
    guest_name: str = "",
    organisation_id: int | None = None,
    for_lieu: bool = False,
    override_reason: str = "",
    series_id: int | None = None,
    moving_id: int | None = None,
) -> Request:
    """A request of `member_id`, made by `actor_id` (themselves or staff). What is sold by the half-day gets its `half` from the period."""
    listed = tuple(Want(thing, period) for thing, period in wants)
    place = place_queries.lieu(listed[0].thing.place_id)
    member = members.person(member_id)
    actor = member if actor_id == member_id else members.person(actor_id)
    day = listed[0].period.starts_at.astimezone(place.tz).date()
    plans = billing.plans_on(member_id, day)
    calendar = place_queries.calendar(place.id)
    has_badge = place.badge_all_hours and (member.badge or any(plan.allowances.get("badge") for plan in plans if not plan.is_paused))
    if half is None and listed[0].thing.rules.sold_by != "minutes" and listed[0].period.is_forward:
        half = half_of(listed[0].period, calendar.halves(day, badge=has_badge))
    return Request(
        kind=kind or kind_of(listed[0].thing),
        place=place,
        calendar=calendar,
        member=member,
        wants=listed,
        now=now,
        actor_id=actor_id,
        is_staff=actor.may("override_rules"),
        has_badge=has_badge,
        plans=tuple(plan.code for plan in plans if not plan.is_paused),
        is_paused=any(plan.is_paused for plan in plans),
        half=half,
        note=note,
        guest_name=guest_name,
        organisation_id=organisation_id,
        for_lieu=for_lieu,
        override_reason=override_reason,
        series_id=series_id,
        moving_id=moving_id,
    )
