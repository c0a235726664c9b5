"""A call to Stripe keeps its words: asked again with the same key, they are the same."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0081", "0080"


def upgrade() -> None:
    with op.batch_alter_table("billing_provider_call") as table:
        table.add_column(sa.Column("request", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("billing_provider_call") as table:
        table.drop_column("request")
