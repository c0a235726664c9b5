"""The month of the whole lieu: three hundred people billed, each invoice printed, signed by the chain and sent."""

import os
import subprocess
import sys
import time
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.billing.models import Charge
from app.core import clock
from app.core.db import db, transaction
from app.core.mail import OutgoingMail
from app.place.models import Place
from config import ROOT
from tools.bench.houses import House

USES = (("Poste, demi-journée", "desk", "half_day", 700), ("Découpe laser", "machine", "hour", 1800), ("Café", "article", "piece", 100))
EACH = 2  # of each use, for each person


def month(house: House) -> dict[str, float]:
    """`flask billing run` then `flask worker --once`: how long until the last mail has left with its PDF, and the memory that it took."""
    now = clock.now()
    last = now.astimezone(house.zone).date().replace(day=1) - timedelta(days=1)
    _run(house, "worker", "--once")  # what other measures left to do
    _use(house, last.replace(day=1), now)
    spent, worked, memory = 0.0, 0.0, 0
    for words in (("billing", "run", "--month", f"{last:%Y-%m}"), ("worker", "--once")):
        seconds, processor, peak = _run(house, *words)
        spent, worked, memory = spent + seconds, worked + processor, max(memory, peak)
    with house.inside():
        sent = sa.select(sa.func.count()).where(OutgoingMail.kind == "invoice.issued", OutgoingMail.sent_at.is_not(None))
        bills = db.session.scalar(sent) or 0
    if bills != len(house.people):
        raise RuntimeError(f"{bills} bills were sent to {len(house.people)} people")
    return {"month": spent, "month_cpu": worked, "month_memory": memory}


def _use(house: House, first: date, now: datetime) -> None:
    with house.inside(), transaction() as session:
        place_id = session.scalars(sa.select(Place.id)).one()
        session.execute(
            sa.insert(Charge),
            [
                {
                    "place_id": place_id, "ref": f"bench:{member_id}:{activity}:{number}", "member_id": member_id, "label": label,
                    "used_on": first + timedelta(days=number), "worth_cents": cents, "cents": cents, "rate_bp": 0, "activity": activity,
                    "quantity_milli": 1000, "unit": unit, "covered_by": [], "created_at": now,
                }
                for member_id in house.people
                for label, activity, unit, cents in USES
                for number in range(EACH)
            ],
        )  # fmt: skip


def _run(house: House, *words: str) -> tuple[float, float, int]:
    """A command in a process of its own: its seconds, those of the processor, and the most bytes that it held."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=house.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"flask {' '.join(words)} ended with {process.returncode}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
