"""A page of payment may be for a booking that is kept meanwhile: for what, for whom, until when."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0116", "0115"


def upgrade() -> None:
    with op.batch_alter_table("billing_provider_call") as batch:
        batch.add_column(sa.Column("ref", sa.String(length=60), nullable=True))
        batch.add_column(sa.Column("member_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("wanted_until", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f("fk_billing_provider_call_member_id_member"), "member", ["member_id"], ["id"])
        batch.create_index("ix_provider_call_ref", ["ref"])


def downgrade() -> None:
    with op.batch_alter_table("billing_provider_call") as batch:
        batch.drop_index("ix_provider_call_ref")
        batch.drop_constraint(op.f("fk_billing_provider_call_member_id_member"), type_="foreignkey")
        batch.drop_column("wanted_until")
        batch.drop_column("member_id")
        batch.drop_column("ref")
