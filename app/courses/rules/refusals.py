"""Every « no » of the course, with its sentence and what to do next."""

from app.core.refusals import N_, Reason


class VersionFrozen(Reason):
    code = "version_frozen"
    sentence = N_("La version %(version)s du programme est figée : la promotion « %(cohort)s » a commencé avec elle.")
    next_step = N_("Copiez-la sous un nouveau numéro de version, et changez la copie.")
    hard = True


class VersionKnown(Reason):
    code = "version_known"
    sentence = N_("Ce programme a déjà une version %(version)s.")
    next_step = N_("Donnez un autre numéro à la nouvelle.")


class VersionPoured(Reason):
    code = "version_poured"
    sentence = N_("La séquence « %(sequence)s » est dans l’emploi du temps de la promotion « %(cohort)s ».")
    next_step = N_("Retirez d’abord cet emploi du temps, ou copiez le programme sous un nouveau numéro.")
    hard = True


class CohortCodeTaken(Reason):
    code = "cohort_code_taken"
    sentence = N_("Une promotion a déjà le code « %(code)s ».")
    next_step = N_("Choisissez-en un autre.")
    hard = True


class CohortDaysCrossed(Reason):
    code = "cohort_days"
    sentence = N_("Le dernier jour vient avant le premier.")
    next_step = N_("Vérifiez les deux dates.")
    hard = True


class CompanyOutside(Reason):
    code = "company_outside"
    sentence = N_("La période en entreprise sort des dates de la promotion, ou n’a qu’un de ses deux jours.")
    next_step = N_("Elle va d’un jour à un autre, entre le premier et le dernier jour de la promotion.")
    hard = True


class SiteWeekOutside(Reason):
    code = "site_week_outside"
    sentence = N_("La semaine du %(day)s n’est pas dans les dates de la promotion, du %(first)s au %(last)s.")
    next_step = N_("Choisissez des semaines entre les deux.")
    hard = True


class SessionsBeyond(Reason):
    code = "sessions_beyond"
    sentence = N_("Une séance est encore prévue après le %(last)s, le %(day)s.")
    plural = N_("%(count)s séances sont encore prévues après le %(last)s, la première le %(day)s.")
    next_step = N_("Déplacez-les ou annulez-les d’abord.")
    hard = True


class CohortStarted(Reason):
    code = "cohort_started"
    sentence = N_("La promotion a commencé : ses dates et son programme ne changent plus d’un bloc.")
    next_step = N_("Déplacez, annulez ou ajoutez des séances une par une.")
    hard = True


class CohortClosed(Reason):
    code = "cohort_closed"
    sentence = N_("La promotion est close : on n’y change plus rien.")
    hard = True


class RoomTooSmall(Reason):
    code = "room_too_small"
    sentence = N_("%(people)s personnes pour %(seats)s places : la salle « %(name)s » est trop petite.")
    next_step = N_("Choisissez une salle plus grande, ou une promotion plus petite.")
    hard = True


class NoRoom(Reason):
    code = "room_unknown"
    sentence = N_("La promotion n’a pas de salle : rien ne serait gardé pour elle.")
    next_step = N_("Choisissez la salle où elle se retrouve.")
    hard = True


class TrainerElsewhere(Reason):
    code = "trainer_elsewhere"
    sentence = N_("%(trainer)s est déjà pris·e de %(from)s à %(to)s : séance « %(session)s » de %(cohort)s.")
    next_step = N_("Choisissez une autre personne, ou un autre moment.")
    hard = True


class OnHoliday(Reason):
    code = "session_on_holiday"
    sentence = N_("Le %(day)s est férié : %(name)s.")
    next_step = N_("Choisissez un autre jour, ou écrivez pourquoi la séance a lieu ; la feuille l’imprimera.")
    hard = True


class OnClosure(Reason):
    code = "session_on_closure"
    sentence = N_("La promotion est fermée le %(day)s : %(label)s.")
    next_step = N_("Choisissez un autre jour.")
    hard = True


class OutsideCohort(Reason):
    code = "session_outside"
    sentence = N_("Le %(day)s n’est pas dans les dates de la promotion, du %(first)s au %(last)s.")
    next_step = N_("Choisissez un jour entre les deux, ou prolongez d’abord la promotion.")
    hard = True


class HalfTaken(Reason):
    code = "half_taken"
    sentence = N_("La promotion a déjà une séance à ce moment-là : « %(session)s ».")
    next_step = N_("Échangez les deux séances, ou choisissez une demi-journée libre.")
    hard = True


class AlreadyBegun(Reason):
    code = "session_begun"
    sentence = N_("Cette séance a commencé : son heure ne change plus.")
    next_step = N_("Corrigez plutôt les présences, ou ajoutez une séance.")
    hard = True


class SessionCancelled(Reason):
    code = "session_cancelled"
    sentence = N_("Cette séance est annulée.")
    hard = True


class NotTheSameCohort(Reason):
    code = "not_same_cohort"
    sentence = N_("On n’échange que deux séances d’une même promotion.")
    hard = True


class NothingToPour(Reason):
    code = "already_poured"
    sentence = N_("L’emploi du temps est déjà versé.")
    next_step = N_("Retirez-le d’abord pour le verser à nouveau, ou déplacez les séances une par une.")
    hard = True


