"""Many papers at once are made by the worker, a few at a time, and kept some days for who asked."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0127", "0126"


def upgrade() -> None:
    op.create_table(
        "course_bundle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("with_grades", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind IN ('evidence', 'statements', 'certificates')", name=op.f("ck_course_bundle_kind")),
        sa.CheckConstraint("(kind = 'statements') = (month IS NOT NULL)", name=op.f("ck_course_bundle_month")),
        sa.CheckConstraint("(finished_at IS NULL) = (content IS NULL)", name=op.f("ck_course_bundle_content")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["member.id"], name=op.f("fk_course_bundle_asked_by_id_member")),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_bundle_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_bundle_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_bundle")),
    )
    op.create_index("ix_course_bundle_asked", "course_bundle", ["asked_by_id", "cohort_id"])
    op.create_table(
        "course_bundle_paper",
        sa.Column("bundle_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["course_bundle.id"], name=op.f("fk_course_bundle_paper_bundle_id_course_bundle")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_bundle_paper_place_id_place")),
        sa.PrimaryKeyConstraint("bundle_id", "name", "rank", name=op.f("pk_course_bundle_paper")),
    )


def downgrade() -> None:
    op.drop_table("course_bundle_paper")
    op.drop_table("course_bundle")
