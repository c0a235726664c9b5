"""Reads of trainings: what is coming, how many seats are left, who has one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.cache import asked_once
from app.core.db import db
from app.core.period import Period
from app.fablab.models import SEATED, MachineLead, Training, TrainingSeat
from app.members.models import Member, MemberRole


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A session to come that has a free seat: what a refusal names."""

    id: int
    title: str
    starts_at: datetime


def _seated_of(training_id: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(TrainingSeat.id))
        .where(TrainingSeat.training_id == training_id, TrainingSeat.state.in_(SEATED))
        .correlate(Training)
        .scalar_subquery()
    )


@asked_once
def next_training(clearance_type_id: int, *, now: datetime) -> Upcoming | None:
    """The first session to come that gives this clearance and has a free seat."""
    row = db.session.execute(
        sa.select(Training.id, Training.title, Training.starts_at)
        .where(
            Training.clearance_type_id == clearance_type_id,
            Training.state == "planned",
            Training.starts_at > now,
            _seated_of(sa.literal_column("fablab_training.id")) < Training.seats,
        )
        .order_by(Training.starts_at, Training.id)
        .limit(1)
    ).first()
    return Upcoming(*row) if row is not None else None


def seated(training_id: int) -> int:
    """How many seats are taken, or kept for somebody."""
    return _count(training_id, SEATED)


def enrolled(training_id: int) -> int:
    """How many people have said yes."""
    return _count(training_id, ("enrolled", "present", "absent"))


def _count(training_id: int, states: Collection[str]) -> int:
    counted = sa.select(sa.func.count(TrainingSeat.id)).where(TrainingSeat.training_id == training_id, TrainingSeat.state.in_(states))
    return db.session.scalar(counted) or 0


def training(training_id: int, *, place_id: int) -> Training | None:
    """A session of this lieu."""
    return db.session.scalar(
        sa.select(Training)
        .where(Training.id == training_id, Training.place_id == place_id)
        .options(joinedload(Training.trainer), joinedload(Training.clearance_type))
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A session in a list."""

    training: Training
    trainer: str
    left: int
    waiting: int
    own_state: str


def trainings(place_id: int, *, since: datetime, member_id: int, until: datetime | None = None) -> list[Listed]:
    """The sessions that end after `since`, in order, with what the person has in each."""
    query = sa.select(Training, Member.name).join(Member, Member.id == Training.trainer_id).where(Training.place_id == place_id)
    query = query.where(Training.ends_at > since, Training.state != "cancelled")
    if until is not None:
        query = query.where(Training.starts_at < until)
    rows = db.session.execute(query.order_by(Training.starts_at, Training.id)).all()
    ids = [row.id for row, _name in rows]
    counted: dict[int, dict[str, int]] = {}
    mine: dict[int, str] = {}
    if ids:
        groups = sa.select(TrainingSeat.training_id, TrainingSeat.state, sa.func.count(TrainingSeat.id)).where(
            TrainingSeat.training_id.in_(ids)
        )
        for training_id, state, number in db.session.execute(groups.group_by(TrainingSeat.training_id, TrainingSeat.state)):
            counted.setdefault(training_id, {})[state] = number
        own = sa.select(TrainingSeat.training_id, TrainingSeat.state).where(
            TrainingSeat.training_id.in_(ids), TrainingSeat.member_id == member_id, TrainingSeat.state.in_(("waiting", *SEATED))
        )
        mine = {one.training_id: one.state for one in db.session.execute(own)}
    return [
        Listed(
            row,
            name,
            max(row.seats - sum(counted.get(row.id, {}).get(state, 0) for state in SEATED), 0),
            counted.get(row.id, {}).get("waiting", 0),
            mine.get(row.id, ""),
        )
        for row, name in rows
    ]


def trainings_to_record(place_id: int, *, now: datetime, member_id: int | None) -> list[Training]:
    """The sessions that were held, whose attendance was not noted; those of one trainer, or all."""
    query = sa.select(Training).where(Training.place_id == place_id, Training.state == "planned", Training.starts_at <= now)
    if member_id is not None:
        query = query.where(Training.trainer_id == member_id)
    return list(db.session.scalars(query.order_by(Training.starts_at)))


def possible_trainers() -> list[tuple[int, str]]:
    """Who may be asked to lead a session: the team, trainers, machine leads."""
    by_role = sa.select(MemberRole.member_id).where(MemberRole.role.in_(("trainer", "machine_lead", "manager", "administrator")))
    leads = sa.select(MachineLead.member_id)
    rows = db.session.execute(
        sa.select(Member.id, Member.name)
        .where(Member.status == "active", sa.or_(Member.id.in_(by_role), Member.id.in_(leads)))
        .order_by(Member.name)
    )
    return [(member_id, name) for member_id, name in rows]


def seat_of(training_id: int, member_id: int) -> TrainingSeat | None:
    """What a person has in a session now."""
    return db.session.scalar(
        sa.select(TrainingSeat).where(
            TrainingSeat.training_id == training_id, TrainingSeat.member_id == member_id, TrainingSeat.state.in_(("waiting", *SEATED))
        )
    )


def place_in_line(seat: TrainingSeat) -> int:
    """1 for the first who waits."""
    before = sa.select(sa.func.count(TrainingSeat.id)).where(
        TrainingSeat.training_id == seat.training_id,
        TrainingSeat.state == "waiting",
        sa.or_(TrainingSeat.created_at < seat.created_at, sa.and_(TrainingSeat.created_at == seat.created_at, TrainingSeat.id < seat.id)),
    )
    return (db.session.scalar(before) or 0) + 1


def seats(training_id: int) -> list[TrainingSeat]:
    """Who has a seat or waits, by name of who came first."""
    return list(
        db.session.scalars(
            sa.select(TrainingSeat)
            .where(TrainingSeat.training_id == training_id, TrainingSeat.state.in_(("waiting", *SEATED)))
            .options(joinedload(TrainingSeat.member))
            .order_by(TrainingSeat.created_at, TrainingSeat.id)
        )
    )


def seats_of(member_id: int, *, since: datetime) -> list[TrainingSeat]:
    """A person's sessions to come."""
    return list(
        db.session.scalars(
            sa.select(TrainingSeat)
            .join(Training)
            .where(TrainingSeat.member_id == member_id, TrainingSeat.state.in_(("waiting", "held", "enrolled")), Training.ends_at > since)
            .options(joinedload(TrainingSeat.training).joinedload(Training.trainer))
            .order_by(Training.starts_at)
        )
    )


def led_by(member_id: int, period: Period) -> list[Training]:
    """The sessions that a person leads, in order; not those that were called off."""
    query = sa.select(Training).where(Training.trainer_id == member_id, Training.state != "cancelled")
    return list(db.session.scalars(_within(query, period)))


def sessions_of(member_id: int, period: Period) -> list[Training]:
    """The sessions that a person leads or has a seat in, those that were called off too: their calendar strikes them out."""
    sits = sa.select(TrainingSeat.training_id).where(TrainingSeat.member_id == member_id, TrainingSeat.state.in_((*SEATED, "cancelled")))
    query = sa.select(Training).where(sa.or_(Training.trainer_id == member_id, Training.id.in_(sits)))
    return list(db.session.scalars(_within(query, period)))


def _within(query: sa.Select[Training], period: Period) -> sa.Select[Training]:
    return query.where(Training.starts_at < period.ends_at, Training.ends_at > period.starts_at).order_by(Training.starts_at, Training.id)
