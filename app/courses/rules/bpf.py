"""Bilan pédagogique et financier: what a provider declares each year of its training (C. trav. L6352-11, cerfa 10443).

Hours are those really followed, by the date of the half-day. Whether company hours enter frame F is a setting to confirm with the
DREETS: both ways are shown. The gaps come first: a total that hides a missing signature is worth nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.refusals import N_

# Frame F-1: trainees by status; the key is what an enrolment says.
STATUSES: Mapping[str, str] = {
    "employee": N_("salarié·es d’employeurs privés"),
    "apprentice": N_("apprenti·es"),
    "job_seeker": N_("personnes en recherche d’emploi"),
    "self_paid": N_("particuliers à leurs frais"),
    "other": N_("autres stagiaires"),
}
# Frame F-3: aim of the training; F-4: its speciality (NSF on three digits).
AIMS: Mapping[str, str] = {
    "rncp5": N_("certification RNCP de niveau 5"),
    "other": N_("autres formations"),
}
COMPANY, CENTRE = "company", "centre"


@dataclass(frozen=True, slots=True)
class Followed:
    """What one trainee followed in the year."""

    enrolment_id: int
    status: str
    aim: str
    speciality: str
    centre: int  # minutes done
    company: int
    to_regularise: int = 0

    def minutes(self, *, with_company: bool) -> int:
        return self.centre + (self.company if with_company else 0)


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a frame."""

    key: str
    people: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames F-1, F-3 and F-4: the same people and the same minutes, cut three ways."""

    by_status: tuple[Share, ...]
    by_aim: tuple[Share, ...]
    by_speciality: tuple[Share, ...]

    @property
    def people(self) -> int:
        return sum(share.people for share in self.by_status)

    @property
    def minutes(self) -> int:
        return sum(share.minutes for share in self.by_status)

    @property
    def is_sound(self) -> bool:
        """Every frame comes to the same totals."""
        totals = {(sum(share.people for share in frame), sum(share.minutes for share in frame)) for frame in self.all}
        return len(totals) == 1

    @property
    def all(self) -> tuple[tuple[Share, ...], ...]:
        return self.by_status, self.by_aim, self.by_speciality


def frames(trainees: Iterable[Followed], *, with_company: bool) -> Frames:
    """Who followed at least a minute in the year, counted once in each frame."""
    counted = [trainee for trainee in trainees if trainee.minutes(with_company=with_company)]
    return Frames(
        _frame(counted, "status", with_company), _frame(counted, "aim", with_company), _frame(counted, "speciality", with_company)
    )


def _frame(trainees: Iterable[Followed], by: str, with_company: bool) -> tuple[Share, ...]:
    people: dict[str, int] = {}
    minutes: dict[str, int] = {}
    for trainee in trainees:
        key = str(getattr(trainee, by))
        people[key] = people.get(key, 0) + 1
        minutes[key] = minutes.get(key, 0) + trainee.minutes(with_company=with_company)
    return tuple(Share(key, people[key], minutes[key]) for key in sorted(people))
