"""One process of a fablab's crowd: does the gestures of each line it reads, each in a thread of its own, all at the same moment.

`python -m tests.race.makers URL`: a line is a JSON list of gestures; its answer is a JSON list: « yes », or the codes of the refusal.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask

from app.booking import services as booking
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Refused
from app.fablab import services
from app.factory import create_app
from config import TestConfig
from tests.factories import thing


def main(url: str) -> None:
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url))
    with ThreadPoolExecutor(24) as threads:
        for line in sys.stdin:
            gestures = json.loads(line)
            together = threading.Barrier(len(gestures))
            told = list(threads.map(partial(_done, app, together), gestures))
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


def _done(app: Flask, together: threading.Barrier, gesture: dict[str, Any]) -> str:
    now = datetime.fromisoformat(gesture["now"])
    with app.app_context():
        together.wait()
        try:
            _do(gesture, now)
        except Refused as refused:
            return "+".join(refused.codes)
        finally:
            db.session.remove()
        return "yes"


def _do(said: dict[str, Any], now: datetime) -> None:
    who = said.get("who")
    acting = {"member_id": who, "actor_id": who, "now": now}
    if said["do"] in ("book", "instead"):
        request = booking.ask([(thing(said["thing"]), _period(said))], **acting)
        if said["do"] == "book":
            booking.reserve(request)
        else:
            booking.replace_taken_away(said["booking"], request)
    elif said["do"] == "join":
        services.join_company(booking_id=said["booking"], **acting)
    elif said["do"] == "enrol":
        services.enrol(training_id=said["training"], **acting)
    elif said["do"] == "begin":
        services.begin_use(thing=thing(said["thing"]), **acting)
    elif said["do"] == "release":
        booking.settle_arrivals(now=now)
    else:
        period = _period(said)
        booking.declare_outage(thing=thing(said["thing"]), period=period, starts_at=period.starts_at, reason="x", actor_id=who, now=now)


def _period(said: dict[str, Any]) -> Period:
    return Period(*(datetime.fromisoformat(said[edge]) for edge in ("start", "end")))


if __name__ == "__main__":
    main(sys.argv[1])
