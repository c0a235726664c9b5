"""What the engine tells people: each builder writes one kind of mail, from how things are when it leaves.

A mail that no longer says something true is not sent (none): the confirmation of a booking that was cancelled meanwhile, an
offer that has lapsed. Each gesture has its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from flask import Blueprint, current_app
from flask_babel import gettext as _

from app.billing.rules import late_fee
from app.booking import papers, queries
from app.booking.models import LIVE, Booking, Kind, Outage, Resource, Series, SeriesDate, Status
from app.booking.papers import Dated
from app.booking.services import ask, examine, no_show_at
from app.booking.services.searching import alternatives
from app.core import calendar, clock, journal, mail
from app.core.calendar import Contact
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.core.period import Period, day_period
from app.core.refusals import N_
from app.members.models import Member
from app.place.models import Closure, Place
from app.web import letters
from app.web.typography import words

bp = Blueprint("booking_mails", __name__, template_folder="templates")

NOT_FOR_PEOPLE = (Kind.SESSION, Kind.TRAINING)  # the course or the fablab tells its own
STALE = timedelta(days=2)  # after a booking, nobody is told of it any more (the worker was away, or the lieu is a demonstration)
MOST_LISTED = 60  # dates of a series that a mail lists

_SKIPPED = {
    "holiday": N_("jour férié"),
    "closed": N_("lieu fermé"),
    "horizon": N_("trop loin, à réserver plus tard"),
    "overlap": N_("déjà pris"),
    "full": N_("complet"),
    "buffer": N_("trop près d’une autre réservation"),
    "own_overlap": N_("vous avez déjà une place à ce moment-là"),
    "balance": N_("plus assez de crédit"),
}


# ---------------------------------------------------------------- readers


def remind(entry: JournalEntry) -> None:
    """One reminder a day, however many bookings tomorrow holds."""
    booking = db.session.get_one(Booking, entry.subject_id)
    zone = db.session.get_one(Place, booking.place_id).tz
    member = db.session.get_one(Member, booking.member_id)
    if member.wants_reminders:
        day = booking.starts_at.astimezone(zone).date().isoformat()
        mail.queue(
            entry.event,
            fact=f"reminder:{booking.place_id}:{member.id}:{day}",
            member_id=member.id,
            place_id=booking.place_id,
            facts={"entry": entry.id, "subject": booking.id},
            now=clock.now(),
        )


# ---------------------------------------------------------------- one booking


def confirmed(row: OutgoingMail) -> Letter | None:
    """It is yours, with the event to put in one's calendar."""
    told = _booking(row)
    if told is None or told.row.status not in LIVE or told.row.status in (Status.HELD, Status.PENDING):
        return None
    thing = queries.directory(told.place).any(told.booking.resource_id)
    return told.tell("confirmed", [told.event("REQUEST")], arrive_before=no_show_at(told.booking, thing), **told.price())


def pending(row: OutgoingMail) -> Letter | None:
    """It is kept, and waits for somebody's yes."""
    told = _booking(row)
    if told is None or told.row.status != Status.PENDING:
        return None
    rules = queries.directory(told.place).any(told.booking.resource_id).rules
    return told.tell("pending", asks_lieu=rules.approval, people=rules.people)


def rejected(row: OutgoingMail) -> Letter | None:
    told = _booking(row)
    return told.tell("rejected") if told else None


def released(row: OutgoingMail) -> Letter | None:
    """Nobody answered in time. Who gave an offer up oneself knows."""
    told = _booking(row)
    return told.tell("released") if told and told.entry.actor_id != told.member.id else None


def moved(row: OutgoingMail) -> Letter | None:
    told = _booking(row)
    if told is None or told.row.status not in LIVE or told.row.status == Status.HELD:
        return None
    facts, zone = told.entry.facts, told.place.tz
    before = papers.when(None, datetime.fromisoformat(facts["from_start"]), datetime.fromisoformat(facts["from_end"]), zone)
    events = [told.event("REQUEST")] if told.row.status != Status.PENDING else []
    return told.tell("moved", events, before=before, **told.price())


def cancelled(row: OutgoingMail) -> Letter | None:
    """Given up in time, or by the lieu: all comes back."""
    told = _booking(row)
    if told is None:
        return None
    return told.tell("cancelled", [told.event("CANCEL")], **told.price())


