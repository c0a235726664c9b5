"""What proves an indicator of quality and is brought by hand; who is told of a disability."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0121", "0120"


def upgrade() -> None:
    with op.batch_alter_table("place") as batch:
        batch.add_column(sa.Column("disability_referent", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("place") as batch:
        batch.alter_column("disability_referent", server_default=None)
    op.create_table(
        "course_quality_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.Integer(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("indicator > 0", name=op.f("ck_course_quality_note_indicator")),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name=op.f("fk_course_quality_note_author_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_quality_note_place_id_place")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_course_quality_note_upload_id_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_quality_note")),
    )
    op.create_index("ix_course_quality_note_place", "course_quality_note", ["place_id", "indicator", "dated_on"])


def downgrade() -> None:
    op.drop_table("course_quality_note")
    with op.batch_alter_table("place") as batch:
        batch.drop_column("disability_referent")
