"""The delegates' election: who voted, and the sums, with nothing between them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0111", "0110"


def upgrade() -> None:
    op.create_table(
        "course_election",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("electors", sa.Integer(), nullable=False),
        sa.Column("elected_id", sa.Integer(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'elected') = (elected_id IS NOT NULL)", name=op.f("ck_course_election_somebody")),
        sa.CheckConstraint("seat IN ('delegate', 'substitute')", name=op.f("ck_course_election_seat")),
        sa.CheckConstraint("state IN ('standing', 'voting', 'elected', 'none')", name=op.f("ck_course_election_state")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_course_election_round")),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_election_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["elected_id"], ["course_enrolment.id"], name=op.f("fk_course_election_elected_id_course_enrolment")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_election_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_election")),
        sa.UniqueConstraint("cohort_id", "seat", name=op.f("uq_course_election_cohort_id_seat")),
    )
    op.create_table(
        "course_election_candidate",
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("stood_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_id"], ["course_election.id"], name=op.f("fk_course_election_candidate_election_id_course_election")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_election_candidate_enrolment_id_course_enrolment")
        ),
        sa.PrimaryKeyConstraint("election_id", "enrolment_id", name=op.f("pk_course_election_candidate")),
    )
    op.create_table(
        "course_election_tally",
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_course_election_tally_votes")),
        sa.ForeignKeyConstraint(["election_id"], ["course_election.id"], name=op.f("fk_course_election_tally_election_id_course_election")),
        sa.PrimaryKeyConstraint("election_id", "round", "choice", name=op.f("pk_course_election_tally")),
    )
    op.create_table(
        "course_election_voter",
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["course_election.id"], name=op.f("fk_course_election_voter_election_id_course_election")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_election_voter_enrolment_id_course_enrolment")
        ),
        sa.PrimaryKeyConstraint("election_id", "round", "enrolment_id", name=op.f("pk_course_election_voter")),
    )


def downgrade() -> None:
    op.drop_table("course_election_voter")
    op.drop_table("course_election_tally")
    op.drop_table("course_election_candidate")
    op.drop_table("course_election")
