"""A series: previewed date by date, accepted in part, split rather than rewritten."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.booking import queries
from app.booking.models import Booking, Series, SeriesDate
from app.booking.policy import Request, Want
from app.booking.rules import Conflicts, Held, HolidaySkipped, NoDate, Taken, Thing, wall_starts
from app.booking.services.asking import ask
from app.booking.services.cancelling import Refund, cancel, refund_of
from app.booking.services.examining import Examination, Facts, examine, facts_for
from app.booking.services.moving import move
from app.booking.services.reserving import reserve
from app.booking.services.searching import alternatives
from app.booking.services.writing import first_status, take_turn, write
from app.core import idempotency, journal
from app.core.db import db, transaction
from app.core.period import Period, at
from app.core.refusals import Alternative, Refused
from app.place.models import Place

NOT_A_CONFLICT = frozenset(("holiday", "closed"))  # these days are skipped and listed, nobody is in the way
MANY = 40  # dates whose alternatives are searched in a preview


@dataclass(slots=True)
class Occurrence:
    """One date of a series: `booked`, `skipped` or `refused`, and why."""

    period: Period
    status: str
    reason: str = ""
    note: str = ""  # "shifted" when the wall-clock hour does not exist that night
    booking_id: int | None = None
    original_start: datetime | None = None
    alternatives: list[Alternative] = field(default_factory=list)
    examination: Examination | None = None


@dataclass(frozen=True, slots=True)
class SeriesWish:
    """What is asked: the first date in wall-clock time, a rule, dates left out."""

    thing: Thing
    first_start: datetime  # naive: wall clock of the lieu
    minutes: int
    rrule: str
    exdates: tuple[date, ...] = ()
    half: str | None = None
    note: str = ""


class ConflictingSeries(Refused):
    """A series that was refused whole, with the state of each of its dates."""

    def __init__(self, reason: Conflicts, *, occurrences: list[Occurrence]) -> None:
        super().__init__(reason)
        self.occurrences = occurrences


def preview_series(wish: SeriesWish, *, member_id: int, actor_id: int, now: datetime) -> list[Occurrence]:
    """Every date with its state and, where it is not free, why and what else there is; nothing is written."""
    occurrences = _examined(wish, member_id=member_id, actor_id=actor_id, now=now)
    searched = 0
    for occurrence in occurrences:
        if occurrence.status != "booked" and occurrence.examination is not None and searched < MANY:
            occurrence.alternatives = alternatives(occurrence.examination)
            searched += 1
    return occurrences


def reserve_series(
    wish: SeriesWish,
    *,
    member_id: int,
    actor_id: int,
    skip_conflicts: bool,
    now: datetime,
    key: str | None = None,
    body: object = None,
) -> tuple[Series, list[Occurrence]]:
    """Book what can be, all in one transaction. Without `skip_conflicts` one conflict refuses the whole, with the list."""
    return idempotency.once(
        lambda: _written(wish, member_id=member_id, actor_id=actor_id, skip_conflicts=skip_conflicts, now=now),
        keep=lambda done: {"series_id": done[0].id},
        recall=lambda answer: _answered(answer["series_id"]),
        member_id=actor_id,
        key=key,
        body=body,
        now=now,
    )


def _written(wish: SeriesWish, *, member_id: int, actor_id: int, skip_conflicts: bool, now: datetime) -> tuple[Series, list[Occurrence]]:
    """The series and each of its dates, inside a transaction."""
    take_turn(wish.thing.place_id)
    series = Series(
        place_id=wish.thing.place_id,
        member_id=member_id,
        actor_id=actor_id,
        resource_id=wish.thing.id,
        rrule=wish.rrule,
        first_start=wish.first_start,
        minutes=wish.minutes,
        whole_half=wish.half,
        exdates=[day.isoformat() for day in wish.exdates],
        note=wish.note,
        created_at=now,
    )
    db.session.add(series)
    db.session.flush()
    entry = journal.record("series.booked", series.id, place_id=series.place_id, actor_id=actor_id, member_id=member_id, at=now)
    occurrences = _examined(wish, member_id=member_id, actor_id=actor_id, now=now, series_id=series.id, each=_writer(entry.id))
    _refuse_conflicts(occurrences, skip_conflicts=skip_conflicts)
    for occurrence in occurrences:
        db.session.add(
            SeriesDate(
                series_id=series.id,
                original_start=occurrence.period.starts_at,
                ends_at=occurrence.period.ends_at,
                state=occurrence.status,
                reason=occurrence.reason,
                booking_id=occurrence.booking_id,
            )
        )
    db.session.flush()
    return series, occurrences


def rebook_date(series_date_id: int, *, actor_id: int, now: datetime) -> Booking:
    """A skipped date whose obstacle is gone, in one click."""
    with transaction():
        row = db.session.get_one(SeriesDate, series_date_id, populate_existing=True)
        series = db.session.get_one(Series, row.series_id)
        take_turn(series.place_id)
        if row.booking_id is not None and row.state == "booked":
            return db.session.get_one(Booking, row.booking_id)
        thing = queries.directory(db.session.get_one(Place, series.place_id))[series.resource_id]
        request = ask(
            [(thing, Period(row.original_start, row.ends_at))],
            member_id=series.member_id,
            actor_id=actor_id,
            now=now,
            half=series.whole_half,
            note=series.note,
            series_id=series.id,
        )
        booking = reserve(request)
        row.state, row.reason, row.booking_id = "booked", "", booking.id
        db.session.flush()
        return booking


def dates_of(series_id: int) -> list[SeriesDate]:
    return list(db.session.scalars(sa.select(SeriesDate).where(SeriesDate.series_id == series_id).order_by(SeriesDate.original_start)))


def cancel_dates(series_id: int, *, first_day: date, last_day: date, actor_id: int, by_lieu: bool, now: datetime) -> list[Booking]:
    """Cancel the dates of a series from one day to another, both included; the others stay. It is told once."""
    gone: list[Booking] = []
    cause: journal.Line | None = None
    with transaction():
        series = db.session.get_one(Series, series_id)
        take_turn(series.place_id)
        for _row, booking, _refund in dates_to_cancel(series_id, first_day=first_day, last_day=last_day, by_lieu=by_lieu, now=now):
            cause = cause or journal.record(
                "series.dates_cancelled", series.id, place_id=series.place_id, actor_id=actor_id, member_id=series.member_id, at=now
            )
            gone.append(cancel(booking_id=booking.id, actor_id=actor_id, by_lieu=by_lieu, now=now, cause_id=cause.id).booking)
        db.session.flush()
    return gone


def dates_to_cancel(
    series_id: int, *, first_day: date, last_day: date, by_lieu: bool, now: datetime
) -> list[tuple[SeriesDate, Booking, Refund]]:
    """What cancelling these days would give up, and what each would give back; a date that moved counts where it is now."""
    zone = db.session.get_one(Place, db.session.get_one(Series, series_id).place_id).tz
    span = Period(at(first_day, 0, zone), at(last_day, 1440, zone))
    found = []
    for row in dates_of(series_id):
        if row.state != "booked" or row.booking_id is None:
            continue
        booking = db.session.get_one(Booking, row.booking_id, populate_existing=True)
        if not span.starts_at <= booking.starts_at < span.ends_at:
            continue
        try:
            found.append((row, booking, refund_of(booking, now=now, by_lieu=by_lieu)))
        except Refused:
            continue
    return found


def move_following(booking_id: int, *, start: datetime, minutes: int, actor_id: int, now: datetime) -> tuple[Series, list[Occurrence]]:
    """This date and the following ones at another wall-clock time: the series is split there, what is past stays as it was.

    A date that cannot move keeps its time and stays in the first series, and is listed as refused; when none can, nothing is done.
    """
    with transaction():
        booking = db.session.get_one(Booking, booking_id)
        old = db.session.get_one(Series, booking.series_id)
        take_turn(old.place_id)
        place = db.session.get_one(Place, old.place_id)
        directory = queries.directory(place)
        shift = start - _wall(booking.starts_at, place)
        rest = [row for row in dates_of(old.id) if row.state == "booked" and row.original_start >= _original(booking)]
        new = Series(
            place_id=old.place_id,
            member_id=old.member_id,
            actor_id=actor_id,
            resource_id=old.resource_id,
            rrule=old.rrule,
            first_start=start,
            minutes=minutes,
            whole_half=None,
            exdates=old.exdates,
            note=old.note,
            split_from_id=old.id,
            created_at=now,
        )
        db.session.add(new)
        db.session.flush()
        entry = journal.record(
            "series.split", new.id, place_id=new.place_id, actor_id=actor_id, member_id=new.member_id, at=now, series_id=old.id
        )
        results, refusals = [], []
        for row in reversed(rest) if shift > timedelta(0) else rest:  # each leaves its time before another of them takes it
            one = db.session.get_one(Booking, row.booking_id)
            try:
                _move_date(one, directory, place, shift=shift, minutes=minutes, actor_id=actor_id, now=now, cause_id=entry.id)
            except Refused as refused:
                refusals.append(refused)
                results.append(Occurrence(Period(one.starts_at, one.ends_at), "refused", refused.codes[0], booking_id=one.id))
            else:
                row.series_id = one.series_id = new.id
                moved = Period(one.starts_at, one.ends_at)
                results.append(Occurrence(moved, "booked", booking_id=one.id, original_start=row.original_start))
        if len(refusals) == len(rest):
            raise refusals[-1 if shift > timedelta(0) else 0]
        db.session.flush()
        return new, sorted(results, key=lambda one: one.period)


def _move_date(
    one: Booking,
    directory: queries.Directory,
    place: Place,
    *,
    shift: timedelta,
    minutes: int,
    actor_id: int,
    now: datetime,
    cause_id: int,
) -> None:
    wall = _wall(one.starts_at, place) + shift
    begins = at(wall.date(), wall.hour * 60 + wall.minute, place.tz)
    period = Period(begins, begins + timedelta(minutes=minutes))
    request = ask([(directory.any(one.resource_id), period)], member_id=one.member_id, actor_id=actor_id, now=now, moving_id=one.id)
    with db.session.begin_nested():
        move(one.id, replace(request, note=one.note), cause_id=cause_id)


def _original(booking: Booking) -> datetime:
    found = db.session.scalar(sa.select(SeriesDate.original_start).where(SeriesDate.booking_id == booking.id))
    assert found is not None
    return found


def _wall(moment: datetime, place: Place) -> datetime:
    return moment.astimezone(place.tz).replace(tzinfo=None)


def _answered(series_id: int) -> tuple[Series, list[Occurrence]]:
    series = db.session.get_one(Series, series_id)
    return series, [
        Occurrence(Period(row.original_start, row.ends_at), row.state, row.reason, booking_id=row.booking_id) for row in dates_of(series_id)
    ]


def _examined(
    wish: SeriesWish,
    *,
    member_id: int,
    actor_id: int,
    now: datetime,
    series_id: int | None = None,
    each: Callable[[Examination], Booking] | None = None,
) -> list[Occurrence]:
    """Look at each date in turn; what an earlier date takes, a later one sees. `each` writes the ones that can be."""
    place = db.session.get_one(Place, wish.thing.place_id)
    occurrences: list[Occurrence] = []
    facts: Facts | None = None
    starts = wall_starts(wish.rrule, wish.first_start, zone=place.tz, exdates=wish.exdates)
    if not starts:
        raise Refused(NoDate())
    first = ask(
        [(wish.thing, _period(wish, starts[0], place))],
        member_id=member_id,
        actor_id=actor_id,
        now=now,
        note=wish.note,
        half=wish.half,
        series_id=series_id,
    )
    for wall in starts:
        period = _date_period(wish, wall, first)
        request = _on(first, wish.thing, period, now)
        if facts is None:
            last = _period(wish, starts[-1], place)
            facts = facts_for(request, period=Period(period.starts_at, max(last.ends_at, period.ends_at)))
        found = examine(request, facts)
        occurrence = _judge(found, wall, place)
        occurrences.append(occurrence)
        if occurrence.status == "booked":
            if each is not None:
                occurrence.booking_id = each(found).id
            elif found.foreseen is not None:
                facts.spent.add(found.foreseen)
            _remember(found, facts, occurrence.booking_id or 0)
    return occurrences


def _on(first: Request, thing: Thing, period: Period, now: datetime) -> Request:
    """The same wish on another date: what the person holds that day (plans, badge) is read for that day."""
    request = ask(
        [(thing, period)],
        member_id=first.member.id,
        actor_id=first.actor_id or first.member.id,
        now=now,
        half=first.half,
        note=first.note,
        series_id=first.series_id,
    )
    return replace(request, wants=(Want(thing, period),))


def _date_period(wish: SeriesWish, wall: datetime, request: Request) -> Period:
    """A desk follows the half-day of that day (shorter on Saturday); everything else keeps its duration."""
    if wish.half is not None:
        span = request.calendar.half_period(wall.date(), wish.half, badge=request.has_badge)
        if isinstance(span, Period):
            return span
    return _period(wish, wall, request.place)


def _period(wish: SeriesWish, wall: datetime, place: Place) -> Period:
    begins = at(wall.date(), wall.hour * 60 + wall.minute, place.tz)
    return Period(begins, begins + timedelta(minutes=wish.minutes))


def _judge(found: Examination, wall: datetime, place: Place) -> Occurrence:
    period = found.request.period
    shifted = "shifted" if found.request.half is None and _wall(period.starts_at, place) != wall else ""
    _skip_holiday(found)
    reasons = found.standing
    if not reasons:
        return Occurrence(period, "booked", note=shifted, original_start=period.starts_at, examination=found)
    first = next((reason for reason in reasons if reason.code == "holiday"), reasons[0])
    is_skip = any(reason.code in NOT_A_CONFLICT or reason.taken for reason in reasons)
    return Occurrence(period, "skipped" if is_skip else "refused", first.code, note=shifted, examination=found)


def _skip_holiday(found: Examination) -> None:
    """A repetition leaves out the public holidays that shut the lieu, even for who may come then: they take that date up by itself."""
    request = found.request
    name = request.calendar.holiday_instead_of_hours(request.period, request.first.thing.rules.hours)
    if name and not found.standing:
        found.reasons.append(HolidaySkipped(name=name))


def _remember(found: Examination, facts: Facts, booking_id: int) -> None:
    request = found.request
    for taking in found.takings:
        rules = taking.thing.rules
        whole = taking.period.widened(before=rules.buffer_before, after=rules.buffer_after)
        facts.taken.setdefault(taking.thing.id, []).append(Taken(taking.thing.id, whole, taking.period, taking.holder, booking_id))
    thing = request.first.thing
    facts.held.append(Held(booking_id, request.kind, thing.id, thing.name, request.period, bool(request.guest_name) or request.for_lieu))


def _writer(cause_id: int) -> Callable[[Examination], Booking]:
    return lambda found: write(found, status=first_status(found.request), cause_id=cause_id)


def _refuse_conflicts(occurrences: Iterable[Occurrence], *, skip_conflicts: bool) -> None:
    listed = list(occurrences)
    booked = [one for one in listed if one.status == "booked"]
    in_the_way = [one for one in listed if one.status != "booked" and one.reason not in (*NOT_A_CONFLICT, "horizon")]
    if booked and (skip_conflicts or not in_the_way):
        return
    worst = next(one for one in [*in_the_way, *listed] if one.status != "booked")
    assert worst.examination is not None
    if not booked and len({one.reason for one in listed}) == 1:
        raise Refused(*worst.examination.standing)
    raise ConflictingSeries(Conflicts(count=len(in_the_way) or len(listed), total=len(listed)), occurrences=listed)
