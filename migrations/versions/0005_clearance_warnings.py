"""A clearance that ends is told of once, thirty days and seven days before, and when it has."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"

COLUMNS = ("warned_at_30", "warned_at_7", "lapse_told_at")


def upgrade() -> None:
    with op.batch_alter_table("fablab_clearance") as table:
        for name in COLUMNS:
            table.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fablab_clearance") as table:
        for name in COLUMNS:
            table.drop_column(name)
