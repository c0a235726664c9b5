"""Small values kept in the process for as long as their stamp in the database stays the same."""

from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import wraps
from typing import Generic, ParamSpec, TypeVar
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.core.db import db, may_be_writing

V = TypeVar("V")
P = ParamSpec("P")
_all: "WeakSet[Stamped[object] | Recent]" = WeakSet()


class Stamped(Generic[V]):
    """One value for each key, made anew when its stamp changes; right with several processes, since the stamp is read each time.

    What is read inside a write is kept for that write alone: it may still be undone. At most `most` values are kept, the last ones.
    """

    def __init__(self, *, most: int = 512) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[Hashable, V]] = {}
        _all.add(self)  # type: ignore[arg-type]

    def get(self, key: Hashable, stamp: Hashable, make: Callable[[], V]) -> V:
        for_this_write = db.session().info.get("kept") if may_be_writing() else None
        own = self._kept if for_this_write is None else for_this_write.setdefault(self, {})
        for store in (own, self._kept):
            kept = store.get(key)
            if kept is not None and kept[0] == stamp:
                found: V = kept[1]
                return found
        value = make()
        own.pop(key, None)
        own[key] = (stamp, value)
        while len(own) > self._most:
            with suppress(KeyError, RuntimeError):  # another thread is making room too
                del own[next(iter(own))]
        return value

    def clear(self) -> None:
        self._kept.clear()


class Recent:
    """The last things that this process met: a hint of what is to come, and no more."""

    def __init__(self, *, most: int) -> None:
        self._met: deque[Hashable] = deque(maxlen=most)
        _all.add(self)

    def __contains__(self, what: Hashable) -> bool:
        return what in self._met

    def note(self, what: Hashable) -> None:
        if what not in self._met:
            self._met.append(what)

    def clear(self) -> None:
        self._met.clear()


def clear_all() -> None:
    """Forget everything (tests, whose stamps are undone with the rest)."""
    for cache in _all:
        cache.clear()


# ---------------------------------------------------------------- within one reading


def asked_once(question: Callable[P, V]) -> Callable[P, V]:
    """A query that is asked of the database once in a reading transaction; asked again there, it is answered from memory.

    So a page that looks at sixty things asks what it would ask for one. While something is written, it is asked each time.
    """

    @wraps(question)
    def ask(*args: P.args, **kwargs: P.kwargs) -> V:
        known = db.session().info
        if known.get("writing"):
            return question(*args, **kwargs)
        answers = known.setdefault("answers", {})
        key = (question, args, tuple(kwargs.items()))
        if key not in answers:
            answers[key] = question(*args, **kwargs)
        answer: V = answers[key]
        return answer

    return ask


@event.listens_for(Session, "after_transaction_end")
def _forget_answers(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop("answers", None)
