"""What the fablab tells people: each builder writes one kind of mail. What is no longer true is not sent."""

from app.core import journal, mail
from app.core.refusals import N_
from app.fablab.mails import clearances, company, lending, projects, trainings, upkeep

MAILS: dict[str, mail.Builder] = {
    "training.enrolled": trainings.enrolled,
    "training.seat_offered": trainings.seat_offered,
    "training.left": trainings.left,
    "training.cancelled": trainings.cancelled,
    "training.entrusted": trainings.entrusted,
    "training.planned": trainings.planned,
    "clearance.given": clearances.given,
    "clearance.expires_soon": clearances.expires_soon,
    "clearance.lapsed": clearances.lapsed,
    "clearance.revoked": clearances.revoked,
    "company.joined": company.joined,
    "company.left": company.left,
    "company.off": company.off,
    "machine.reported": upkeep.reported,
    "machine.answered": upkeep.answered,
    "machine.upkeep_due": upkeep.upkeep_due,
    "use.ends_soon": upkeep.ends_soon,
    "use.over_tab": upkeep.over_tab,
    "stock.low": upkeep.stock_low,
    "tool.lent": lending.tool_lent,
    "tool.due_soon": lending.tool_due_soon,
    "tool.late": lending.tool_late,
    "box.given": lending.box_given,
    "box.ends_soon": lending.box_ends_soon,
    "box.lapsed": lending.box_lapsed,
    "project.withdrawn": projects.withdrawn,
}

READERS: dict[str, list[journal.Reader]] = {
    **{event: [mail.tell] for event in MAILS if event != "company.off"},
    **{event: [company.tell_companions] for event in company.ENDS},
    "group.left": [clearances.end_with_group],
    "group.ends_sooner": [clearances.end_with_group],
    "training.cancelled": [trainings.tell_everyone],
    "training.planned": [mail.tell_each],
    "machine.reported": [upkeep.tell_who_looks_after],
    "machine.upkeep_due": [upkeep.tell_who_looks_after],
    "stock.low": [upkeep.tell_managers],
    "tool.lent": [lending.tell_who_was_given],
    "box.given": [lending.tell_who_was_given],
}

# What each is called where the manager sees those that did not leave.
NAMES: dict[str, str] = {
    "training.enrolled": N_("Inscription à une initiation"),
    "training.seat_offered": N_("Place d’initiation proposée"),
    "training.left": N_("Place d’initiation rendue"),
    "training.cancelled": N_("Initiation annulée"),
    "training.entrusted": N_("Initiation à animer"),
    "training.planned": N_("Machine prise par une initiation"),
    "clearance.given": N_("Habilitation donnée"),
    "clearance.expires_soon": N_("Habilitation bientôt finie"),
    "clearance.lapsed": N_("Habilitation finie"),
    "clearance.revoked": N_("Habilitation retirée"),
    "company.joined": N_("Y aller ensemble"),
    "company.left": N_("Quelqu’un ne vient plus"),
    "company.off": N_("Réservation à plusieurs annulée ou déplacée"),
    "machine.reported": N_("Problème signalé"),
    "machine.answered": N_("Réponse à un signalement"),
    "machine.upkeep_due": N_("Entretien à faire"),
    "use.ends_soon": N_("Machine à rendre bientôt"),
    "use.over_tab": N_("Ardoise au-delà de son plafond"),
    "stock.low": N_("Stock bas"),
    "tool.lent": N_("Outil prêté"),
    "tool.due_soon": N_("Outil à rapporter"),
    "tool.late": N_("Outil en retard"),
    "box.given": N_("Casier donné"),
    "box.ends_soon": N_("Casier bientôt à vider"),
    "box.lapsed": N_("Casier à vider"),
    "project.withdrawn": N_("Réalisation qui n’est plus montrée"),
}
