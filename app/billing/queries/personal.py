"""What billing keeps of a person."""

import sqlalchemy as sa

from app.billing.models import Charge, Invoice, Lot, Mandate, Payment, Plan, ReminderPause, Subscription
from app.core.db import db
from app.core.refusals import N_
from app.members.rules import Kept, kept


def personal_data(member_id: int) -> list[Kept]:
    """What billing keeps of somebody."""
    subscriptions = db.session.execute(
        sa.select(Plan.name.label("plan"), Subscription.first_day, Subscription.last_day, Subscription.created_at)
        .join(Plan, Plan.id == Subscription.plan_id)
        .where(Subscription.member_id == member_id)
        .order_by(Subscription.first_day)
    )
    lots = db.session.execute(
        sa.select(
            Lot.source, Lot.unit, Lot.scope, Lot.granted, Lot.used, Lot.held, Lot.unlimited, Lot.valid_from, Lot.valid_to, Lot.created_at
        )
        .where(Lot.member_id == member_id)
        .order_by(Lot.id)
    )
    charges = db.session.execute(
        sa.select(Charge.used_on, Charge.label, Charge.worth_cents, Charge.cents, Charge.covered_by, Charge.created_at)
        .where(Charge.member_id == member_id)
        .order_by(Charge.id)
    )
    payments = db.session.execute(
        sa.select(Payment.received_on, Payment.means, Payment.cents, Payment.note, Payment.created_at)
        .where(Payment.member_id == member_id)
        .order_by(Payment.id)
    )
    mandates = db.session.execute(
        sa.select(Mandate.reference, Mandate.holder, Mandate.iban_last4, Mandate.signed_on, Mandate.last_used_on, Mandate.revoked_on)
        .where(Mandate.member_id == member_id)
        .order_by(Mandate.id)
    )
    invoices = db.session.execute(
        sa.select(
            Invoice.number, Invoice.kind, Invoice.issued_on, Invoice.due_on, Invoice.net_cents, Invoice.vat_cents, Invoice.gross_cents
        )
        .where(Invoice.member_id == member_id)
        .order_by(Invoice.id)
    )
    pauses = db.session.execute(
        sa.select(ReminderPause.reason, ReminderPause.until, ReminderPause.created_at).where(ReminderPause.member_id == member_id)
    )
    until = N_("Dix ans après la fin de l’exercice : la loi le demande.")
    return [
        kept(
            "subscriptions",
            subscriptions.mappings(),
            title=N_("Mes abonnements"),
            why=N_("Savoir ce qui est compris, et le facturer."),
            until=until,
        ),
        kept("lots", lots.mappings(), title=N_("Mes carnets et crédits"), why=N_("Compter ce qu’il vous reste."), until=until),
        kept("charges", charges.mappings(), title=N_("Mes prestations"), why=N_("Faire vos factures, et tenir les comptes."), until=until),
        kept(
            "invoices",
            invoices.mappings(),
            title=N_("Mes factures"),
            why=N_("La loi demande de les garder telles qu’elles ont été émises."),
            until=until,
        ),
        kept(
            "payments",
            payments.mappings(),
            title=N_("Mes règlements"),
            why=N_("Savoir ce qui est payé, et tenir les comptes."),
            until=until,
        ),
        kept(
            "reminder_pauses",
            pauses.mappings(),
            title=N_("Les rappels arrêtés"),
            why=N_("Ne pas vous redemander ce dont nous avons parlé."),
            until=N_("Jusqu’à ce que les rappels reprennent, ou que vous vous effaciez."),
        ),
        kept(
            "mandates",
            mandates.mappings(),
            title=N_("Mes mandats de prélèvement"),
            why=N_("Pouvoir prélever ce que vous avez accepté."),
            until=N_("Le numéro de compte s’efface avec votre compte ici ; la référence reste avec les écritures, dix ans."),
        ),
    ]
