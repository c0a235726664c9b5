"""Machines are begun and stopped, reported, looked after; matter is taken from a stock; photos are kept; groups are cleared."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0095", "0090"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name=op.f("ck_upload_media_type")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_upload_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("name", name=op.f("uq_upload_name")),
    )
    op.create_table(
        "billing_stock_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("milli", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('purchase', 'use', 'loss', 'inventory')", name=op.f("ck_billing_stock_move_kind")),
        sa.CheckConstraint("milli != 0", name=op.f("ck_billing_stock_move_moves")),
        sa.ForeignKeyConstraint(["article_id"], ["billing_article.id"], name=op.f("fk_billing_stock_move_article_id_billing_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_stock_move")),
        sa.UniqueConstraint("ref", name=op.f("uq_billing_stock_move_ref")),
    )
    op.create_index("ix_stock_move_article", "billing_stock_move", ["article_id", "id"], unique=False)
    op.create_table(
        "fablab_group_clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("clearance_type_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clearance_type_id"],
            ["fablab_clearance_type.id"],
            name=op.f("fk_fablab_group_clearance_clearance_type_id_fablab_clearance_type"),
        ),
        sa.ForeignKeyConstraint(["given_by_id"], ["member.id"], name=op.f("fk_fablab_group_clearance_given_by_id_member")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["member_group.id"], name=op.f("fk_fablab_group_clearance_group_id_member_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_group_clearance")),
    )
    op.create_index("ix_group_clearance_group", "fablab_group_clearance", ["group_id"], unique=False)
    op.create_table(
        "fablab_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("done_minutes", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_counter_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_counter")),
        sa.UniqueConstraint("resource_id", "name", name=op.f("uq_fablab_counter_resource_id_name")),
    )
    op.create_table(
        "fablab_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("counter_minutes", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'dangerous', 'outage', 'repair', 'upkeep', 'note')", name=op.f("ck_fablab_log_kind")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_log_member_id_member")),
        sa.ForeignKeyConstraint(["photo_id"], ["upload.id"], name=op.f("fk_fablab_log_photo_id_upload")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_log_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_log")),
    )
    op.create_index("ix_log_resource", "fablab_log", ["resource_id", "id"], unique=False)
    op.create_table(
        "fablab_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("dangerous", sa.Boolean(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["member.id"], name=op.f("fk_fablab_report_closed_by_id_member")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_report_member_id_member")),
        sa.ForeignKeyConstraint(["photo_id"], ["upload.id"], name=op.f("fk_fablab_report_photo_id_upload")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_report_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_report_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_report")),
    )
    op.create_index("ix_report_resource", "fablab_report", ["resource_id", "closed_at"], unique=False)
    op.create_table(
        "fablab_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["counter_id"], ["fablab_counter.id"], name=op.f("fk_fablab_task_counter_id_fablab_counter")),
        sa.ForeignKeyConstraint(["done_by_id"], ["member.id"], name=op.f("fk_fablab_task_done_by_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_task_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_task_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_task")),
    )
    op.create_index("ix_task_resource", "fablab_task", ["resource_id"], unique=False)
    op.create_index(
        "uq_task_open",
        "fablab_task",
        ["counter_id"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "fablab_material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("milli", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("milli > 0", name=op.f("ck_fablab_material_quantity")),
        sa.ForeignKeyConstraint(["article_id"], ["billing_article.id"], name=op.f("fk_fablab_material_article_id_billing_article")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_fablab_material_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_material")),
    )
    op.create_index("ix_material_booking", "fablab_material", ["booking_id"], unique=False)
    op.create_table(
        "fablab_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (minutes IS NULL)", name=op.f("ck_fablab_use_minutes")),
        sa.CheckConstraint("ended_at IS NULL OR started_at <= ended_at", name=op.f("ck_fablab_use_forward")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_fablab_use_booking_id_booking")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_use_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_use_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_use_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_use")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_fablab_use_booking_id")),
    )
    op.create_index("ix_use_member", "fablab_use", ["member_id"], unique=False)
    op.create_index("ix_use_resource", "fablab_use", ["resource_id", "started_at"], unique=False)
    op.create_index(
        "uq_use_running",
        "fablab_use",
        ["resource_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    with op.batch_alter_table("fablab_machine") as table:
        table.add_column(sa.Column("specs", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        table.add_column(sa.Column("upkeep_cents", sa.Integer(), nullable=True))
        table.add_column(sa.Column("photo_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("manual_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("safety_sheet_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_fablab_machine_photo_id_upload"), "upload", ["photo_id"], ["id"])
        table.create_foreign_key(op.f("fk_fablab_machine_manual_id_upload"), "upload", ["manual_id"], ["id"])
        table.create_foreign_key(op.f("fk_fablab_machine_safety_sheet_id_upload"), "upload", ["safety_sheet_id"], ["id"])
    with op.batch_alter_table("fablab_machine") as table:
        table.alter_column("specs", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("fablab_machine") as table:
        table.drop_constraint(op.f("fk_fablab_machine_safety_sheet_id_upload"), type_="foreignkey")
        table.drop_constraint(op.f("fk_fablab_machine_manual_id_upload"), type_="foreignkey")
        table.drop_constraint(op.f("fk_fablab_machine_photo_id_upload"), type_="foreignkey")
        table.drop_column("safety_sheet_id")
        table.drop_column("manual_id")
        table.drop_column("photo_id")
        table.drop_column("upkeep_cents")
        table.drop_column("specs")
    op.drop_index("uq_use_running", "fablab_use")
    op.drop_index("ix_use_resource", "fablab_use")
    op.drop_index("ix_use_member", "fablab_use")
    op.drop_table("fablab_use")
    op.drop_index("ix_material_booking", "fablab_material")
    op.drop_table("fablab_material")
    op.drop_index("uq_task_open", "fablab_task")
    op.drop_index("ix_task_resource", "fablab_task")
    op.drop_table("fablab_task")
    op.drop_index("ix_report_resource", "fablab_report")
    op.drop_table("fablab_report")
    op.drop_index("ix_log_resource", "fablab_log")
    op.drop_table("fablab_log")
    op.drop_table("fablab_counter")
    op.drop_index("ix_group_clearance_group", "fablab_group_clearance")
    op.drop_table("fablab_group_clearance")
    op.drop_index("ix_stock_move_article", "billing_stock_move")
    op.drop_table("billing_stock_move")
    op.drop_table("upload")
