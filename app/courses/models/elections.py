"""Tables of the delegates' election. Who voted, and what was voted, share nothing but the count.

There is no ballot to find again: a vote adds one to a sum, and touches every sum of its round, so that neither a row, nor its order,
nor the transaction that wrote it last says who chose what.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Election(Model):
    """Élection d'une déléguée ou d'un délégué, titulaire or suppléant: one name a ballot, as many rounds as it needs."""

    __tablename__ = "course_election"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "seat"),
        sa.CheckConstraint("seat IN ('delegate', 'substitute')", name="seat"),
        sa.CheckConstraint("state IN ('standing', 'voting', 'elected', 'none')", name="state"),
        sa.CheckConstraint("(state = 'elected') = (elected_id IS NOT NULL)", name="somebody"),
        sa.CheckConstraint("round >= 1", name="round"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    seat: Mapped[str] = mapped_column(sa.String(10))
    state: Mapped[str] = mapped_column(sa.String(8), default="standing")
    round: Mapped[int] = mapped_column(default=1)
    electors: Mapped[int] = mapped_column(default=0)  # when the vote opened
    elected_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Candidate(Model):
    """Candidature: somebody who stands for a seat."""

    __tablename__ = "course_election_candidate"

    election_id: Mapped[int] = mapped_column(sa.ForeignKey("course_election.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"), primary_key=True)
    stood_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Voter(Model):
    """Émargement du vote: this person has voted in this round. Never what, nor when."""

    __tablename__ = "course_election_voter"

    election_id: Mapped[int] = mapped_column(sa.ForeignKey("course_election.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"), primary_key=True)


class Tally(Model):
    """Décompte: how many votes a choice has in a round; 0 stands for blank votes."""

    __tablename__ = "course_election_tally"
    __table_args__ = (sa.CheckConstraint("votes >= 0", name="votes"),)

    election_id: Mapped[int] = mapped_column(sa.ForeignKey("course_election.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    choice: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # an enrolment, or 0
    votes: Mapped[int] = mapped_column(default=0)
