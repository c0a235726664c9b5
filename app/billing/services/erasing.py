"""When somebody is erased: what they owe is on its last bill, under their name; their bank account goes; the accounts stay.

Code de commerce, L123-22: accounting pieces are kept ten years after the end of their year.
"""

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Bill, Draft, Invoice, Payment, ReminderPause
from app.billing.queries import payments as money
from app.billing.queries import subscriptions as held
from app.billing.queries.bills import BillTo, foreseen
from app.billing.queries.invoices import billing_settings
from app.billing.queries.owed import unpaid
from app.billing.rules import month_of
from app.billing.rules.legal import fact_on
from app.billing.rules.payments import Payer
from app.billing.services import bills, invoicing, mandates
from app.billing.services import subscriptions as changes
from app.core.db import db, transaction
from app.core.refusals import N_, Cents, Reason
from app.members.rules import Eraser, Stays, end_of_year_after
from app.place.models import Place


class StillSubscribed(Reason):
    code = "still_subscribed"
    sentence = N_("Un abonnement court encore : %(plan)s.")
    next_step = N_("Quittez-le d’abord.")


class NotBilledYet(Reason):
    code = "not_billed_yet"
    sentence = N_("Il y a %(amount)s à facturer sur l’ardoise.")
    next_step = N_("Demandez la facture au lieu, puis réglez-la.")


class BillUnderWay(Reason):
    code = "bill_under_way"
    sentence = N_("Une facture est en préparation.")
    next_step = N_("Attendez qu’elle soit émise, puis réglez-la.")


class StillToPay(Reason):
    code = "still_to_pay"
    sentence = N_("Il reste %(amount)s à payer.")
    next_step = N_("Réglez d’abord ce qui est dû.")


class CreditKept(Reason):
    code = "credit_kept"
    sentence = N_("Le lieu garde %(amount)s pour cette personne.")
    next_step = N_("Demandez d’abord qu’on les rende.")


def obstacles_to_erasing(member_id: int, today: date) -> Iterator[Reason]:
    payer, last = Payer(member_id), month_of(today)[1]
    for place in _places():
        names = held.plan_names(place.id)
        for one in held.subscriptions_of(member_id, place_id=place.id):
            if not one.is_over(today):
                yield StillSubscribed(plan=names[(one.on(today) or one.stretches[-1]).plan_id])
        if open_cents := sum(one.totals.gross_cents for one in foreseen(place, BillTo(member_id), until=last)):
            yield NotBilledYet(amount=Cents(open_cents))
        if _drafts(place.id, member_id):
            yield BillUnderWay()
        if left := sum(one.left_cents for one in unpaid(place.id, payer=payer)):
            yield StillToPay(amount=Cents(left))
    if credit := money.credit_of(payer):
        yield CreditKept(amount=Cents(credit))


def stays(member_id: int, today: date) -> Iterator[Stays]:
    issued = sa.select(sa.func.max(Invoice.issued_on)).where(Invoice.member_id == member_id)
    received = sa.select(sa.func.max(Payment.received_on)).where(Payment.member_id == member_id)
    years = max((fact_on("kept_years", today, billing_settings(place.id).facts) for place in _places()), default=0)
    for title, last in (
        (N_("Vos factures et vos avoirs, tels qu’ils ont été émis, avec votre nom et votre adresse."), db.session.scalar(issued)),
        (
            N_("Vos règlements, la référence de vos mandats et les lignes du relevé de banque, sans votre numéro de compte."),
            db.session.scalar(received),
        ),
    ):
        if last is not None and (until := end_of_year_after(last, years)) >= today:
            yield Stays(title=title, why=N_("La loi demande de garder les pièces comptables dix ans."), until=until)


def erase_person(member_id: int, now: datetime) -> None:
    """Whatever is still open is billed a last time, while the name is there; then the accounts at the bank go."""
    with transaction():
        for place in _places():
            today = now.astimezone(place.tz).date()
            for one in held.subscriptions_of(member_id, place_id=place.id):
                if not one.is_over(today):
                    changes.leave(root_id=one.root_id, last_day=max(today, one.first_day), now=now, actor_id=None)
            for draft in _drafts(place.id, member_id):
                bill = db.session.scalar(sa.select(Bill).where(Bill.draft_id == draft.id))
                if bill is not None:
                    bills.issue_bill(bill, now=now)
                else:
                    invoicing.issue(draft.id, now=now)
            until = month_of(today)[1]
            for bill in bills.bill_payer(place, BillTo(member_id), until=until, origin=f"erased:{place.id}:{member_id}", now=now):
                bills.issue_bill(bill, now=now)
        mandates.forget_accounts(member_id, now=now)
        db.session.execute(sa.delete(ReminderPause).where(ReminderPause.member_id == member_id))


def _drafts(place_id: int, member_id: int) -> list[Draft]:
    mine = (Draft.place_id == place_id, Draft.member_id == member_id, Draft.invoice_id.is_(None), Draft.discarded_at.is_(None))
    return list(db.session.scalars(sa.select(Draft).where(*mine).order_by(Draft.id)))


def _places() -> list[Place]:
    return list(db.session.scalars(sa.select(Place).order_by(Place.id)))


ERASER = Eraser(
    goes=(
        N_("Votre numéro de compte en banque (IBAN) et votre mandat signé ; plus rien ne peut être prélevé."),
        N_("Ce que l’équipe avait noté pour ne plus vous rappeler une facture."),
    ),
    stays=stays,
    obstacles=obstacles_to_erasing,
    erase=erase_person,
)
