"""Small values kept in the process for as long as their stamp in the database stays the same."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakSet

from app.core.db import db

V = TypeVar("V")
P = ParamSpec("P")
_all: "WeakSet[Stamped[object]]" = WeakSet()


class Stamped(Generic[V]):
    """One value for each key, made anew when its stamp changes; right with several processes, since the stamp is read each time.

    What is read inside a write is kept for that write alone: it may still be undone. At most `most` values are kept, the last ones.
    """

    def __init__(self, *, most: int = 512) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[Hashable, V]] = {}
        _all.add(self)  # type: ignore[arg-type]

    def get(self, key: Hashable, stamp: Hashable, make: Callable[[], V]) -> V:
        for_this_write = db.session().info.get("kept")
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


def clear_all() -> None:
    """Forget everything (tests, whose stamps are undone with the rest)."""
    for cache in _all:
        cache.clear()


# ---------------------------------------------------------------- within one reading

_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """In this block, which writes nothing, a question asked again (see `asked_once`) is answered from memory.

    So a page that looks at sixty things asks the database what it would ask for one.
    """
    if _answers.get() is not None:
        yield
        return
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def asked_once(question: Callable[P, V]) -> Callable[P, V]:
    """A query whose answer is remembered inside `reading()`; outside, it is asked each time."""

    @wraps(question)
    def ask(*args: P.args, **kwargs: P.kwargs) -> V:
        answers = _answers.get()
        if answers is None:
            return question(*args, **kwargs)
        key = (question, args, tuple(kwargs.items()))
        if key not in answers:
            answers[key] = question(*args, **kwargs)
        answer: V = answers[key]
        return answer

    return ask
