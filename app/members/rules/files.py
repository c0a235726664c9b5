"""A file of people, as a spreadsheet or another program writes it: each line becomes a person, or says what is wrong with it."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from app.core.addresses import NotAnAddress, email_address
from app.core.refusals import N_
from app.core.text import clean_line, searchable
from app.members.rules.ages import is_minor
from app.members.rules.rights import role_called

MOST_LINES = 5000
MOST_BYTES = 2_000_000

# A column, and how people head it, without accents.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("nom et prenom", "prenom et nom", "nom complet", "name", "full name"),
    "first_name": ("prenom", "first name", "firstname", "given name"),
    "last_name": ("nom", "nom de famille", "last name", "lastname", "surname"),
    "email": ("courriel", "email", "e mail", "mail", "mel", "adresse electronique", "adresse mail", "adresse email"),
    "roles": ("role", "roles"),
    "phone": ("telephone", "tel", "portable", "mobile", "phone"),
    "street": ("rue", "adresse", "adresse postale", "street", "address"),
    "postal_code": ("code postal", "cp", "postal code", "postcode", "zip"),
    "town": ("commune", "ville", "localite", "town", "city"),
    "birth_date": ("date de naissance", "naissance", "ne le", "nee le", "ne(e) le", "birth date", "birthdate", "date of birth"),
    "tariff_group": ("tarif", "groupe de tarif", "groupe tarif", "tariff", "tariff group"),
    "badge": ("badge",),
    "guardian_name": ("responsable", "responsable legal", "parent", "tuteur", "guardian", "guardian name"),
    "guardian_email": ("courriel du responsable", "email du responsable", "email responsable", "courriel parent", "guardian email"),
    "has_consent": ("autorisation", "accord", "autorisation parentale", "consent"),
}
_LONGEST = {"name": 120, "phone": 30, "street": 200, "postal_code": 10, "town": 120, "guardian_name": 120}
_YES, _NO = ("oui", "o", "x", "1", "vrai", "yes", "y", "true"), ("", "non", "n", "0", "faux", "no", "false")
_MONTHS = ("jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DIGITS = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})", re.ASCII)
_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})", re.ASCII)


class Fault(str):
    """What is wrong, in French; it remembers its sentence and what fills it, to be said in another language."""

    sentence: str
    blanks: Mapping[str, object]

    def __new__(cls, sentence: str, **blanks: object) -> Self:
        fault = super().__new__(cls, sentence % blanks)
        fault.sentence, fault.blanks = sentence, blanks
        return fault


class UnreadableFile(ValueError):
    """The file as a whole cannot be read."""

    def __init__(self, sentence: str, **blanks: object) -> None:
        self.fault = Fault(sentence, **blanks)
        super().__init__(self.fault)


@dataclass(slots=True)
class Line:
    """One person of the file, with all that is wrong with their line."""

    number: int
    name: str = ""
    email: str = ""
    roles: list[str] = field(default_factory=list)
    has_consent: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_people(content: bytes, *, today: date, tariffs: Sequence[str]) -> list[Line]:
    """Every line of the file, in order. UTF-8 with or without its mark, or Windows' own; `;`, `,` or tabs."""
    rows = _rows(_text(content))
    if not rows:
        raise UnreadableFile(N_("Le fichier est vide."))
    heads = [_column(head) for head in rows[0][1]]
    _look_at_heads(heads, rows[0][1])
    if len(rows) - 1 > MOST_LINES:
        raise UnreadableFile(N_("Le fichier a plus de %(most)s lignes\u00a0: coupez-le."), most=MOST_LINES)
    lines = [_line(number, heads, cells, today, tariffs) for number, cells in rows[1:]]
    _look_at_doubles(lines)
    return lines


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise UnreadableFile(N_("Le fichier est trop lourd\u00a0: 2 Mo au plus."))
    if b"\0" in content:
        raise UnreadableFile(N_("Ce n’est pas un fichier CSV\u00a0: enregistrez le tableau «\u00a0au format CSV\u00a0»."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(N_("Les accents de ce fichier ne se lisent pas\u00a0: enregistrez-le en UTF-8."))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """(number of the line, cells), without the empty ones."""
    text = re.sub(r"\A\s*sep=.\r?\n", "", text)  # what Excel puts before everything
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, [clean_line(cell) for cell in row]) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise UnreadableFile(
            N_("Ligne %(number)s\u00a0: des guillemets s’ouvrent sans se fermer, ou l’inverse."), number=reader.line_num
        ) from None


def _column(head: str) -> str | None:
    asked = searchable(head).replace("_", " ")
    return next((column for column, heads in COLUMNS.items() if asked in (column.replace("_", " "), *heads)), None)


def _look_at_heads(heads: Sequence[str | None], written: Sequence[str]) -> None:
    unknown = [f"« {text} »" for head, text in zip(heads, written, strict=True) if head is None and text]
    if unknown:
        raise UnreadableFile(
            N_("Colonnes inconnues\u00a0: %(unknown)s. Connues\u00a0: %(known)s."),
            unknown=", ".join(unknown),
            known=", ".join(names[0] for names in COLUMNS.values()),
        )
    if "email" not in heads or not ({"name", "last_name"} & set(heads)):
        raise UnreadableFile(N_("La première ligne doit nommer les colonnes, dont «\u00a0nom\u00a0» et «\u00a0courriel\u00a0»."))
    doubled = {head for head in heads if head and heads.count(head) > 1}
    if doubled:
        raise UnreadableFile(N_("Deux colonnes portent le même nom."))


def _line(number: int, heads: Sequence[str | None], cells: list[str], today: date, tariffs: Sequence[str]) -> Line:
    line = Line(number)
    if len(cells) > len(heads) and any(cells[len(heads) :]):
        line.faults.append(Fault(N_("il y a plus de cases que de colonnes")))
    given = {head: cell for head, cell in zip(heads, cells, strict=False) if head}
    line.name = given.get("name") or f"{given.get('first_name', '')} {given.get('last_name', '')}".strip()
    if not line.name:
        line.faults.append(Fault(N_("le nom manque")))
    if typed := given.get("email"):
        line.email = _address(typed, line, N_("l’adresse électronique «\u00a0%(typed)s\u00a0» n’est pas complète"))
    else:
        line.faults.append(Fault(N_("l’adresse électronique manque")))
    line.roles = _roles(given.get("roles", ""), line)
    line.fields = {name: given[name] for name in ("phone", "street", "postal_code", "town", "guardian_name") if given.get(name)}
    too_long = N_("«\u00a0%(start)s…\u00a0» est trop long")
    line.faults += [Fault(too_long, start=text[:20]) for name, text in (("name", line.name), *_texts(line)) if len(text) > _LONGEST[name]]
    if given.get("guardian_email"):
        line.fields["guardian_email"] = _address(
            given["guardian_email"], line, N_("l’adresse du responsable «\u00a0%(typed)s\u00a0» n’est pas complète")
        )
    if given.get("birth_date"):
        line.fields["birth_date"] = _birth_date(given["birth_date"], line, today)
    if tariff := given.get("tariff_group"):
        found = next((code for code in tariffs if searchable(code) == searchable(tariff)), None)
        line.fields["tariff_group"] = found
        if found is None:
            line.faults.append(
                Fault(N_("le tarif «\u00a0%(typed)s\u00a0» n’existe pas ici (%(known)s)"), typed=tariff, known=", ".join(tariffs))
            )
    line.fields["badge"] = _yes_or_no(given.get("badge", ""), line, "badge")
    consent = given.get("has_consent", "")
    line.has_consent = bool(_date(consent, today)) or _yes_or_no(consent, line, "autorisation")
    return line


def _texts(line: Line) -> list[tuple[str, str]]:
    return [(name, str(text)) for name, text in line.fields.items()]


def _address(typed: str, line: Line, otherwise: str) -> str:
    try:
        return email_address(typed)
    except NotAnAddress:
        line.faults.append(Fault(otherwise, typed=typed))
        return typed


def _roles(typed: str, line: Line) -> list[str]:
    """One or several, parted by a comma, a bar or a plus; none: a member."""
    names = [name for name in re.split(r"[,;/|+]", typed) if name.strip()]
    found = {name: role_called(name) for name in names}
    unknown = N_("le rôle «\u00a0%(typed)s\u00a0» n’existe pas")
    line.faults += [Fault(unknown, typed=name.strip()) for name, role in found.items() if role is None]
    return [role for role in found.values() if role] or ["member"]


def _yes_or_no(typed: str, line: Line, column: str) -> bool:
    if searchable(typed) in _YES:
        return True
    if searchable(typed) not in _NO:
        line.faults.append(Fault(N_("%(column)s\u00a0: on attend oui ou non, pas «\u00a0%(typed)s\u00a0»"), column=column, typed=typed))
    return False


def _birth_date(typed: str, line: Line, today: date) -> date | None:
    born = _date(typed, today)
    if born is None or not date(1900, 1, 1) <= born <= today:
        line.faults.append(Fault(N_("la date de naissance «\u00a0%(typed)s\u00a0» n’est pas une date comme 08/12/1970"), typed=typed))
        return None
    return born


def _date(typed: str, today: date) -> date | None:
    """« 8/12/1970 », « 08.12.70 », « 8 décembre 1970 », « 1970-12-08 »."""
    try:
        if found := _ISO.fullmatch(typed):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DIGITS.fullmatch(typed):
            year = int(found[3])
            if year < 100:
                year += 2000 if year <= today.year - 2000 else 1900
            return date(year, int(found[2]), int(found[1]))
        if found := _WORDS.fullmatch(searchable(typed)):
            return date(int(found[3]), _month(found[2]), int(found[1]))
    except ValueError:
        return None
    return None


def _month(name: str) -> int:
    """« décembre », « déc » or « décemb » is 12; 0, which is no month, when it is none of them."""
    return next((number for number, start in enumerate(_MONTHS, 1) if name.startswith(start)), 0)


def _look_at_doubles(lines: Sequence[Line]) -> None:
    """One address, one person: a couple that shares a mailbox must be told apart first."""
    first: dict[str, Line] = {}
    for line in lines:
        if not line.email:
            continue
        same = first.setdefault(line.email, line)
        if same is not line:
            line.faults.append(Fault(N_("l’adresse %(email)s est déjà celle de la ligne %(number)s"), email=line.email, number=same.number))


def waits_for_guardian(line: Line, today: date) -> bool:
    born = line.fields.get("birth_date")
    return isinstance(born, date) and is_minor(born, today) and not line.has_consent
