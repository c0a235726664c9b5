"""Bills, and what a lieu decided about them."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from app.billing.models import BillingSettings, Closing, Draft, Invoice
from app.billing.papers import invoice as paper
from app.billing.queries.owed import schedules_of, unpaid
from app.billing.queries.payments import LEFT
from app.billing.rules.documents import ACTIVITIES, Tax, left_of
from app.billing.rules.dunning import Part, parts_left
from app.billing.rules.invoices import FINAL, ORGANISATION, Buyer, Cited, Seller, Terms
from app.billing.rules.legal import ALWAYS_OUT_OF_SCOPE, Lateness, Regime, Threshold, fact_on, lateness, regime_of, thresholds
from app.core.db import db
from app.core.text import searchable
from app.members.models import Member, Organisation
from app.members.queries import address_of
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
        return Buyer("organisation", one.name, address_of(one), one.street, one.postal_code, one.town, siren=one.siren)
    person = db.session.get_one(Member, member_id)
    return Buyer("person", person.name, person.email, person.street, person.postal_code, person.town)


def invoice(invoice_id: int) -> Invoice | None:
    return db.session.get(Invoice, invoice_id)


def invoices_of(*, member_id: int | None = None, organisation_id: int | None = None) -> list[Invoice]:
    """The bills and credit notes of one payer, the last first."""
    mine = Invoice.member_id == member_id if member_id is not None else Invoice.organisation_id == organisation_id
    return list(db.session.scalars(sa.select(Invoice).where(mine).order_by(Invoice.id.desc())))


def paid_by(payer: Member) -> sa.ColumnElement[bool]:
    """The bills that a person may see: their own, and those of the organisation that they speak for."""
    own = Invoice.member_id == payer.id
    if payer.organisation_id is None or not payer.is_organisation_contact:
        return own
    return sa.or_(own, Invoice.organisation_id == payer.organisation_id)


def is_payer(row: Invoice, person: Member) -> bool:
    """Whether this bill is one of theirs, as `paid_by` says."""
    speaks_for = person.organisation_id if person.is_organisation_contact else None
    return row.member_id == person.id or (row.organisation_id is not None and row.organisation_id == speaks_for)


def pdf_of(row: Invoice) -> bytes:
    """The invoice on paper, from what was frozen: tagged PDF/A-3 with its Factur-X inside."""
    return paper.pdf(row.said)


PAGE = 50


class Found(NamedTuple):
    """A page of bills."""

    rows: list[Invoice]
    has_more: bool


def invoices_for(person: Member) -> list[Invoice]:
    """What a person may see under « Mes factures », the last first."""
    return list(db.session.scalars(sa.select(Invoice).where(paid_by(person)).order_by(Invoice.id.desc())))


def find_invoices(
    place_id: int, *, words: str = "", year: int | None = None, kind: str = "", state: str = "", page: int = 1, today: date
) -> Found:
    """By a number or a name, by year, by sort, by what is still to pay; the last first."""
    wanted = [Invoice.place_id == place_id]
    if year is not None:
        wanted.append(Invoice.year == year)
    if kind:
        wanted.append(Invoice.kind == kind)
    if state:
        wanted += [Invoice.kind != "credit_note", LEFT > 0]
    if state == "late":
        wanted.append(Invoice.id.in_([one.id for one in unpaid(place_id, due_before=today)]))
    for word in searchable(words).split():
        wanted.append(
            sa.or_(
                sa.func.lower(Invoice.number).contains(word, autoescape=True),
                Invoice.member_id.in_(sa.select(Member.id).where(Member.search_text.contains(word, autoescape=True))),
                Invoice.organisation_id.in_(
                    sa.select(Organisation.id).where(sa.func.lower(Organisation.name).contains(word, autoescape=True))
                ),
            )
        )
    rows = db.session.scalars(sa.select(Invoice).where(*wanted).order_by(Invoice.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return Found(list(rows[:PAGE]), len(rows) > PAGE)


def years_of(place_id: int) -> list[int]:
    """The years that have bills, the last first."""
    return list(db.session.scalars(sa.select(Invoice.year).where(Invoice.place_id == place_id).distinct().order_by(Invoice.year.desc())))


def closing(closing_id: int) -> Closing | None:
    return db.session.get(Closing, closing_id)


def left_to_credit(row: Invoice) -> int:
    """What a credit note may still give back of an invoice, with taxes."""
    return sum(tax.net + tax.vat for tax in left_of(taxes_of(row), credited(row.id)))


def payer_called(text: str) -> tuple[int | None, int | None] | None:
    """(member, organisation): who has this address, or which organisation this name."""
    member_id = db.session.scalar(sa.select(Member.id).where(Member.email == text.strip().lower(), Member.status != "erased"))
    if member_id is not None:
        return member_id, None
    organisation_id = db.session.scalar(sa.select(Organisation.id).where(sa.func.lower(Organisation.name) == text.strip().lower()))
    return (None, organisation_id) if organisation_id is not None else None


def advances_called(numbers: str, place_id: int) -> list[Invoice]:
    """The advance invoices of these numbers, which a final invoice takes off."""
    wanted = [number.strip().upper() for number in numbers.replace(",", " ").split()]
    mine = (Invoice.place_id == place_id, Invoice.number.in_(wanted), Invoice.kind == "advance")
    return list(db.session.scalars(sa.select(Invoice).where(*mine).order_by(Invoice.id)))


def advances_of(final: Invoice) -> list[Invoice]:
    """The advance invoices that a final one took off."""
    return advances_called(" ".join(one["number"] for one in final.said["cites"]), final.place_id)


def advances_left(advances: Collection[Invoice], *, but_draft: int | None = None) -> int:
    """What these advances may still take off: what was billed, less what was credited and what other final invoices took off, or
    will (drafts). With its own credit note, a final invoice puts them back."""
    if not advances:
        return 0
    ids = {one.id for one in advances}
    left = sum(one.gross_cents + credited_cents(one.id) for one in advances)
    finals = sa.select(Draft).where(Draft.place_id == next(iter(advances)).place_id, Draft.kind == FINAL, Draft.discarded_at.is_(None))
    for row in db.session.scalars(finals):
        if row.id != but_draft and ids & set(row.cites):
            notes = credit_notes_of(row.invoice_id) if row.invoice_id else []
            left -= row.prepaid_cents + sum(note.prepaid_cents for note in notes)
    return left


def income_of(place_id: int, year: int) -> dict[str, int]:
    """This civil year's income without taxes, credit notes taken off: cents of services and of goods."""
    found = {"services": 0, "goods": 0}
    for content in db.session.scalars(sa.select(Invoice.content).where(Invoice.place_id == place_id, Invoice.year == year)):
        for line in json.loads(content)["lines"]:
            if line["activity"] not in ALWAYS_OUT_OF_SCOPE:
                found[ACTIVITIES[line["activity"]][1]] += line["net_cents"]
    return found


