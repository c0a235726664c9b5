"""The answer to a sentence of « Réserver »: what is really free, or what is in the way and the ways round it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import services as booking
from app.booking import views as say
from app.booking.policy import Request
from app.booking.queries import usual_thing
from app.booking.rules import Thing, reasons_typed
from app.core import clock
from app.core.period import Period
from app.core.refusals import Alternative, Refused
from app.coworking import services
from app.coworking.services import Offer
from app.coworking.views.wishing import Wish, candidates, for_whom, subject
from app.place.models import Place
from app.web import typography
from app.web.refusals import choice_value

MOST_BESIDE = 3  # alternatives to an hour that does not exist


@dataclass(frozen=True, slots=True)
class Answer:
    offers: list[Offer]
    title: str
    refused: Refused | None = None
    asked: str = ""  # what the waiting list would wait for
    card_cents: int = 0  # what a card would pay at once, when only the tab is full
    around: tuple[tuple[str, str], ...] = ()  # the two hours of a name that comes twice: (words, address)


def answer_to(place: Place, wish: Wish) -> Answer:
    """What may be booked of it at once; else the refusal, with what the waiting list would wait for."""
    now, who, actor = clock.now(), subject().id, current_user.id
    things = candidates(place, wish)
    if not things:
        return Answer([], _("Rien de tel dans ce lieu"))
    period = None
    if wish.part == "hours":
        try:
            period = _period(place, wish)
        except Refused as refused:
            if "nonexistent_time" in refused.codes:
                return Answer([], "", refused=Refused(*refused.reasons, alternatives=lambda: _beside(place, wish, things)))
            return Answer([], "", refused=refused, around=_either(wish))
    halves = [thing for thing in things if thing.rules.sold_by != "minutes"]
    timed = [thing for thing in things if thing.rules.sold_by == "minutes"]
    offers: list[Offer] = []
    first = None
    if halves and period is None:
        offers, first = services.half_day_offers(halves, day=wish.day, half=wish.part, member_id=who, actor_id=actor, now=now)
    elif halves and period is not None:
        first = services.request_for(halves[0], period, member_id=who, actor_id=actor, now=now)
    if timed:
        more, of_timed = services.timed_offers(timed, day=wish.day, half=wish.half, period=period, member_id=who, actor_id=actor, now=now)
        offers, first = offers + more, first or of_timed
    assert first is not None
    if offers:
        return Answer(_best_first(offers, who), _found_title(wish))
    looked = booking.preview(first)
    no = Refused(*looked.reasons, alternatives=lambda: looked.alternatives, waitlist=looked.waitlist)
    return Answer([], "", refused=no, asked=value_of(first.first.thing, first.period), card_cents=by_card(first, no))


def by_card(request: Request, refused: Refused) -> int:
    """What it would cost now, when nothing but the tab is in its way; what is counted when it is used is never paid ahead."""
    if set(refused.codes) - {"balance", "insufficient_funds"}:
        return 0
    looked = booking.preview(replace(request, pays_now=True))
    return looked.price_cents if looked.ok and not looked.is_foreseen else 0


def _period(place: Place, wish: Wish) -> Period:
    """The hours as typed, on the wall clock of that day; an evening may end after midnight."""
    walls = _walls(wish)
    for wall in walls:
        if reasons := list(reasons_typed(wall, place.tz, says_which=bool(wish.clock))):
            raise Refused(*reasons)
    fold = 1 if wish.clock == "winter" else 0
    start, end = (wall.replace(tzinfo=place.tz, fold=fold) for wall in walls)
    return Period(start, end)


def _walls(wish: Wish) -> tuple[datetime, datetime]:
    over_midnight = wish.end <= wish.start and wish.start >= time(12) >= wish.end
    return (
        datetime.combine(wish.day, wish.start),
        datetime.combine(wish.day + timedelta(days=1 if over_midnight else 0), wish.end),
    )


def _beside(place: Place, wish: Wish, things: list[Thing]) -> Iterator[Alternative]:
    """What can be had near an hour that does not exist."""
    start, end = _walls(wish)

    def asking(thing: Thing) -> Callable[[Period], Request]:
        return lambda period: services.request_for(thing, period, member_id=subject().id, actor_id=current_user.id, now=clock.now())

    timed = (thing for thing in things if thing.rules.sold_by == "minutes")
    found = (one for thing in timed for one in booking.beside_missing_hour(asking(thing), thing, start=start, end=end, zone=place.tz))
    yield from islice(found, MOST_BESIDE)


def _either(wish: Wish) -> tuple[tuple[str, str], ...]:
    """The two hours that bear the same name."""
    said: dict[str, Any] = {
        "what": wish.what,
        "which": wish.thing.code if wish.thing else "",
        **for_whom(subject()),
        "day": wish.day.isoformat(),
        "part": "hours",
        "start": f"{wish.start:%H:%M}",
        "end": f"{wish.end:%H:%M}",
    }
    return (
        (_("La première, à l’heure d’été"), url_for(".book", **said, clock="summer")),
        (_("La seconde, à l’heure d’hiver"), url_for(".book", **said, clock="winter")),
    )


def _best_first(offers: list[Offer], member_id: int) -> list[Offer]:
    """One's usual place on top; then pools; then the longest time that was asked, the cheapest, the lieu's own order."""
    usual = usual_thing(member_id) if any(offer.seats for offer in offers) else None
    own = [replace(offer, thing=seat, seats=()) for offer in offers for seat in offer.seats if seat.id == usual and len(offer.seats) > 1]
    ranked = sorted(offers, key=lambda offer: (not offer.thing.is_pool, -offer.period.minutes, offer.cents, offer.thing.rank))
    return own + ranked


def _found_title(wish: Wish) -> str:
    when = say.half_words(wish.part) if wish.half else typography.words().from_to(wish.start, wish.end)
    day = typography.words().day(wish.day)
    if wish.thing is not None:
        return _("%(thing)s, %(day)s, %(when)s", thing=say.title(wish.thing), day=day, when=when)
    return _("Ce qui est libre %(day)s, %(when)s", day=day, when=when)


def value_of(thing: Thing, period: Period) -> str:
    return choice_value(Alternative(thing.id, period.starts_at, period.ends_at))
