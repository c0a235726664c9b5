"""A booking may be the lieu's own use, which nobody pays."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0124", "0123"


def upgrade() -> None:
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("for_lieu", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("booking") as batch:
        batch.alter_column("for_lieu", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("booking") as batch:
        batch.drop_column("for_lieu")
