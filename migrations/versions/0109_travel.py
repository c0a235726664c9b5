"""Rights that travel: a lieu's key, whom it trusts, what it accepted."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0109", "0108"


def upgrade() -> None:
    op.create_table(
        "fablab_lieu_key",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(length=60), nullable=False),
        sa.Column("sealed_private", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_lieu_key_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_fablab_lieu_key")),
    )
    op.create_table(
        "fablab_trusted_lieu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=200), nullable=False),
        sa.Column("public_key", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_trusted_lieu_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_trusted_lieu")),
    )
    op.create_index(
        "uq_trusted_key",
        "fablab_trusted_lieu",
        ["place_id", "public_key"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "fablab_accepted_right",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("clearance_id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clearance_id"], ["fablab_clearance.id"], name=op.f("fk_fablab_accepted_right_clearance_id_fablab_clearance")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_accepted_right_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_accepted_right")),
        sa.UniqueConstraint("place_id", "public_key", "number", name=op.f("uq_fablab_accepted_right_place_id_public_key_number")),
    )
    op.create_index("ix_accepted_right_clearance", "fablab_accepted_right", ["clearance_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_accepted_right_clearance", "fablab_accepted_right")
    op.drop_table("fablab_accepted_right")
    op.drop_index("uq_trusted_key", "fablab_trusted_lieu")
    op.drop_table("fablab_trusted_lieu")
    op.drop_table("fablab_lieu_key")
