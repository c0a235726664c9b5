"""Coupons, and their uses."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0115", "0114"


def upgrade() -> None:
    op.create_table(
        "billing_coupon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("off_cents", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("most_each", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("(percent IS NULL) <> (off_cents IS NULL)", name=op.f("ck_billing_coupon_one_way")),
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 1 AND 100", name=op.f("ck_billing_coupon_percent")),
        sa.CheckConstraint("off_cents IS NULL OR off_cents > 0", name=op.f("ck_billing_coupon_amount")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_billing_coupon_forward")),
        sa.CheckConstraint("used >= 0 AND (most IS NULL OR used <= most)", name=op.f("ck_billing_coupon_uses")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_coupon_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_coupon")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_billing_coupon_place_id_code")),
    )
    op.create_table(
        "billing_coupon_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("coupon_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("off_cents", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coupon_id"], ["billing_coupon.id"], name=op.f("fk_billing_coupon_use_coupon_id_billing_coupon")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_coupon_use_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_coupon_use")),
        sa.UniqueConstraint("ref", name=op.f("uq_billing_coupon_use_ref")),
    )
    op.create_index("ix_coupon_use_member", "billing_coupon_use", ["coupon_id", "member_id"])


def downgrade() -> None:
    op.drop_table("billing_coupon_use")
    op.drop_table("billing_coupon")