def thresholds_on(place: Place, day: date) -> list[Threshold]:
    """What this year's income comes near to, or has passed."""
    regime = regime_on(place, day)
    if regime.is_liable:
        return []
    return list(thresholds(regime, income_of(place.id, day.year), day, billing_settings(place.id).facts))


def credit_notes_of(invoice_id: int) -> list[Invoice]:
    return list(db.session.scalars(sa.select(Invoice).where(Invoice.credits_id == invoice_id).order_by(Invoice.id)))


def taxes_of(row: Invoice) -> list[Tax]:
    """Its VAT by rate, as positive amounts, of a credit note too."""
    sign = -1 if row.is_credit_note else 1
    return [Tax(tax["category"], tax["rate_bp"], sign * tax["net"], sign * tax["vat"]) for tax in row.said["taxes"]]


def credited(invoice_id: int) -> list[Tax]:
    """What its credit notes have given back, as positive amounts."""
    return [tax for note in credit_notes_of(invoice_id) for tax in taxes_of(note)]


def credited_cents(invoice_id: int) -> int:
    """What its credit notes come to, with taxes: below zero."""
    return sum(note.gross_cents for note in credit_notes_of(invoice_id))


def head(place_id: int) -> Invoice | None:
    """The last row of the lieu's chain."""
    return db.session.scalar(sa.select(Invoice).where(Invoice.place_id == place_id).order_by(Invoice.sequence.desc()).limit(1))


def cited(rows: Sequence[Invoice]) -> list[Cited]:
    return [Cited(row.number, row.issued_on, row.kind, row.net_cents, row.vat_cents, row.gross_cents, taxes_of(row)) for row in rows]


def drafts(place_id: int) -> list[Draft]:
    """What waits to be issued, the oldest first."""
    waiting = (Draft.place_id == place_id, Draft.invoice_id.is_(None), Draft.discarded_at.is_(None))
    return list(db.session.scalars(sa.select(Draft).where(*waiting).order_by(Draft.id)))


def draft(draft_id: int) -> Draft | None:
    return db.session.get(Draft, draft_id)


def parts_of(row: Invoice, left_cents: int) -> tuple[Part, ...]:
    """What is left of an invoice, by the days on which it is due."""
    return parts_left(left_cents, due_on=row.due_on, schedule=schedules_of([row.id]).get(row.id))


def lateness_of(row: Invoice, left_cents: int, *, today: date) -> Lateness:
    """What may be asked besides of an invoice that is late, between professionals; what it says itself."""
    return lateness(
        [(part.cents, (today - part.due_on).days) for part in parts_of(row, left_cents)],
        rate_bp=terms(row.place_id).late_rate_bp,
        indemnity_cents=fact_on("late_indemnity", row.issued_on, billing_settings(row.place_id).facts),
        is_professional=row.said["buyer"]["sort"] == ORGANISATION,
    )
