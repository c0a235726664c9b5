"""Tools that are lent, storage boxes and whose they are."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0101", "0100"


def upgrade() -> None:
    op.create_table(
        "fablab_box",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("where_it_is", sa.String(length=120), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("self_service", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('good', 'retired')", name=op.f("ck_fablab_box_state")),
        sa.CheckConstraint("months > 0", name=op.f("ck_fablab_box_months")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_box_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_box")),
        sa.UniqueConstraint("place_id", "mark", name=op.f("uq_fablab_box_place_id_mark")),
    )
    op.create_table(
        "fablab_box_permit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("box_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("warned_at_30", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at_7", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapse_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_fablab_box_permit_forward")),
        sa.ForeignKeyConstraint(["box_id"], ["fablab_box.id"], name=op.f("fk_fablab_box_permit_box_id_fablab_box")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_box_permit_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_box_permit_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_box_permit")),
    )
    op.create_index("ix_box_permit_member", "fablab_box_permit", ["member_id"], unique=False)
    op.create_index(
        "uq_box_permit_taken",
        "fablab_box_permit",
        ["box_id"],
        unique=True,
        sqlite_where=sa.text("released_on IS NULL"),
        postgresql_where=sa.text("released_on IS NULL"),
    )
    op.create_table(
        "fablab_tool",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("shelf", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("loan_days", sa.Integer(), nullable=False),
        sa.Column("self_service", sa.Boolean(), nullable=False),
        sa.Column("clearance_type_id", sa.Integer(), nullable=True),
        sa.Column("value_cents", sa.Integer(), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('good', 'broken', 'lost', 'retired')", name=op.f("ck_fablab_tool_state")),
        sa.CheckConstraint("loan_days > 0", name=op.f("ck_fablab_tool_loan_days")),
        sa.ForeignKeyConstraint(
            ["clearance_type_id"], ["fablab_clearance_type.id"], name=op.f("fk_fablab_tool_clearance_type_id_fablab_clearance_type")
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["upload.id"], name=op.f("fk_fablab_tool_photo_id_upload")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_tool_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_tool")),
        sa.UniqueConstraint("place_id", "mark", name=op.f("uq_fablab_tool_place_id_mark")),
    )
    op.create_table(
        "fablab_tool_loan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("tool_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("lent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lent_by_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_to_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=6), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint("outcome IN ('', 'good', 'broken', 'lost')", name=op.f("ck_fablab_tool_loan_outcome")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_tool_loan_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_tool_loan_place_id_place")),
        sa.ForeignKeyConstraint(["tool_id"], ["fablab_tool.id"], name=op.f("fk_fablab_tool_loan_tool_id_fablab_tool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_tool_loan")),
    )
    op.create_index("ix_tool_loan_member", "fablab_tool_loan", ["member_id"], unique=False)
    op.create_index(
        "uq_tool_loan_out",
        "fablab_tool_loan",
        ["tool_id"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_tool_loan_out", "fablab_tool_loan")
    op.drop_index("ix_tool_loan_member", "fablab_tool_loan")
    op.drop_table("fablab_tool_loan")
    op.drop_table("fablab_tool")
    op.drop_index("uq_box_permit_taken", "fablab_box_permit")
    op.drop_index("ix_box_permit_member", "fablab_box_permit")
    op.drop_table("fablab_box_permit")
    op.drop_table("fablab_box")
