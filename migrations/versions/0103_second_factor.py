"""A second factor: a code on the telephone, and spare codes."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0103", "0102"


def upgrade() -> None:
    op.create_table(
        "member_second_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_second_factor_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_second_factor")),
        sa.UniqueConstraint("member_id", name=op.f("uq_member_second_factor_member_id")),
    )
    op.create_table(
        "member_spare_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_spare_code_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_spare_code")),
        sa.UniqueConstraint("member_id", "code_hash", name=op.f("uq_member_spare_code_member_id_code_hash")),
    )
    with op.batch_alter_table("member_session") as batch:
        batch.add_column(sa.Column("awaits_code", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("member_session") as batch:
        batch.alter_column("awaits_code", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("member_session") as batch:
        batch.drop_column("awaits_code")
    op.drop_table("member_spare_code")
    op.drop_table("member_second_factor")
