"""What each mail has in common: who is told, by which lieu, of which booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from flask import current_app

from app.booking import papers, queries
from app.booking.models import NOT_FOR_PEOPLE, Booking
from app.booking.papers import Dated
from app.core import calendar, clock, mail
from app.core.calendar import Contact
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.core.period import Period
from app.members.models import Member
from app.place.models import Place
from app.web import letters

STALE = timedelta(days=2)  # after a booking, nobody is told of it any more (the worker was away, or the lieu is a demonstration)
MOST_LISTED = 60  # dates of a series that a mail lists


@dataclass(frozen=True, slots=True)
class About:
    """Who is told, by which lieu."""

    mail: OutgoingMail
    member: Member
    place: Place

    def letter(self, template: str, attachments: Sequence[Attachment] = (), *, unsubscribe_url: str = "", **context: Any) -> Letter:
        return letters.write(
            self.mail,
            template if "/" in template else f"booking/mail/{template}.txt",
            attachments=attachments,
            unsubscribe_url=unsubscribe_url,
            name=self.member.name,
            zone=self.place.tz,
            home_url=f"{current_app.config['PUBLIC_URL']}/me",
            **context,
        )

    def events(self, rows: Sequence[Dated], method: Literal["REQUEST", "CANCEL"] | None = None) -> Attachment:
        """The events to put in one's calendar. Several at once are only offered: an invitation speaks of one."""
        house, rows = mail.post().house(self.place.id), queries.in_parts(rows)
        return calendar.invitation(
            [papers.event(row, self.place) for row in rows],
            zone=self.place.tz,
            house=Contact(house.name, house.address),
            to=Contact(self.member.name, self.member.email),
            method=method if method and len(rows) == 1 else "PUBLISH",
            filename="reservation.ics" if len(rows) == 1 else "reservations.ics",
        )


@dataclass(frozen=True, slots=True)
class Told(About):
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
            "is_later": queries.directory(self.place).any(self.booking.resource_id).rules.metered is not None,
            "free_until": free_until if free_until and free_until > clock.now() else None,
        }


def about_row(row: OutgoingMail, place_id: int) -> About:
    return About(row, db.session.get_one(Member, row.member_id), db.session.get_one(Place, place_id))


def told_of(row: OutgoingMail, *, at_any_age: bool = False) -> Told | None:
    """The booking that a mail tells; none when it is not a person's, or (but for what comes after it) long over."""
    entry = db.session.get_one(JournalEntry, row.facts["entry"])
    booking = db.session.get_one(Booking, row.facts["subject"])
    if booking.kind in NOT_FOR_PEOPLE or (booking.ends_at <= clock.now() - STALE and not at_any_age):
        return None
    (dated,) = queries.dated(Booking.id == booking.id)
    about = about_row(row, booking.place_id)
    return Told(about.mail, about.member, about.place, entry, booking, dated)


def lines_of(rows: Sequence[Dated], place: Place, *, with_thing: bool = True) -> list[str]:
    """« Poste A3, mardi 8 décembre, le matin »."""
    return [
        f"{papers.thing_name(row)}, {moment}" if with_thing else moment
        for row in rows
        for moment in [papers.when(row.half, row.starts_at, row.ends_at, place.tz)]
    ]
