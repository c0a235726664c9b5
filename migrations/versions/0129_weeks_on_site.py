"""The weeks that a cohort spends on site may be said one by one."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0129", "0128"


def upgrade() -> None:
    op.add_column("course_cohort", sa.Column("site_weeks", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("course_cohort", "site_weeks")
