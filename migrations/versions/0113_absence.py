"""When somebody who has not been here for two years was told that their account will be erased."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0113", "0112"


def upgrade() -> None:
    op.add_column("member", sa.Column("absence_told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("member") as batch:
        batch.drop_column("absence_told_at")
