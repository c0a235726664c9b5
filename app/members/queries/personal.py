"""What this room keeps of a person."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.refusals import N_
from app.members.models import AccessToken, Group, GroupMember, Member, Membership, Passkey, WebSession
from app.members.rules import Kept, kept


def personal_data(member_id: int) -> list[Kept]:
    """All that this room keeps of somebody; what opens doors (passwords, tokens) is kept as hashes, which tell nothing."""
    person = db.session.get_one(Member, member_id)
    account = _columns(person, leave=("id", "password_hash", "search_text"))
    account |= {"roles": sorted(person.roles), "organisation": person.organisation.name if person.organisation else ""}
    groups = db.session.execute(
        sa.select(Group.name, GroupMember.since, GroupMember.until)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.member_id == member_id)
        .order_by(GroupMember.since)
    )
    devices = db.session.execute(
        sa.select(WebSession.user_agent, WebSession.created_at, WebSession.seen_at, WebSession.expires_at, WebSession.remembered)
        .where(WebSession.member_id == member_id)
        .order_by(WebSession.id)
    )
    secrets = db.session.execute(
        sa.select(
            AccessToken.purpose,
            AccessToken.label,
            AccessToken.scopes,
            AccessToken.created_at,
            AccessToken.expires_at,
            AccessToken.used_at,
            AccessToken.revoked_at,
        )
        .where(AccessToken.member_id == member_id)
        .order_by(AccessToken.id)
    )
    keys = db.session.execute(
        sa.select(Passkey.label, Passkey.created_at, Passkey.used_at).where(Passkey.member_id == member_id).order_by(Passkey.id)
    )
    fees = db.session.execute(
        sa.select(Membership.first_day, Membership.last_day).where(Membership.member_id == member_id).order_by(Membership.first_day)
    )
    return [
        kept(
            "account",
            [account],
            title=N_("Mon compte"),
            why=N_("Vous reconnaître, vous écrire, savoir ce que vous pouvez faire ici."),
            until=N_("Tant que le compte est ouvert ; deux ans après votre dernière visite, nous vous prévenons, puis nous effaçons."),
        ),
        kept(
            "memberships",
            fees.mappings(),
            title=N_("Mes adhésions"),
            why=N_("Tenir la liste des adhérents de l’association."),
            until=N_("Dix ans, avec les comptes."),
        ),
        kept(
            "groups",
            groups.mappings(),
            title=N_("Mes groupes"),
            why=N_("Savoir à quel tarif, à quels carnets et à quelle formation vous avez droit."),
            until=N_("Tant que le compte est ouvert."),
        ),
        kept(
            "devices",
            devices.mappings(),
            title=N_("Mes appareils"),
            why=N_("Vous laisser entrer, et vous montrer où votre compte est ouvert."),
            until=N_("Jusqu’à ce que la session se ferme : de un jour à six mois."),
        ),
        kept(
            "passkeys",
            keys.mappings(),
            title=N_("Mes clés d’accès"),
            why=N_("Vous laisser entrer sans mot de passe ; l’empreinte ou le code qui les ouvre ne quitte pas votre appareil."),
            until=N_("Jusqu’à ce que vous les retiriez."),
        ),
        kept(
            "tokens",
            secrets.mappings(),
            title=N_("Mes liens et jetons"),
            why=N_("Les liens de nos courriels, l’adresse de votre agenda, les jetons de vos programmes ; jamais le secret lui-même."),
            until=N_("Trois mois après qu’ils ont servi, expiré ou été arrêtés."),
        ),
    ]


def _columns(row: Any, *, leave: Collection[str] = ()) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns if column.key not in leave}
