"""`/healthz`: the process answers. `/readyz`: it can work — database, tables, mail that leaves, last check."""

from datetime import timedelta

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app import wiring
from app.cli import schema
from app.core import clock, state
from app.core.db import READ_ONLY, db

TOO_OLD = timedelta(hours=1)  # of what waits to be told or sent: the worker is dead, or the mail server is

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Says what is wrong, never about whom or what."""
    try:
        answer = _look()
    except SQLAlchemyError:
        answer = {"database": "unreachable"}
    is_ready = "ok" == answer["database"] == answer.get("migrations") == answer.get("outbox") == answer.get("check")
    return {"status": "ready" if is_ready else "not_ready", **answer}, 200 if is_ready else 503


def _look() -> dict[str, object]:
    if not schema.is_at_head():
        return {"database": "ok", "migrations": "behind"}
    checked, age = state.recall("check"), age_of_outbox()
    is_red = state.recall(READ_ONLY) is not None or (checked is not None and not checked.facts["ok"])
    return {
        "database": "ok",
        "migrations": "ok",
        "outbox": "late" if age > TOO_OLD else "ok",
        "outbox_seconds": int(age.total_seconds()),
        "check": "red" if is_red else "ok",
        "checked_at": checked.at.isoformat() if checked else None,
    }


def age_of_outbox() -> timedelta:
    """How long the oldest thing has waited to be told or sent."""
    oldest = [since for ask in wiring.WAITING if (since := db.session.scalar(ask)) is not None]
    return max(clock.now() - min(oldest), timedelta(0)) if oldest else timedelta(0)
