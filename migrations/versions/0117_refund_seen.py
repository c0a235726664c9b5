"""The line of the bank's statement that a refund by transfer is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0117", "0116"


def upgrade() -> None:
    with op.batch_alter_table("billing_bank_line") as batch:
        batch.add_column(sa.Column("refund_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_billing_bank_line_refund_id_billing_movement"), "billing_movement", ["refund_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_billing_bank_line_refund_id"), ["refund_id"])


def downgrade() -> None:
    with op.batch_alter_table("billing_bank_line") as batch:
        batch.drop_constraint(op.f("uq_billing_bank_line_refund_id"), type_="unique")
        batch.drop_constraint(op.f("fk_billing_bank_line_refund_id_billing_movement"), type_="foreignkey")
        batch.drop_column("refund_id")
