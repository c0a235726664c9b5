"""What may be done with a payment: refusals, and which account each movement touches."""

from typing import NamedTuple, Protocol

from app.billing.rules.means import WAITS_IN
from app.core.refusals import N_, Reason


class WhoPays(Protocol):
    """Anything that names one payer: a person, or an organisation."""

    @property
    def member_id(self) -> int | None: ...

    @property
    def organisation_id(self) -> int | None: ...


class Payer(NamedTuple):
    """A person, or an organisation for several."""

    member_id: int | None = None
    organisation_id: int | None = None


class NothingLeft(Reason):
    code = "nothing_left"
    sentence = N_("De ce paiement, il ne reste que %(left)s à rendre ou à affecter.")
    next_step = N_("Faites d’abord un avoir de ce qui a été facturé, ou demandez moins.")


class NotDue(Reason):
    code = "not_due"
    sentence = N_("Il ne reste que %(left)s à payer de cette facture.")
    next_step = N_("Le reste est gardé en avance pour la suivante.")


class SomeoneElse(Reason):
    code = "someone_else_s_payment"
    sentence = N_("Ce paiement et cette facture ne sont pas de la même personne.")
    next_step = N_("Choisissez une facture de la personne qui a payé.")


class AlreadyBanked(Reason):
    code = "already_banked"
    sentence = N_("Ce paiement est déjà sur un bordereau ou sur le compte\u202f: il ne s’annule plus.")
    next_step = N_("Rendez l’argent par un remboursement.")


class CancelledByItsProvider(Reason):
    code = "cancelled_by_its_provider"
    sentence = N_("Ce paiement vient de Stripe\u202f: il ne s’annule pas d’ici.")
    next_step = N_("Remboursez-le\u202f: la carte sera créditée.")


class OnlyItsProvider(Reason):
    code = "only_its_provider"
    sentence = N_("Ce paiement est venu par Stripe, et ce lieu n’a plus de clé Stripe : rien ne peut être rendu d’ici.")
    next_step = N_("Remettez la clé, ou remboursez depuis le tableau de bord de Stripe.")


class DrawerTooLow(Reason):
    code = "drawer_too_low"
    sentence = N_("Il n’y a que %(left)s dans la caisse.")
    next_step = N_("Vérifiez le compte de la caisse, ou rendez l’argent par virement.")


class NothingToHandIn(Reason):
    code = "nothing_to_hand_in"
    sentence = N_("Aucun de ces chèques n’attend d’être remis.")
    next_step = N_("Choisissez-en au moins un dans la liste.")


class AlreadyRead(Reason):
    code = "already_read"
    sentence = N_("Ce relevé a déjà été lu.")
    next_step = N_("Ses lignes sont plus bas.")


class NotThisAccount(Reason):
    code = "not_this_account"
    sentence = N_("Ce relevé est celui d’un autre compte (qui finit par %(last4)s).")
    next_step = N_("Prenez le relevé du compte du lieu, ou corrigez son IBAN dans les réglages.")


class AlreadySettled(Reason):
    code = "already_settled"
    sentence = N_("Cette ligne est déjà traitée.")
    next_step = N_("Rechargez la page pour voir où elle en est.")
    taken = True


class LineMoved(Reason):
    code = "line_moved"
    sentence = N_("Ce qui était proposé pour cette ligne a changé entre-temps.")
    next_step = N_("Rechargez la page\u202f: la proposition y est à jour.")
    taken = True


class NothingToPay(Reason):
    code = "nothing_to_pay"
    sentence = N_("Cette facture est payée\u202f: il n’y a plus rien à régler.")
    next_step = N_("Vous n’avez rien à faire.")


class AskedTooSoon(Reason):
    code = "payment_under_way"
    sentence = N_("Un paiement de cette facture est déjà en route.")
    next_step = N_("Attendez que votre banque réponde\u202f: cela peut prendre quelques jours pour un prélèvement.")


class PaymentDeclined(Reason):
    code = "payment_declined"
    sentence = N_("Stripe n’a pas accepté cette demande de paiement.")
    next_step = N_("Payez par virement, ou voyez avec l’équipe du lieu.")


class ProviderAway(Reason):
    code = "provider_away"
    sentence = N_("Stripe ne répond pas en ce moment\u202f: rien n’a été débité.")
    next_step = N_("Payez par virement, ou revenez dans quelques minutes.")


class ToldThreeTimes(Reason):
    code = "told_three_times"
    sentence = N_("Cette facture a déjà été rappelée trois fois.")
    next_step = N_("Appelez la personne\u202f: un échéancier vaut mieux qu’un courriel de plus.")


def account_of(means: str) -> str:
    """Where money paid in this way waits."""
    return WAITS_IN[means]


def gives_back(means: str) -> str:
    """Where the money of a refund comes from: the drawer for cash, Stripe for its own, the bank for the rest."""
    if means == "cash":
        return "cash"
    return "in_transit" if means in ("card", "sepa_stripe") else "bank"


def journal_of(*accounts: str) -> str:
    """The book of the drawer, or the book of the bank."""
    return "CA" if "cash" in accounts else "BQ"
