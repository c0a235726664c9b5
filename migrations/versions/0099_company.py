"""A second person joins who may not use a machine alone."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0099", "0096"


def upgrade() -> None:
    op.create_table(
        "fablab_companion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 1", name=op.f("ck_fablab_companion_number")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_fablab_companion_booking_id_booking")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_companion_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_companion")),
    )
    op.create_index("ix_companion_member", "fablab_companion", ["member_id"], unique=False)
    op.create_index(
        "uq_companion_number",
        "fablab_companion",
        ["booking_id", "number"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_index(
        "uq_companion_once",
        "fablab_companion",
        ["booking_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_companion_once", "fablab_companion")
    op.drop_index("uq_companion_number", "fablab_companion")
    op.drop_index("ix_companion_member", "fablab_companion")
    op.drop_table("fablab_companion")
