"""What is asked, when, and what may be said of the answers: never a rate without its number, its period and its method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.core.money import half_up
from app.core.refusals import N_, Reason
from app.courses.rules.learning import percent
from app.courses.rules.seeing import may_publish

SURVEYS: Mapping[str, str] = {
    "entry": N_("À l’entrée"),
    "middle": N_("À mi-parcours"),
    "end": N_("À la fin"),
    "teaching": N_("L’enseignement"),
    "later": N_("Six mois après"),
}
QUESTIONS: Mapping[str, Sequence[str]] = {
    "entry": (N_("J’ai été bien accueilli·e"), N_("Je sais ce que je vais apprendre"), N_("Le rythme et les horaires me conviennent")),
    "middle": (N_("J’apprends ce que je venais apprendre"), N_("Le rythme me convient"), N_("On m’aide quand je bloque")),
    "end": (
        N_("J’ai appris ce que je venais apprendre"),
        N_("La salle et le matériel convenaient"),
        N_("Le suivi était à la hauteur"),
        N_("Je conseillerais cette formation"),
    ),
    "teaching": (
        N_("Les explications étaient claires"),
        N_("Les exercices m’ont fait progresser"),
        N_("Les retours sur mon travail m’ont aidé·e"),
    ),
    "later": (N_("Ce que j’ai appris me sert"), N_("La formation m’a aidé·e dans mon projet")),
}
MARKS: Sequence[str] = (N_("pas du tout"), N_("plutôt non"), N_("moyennement"), N_("plutôt oui"), N_("tout à fait"))
ASKED_FOR = 30  # days after its day during which a survey may still be sent out
MONTHS = (3, 6, 12)
SITUATIONS: Mapping[str, str] = {
    "trade": N_("en emploi, dans le métier"),
    "job": N_("en emploi, dans un autre métier"),
    "training": N_("en formation"),
    "looking": N_("en recherche"),
    "other": N_("autre"),
}
KINDS: Mapping[str, str] = {
    "complaint": N_("Réclamation"),
    "report": N_("Signalement discret (harcèlement, discrimination, violence)"),
    "hazard": N_("Difficulté ou danger"),
}
ANSWER_DAYS = 15


class NotAsked(Reason):
    code = "survey_not_asked"
    sentence = N_("Cette enquête ne vous est pas adressée.")
    hard = True


class AlreadyAnswered(Reason):
    code = "survey_answered"
    sentence = N_("Vous avez déjà répondu à cette enquête.")
    next_step = N_("Comme rien ne relie votre réponse à vous, elle ne se change plus.")
    hard = True


def survey_day(survey: str, first: date, last: date) -> date:
    match survey:
        case "entry":
            return first + timedelta(days=4)
        case "middle":
            return first + (last - first) / 2
        case "later":
            return months_after(last, 6)
    return last


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), end)


@dataclass(frozen=True, slots=True)
class Results:
    """Of one survey: nothing but its numbers while fewer than five have answered."""

    survey: str
    asked: int
    answered: int
    means: Sequence[tuple[str, Decimal]] = ()
    words: Sequence[str] = ()

    @property
    def rate(self) -> Decimal:
        return percent(self.answered, self.asked)


def results(survey: str, asked: int, answers: Sequence[tuple[Mapping[str, int], str]]) -> Results:
    if not may_publish(len(answers)):
        return Results(survey, asked, len(answers))
    means = []
    for number, question in enumerate(QUESTIONS[survey]):
        marks = [marks[str(number)] for marks, _words in answers if str(number) in marks]
        means.append((question, Decimal(half_up(10 * sum(marks), len(marks))) / 10 if marks else Decimal(0)))
    return Results(survey, asked, len(answers), means, sorted(words for _marks, words in answers if words))


@dataclass(frozen=True, slots=True)
class Insertion:
    """What leavers became: each rate of those who answered, and of all."""

    months: int
    leavers: int
    answered: int
    employed: int
    in_trade: int

    @property
    def may_be_told(self) -> bool:
        return may_publish(self.answered)

    @property
    def rates(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Employed among answers and among all; the same in the trade."""
        return (
            percent(self.employed, self.answered),
            percent(self.employed, self.leavers),
            percent(self.in_trade, self.answered),
            percent(self.in_trade, self.leavers),
        )


def insertion(months: int, situations: Sequence[str]) -> Insertion:
    told = [one for one in situations if one]
    return Insertion(months, len(situations), len(told), sum(one in ("trade", "job") for one in told), told.count("trade"))


def answer_due(received: date) -> date:
    return received + timedelta(days=ANSWER_DAYS)
