"""What was made here, its pictures, its machines."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0104", "0103"


def upgrade() -> None:
    op.create_table(
        "fablab_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("licence", sa.String(length=20), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("visibility", sa.String(length=7), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("visibility IN ('draft', 'members', 'public')", name=op.f("ck_fablab_project_visibility")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_project_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_project_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_project")),
    )
    op.create_index("ix_project_member", "fablab_project", ["member_id"], unique=False)
    op.create_index("ix_project_shown", "fablab_project", ["place_id", "visibility", "id"], unique=False)
    op.create_table(
        "fablab_project_machine",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["fablab_project.id"], name=op.f("fk_fablab_project_machine_project_id_fablab_project"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_project_machine_resource_id_booking_resource")
        ),
        sa.PrimaryKeyConstraint("project_id", "resource_id", name=op.f("pk_fablab_project_machine")),
    )
    op.create_table(
        "fablab_project_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("small_id", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["fablab_project.id"], name=op.f("fk_fablab_project_photo_project_id_fablab_project"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["small_id"], ["upload.id"], name=op.f("fk_fablab_project_photo_small_id_upload")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_fablab_project_photo_upload_id_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_project_photo")),
        sa.UniqueConstraint("small_id", name=op.f("uq_fablab_project_photo_small_id")),
        sa.UniqueConstraint("upload_id", name=op.f("uq_fablab_project_photo_upload_id")),
    )
    op.create_index("ix_project_photo_project", "fablab_project_photo", ["project_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_project_photo_project", "fablab_project_photo")
    op.drop_table("fablab_project_photo")
    op.drop_table("fablab_project_machine")
    op.drop_index("ix_project_shown", "fablab_project")
    op.drop_index("ix_project_member", "fablab_project")
    op.drop_table("fablab_project")
