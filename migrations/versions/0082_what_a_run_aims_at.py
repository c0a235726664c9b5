"""A month's run says how far it goes: drafts to look at, or invoices."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0082", "0081"


def upgrade() -> None:
    with op.batch_alter_table("billing_run") as batch:
        batch.add_column(sa.Column("aim", sa.String(length=8), nullable=False, server_default="invoices"))
        batch.add_column(sa.Column("actor_id", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_billing_run_aim"), "aim IN ('drafts', 'invoices')")
    with op.batch_alter_table("billing_run") as batch:
        batch.alter_column("aim", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("billing_run") as batch:
        batch.drop_constraint(op.f("ck_billing_run_aim"), type_="check")
        batch.drop_column("actor_id")
        batch.drop_column("aim")
