"""Badge readers, what they said once, and whose a badge is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0105", "0104"


def upgrade() -> None:
    op.create_table(
        "fablab_badge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_badge_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_badge_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_badge")),
    )
    op.create_index("ix_badge_member", "fablab_badge", ["member_id"], unique=False)
    op.create_index(
        "uq_badge_mark",
        "fablab_badge",
        ["place_id", "mark"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "fablab_relay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("sealed_secret", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unknown_mark", sa.String(length=64), nullable=False),
        sa.Column("unknown_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_relay_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_relay_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_relay")),
        sa.UniqueConstraint("key", name=op.f("uq_fablab_relay_key")),
    )
    op.create_index("ix_relay_resource", "fablab_relay", ["resource_id"], unique=False)
    op.create_table(
        "fablab_relay_nonce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("relay_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["relay_id"], ["fablab_relay.id"], name=op.f("fk_fablab_relay_nonce_relay_id_fablab_relay")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_relay_nonce")),
        sa.UniqueConstraint("relay_id", "nonce", name=op.f("uq_fablab_relay_nonce_relay_id_nonce")),
    )
    op.create_index("ix_relay_nonce_at", "fablab_relay_nonce", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_relay_nonce_at", "fablab_relay_nonce")
    op.drop_table("fablab_relay_nonce")
    op.drop_index("ix_relay_resource", "fablab_relay")
    op.drop_table("fablab_relay")
    op.drop_index("uq_badge_mark", "fablab_badge")
    op.drop_index("ix_badge_member", "fablab_badge")
    op.drop_table("fablab_badge")
