"""Roles, and the one table of what each may do."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping

from app.core.refusals import N_, Reason

# A role, and its name on screen.
ROLE_NAMES: Mapping[str, str] = {
    "visitor": N_("visiteur ou visiteuse"),
    "member": N_("adhérent·e"),
    "coworker": N_("coworker"),
    "maker": N_("usager du fablab"),
    "trainee": N_("stagiaire"),
    "trainer": N_("formateur ou formatrice"),
    "head_of_course": N_("responsable de formation"),
    "machine_lead": N_("référent·e machine"),
    "tutor": N_("tuteur ou tutrice en entreprise"),
    "funder": N_("financeur"),
    "manager": N_("gestionnaire"),
    "treasurer": N_("trésorier ou trésorière"),
    "administrator": N_("administrateur ou administratrice"),
}
ROLES = tuple(ROLE_NAMES)
TO_LOOK_AS = "manage_members"  # who may look at the lieu with somebody's eyes
STAFF = frozenset(("manager", "administrator"))

# The one table of rights: an action, and the roles that may do it. An administrator may do everything.
ACTIONS: Mapping[str, frozenset[str]] = {
    "book_for_others": frozenset(("manager",)),
    "override_rules": frozenset(("manager",)),
    "see_all_bookings": frozenset(("manager", "treasurer")),
    "manage_place": frozenset(("manager",)),
    "manage_resources": frozenset(("manager",)),
    "manage_machines": frozenset(("manager", "machine_lead")),
    "manage_members": frozenset(("manager",)),
    "see_members": frozenset(("manager", "treasurer", "head_of_course", "machine_lead")),
    "manage_billing": frozenset(("manager", "treasurer")),
    "manage_courses": frozenset(("manager", "head_of_course")),
    "open_course_papers": frozenset(("manager",)),
    "see_journal": frozenset(("manager",)),
    "see_mails": frozenset(("manager",)),
    "manage_webhooks": frozenset(("manager",)),
    "administer": frozenset(),
}

# How people write a role in a file or on a command line, without accents; the names above and their halves go too.
_ALSO_CALLED: Mapping[str, str] = {
    "visiteur": "visitor",
    "visiteuse": "visitor",
    "adherent": "member",
    "adherente": "member",
    "membre": "member",
    "usager": "member",
    "coworkeur": "coworker",
    "coworkeuse": "coworker",
    "fablab": "maker",
    "fablab user": "maker",
    "fab user": "maker",
    "maker": "maker",
    "eleve": "trainee",
    "apprenant": "trainee",
    "apprenante": "trainee",
    "formateur": "trainer",
    "formatrice": "trainer",
    "responsable": "head_of_course",
    "responsable pedagogique": "head_of_course",
    "referent": "machine_lead",
    "referente": "machine_lead",
    "referent machine": "machine_lead",
    "referente machine": "machine_lead",
    "tuteur": "tutor",
    "tutrice": "tutor",
    "financeuse": "funder",
    "tresorier": "treasurer",
    "tresoriere": "treasurer",
    "administrateur": "administrator",
    "administratrice": "administrator",
    "admin": "administrator",
}


class AboveYou(Reason):
    code = "above_you"
    sentence = N_("Seule une personne qui administre le lieu peut donner ce rôle, ou toucher au compte de qui l’administre.")
    next_step = N_("Demandez à l’une d’elles.")


class LastAdministrator(Reason):
    code = "last_administrator"
    sentence = N_("C’est la dernière personne qui administre le lieu : sans elle, plus personne ne le pourrait.")
    next_step = N_("Donnez d’abord ce rôle à quelqu’un d’autre.")
    hard = True


class NotYourself(Reason):
    code = "not_yourself"
    sentence = N_("Personne ne peut suspendre, fermer ou limiter son propre compte ici.")
    next_step = N_("Demandez à une autre personne de l’équipe.")


class AlreadyYou(Reason):
    code = "already_you"
    sentence = N_("C’est vous : vous voyez déjà le lieu ainsi.")


class NothingToSee(Reason):
    code = "nothing_to_see"
    sentence = N_("Ce compte n’est pas ouvert : cette personne ne voit rien.")
    next_step = N_("Rouvrez-le d’abord, ou envoyez-lui un lien pour entrer.")


def may(roles: Collection[str], action: str) -> bool:
    """Whether one of these roles gives the right to do this."""
    allowed = ACTIONS[action]
    return "administrator" in roles or any(role in allowed for role in roles)


def may_manage(roles: Collection[str]) -> bool:
    """Whether « Gérer » has something for these roles."""
    return any(may(roles, action) for action in ACTIONS)


def may_see_each_other(roles: Collection[str]) -> bool:
    """Whether these roles open the directory of people: outsiders (visitors, funders, tutors) only see their own papers."""
    return any(role not in ("visitor", "funder", "tutor") for role in roles)


def reasons_roles(actor: Collection[str], *, had: Collection[str], given: Collection[str]) -> Iterator[Reason]:
    """Nobody gives, takes or touches what is above them: only administrators make, change and unmake administrators."""
    if "administrator" in (*had, *given) and "administrator" not in actor:
        yield AboveYou()


def may_look_as(actor: Collection[str], seen: Collection[str]) -> bool:
    """Whether these roles look with the eyes of those: asked when it begins, and of each page meanwhile, since roles change."""
    return may(actor, TO_LOOK_AS) and not any(reasons_roles(actor, had=seen, given=()))


def reasons_look_as(actor: Collection[str], *, seen: Collection[str], is_oneself: bool, is_open: bool) -> Iterator[Reason]:
    """Who may look with whose eyes: at an account that is open, another's, and no higher than one's own."""
    if is_oneself:
        yield AlreadyYou()
    if not is_open:
        yield NothingToSee()
    yield from reasons_roles(actor, had=seen, given=())


def role_called(name: str) -> str | None:
    """The role that people call so, in French or in English; none when nobody does."""
    asked = _plain(name)
    if asked.replace(" ", "_") in ROLE_NAMES:
        return asked.replace(" ", "_")
    return _ALSO_CALLED.get(asked) or next((role for role, said in ROLE_NAMES.items() if _plain(said) == asked), None)


def _plain(name: str) -> str:
    """Lower case, no accent, single spaces."""
    name = "".join(mark for mark in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(mark))
    return " ".join(name.replace("·e", "").replace("(e)", "").replace("-", " ").replace("_", " ").split())
