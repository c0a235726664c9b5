"""Every reason why not: a stable code, a French sentence, a next step."""

from app.core.refusals import N_, Reason


class BadInterval(Reason):
    code = "bad_interval"
    sentence = N_("La fin doit venir après le début, entre 2000 et 2100.")
    next_step = N_("Choisissez une heure de fin plus tardive que le début.")
    hard = True


class NonexistentTime(Reason):
    code = "nonexistent_time"
    sentence = N_("Cette heure n’existe pas : cette nuit-là, l’horloge avance d’une heure.")
    next_step = N_("Prenez une heure avant ou après le passage à l’heure d’été.")
    hard = True


class AmbiguousTime(Reason):
    code = "ambiguous_time"
    sentence = N_("Cette heure existe deux fois : cette nuit-là, l’horloge recule d’une heure.")
    next_step = N_("Dites si c’est l’heure d’été (la première) ou l’heure d’hiver.")
    hard = True


class Step(Reason):
    code = "step"
    sentence = N_("Les horaires vont de %(step)s en %(step)s minutes.")
    next_step = N_("Choisissez un horaire rond, juste avant ou juste après.")


class NotAHalfDay(Reason):
    code = "step"
    sentence = N_("Un poste se réserve à la demi-journée.")
    next_step = N_("Choisissez le matin, l’après-midi ou la journée.")


class TooShort(Reason):
    code = "too_short"
    sentence = N_("C’est trop court : %(minutes)s minutes au moins.")
    next_step = N_("Allongez la réservation.")


class TooLong(Reason):
    code = "too_long"
    sentence = N_("C’est trop long : %(minutes)s minutes au plus.")
    next_step = N_("Raccourcissez la réservation, ou faites-en deux.")


class Past(Reason):
    code = "notice"
    sentence = N_("Ce moment est déjà passé.")
    next_step = N_("Choisissez une date à venir.")


class Notice(Reason):
    code = "notice"
    sentence = N_("Il faut s’y prendre %(minutes)s minutes à l’avance.")
    next_step = N_("Choisissez une heure à partir de %(from)s.")


class Horizon(Reason):
    code = "horizon"
    sentence = N_("C’est trop loin : on réserve %(days)s jours à l’avance, jusqu’au %(until)s.")
    next_step = N_("Revenez plus près de la date.")


class Overlap(Reason):
    code = "overlap"
    sentence = N_("%(name)s : déjà pris de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment, ou autre chose.")
    hard = True
    taken = True


class Buffer(Reason):
    code = "buffer"
    sentence = N_("%(name)s : il faut laisser %(minutes)s minutes avec la réservation voisine.")
    next_step = N_("Décalez un peu votre horaire.")
    taken = True
    hard = True


class Full(Reason):
    code = "full"
    sentence = N_("%(name)s : c’est complet à ce moment-là.")
    next_step = N_("Choisissez un autre moment, ou inscrivez-vous sur la liste d’attente.")
    hard = True
    taken = True


class SeatsMissing(Reason):
    code = "full"
    sentence = N_("%(name)s : il manque %(count)s place.")
    plural = N_("%(name)s : il manque %(count)s places.")
    next_step = N_("Prenez moins de places, ou choisissez d’autres jours.")
    hard = True
    taken = True


class SplitDay(Reason):
    code = "full"
    sentence = N_("Aucune place n’est libre toute la journée, mais %(first)s le matin puis %(second)s l’après-midi le sont.")
    next_step = N_("Réservez les deux demi-journées l’une après l’autre.")
    hard = True
    taken = True


class ResidentThere(Reason):
    code = "overlap"
    sentence = N_("%(name)s : c’est le bureau d’un résident, présent ce jour-là.")
    next_step = N_("Choisissez un autre poste.")
    hard = True
    taken = True


class ResidentToCome(Reason):
    code = "plan_required"
    sentence = N_("%(name)s : ce bureau se prend au mois, il attend son résident.")
    next_step = N_("Choisissez un autre poste, ou demandez ce bureau à l’équipe du lieu.")


