"""What is done once a night, by whichever worker is up: look at everything, then save it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from app.cli import backup, schema
from app.cli.check import check_and_remember
from app.core import state
from app.core.db import db
from app.place.models import Place

HOUR = time(3)
DAYS, WEEKS = 7, 4  # backups kept: one a day for a week, one a week for a month

_log = structlog.get_logger(__name__)


def tonight(*, now: datetime) -> int:
    """Due from three in the morning on: a computer that sleeps at night does it when it wakes.

    Between an upgrade and its migrations it waits: to find the tables late is no damage, and must close no house to writing.
    """
    zone = _zone()
    last = state.recall("night")
    if last is not None and last.at >= _three_o_clock(now, zone):
        return 0
    if not schema.is_at_head():
        return 0
    state.note("night", at=now)  # first: what fails is told, and waits for the next night
    if last is None:
        return 0  # the house opened today
    if findings := check_and_remember(now=now):
        _log.error("check_failed", faults=len(findings), first=findings[0].sentence, backup="none: the last good ones stay")
        return 1
    save(now=now, day=now.astimezone(zone).date())
    return 1


def save(*, now: datetime, day: date) -> Path:
    """Today's backup; the older ones that are no longer needed go, once it is there."""
    folder = backup.make_kept_folder()
    path = folder / f"worklab-{day}.zip"
    manifest = backup.write(path, now=now)
    state.note("backup", at=now, rows=manifest.rows, bytes=path.stat().st_size)
    saved = {date.fromisoformat(file.stem.removeprefix("worklab-")): file for file in folder.glob("worklab-????-??-??.zip")}
    for old in saved.keys() - kept(saved):
        saved[old].unlink()
    return path


def kept(days: Iterable[date]) -> set[date]:
    """The days whose backup is worth keeping: the last seven there are, and the last one of each of the last four weeks."""
    ordered = sorted(days, reverse=True)
    weeks: dict[tuple[int, int], date] = {}
    for day in ordered:
        weeks.setdefault(day.isocalendar()[:2], day)
    return {*ordered[:DAYS], *list(weeks.values())[:WEEKS]}


def _three_o_clock(now: datetime, zone: ZoneInfo) -> datetime:
    """The last one that has passed."""
    local = now.astimezone(zone)
    day = local.date() if local.time() >= HOUR else local.date() - timedelta(days=1)
    return datetime.combine(day, HOUR, zone).astimezone(UTC)


def _zone() -> ZoneInfo:
    return ZoneInfo(db.session.scalar(sa.select(Place.zone).order_by(Place.id).limit(1)) or "Europe/Paris")
