"""Small gestures that many make at the same instant, written by one transaction: else thirty people wait for the disk thirty times."""

from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.exc import OperationalError

from app.core.db import HouseIsReadOnly, db, is_writing, transaction
from app.core.refusals import Refused

A = TypeVar("A")


class _Gesture(NamedTuple):
    about: Hashable
    write: Callable[[], Any]
    told: "Future[Any]"


class Together:
    """Gestures that take turns anyway. Whose turn comes writes also for those of this process who wait behind, about the same thing.

    Each has its own answer, or refusal, and only once all of it is kept. A gesture refuses before it has written anything. When one
    of them breaks, nothing of them stays, and each is done again alone.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Gesture] = deque()
        self._turn = Lock()

    def do(self, write: Callable[[], A], *, about: Hashable) -> A:
        """Do it in a transaction, with those who wait for the same (`about`)."""
        if is_writing():
            return write()
        db.session().commit()  # what was read before: no connection is kept while one waits
        mine = _Gesture(about, write, Future())
        self._waiting.append(mine)
        with self._turn:
            if not mine.told.done():
                _write(self._next(about))
        if not mine.told.done():
            with transaction():
                return write()
        answer: A = mine.told.result()
        return answer

    def _next(self, about: Hashable) -> list[_Gesture]:
        """Those who wait about this, in the order in which they came."""
        found = []
        for _ in range(len(self._waiting)):
            one = self._waiting.popleft()
            if one.about == about:
                found.append(one)
            else:
                self._waiting.append(one)
        return found


def _write(gestures: list[_Gesture]) -> None:
    try:
        with transaction():
            outcomes = [_outcome(one.write) for one in gestures]
    except (OperationalError, HouseIsReadOnly) as nobody_writes:
        for one in gestures:
            one.told.set_exception(nobody_writes)
    except Exception:
        if len(gestures) == 1:
            raise
    else:
        for one, (answer, refused) in zip(gestures, outcomes, strict=True):
            if refused is None:
                one.told.set_result(answer)
            else:
                one.told.set_exception(refused)


def _outcome(write: Callable[[], Any]) -> tuple[Any, Refused | None]:
    try:
        return write(), None
    except Refused as refused:
        return None, refused
