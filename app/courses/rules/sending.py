"""What people send: scans and photographs for the drawer, and the attendance file of a tool that a region imposes."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from app.core.refusals import N_, Reason, Refused
from app.core.text import clean_line, searchable

MOST_BYTES = 6_000_000
MOST_PIXELS = 40_000_000
MOST_LINES = 5_000
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the segments of a JPEG that say its size

# What a file begins with, its kind for browsers, and its extension.
_BEGINNINGS = ((b"\x89PNG\r\n\x1a\n", "image/png", "png"), (b"\xff\xd8\xff", "image/jpeg", "jpg"), (b"%PDF-", "application/pdf", "pdf"))


class NotAScan(Reason):
    code = "not_a_scan"
    sentence = N_("Ce fichier n’est ni une photo (JPEG, PNG), ni un PDF que l’on puisse lire.")
    next_step = N_("Photographiez la feuille, ou numérisez-la, puis envoyez-la de nouveau.")


class TooHeavy(Reason):
    code = "too_heavy"
    sentence = N_("Ce fichier est trop lourd\u00a0: 6\u00a0Mo au plus.")
    next_step = N_("Prenez une photo moins grande.")


class TooManyLines(Reason):
    code = "too_many_lines"
    sentence = N_("Ce fichier a trop de lignes\u00a0: 5\u202f000 au plus.")
    next_step = N_("Reprenez-le mois par mois.")


class NotATable(Reason):
    code = "not_a_table"
    sentence = N_("Ce fichier n’est pas un tableau CSV avec les colonnes nom, date, demi-journée et statut.")


@dataclass(frozen=True, slots=True)
class Scan:
    """A file that may go into the drawer."""

    media_type: str
    extension: str


def scan_of(content: bytes) -> Scan | None:
    """What it is by its first bytes, whatever its name says."""
    return next((Scan(media, extension) for beginning, media, extension in _BEGINNINGS if content.startswith(beginning)), None)


def reasons_scan(content: bytes) -> Iterator[Reason]:
    """A picture that would fill the memory once unfolded is too heavy too."""
    if len(content) > MOST_BYTES or _pixels(content) > MOST_PIXELS:
        yield TooHeavy()
    elif scan_of(content) is None:
        yield NotAScan()


def _pixels(content: bytes) -> int:
    """How many dots a PNG or a JPEG unfolds to, by its own header; 0 for anything else."""
    if content.startswith(b"\x89PNG"):
        return int.from_bytes(content[16:20]) * int.from_bytes(content[20:24])
    at = 2
    while content.startswith(b"\xff\xd8") and at + 9 < len(content) and content[at] == 0xFF:
        if content[at + 1] in _JPEG_SIZES:
            return int.from_bytes(content[at + 5 : at + 7]) * int.from_bytes(content[at + 7 : at + 9])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0


# ---------------------------------------------------------------- a file of attendance

# A column, and how such tools head it, without accents.
_COLUMNS: Mapping[str, Collection[str]] = {
    "name": ("nom", "nom et prenom", "nom prenom", "stagiaire", "beneficiaire", "apprenant", "name"),
    "first_name": ("prenom", "first name"),
    "day": ("date", "jour", "day"),
    "half": ("demi journee", "demijournee", "periode", "creneau", "half"),
    "state": ("statut", "etat", "presence", "state", "status"),
    "late": ("retard", "minutes de retard", "retard en minutes", "late"),
    "early": ("depart anticipe", "minutes de depart", "early"),
}
_HALVES = {"morning": ("matin", "m", "am", "morning"), "afternoon": ("apres midi", "am2", "a m", "aprem", "pm", "afternoon")}
_PRESENT = ("present", "presente", "p", "oui", "1", "signe", "present e")
_ABSENT = ("absent", "absente", "a", "non", "0", "absence", "absent e")


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the file."""

    line: int
    name: str
    day: date
    half: str
    is_present: bool
    late: int = 0
    early: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is refused, and why (a key of FAULTS)."""

    line: int
    name: str
    why: str


FAULTS: Mapping[str, str] = {
    "unreadable": N_("ligne illisible\u00a0: il faut un nom, une date, matin ou après-midi, présent ou absent"),
    "unknown": N_("ce nom n’est pas dans la promotion"),
    "several": N_("plusieurs personnes portent ce nom"),
    "holiday": N_("jour férié"),
    "closed": N_("jour de fermeture"),
    "no_session": N_("aucune demi-journée de cette promotion à ce moment-là"),
    "not_followed": N_("cette personne ne suit pas cette demi-journée"),
    "not_over": N_("cette demi-journée n’est pas finie"),
    "at_distance": N_("demi-journée à distance\u00a0: elle se compte d’après ce qui est produit, que la personne dit elle-même"),
    "contradicts": N_("autre chose est déjà noté ici"),
    "twice": N_("cette demi-journée est deux fois dans le fichier"),
}


class UnreadableTable(Exception):
    """Not a table of attendance."""


def read_attendance(content: bytes) -> tuple[list[Said], list[Fault]]:
    """The lines of a file, and those that say nothing one can use."""
    text = _decoded(content)
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), MOST_LINES + 2))
    except csv.Error as trouble:
        raise UnreadableTable from trouble
    if len(rows) > MOST_LINES + 1:
        raise Refused(TooManyLines())
    columns = _columns(rows[0]) if rows else {}
    if not {"name", "day", "half", "state"} <= columns.keys():
        raise UnreadableTable
    said: list[Said] = []
    faults: list[Fault] = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            one = _line(number, {name: clean_line(row[rank]) if rank < len(row) else "" for name, rank in columns.items()})
            if isinstance(one, Fault):
                faults.append(one)
            else:
                said.append(one)
    return said, faults


def key_of(name: str) -> tuple[str, ...]:
    """A name whatever its accents, its case and the order of its words."""
    return tuple(sorted(re.findall(r"\w+", searchable(name))))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise UnreadableTable


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for rank, cell in enumerate(header):
        said = " ".join(re.findall(r"\w+", searchable(cell).replace("_", " ")))
        for name, spellings in _COLUMNS.items():
            if said in spellings:
                found.setdefault(name, rank)
    return found


def _line(number: int, cells: Mapping[str, str]) -> Said | Fault:
    name = clean_line(f"{cells.get('first_name', '')} {cells['name']}")
    day, half, is_present = _day(cells["day"]), _half(cells["half"]), _state(cells["state"])
    late, early = (_minutes(cells.get(column, "")) for column in ("late", "early"))
    if not name or day is None or half is None or is_present is None or late is None or early is None:
        return Fault(number, name, "unreadable")
    return Said(number, name, day, half, is_present, late, early)


def _day(text: str) -> date | None:
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text, re.ASCII):
        text = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _half(text: str) -> str | None:
    said = " ".join(re.findall(r"\w+", searchable(text)))
    return next((half for half, spellings in _HALVES.items() if said in spellings), None)


def _state(text: str) -> bool | None:
    said = " ".join(re.findall(r"\w+", searchable(text)))
    return True if said in _PRESENT else False if said in _ABSENT else None


def _minutes(text: str) -> int | None:
    if not text:
        return 0
    return int(text) if re.fullmatch(r"\d{1,3}", text, re.ASCII) else None
