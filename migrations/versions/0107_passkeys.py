"""Passkeys."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0107", "0106"


def upgrade() -> None:
    op.create_table(
        "member_passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.String(length=1400), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_passkey_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_member_passkey_credential_id")),
    )
    op.create_index("ix_passkey_member", "member_passkey", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_passkey_member", "member_passkey")
    op.drop_table("member_passkey")
