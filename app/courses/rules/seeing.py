"""Who sees what of a trainee: one table, asked by every door (pages, lists, files, papers, feeds, exports)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# What there is to see, and to whom it is shown.
SEEN_BY: Mapping[str, frozenset[str]] = {
    "minutes": frozenset(("self", "session_trainer", "head", "manager")),
    "company_minutes": frozenset(("self", "session_trainer", "head", "manager", "tutor")),
    "monthly_statement": frozenset(("self", "head", "manager", "funder")),
    "category": frozenset(("self", "head", "manager")),
    "justified": frozenset(("self", "session_trainer", "head", "manager")),
    "papers": frozenset(("self", "manager")),
    "grades": frozenset(("self", "trainer", "head")),
    "staff_notes": frozenset(("author", "head")),
}
PUBLISHED_FROM = 5  # people: under that, a rate would say something of somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks, and what they are in this cohort."""

    member_id: int
    is_manager: bool = False
    is_head: bool = False
    is_trainer: bool = False
    tutor_of: frozenset[int] = frozenset()  # enrolments whose company period they follow
    funds: frozenset[int] = frozenset()  # enrolments that their organisation pays for

    @property
    def is_staff(self) -> bool:
        """Whether the cohort's own pages concern them, beyond their own half-days."""
        return self.is_manager or self.is_head or self.is_trainer

    def sees(self, what: str, *, member_id: int, enrolment_id: int = 0, trainer_id: int | None = None) -> bool:
        """Whether this may be shown, of this person; `trainer_id`: whose half-day it is."""
        return bool(SEEN_BY[what] & frozenset(self._is(member_id, enrolment_id, trainer_id)))

    def _is(self, member_id: int, enrolment_id: int, trainer_id: int | None) -> Collection[str]:
        known = {
            "self": self.member_id == member_id,
            "session_trainer": trainer_id is not None and self.member_id == trainer_id,
            "trainer": self.is_trainer,
            "head": self.is_head,
            "manager": self.is_manager,
            "tutor": enrolment_id in self.tutor_of,
            "funder": enrolment_id in self.funds,
        }
        return [name for name, is_so in known.items() if is_so]


def may_publish(number: int) -> bool:
    """Whether a rate over so many people may be shown to everybody."""
    return number >= PUBLISHED_FROM
