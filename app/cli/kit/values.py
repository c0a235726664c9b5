"""The values of a kit's file: each cleaned, bounded, and refused with a French sentence."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from app.core.text import clean, clean_line

MOST_CENTS = 100_000_000
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")
_SPAN = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$")


class Shape(Schema):
    """Every key is known, or refused by its name."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "clé inconnue.", "type": "une liste de clés est attendue ici."}


MISSING: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "valeur manquante.", "null": "valeur manquante."}


class Line(fields.Field[str]):
    """A cleaned line of text, 120 characters at most unless said."""

    default_error_messages = {**MISSING, "text": "un texte est attendu."}

    def __init__(self, *, most: int = 120, **more: Any) -> None:
        super().__init__(**more)
        self.most = most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.make_error("text")
        text = clean_line(str(value))
        if len(text) > self.most:
            raise ValidationError(f"{self.most} caractères au plus.")
        return text


class Code(Line):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        code = super()._deserialize(value, attr, data, **kwargs)
        if not _CODE.match(code):
            raise ValidationError("un code s’écrit en lettres, chiffres, tirets et points, sans espace (40 au plus).")
        return code


class Text(fields.Field[str]):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("un texte est attendu.")
        if len(value) > 20_000:
            raise ValidationError("20 000 caractères au plus.")
        return clean(value)


class Whole(fields.Field[int]):
    """A whole number between two bounds."""

    default_error_messages = MISSING

    def __init__(self, least: int = 0, most: int = 1_000_000, **more: Any) -> None:
        super().__init__(**more)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise ValidationError(f"un nombre entier de {self.least} à {self.most} est attendu.")
        return value


class Yes(fields.Field[bool]):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("« true » ou « false » est attendu.")
        return value


class Amount(fields.Field[int]):
    """Euros as written (« 12.50 », « 12,50 », 12.5), as integer cents; no float is ever computed with."""

    default_error_messages = MISSING

    def __init__(self, *, scale: int = 2, **more: Any) -> None:
        super().__init__(**more)
        self.scale = scale

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError("un nombre est attendu, par exemple '12.50'.")
        try:
            amount = Decimal(str(value).strip().replace(",", ".")).scaleb(self.scale)
            if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount <= MOST_CENTS:
                raise ValidationError(f"un nombre positif à {self.scale} décimales au plus est attendu, par exemple '12.50'.")
        except InvalidOperation as error:
            raise ValidationError("un nombre est attendu, par exemple '12.50'.") from error
        return int(amount)


class Day(fields.Field[date]):
    default_error_messages = MISSING

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        try:
            day = value if type(value) is date else date.fromisoformat(str(value))
        except ValueError as error:
            raise ValidationError("une date est attendue, par exemple 2026-12-24.") from error
        if not 2000 <= day.year <= 2100:
            raise ValidationError("une date de 2000 à 2100 est attendue.")
        return day


class Span(fields.Field[tuple[int, int]]):
    """« 08:30-18:30 » as minutes of the day."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[int, int]:
        found = _SPAN.match(str(value).strip())
        if found is None:
            raise ValidationError("des heures sont attendues, par exemple '08:30-18:30'.")
        hours = [int(part) for part in found.groups()]
        opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if not 0 <= opens < closes <= 1440:
            raise ValidationError("la fermeture vient après l’ouverture, à 24:00 au plus.")
        return opens, closes


def lines(**more: Any) -> fields.List[str]:
    return fields.List(Line(), load_default=list, **more)


class Validity(fields.Field[dict[str, Any]]):
    """« aucune », or how a clearance expires."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if value in (None, "aucune"):
            return {"policy": "none", "months": None, "until": None}
        if isinstance(value, Mapping) and len(value) == 1:
            (key, said), *_ = value.items()
            if key in ("duree_mois", "inutilisee_mois"):
                months = Whole(1, 240).deserialize(said)
                return {"policy": "duration" if key == "duree_mois" else "unused", "months": months, "until": None}
            if key == "jusquau":
                return {"policy": "fixed_date", "months": None, "until": Day().deserialize(said)}
        raise ValidationError("aucune, {duree_mois: …}, {inutilisee_mois: …} ou {jusquau: …} est attendu.")
