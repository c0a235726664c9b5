"""Storage boxes: one person to each, through a last day, said again or given back."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from app.core import journal
from app.core.db import db, insert_unless_there, lock, take_turn_to_name, transaction
from app.core.refusals import Refused
from app.fablab import queries
from app.fablab.models import Box, BoxPermit
from app.fablab.rules import AskTheLieu, BoxEndsWhen, BoxReleased, BoxTaken, MarkUsed, OneBoxEach, RenewLater, may_renew, warning_due
from app.members.models import Member
from app.place.models import Place
from app.place.queries import day_at

TURNS = 31  # the space of locks: what one person takes by themselves
SHORT = relativedelta(months=1)  # a permit so short is not announced thirty days before its end


def save_box(*, place_id: int, box_id: int | None, actor_id: int | None, now: datetime, **facts: Any) -> Box:
    """A box of the list, new or changed; its mark is its own."""
    with transaction():
        take_turn_to_name(place_id)
        same = sa.select(Box.id).where(Box.place_id == place_id, Box.mark == facts["mark"])
        if (known := db.session.scalar(same)) is not None and known != box_id:
            raise Refused(MarkUsed(mark=facts["mark"]))
        row = db.session.get_one(Box, box_id) if box_id is not None else Box(place_id=place_id, created_at=now)
        for name, value in facts.items():
            setattr(row, name, value)
        db.session.add(row)
        db.session.flush()
        journal.record("box.added" if box_id is None else "box.changed", row.id, place_id=place_id, actor_id=actor_id, at=now)
        return row


def give_box(box: Box, *, member: Member, actor: Member, now: datetime, last_day: date | None = None) -> BoxPermit:
    """To one person, for its usual months; members take by themselves those that are free to take, one each."""
    today, by_staff = day_at(box.place_id, now), actor.may("manage_machines")
    ends = last_day if last_day is not None and by_staff else today + relativedelta(months=box.months)
    if ends < today:
        raise Refused(BoxEndsWhen())
    with transaction():
        db.session.refresh(box, with_for_update=True)
        if not by_staff:
            if not box.self_service or actor.id != member.id:
                raise Refused(AskTheLieu(name=box.mark))
            lock(TURNS, member.id)
            if mine := [one for one in queries.boxes_with(member.id) if one.place_id == box.place_id]:
                raise Refused(OneBoxEach(mark=mine[0].box.mark))
        if box.state != "good":
            raise Refused(BoxTaken(mark=box.mark))
        values = {
            "place_id": box.place_id,
            "box_id": box.id,
            "member_id": member.id,
            "given_by_id": actor.id,
            "first_day": today,
            "last_day": ends,
            "warned_at_30": _as_told(today, ends, now),
            "created_at": now,
        }
        made = db.session.execute(insert_unless_there(BoxPermit).values(values).returning(BoxPermit.id)).scalar()
        if made is None:
            raise Refused(BoxTaken(mark=box.mark))
        journal.record("box.given", made, place_id=box.place_id, actor_id=actor.id, member_id=member.id, at=now, box_id=box.id)
        return db.session.get_one(BoxPermit, made)


def renew_box(permit_id: int, *, actor: Member, now: datetime) -> BoxPermit:
    """Its usual months again, from its last day, or from today when that is past."""
    with transaction():
        permit = _held(permit_id)
        today = day_at(permit.place_id, now)
        if not actor.may("manage_machines") and not may_renew(permit.last_day, today):
            raise Refused(RenewLater(until=permit.last_day))
        begins = max(permit.last_day, today)
        permit.last_day = begins + relativedelta(months=permit.box.months)
        permit.warned_at_30 = _as_told(today, permit.last_day, now)
        permit.warned_at_7 = permit.lapse_told_at = None
        db.session.flush()
        journal.record("box.renewed", permit.id, place_id=permit.place_id, actor_id=actor.id, member_id=permit.member_id, at=now)
        return permit


def release_box(permit_id: int, *, actor_id: int | None, now: datetime) -> None:
    """It is empty, and free for somebody else."""
    with transaction():
        permit = _held(permit_id)
        permit.released_on, permit.released_by_id = day_at(permit.place_id, now), actor_id
        db.session.flush()
        journal.record("box.released", permit.id, place_id=permit.place_id, actor_id=actor_id, member_id=permit.member_id, at=now)


def retire_box(box: Box, *, actor_id: int, now: datetime) -> None:
    with transaction():
        db.session.refresh(box, with_for_update=True)
        if db.session.scalar(sa.select(sa.exists().where(BoxPermit.box_id == box.id, BoxPermit.released_on.is_(None)))):
            raise Refused(BoxTaken(mark=box.mark))
        box.state = "retired"
        db.session.flush()
        journal.record("box.retired", box.id, place_id=box.place_id, actor_id=actor_id, at=now)


def warn_of_boxes(*, now: datetime) -> int:
    """Thirty days and seven days before a box is to be emptied, and when it is: one line in the journal each, once."""
    told = 0
    rows = (
        sa.select(BoxPermit, Place)
        .join(Place, Place.id == BoxPermit.place_id)
        .where(
            BoxPermit.released_on.is_(None), BoxPermit.lapse_told_at.is_(None), BoxPermit.last_day <= now.date() + relativedelta(days=31)
        )
        .order_by(BoxPermit.id)
    )
    for permit, place in db.session.execute(rows).all():
        due = warning_due(
            permit.last_day,
            now.astimezone(place.tz).date(),
            told_30=permit.warned_at_30 is not None,
            told_7=permit.warned_at_7 is not None,
            told_lapse=permit.lapse_told_at is not None,
        )
        if due is None:
            continue
        with transaction():
            setattr(permit, {"30": "warned_at_30", "7": "warned_at_7", "lapsed": "lapse_told_at"}[due], now)
            db.session.flush()
            event = "box.lapsed" if due == "lapsed" else "box.ends_soon"
            journal.record(event, permit.id, place_id=permit.place_id, member_id=permit.member_id, at=now)
        told += 1
    return told


def _held(permit_id: int) -> BoxPermit:
    permit = db.session.get_one(BoxPermit, permit_id, with_for_update=True, populate_existing=True)
    if permit.released_on is not None:
        raise Refused(BoxReleased())
    return permit


def _as_told(first_day: date, last_day: date, now: datetime) -> datetime | None:
    return now if last_day <= first_day + SHORT else None
