"""Who has not been here for two years: told, then erased a month later if they give no sign.

The CNIL's advice on accounts that nobody uses: two years after the last contact, with a warning. A sign is an entry, or anything
booked since; who administers the lieu is left alone, and so is who still owes, holds or is owed something.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.booking.models import Booking
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.members.models import Member, MemberRole
from app.members.rules import ABSENT, STAFF, WARNED
from app.portal import erasing

AT_ONCE = 20


def say_goodbye(*, now: datetime) -> int:
    """Tell who has been away for two years; erase who was told a month ago. How many of both."""
    told = 0
    for person in _away(now, sa.or_(Member.absence_told_at.is_(None), _came_after_being_told())):
        with transaction():
            person.absence_told_at = now
            journal.record("member.absence_told", person.id, member_id=person.id, at=now)
            told += 1
    return told + sum(_erase(person, now) for person in _away(now, Member.absence_told_at <= now - WARNED, ~_came_after_being_told()))


def _away(now: datetime, *told: sa.ColumnElement[bool]) -> list[Member]:
    """Whoever gave no sign for two years."""
    runs_the_lieu = sa.exists().where(MemberRole.member_id == Member.id, MemberRole.role.in_(STAFF))
    has_booked = _booked_until_after(now - ABSENT)
    last_sign = sa.func.coalesce(Member.seen_at, Member.created_at)
    asked = (
        sa.select(Member)
        .where(Member.status.in_(("active", "suspended", "inactive")), last_sign < now - ABSENT, *told, ~runs_the_lieu, ~has_booked)
        .order_by(Member.id)
        .limit(AT_ONCE)
    )
    return list(db.session.scalars(asked).unique())


def _came_after_being_told() -> sa.ColumnElement[bool]:
    """What was booked since answers that warning: after another absence there is another one. Who enters has theirs taken off at once."""
    return _booked_until_after(Member.absence_told_at)


def _booked_until_after(instant: datetime | sa.SQLColumnExpression[datetime | None]) -> sa.ColumnElement[bool]:
    theirs = aliased(Booking)
    return sa.exists().where(theirs.member_id == Member.id, theirs.ends_at > instant)


def _erase(person: Member, now: datetime) -> int:
    """What is not settled keeps the account: it is looked at again in a month."""
    try:
        erasing.erase(person.id, actor_id=None, today=now.date(), now=now)
    except Refused:
        with transaction():
            person.absence_told_at = now
        return 0
    return 1
