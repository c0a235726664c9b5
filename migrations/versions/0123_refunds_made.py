"""A transfer that gives money back is said to be made, whether a statement shows it or not."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0123", "0122"


def upgrade() -> None:
    op.create_table(
        "billing_refund_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("movement_id", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["billing_movement.id"], name=op.f("fk_billing_refund_transfer_movement_id_billing_movement")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_refund_transfer_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_refund_transfer")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_billing_refund_transfer_movement_id")),
    )


def downgrade() -> None:
    op.drop_table("billing_refund_transfer")
