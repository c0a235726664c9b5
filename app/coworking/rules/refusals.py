"""Why not, in the words of what a coworking lives besides its bookings."""

from app.core.refusals import N_, Reason


class TooManyVisitors(Reason):
    code = "too_many_visitors"
    sentence = N_("Vous attendez déjà %(count)s personnes ce jour-là.")
    next_step = N_("Pour une grande réunion, voyez avec l’équipe du lieu.")
    hard = True


class EventOver(Reason):
    code = "event_over"
    sentence = N_("Cet événement est passé, ou annulé.")
    next_step = N_("Regardez les suivants dans l’agenda.")
    hard = True


class OfferOver(Reason):
    code = "offer_lapsed"
    sentence = N_("Cette place n’est plus gardée pour vous.")
    next_step = N_("Inscrivez-vous de nouveau : vous serez en liste d’attente.")
    hard = True


class SeatsTaken(Reason):
    code = "seats_booked"
    sentence = N_("%(count)s place est déjà prise.")
    plural = N_("%(count)s places sont déjà prises.")
    next_step = N_("Gardez au moins autant de places.")
    hard = True


class BackwardDays(Reason):
    code = "bad_interval"
    sentence = N_("L’annonce finirait avant de commencer.")
    next_step = N_("Choisissez un dernier jour plus tardif.")
    hard = True


class MarkTaken(Reason):
    code = "name_taken"
    sentence = N_("Il y a déjà « %(mark)s ».")
    next_step = N_("Choisissez une autre marque.")
    hard = True


class AlreadyLent(Reason):
    code = "already_lent"
    sentence = N_("Elle est prêtée, perdue ou retirée.")
    next_step = N_("Notez d’abord son retour.")
    hard = True


class CalendarSilent(Reason):
    code = "calendar_silent"
    sentence = N_("Personne ne répond à l’adresse de cet agenda.")
    next_step = N_("Vérifiez l’adresse, ou réessayez plus tard.")
    hard = True


class CalendarRefused(Reason):
    code = "calendar_refused"
    sentence = N_("L’adresse de cet agenda répond, mais ne le donne pas : elle a changé, ou demande de se connecter.")
    next_step = N_("Demandez à qui le tient son adresse « iCal » publique ou secrète.")
    hard = True


class CalendarTooLong(Reason):
    code = "calendar_too_long"
    sentence = N_("Cet agenda dépasse un mégaoctet.")
    next_step = N_("Demandez un agenda qui ne contient que cette salle.")
    hard = True


class CalendarUnreadable(Reason):
    code = "calendar_unreadable"
    sentence = N_("Ce n’est pas un agenda lisible (.ics).")
    next_step = N_("Demandez à qui le tient l’adresse qui finit souvent par « .ics ».")
    hard = True
