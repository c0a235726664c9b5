"""Visitors, events and their seats, words to all, keys and badges, what the plan is drawn on, calendars read from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0080", "0073"


KINDS = "'desk', 'office', 'room', 'booth', 'machine', 'space', 'session', 'training'"


def upgrade() -> None:
    with op.batch_alter_table("booking") as batch:
        batch.drop_constraint(op.f("ck_booking_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_booking_kind"), f"kind IN ({KINDS}, 'event')")
    op.create_table(
        "coworking_visitor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_coworking_visitor_booking_id_booking")),
        sa.ForeignKeyConstraint(["host_id"], ["member.id"], name=op.f("fk_coworking_visitor_host_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_coworking_visitor_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coworking_visitor")),
    )
    op.create_index("ix_visitor_day", "coworking_visitor", ["place_id", "day"], unique=False)
    op.create_index("ix_visitor_host", "coworking_visitor", ["host_id"], unique=False)
    op.create_table(
        "coworking_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("elsewhere", sa.String(length=120), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('announced', 'cancelled')", name=op.f("ck_coworking_event_state")),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_coworking_event_seats")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_coworking_event_forward")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_coworking_event_booking_id_booking")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_coworking_event_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coworking_event")),
        sa.UniqueConstraint("uid", name=op.f("uq_coworking_event_uid")),
    )
    op.create_index("ix_event_when", "coworking_event", ["place_id", "starts_at"], unique=False)
    op.create_table(
        "coworking_signup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('in', 'waiting', 'offered', 'left', 'lapsed')", name=op.f("ck_coworking_signup_state")),
        sa.ForeignKeyConstraint(["event_id"], ["coworking_event.id"], name=op.f("fk_coworking_signup_event_id_coworking_event")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_coworking_signup_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coworking_signup")),
    )
    op.create_index("ix_signup_event", "coworking_signup", ["event_id", "state", "id"], unique=False)
    op.create_index("ix_signup_member", "coworking_signup", ["member_id"], unique=False)
    op.create_index(
        "uq_signup_once",
        "coworking_signup",
        ["event_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('in', 'waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('in', 'waiting', 'offered')"),
    )
    op.create_table(
        "coworking_announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_coworking_announcement_forward")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_coworking_announcement_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coworking_announcement")),
    )
    op.create_index("ix_announcement_when", "coworking_announcement", ["place_id", "last_day"], unique=False)
    op.create_table(
        "coworking_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("opens", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('key', 'badge')", name=op.f("ck_coworking_key_kind")),
        sa.CheckConstraint("state IN ('good', 'lost', 'retired')", name=op.f("ck_coworking_key_state")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_coworking_key_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coworking_key")),
        sa.UniqueConstraint("place_id", "kind", "mark", name=op.f("uq_coworking_key_place_id_kind_mark")),
    )
    op.create_table(
        "coworking_loan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("lent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lent_by_id", sa.Integer(), nullable=True),
        sa.Column("deposit_cents", sa.Integer(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_to_id", sa.Integer(), nullable=True),
        sa.Column("was_lost", sa.Boolean(), nullable=False),
        sa.CheckConstraint("deposit_cents >= 0", name=op.f("ck_coworking_loan_deposit")),
        sa.ForeignKeyConstraint(["key_id"], ["coworking_key.id"], name=op.f("fk_coworking_loan_key_id_coworking_key")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_coworking_loan_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coworking_loan")),
    )
    op.create_index("ix_loan_member", "coworking_loan", ["member_id"], unique=False)
    op.create_index(
        "uq_loan_open",
        "coworking_loan",
        ["key_id"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_table(
        "coworking_floor_drawing",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("shapes", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_coworking_floor_drawing_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_coworking_floor_drawing")),
    )
    op.create_table(
        "coworking_outside_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.Column("busy", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_coworking_outside_calendar_place_id_place")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["booking_resource.id"], name=op.f("fk_coworking_outside_calendar_resource_id_booking_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coworking_outside_calendar")),
    )
    op.create_index("ix_outside_calendar_place", "coworking_outside_calendar", ["place_id"], unique=False)
    with op.batch_alter_table("booking_outage") as batch:
        batch.add_column(sa.Column("outside_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("outside_key", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("booking_outage") as batch:
        batch.alter_column("outside_key", server_default=None)
    op.create_index("ix_outage_outside", "booking_outage", ["outside_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_outage_outside", table_name="booking_outage")
    with op.batch_alter_table("booking_outage") as batch:
        batch.drop_column("outside_key")
        batch.drop_column("outside_id")
    op.drop_table("coworking_outside_calendar")
    op.drop_table("coworking_floor_drawing")
    op.drop_table("coworking_loan")
    op.drop_table("coworking_key")
    op.drop_table("coworking_announcement")
    op.drop_table("coworking_signup")
    op.drop_table("coworking_event")
    op.drop_table("coworking_visitor")
    with op.batch_alter_table("booking") as batch:
        batch.drop_constraint(op.f("ck_booking_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_booking_kind"), f"kind IN ({KINDS})")
