"""Several bookings, told in one mail: tomorrow's, a series, what a breakdown or a closure cancels."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.booking import papers, queries
from app.booking.mails.told import MOST_LISTED, About, about_row, lines_of, told_of
from app.booking.models import LIVE, NOT_FOR_PEOPLE, Booking, Outage, Resource, Series, SeriesDate, Status
from app.booking.papers import Dated
from app.booking.services import instead_of, lose_with_group
from app.core import clock, mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.period import day_period
from app.place.models import Closure
from app.web.refusals import choice_value
from app.web.typography import words


def reminder_due(row: OutgoingMail) -> Letter | None:
    """Tomorrow's bookings; none for who asked not to be reminded, or once the day has come."""
    told = told_of(row)
    if told is None or not told.member.wants_reminders:
        return None
    day = day_period(told.row.starts_at.astimezone(told.place.tz).date(), told.place.tz)
    if day.starts_at <= clock.now():
        return None
    tomorrow = queries.dated(
        Booking.member_id == told.member.id,
        Booking.place_id == told.place.id,
        Booking.status == Status.CONFIRMED,
        Booking.starts_at >= day.starts_at,
        Booking.starts_at < day.ends_at,
    )
    if not tomorrow:
        return None
    return told.tell(
        "reminder_due", unsubscribe_url=mail.unsubscribe_url(told.member.id, "reminders"), lines=lines_of(tomorrow, told.place)
    )


def series_booked(row: OutgoingMail) -> Letter | None:
    """All the dates of a series at once, and those that could not be."""
    series = db.session.get_one(Series, row.facts["subject"])
    about = about_row(row, series.place_id)
    dates = db.session.scalars(sa.select(SeriesDate).where(SeriesDate.series_id == series.id).order_by(SeriesDate.original_start)).all()
    booked = queries.dated(Booking.series_id == series.id, Booking.status.in_(LIVE))
    if not booked:
        return None
    skipped = [
        (
            papers.when(series.whole_half, date.original_start, date.ends_at, about.place.tz),
            papers.why_skipped(date.reason),
        )
        for date in dates
        if date.state in ("skipped", "refused")
    ]
    return about.letter(
        "series_booked",
        [about.events(booked)],
        thing=papers.thing_name(booked[0]._replace(things=1)),
        number=len(booked),
        lines=lines_of(booked[:MOST_LISTED], about.place, with_thing=False),
        skipped=skipped[:MOST_LISTED],
        url=papers.page_of(booked[0].id),
    )


def series_split(row: OutgoingMail) -> Letter | None:
    """The dates of a series that were moved together."""
    moved = _consequences(row, ["booking.moved"], Booking.status.in_(LIVE))
    if not moved:
        return None
    about = about_row(row, moved[0].place_id)
    return about.letter(
        "series_split",
        [about.events(moved)],
        thing=papers.thing_name(moved[0]),
        lines=lines_of(moved[:MOST_LISTED], about.place, with_thing=False),
        number=len(moved),
        url=papers.page_of_series(row.facts["subject"]),
    )


def series_dates_cancelled(row: OutgoingMail) -> Letter | None:
    """The dates of a series that were given up together."""
    gone = _consequences(row, ["booking.cancelled", "booking.late_cancelled"])
    if not gone:
        return None
    about = about_row(row, gone[0].place_id)
    late = [one for one in gone if one.status == Status.LATE_CANCELLED]
    return about.letter(
        "series_dates_cancelled",
        [about.events(gone, "CANCEL")],
        thing=papers.thing_name(gone[0]),
        lines=lines_of(gone[:MOST_LISTED], about.place, with_thing=False),
        late=lines_of(late[:MOST_LISTED], about.place, with_thing=False),
        number=len(gone),
        url=papers.page_of_series(row.facts["subject"]),
    )


def date_freed(row: OutgoingMail) -> Letter | None:
    """The obstacle of a skipped date is gone."""
    date = db.session.get_one(SeriesDate, row.facts["subject"])
    series = db.session.get_one(Series, date.series_id)
    if date.state != "skipped" or date.original_start <= clock.now():
        return None
    about = about_row(row, series.place_id)
    thing = queries.directory(about.place).any(series.resource_id)
    moment = papers.when(series.whole_half, date.original_start, date.ends_at, about.place.tz)
    return about.letter("date_freed", thing=thing.name, when=moment, url=papers.page_of_series(series.id))


def outage_declared(row: OutgoingMail) -> Letter | None:
    """A breakdown cancels: all of a person's bookings in one mail, with what else there is, before they leave home."""
    outage = db.session.get_one(Outage, row.facts["subject"])
    thing = db.session.get_one(Resource, outage.resource_id)
    return gone(row, "booking/mail/outage_declared.txt", reason=outage.reason, thing=thing.name)


def closure_declared(row: OutgoingMail) -> Letter | None:
    closure = db.session.get_one(Closure, row.facts["subject"])
    days = words().days_range(closure.first_day, closure.last_day)
    return gone(row, "booking/mail/closure_declared.txt", reason=closure.label, days=days)


def end_with_group(entry: JournalEntry) -> None:
    """Who left a group, or is in it no longer than it now lasts, loses the bookings to come that its units held; each one's own mail tells them."""
    lose_with_group(member_id=entry.member_id or 0, group_id=entry.subject_id or 0, actor_id=entry.actor_id, now=clock.now())


def gone(row: OutgoingMail, template: str, **context: Any) -> Letter | None:
    """The bookings of this person that the entry cancelled, each with up to three others that really can be had."""
    lost = _consequences(row, ["booking.cancelled"], Booking.kind.not_in(NOT_FOR_PEOPLE))
    if not lost:
        return None
    about = about_row(row, lost[0].place_id)
    lines = [(line, _instead(one, about)) for one, line in zip(lost, lines_of(lost, about.place), strict=True)]
    return about.letter(template, [about.events(lost, "CANCEL")], lines=lines, **context)


def _consequences(row: OutgoingMail, events: Sequence[str], *which: sa.ColumnElement[bool]) -> list[Dated]:
    """The bookings of this person that changed in one of these ways because of what is told."""
    subjects = sa.select(JournalEntry.subject_id).where(
        JournalEntry.cause_id == row.facts["entry"], JournalEntry.member_id == row.member_id, JournalEntry.event.in_(events)
    )
    return queries.dated(Booking.id.in_(subjects), *which)


def _instead(row: Dated, about: About) -> list[tuple[str, str]]:
    """What the person could have instead of a cancelled booking: in words, and where one click books it."""
    booking = db.session.get_one(Booking, row.id)
    if queries.directory(about.place).things.get(booking.resource_id) is None:
        return []
    return [
        (
            f"{other.label}, {words().span(other.starts_at, other.ends_at, about.place.tz)}",
            papers.page_instead(booking.id, choice_value(other)),
        )
        for other in instead_of(booking, now=clock.now())
    ]
