"""Erasing a person, each room its part, and the list of who was erased: kept outside the database, so that a restored backup obeys it too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask import Flask, current_app

from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Reason, Refused
from app.members.models import Member
from app.members.rules import AlreadyErased, Eraser, Stays

_log = structlog.get_logger(__name__)

LIST = "erasures.txt"  # of the installation's folder: one line for each person, with numbers only
TURNS = 71  # the space of locks: a person is erased once


@dataclass(frozen=True, slots=True)
class Prospect:
    """What erasing somebody would do: told before the gesture."""

    goes: Sequence[str]
    stays: Sequence[Stays]
    obstacles: Sequence[Reason]


def install(app: Flask, erasers: Sequence[Eraser]) -> None:
    """Each room's part, in the order in which they are done: what needs the name before what takes it away."""
    app.extensions["erasers"] = tuple(erasers)


def prospect(member_id: int, *, today: date) -> Prospect:
    rooms = _erasers()
    return Prospect(
        goes=[sentence for room in reversed(rooms) for sentence in room.goes],
        stays=[one for room in rooms for one in room.stays(member_id, today)],
        obstacles=[one for room in reversed(rooms) for one in room.obstacles(member_id, today)],
    )


def erase(member_id: int, *, actor_id: int | None, today: date, now: datetime, whatever_is_left: bool = False) -> None:
    """Everything goes but what must stay, in one transaction. `whatever_is_left`: the lieu knows what is not settled, and goes on."""
    with transaction() as session:
        lock(TURNS, member_id)
        person = session.get_one(Member, member_id, populate_existing=True)
        if person.is_erased:
            raise Refused(AlreadyErased())
        obstacles = prospect(member_id, today=today).obstacles
        if refused := [one for one in obstacles if one.hard or not whatever_is_left]:
            raise Refused(*refused)
        _erase(member_id, actor_id=actor_id, now=now)
    keep_list(now=now)


def keep_list(*, now: datetime) -> int:
    """The list has whoever is erased: at once, and each minute, so that neither a stop nor a full disk between the two loses a line."""
    known = set(_remembered())
    gone = db.session.execute(sa.select(Member.id, Member.created_at).where(Member.status == "erased").order_by(Member.id)).all()
    missing = [one for one in ((member_id, int(born.timestamp())) for member_id, born in gone) if one not in known]
    return sum(_write(f"{now:%Y-%m-%dT%H:%M:%SZ} {member_id} {born}") for member_id, born in missing)


def again(*, now: datetime) -> tuple[int, list[tuple[int, Refused]]]:
    """After a backup came back: whoever was erased since it was made is erased again.

    How many; and the numbers of those who cannot be, with why: who alone administered the lieu then, for one. They stop nobody else.
    """
    count, left = 0, []
    for member_id, born in _remembered():
        person = db.session.get(Member, member_id, populate_existing=True)
        if person is not None and not person.is_erased and int(person.created_at.timestamp()) == born:
            try:
                with transaction():
                    _erase(member_id, actor_id=None, now=now)
            except Refused as refused:
                left.append((member_id, refused))
            else:
                count += 1
    return count, left


def take_list(lines: str) -> None:
    """The list of another installation joins ours: what a backup restored elsewhere needs to obey it."""
    known = set(_lines())
    for line in lines.splitlines():
        if line not in known and _read(line):
            _write(line)


def _erase(member_id: int, *, actor_id: int | None, now: datetime) -> None:
    for room in _erasers():
        room.erase(member_id, now)
    journal.record("member.erased", member_id, actor_id=actor_id, member_id=member_id, at=now)


def _erasers() -> Sequence[Eraser]:
    rooms: Sequence[Eraser] = current_app.extensions["erasers"]
    return rooms


# ---------------------------------------------------------------- the list, outside the database


def _write(line: str) -> bool:
    """When, who, and the instant when their account was opened, so that the list of one lieu never erases in another."""
    path = _path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            file.write(f"{line}\n")
    except OSError as trouble:  # the person is erased all the same, the log says what is missing, and a minute later it is tried again
        _log.error("erasure_not_listed", error=str(trouble))
        return False
    return True


def _remembered() -> Iterator[tuple[int, int]]:
    for line in _lines():
        if (found := _read(line)) is not None:
            yield found


def _read(line: str) -> tuple[int, int] | None:
    words = line.split()
    return (int(words[1]), int(words[2])) if len(words) == 3 and words[1].isdigit() and words[2].isdigit() else None


def _lines() -> list[str]:
    path = _path()
    return path.read_text(encoding="ascii", errors="replace").splitlines() if path.is_file() else []


def _path() -> Path:
    return Path(current_app.config["INSTANCE_FOLDER"]) / LIST
