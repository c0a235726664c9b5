"""What presence is called on screen: categories, acts, marks."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from flask_babel import gettext as _

from app.courses.queries.alerts import Given
from app.courses.rules.absences import CATEGORIES
from app.courses.rules.alerts import NAMES as LEVELS
from app.courses.rules.minutes import Minutes, State
from app.web.typography import words


def alerts(given: Iterable[Given]) -> list[tuple[Given, str]]:
    """Each with the name of its level, whose sign of a percent is no format."""
    return [(one, _(LEVELS[one.level])) for one in given]


def category_name(code: str) -> str:
    return str(_(CATEGORIES[code])) if code in CATEGORIES else ""


def act_name(kind: str) -> str:
    match kind:
        case "signed":
            return str(_("Signature"))
        case "produced":
            return str(_("Travail à distance produit"))
        case "accepted":
            return str(_("Travail à distance accepté"))
        case "returned":
            return str(_("Travail à distance à reprendre"))
        case "closed":
            return str(_("Contresignature"))
        case "marked":
            return str(_("Arrivée, départ ou absence noté"))
        case "corrected":
            return str(_("Correction"))
        case "justified":
            return str(_("Absence justifiée"))
        case "unjustified":
            return str(_("Justification retirée"))
        case "sheet":
            return str(_("Feuille sur papier validée"))
        case "imported":
            return str(_("Repris d’un fichier"))
    return kind


def rate(minutes: Minutes) -> str:
    """« 86,90 % », the hours done among those planned; a dash while nothing was planned."""
    return words().percent(Decimal(minutes.rate_bp) / 100, 2) if minutes.planned else "—"


def mark(values: Sequence[object]) -> str:
    """« présent·e, 20 min de retard » from a state and its minutes late and early."""
    state, late, early = values
    if state == State.ABSENT:
        return str(_("absent·e"))
    if state == State.PLANNED:
        return str(_("rien de noté"))
    say = words()
    parts = [str(_("présent·e"))]
    if isinstance(late, int) and late:
        parts.append(str(_("%(minutes)s de retard", minutes=say.minutes(late))))
    if isinstance(early, int) and early:
        parts.append(str(_("départ %(minutes)s plus tôt", minutes=say.minutes(early))))
    return ", ".join(parts)
