"""Papers of presence: weekly sheet, monthly statement, attestation d'assiduité. The same bytes each time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.core import papers
from app.courses.rules.minutes import Minutes
from app.web.typography import NBSP, WORDS

TEMPLATE = "courses/papers/document.typ"
SAY = WORDS["fr"]  # these are French documents, whoever reads the screen
_NO_HOUR = SAY.hours_exact(0)
HONEST = (
    "Signatures électroniques simples (règlement eIDAS, art.\u00a025\u00a0; Code civil, art.\u00a01366 et 1367), avec preuves renforcées\u00a0: "
    "compte ou lien personnel, code affiché dans la salle, heure du serveur, chaîne d’empreintes SHA-256 dont la tête est envoyée chaque soir."
)
_AT_DISTANCE = (
    "Dont {hours} à distance\u00a0: ces heures ne se signent pas, elles sont comptées d’après ce qui a été produit et accepté, pour la durée "
    "moyenne annoncée (Code du travail, D6313-3-1)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """L'organisme de formation, as it stands on its papers."""

    name: str
    lines: Sequence[str]

    @property
    def stated(self) -> list[str]:
        return [self.name, *self.lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    widths: Sequence[int] = ()  # how columns share the page, 0: as large as what it holds; none: the first one takes what is left
    numbers: bool = True
    words: Sequence[int] = (0,)  # of a table of numbers, the columns that hold words
    boxes: bool = False
    tall: bool = False  # room to sign by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A title, and what is said under it, one line each."""

    title: str
    items: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper, ready to be set."""

    house: House
    title: str
    day: date
    under: str = ""
    banner: str = ""
    opening: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    tables: Sequence[Table] = ()
    closing: Sequence[str] = ()
    signatures: Sequence[str] = ()
    foot: str = ""
    wide: bool = False

    def pdf(self) -> bytes:
        said: dict[str, Any] = {
            **{name: getattr(self, name) for name in ("title", "under", "banner", "foot", "wide")},
            "house": self.house.stated,
            "opening": list(self.opening),
            "facts": [list(fact) for fact in self.facts],
            "sections": [asdict(section) for section in self.sections],
            "tables": [asdict(table) for table in self.tables],
            "closing": list(self.closing),
            "signatures": list(self.signatures),
        }
        return papers.pdf(TEMPLATE, said, title=self.title, author=self.house.name, day=self.day)


# ---------------------------------------------------------------- weekly sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One half-day of the week."""

    day: date
    half: str
    hours: str  # « 9 h – 12 h 30 »
    title: str
    trainer: str
    closed: str = ""  # how it was countersigned
    is_distance: bool = False
    holiday_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    cells: Sequence[str]
    minutes: Minutes


def weekly_sheet(
    house: House,
    *,
    course: str,
    cohort: str,
    monday: date,
    columns: Sequence[Column],
    rows: Sequence[Row],
    corrections: Sequence[str],
    head: str,
    blank: bool,
    distance: int = 0,
) -> Document:
    """One week of a cohort. `blank`: to be signed by hand."""
    halves = {"morning": "matin", "afternoon": "ap.\u2011m."}  # never cut at its hyphen
    named = [f"{SAY.day_short(column.day)} {halves[column.half]}" for column in columns]
    counts = [] if blank else ["Réalisé"]
    table = Table(
        columns=["Stagiaire", *named, *counts],
        rows=[
            *(
                [
                    row.name,
                    *(_box(cell, column, blank=blank) for cell, column in zip(row.cells, columns, strict=True)),
                    *(SAY.hours_exact(row.minutes.done) for _count in counts),
                ]
                for row in rows
            ),
            ["Formatrice ou formateur", *("" if blank else column.closed for column in columns), *("" for _count in counts)],
            ["Séance", *(_session(column) for column in columns), *("" for _count in counts)],
        ],
        widths=(5, *(2 for _column in columns), *(0 for _count in counts)),
        numbers=False,
        boxes=True,
        tall=blank,
    )
    reasons = [
        f"{SAY.day(column.day)}\u00a0: séance un jour férié ou de fermeture, {column.holiday_reason}"
        for column in columns
        if column.holiday_reason
    ]
    total = sum((row.minutes for row in rows), Minutes())
    closing = [] if blank else [_counts(total)]
    last = monday + timedelta(days=6)
    return Document(
        house=house,
        title="Feuille d’émargement",
        under=f"{cohort}, {SAY.days_range(monday, last)} {last.year}",
        day=last,
        facts=[("Formation", course), ("Horaires", _timings(columns))],
        tables=[table, *([_corrections(corrections)] if corrections else [])],
        closing=[
            *closing,
            *reasons,
            *("À signer à chaque demi-journée par la personne et par la formatrice ou le formateur.",) * blank,
            *([] if blank else [*at_distance(distance), HONEST]),
        ],
        foot="" if blank else head,
        wide=True,
    )


def _timings(columns: Sequence[Column]) -> str:
    """« matin 9 h – 12 h 30, après-midi 13 h 30 – 17 h »: what a signature proves the presence for."""
    said = sorted({(column.half != "morning", column.hours) for column in columns})
    return ", ".join(f"{'après-midi' if is_later else 'matin'} {hours}" for is_later, hours in said)


def _session(column: Column) -> str:
    return ", ".join(filter(None, (column.title, "à distance" if column.is_distance else "", column.trainer)))


def _box(cell: str, column: Column, *, blank: bool) -> str:
    """What is printed for somebody; on a sheet to sign by hand, nothing but where no signature is asked."""
    return cell if not blank else "à distance" if column.is_distance else ""


def _corrections(corrections: Sequence[str]) -> Table:
    return Table(title="Corrections (les deux valeurs restent)", columns=["Correction"], rows=[[one] for one in corrections], numbers=False)


# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One half-day, or one person, of a statement."""

    label: str
    minutes: Minutes
    note: str = ""


def monthly_statement(
    house: House, *, title: str, under: str, month: date, person: Sequence[tuple[str, str]], lines: Sequence[Line], heading: str, head: str,
    distance: int = 0,
) -> Document:  # fmt: skip
    """Relevé mensuel de présence: of one trainee by half-day, or of a funder's trainees."""
    total = sum((line.minutes for line in lines), Minutes())
    rows = [[line.label, *(hours if hours != _NO_HOUR else "—" for hours in _hours(line.minutes)), line.note] for line in lines]
    return Document(
        house=house,
        title=title,
        under=under,
        day=(month + timedelta(days=31)).replace(day=1) - timedelta(days=1),
        facts=person,
        tables=[
            Table(
                columns=[heading, "Prévu", "Réalisé", "Justifié", "Non justifié", "À régulariser", "Observation"],
                rows=[*rows, ["Total", *_hours(total), ""]],
                widths=(4, 0, 0, 0, 0, 0, 3),
                words=(0, 6),
            )
        ],
        closing=[_counts(total), *at_distance(distance), HONEST],
        signatures=["Pour l’organisme de formation"],
        foot=head,
    )


def attendance_attestation(
    house: House, *, name: str, course: str, first: date, last: date, minutes: Minutes, head: str, signer: str,
    distance: int = 0,
) -> Document:  # fmt: skip
    """Attestation d'assiduité: hours done to a date."""
    return Document(
        house=house,
        title="Attestation d’assiduité",
        day=last,
        opening=[f"{signer} atteste que {name} a suivi la formation ci-dessous, avec l’assiduité suivante."],
        facts=[
            ("Formation", course),
            ("Période", f"du {SAY.date_long(first)} au {SAY.date_long(last)}"),
            *_facts(minutes),
            ("Taux d’assiduité", percent(minutes.rate_bp)),
        ],
        closing=[
            _counts(minutes),
            *at_distance(distance),
            HONEST,
            f"Fait pour servir et valoir ce que de droit, le {SAY.date_long(last)}.",
        ],
        signatures=["Pour l’organisme de formation"],
        foot=head,
    )


# ---------------------------------------------------------------- convocation


def convocation(
    house: House,
    *,
    name: str,
    course: str,
    cohort: str,
    first: date,
    last: date,
    minutes: int,
    session: str,
    where: str,
    disability_referent: str,
    written_on: date,
) -> Document:
    """Convocation à une action de formation."""
    return Document(
        house=house,
        title="Convocation",
        day=written_on,
        opening=[f"{name}, vous êtes attendu·e pour la formation dans laquelle vous êtes inscrit·e."],
        facts=[
            ("Formation", course),
            ("Promotion", cohort),
            ("Dates", f"du {SAY.date_long(first)} au {SAY.date_long(last)}"),
            ("Durée", SAY.hours_exact(minutes)),
            ("Première séance", session),
            ("Lieu", where),
            *([("Référence handicap", disability_referent)] if disability_referent else []),
        ],
        closing=[
            "À apporter : de quoi écrire, une pièce d’identité, et votre numéro de dossier si un financeur vous en a donné un.",
            "Votre emploi du temps complet, le programme et le règlement intérieur sont dans votre espace. Un besoin particulier (handicap, "
            "santé, trajet) ? Dites-le nous avant le premier jour.",
            f"Écrite le {SAY.date_long(written_on)}.",
        ],
        signatures=["Pour l’organisme de formation"],
    )


# ---------------------------------------------------------------- words


def cell(
    *,
    state: str,
    signed: datetime | None,
    on_paper: bool,
    late: int,
    early: int,
    justified: bool,
    is_over: bool,
    zone: ZoneInfo,
    is_distance: bool = False,
    accepted: datetime | None = None,
) -> str:
    """What a half-day of somebody is on a sheet."""
    if state == "exempt":
        return "dispense"
    if state == "absent":
        return "absence justifiée" if justified else "absence"
    if is_distance and signed is not None:
        return f"produit, accepté {SAY.moment(accepted, zone)}" if accepted else "produit, à accepter"
    away = [f"{minutes}{NBSP}min {word}" for minutes, word in ((late, "de retard"), (early, "avant la fin")) if minutes]
    if on_paper:
        return ", ".join(["signé sur papier", *away])
    if signed is not None:
        return ", ".join([f"signé à {SAY.hour(signed, zone)}", *away])
    return "à régulariser" if is_over else ""


def at_distance(minutes: int) -> list[str]:
    """What is said of the hours that were done at distance, when there are any."""
    return [_AT_DISTANCE.format(hours=SAY.hours_exact(minutes))] if minutes else []


def percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole},{rest:02d}{NBSP}%"


def _hours(minutes: Minutes) -> list[str]:
    values = (minutes.planned, minutes.done, minutes.justified, minutes.unjustified, minutes.to_regularise)
    return [SAY.hours_exact(value) for value in values]


def _facts(minutes: Minutes) -> list[tuple[str, str]]:
    names = ("Heures prévues", "Heures réalisées", "Absences justifiées", "Absences non justifiées", "Heures à régulariser")
    return list(zip(names, _hours(minutes), strict=True))


def _counts(minutes: Minutes) -> str:
    planned, done, justified, unjustified, left = _hours(minutes)
    return f"Prévu {planned} = réalisé {done} + justifié {justified} + non justifié {unjustified} + à régulariser {left}."
