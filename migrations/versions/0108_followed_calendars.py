"""A calendar from elsewhere is followed by its address: when it was last asked."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0108", "0107"


def upgrade() -> None:
    with op.batch_alter_table("coworking_outside_calendar") as batch:
        batch.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("coworking_outside_calendar") as batch:
        batch.drop_column("asked_at")
