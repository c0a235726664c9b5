"""Public money of each month beside the lieu's own; and hours given by volunteers, a memo of the books."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0114", "0113"


def upgrade() -> None:
    with op.batch_alter_table("place") as batch:
        batch.add_column(sa.Column("public_money", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("place") as batch:
        batch.alter_column("public_money", server_default=None)
    op.create_table(
        "billing_volunteer_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("hour_cents", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_billing_volunteer_hours_minutes")),
        sa.CheckConstraint("hour_cents >= 0", name=op.f("ck_billing_volunteer_hours_cents")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_volunteer_hours_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_volunteer_hours")),
    )
    op.create_index("ix_volunteer_hours_day", "billing_volunteer_hours", ["place_id", "day"])


def downgrade() -> None:
    op.drop_table("billing_volunteer_hours")
    with op.batch_alter_table("place") as batch:
        batch.drop_column("public_money")
