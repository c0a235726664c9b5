"""What people are told about their money: as little as they need, once, and without reproach."""

from typing import Any

import sqlalchemy as sa
from flask import url_for

from app.billing.models import Debit, DebitBatch, Invoice, Mandate, Payment
from app.billing.queries import banking, owed
from app.billing.queries import payments as queries
from app.billing.rules.debits import RETURN_REASONS
from app.core import clock, journal, mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.members.models import Member, Organisation
from app.members.queries import address_of
from app.place.models import Place
from app.place.queries import day_at
from app.web import letters


def payment_returned(row: OutgoingMail) -> Letter:
    """Its bank took a payment back: what it paid is due again."""
    payment, entry = db.session.get_one(Payment, row.facts["subject"]), _entry(row)
    return letters.write(
        row,
        "billing/mail/payment_returned.txt",
        name=_name(payment.member_id, payment.organisation_id),
        cents=entry.facts["cents"],
        why=RETURN_REASONS.get(str(entry.facts.get("reason")), ""),
        link=url_for("paying.due", _external=True),
    )


def debit_announced(row: OutgoingMail) -> Letter | None:
    debit = db.session.get_one(Debit, row.facts["subject"])
    if debit.state == "cancelled":
        return None
    mandate, batch = db.session.get_one(Mandate, debit.mandate_id), db.session.get_one(DebitBatch, debit.batch_id)
    return letters.write(
        row,
        "billing/mail/debit_announced.txt",
        name=_name(mandate.member_id, mandate.organisation_id),
        cents=debit.cents,
        day=batch.collection_on,
        numbers=[db.session.get_one(Invoice, invoice_id).number for invoice_id, _ in banking.parts_of(debit.id)],
        last4=mandate.iban_last4,
        reference=mandate.reference,
        creditor=queries.payment_terms(db.session.get_one(Place, batch.place_id)),
    )


def debit_refused(row: OutgoingMail) -> Letter:
    debit = db.session.get_one(Debit, row.facts["subject"])
    mandate = db.session.get_one(Mandate, debit.mandate_id)
    return letters.write(
        row,
        "billing/mail/payment_returned.txt",
        name=_name(mandate.member_id, mandate.organisation_id),
        cents=debit.cents,
        why=RETURN_REASONS.get(debit.reason, ""),
        link=url_for("paying.due", _external=True),
    )


def checkout_failed(row: OutgoingMail) -> Letter | None:
    return _about_invoice(row, "billing/mail/checkout_failed.txt")


def invoice_reminded(row: OutgoingMail) -> Letter | None:
    """Three steps, each kind; paid meanwhile, it is not sent. What was agreed on is asked part by part."""
    found, entry = _unpaid(row.facts["subject"]), _entry(row)
    if found is None or entry.place_id is None:
        return None
    asked = found.late_cents(day_at(entry.place_id, clock.now())) or found.asked_cents
    return _about_invoice(row, "billing/mail/invoice_reminded.txt", step=int(entry.facts["step"]), found=found, asked=asked)


def invoice_scheduled(row: OutgoingMail) -> Letter | None:
    """What was agreed, in writing; replaced or paid meanwhile, it is not sent."""
    found, entry = _unpaid(row.facts["subject"]), _entry(row)
    last = sa.select(sa.func.max(JournalEntry.id)).where(JournalEntry.event == entry.event, JournalEntry.subject_id == entry.subject_id)
    if found is None or found.schedule is None or entry.id != db.session.scalar(last):
        return None
    return _about_invoice(row, "billing/mail/invoice_scheduled.txt", schedule=found.schedule)


def payment_refunded(row: OutgoingMail) -> Letter:
    payment = db.session.get_one(Payment, row.facts["subject"])
    return letters.write(
        row,
        "billing/mail/payment_refunded.txt",
        name=_name(payment.member_id, payment.organisation_id),
        cents=_entry(row).facts["cents"],
        means=payment.means,
    )


def mandate_signed(row: OutgoingMail) -> Letter | None:
    mandate = db.session.get_one(Mandate, row.facts["subject"])
    if mandate.revoked_on is not None:
        return None
    return letters.write(
        row,
        "billing/mail/mandate_signed.txt",
        name=_name(mandate.member_id, mandate.organisation_id),
        mandate=mandate,
        link=url_for("paying.mandate", _external=True),
    )


def _unpaid(invoice_id: int) -> owed.Unpaid | None:
    place_id = db.session.get_one(Invoice, invoice_id).place_id
    return next(iter(owed.unpaid(place_id, among=[invoice_id])), None)


def _about_invoice(row: OutgoingMail, template: str, **more: Any) -> Letter | None:
    invoice = db.session.get_one(Invoice, row.facts["subject"])
    left = queries.left_to_pay([invoice.id]).get(invoice.id, 0)
    if left <= 0:
        return None
    return letters.write(
        row,
        template,
        name=_name(invoice.member_id, invoice.organisation_id),
        invoice=invoice,
        left=left,
        link=url_for("paying.pay", invoice_id=invoice.id, _external=True),
        **more,
    )


def tell_payer(entry: JournalEntry) -> None:
    """The member, unless what caused it tells them already; or the organisation: at its own address, else at its contact’s."""
    if entry.member_id is not None:
        mail.tell(entry)
        return
    organisation = db.session.get(Organisation, _organisation_of(entry) or 0)
    address = address_of(organisation) if organisation is not None else ""
    if address:
        mail.queue(
            entry.event,
            fact=f"journal:{entry.id}",
            to_address=address,
            place_id=entry.place_id,
            facts={"entry": entry.id, "subject": entry.subject_id},
            now=entry.at,
        )


def _organisation_of(entry: JournalEntry) -> int | None:
    match entry.event.partition(".")[0]:
        case "payment":
            return db.session.get_one(Payment, entry.subject_id).organisation_id
        case "invoice" | "checkout":
            return db.session.get_one(Invoice, entry.subject_id).organisation_id
        case "debit":
            return db.session.get_one(Mandate, db.session.get_one(Debit, entry.subject_id).mandate_id).organisation_id
        case _:
            return db.session.get_one(Mandate, entry.subject_id).organisation_id


def _name(member_id: int | None, organisation_id: int | None) -> str:
    if organisation_id is not None:
        return db.session.get_one(Organisation, organisation_id).name
    return db.session.get_one(Member, member_id).name


def _entry(row: OutgoingMail) -> JournalEntry:
    return db.session.get_one(JournalEntry, row.facts["entry"])


MAILS: dict[str, mail.Builder] = {
    "payment.returned": payment_returned,
    "payment.refunded": payment_refunded,
    "debit.announced": debit_announced,
    "debit.refused": debit_refused,
    "checkout.failed": checkout_failed,
    "invoice.reminded": invoice_reminded,
    "invoice.scheduled": invoice_scheduled,
    "mandate.signed": mandate_signed,
}

READERS: dict[str, list[journal.Reader]] = {event: [tell_payer] for event in MAILS}

NAMES: dict[str, str] = {
    "payment.returned": N_("Règlement revenu impayé"),
    "payment.refunded": N_("Règlement remboursé"),
    "debit.announced": N_("Prélèvement annoncé"),
    "debit.refused": N_("Prélèvement refusé par la banque"),
    "checkout.failed": N_("Paiement en ligne échoué"),
    "invoice.reminded": N_("Facture rappelée"),
    "invoice.scheduled": N_("Facture à payer en plusieurs fois"),
    "mandate.signed": N_("Mandat de prélèvement signé"),
}
