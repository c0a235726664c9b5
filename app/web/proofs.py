"""What anybody may check with a number and a code: a certificate, a clearance. Rooms say what they know, one page shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue

bp = Blueprint("proofs", __name__, url_prefix="/verify", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a number and its code prove; never a birth date, never an address."""

    title: str
    is_valid: bool
    state: str  # « valable », « annulé, remplacé par CR-2027-0014 »
    facts: Sequence[tuple[str, str]]


Prover = Callable[[str, str], Proof | None]  # of a number and a code


def install(app: Flask, provers: Sequence[Prover]) -> None:
    app.extensions["proofs"] = tuple(provers)


@bp.get("/<number>")
def verify(number: str) -> ResponseReturnValue:
    code, number = request.args.get("code", "")[:40], number[:40]
    provers: Sequence[Prover] = current_app.extensions["proofs"]
    proof = next((found for prove in provers if code and (found := prove(number, code))), None)
    return render_template("web/verify.html", number=number, code=code, proof=proof), 200 if proof else 404
