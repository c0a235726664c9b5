"""`tick`: what is due now — reminders, no-shows, lapses, the nightly round. One job that fails does not stop the others."""

from collections.abc import Callable
from datetime import timedelta

import click
import structlog
from flask.cli import with_appcontext

from app import wiring
from app.cli.nightly import tonight
from app.core import clock, state
from app.core.commands import CommandRefused
from app.core.db import HouseIsReadOnly, db

LEASE = timedelta(minutes=5)

_log = structlog.get_logger(__name__)


@click.command("tick")
@with_appcontext
def tick_command() -> None:
    """Fait ce qui est dû : rappels, absences, échéances. À lancer chaque minute si le worker ne tourne pas."""
    failed = tick()
    if failed:
        raise CommandRefused(f"Ce qui n’a pas pu être fait\u00a0: {', '.join(failed)}. Les traces disent pourquoi.")


def tick() -> list[str]:
    """Run every job of `wiring.TICKS`, then the nightly round; the names of those that failed. Nothing when another worker is at it."""
    if not state.take("tick", lasting=LEASE):
        return []
    try:
        return [job.__name__ for job in (*wiring.TICKS, tonight) if not _is_done(job)]
    finally:
        state.release("tick")


def _is_done(job: Callable[..., int]) -> bool:
    try:
        done = job(now=clock.now())
    except HouseIsReadOnly:
        _log.warning("tick_waits", job=job.__name__, reason="read_only")
    except Exception:  # noqa: BLE001 — whatever it is, it must not keep the other jobs from being done
        _log.exception("tick_failed", job=job.__name__)
        return False
    else:
        if done:
            _log.info("tick", job=job.__name__, done=done)
    finally:
        db.session.remove()
        state.renew("tick", lasting=LEASE)
    return True
