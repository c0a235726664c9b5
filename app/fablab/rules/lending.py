"""Tools that go home with somebody, boxes where somebody leaves their things: who may, and until when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.refusals import N_, Reason
from app.fablab.rules.clearances import NotQualified

LONGEST_LOAN = 365
MAY_RENEW = timedelta(days=30)  # before its last day, a box may be renewed by who has it


class ToolOut(Reason):
    code = "already_lent"
    sentence = N_("%(name)s est déjà sorti.")
    next_step = N_("Attendez son retour, ou demandez-en un autre.")
    taken = True


class ToolUnusable(Reason):
    code = "tool_unusable"
    sentence = N_("%(name)s ne se prête pas en ce moment : il est cassé, perdu ou retiré.")
    next_step = N_("Choisissez-en un autre.")
    hard = True


class AskTheLieu(Reason):
    code = "not_allowed"
    sentence = N_("%(name)s ne se prend pas seul·e : l’équipe le remet en main propre.")
    next_step = N_("Demandez à l’équipe du lieu.")
    hard = True


class SomethingLate(Reason):
    code = "late_loan"
    sentence = N_("Vous avez encore %(late)s, à rapporter depuis le %(due)s.")
    next_step = N_("Rapportez-le d’abord.")
    hard = True


class DueWhen(Reason):
    code = "due_date"
    sentence = N_("La date de retour vient après aujourd’hui, dans l’année.")
    next_step = N_("Choisissez un autre jour.")
    hard = True


class NoMoreTime(Reason):
    code = "not_allowed"
    sentence = N_("Ce prêt ne se prolonge pas d’ici : il l’a déjà été, ou il est en retard.")
    next_step = N_("Rapportez l’outil, ou demandez à l’équipe du lieu.")
    hard = True


class LoanOver(Reason):
    code = "already_returned"
    sentence = N_("Ce prêt est déjà fini.")
    next_step = N_("Il n’y a rien de plus à faire.")
    taken = True


class MarkUsed(Reason):
    code = "name_taken"
    sentence = N_("« %(mark)s » est déjà la marque d’un autre.")
    next_step = N_("Choisissez une autre marque.")
    hard = True


class BoxTaken(Reason):
    code = "already_taken"
    sentence = N_("Le casier %(mark)s est déjà pris.")
    next_step = N_("Choisissez-en un autre.")
    taken = True


class OneBoxEach(Reason):
    code = "one_box_each"
    sentence = N_("Vous avez déjà le casier %(mark)s.")
    next_step = N_("Rendez-le d’abord, ou demandez à l’équipe du lieu.")
    hard = True


class RenewLater(Reason):
    code = "too_early"
    sentence = N_("Le casier est à vous jusqu’au %(until)s : il se renouvelle dans ses trente derniers jours.")
    next_step = N_("Revenez à ce moment-là ; un courriel vous le rappellera.")


class BoxEndsWhen(Reason):
    code = "last_day"
    sentence = N_("Le dernier jour d’un casier vient aujourd’hui ou plus tard.")
    next_step = N_("Choisissez un autre jour.")
    hard = True


class BoxReleased(Reason):
    code = "already_released"
    sentence = N_("Ce casier est déjà rendu.")
    next_step = N_("Il n’y a rien de plus à faire.")
    taken = True


class ToolAtHome(Reason):
    code = "tool_at_home"
    sentence = N_("Vous avez encore %(name)s, à rapporter.")
    next_step = N_("Rapportez-le d’abord.")


class BoxNotEmptied(Reason):
    code = "box_not_emptied"
    sentence = N_("Le casier %(mark)s est encore à vous.")
    next_step = N_("Videz-le, et dites-le sur la page des casiers.")


@dataclass(frozen=True, slots=True)
class Late:
    """A loan that should have come back."""

    name: str
    due_on: date


def reasons_lending(
    *, name: str, state: str, is_out: bool, by_staff: bool, self_service: bool, lacks: str | None, late: Late | None
) -> Iterator[Reason]:
    """All that stands against lending a tool. `lacks`: the clearance that the person should have; staff cannot do without it."""
    if state != "good":
        yield ToolUnusable(name=name)
    elif is_out:
        yield ToolOut(name=name)
    if lacks is not None:
        yield NotQualified(name=name, clearance=lacks)
    if by_staff:
        return
    if not self_service:
        yield AskTheLieu(name=name)
    if late is not None:
        yield SomethingLate(late=late.name, due=late.due_on)


def reasons_due(due_on: date, *, today: date) -> Iterator[Reason]:
    if not today <= due_on <= today + timedelta(days=LONGEST_LOAN):
        yield DueWhen()


def due_day(day: date, is_open: Callable[[date], bool]) -> date:
    """The day itself, or the next one when the lieu is open to bring it back; within a month."""
    days = [day + timedelta(days=later) for later in range(31)]
    return next((one for one in days if is_open(one)), day)


def may_extend(*, due_on: date, extensions: int, self_service: bool, today: date) -> bool:
    """Once, in time, and only what one took by oneself; staff may always."""
    return self_service and extensions == 0 and today <= due_on


def loan_word(due_on: date, today: date, *, is_reminded: bool, is_late_told: bool) -> str | None:
    """What is to be told today: `soon` the day before and the day itself, `late` after it; each once."""
    if due_on < today:
        return None if is_late_told else "late"
    if due_on <= today + timedelta(days=1):
        return None if is_reminded else "soon"
    return None


def may_renew(last_day: date, today: date) -> bool:
    return today >= last_day - MAY_RENEW
