"""SEPA core direct debits: whether a mandate may be used, in which sequence, on which day.

EPC core rulebook 2025: the payer is told 14 days before, or a shorter time that the mandate agrees on; a mandate lapses after
36 months unused; the money can be claimed back for 8 weeks (13 months when nothing was signed).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from app.billing.rules.banking import HolderWithoutLetters, is_bank_day, next_bank_day, reasons_creditor, reasons_holder, reasons_iban
from app.core.refusals import N_, Reason

NOTICE_DAYS = 14
LAPSES_AFTER = relativedelta(months=36)
CLAIMED_BACK = timedelta(weeks=8)

# What banks answer when a debit comes back (ISO 20022 external codes), in words for people.
RETURN_REASONS = {
    "AC01": N_("le numéro de compte n’est pas juste"),
    "AC04": N_("le compte est fermé"),
    "AC06": N_("le compte est bloqué"),
    "AG01": N_("ce compte n’accepte pas les prélèvements"),
    "AG02": N_("la banque ne connaît pas cette opération"),
    "AM04": N_("il manquait de quoi le payer sur le compte"),
    "AM05": N_("il avait été présenté deux fois"),
    "MD01": N_("la banque ne trouve pas de mandat"),
    "MD06": N_("la personne en a demandé le remboursement"),
    "MD07": N_("la personne est décédée"),
    "MS02": N_("la personne l’a refusé"),
    "MS03": N_("la banque ne dit pas pourquoi"),
    "SL01": N_("la personne a limité les prélèvements sur son compte"),
}
# After these, the mandate itself is of no more use.
ENDS_MANDATE = frozenset(("AC01", "AC04", "AG01", "MD01", "MD07"))


class PastCollection(Reason):
    code = "past_collection"
    sentence = N_("Le prélèvement doit être daté d’après aujourd’hui.")
    next_step = N_("Choisissez le %(day)s ou plus tard.")


class NotABankDay(Reason):
    code = "not_a_bank_day"
    sentence = N_("Les banques ne travaillent pas ce jour-là.")
    next_step = N_("Choisissez le %(day)s.")


class NoticeTooShort(Reason):
    code = "notice_too_short"
    sentence = N_("La personne doit être prévenue %(count)s jours avant : cette facture est trop récente.")
    next_step = N_("Elle pourra être prélevée à partir du %(day)s.")


class MandateRevoked(Reason):
    code = "mandate_revoked"
    sentence = N_("Ce mandat a été révoqué le %(day)s.")
    next_step = N_("Faites-en signer un nouveau, ou proposez un virement.")


class MandateInTheFuture(Reason):
    code = "mandate_in_the_future"
    sentence = N_("Ce mandat est daté du %(day)s, qui n’est pas encore passé.")
    next_step = N_("Corrigez la date de signature.")


class MandateLapsed(Reason):
    code = "mandate_lapsed"
    sentence = N_("Ce mandat n’a pas servi depuis 36 mois : il est éteint.")
    next_step = N_("Faites-en signer un nouveau.")


@dataclass(frozen=True, slots=True)
class MandateView:
    """What a mandate says of itself."""

    reference: str
    signed_on: date
    last_used_on: date | None = None
    revoked_on: date | None = None


def sequence(mandate: MandateView) -> str:
    """FRST the first time a mandate is used, RCUR afterwards."""
    return "FRST" if mandate.last_used_on is None else "RCUR"


def reasons_mandate(mandate: MandateView, *, collection: date, today: date) -> Iterator[Reason]:
    """Whether this mandate may be used for a debit on that day."""
    if mandate.revoked_on is not None and mandate.revoked_on <= collection:
        yield MandateRevoked(day=mandate.revoked_on)
    if mandate.signed_on > today:
        yield MandateInTheFuture(day=mandate.signed_on)
    if (mandate.last_used_on or mandate.signed_on) + LAPSES_AFTER < collection:
        yield MandateLapsed()


def reasons_collection(collection: date, *, today: date) -> Iterator[Reason]:
    """Whether a bank takes an order for that day."""
    if collection <= today:
        yield PastCollection(day=next_bank_day(today + timedelta(days=1)))
    elif not is_bank_day(collection):
        yield NotABankDay(day=next_bank_day(collection))


def reasons_notice(*, told_on: date, collection: date, notice_days: int) -> Iterator[Reason]:
    """The invoice itself announces the debit: so many days lie between the two."""
    if collection < told_on + timedelta(days=notice_days):
        yield NoticeTooShort(count=notice_days, day=next_bank_day(told_on + timedelta(days=notice_days)))


class NoAccountOfTheLieu(Reason):
    code = "no_account_of_the_lieu"
    sentence = N_("Le lieu n’a pas encore dit son IBAN.")
    next_step = N_("Qui gère le lieu l’écrit dans « Qui nous sommes ».")


class NoCreditor(Reason):
    code = "no_creditor"
    sentence = N_("Le lieu n’a pas encore dit son identifiant de créancier SEPA (ICS).")
    next_step = N_("Écrivez-le dans les réglages des paiements : votre banque le donne.")


def reasons_lieu(holder: str, iban: str, creditor_id: str) -> Iterator[Reason]:
    """What a lieu must have said before it debits anybody, and on which page it says it."""
    if reasons_holder(holder):
        yield HolderWithoutLetters(href="/manage/money/settings")
    if reasons_iban(iban):
        yield NoAccountOfTheLieu(href="/manage/place/identity")
    if reasons_creditor(creditor_id):
        yield NoCreditor(href="/manage/money/settings")


class NothingToDebit(Reason):
    code = "nothing_to_debit"
    sentence = N_("Rien n’est à prélever ce jour-là.")
    next_step = N_("Regardez pourquoi, ligne par ligne, sur la page des prélèvements.")


class BatchUnderWay(Reason):
    code = "batch_under_way"
    sentence = N_("Un prélèvement de cette remise est déjà payé ou revenu\u202f: elle ne s’annule plus.")
    next_step = N_("Remboursez les personnes une par une.")


class NotASignature(Reason):
    code = "not_a_signature"
    sentence = N_("Pour signer, écrivez votre nom comme il est sur le compte, et cochez la case.")
    next_step = N_("Relisez le mandat, puis signez.")


def mandate_text(*, creditor: str, creditor_id: str, reference: str, notice_days: int) -> str:
    """The words that a person agrees to (EPC core rulebook, annex on mandates); French, whoever reads, since they are signed."""
    return (
        f"En signant ce mandat (référence {reference}), vous autorisez {creditor} (identifiant créancier SEPA {creditor_id}) à envoyer des "
        f"instructions à votre banque pour débiter votre compte, et votre banque à débiter votre compte conformément aux instructions de {creditor}. "
        "Vous bénéficiez du droit d’être remboursé par votre banque selon les conditions décrites dans la convention que vous avez passée avec elle. "
        "Une demande de remboursement doit être présentée dans les 8 semaines suivant la date de débit de votre compte pour un prélèvement autorisé, "
        "et au plus tard dans les 13 mois en cas de prélèvement non autorisé. "
        f"Chaque prélèvement vous est annoncé au moins {notice_days} jours avant. Paiement récurrent."
    )