def late_cancelled(row: OutgoingMail) -> Letter | None:
    told = _booking(row)
    if told is None:
        return None
    fee = late_fee(told.booking.price_cents, told.booking.late_fee_percent)
    return told.tell("late_cancelled", [told.event("CANCEL")], fee_cents=fee, **told.price())


def no_show(row: OutgoingMail) -> Letter | None:
    told = _booking(row)
    return told.tell("no_show", **told.price()) if told and told.row.status == Status.NO_SHOW else None


def held_offer(row: OutgoingMail) -> Letter | None:
    """A place came free for who waited; it is kept for a while."""
    told = _booking(row)
    if told is None or told.row.status != Status.HELD or told.booking.held_until is None or told.booking.held_until <= clock.now():
        return None
    return told.tell("held_offer", until=told.booking.held_until)


# ---------------------------------------------------------------- several bookings


def reminder_due(row: OutgoingMail) -> Letter | None:
    """Tomorrow's bookings; none for who asked not to be reminded, or once the day has come."""
    told = _booking(row)
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
    return told.tell("reminder_due", unsubscribe_url=mail.unsubscribe_url(told.member.id, "reminders"), lines=_lines(tomorrow, told.place))


def series_booked(row: OutgoingMail) -> Letter | None:
    """All the dates of a series at once, and those that could not be."""
    series = db.session.get_one(Series, row.facts["subject"])
    about = _about(row, series.place_id)
    dates = db.session.scalars(sa.select(SeriesDate).where(SeriesDate.series_id == series.id).order_by(SeriesDate.original_start)).all()
    booked = queries.dated(Booking.series_id == series.id, Booking.status.in_(LIVE))
    if not booked:
        return None
    skipped = [
        (
            papers.when(series.whole_half, date.original_start, date.ends_at, about.place.tz),
            _(_SKIPPED.get(date.reason, N_("pas possible"))),
        )
        for date in dates
        if date.state in ("skipped", "refused")
    ]
    return about.letter(
        "series_booked",
        [about.events(booked)],
        thing=papers.thing_name(booked[0]._replace(things=1)),
        number=len(booked),
        lines=_lines(booked[:MOST_LISTED], about.place, with_thing=False),
        skipped=skipped[:MOST_LISTED],
        url=papers.page_of(booked[0].id),
    )


def series_split(row: OutgoingMail) -> Letter | None:
    """The dates of a series that were moved together."""
    moved = _consequences(row, ["booking.moved"], Booking.status.in_(LIVE))
    if not moved:
        return None
    about = _about(row, moved[0].place_id)
    return about.letter(
        "series_split",
        [about.events(moved)],
        thing=papers.thing_name(moved[0]),
        lines=_lines(moved[:MOST_LISTED], about.place, with_thing=False),
        number=len(moved),
        url=papers.page_of_series(row.facts["subject"]),
    )


def series_dates_cancelled(row: OutgoingMail) -> Letter | None:
    """The dates of a series that were given up together."""
    gone = _consequences(row, ["booking.cancelled", "booking.late_cancelled"])
    if not gone:
        return None
    about = _about(row, gone[0].place_id)
    late = [one for one in gone if one.status == Status.LATE_CANCELLED]
    return about.letter(
        "series_dates_cancelled",
        [about.events(gone, "CANCEL")],
        thing=papers.thing_name(gone[0]),
        lines=_lines(gone[:MOST_LISTED], about.place, with_thing=False),
        late=_lines(late[:MOST_LISTED], about.place, with_thing=False),
        number=len(gone),
        url=papers.page_of_series(row.facts["subject"]),
    )


def date_freed(row: OutgoingMail) -> Letter | None:
    """The obstacle of a skipped date is gone."""
    date = db.session.get_one(SeriesDate, row.facts["subject"])
    series = db.session.get_one(Series, date.series_id)
    if date.state != "skipped" or date.original_start <= clock.now():
        return None
    about = _about(row, series.place_id)
    thing = queries.directory(about.place).any(series.resource_id)
    moment = papers.when(series.whole_half, date.original_start, date.ends_at, about.place.tz)
    return about.letter("date_freed", thing=thing.name, when=moment, url=papers.page_of_series(series.id))


