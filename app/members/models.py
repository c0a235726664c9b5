"""Tables of people: one identity for desk, machine, course and bill."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.db import Model, UtcDateTime
from app.core.text import searchable
from app.members import rules
from app.members.rules import ROLES


class Member(Model):
    """Adhérent·e, usager: anyone known by name."""

    __tablename__ = "member"
    __table_args__ = (
        sa.CheckConstraint("status IN ('unconfirmed', 'active', 'suspended', 'inactive', 'erased')", name="status"),
        sa.Index("ix_member_name", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(sa.String(120))
    search_text: Mapped[str] = mapped_column(sa.String(400), default="")  # name and address as a search writes them
    new_email: Mapped[str] = mapped_column(sa.String(254), default="")  # asked for; becomes `email` when its link is opened
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    status: Mapped[str] = mapped_column(sa.String(12), default="active")
    status_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    street: Mapped[str] = mapped_column(sa.String(200), default="")
    postal_code: Mapped[str] = mapped_column(sa.String(10), default="")
    town: Mapped[str] = mapped_column(sa.String(120), default="")
    birth_date: Mapped[date | None]
    guardian_name: Mapped[str] = mapped_column(sa.String(120), default="")  # a minor's
    guardian_email: Mapped[str] = mapped_column(sa.String(254), default="")
    guardian_consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locale: Mapped[str] = mapped_column(sa.String(5), default="fr")
    tariff_group: Mapped[str] = mapped_column(sa.String(40), default="plein")  # code of a billing.TariffGroup
    badge: Mapped[bool] = mapped_column(default=False)  # may come day and night where the lieu allows it
    in_directory: Mapped[bool] = mapped_column(default=False)
    shows_presence: Mapped[bool] = mapped_column(default=False)
    skills: Mapped[str] = mapped_column(sa.String(300), default="")
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    wants_digest: Mapped[bool] = mapped_column(default=True)  # the lieu's week by mail, for who runs it
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    is_organisation_contact: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    absence_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # away for two years, and told that the account will be erased

    organisation: Mapped["Organisation | None"] = relationship()
    role_rows: Mapped[list["MemberRole"]] = relationship(cascade="all, delete-orphan", lazy="selectin", order_by="MemberRole.id")

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(row.role for row in self.role_rows)

    @property
    def is_erased(self) -> bool:
        return self.status == "erased"

    @property
    def awaits_guardian(self) -> bool:
        """A minor whose address has answered, and whose guardian has not."""
        return self.status == "unconfirmed" and self.confirmed_at is not None

    def may(self, action: str) -> bool:
        return rules.may(self.roles, action)

    @validates("name", "email")
    def _keep_searchable(self, field: str, value: str) -> str:
        both = {"name": self.name, "email": self.email} | {field: value}
        self.search_text = searchable(f"{both['name'] or ''} {both['email'] or ''}")
        return value


class MemberRole(Model):
    """Rôle: what a person does here. Rights follow from it, in `members.rules`."""

    __tablename__ = "member_role"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "role"),
        sa.CheckConstraint("role IN (" + ", ".join(f"'{role}'" for role in ROLES) + ")", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(sa.String(20))


class Organisation(Model):
    """Organisation: pays for several people; sees counts and invoices, never who sat beside whom."""

    __tablename__ = "member_organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    siren: Mapped[str] = mapped_column(sa.String(9), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    street: Mapped[str] = mapped_column(sa.String(200), default="")
    postal_code: Mapped[str] = mapped_column(sa.String(10), default="")
    town: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Group(Model):
    """Groupe: a cohort, a family, a company; it may hold lots, a tariff and clearances for its people."""

    __tablename__ = "member_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    tariff_group: Mapped[str | None] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class GroupMember(Model):
    """Membre d'un groupe, from a day to a day, both included; no end: still in it."""

    __tablename__ = "member_group_member"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "member_id", "since"),
        sa.CheckConstraint("until IS NULL OR since <= until", name="forward"),
        sa.Index("ix_group_member_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    since: Mapped[date]
    until: Mapped[date | None]


class WebSession(Model):
    """Session: a device where someone is signed in; the cookie holds its token, the row only a hash of it."""

    __tablename__ = "member_session"
    __table_args__ = (sa.Index("ix_session_member", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")
    remembered: Mapped[bool] = mapped_column(default=False)
    awaits_code: Mapped[bool] = mapped_column(default=False)  # the password was right; opens nothing before the code is
    seen_as_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))  # staff looking with a member's eyes

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True, foreign_keys=member_id)


class SecondFactor(Model):
    """Second facteur: the secret that a telephone shares with the house, of which it draws a code each thirty seconds (TOTP, RFC 6238)."""

    __tablename__ = "member_second_factor"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), unique=True)
    sealed_secret: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a first code has answered: it is asked from now on
    last_step: Mapped[int] = mapped_column(default=0)  # thirty seconds whose code has served: none serves twice


class SpareCode(Model):
    """Code de secours: opens once, for the day when the telephone is lost; only its hash is kept."""

    __tablename__ = "member_spare_code"
    __table_args__ = (sa.UniqueConstraint("member_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Model):
    """Clé d'accès: the public half of a key that a device keeps, and opens with a finger or a code (WebAuthn)."""

    __tablename__ = "member_passkey"
    __table_args__ = (sa.Index("ix_passkey_member", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    credential_id: Mapped[str] = mapped_column(sa.String(1400), unique=True)  # base64url, as browsers write it
    public_key: Mapped[str] = mapped_column(sa.String(1400))  # COSE, base64url
    sign_count: Mapped[int] = mapped_column(default=0)  # how often it has signed, where the device counts
    label: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessToken(Model):
    """Jeton: a secret that stands for a person for one purpose (`rules.PURPOSES`); only its hash is kept."""

    __tablename__ = "member_token"
    __table_args__ = (sa.Index("ix_token_member", "member_id", "purpose"),)

    LONGEST_SUBJECT: ClassVar[int] = 60

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(12))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(sa.String(LONGEST_SUBJECT), default="")  # of a feed: "resource:12"…; of a sign-up: the page after
    scopes: Mapped[str] = mapped_column(sa.String(200), default="")  # separated by spaces
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    member: Mapped[Member | None] = relationship(lazy="joined")


class SignInAttempt(Model):
    """Essai de connexion: counted by account and by address to slow guessing down; kept a day."""

    __tablename__ = "member_sign_in_attempt"
    __table_args__ = (sa.Index("ix_attempt_subject", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(80))  # a keyed hash of the address or of the account
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Membership(Model):
    """Adhésion: the yearly membership of the association; last day included."""

    __tablename__ = "member_membership"
    __table_args__ = (sa.CheckConstraint("first_day <= last_day", name="forward"), sa.Index("ix_membership_member", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
