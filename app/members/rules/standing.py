"""Who may book: the state of an account."""

from collections.abc import Iterator

from app.core.refusals import N_, Reason


class InactiveMember(Reason):
    code = "inactive_member"
    sentence = N_("Ce compte n’est pas actif : il ne peut pas réserver.")
    next_step = N_("Confirmez votre adresse ; avant dix-huit ans, il faut aussi l’accord d’un parent. Sinon, parlez-en à l’équipe du lieu.")


class Suspended(Reason):
    code = "suspended"
    sentence = N_("Ce compte est suspendu : il ne peut pas réserver pour le moment.")
    next_step = N_("Parlez-en à l’équipe du lieu.")


def reasons_member(status: str) -> Iterator[Reason]:
    if status == "suspended":
        yield Suspended()
    elif status != "active":
        yield InactiveMember()
