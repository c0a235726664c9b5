"""People: who I am; and the members, for those who look after them."""

from typing import Any

from flask import Response

from app.api import queries
from app.api.forms import people as forms
from app.api.queries import BadCursor
from app.api.views import answers
from app.api.views.answers import Answer
from app.api.views.door import Caller, Door, once
from app.api.views.problems import Problem, WrongField
from app.billing import queries as billing
from app.core.db import transaction
from app.core.refusals import N_
from app.members import queries as members
from app.members import services
from app.members.models import Member

bp = Door("people", N_("Personnes"))


@bp.get("/me", N_("Qui je suis, et ce qu’il me reste"), answer=(200, forms.Me))
def me(caller: Caller) -> Answer:
    lieu = queries.lieux()[0]
    return answers.me(caller.member, billing.balances(caller.member, place_id=lieu.id, on=caller.now.astimezone(lieu.tz).date()))


@bp.get("/members", N_("Les membres"), query=forms.MemberFilter, answer=(200, forms.Members))
def everybody(caller: Caller, wanted: dict[str, Any]) -> Answer:
    caller.must("see_members", scope="read")
    try:
        rows, cursor = queries.members(**wanted)
    except BadCursor as bad:
        raise WrongField("cursor", "bad_cursor") from bad
    return answers.page([answers.member(row) for row in rows], cursor)


@bp.post(
    "/members",
    N_("Ouvrir le compte de quelqu’un"),
    scope="manage",
    body=forms.NewMember,
    answer=(201, forms.Member),
    refuses=True,
    keyed=True,
    example={"name": "Ana Moreau", "email": "ana@exemple.fr", "roles": ["member", "maker"], "tariff_group": "solidaire"},
)
def add_member(caller: Caller, person: dict[str, Any]) -> Response:
    caller.must("manage_members")
    _refuse_unknown(person)
    return once(caller, lambda: answers.member(services.create_member(**person, actor=caller.member, now=caller.now)))


@bp.patch(
    "/members/<id:member_id>",
    N_("Changer ce que le lieu sait de quelqu’un, ses rôles, l’état de son compte"),
    scope="manage",
    body=forms.MemberChange,
    answer=(200, forms.Member),
    refuses=True,
    example={"badge": True, "status": "suspended", "status_reason": "Clé perdue"},
)
def change_member(caller: Caller, change: dict[str, Any], member_id: int) -> Answer:
    caller.must("manage_members")
    person = members.member(member_id)
    if person is None or person.is_erased:
        raise Problem(404, "unknown_member")
    _refuse_unknown(change)
    status, reason = change.pop("status", person.status), change.pop("status_reason", "")
    with transaction():
        if change:
            person = services.change_member(member_id=member_id, actor=caller.member, now=caller.now, **change)
        if status != person.status:
            person = _set(person, status, reason, caller)
    return answers.member(person)


def _set(person: Member, status: str, reason: str, caller: Caller) -> Member:
    """Each state of an account is reached by its own gesture."""
    if status == "suspended":
        return services.suspend(member_id=person.id, reason=reason, actor=caller.member, now=caller.now)
    gesture = services.reactivate if status == "active" else services.close_account
    return gesture(member_id=person.id, actor=caller.member, now=caller.now)


def _refuse_unknown(person: dict[str, Any]) -> None:
    group, organisation_id = person.get("tariff_group"), person.get("organisation_id")
    if group is not None and not any(group in billing.price_list(lieu).discounts for lieu in queries.lieux()):
        raise WrongField("tariff_group", "not_a_choice")
    if organisation_id is not None and members.organisation(organisation_id) is None:
        raise WrongField("organisation_id", "not_a_choice")
