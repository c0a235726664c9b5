"""What every kind of statement is turned into; and how its amounts and days are read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from app.billing.rules.statements.refusals import AmountTooLarge, TooManyLines, UnclearAmount, UnclearDay
from app.core.refusals import Refused
from app.core.text import clean_line

MOST_BYTES = 5_000_000
MOST_LINES = 20_000
MOST_CENTS = 10**12

_AMOUNT = re.compile(r"([+-]?)(\d{1,12})(?:[.,](\d{1,5}))?")
_ISO = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement of the account: money that came (positive) or left (negative)."""

    on: date
    cents: int
    text: str = ""
    name: str = ""  # who paid or was paid
    end_to_end: str = ""  # the reference of our own debit, when the bank says it
    batch: str = ""  # the reference of our own file of debits
    reason: str = ""  # why a debit came back: AM04…
    key: str = ""  # its name in the bank's books: the same line in two statements is one


@dataclass(frozen=True, slots=True)
class Statement:
    """A relevé: its account (what is said of it), its lines, oldest first."""

    format: str
    account: str
    lines: tuple[BankLine, ...]
    currency: str = "EUR"


def cents_of(text: str) -> int:
    """« 1 234,56 », « -12.5 », « 1.234,56 » in cents, without a float; more than two decimals must be zeros."""
    plain = re.sub(r"[\s\u00a0\u202f']|EUR|€", "", text)
    if "," in plain and "." in plain:
        thousands = "." if plain.rfind(",") > plain.rfind(".") else ","
        plain = plain.replace(thousands, "")
    found = _AMOUNT.fullmatch(plain) if plain.isascii() else None
    if found is None or set((found[3] or "")[2:]) - {"0"}:
        raise Refused(UnclearAmount())
    cents = int(found[2]) * 100 + int(((found[3] or "") + "00")[:2])
    return -cents if found[1] == "-" else cents


def day_of(text: str) -> date:
    """A day of this century, ISO or French."""
    text = text.strip()
    if iso := _ISO.match(text):
        year, month, day = (int(part) for part in iso.groups())
    elif french := _FRENCH.match(text):
        day, month, year = (int(part) for part in french.groups())
        year += 2000 if year < 100 else 0
    else:
        raise Refused(UnclearDay())
    try:
        value = date(year, month, day)
    except ValueError:
        raise Refused(UnclearDay()) from None
    if not 2000 <= value.year <= 2100:
        raise Refused(UnclearDay())
    return value


def said(text: str | None, *, length: int = 300) -> str:
    """A text of the bank, cleaned and cut."""
    return clean_line((text or "")[: length * 4])[:length]


def bounded(lines: Iterable[BankLine]) -> Iterator[BankLine]:
    """As many lines as we take, each amount within reason; an empty movement is left out."""
    for number, line in enumerate(lines):
        if number >= MOST_LINES:
            raise Refused(TooManyLines())
        if abs(line.cents) >= MOST_CENTS:
            raise Refused(AmountTooLarge())
        if line.cents:
            yield line


def named(lines: Iterable[BankLine]) -> tuple[BankLine, ...]:
    """Oldest first, each with a key that is the same in every statement that tells it: the bank's own, or what it says and
    which of its likes it is that day."""
    seen: dict[str, int] = {}
    result = []
    for line in sorted(lines, key=lambda line: line.on):
        said_key = line.key or sha256(f"{line.on}|{line.cents}|{line.text}|{line.name}|{line.end_to_end}".encode()).hexdigest()[:40]
        rank = seen[said_key] = seen.get(said_key, 0) + 1
        result.append(replace(line, key=f"{said_key}~{rank}" if rank > 1 else said_key))
    return tuple(result)
