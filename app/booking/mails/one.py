"""One booking, told."""

from datetime import datetime

from flask_babel import gettext as _

from app.billing import queries as billing
from app.billing.rules import late_fee
from app.booking import papers, queries
from app.booking.mails.told import told_of
from app.booking.models import LIVE, Booking, Status
from app.booking.services import no_show_at
from app.core import clock, mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.members.models import Member
from app.place.models import Place
from app.web.typography import words


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


def tell_of_trust(entry: JournalEntry) -> None:
    """One kind mail a day, however many bookings go below zero."""
    place = db.session.get_one(Place, entry.place_id)
    mail.queue(
        entry.event,
        fact=f"trust:{place.id}:{entry.member_id}:{entry.at.astimezone(place.tz).date().isoformat()}",
        member_id=entry.member_id,
        place_id=place.id,
        facts={"entry": entry.id, "subject": entry.subject_id},
        now=clock.now(),
    )


def confirmed(row: OutgoingMail) -> Letter | None:
    """It is yours, with the event to put in one's calendar."""
    told = told_of(row)
    if told is None or told.row.status not in LIVE or told.row.status in (Status.HELD, Status.PENDING):
        return None
    thing = queries.directory(told.place).any(told.booking.resource_id)
    return told.tell("confirmed", [told.event("REQUEST")], arrive_before=no_show_at(told.booking, thing), **told.price())


def pending(row: OutgoingMail) -> Letter | None:
    """It is kept, and waits for somebody's yes."""
    told = told_of(row)
    if told is None or told.row.status != Status.PENDING:
        return None
    rules = queries.directory(told.place).any(told.booking.resource_id).rules
    return told.tell("pending", asks_lieu=rules.approval, people=rules.people)


def rejected(row: OutgoingMail) -> Letter | None:
    told = told_of(row)
    return told.tell("rejected") if told else None


def released(row: OutgoingMail) -> Letter | None:
    """Nobody answered in time. Who gave an offer up oneself knows."""
    told = told_of(row)
    return told.tell("released") if told and told.entry.actor_id != told.member.id else None


def paid_too_late(row: OutgoingMail) -> Letter | None:
    """A card was read for what is given up, taken or lost meanwhile: all of the money goes back, and it says why."""
    told = told_of(row, at_any_age=True)
    return told.tell("paid_too_late", cents=told.entry.facts["cents"], why=told.entry.facts.get("why", "taken")) if told else None


def moved(row: OutgoingMail) -> Letter | None:
    told = told_of(row)
    if told is None or told.row.status not in LIVE or told.row.status == Status.HELD:
        return None
    facts, zone = told.entry.facts, told.place.tz
    before = papers.when(None, datetime.fromisoformat(facts["from_start"]), datetime.fromisoformat(facts["from_end"]), zone)
    rules = queries.directory(told.place).any(told.booking.resource_id).rules
    waits = told.row.status == Status.PENDING
    events = [] if waits else [told.event("REQUEST")]
    return told.tell("moved", events, before=before, waits=waits, asks_lieu=rules.approval, people=rules.people, **told.price())


def cancelled(row: OutgoingMail) -> Letter | None:
    """Given up in time, or by the lieu: all comes back."""
    told = told_of(row)
    if told is None:
        return None
    return told.tell("cancelled", [told.event("CANCEL")], **told.price())


def late_cancelled(row: OutgoingMail) -> Letter | None:
    told = told_of(row)
    if told is None:
        return None
    fee = late_fee(told.booking.price_cents, told.booking.late_fee_percent)
    return told.tell("late_cancelled", [told.event("CANCEL")], fee_cents=fee, **told.price())


def no_show(row: OutgoingMail) -> Letter | None:
    told = told_of(row)
    return told.tell("no_show", **told.price()) if told and told.row.status == Status.NO_SHOW else None


def reseated(row: OutgoingMail) -> Letter | None:
    """A group keeps its booking when a seat goes: which seats replace it, and how many are missing."""
    told = told_of(row)
    if told is None or told.row.status not in LIVE:
        return None
    things, facts = queries.directory(told.place), told.entry.facts
    swaps = [(things.any(before).name, things.any(after).name) for before, after in facts["moved"]]
    return told.tell("reseated", swaps=swaps, lost=facts["lost"], **told.price())


def forgiven(row: OutgoingMail) -> Letter | None:
    """Nothing is kept for a no-show or a late cancellation; said from the entry, since the booking itself stays as it was."""
    told = told_of(row, at_any_age=True)
    if told is None:
        return None
    facts = told.entry.facts
    back = [
        *([words().plural(facts["half_days"], _("une demi-journée"), _("{n} demi-journées"))] if facts["half_days"] else []),
        *([words().minutes(facts["minutes"])] if facts["minutes"] else []),
        *([words().money(facts["cents"])] if facts["cents"] else []),
    ]
    return told.tell("forgiven", back=back, why=told.booking.forgiven_why)


def on_trust(row: OutgoingMail) -> Letter | None:
    """Kind words when somebody uses half-days before they buy them; silent once they have bought enough."""
    told = told_of(row)
    if told is None or told.row.status not in LIVE:
        return None
    left = billing.balances(told.member, place_id=told.place.id, on=clock.today(told.place.tz)).half_days
    if left >= 0:
        return None
    return told.tell("on_trust", owed=-left, limit=told.place.trust_units)


def held_offer(row: OutgoingMail) -> Letter | None:
    """A place came free for who waited; it is kept for a while."""
    told = told_of(row)
    if told is None or told.row.status != Status.HELD or told.booking.held_until is None or told.booking.held_until <= clock.now():
        return None
    return told.tell("held_offer", until=told.booking.held_until)
