"""Tables of presence: the events, which nobody can change; what they come to for each half-day; the drawer of papers."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime
from app.courses.rules.absences import CATEGORIES
from app.courses.rules.alerts import NAMES


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


class AttendanceEvent(Model):
    """Événement d'émargement: one act, written once. The database refuses to change or remove one, and one out of its rank."""

    __tablename__ = "course_attendance_event"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "rank"),
        sa.UniqueConstraint("cohort_id", "act"),
        sa.Index("ix_course_event_session", "session_id"),
        sa.Index("ix_course_event_enrolment", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    rank: Mapped[int]  # 1, 2, 3… in its cohort
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(sa.String(20))
    act: Mapped[str] = mapped_column(sa.String(80))  # one act has one event, however often it is sent
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_session.id"))
    enrolment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    cites_rank: Mapped[int | None]  # the event that it corrects
    facts: Mapped[str] = mapped_column(sa.Text)  # JSON, fingerprinted as it is
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
    seal: Mapped[str] = mapped_column(sa.String(80))


class AttendanceChain(Model):
    """Chaîne d'une promotion: how many events, and the fingerprint of the last."""

    __tablename__ = "course_attendance_chain"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    length: Mapped[int]
    head: Mapped[str] = mapped_column(sa.String(64))


class AttendanceAnchor(Model):
    """Ancre: the head of a chain as it was mailed on a day."""

    __tablename__ = "course_attendance_anchor"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    rank: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attendance(Model):
    """Présence d'une personne à une demi-journée: what its events come to. Without a row, nothing was said yet."""

    __tablename__ = "course_attendance"
    __table_args__ = (
        sa.CheckConstraint("state IN ('planned', 'present', 'absent')", name="state"),
        sa.CheckConstraint("late >= 0 AND early >= 0 AND wrong_codes >= 0", name="numbers"),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_rank IS NULL)", name="signature"),
        sa.CheckConstraint("(countersigned_at IS NULL) = (countersigned_rank IS NULL)", name="countersignature"),
        sa.CheckConstraint("category = '' OR " + _one_of("category", CATEGORIES), name="category"),
        sa.CheckConstraint("NOT justified OR category <> ''", name="justified_for_a_reason"),
        sa.Index("ix_course_attendance_session", "session_id"),
    )

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"), primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("course_session.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    state: Mapped[str] = mapped_column(sa.String(8), default="planned")
    late: Mapped[int] = mapped_column(default=0)  # minutes after the start
    early: Mapped[int] = mapped_column(default=0)  # minutes before the end
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_rank: Mapped[int | None]  # the event that says so
    countersigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    countersigned_rank: Mapped[int | None]
    countersigned_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    sheet_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_paper.id"))  # validated: both signatures are on it
    category: Mapped[str] = mapped_column(sa.String(20), default="")  # why they were away; never the story
    justified: Mapped[bool] = mapped_column(default=False)
    wrong_codes: Mapped[int] = mapped_column(default=0)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignLink(Model):
    """Lien personnel de signature: for who has no account at hand. It serves once, and only its own person."""

    __tablename__ = "course_sign_link"
    __table_args__ = (sa.Index("ix_course_sign_link_pair", "session_id", "enrolment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("course_session.id"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CoursePaper(Model):
    """Pièce: a scanned sheet, or what justifies an absence, in a drawer that says who opened it.

    The original is kept as it came, with its fingerprint; what is shown is a picture made again from it. The database refuses to
    remove one, or to change what was sent.
    """

    __tablename__ = "course_paper"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('sheet', 'absence', 'company', 'import')", name="kind"),
        sa.CheckConstraint("kind IN ('sheet', 'import') OR enrolment_id IS NOT NULL", name="of_somebody"),
        sa.CheckConstraint("validated_at IS NULL OR refused_at IS NULL", name="one_answer"),
        sa.Index("ix_course_paper_cohort", "cohort_id", "first_day"),
        sa.Index("ix_course_paper_enrolment", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    enrolment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    first_day: Mapped[date]  # what it speaks of
    last_day: Mapped[date]
    category: Mapped[str] = mapped_column(sa.String(20), default="")  # why, as the person says it; accepted, it becomes the absence's
    media_type: Mapped[str] = mapped_column(sa.String(40))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    preview: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)  # a PNG of ours; none: it could not be drawn
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    validated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    validated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its time was over: only the fingerprint is left


class AbsenceAlert(Model):
    """Alerte d'absence: given once for each level."""

    __tablename__ = "course_absence_alert"
    __table_args__ = (sa.CheckConstraint(_one_of("level", NAMES), name="level"),)

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"), primary_key=True)
    level: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    unjustified: Mapped[int]  # minutes, that day
    planned: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Certificate(Model):
    """Certificat de réalisation. Never changed: a mistake is cancelled, and another one takes its place."""

    __tablename__ = "course_certificate"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "year", "rank"),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancel_reason = '')", name="cancelled_for_a_reason"),
        sa.CheckConstraint("minutes_done > 0", name="something_done"),
        sa.Index("ix_course_certificate_enrolment", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    year: Mapped[int]
    rank: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(20))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    minutes_done: Mapped[int]
    printed: Mapped[str] = mapped_column(sa.Text)  # JSON: all that the paper says, so that it is the same for ever
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_certificate.id"), unique=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    cancel_reason: Mapped[str] = mapped_column(sa.String(300), default="")
