"""A no-show or a late cancellation may be forgiven: what was used goes back to its lot, the fact stays."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0070", "0060"

KINDS = "'grant', 'hold', 'use', 'release', 'expire'"


def upgrade() -> None:
    with op.batch_alter_table("billing_lot_entry") as batch:
        batch.drop_constraint(op.f("ck_billing_lot_entry_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_billing_lot_entry_kind"), f"kind IN ({KINDS}, 'return')")
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("forgiven_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("forgiven_why", sa.String(length=500), nullable=False, server_default=""))
    with op.batch_alter_table("booking") as batch:
        batch.alter_column("forgiven_why", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("booking") as batch:
        batch.drop_column("forgiven_why")
        batch.drop_column("forgiven_at")
    with op.batch_alter_table("billing_lot_entry") as batch:
        batch.drop_constraint(op.f("ck_billing_lot_entry_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_billing_lot_entry_kind"), f"kind IN ({KINDS})")