def outage_declared(row: OutgoingMail) -> Letter | None:
    """A breakdown cancels: all of a person's bookings in one mail, with what else there is, before they leave home."""
    outage = db.session.get_one(Outage, row.facts["subject"])
    thing = db.session.get_one(Resource, outage.resource_id)
    return _gone(row, "outage_declared", reason=outage.reason, thing=thing.name)


def closure_declared(row: OutgoingMail) -> Letter | None:
    closure = db.session.get_one(Closure, row.facts["subject"])
    days = words().days_range(closure.first_day, closure.last_day)
    return _gone(row, "closure_declared", reason=closure.label, days=days)


def _gone(row: OutgoingMail, template: str, **context: Any) -> Letter | None:
    """The bookings of this person that the entry cancelled, each with up to three others that really can be had."""
    gone = _consequences(row, ["booking.cancelled"], Booking.kind.not_in(NOT_FOR_PEOPLE))
    if not gone:
        return None
    about = _about(row, gone[0].place_id)
    lines = [(line, _instead(one, about)) for one, line in zip(gone, _lines(gone, about.place), strict=True)]
    return about.letter(template, [about.events(gone, "CANCEL")], lines=lines, **context)


def _consequences(row: OutgoingMail, events: Sequence[str], *which: sa.ColumnElement[bool]) -> list[Dated]:
    """The bookings of this person that changed in one of these ways because of what is told."""
    subjects = sa.select(JournalEntry.subject_id).where(
        JournalEntry.cause_id == row.facts["entry"], JournalEntry.member_id == row.member_id, JournalEntry.event.in_(events)
    )
    return queries.dated(Booking.id.in_(subjects), *which)


def _instead(row: Dated, about: "_About") -> list[str]:
    """What the person could have instead of a cancelled booking, in words."""
    booking = db.session.get_one(Booking, row.id)
    thing = queries.directory(about.place).things.get(booking.resource_id)
    if thing is None or booking.starts_at <= clock.now():
        return []
    request = ask(
        [(thing, Period(booking.starts_at, booking.ends_at))],
        member_id=booking.member_id,
        actor_id=booking.member_id,
        now=clock.now(),
        kind=Kind(booking.kind),
        half=booking.half,
    )
    nearest = sorted(alternatives(examine(request)), key=lambda other: abs(other.starts_at - booking.starts_at))
    return [f"{other.label}, {words().span(other.starts_at, other.ends_at, about.place.tz)}" for other in nearest]


# ---------------------------------------------------------------- what each mail has in common


@dataclass(frozen=True, slots=True)
class _About:
    """Who is told, by which lieu."""

    mail: OutgoingMail
    member: Member
    place: Place

    def letter(self, template: str, attachments: Sequence[Attachment] = (), *, unsubscribe_url: str = "", **context: Any) -> Letter:
        return letters.write(
            self.mail,
            f"booking/mail/{template}.txt",
            attachments=attachments,
            unsubscribe_url=unsubscribe_url,
            name=self.member.name,
            zone=self.place.tz,
            home_url=f"{current_app.config['PUBLIC_URL']}/me",
            **context,
        )

    def events(self, rows: Sequence[Dated], method: Literal["REQUEST", "CANCEL"] | None = None) -> Attachment:
        """The events to put in one's calendar. Several at once are only offered: an invitation speaks of one."""
        house = mail.post().house(self.place.id)
        return calendar.invitation(
            [papers.event(row, self.place) for row in rows],
            zone=self.place.tz,
            house=Contact(house.name, house.address),
            to=Contact(self.member.name, self.member.email),
            method=method if method and len(rows) == 1 else "PUBLISH",
            filename="reservation.ics" if len(rows) == 1 else "reservations.ics",
        )


