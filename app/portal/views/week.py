"""Ma semaine: the next thing in large with its one action, what waits for me, seven days as a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries as billing
from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import views as say
from app.booking.models import Status
from app.booking.queries import Directory
from app.booking.rules import Thing
from app.booking.services import taken_away
from app.booking.services.arriving import EARLY
from app.core import clock
from app.core.period import Period, at, monday_of
from app.courses import queries as courses
from app.courses.queries import Ahead
from app.courses.views.timetables import signing_said, where_of
from app.coworking import queries as coworking
from app.fablab import queries as fablab
from app.fablab.models import TrainingSeat
from app.place import queries as place_queries
from app.place.models import Place
from app.portal import queries
from app.portal.frame import LEARNING
from app.portal.queries import Own
from app.portal.views import week_lines as lines
from app.portal.views.bookings.about import seconds_left, words_of
from app.portal.views.bookings.replacing import offers as offers_instead
from app.portal.views.door import bp
from app.web import offline, typography
from app.web.forms import FIRST_DAY, LAST_DAY, DateField, QueryForm

WARNED = timedelta(days=30)  # before a clearance lapses


class WeekForm(QueryForm):
    week = DateField()


@dataclass(frozen=True, slots=True)
class Board:
    """The next thing, and its one action."""

    above: str
    title: str
    sentence: str
    own: Own
    is_offer: bool
    can_check_in: bool
    left: int = 0  # seconds that an offer still lasts
    until: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The next session of a course, when it comes before anything booked."""

    above: str
    title: str
    sentence: str
    ahead: Ahead


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person: a link to follow, or a gesture to make."""

    title: str
    detail: str
    label: str
    href: str
    is_gesture: bool = False


@bp.get("/me")
def week() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    things, local = booking_queries.directory(place), now.astimezone(place.tz)
    asked = WeekForm().week.data or local.date()
    monday = monday_of(asked)
    period = Period(at(monday, 0, place.tz), at(monday + timedelta(days=6), 1440, place.tz))
    offers = queries.offers(current_user.id, now)
    own = queries.own_bookings(current_user.id, period)
    learns = not LEARNING.isdisjoint(current_user.roles)
    slots = courses.own_slots(current_user.id, period.starts_at, period.ends_at, with_cancelled=True) if learns else []
    board = _board(offers, place, things, now)
    joined = fablab.company_of(current_user.id, period)
    seats = fablab.seats_of(current_user.id, since=min(period.starts_at, now))
    led = fablab.led_by(current_user.id, period)
    signed = coworking.signed_up(current_user.id, period)
    page = render_template(
        "portal/week.html",
        place=place,
        local=local,
        is_current=monday == monday_of(local.date()),
        monday=monday,
        sunday=monday + timedelta(days=6),
        earlier=monday - timedelta(days=7) if monday - timedelta(days=7) >= FIRST_DAY else None,
        later=monday + timedelta(days=7) if monday + timedelta(days=13) <= LAST_DAY else None,
        board=board,
        lesson=_lesson(board, place, now) if learns else None,
        sums=_sums(place, local.date()),
        tasks=[
            *_tasks(offers[1:], place, things, now, local.date()),
            *_offered_seats(seats, place, now),
            *_to_bring_back(place, local.date()),
        ],
        lost=[(one.id, words_of(one), one.cancel_reason, offers_instead(one)) for one in taken_away(current_user.id, now=now)],
        waiting=[
            (entry, _wish(entry.resource_id, entry.starts_at, entry.ends_at, None, place, things))
            for entry in queries.waiting(current_user.id, now)
        ],
        days=[
            (
                day,
                sorted(
                    [
                        *lines.booked(own, day, place, things),
                        *lines.trainings(seats, day, place),
                        *lines.trainings_led(led, day, place),
                        *lines.company(joined, day, place),
                        *lines.events(signed, day, place),
                        *lines.sessions(slots, day, place),
                    ],
                    key=lambda event: event.at,
                ),
            )
            for day in (monday + timedelta(days=ahead) for ahead in range(7))
        ],
        today=local.date(),
        shut=_shut(place, monday),
        announcements=coworking.announcements(place.id, on=local.date()),
        desk=next((thing for thing in things.of_kind("desk") if thing.is_fixed and thing.holder_id == current_user.id), None),
    )
    return offline.keep(make_response(page))


def _shut(place: Place, monday: date) -> set[date]:
    """The days of the week when nobody comes in; none for who has a badge where badges open at all hours."""
    calendar = place_queries.calendar(place.id)
    days = {monday + timedelta(days=ahead) for ahead in range(7)}
    always = place.badge_all_hours and bool(current_user.badge)
    return {day for day in days if calendar.closure_on(day) is not None or not (always or calendar.spans(day))}


def _board(offers: list[Own], place: Place, things: Directory, now: datetime) -> Board | None:
    if offers:
        first = offers[0]
        assert first.held_until is not None
        until = typography.words().hour(first.held_until, place.tz)
        left = seconds_left(first.held_until, now)
        return Board("", _title(first, things), _when(first, place), first, is_offer=True, can_check_in=False, left=left, until=until)
    following = queries.next_booking(current_user.id, now)
    if following is None:
        return None
    thing = things.any(following.resource_id)
    where = say.place_of(thing, things.things)
    soon = _how_soon(following, place, now)
    sentence = _when(following, place, but=soon)
    can_check_in = _can_check_in(following, thing, now)
    if can_check_in:
        limit = max(following.starts_at, following.created_at) + timedelta(minutes=thing.rules.no_show_after)
        sentence += _(". Sans signe de vous à %(hour)s, la place sera rendue", hour=typography.words().hour(limit, place.tz))
    above = ", ".join(filter(None, (soon, where)))
    return Board(above, _title(following, things), f"{sentence}.", following, is_offer=False, can_check_in=can_check_in)


def _can_check_in(own: Own, thing: Thing, now: datetime) -> bool:
    limit = max(own.starts_at, own.created_at) + timedelta(minutes=thing.rules.no_show_after)
    return own.status == Status.CONFIRMED and thing.rules.check_in and own.starts_at - EARLY <= now < min(limit, own.ends_at)


def _how_soon(own: Own, place: Place, now: datetime) -> str:
    """« Dans 8 minutes », « Maintenant », « Demain »."""
    words, minutes = typography.words(), int((own.starts_at - now).total_seconds() // 60) + 1
    if own.starts_at <= now:
        return _("Maintenant, et jusqu’à %(hour)s", hour=words.hour(own.ends_at, place.tz))
    if minutes < 60:
        return words.plural(minutes, _("Dans une minute"), _("Dans {n} minutes"))
    return words.opening(words.day_near(own.starts_at, now.astimezone(place.tz).date(), place.tz))


def _title(own: Own, things: Directory) -> str:
    return say.title(things.any(own.resource_id))


def _when(own: Own, place: Place, *, but: str = "") -> str:
    """Its day and its hours; `but`: the day when it is already said."""
    words = typography.words()
    day, hours = words.day(own.starts_at, place.tz), words.from_to(own.starts_at, own.ends_at, place.tz)
    return words.opening(hours if day in but or words.opening(day) in but else f"{day}, {hours}")


def _sums(place: Place, today: date) -> list[tuple[str, str, str]]:
    """What is left to use, and what is due."""
    left, words = billing.balances(current_user, place_id=place.id, on=today), typography.words()
    sums = []
    if "half_day" in left.unlimited:
        sums.append((_("Demi-journées"), _("illimité"), ""))
    elif left.half_days:
        sums.append((_("Demi-journées"), words.number(left.half_days), ""))
    if "minute" in left.unlimited or left.minutes:
        sums.append((_("Heures de salle et de machine"), _("illimité") if "minute" in left.unlimited else words.minutes(left.minutes), ""))
    if left.cents:
        sums.append((_("Avoir"), words.money(left.cents), ""))
    sums.append((_("À payer"), words.money(left.due_cents), ""))
    return sums


def _tasks(offers: list[Own], place: Place, things: Directory, now: datetime, today: date) -> Iterator[Task]:
    """What needs this person: other offers, freed dates, rights that end."""
    words = typography.words()
    for own in offers:
        assert own.held_until is not None
        yield Task(
            _("Une place est gardée pour vous"),
            _(
                "%(what)s, jusqu’à %(hour)s",
                what=_wish(own.resource_id, own.starts_at, own.ends_at, own.half, place, things),
                hour=words.hour(own.held_until, place.tz),
            ),
            _("Répondre"),
            url_for(".booking", booking_id=own.id),
        )
    for freed in queries.freed_dates(current_user.id, now):
        what = _wish(freed.resource_id, freed.starts_at, freed.ends_at, freed.half, place, things)
        yield Task(_("Une date sautée s’est libérée"), what, _("Réserver"), url_for(".rebook", date_id=freed.id), is_gesture=True)
    for right in fablab.standings(current_user.id, place.id, day=today, zone=place.tz):
        until = right.expires_on
        if not right.is_good or until is None or until > today + WARNED:
            continue
        left = words.plural((until - today).days + 1, _("encore un jour"), _("encore {n} jours"))
        yield Task(
            _("Habilitation %(name)s : %(left)s", name=right.name, left=left),
            _("jusqu’au %(day)s inclus", day=words.day(until)),
            _("Voir les machines"),
            url_for("fablab.machines"),
        )


def _to_bring_back(place: Place, today: date) -> Iterator[Task]:
    """Tools at home, and boxes to keep or to empty."""
    words = typography.words()
    for one in fablab.kept_by(current_user.id, place_id=place.id, boxes_until=today + WARNED):
        is_late = one.until < today
        if one.what == "tool":
            detail = _("en retard depuis le %(day)s", day=words.day(one.until)) if is_late else words.day(one.until)
            yield Task(_("À rapporter\u00a0: %(thing)s", thing=one.name), detail, _("Voir mes emprunts"), url_for("fablab.tools"))
        else:
            detail = _("depuis le %(day)s", day=words.day(one.until)) if is_late else _("jusqu’au %(day)s inclus", day=words.day(one.until))
            yield Task(_("Casier %(mark)s à garder ou à vider", mark=one.name), detail, _("Répondre"), url_for("fablab.boxes"))


def _wish(resource_id: int, starts_at: datetime, ends_at: datetime, half: str | None, place: Place, things: Directory) -> str:
    return f"{say.title(things.any(resource_id))}, {papers.when(half, starts_at, ends_at, place.tz)}"


def _lesson(board: Board | None, place: Place, now: datetime) -> Lesson | None:
    """The next session, unless something booked comes first or waits for an answer."""
    ahead = courses.ahead_of(current_user.id, now)
    if ahead is None or (board is not None and (board.is_offer or board.can_check_in or board.own.starts_at < ahead.slot.starts_at)):
        return None
    words, slot, signing = typography.words(), ahead.slot, signing_said(ahead, now, place.tz)
    sentence = words.opening(words.span(slot.starts_at, slot.ends_at, place.tz))
    if slot.trainer and not ahead.is_taught:
        sentence = _("%(when)s, avec %(name)s", when=sentence, name=slot.trainer)
    if slot.bring:
        sentence += _(". À apporter\u00a0: %(what)s", what=slot.bring)
    return Lesson(
        ", ".join(filter(None, (slot.cohort, where_of(slot)))), slot.title, " ".join(filter(None, (f"{sentence}.", signing))), ahead
    )


def _offered_seats(seats: list[TrainingSeat], place: Place, now: datetime) -> Iterator[Task]:
    """A seat of a training that is kept for a while."""
    words = typography.words()
    for seat in seats:
        if seat.held_until is not None and seat.held_until > now:
            until = words.hour(seat.held_until, place.tz)
            detail = _("%(what)s, jusqu’à %(hour)s", what=seat.training.title, hour=until)
            yield Task(_("Une place est gardée pour vous"), detail, _("Répondre"), url_for("fablab.training", training_id=seat.training_id))
