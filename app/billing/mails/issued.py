"""The mails of bills: the invoice itself to who pays, and each evening's fingerprint to who runs the lieu."""

from datetime import date

from flask import url_for

from app.billing import queries
from app.billing.mails.money import tell_payer
from app.billing.models import Invoice
from app.billing.rules.invoices import KIND_NAMES
from app.core import journal, mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.members import queries as members
from app.web import letters


def tell_anchor(entry: JournalEntry) -> None:
    """Who runs the lieu: somebody remembers the day's fingerprint outside of the database."""
    mail.tell_them(entry, members.managers())


def issued(row: OutgoingMail) -> Letter | None:
    """The invoice, with its PDF."""
    invoice = db.session.get_one(Invoice, row.facts["subject"])
    attached = Attachment(f"{invoice.number}.pdf", queries.pdf_of(invoice), "application/pdf")
    return letters.write(
        row,
        "billing/mail/issued.txt",
        attachments=[attached],
        invoice=invoice,
        name=KIND_NAMES[invoice.kind],
        said=invoice.said,
        left=queries.left_to_pay([invoice.id]).get(invoice.id, 0),
        url=url_for("invoices.one", invoice_id=invoice.id, _external=True),
    )


def anchored(row: OutgoingMail) -> Letter | None:
    entry = db.session.get_one(JournalEntry, row.facts["entry"])
    number = db.session.get_one(Invoice, entry.subject_id).number
    said = {
        "day": date.fromisoformat(entry.facts["day"]),
        "sequence": entry.facts["sequence"],
        "hash": entry.facts["hash"],
        "number": number,
    }
    return letters.write(row, "billing/mail/bills_anchored.txt", **said)


MAILS: dict[str, mail.Builder] = {"invoice.issued": issued, "invoice.credited": issued, "invoice.anchored": anchored}

READERS: dict[str, list[journal.Reader]] = {
    "invoice.issued": [tell_payer],
    "invoice.credited": [tell_payer],
    "invoice.anchored": [tell_anchor],
}

NAMES: dict[str, str] = {"invoice.issued": N_("Facture"), "invoice.credited": N_("Avoir"), "invoice.anchored": N_("Empreinte des factures")}
