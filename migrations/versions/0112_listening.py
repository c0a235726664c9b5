"""Surveys, what leavers became, complaints."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0112", "0111"


def upgrade() -> None:
    op.create_table(
        "course_complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("received_by", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("improvement", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_course_complaint_answered")),
        sa.CheckConstraint("kind IN ('complaint', 'report', 'hazard')", name=op.f("ck_course_complaint_kind")),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_complaint_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_course_complaint_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_complaint_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_complaint")),
    )
    with op.batch_alter_table("course_complaint", schema=None) as batch_op:
        batch_op.create_index("ix_course_complaint_place", ["place_id", "received_at"], unique=False)

    op.create_table(
        "course_survey_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("survey", sa.String(length=10), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_survey_answer_cohort_id_course_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_survey_answer")),
    )
    with op.batch_alter_table("course_survey_answer", schema=None) as batch_op:
        batch_op.create_index("ix_course_survey_answer_survey", ["cohort_id", "survey"], unique=False)

    op.create_table(
        "course_follow_up",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("situation", sa.String(length=8), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (situation = '')", name=op.f("ck_course_follow_up_answered")),
        sa.CheckConstraint("situation IN ('', 'trade', 'job', 'training', 'looking', 'other')", name=op.f("ck_course_follow_up_situation")),
        sa.CheckConstraint("months IN (3, 6, 12)", name=op.f("ck_course_follow_up_months")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_follow_up_enrolment_id_course_enrolment")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_follow_up_place_id_place")),
        sa.PrimaryKeyConstraint("enrolment_id", "months", name=op.f("pk_course_follow_up")),
    )
    op.create_table(
        "course_survey_invitation",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("survey", sa.String(length=10), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("has_answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_survey_invitation_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_survey_invitation_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_survey_invitation_place_id_place")),
        sa.PrimaryKeyConstraint("cohort_id", "survey", "enrolment_id", name=op.f("pk_course_survey_invitation")),
    )


def downgrade() -> None:
    op.drop_table("course_survey_invitation")
    op.drop_table("course_follow_up")
    with op.batch_alter_table("course_survey_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_course_survey_answer_survey")

    op.drop_table("course_survey_answer")
    with op.batch_alter_table("course_complaint", schema=None) as batch_op:
        batch_op.drop_index("ix_course_complaint_place")

    op.drop_table("course_complaint")