@dataclass(frozen=True, slots=True)
class _Told(_About):
    """One booking, and the line of the journal that is told."""

    entry: JournalEntry
    booking: Booking
    row: Dated

    def tell(self, template: str, attachments: Sequence[Attachment] = (), **context: Any) -> Letter:
        is_by_other = self.entry.actor_id not in (None, self.member.id)
        actor = db.session.get(Member, self.entry.actor_id) if is_by_other else None
        return self.letter(
            template,
            attachments,
            thing=papers.thing_name(self.row),
            seat=self.row.thing_name if papers.is_plain_seat(self.row) and self.row.things <= 1 else "",
            when=papers.when(self.row.half, self.row.starts_at, self.row.ends_at, self.place.tz),
            period=Period(self.row.starts_at, self.row.ends_at),
            half=self.row.half,
            guest=self.row.guest_name,
            by=actor.name if actor else "",
            reason=self.booking.cancel_reason,
            url=papers.page_of(self.row.id),
            **context,
        )

    def event(self, method: Literal["REQUEST", "CANCEL"]) -> Attachment:
        return self.events([self.row], method)

    def price(self) -> dict[str, Any]:
        """What it costs and what pays for it."""
        units = [part for part in self.booking.covered_by if part["source"] not in ("money", "free")]
        free_until = self.booking.free_until
        return {
            "covered": papers.covered(self.booking.covered_by),
            "units": papers.covered(units),
            "price_cents": self.booking.price_cents,
            "free_until": free_until if free_until and free_until > clock.now() else None,
        }


def _about(row: OutgoingMail, place_id: int) -> _About:
    return _About(row, db.session.get_one(Member, row.member_id), db.session.get_one(Place, place_id))


def _booking(row: OutgoingMail) -> _Told | None:
    """The booking that a mail tells; none when it is not a person's, or long over."""
    entry = db.session.get_one(JournalEntry, row.facts["entry"])
    booking = db.session.get_one(Booking, row.facts["subject"])
    if booking.kind in NOT_FOR_PEOPLE or booking.ends_at <= clock.now() - STALE:
        return None
    (dated,) = queries.dated(Booking.id == booking.id)
    about = _about(row, booking.place_id)
    return _Told(about.mail, about.member, about.place, entry, booking, dated)


def _lines(rows: Sequence[Dated], place: Place, *, with_thing: bool = True) -> list[str]:
    """« Poste A3, mardi 8 décembre, le matin »."""
    return [
        f"{papers.thing_name(row)}, {moment}" if with_thing else moment
        for row in rows
        for moment in [papers.when(row.half, row.starts_at, row.ends_at, place.tz)]
    ]


# ---------------------------------------------------------------- for the wiring

MAILS: dict[str, mail.Builder] = {
    "booking.confirmed": confirmed,
    "booking.pending": pending,
    "booking.rejected": rejected,
    "booking.released": released,
    "booking.moved": moved,
    "booking.cancelled": cancelled,
    "booking.late_cancelled": late_cancelled,
    "booking.no_show": no_show,
    "booking.held_offer": held_offer,
    "booking.reminder_due": reminder_due,
    "series.booked": series_booked,
    "series.split": series_split,
    "series.dates_cancelled": series_dates_cancelled,
    "series.date_freed": date_freed,
    "outage.declared": outage_declared,
    "closure.declared": closure_declared,
}

READERS: dict[str, list[journal.Reader]] = {
    **{event: [mail.tell] for event in MAILS},
    "booking.held_offer": [mail.tell_anyway],
    "booking.reminder_due": [remind],
    "outage.declared": [mail.tell_each],
    "closure.declared": [mail.tell_each],
}

# What each is called where the manager sees those that did not leave.
NAMES: dict[str, str] = {
    "booking.confirmed": N_("Confirmation de réservation"),
    "booking.pending": N_("Demande reçue"),
    "booking.rejected": N_("Demande refusée"),
    "booking.released": N_("Demande sans réponse"),
    "booking.moved": N_("Réservation déplacée"),
    "booking.cancelled": N_("Réservation annulée"),
    "booking.late_cancelled": N_("Réservation annulée tard"),
    "booking.no_show": N_("Absence"),
    "booking.held_offer": N_("Place proposée"),
    "booking.reminder_due": N_("Rappel de la veille"),
    "series.booked": N_("Confirmation de série"),
    "series.split": N_("Série déplacée"),
    "series.dates_cancelled": N_("Dates de série annulées"),
    "series.date_freed": N_("Date de série libérée"),
    "outage.declared": N_("Panne"),
    "closure.declared": N_("Fermeture"),
}
