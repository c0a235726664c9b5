"""The journal as a whole: why it is kept, its sorts of events, what is told to nobody."""

from collections.abc import Mapping
from typing import NamedTuple

from app.core.refusals import N_


class Told(NamedTuple):
    title: str
    why: str
    until: str


PERSONAL = Told(
    N_("Le journal"),
    N_("Pouvoir dire qui a fait quoi : c’est votre recours, et le nôtre."),
    N_("Tant que le compte est ouvert ; ensuite, un numéro qui ne mène plus à personne."),
)

# The sorts of events, to choose from.
KINDS: Mapping[str, str] = {
    "booking": N_("réservations"),
    "series": N_("réservations répétées"),
    "waitlist": N_("liste d’attente"),
    "subscription": N_("abonnements"),
    "run": N_("facturation du mois"),
    "pass": N_("carnets"),
    "article": N_("articles"),
    "membership": N_("adhésions"),
    "lot": N_("cadeaux"),
    "charge": N_("lignes de l’ardoise"),
    "absence": N_("absences des résidents"),
    "draft": N_("brouillons de factures"),
    "invoice": N_("factures et avoirs"),
    "reminders": N_("rappels de factures"),
    "outside": N_("agendas d’ailleurs"),
    "visitor": N_("visiteurs"),
    "event": N_("événements"),
    "announcement": N_("annonces"),
    "key": N_("clés et badges"),
    "payment": N_("règlements"),
    "credit": N_("avances"),
    "checkout": N_("paiements en ligne"),
    "mandate": N_("mandats de prélèvement"),
    "debit": N_("prélèvements"),
    "debits": N_("fichiers de prélèvements"),
    "slip": N_("remises en banque"),
    "statement": N_("relevés de compte"),
    "bank_line": N_("lignes de relevé"),
    "price": N_("tarifs"),
    "volunteering": N_("heures bénévoles"),
    "catalogue": N_("catalogue"),
    "clearance": N_("habilitations"),
    "training": N_("initiations"),
    "machine": N_("machines"),
    "use": N_("utilisations des machines"),
    "company": N_("machines à plusieurs"),
    "stock": N_("stock"),
    "tool": N_("outils prêtés"),
    "box": N_("casiers"),
    "project": N_("réalisations"),
    "relay": N_("lecteurs de badge"),
    "rights": N_("habilitations d’ailleurs"),
    "resource": N_("choses du lieu"),
    "outage": N_("pannes"),
    "closure": N_("fermetures"),
    "place": N_("réglages du lieu"),
    "member": N_("personnes"),
    "group": N_("groupes"),
    "organisation": N_("organisations"),
    "attendance": N_("émargement"),
    "certificate": N_("certificats"),
    "bundle": N_("documents emportés"),
    "course_paper": N_("pièces de formation"),
    "feed": N_("agendas du lieu"),
    "webhook": N_("programmes partenaires"),
    "programme": N_("programmes de formation"),
    "work": N_("travaux de formation"),
    "skill": N_("compétences"),
    "open_course": N_("parcours en ligne"),
    "election": N_("élections"),
    "follow_up": N_("suivi après la formation"),
    "complaint": N_("réclamations"),
    "quality": N_("dossier qualité"),
    "placement": N_("périodes en entreprise"),
    "application": N_("candidatures"),
    "cohort": N_("promotions"),
    "session": N_("séances"),
    "enrolment": N_("inscriptions en formation"),
}

# What programs tell each other; a person has nothing to learn from it.
NOT_TOLD = ("booking.reminder_due", "clearance.expires_soon", "use.ends_soon", "tool.due_soon", "box.ends_soon")