class OwnOverlap(Reason):
    code = "own_overlap"
    sentence = N_("Vous avez déjà une place à ce moment-là : %(name)s.")
    next_step = N_("Gardez-la, ou annulez-la d’abord.")
    taken = True


class NothingToForgive(Reason):
    code = "nothing_to_forgive"
    sentence = N_("Il n’y a rien à effacer ici : ni absence, ni annulation tardive qui compte encore.")
    next_step = N_("Regardez ce qui s’est passé plus bas sur la page.")
    hard = True


class NoSuchDesk(Reason):
    code = "not_resident"
    sentence = N_("%(name)s n’est pas un bureau de résident.")
    next_step = N_("Choisissez un bureau attribué à une personne.")
    hard = True


class AlreadyAway(Reason):
    code = "already_away"
    sentence = N_("Une absence est déjà annoncée du %(first)s au %(last)s.")
    next_step = N_("Choisissez d’autres jours, ou revenez d’abord sur celle-là.")
    hard = True


class AwayInThePast(Reason):
    code = "past_days"
    sentence = N_("Une absence s’annonce pour aujourd’hui ou pour plus tard.")
    next_step = N_("Choisissez des jours à venir.")
    hard = True


class AwayTooLong(Reason):
    code = "too_long"
    sentence = N_("Une absence s’annonce pour un an au plus.")
    next_step = N_("Annoncez-la en plusieurs fois.")
    hard = True


class OutOfService(Reason):
    code = "out_of_service"
    sentence = N_("%(name)s : hors service à ce moment-là.")
    next_step = N_("Choisissez autre chose, ou un autre jour.")
    hard = True
    taken = True


class MachineOutOfService(Reason):
    code = "machine_out_of_service"
    sentence = N_("%(name)s : en panne ou en entretien à ce moment-là.")
    next_step = N_("Choisissez une autre machine, ou un autre jour.")
    hard = True
    taken = True


class MachineNotBookable(Reason):
    code = "machine_not_bookable"
    sentence = N_("%(name)s : cette machine ne se réserve pas.")
    next_step = N_("Voyez avec sa référente ou son référent.")


class BlockedByTraining(Reason):
    code = "blocked_by_training"
    sentence = N_("%(name)s : une initiation s’y tient de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment.")
    hard = True
    taken = True


class BlockedBySession(Reason):
    code = "blocked_by_session"
    sentence = N_("%(name)s : un cours ou un atelier l’occupe de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment.")
    hard = True
    taken = True


class ClosedThen(Reason):
    code = "closed"
    sentence = N_("%(name)s : le lieu est fermé à ce moment-là.")
    next_step = N_("Choisissez un autre jour.")


class BlockedBySpace(Reason):
    code = "blocked_by_space"
    sentence = N_("%(name)s : tout l’espace est réservé de %(from)s à %(to)s.")
    next_step = N_("Choisissez un autre moment.")
    hard = True
    taken = True


class AlreadyCancelled(Reason):
    code = "already_cancelled"
    sentence = N_("Cette réservation est déjà annulée.")
    next_step = N_("Vous pouvez en faire une nouvelle.")
    hard = True
    taken = True


class AlreadyOver(Reason):
    code = "already_over"
    sentence = N_("Cette réservation est terminée.")
    next_step = N_("Si c’est une erreur, parlez-en à l’équipe du lieu.")
    hard = True


class QuotaDay(Reason):
    code = "quota_day"
    sentence = N_("Vous avez droit à %(minutes)s minutes par jour sur %(name)s.")
    next_step = N_("Raccourcissez, ou choisissez un autre jour.")


class QuotaFuture(Reason):
    code = "quota_future"
    sentence = N_("Vous avez déjà %(count)s réservations à venir pour %(name)s, c’est le plus possible.")
    next_step = N_("Attendez la prochaine, ou annulez-en une.")


