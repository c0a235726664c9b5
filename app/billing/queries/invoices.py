"""Bills, and what a lieu decided about them."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from app.billing.models import BillingSettings, Draft, Invoice
from app.billing.papers import invoice as paper
from app.billing.rules.documents import Tax
from app.billing.rules.invoices import Buyer, Cited, Seller, Terms
from app.billing.rules.legal import Regime, regime_of
from app.core.db import db
from app.members.models import Member, Organisation
from app.place.models import Place


def regime_on(place: Place, day: date) -> Regime:
    """The VAT regime of the lieu that day."""
    return regime_of(place.vat_regimes, day)


def vat_of(place: Place, what: str, day: date) -> int:
    """The rate, in basis points, of an activity (`rules.documents.ACTIVITIES`) that day."""
    return regime_on(place, day).tax_of(what).rate_bp


def billing_settings(place_id: int) -> BillingSettings:
    """What the lieu chose; what we propose, as long as it chose nothing."""
    chosen = db.session.get(BillingSettings, place_id)
    return chosen or BillingSettings(
        place_id=place_id, payment_days=30, late_rate_bp=1000, discount="", footer="", bic="", accounts={}, journals={}, facts=[]
    )


def seller(place: Place) -> Seller:
    return Seller(
        name=place.name,
        legal_form=place.legal_form,
        street=place.street,
        postal_code=place.postal_code,
        town=place.town,
        country=place.country,
        email=place.email,
        phone=place.phone,
        siret=place.siret,
        rna=place.rna,
        vat_number=place.vat_number,
        training_number=place.training_number,
        iban=place.iban,
        bic=billing_settings(place.id).bic,
    )


def terms(place_id: int) -> Terms:
    chosen = billing_settings(place_id)
    return Terms(chosen.payment_days, chosen.late_rate_bp, chosen.discount, chosen.footer)


def buyer(*, member_id: int | None, organisation_id: int | None) -> Buyer:
    """Who pays, as they are today: their name and address are frozen with the invoice."""
    if organisation_id is not None:
        one = db.session.get_one(Organisation, organisation_id)
        return Buyer("organisation", one.name, one.email, one.street, one.postal_code, one.town, siren=one.siren)
    person = db.session.get_one(Member, member_id)
    return Buyer("person", person.name, person.email, person.street, person.postal_code, person.town)


def invoice(invoice_id: int) -> Invoice | None:
    return db.session.get(Invoice, invoice_id)


def invoices_of(*, member_id: int | None = None, organisation_id: int | None = None) -> list[Invoice]:
    """The bills and credit notes of one payer, the last first."""
    mine = Invoice.member_id == member_id if member_id is not None else Invoice.organisation_id == organisation_id
    return list(db.session.scalars(sa.select(Invoice).where(mine).order_by(Invoice.id.desc())))


def pdf_of(row: Invoice) -> bytes:
    """The invoice on paper, from what was frozen: tagged PDF/A-3 with its Factur-X inside."""
    return paper.pdf(row.said)


def credit_notes_of(invoice_id: int) -> list[Invoice]:
    return list(db.session.scalars(sa.select(Invoice).where(Invoice.credits_id == invoice_id).order_by(Invoice.id)))


def taxes_of(row: Invoice) -> list[Tax]:
    """Its VAT by rate, as positive amounts, of a credit note too."""
    sign = -1 if row.is_credit_note else 1
    return [Tax(tax["category"], tax["rate_bp"], sign * tax["net"], sign * tax["vat"]) for tax in row.said["taxes"]]


def credited(invoice_id: int) -> list[Tax]:
    """What its credit notes have given back, as positive amounts."""
    return [tax for note in credit_notes_of(invoice_id) for tax in taxes_of(note)]


def head(place_id: int) -> Invoice | None:
    """The last row of the lieu's chain."""
    return db.session.scalar(sa.select(Invoice).where(Invoice.place_id == place_id).order_by(Invoice.sequence.desc()).limit(1))


def cited(rows: Sequence[Invoice]) -> list[Cited]:
    return [Cited(row.number, row.issued_on, row.kind, row.net_cents, row.vat_cents, row.gross_cents) for row in rows]


def drafts(place_id: int) -> list[Draft]:
    """What waits to be issued, the oldest first."""
    waiting = (Draft.place_id == place_id, Draft.invoice_id.is_(None), Draft.discarded_at.is_(None))
    return list(db.session.scalars(sa.select(Draft).where(*waiting).order_by(Draft.id)))


def draft(draft_id: int) -> Draft | None:
    return db.session.get(Draft, draft_id)
