"""The evidence of a course keeps the name of somebody erased, for its legal time."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0106", "0105"


def upgrade() -> None:
    with op.batch_alter_table("course_enrolment") as batch:
        batch.add_column(sa.Column("kept_name", sa.String(120), nullable=False, server_default=""))
    with op.batch_alter_table("course_enrolment") as batch:
        batch.alter_column("kept_name", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("course_enrolment") as batch:
        batch.drop_column("kept_name")