class MinGap(Reason):
    code = "min_gap"
    sentence = N_("Laissez %(minutes)s minutes entre deux de vos réservations de %(name)s.")
    next_step = N_("Décalez votre horaire.")


class PlanRequired(Reason):
    code = "plan_required"
    sentence = N_("%(name)s : réservé aux personnes abonnées.")
    next_step = N_("Voyez les abonnements, ou choisissez une place ouverte à tous.")


class NotYetThere(Reason):
    code = "too_early"
    sentence = N_("Il est trop tôt pour signaler votre arrivée : c’est possible à partir de %(from)s.")
    next_step = N_("Revenez à votre arrivée au lieu.")


class CheckInOver(Reason):
    code = "too_late"
    sentence = N_("Il est trop tard pour signaler votre arrivée.")
    next_step = N_("La place est rendue aux autres : réservez de nouveau s’il en reste.")
    hard = True


class NotConfirmed(Reason):
    code = "not_confirmed"
    sentence = N_("Cette réservation n’est pas confirmée.")
    next_step = N_("Attendez sa confirmation.")
    hard = True


class OfferLapsed(Reason):
    code = "offer_lapsed"
    sentence = N_("Cette place n’est plus gardée pour vous : son délai est passé.")
    next_step = N_("Inscrivez-vous de nouveau sur la liste d’attente.")
    hard = True
    taken = True


class StillFree(Reason):
    code = "still_free"
    sentence = N_("Il n’y a pas à attendre : c’est libre.")
    next_step = N_("Réservez tout de suite.")


class BadRecurrence(Reason):
    code = "bad_interval"
    sentence = N_("Cette répétition n’est pas comprise.")
    next_step = N_("Choisissez tous les jours, toutes les semaines ou tous les mois, avec une date de fin.")
    hard = True


class NoDate(Reason):
    code = "bad_interval"
    sentence = N_("Aucune date ne reste dans cette répétition.")
    next_step = N_("Choisissez un dernier jour après le premier, et gardez au moins une date.")
    hard = True


class HolidaySkipped(Reason):
    code = "holiday"
    sentence = N_("Jour férié : %(name)s. Une répétition le saute.")
    next_step = N_("Votre badge ouvre ce jour-là : une fois les dates réservées, reprenez celle-ci d’un clic.")
    hard = True


class Conflicts(Reason):
    code = "overlap"
    sentence = N_("%(count)s date sur %(total)s n’est pas possible.")
    plural = N_("%(count)s dates sur %(total)s ne sont pas possibles.")
    next_step = N_("Retirez ces dates, ou acceptez de les sauter.")
    hard = True
    taken = True


class CodeTaken(Reason):
    code = "code_taken"
    sentence = N_("Le code « %(code)s » est déjà pris.")
    next_step = N_("Choisissez-en un autre.")


class LengthsCrossed(Reason):
    code = "bad_rules"
    sentence = N_("La durée la plus courte dépasse la plus longue.")
    next_step = N_("Baissez l’une ou montez l’autre.")


class NothingFits(Reason):
    code = "bad_rules"
    sentence = N_("Aucune durée ne convient : de %(step)s en %(step)s minutes, rien ne tombe entre la plus courte et la plus longue.")
    next_step = N_("Changez le pas, ou l’une des deux durées.")


class SpaceNotEmpty(Reason):
    code = "not_empty"
    sentence = N_("%(name)s contient encore %(count)s chose réservable.")
    plural = N_("%(name)s contient encore %(count)s choses réservables.")
    next_step = N_("Déplacez-les ou retirez-les d’abord.")


class SeatsBooked(Reason):
    code = "not_empty"
    sentence = N_("%(count)s réservation à venir occupe les places à retirer (%(names)s).")
    plural = N_("%(count)s réservations à venir occupent les places à retirer (%(names)s).")
    next_step = N_("Déplacez-les ou annulez-les d’abord.")
