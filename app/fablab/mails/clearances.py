"""Clearances: given, soon to end, ended, taken back."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import url_for

from app.booking.models import Booking
from app.core import clock
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.fablab import queries, services
from app.fablab.mails.trainings import page_of
from app.fablab.models import Clearance
from app.members.models import Member
from app.place.models import Place
from app.web import letters
from app.web.typography import words


def given(row: OutgoingMail) -> Letter | None:
    clearance = db.session.get_one(Clearance, row.facts["subject"])
    if clearance.revoked_on is not None:
        return None
    giver = db.session.get(Member, clearance.given_by_id) if clearance.given_by_id else None
    return _letter(row, "given", clearance, by=giver.name if giver else "", until=clearance.expires_on)


def end_with_group(entry: JournalEntry) -> None:
    """Who left a group loses the bookings to come that only its clearances allowed; each one's own mail tells them."""
    services.lose_with_group(member_id=entry.member_id or 0, actor_id=entry.actor_id, now=clock.now())


def expires_soon(row: OutgoingMail) -> Letter | None:
    """A right ends soon: when, and the next session that would renew it."""
    clearance = db.session.get_one(Clearance, row.facts["subject"])
    until = _last_day(row)
    if clearance.revoked_on is not None or until < clock.now().date():
        return None
    return _letter(row, "expires_soon", clearance, until=until)


def lapsed(row: OutgoingMail) -> Letter | None:
    return _letter(row, "lapsed", db.session.get_one(Clearance, row.facts["subject"]), until=_last_day(row))


def revoked(row: OutgoingMail) -> Letter | None:
    """A right was taken back: why, and all the bookings that went with it, in one mail."""
    clearance = db.session.get_one(Clearance, row.facts["subject"])
    subjects = sa.select(JournalEntry.subject_id).where(
        JournalEntry.cause_id == row.facts["entry"], JournalEntry.event == "booking.cancelled"
    )
    lost = db.session.scalars(sa.select(Booking).where(Booking.id.in_(subjects)).order_by(Booking.starts_at)).all()
    zone = db.session.get_one(Place, clearance.clearance_type.place_id).tz
    lines = [f"{one.resource.name}, {words().span(one.starts_at, one.ends_at, zone)}" for one in lost]
    return _letter(row, "revoked", clearance, reason=clearance.revoked_reason, lines=lines)


def _last_day(row: OutgoingMail) -> date:
    """As it was when it was told: a right that lapses when unused may have been used since."""
    return date.fromisoformat(db.session.get_one(JournalEntry, row.facts["entry"]).facts["expires_on"])


def _letter(row: OutgoingMail, name: str, clearance: Clearance, **context: Any) -> Letter:
    kind = clearance.clearance_type
    place = db.session.get_one(Place, kind.place_id)
    upcoming = queries.next_training(kind.id, now=clock.now())
    return letters.write(
        row,
        f"fablab/mail/clearance_{name}.txt",
        name=db.session.get_one(Member, row.member_id).name,
        clearance=kind.name,
        zone=place.tz,
        following=upcoming,
        following_url=page_of(upcoming.id) if upcoming else "",
        url=url_for("fablab.machines", _external=True),
        **context,
    )
