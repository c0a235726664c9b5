"""The drawer also keeps the files taken in, and what category a person gave to an absence."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0090", "0083"


def upgrade() -> None:
    with op.batch_alter_table("course_paper") as table:
        table.add_column(sa.Column("category", sa.String(20), nullable=False, server_default=""))
        table.drop_constraint(op.f("ck_course_paper_kind"), type_="check")
        table.drop_constraint(op.f("ck_course_paper_of_somebody"), type_="check")
        table.create_check_constraint(op.f("ck_course_paper_kind"), "kind IN ('sheet', 'absence', 'company', 'import')")
        table.create_check_constraint(op.f("ck_course_paper_of_somebody"), "kind IN ('sheet', 'import') OR enrolment_id IS NOT NULL")
    with op.batch_alter_table("course_paper") as table:
        table.alter_column("category", existing_type=sa.String(20), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("course_paper") as table:
        table.drop_constraint(op.f("ck_course_paper_kind"), type_="check")
        table.drop_constraint(op.f("ck_course_paper_of_somebody"), type_="check")
        table.create_check_constraint(op.f("ck_course_paper_kind"), "kind IN ('sheet', 'absence', 'company')")
        table.create_check_constraint(op.f("ck_course_paper_of_somebody"), "kind = 'sheet' OR enrolment_id IS NOT NULL")
        table.drop_column("category")
