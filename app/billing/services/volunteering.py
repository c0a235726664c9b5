"""Writing down hours given by volunteers, and taking back a line written by mistake."""

from datetime import date, datetime

from app.billing.models import VolunteerHours
from app.billing.rules.frugality import HoursInTheBooks, HoursToCome
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.place.queries import day_at


def give_hours(
    *, place_id: int, day: date, minutes: int, hour_cents: int, what: str, actor_id: int | None, now: datetime
) -> VolunteerHours:
    """A memo, on 864 and 875 (ANC 2018-06, art. 211): it changes what nobody pays."""
    with transaction():
        if day > day_at(place_id, now):
            raise Refused(HoursToCome())
        row = VolunteerHours(
            place_id=place_id, day=day, minutes=minutes, hour_cents=hour_cents, what=what, actor_id=actor_id, created_at=now
        )
        db.session.add(row)
        db.session.flush()
        journal.record("volunteering.written", row.id, place_id=place_id, actor_id=actor_id, at=now, minutes=minutes)
        return row


def take_back_hours(*, hours_id: int, actor_id: int | None, now: datetime) -> None:
    """A mistake, as long as its year runs: what an accountant has closed stays."""
    with transaction():
        row = db.session.get_one(VolunteerHours, hours_id)
        if row.day.year < day_at(row.place_id, now).year:
            raise Refused(HoursInTheBooks())
        place_id, minutes = row.place_id, row.minutes
        db.session.delete(row)
        journal.record("volunteering.taken_back", hours_id, place_id=place_id, actor_id=actor_id, at=now, minutes=minutes)
