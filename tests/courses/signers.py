"""One process of a crowd: does the gestures of each line it reads, each in a thread of its own, all at the same moment.

`python -m tests.courses.signers URL`: a line is a JSON list of gestures; its answer is a JSON list of how each went.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask

from app.core.db import db
from app.core.refusals import Refused
from app.courses.services import certificates, closing, elections, signing
from app.factory import create_app
from config import TestConfig


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
    now = datetime.fromisoformat(gesture.pop("now"))
    with app.app_context():
        together.wait()
        try:
            return _do(gesture.pop("do"), gesture, now)
        except Refused as refused:
            return ",".join(refused.codes)
        finally:
            db.session.remove()


def _do(what: str, about: dict[str, Any], now: datetime) -> str:
    if what == "sign":
        signing.sign(**about, code=signing.code_of(about["session_id"], now=now), now=now)
        return "signed"
    if what == "close":
        return f"closed {closing.close(**about, checked=True, now=now).countersigned}"
    if what == "vote":
        elections.vote(**about)
        return "voted"
    return certificates.issue(**about, now=now).number


if __name__ == "__main__":
    main(sys.argv[1])
