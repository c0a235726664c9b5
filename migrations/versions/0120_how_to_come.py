"""How one comes to the lieu, told to who comes the first time; who comes for a booking is found at once."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0120", "0119"


def upgrade() -> None:
    with op.batch_alter_table("place") as batch:
        batch.add_column(sa.Column("how_to_come", sa.String(500), nullable=False, server_default=""))
    with op.batch_alter_table("place") as batch:
        batch.alter_column("how_to_come", server_default=None)
    op.create_index("ix_visitor_booking", "coworking_visitor", ["booking_id"])


def downgrade() -> None:
    op.drop_index("ix_visitor_booking", "coworking_visitor")
    with op.batch_alter_table("place") as batch:
        batch.drop_column("how_to_come")
