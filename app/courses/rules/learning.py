"""What work, levels and tests come to: pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from app.core.money import half_up
from app.core.refusals import N_

ACQUIRED = 3  # the level from which a competence is acquired: « fait seul »
LEVELS: tuple[str, ...] = (N_("à venir"), N_("découvre"), N_("avec aide"), N_("fait seul·e"), N_("transmet"))
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


def percent(part: int, whole: int) -> Decimal:
    """One decimal, never above 100; nothing to do is 0."""
    return Decimal(min(half_up(1000 * part, whole), 1000)) / 10 if whole else Decimal(0)


def is_commit(text: str) -> bool:
    """The number of a commit, whole or its first seven figures at least."""
    return bool(_COMMIT.fullmatch(text))


def is_repository(url: str) -> bool:
    """An address on the web, without a name or a password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment) and not re.search(r"[\s\\<>\"'`]", url)
    return parts.scheme in ("https", "http") and bool(parts.hostname) and bool(parts.path.strip("/")) and is_plain and port != 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a trainer says of one criterion."""

    criterion: str
    acquired: bool
    comment: str = ""


def to_redo(verdicts: Iterable[Verdict]) -> list[str]:
    """The criteria that are « à reprendre »."""
    return [one.criterion for one in verdicts if not one.acquired]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the title: its competences, and those that a trainer has seen at 3 or above."""

    code: str
    title: str
    skills: tuple[str, ...]
    acquired_skills: tuple[str, ...]

    @property
    def is_acquired(self) -> bool:
        """All of them, seen by a trainer: what people say of themselves never counts."""
        return len(self.acquired_skills) == len(self.skills)


def blocks(skills: Sequence[tuple[str, str, str]], levels: Mapping[str, int]) -> list[Block]:
    """Each block from (competence, code of the block, its title) and the trainers' last levels by competence."""
    found: dict[str, Block] = {}
    for skill, code, title in skills:
        if code:
            before = found.get(code, Block(code, title, (), ()))
            got = (*before.acquired_skills, skill) if levels.get(skill, 0) >= ACQUIRED else before.acquired_skills
            found[code] = Block(code, title, (*before.skills, skill), got)
    return list(found.values())
