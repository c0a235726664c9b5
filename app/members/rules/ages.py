"""What an age changes: a minor needs a guardian's consent; under fifteen, nobody is shown to others."""

from datetime import date

from app.core.refusals import N_, Reason

MAJORITY = 18
AGE_OF_DIRECTORY = 15  # at which the law lets a person decide alone about their data


class TooYoung(Reason):
    code = "too_young_for_directory"
    sentence = N_("Avant quinze ans, on n’apparaît ni dans l’annuaire ni parmi les présents.")


def years(born: date, on: date) -> int:
    """Age in whole years; who was born on 29 February has a birthday on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_adult(born: date | None, on: date) -> bool:
    """Who does not say their birth date is taken for an adult."""
    return born is None or years(born, on) >= MAJORITY


def is_minor(born: date | None, on: date) -> bool:
    return not is_adult(born, on)


def may_be_in_directory(born: date | None, on: date) -> bool:
    return born is None or years(born, on) >= AGE_OF_DIRECTORY
