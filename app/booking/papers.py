"""What a booking looks like outside of the house: its name, its moment, its event in a calendar."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _

from app.booking.models import Status
from app.core.calendar import Event
from app.core.calendar import Status as EventStatus
from app.core.refusals import N_
from app.place.models import Place
from app.web.typography import words

NEVER_SHOWN = (Status.HELD, Status.EXPIRED)  # it was kept for a moment, and never was a booking
_TENTATIVE = (Status.PENDING, Status.HELD)
_STANDS = (Status.CONFIRMED, Status.CHECKED_IN, Status.DONE)

_SORTS: Mapping[str, str] = {
    "desk": N_("Poste"),
    "office": N_("Bureau"),
    "room": N_("Salle"),
    "booth": N_("Cabine"),
    "machine": N_("Machine"),
    "space": N_("Espace"),
    "pool": N_("Poste"),
}

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

_COVERS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("plan", "half_day"): (N_("{n} demi-journée de votre abonnement"), N_("{n} demi-journées de votre abonnement")),
    ("plan", "minute"): (N_("{n} de votre abonnement"), N_("{n} de votre abonnement")),
    ("pass", "half_day"): (N_("{n} demi-journée de votre carnet"), N_("{n} demi-journées de votre carnet")),
    ("pass", "minute"): (N_("{n} de votre forfait"), N_("{n} de votre forfait")),
}


class Dated(NamedTuple):
    """A booking as calendars and mails read it: one row, without its entities."""

    id: int
    place_id: int
    uid: str
    sequence: int
    status: str
    half: str | None
    starts_at: datetime
    ends_at: datetime
    free_until: datetime | None
    created_at: datetime
    changed_at: datetime
    note: str
    guest_name: str
    thing_code: str
    thing_kind: str
    thing_name: str
    original_start: datetime | None  # of a date of a series: when it was first to be
    things: int  # how many it holds


def thing_name(row: Dated) -> str:
    """« Poste A3 », « Salle de réunion », « Poste A1 et 7 autres »."""
    name = _("Poste %(name)s", name=row.thing_name) if is_plain_seat(row) else row.thing_name
    return _("%(name)s et %(number)s autres", name=name, number=row.things - 1) if row.things > 1 else name


def is_plain_seat(row: Dated) -> bool:
    """A seat that has no name but its mark, « A3 »."""
    return row.thing_kind == "desk" and row.thing_name == row.thing_code


def when(half: str | None, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """« mardi 8 décembre, le matin », « mardi 8 décembre, de 14 h à 15 h 30 »."""
    say = words()
    part = {"morning": _("le matin"), "afternoon": _("l’après-midi"), "day": _("toute la journée")}.get(half or "")
    first, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    if part and first != last:
        return f"{say.days_range(first, last)}, {part}"
    return f"{say.day(starts_at, zone)}, {part}" if part else say.span(starts_at, ends_at, zone)


def place_line(place: Place) -> str:
    """« L’Écloserie, Ancienne école, 61500 Boitron »."""
    return ", ".join(filter(None, (place.name, place.address)))


def why_skipped(code: str) -> str:
    """Why a date of a series was left out, in a word: « jour férié »."""
    return str(_(_SKIPPED.get(code, N_("pas possible"))))


def covered(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What pays for it: « une demi-journée de votre carnet », « 7,00 € »; nothing when it is free."""
    return [_covered(part["source"], part["unit"], part["units"], part["cents"]) for part in parts if part["source"] != "free"]


def page_of(booking_id: int) -> str:
    """The address of a booking's page, for a mail or a calendar."""
    return f"{current_app.config['PUBLIC_URL']}/bookings/{booking_id}"


def page_instead(booking_id: int, choice: str) -> str:
    """Where one click books this instead of what the lieu had to cancel, for a mail."""
    asked = urlencode({"choice": choice, "code": code_instead(booking_id, choice)})
    return f"{page_of(booking_id)}/instead?{asked}"


def code_instead(booking_id: int, choice: str) -> str:
    """What proves that we offered it: nobody else can make a page that books for who opens it."""
    said = f"instead:{booking_id}:{choice}".encode()
    return hmac.new(current_app.config["SECRET_KEY"].encode(), said, hashlib.sha256).hexdigest()[:20]


def page_of_series(series_id: int) -> str:
    return f"{current_app.config['PUBLIC_URL']}/series/{series_id}"


def event(row: Dated, place: Place) -> Event:
    """The event of a booking in the calendar of the person who has it."""
    note = [_("Pour %(name)s.", name=row.guest_name)] if row.guest_name else []
    if row.note:
        note.append(row.note)
    if row.free_until is not None and row.status in (*_STANDS, *_TENTATIVE):
        note.append(_("Annulation sans frais jusqu’au %(moment)s.", moment=words().moment(row.free_until, place.tz)))
    return Event(
        uid=row.uid,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        summary=f"{thing_name(row)} · {place.short_name or place.name}",
        changed_at=row.changed_at,
        created_at=row.created_at,
        sequence=row.sequence,
        status=_status(row),
        recurrence_id=row.original_start if row.original_start not in (None, row.starts_at) else None,
        description="\n".join(note),
        location=place_line(place),
        url=page_of(row.id),
        categories=(_(_SORTS.get(row.thing_kind, N_("Réservation"))),),
    )


def _status(row: Dated) -> EventStatus:
    if row.status in _STANDS:
        return "CONFIRMED"
    return "TENTATIVE" if row.status in _TENTATIVE else "CANCELLED"


def _covered(source: str, unit: str, units: int, cents: int) -> str:
    say = words()
    if source == "money":
        return say.money(cents)
    one, many = (_(sentence) for sentence in _COVERS[source, unit])
    return many.replace("{n}", say.minutes(units)) if unit == "minute" else say.plural(units, one, many)
