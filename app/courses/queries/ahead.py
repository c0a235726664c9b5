"""What a person of the course has before them now, and whether their presence there is signed."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import Attendance, CourseSession, Enrolment
from app.courses.queries.cohorts import Slot, followed_by, slots
from app.courses.rules import signing


class Ahead(NamedTuple):
    """La séance qui vient, ou qui se signe encore."""

    slot: Slot
    is_taught: bool
    can_sign: bool
    signed_at: datetime | None

    @property
    def window(self) -> signing.Window:
        return signing.window(self.slot.starts_at, self.slot.ends_at)


def ahead_of(member_id: int, now: datetime) -> Ahead | None:
    """What is over and may still be signed; else what runs now or comes next. Who teaches a session has nothing to sign there."""
    for slot in slots(followed_by(member_id), CourseSession.ends_at >= now - signing.CLOSES_AFTER, limit=3):
        is_taught = slot.trainer_id == member_id
        signs = signing.window(slot.starts_at, slot.ends_at).opens_at <= now and slot.where != "company" and not is_taught
        signed_at = _signed_at(slot.id, member_id) if signs else None
        can_sign = signs and signed_at is None
        if slot.ends_at > now or can_sign:
            return Ahead(slot, is_taught, can_sign, signed_at)
    return None


def _signed_at(session_id: int, member_id: int) -> datetime | None:
    signed = sa.select(Attendance.signed_at).join(Enrolment, Enrolment.id == Attendance.enrolment_id)
    return db.session.scalar(signed.where(Attendance.session_id == session_id, Enrolment.member_id == member_id))
