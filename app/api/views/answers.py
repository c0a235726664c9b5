"""What is answered: rows of the house as the shapes of `forms` describe them, times in the zone of the lieu."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any

from app.api import queries
from app.api.models import Webhook
from app.api.queries import CohortRow, Free, HoursRow
from app.billing.models import Invoice
from app.billing.queries import Balances
from app.billing.rules.legal import Lateness
from app.booking.models import Booking, Outage
from app.booking.queries import Directory
from app.booking.rules import Thing
from app.booking.services import Cancellation, Occurrence, Preview
from app.core.period import Period
from app.core.refusals import Alternative, Refused
from app.courses.queries import Slot
from app.members.models import Member

Answer = dict[str, Any]


def written(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def period(one: Period, zone: tzinfo) -> Answer:
    return {"start": written(one.starts_at, zone), "end": written(one.ends_at, zone)}


# ---------------------------------------------------------------- people


def me(member: Member, left: Balances) -> Answer:
    return {
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "roles": sorted(member.roles),
        "balances": {"half_days": left.half_days, "minutes": left.minutes, "cents": left.cents},
        "unlimited": sorted(left.unlimited),
        "due_cents": left.due_cents,
    }


def member(row: Member) -> Answer:
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "roles": sorted(row.roles),
        "status": row.status,
        "status_reason": row.status_reason,
        "badge": row.badge,
        "tariff_group": row.tariff_group,
        "phone": row.phone,
        "street": row.street,
        "postal_code": row.postal_code,
        "town": row.town,
        "locale": row.locale,
        "organisation_id": row.organisation_id,
        "created_at": written(row.created_at, UTC),
    }


# ---------------------------------------------------------------- things


def thing(one: Thing, directory: Directory) -> Answer:
    space, pool = (directory.things.get(found) if found is not None else None for found in (one.space_id, one.pool_id))
    seats = [seat for seat in directory.seats(one.id) if not seat.is_fixed] if one.is_pool else []
    return {
        "id": one.id,
        "code": one.code,
        "kind": one.kind,
        "name": one.name,
        "capacity": len(seats) if one.is_pool else one.capacity,
        "space": space.code if space else None,
        "pool": pool.code if pool else None,
        "state": one.state,
        "bookable": one.bookable,
        "rules": asdict(one.rules),
    }


def availability(free: Iterable[Free], taken: Iterable[Period], zone: tzinfo, *, counted: bool) -> Answer:
    return {
        "free": [{**period(one.period, zone), **({"places_left": one.places} if counted else {})} for one in free],
        "taken": [period(one, zone) for one in taken],
    }


# ---------------------------------------------------------------- bookings


def booking(row: Booking) -> Answer:
    zone = queries.zone(row.place_id)
    return {
        "id": row.id,
        "resource_id": row.resource_id,
        "start": written(row.starts_at, zone),
        "end": written(row.ends_at, zone),
        "status": row.status,
        "price_cents": row.price_cents,
        "covered_by": row.covered_by,
        "member_id": row.member_id,
        "note": row.note,
        "half": row.half,
        "held_until": written(row.held_until, zone) if row.held_until else None,
        "free_until": written(row.free_until, zone) if row.free_until else None,
        "series_id": row.series_id,
        "uid": row.uid,
        "sequence": row.sequence,
    }


def invoice_summary(row: Invoice, left: Mapping[int, int]) -> Answer:
    return {
        "id": row.id,
        "number": row.number,
        "kind": row.kind,
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "member_id": row.member_id,
        "organisation_id": row.organisation_id,
        "credits_id": row.credits_id,
        "net_cents": row.net_cents,
        "vat_cents": row.vat_cents,
        "gross_cents": row.gross_cents,
        "prepaid_cents": row.prepaid_cents,
        "left_cents": left.get(row.id, 0),
        "currency": "EUR",
    }


def invoice(row: Invoice, left: Mapping[int, int], late: Lateness) -> Answer:
    said = row.said
    of_line = ("label", "member_name", "quantity_milli", "unit", "unit_cents", "net_cents", "rate_bp", "category", "used_from", "used_to")
    return {
        **invoice_summary(row, left),
        "buyer_name": said["buyer"]["name"],
        "period": said["period"],
        "lines": [{name: line[name] for name in of_line} for line in said["lines"]],
        "taxes": [
            {"category": tax["category"], "rate_bp": tax["rate_bp"], "net_cents": tax["net"], "vat_cents": tax["vat"]}
            for tax in said["taxes"]
        ],
        "late_interest_cents": late.interest_cents,
        "late_indemnity_cents": late.indemnity_cents,
        "mentions": [*(tax["reason"] for tax in said["taxes"] if tax["reason"]), *said["mentions"].values()],
    }


def page(items: list[Answer], cursor: str | None) -> Answer:
    return {"items": items, "cursor": cursor}


def preview(seen: Preview, reasons: list[dict[str, str]]) -> Answer:
    return {
        "ok": seen.ok,
        "reasons": reasons,
        "alternatives": offered(seen.alternatives),
        "waitlist": seen.waitlist,
        "price_cents": seen.price_cents,
        "foreseen": seen.is_foreseen,
        "covered_by": seen.covered_by,
    }


def refused_preview(refused: Refused, reasons: list[dict[str, str]]) -> Answer:
    return {
        "ok": False,
        "reasons": reasons,
        "alternatives": offered(refused.alternatives),
        "waitlist": refused.waitlist,
        "price_cents": 0,
        "foreseen": False,
        "covered_by": [],
    }


def offered(alternatives: Iterable[Alternative]) -> list[Answer]:
    """What really can be had, each in the time of its lieu."""
    found = []
    for one in alternatives:
        zone = queries.zone_of(one.resource_id)
        found.append({"resource_id": one.resource_id, "start": written(one.starts_at, zone), "end": written(one.ends_at, zone)})
    return found


def cancellation(done: Cancellation) -> Answer:
    back = done.refund
    return {"status": done.booking.status, "refund": {"cents": back.cents, "half_days": back.half_days, "minutes": back.minutes}}


def occurrences(listed: Iterable[Occurrence], zone: tzinfo) -> list[Answer]:
    return [{**period(one.period, zone), "status": one.status, **_more(reason=one.reason, booking_id=one.booking_id)} for one in listed]


def _more(**values: Any) -> Answer:
    return {name: value for name, value in values.items() if value}


def outage(row: Outage, gone: Iterable[Booking], zone: tzinfo) -> Answer:
    return {
        "id": row.id,
        "resource_id": row.resource_id,
        "start": written(row.starts_at, zone),
        "end": written(row.ends_at, zone) if row.ends_at else None,
        "reason": row.reason,
        "affected": [booking(one) for one in gone],
    }


# ---------------------------------------------------------------- webhooks


def webhook(row: Webhook) -> Answer:
    return {
        "id": row.id,
        "url": row.url,
        "events": row.events,
        "created_at": written(row.created_at, UTC),
        "disabled_at": written(row.disabled_at, UTC) if row.disabled_at else None,
        "failing_since": written(row.failing_since, UTC) if row.failing_since else None,
        "last_error": row.last_error,
    }


# ---------------------------------------------------------------- the course


def hours(line: HoursRow) -> Answer:
    minutes = line.minutes
    return {
        **{name: getattr(line, name) for name in ("enrolment_id", "member_id", "name")},
        **{name: getattr(minutes, name) for name in ("planned", "done", "justified", "unjustified", "to_regularise")},
        "done_at_distance": line.at_distance,
        "rate": minutes.rate_bp,
    }


def cohort(row: CohortRow) -> Answer:
    one, version = row.cohort, row.version
    return {
        "id": one.id,
        "code": one.code,
        "name": one.name,
        "state": one.state,
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
        "capacity": one.capacity,
        "enrolled": row.enrolled,
        "room_id": one.room_id,
        "programme": {"code": row.code, "version": version.label, "title": version.title, "minutes": version.minutes},
    }


def session(slot: Slot, zone: tzinfo) -> Answer:
    return {
        "id": slot.id,
        "start": written(slot.starts_at, zone),
        "end": written(slot.ends_at, zone),
        "day": slot.day.isoformat(),
        "half": slot.half,
        "minutes": slot.minutes,
        "title": slot.title,
        "code": slot.code,
        "where": slot.where,
        "room_id": slot.room_id,
        "trainer": slot.trainer,
        "state": slot.state,
        "uid": slot.uid,
        "sequence": slot.sequence_no,
    }
