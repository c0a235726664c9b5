"""The only place that asks the time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)
_started_at: list[datetime] = []


def now() -> datetime:
    """The present instant in UTC; the frozen one when the clock is stopped (tests, demonstrations)."""
    return _frozen.get() or (_started_at[0] if _started_at else datetime.now(UTC))


def running() -> datetime:
    """The present instant even when the clock is stopped: for leases between processes, never for what the lieu does."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds since some moment of this process: for measuring a wait, whatever the time of day does."""
    return time.monotonic()


def today(zone: ZoneInfo) -> date:
    """The civil date in a lieu's zone: at 23:30 UTC in winter it is already tomorrow in Paris."""
    return now().astimezone(zone).date()


def stop_at(instant: datetime | None) -> None:
    """Stop the clock of the whole process (the setting WORKLAB_NOW); None lets it run."""
    _started_at[:] = [] if instant is None else [_utc(instant)]


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Stop the clock for a block: `with clock.frozen(instant):`."""
    token = _frozen.set(_utc(instant))
    try:
        yield
    finally:
        _frozen.reset(token)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant carries its zone")
    return instant.astimezone(UTC)
