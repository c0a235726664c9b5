"""Two by two on the machines that nobody may use alone."""

from app.core.refusals import N_, Reason


class CopresenceRequired(Reason):
    code = "copresence_required"
    sentence = N_("%(name)s : il faut être %(people)s, et vous êtes encore seul·e.")
    next_step = N_("Attendez qu’une autre personne habilitée vous rejoigne.")
    hard = True


class CompanyComplete(Reason):
    code = "full"
    sentence = N_("Il ne manque plus personne sur %(name)s à ce moment-là.")
    next_step = N_("Choisissez un autre moment.")
    taken = True
    hard = True


class NotWaitingForCompany(Reason):
    code = "not_waiting"
    sentence = N_("Cette réservation n’attend plus personne.")
    next_step = N_("Choisissez un autre moment.")
    taken = True
    hard = True


class AlreadyThere(Reason):
    code = "already_joined"
    sentence = N_("Vous en êtes déjà.")
    next_step = N_("Il n’y a rien de plus à faire.")
    hard = True
