"""The registers of the drawer and of deposits: those on bills, and those of keys and badges."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.billing.forms.accounts import ExportForm
from app.billing.queries import registers
from app.core import clock, tables
from app.coworking import queries as coworking
from app.place import queries as places
from app.web import downloads, rights

bp = Blueprint("registers", "app.portal", url_prefix="/manage/registers", template_folder="templates")
bp.before_request(rights.only("manage_billing"))


@bp.get("/")
def index() -> ResponseReturnValue:
    place, (form, first, last) = places.current(), _span()
    return render_template(
        "managing/registers.html",
        form=form,
        place=place,
        first=first,
        last=last,
        before=registers.cash_before(place.id, first),
        lines=registers.cash_lines(place.id, first, last),
        kinds=_kinds(),
        deposits=registers.deposits(place.id),
        keys=coworking.deposits_of_keys(place.id),
    ), form.status


@bp.get("/cash.csv")
def cash() -> ResponseReturnValue:
    place, (_form, first, last) = places.current(), _span()
    said, kinds = (_("Jour"), _("Pièce"), _("Quoi"), _("Qui"), _("Entrée"), _("Sortie"), _("Dans la caisse")), _kinds()
    rows = (
        (
            line.day,
            line.piece,
            kinds[line.kind],
            line.payer,
            tables.euros(max(line.cents, 0)),
            tables.euros(max(-line.cents, 0)),
            tables.euros(line.left_cents),
        )
        for line in registers.cash_lines(place.id, first, last)
    )
    return _file(f"caisse-{first}-{last}", rows, said)


@bp.get("/deposits.csv")
def deposits() -> ResponseReturnValue:
    place = places.current()
    said = (_("Jour"), _("Pièce"), _("Qui"), _("Caution"), _("Reçu"), _("Rendu"), _("À rendre"))
    billed = [
        (one.issued_on, one.number, one.payer, one.cents, one.paid_cents, one.back_cents, one.kept_cents)
        for one in registers.deposits(place.id)
    ]
    lent = [
        (loan.lent_at.astimezone(place.tz).date(), loan.key.mark, loan.member.name, loan.deposit_cents, loan.deposit_cents, *_back(loan))
        for loan in coworking.deposits_of_keys(place.id)
    ]
    rows = ((day, piece, who, *map(tables.euros, amounts)) for day, piece, who, *amounts in (*billed, *lent))
    return _file("cautions", rows, said)


def _back(loan: Any) -> tuple[int, int]:
    """What was given back of the deposit of a key, and what is to be."""
    return (
        (loan.deposit_cents, 0) if loan.returned_at is not None and not loan.was_lost else (0, 0 if loan.was_lost else loan.deposit_cents)
    )


def _span() -> tuple[ExportForm, date, date]:
    """The days asked for; else this year's."""
    today = clock.today(places.current().tz)
    form = ExportForm(first=today.replace(month=1, day=1), last=today)
    if form.is_asked and form.validate():
        return form, form.first.data, form.last.data
    return form, today.replace(month=1, day=1), today


def _kinds() -> Mapping[str, str]:
    return {
        "received": _("reçu"),
        "refunded": _("rendu"),
        "returned": _("revenu impayé"),
        "cancelled": _("annulé"),
        "fee": _("frais"),
        "banked": _("porté à la banque"),
    }


def _file(name: str, rows: Iterable[Sequence[object]], headings: Sequence[str]) -> Response:
    columns = {heading: heading for heading in headings}
    return downloads.as_csv((dict(zip(columns, row, strict=True)) for row in rows), columns, name=name)
