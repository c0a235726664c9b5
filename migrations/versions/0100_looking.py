"""Somebody of the team looks at the lieu with a member's eyes."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0100", "0099"


def upgrade() -> None:
    with op.batch_alter_table("member_session") as batch:
        batch.add_column(sa.Column("seen_as_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_member_session_seen_as_id_member"), "member", ["seen_as_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with op.batch_alter_table("member_session") as batch:
        batch.drop_constraint(op.f("fk_member_session_seen_as_id_member"), type_="foreignkey")
        batch.drop_column("seen_as_id")
