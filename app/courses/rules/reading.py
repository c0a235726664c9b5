"""Read a file that a person wrote, as far as one can, and collect what is wrong in French, each fault with its path."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from app.core.text import clean, clean_line

HALF_DAY = 210  # minutes: 3.5 hours, the unit of everything
MOST_MINUTES = 3000 * 60


class FileReader:
    """Reads as far as it can, and collects what is wrong."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def fault(self, path: str, sentence: str) -> None:
        self.faults.append(f"{path} : {sentence}")

    # ------------------------------------------------------------ small values

    def line(self, of: Mapping[str, Any], key: str, path: str, *, most: int = 300, required: bool = True) -> str:
        value = of.get(key)
        if value is None or value == "":
            if required:
                self.fault(f"{path}.{key}", "valeur manquante.")
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | date):
            self.fault(f"{path}.{key}", "un texte est attendu.")
            return ""
        text = clean_line(str(value))
        if len(text) > most:
            self.fault(f"{path}.{key}", f"{most} caractères au plus.")
        elif not text and required:
            self.fault(f"{path}.{key}", "valeur manquante.")
        return text

    def code(self, of: Mapping[str, Any], path: str) -> str:
        code = self.line(of, "code", path, most=40)
        if code and not all(sign.isalnum() or sign in "-_." for sign in code):
            self.fault(f"{path}.code", "un code s’écrit en lettres, chiffres, tirets et points, sans espace.")
        return code

    def text(self, of: Mapping[str, Any], key: str, path: str, *, most: int = 40_000) -> str:
        value = of.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(f"{path}.{key}", "un texte est attendu.")
            return ""
        if len(value) > most:
            self.fault(f"{path}.{key}", f"{most} caractères au plus.")
            return ""
        return clean(value)

    def lines(self, of: Mapping[str, Any], key: str, path: str, *, most: int = 300) -> tuple[str, ...]:
        value = of.get(key, [])
        if not isinstance(value, list) or len(value) > 200 or any(isinstance(one, bool) or not isinstance(one, str | int) for one in value):
            self.fault(f"{path}.{key}", "une liste de textes est attendue.")
            return ()
        texts = tuple(clean_line(str(one)) for one in value)
        if any(len(one) > most for one in texts):
            self.fault(f"{path}.{key}", f"{most} caractères au plus par ligne.")
        return texts

    def minutes(self, value: Any, path: str, *, zero: bool = False) -> int:
        """Hours, in multiples of 3.5."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.fault(path, "un nombre d’heures est attendu, comme 3.5 ou 7.")
            return 0
        if not -1 < value * 60 <= MOST_MINUTES:
            self.fault(path, f"entre 3.5 et {MOST_MINUTES // 60} heures.")
            return 0
        minutes = value * 60
        if minutes % HALF_DAY or minutes < 0 or (minutes == 0 and not zero):
            self.fault(path, f"{value} h n’est pas un multiple de 3.5 heures, qui est une demi-journée.")
            return 0
        return int(minutes)

    def whole(self, value: Any, path: str, *, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(path, f"un nombre entier de {least} à {most} est attendu.")
            return least
        return value

    def list_of(self, of: Mapping[str, Any], key: str, path: str, *, required: bool = True) -> Iterator[tuple[Mapping[str, Any], str]]:
        where = f"{path}.{key}" if path else key
        rows = of.get(key)
        if rows is None and not required:
            return
        if not isinstance(rows, list) or (required and not rows) or len(rows) > 500:
            self.fault(where, "une liste est attendue.")
            return
        for number, row in enumerate(rows, 1):
            if isinstance(row, dict):
                yield row, f"{where}[{number}]"
            else:
                self.fault(f"{where}[{number}]", "une liste de clés est attendue ici.")

    def twice(self, path: str, codes: Iterable[str]) -> None:
        for code, times in Counter(codes).items():
            if code and times > 1:
                self.fault(path, f"le code « {code} » sert {times} fois.")
