"""Interviews with a trainee, quizzes of a programme's sequences, and chosen readers of a journal."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0119", "0118"


def upgrade() -> None:
    op.create_table(
        "course_interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('start', 'follow_up', 'mid', 'end')", name=op.f("ck_course_interview_kind")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_interview_enrolment_id_course_enrolment")),
        sa.ForeignKeyConstraint(["held_by_id"], ["member.id"], name=op.f("fk_course_interview_held_by_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_interview")),
    )
    op.create_index("ix_course_interview_enrolment", "course_interview", ["enrolment_id", "held_on"])
    op.create_table(
        "course_sequence_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("quiz", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND questions", name=op.f("ck_course_sequence_attempt_score")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_sequence_attempt_enrolment_id_course_enrolment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_sequence_attempt")),
    )
    op.create_index("ix_course_sequence_attempt_enrolment", "course_sequence_attempt", ["enrolment_id"])
    op.create_table(
        "course_journal_reader",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["course_journal_page.id"], name=op.f("fk_course_journal_reader_page_id_course_journal_page"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_course_journal_reader_member_id_member")),
        sa.PrimaryKeyConstraint("page_id", "member_id", name=op.f("pk_course_journal_reader")),
    )
    op.create_index("ix_course_journal_reader_member", "course_journal_reader", ["member_id"])


def downgrade() -> None:
    op.drop_table("course_journal_reader")
    op.drop_table("course_sequence_attempt")
    op.drop_table("course_interview")
