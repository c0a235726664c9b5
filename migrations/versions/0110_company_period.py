"""Weeks in a company: the agreement, what each week was, the tutor's grid."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0110", "0109"


def upgrade() -> None:
    op.create_table(
        "course_company_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("tutor_name", sa.String(length=120), nullable=False),
        sa.Column("tutor_role", sa.String(length=120), nullable=False),
        sa.Column("tutor_email", sa.String(length=254), nullable=False),
        sa.Column("tasks", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("visit_notes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_course_company_agreement_forward")),
        sa.CheckConstraint("signed_on IS NULL OR signed_on < first_day", name=op.f("ck_course_company_agreement_before_day_one")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_company_agreement_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_company_agreement_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_company_agreement")),
        sa.UniqueConstraint("enrolment_id", "first_day", name=op.f("uq_course_company_agreement_enrolment_id_first_day")),
    )
    op.create_table(
        "course_company_level",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("competence_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_course_company_level_level")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["course_company_agreement.id"], name=op.f("fk_course_company_level_agreement_id_course_company_agreement")
        ),
        sa.ForeignKeyConstraint(
            ["competence_id"], ["course_competence.id"], name=op.f("fk_course_company_level_competence_id_course_competence")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "competence_id", name=op.f("pk_course_company_level")),
    )
    op.create_table(
        "course_company_week",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("trainee_said", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("trainee_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("tutor_said", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tutor_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(trainee_signed_at IS NULL) = (trainee_said IS NULL)", name=op.f("ck_course_company_week_trainee")),
        sa.CheckConstraint("(tutor_signed_at IS NULL) = (tutor_said IS NULL)", name=op.f("ck_course_company_week_tutor")),
        sa.CheckConstraint(
            "paper_id IS NULL OR (trainee_signed_at IS NOT NULL AND tutor_signed_at IS NOT NULL)", name=op.f("ck_course_company_week_both")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["course_company_agreement.id"], name=op.f("fk_course_company_week_agreement_id_course_company_agreement")
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["course_paper.id"], name=op.f("fk_course_company_week_paper_id_course_paper")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_company_week_place_id_place")),
        sa.PrimaryKeyConstraint("agreement_id", "monday", name=op.f("pk_course_company_week")),
    )


def downgrade() -> None:
    op.drop_table("course_company_week")
    op.drop_table("course_company_level")
    op.drop_table("course_company_agreement")
