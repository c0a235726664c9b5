"""An expected « no »: all its reasons, each a stable code, a sentence, a next step."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar


def N_(sentence: str) -> str:  # noqa: N802 — the name that translators know
    """Mark a sentence for translation; it is translated where it is shown."""
    return sentence


class Reason:
    """Why not. Subclasses give the code, the French sentence and what to do next; `words` fill the blanks.

    A word may be a `datetime`, a `date` or `Cents`: it is written in the reader's language where it is shown.
    """

    code: ClassVar[str] = ""
    sentence: ClassVar[str] = ""
    plural: ClassVar[str] = ""  # the sentence when the word `count` is not one
    next_step: ClassVar[str] = ""
    hard: ClassVar[bool] = False  # staff cannot override it
    taken: ClassVar[bool] = False  # 409 rather than 422 when all are so

    def __init__(self, **words: object) -> None:
        self.words: Mapping[str, object] = words

    @property
    def href(self) -> str:
        """The page where the next step is taken, when there is one."""
        return str(self.words.get("href", ""))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reason) and self.code == other.code and self.words == other.words

    def __hash__(self) -> int:
        return hash((type(self), tuple(sorted(self.words))))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code})"


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount inside a sentence, written « 18,00 € » where it is shown."""

    cents: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something that really can be booked instead: one thing (or several in turn) at a time."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime
    label: str = ""  # the thing's name


class Refused(Exception):
    """The gesture is refused, and nothing was written.

    Its alternatives may be a search: it is made when they are shown, once the gesture's turn is over and nobody waits for it.
    """

    def __init__(
        self,
        *reasons: Reason,
        alternatives: Iterable[Alternative] | Callable[[], Iterable[Alternative]] = (),
        waitlist: bool = False,
    ) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = list(reasons)
        self.waitlist = waitlist  # whether one may join a waiting list for it
        self._search = alternatives

    @cached_property
    def alternatives(self) -> list[Alternative]:
        """What can be had instead."""
        return list(self._search() if callable(self._search) else self._search)

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]

    @property
    def status(self) -> int:
        """409 when everything it says is that the thing is taken; else 422."""
        return 409 if self.reasons and all(reason.taken for reason in self.reasons) else 422
