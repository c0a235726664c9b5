"""What is agreed with whoever is late: no reminder for a while, paying in several times."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0118", "0117"


def upgrade() -> None:
    op.create_table(
        "billing_reminder_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_billing_reminder_pause_payer")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_reminder_pause_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_reminder_pause_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_reminder_pause_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_reminder_pause")),
        sa.UniqueConstraint("place_id", "member_id", name=op.f("uq_billing_reminder_pause_place_id_member_id")),
        sa.UniqueConstraint("place_id", "organisation_id", name=op.f("uq_billing_reminder_pause_place_id_organisation_id")),
    )
    op.create_table(
        "billing_payment_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("left_cents", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("left_cents > 0", name=op.f("ck_billing_payment_schedule_left")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_payment_schedule_invoice_id_billing_invoice")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_payment_schedule_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_payment_schedule")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_billing_payment_schedule_invoice_id")),
    )


def downgrade() -> None:
    op.drop_table("billing_payment_schedule")
    op.drop_table("billing_reminder_pause")
