"""Who may do what, and who may book: pure rules."""

from collections.abc import Collection, Iterator, Mapping

from app.core.refusals import N_, Reason

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
    "see_journal": frozenset(("manager",)),
    "see_mails": frozenset(("manager",)),
    "administer": frozenset(),
}


class InactiveMember(Reason):
    code = "inactive_member"
    sentence = N_("Ce compte n’est pas actif : il ne peut pas réserver.")
    next_step = N_("Confirmez votre adresse, ou parlez-en à l’équipe du lieu.")


class Suspended(Reason):
    code = "suspended"
    sentence = N_("Ce compte est suspendu : il ne peut pas réserver pour le moment.")
    next_step = N_("Parlez-en à l’équipe du lieu.")


def may(roles: Collection[str], action: str) -> bool:
    """Whether one of these roles gives the right to do this."""
    allowed = ACTIONS[action]
    return "administrator" in roles or any(role in allowed for role in roles)


def reasons_member(status: str) -> Iterator[Reason]:
    if status == "suspended":
        yield Suspended()
    elif status != "active":
        yield InactiveMember()
