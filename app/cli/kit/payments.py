"""How a lieu bills and is paid, in its file: shape, what it says, what it writes (`billing.models.PaymentSettings`)."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.billing.models import PaymentSettings
from app.billing.queries.payments import payment_settings
from app.billing.rules.banking import HOLDER_LENGTH, reasons_creditor, reasons_holder
from app.billing.rules.books import ACCOUNTS, JOURNALS
from app.billing.rules.means import MEANS
from app.cli.kit.values import Amount, Line, Shape, Whole
from app.core.db import db
from app.place.models import Place

_MEANS = validate.OneOf(list(MEANS), error=f"un de\u00a0: {', '.join(MEANS)}.")


def _creditor(code: str) -> None:
    if code and list(reasons_creditor(code)):
        raise ValidationError("ce n’est pas un identifiant de créancier SEPA.")


def _holder(name: str) -> None:
    if name and reasons_holder(name):
        raise ValidationError("une banque ne lit aucune de ses lettres.")


class FeeShape(Shape):
    pour_cent = Amount(load_default=0)
    fixe = Amount(load_default=0)


class PaymentsShape(Shape):
    titulaire = Line(most=HOLDER_LENGTH, load_default="", validate=_holder)
    ics = Line(most=35, load_default="", validate=_creditor)
    preavis_jours = Whole(1, 14, load_default=14)
    moyens = fields.List(fields.Str(validate=_MEANS), load_default=list)
    frais = fields.Dict(keys=fields.Str(validate=_MEANS), values=fields.Nested(FeeShape), load_default=dict)
    frais_de_rejet = Amount(load_default=0)
    helloasso = Line(
        most=300, load_default="", validate=validate.Regexp(r"(https://www\.helloasso\.com/.*)?$", error="une page de HelloAsso.")
    )
    relances_jours = fields.List(Whole(1, 365), load_default=list, validate=validate.Length(max=3))


def said(place: Place, amount: Any) -> dict[str, Any] | None:
    """What the file says of it; `amount` writes cents as the file does. None: nothing was chosen."""
    row = payment_settings(place.id)
    if row is None:
        return None
    fees = {means: {"pour_cent": amount(fee["bp"]), "fixe": amount(fee["cents"])} for means, fee in row.fees.items()}
    return {
        "titulaire": row.holder or None,
        "ics": row.creditor_id or None,
        "preavis_jours": row.notice_days,
        "moyens": list(row.means),
        "frais": fees or None,
        "frais_de_rejet": amount(row.return_fee_cents) if row.return_fee_cents else None,
        "helloasso": row.helloasso_url or None,
        "relances_jours": list(row.reminder_days) or None,
    }


def write(place: Place, wanted: Mapping[str, Any] | None) -> None:
    """What the file asks; a file that does not say changes nothing."""
    if wanted is None:
        return
    row = payment_settings(place.id) or PaymentSettings(place_id=place.id)
    row.holder, row.creditor_id, row.notice_days, row.means = wanted["titulaire"], wanted["ics"], wanted["preavis_jours"], wanted["moyens"]
    row.fees = {means: {"bp": fee["pour_cent"], "cents": fee["fixe"]} for means, fee in wanted["frais"].items()}
    row.return_fee_cents, row.helloasso_url, row.reminder_days = wanted["frais_de_rejet"], wanted["helloasso"], wanted["relances_jours"]
    db.session.add(row)


class BillingShape(Shape):
    """What the lieu decided about its bills (`billing.models.BillingSettings`)."""

    jours = Whole(0, 60, load_default=30)
    penalites = Amount(load_default=1000)
    escompte = Line(most=200, load_default="")
    pied = Line(most=400, load_default="")
    bic = Line(most=11, load_default="")
    comptes = fields.Dict(keys=fields.Str(validate=validate.OneOf(list(ACCOUNTS))), values=Line(most=12), load_default=dict)
    journaux = fields.Dict(keys=fields.Str(validate=validate.OneOf(list(JOURNALS))), values=Line(most=60), load_default=dict)
    regles = fields.List(fields.Dict(keys=fields.Str()), load_default=list)
