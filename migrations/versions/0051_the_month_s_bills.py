"""Subscriptions with a frozen price, cut into stretches; charges that know their VAT and the bill that took them; the month's run."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0051", "0050"

OPEN = sa.text("bill_id IS NULL")
PLAN = sa.table("billing_plan", sa.column("id"), sa.column("cents"))
SUBSCRIPTION = sa.table("billing_subscription", sa.column("plan_id"), sa.column("cents"), sa.column("billed_from", sa.Date()))


def upgrade() -> None:
    op.create_table(
        "billing_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("payers", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_run_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_run")),
        sa.UniqueConstraint("place_id", "month", name=op.f("uq_billing_run_place_id_month")),
    )
    op.create_table(
        "billing_bill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_billing_bill_payer")),
        sa.CheckConstraint("state IN ('drafted', 'issued', 'nothing')", name=op.f("ck_billing_bill_state")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_bill_place_id_place")),
        sa.ForeignKeyConstraint(["run_id"], ["billing_run.id"], name=op.f("fk_billing_bill_run_id_billing_run")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_bill_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_bill_organisation_id_member_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_bill")),
        sa.UniqueConstraint("origin", name=op.f("uq_billing_bill_origin")),
    )
    op.create_index("ix_bill_run", "billing_bill", ["run_id"])
    op.create_index("ix_bill_invoice", "billing_bill", ["invoice_id"])
    with op.batch_alter_table("billing_plan") as batch:
        batch.add_column(sa.Column("is_rolling", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("billing_plan") as batch:
        batch.alter_column("is_rolling", server_default=None)
    with op.batch_alter_table("place") as batch:
        batch.add_column(sa.Column("articles_cap_cents", sa.Integer(), nullable=False, server_default="3000"))
    with op.batch_alter_table("place") as batch:
        batch.alter_column("articles_cap_cents", server_default=None)
    _subscriptions()
    _charges()


def _subscriptions() -> None:
    with op.batch_alter_table("billing_subscription") as batch:
        batch.add_column(sa.Column("root_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("cents", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("anchor_day", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("billed_from", sa.Date(), nullable=True))
        batch.add_column(sa.Column("is_paused", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f("fk_billing_subscription_root_id_billing_subscription"), "billing_subscription", ["root_id"], ["id"])
        batch.create_foreign_key(
            op.f("fk_billing_subscription_organisation_id_member_organisation"), "member_organisation", ["organisation_id"], ["id"]
        )
        batch.create_check_constraint(op.f("ck_billing_subscription_cents"), "cents >= 0")
        batch.create_check_constraint(op.f("ck_billing_subscription_anchor"), "anchor_day IS NULL OR anchor_day BETWEEN 1 AND 31")
        batch.create_index("ix_subscription_root", ["root_id"])
    plan_cents = sa.select(PLAN.c.cents).where(PLAN.c.id == SUBSCRIPTION.c.plan_id).scalar_subquery()
    # until now the lieu billed its subscriptions by other means: the house begins with the month of this migration
    today = date.fromisoformat(str(op.get_bind().scalar(sa.select(sa.func.current_date()))))
    op.execute(sa.update(SUBSCRIPTION).values(cents=plan_cents, billed_from=today.replace(day=1)))
    with op.batch_alter_table("billing_subscription") as batch:
        batch.alter_column("cents", server_default=None)
        batch.alter_column("is_paused", server_default=None)


def _charges() -> None:
    with op.batch_alter_table("billing_charge") as batch:
        batch.add_column(sa.Column("rate_bp", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("activity", sa.String(length=20), nullable=False, server_default=""))
        batch.add_column(sa.Column("quantity_milli", sa.Integer(), nullable=False, server_default="1000"))
        batch.add_column(sa.Column("unit", sa.String(length=20), nullable=False, server_default="piece"))
        batch.add_column(sa.Column("subscription_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("cycle_first", sa.Date(), nullable=True))
        batch.add_column(sa.Column("bill_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_billing_charge_subscription_id_billing_subscription"), "billing_subscription", ["subscription_id"], ["id"]
        )
        batch.create_foreign_key(op.f("fk_billing_charge_bill_id_billing_bill"), "billing_bill", ["bill_id"], ["id"])
        batch.create_check_constraint(op.f("ck_billing_charge_rate"), "rate_bp >= 0")
        batch.create_check_constraint(op.f("ck_billing_charge_cycle"), "(subscription_id IS NULL) = (cycle_first IS NULL)")
        batch.create_index("ix_charge_bill", ["bill_id"])
        batch.create_index("ix_charge_subscription", ["subscription_id"])
        batch.create_index("ix_charge_open", ["member_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    with op.batch_alter_table("billing_charge") as batch:
        for name in ("rate_bp", "activity", "quantity_milli", "unit"):
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("billing_charge") as batch:
        for index in ("ix_charge_open", "ix_charge_subscription", "ix_charge_bill"):
            batch.drop_index(index)
        batch.drop_constraint(op.f("ck_billing_charge_cycle"), type_="check")
        batch.drop_constraint(op.f("ck_billing_charge_rate"), type_="check")
        batch.drop_constraint(op.f("fk_billing_charge_bill_id_billing_bill"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_billing_charge_subscription_id_billing_subscription"), type_="foreignkey")
        for name in ("bill_id", "cycle_first", "subscription_id", "unit", "quantity_milli", "activity", "rate_bp"):
            batch.drop_column(name)
    with op.batch_alter_table("billing_subscription") as batch:
        batch.drop_index("ix_subscription_root")
        batch.drop_constraint(op.f("ck_billing_subscription_anchor"), type_="check")
        batch.drop_constraint(op.f("ck_billing_subscription_cents"), type_="check")
        batch.drop_constraint(op.f("fk_billing_subscription_organisation_id_member_organisation"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_billing_subscription_root_id_billing_subscription"), type_="foreignkey")
        for name in ("replaced_at", "is_paused", "billed_from", "anchor_day", "cents", "organisation_id", "root_id"):
            batch.drop_column(name)
    with op.batch_alter_table("place") as batch:
        batch.drop_column("articles_cap_cents")
    with op.batch_alter_table("billing_plan") as batch:
        batch.drop_column("is_rolling")
    op.drop_index("ix_bill_invoice", table_name="billing_bill")
    op.drop_index("ix_bill_run", table_name="billing_bill")
    op.drop_table("billing_bill")
    op.drop_table("billing_run")