class RoomsTaken(Reason):
    code = "rooms_taken"
    sentence = N_("La salle est prise pour une demi-journée, le %(day)s.")
    plural = N_("La salle est prise pour %(count)s demi-journées, dont la première le %(day)s.")
    next_step = N_("Libérez-la, choisissez une autre salle, ou versez ces demi-journées sans salle.")
    hard = True


class NoSessions(Reason):
    code = "no_timetable"
    sentence = N_("La promotion n’a pas encore d’emploi du temps.")
    next_step = N_("Versez-le d’abord.")
    hard = True


class CohortFull(Reason):
    code = "cohort_full"
    sentence = N_("La promotion est complète : %(capacity)s places, toutes prises.")
    next_step = N_("Mettez cette personne en liste d’attente, ou agrandissez la promotion.")


class AlreadyEnrolled(Reason):
    code = "already_enrolled"
    sentence = N_("%(name)s est déjà dans cette promotion.")
    next_step = N_("Si sa sortie était une erreur, elle se défait sur sa page.")
    hard = True


class DayOutsideCohort(Reason):
    code = "day_outside_cohort"
    sentence = N_("Le %(day)s est hors des dates de la promotion, du %(first)s au %(last)s.")
    next_step = N_("Choisissez un jour entre les deux.")
    hard = True


class HasLeft(Reason):
    code = "has_left"
    sentence = N_("Cette personne a déjà quitté la promotion.")
    hard = True


class HasFollowed(Reason):
    code = "has_followed"
    sentence = N_("%(name)s a signé ou suivi des demi-journées : cette inscription a bien existé.")
    next_step = N_("Écrivez sa sortie : tout ce qui a été fait et signé reste.")
    hard = True


class StillThere(Reason):
    code = "still_there"
    sentence = N_("Cette personne suit la promotion : il n’y a pas de sortie à défaire.")
    hard = True


class NotLeft(Reason):
    code = "not_left"
    sentence = N_("On ne remplace qu’une personne qui a quitté la promotion.")
    next_step = N_("Écrivez d’abord sa sortie.")
    hard = True


class ExemptedElsewhere(Reason):
    code = "exempted_elsewhere"
    sentence = N_("Une de ces demi-journées n’est pas dans le parcours de cette personne.")
    next_step = N_("Choisissez des demi-journées entre son entrée et sa sortie.")
    hard = True


class ApplicationDecided(Reason):
    code = "application_decided"
    sentence = N_("Cette candidature est déjà close.")
    hard = True


class AlreadyApplied(Reason):
    code = "already_applied"
    sentence = N_("Vous avez déjà une candidature à cette promotion.")
    next_step = N_("Écrivez-nous pour la compléter.")
    hard = True


class NotAccepted(Reason):
    code = "not_accepted"
    sentence = N_("Cette candidature n’est pas encore acceptée.")
    next_step = N_("Décidez d’abord.")
    hard = True


class CriteriaMissing(Reason):
    code = "criteria_missing"
    sentence = N_("Il faut dire les critères de lecture, et les voir tous.")
    next_step = N_("Écrivez-en un par ligne.")
    hard = True


class NotYourWork(Reason):
    code = "not_your_work"
    sentence = N_("Ce travail n’est pas celui de votre promotion, ou c’est le vôtre.")
    hard = True


class NotYourCompanion(Reason):
    code = "not_your_companion"
    sentence = N_("Un journal se partage avec des personnes de sa promotion et de son équipe.")
    hard = True


class BadRepository(Reason):
    code = "bad_repository"
    sentence = N_("L’adresse du dépôt n’est pas une adresse du web.")
    next_step = N_("Écrivez-la comme https://forge.example/vous/projet, sans mot de passe.")
    hard = True


class BadCommit(Reason):
    code = "bad_commit"
    sentence = N_("Le numéro du commit s’écrit avec 7 à 40 chiffres et lettres de a à f.")
    next_step = N_("Prenez-le dans « git log ».")
    hard = True


class NoSuchLesson(Reason):
    code = "no_such_lesson"
    sentence = N_("Cette leçon ou ce quiz n’est plus dans le parcours.")
    next_step = N_("Revenez au sommaire.")
    hard = True


class NotFollowedYet(Reason):
    code = "not_followed_yet"
    sentence = N_("Il reste des leçons à lire ou des quiz à réussir.")
    next_step = N_("Le sommaire dit lesquels.")
    hard = True


class FundingBilled(Reason):
    code = "funding_billed"
    sentence = N_("Cette ligne de financement a déjà été facturée.")
    next_step = N_("Gardez-la, et ajoutez-en une autre pour les heures qui restent.")
    hard = True


class AdvanceTooSoon(Reason):
    code = "advance_too_soon"
    sentence = N_("Qui paie soi-même sa formation ne verse rien avant le %(day)s : dix jours pour se rétracter.")
    next_step = N_("Revenez ce jour-là.")
    hard = True


class AdvanceTooLarge(Reason):
    code = "advance_too_large"
    sentence = N_("Les acomptes de cette ligne ne dépassent pas %(most)s ; ils viendraient à %(asked)s.")
    next_step = N_("Baissez le montant.")
    hard = True
