"""The seats of a pool in a lieu's file: how many there are, and what each has of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields, validate

from app.booking.models import STATES, Resource
from app.booking.rules import seat_code
from app.cli.kit.values import Line, Shape

MOST = 500


class SeatShape(Shape):
    nom = Line(load_default="")
    etat = fields.Str(load_default="", validate=validate.OneOf(["", *STATES], error=f"{', '.join(STATES)}, ou rien."))


def said(pool: Resource, seats: Sequence[Resource]) -> dict[str, Any]:
    """Up to the last one; one that is missing in between was retired."""
    standing = {seat.code: seat for seat in seats}
    codes = [seat_code(pool.code, pool.family, number) for number in range(1, MOST + 1)]
    last = max((number for number, code in enumerate(codes, start=1) if code in standing), default=0)
    own = {code: _own(pool, standing.get(code)) for code in codes[:last]}
    told: dict[str, Any] = {"nombre": last}
    return told | ({"sieges": kept} if (kept := {code: seat for code, seat in own.items() if seat}) else {})


def _own(pool: Resource, seat: Resource | None) -> dict[str, str]:
    if seat is None:
        return {"etat": "retired"}
    name = {"nom": seat.name} if seat.name != seat.code else {}
    return name | ({"etat": seat.state} if seat.state != pool.state else {})


def listed(desk: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Of what a file says of a pool: each seat by its code, with its own name and state, and where it is drawn."""
    codes = [seat_code(desk["pool"], desk["prefixe"], number) for number in range(1, desk["nombre"] + 1)]
    own = {code: desk["sieges"].get(code) or {"nom": "", "etat": ""} for code in codes}
    return {
        code: {**desk, "nom": seat["nom"] or code, "etat": seat["etat"] or desk["etat"], "plan": desk["plans"].get(code), "places": 1}
        for code, seat in own.items()
    }
