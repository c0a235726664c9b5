"""Who runs the lieu may have its week by mail, or not."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0083", "0082"


def upgrade() -> None:
    with op.batch_alter_table("member") as batch:
        batch.add_column(sa.Column("wants_digest", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("member") as batch:
        batch.alter_column("wants_digest", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("member") as batch:
        batch.drop_column("wants_digest")
