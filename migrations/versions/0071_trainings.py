"""Trainings take their machines, have seats, and keep them for who waits."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0071", "0070"


def upgrade() -> None:
    op.create_table(
        "fablab_training",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("clearance_type_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("min_seats", sa.Integer(), nullable=False),
        sa.Column("decide_hours", sa.Integer(), nullable=False),
        sa.Column("free_hours", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("group_cents", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("cancel_reason", sa.String(length=300), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'done', 'cancelled')", name=op.f("ck_fablab_training_state")),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_fablab_training_cents")),
        sa.CheckConstraint("seats > 0 AND min_seats >= 0 AND min_seats <= seats", name=op.f("ck_fablab_training_seats")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_fablab_training_forward")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_fablab_training_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["clearance_type_id"], ["fablab_clearance_type.id"], name=op.f("fk_fablab_training_clearance_type_id_fablab_clearance_type")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_training_place_id_place")),
        sa.ForeignKeyConstraint(["trainer_id"], ["member.id"], name=op.f("fk_fablab_training_trainer_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_training")),
        sa.UniqueConstraint("uid", name=op.f("uq_fablab_training_uid")),
    )
    op.create_index("ix_training_when", "fablab_training", ["place_id", "starts_at"], unique=False)
    op.create_table(
        "fablab_training_machine",
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_training_machine_resource_id_booking_resource")
        ),
        sa.ForeignKeyConstraint(
            ["training_id"], ["fablab_training.id"], name=op.f("fk_fablab_training_machine_training_id_fablab_training")
        ),
        sa.PrimaryKeyConstraint("training_id", "resource_id", name=op.f("pk_fablab_training_machine")),
    )
    op.create_table(
        "fablab_training_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name=op.f("ck_fablab_training_seat_held_until")),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'enrolled', 'present', 'absent', 'left', 'lapsed', 'cancelled')",
            name=op.f("ck_fablab_training_seat_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('held', 'enrolled', 'present', 'absent') OR number IS NOT NULL", name=op.f("ck_fablab_training_seat_number")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_training_seat_member_id_member")),
        sa.ForeignKeyConstraint(["training_id"], ["fablab_training.id"], name=op.f("fk_fablab_training_seat_training_id_fablab_training")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_training_seat")),
    )
    op.create_index("ix_training_seat_member", "fablab_training_seat", ["member_id"], unique=False)
    op.create_index(
        "uq_training_seat_number",
        "fablab_training_seat",
        ["training_id", "number"],
        unique=True,
        sqlite_where=sa.text("state IN ('held', 'enrolled', 'present', 'absent')"),
        postgresql_where=sa.text("state IN ('held', 'enrolled', 'present', 'absent')"),
    )
    op.create_index(
        "uq_training_seat_once",
        "fablab_training_seat",
        ["training_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'held', 'enrolled', 'present', 'absent')"),
        postgresql_where=sa.text("state IN ('waiting', 'held', 'enrolled', 'present', 'absent')"),
    )


def downgrade() -> None:
    op.drop_index("uq_training_seat_once", "fablab_training_seat")
    op.drop_index("uq_training_seat_number", "fablab_training_seat")
    op.drop_index("ix_training_seat_member", "fablab_training_seat")
    op.drop_table("fablab_training_seat")
    op.drop_table("fablab_training_machine")
    op.drop_index("ix_training_when", "fablab_training")
    op.drop_table("fablab_training")
