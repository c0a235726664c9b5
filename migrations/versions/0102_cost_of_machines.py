"""What the lieu pays a kWh, to say what its machines cost."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0102", "0101"


def upgrade() -> None:
    op.add_column("place", sa.Column("kwh_price", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("place", "kwh_price")
