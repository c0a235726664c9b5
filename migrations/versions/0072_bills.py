"""Bills: drafts, invoices that never change, their numbers, anchors and closings."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0072", "0071"

FROZEN = ("billing_invoice", "billing_anchor", "billing_closing")

# One number after the other, one row after the other: no gap, no return in time, no row put in place of another
# (SQLite's INSERT OR REPLACE removes without asking the triggers of DELETE).
NEXT = """
    EXISTS (SELECT 1 FROM billing_invoice WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM billing_invoice WHERE place_id = NEW.place_id AND sequence >= NEW.sequence)
    OR EXISTS (SELECT 1 FROM billing_invoice
        WHERE place_id = NEW.place_id AND series = NEW.series AND year = NEW.year AND rank >= NEW.rank)
    OR (NEW.rank <> 1 AND NOT EXISTS (SELECT 1 FROM billing_invoice
        WHERE place_id = NEW.place_id AND series = NEW.series AND year = NEW.year AND rank = NEW.rank - 1))
    OR (NEW.sequence <> 1 AND NOT EXISTS (SELECT 1 FROM billing_invoice
        WHERE place_id = NEW.place_id AND sequence = NEW.sequence - 1 AND hash = NEW.previous_hash AND issued_on <= NEW.issued_on))
"""
SQLITE_NEXT = f"""
    CREATE TRIGGER billing_invoice_next BEFORE INSERT ON billing_invoice WHEN {NEXT}
    BEGIN SELECT RAISE(ABORT, 'billing_invoice_next'); END
"""
SQLITE_FROZEN = """
    CREATE TRIGGER {table}_frozen_{moment} BEFORE {moment} ON {table}
    BEGIN SELECT RAISE(ABORT, '{table}_frozen'); END
"""
SQLITE_NO_REPLACE = """
    CREATE TRIGGER {table}_frozen_insert BEFORE INSERT ON {table} WHEN EXISTS (
        SELECT 1 FROM {table} WHERE id = NEW.id OR (place_id = NEW.place_id AND {key}))
    BEGIN SELECT RAISE(ABORT, '{table}_frozen'); END
"""
POSTGRES_NEXT = f"""
    CREATE FUNCTION billing_invoice_next() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {NEXT} THEN
            RAISE EXCEPTION 'billing_invoice_next' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
"""
POSTGRES_FROZEN = """
    CREATE FUNCTION billing_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%_frozen', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "billing_settings",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("late_rate_bp", sa.Integer(), nullable=False),
        sa.Column("discount", sa.String(length=200), nullable=False),
        sa.Column("footer", sa.String(length=400), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.Column("journals", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("payment_days BETWEEN 0 AND 60", name=op.f("ck_billing_settings_payment_days")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_settings_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_billing_settings")),
    )
    op.create_table(
        "billing_counter",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_counter_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", "series", "year", name=op.f("pk_billing_counter")),
    )
    op.create_table(
        "billing_invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("credits_id", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("net_cents", sa.Integer(), nullable=False),
        sa.Column("vat_cents", sa.Integer(), nullable=False),
        sa.Column("gross_cents", sa.Integer(), nullable=False),
        sa.Column("prepaid_cents", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'credit_note') = (credits_id IS NOT NULL)", name=op.f("ck_billing_invoice_credits")),
        sa.CheckConstraint("(kind = 'credit_note') = (gross_cents < 0)", name=op.f("ck_billing_invoice_sign")),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note', 'advance', 'final', 'deposit')", name=op.f("ck_billing_invoice_kind")),
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_billing_invoice_payer")),
        sa.CheckConstraint("gross_cents = net_cents + vat_cents AND gross_cents <> 0", name=op.f("ck_billing_invoice_sum")),
        sa.ForeignKeyConstraint(["credits_id"], ["billing_invoice.id"], name=op.f("fk_billing_invoice_credits_id_billing_invoice")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_invoice_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_invoice_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_invoice_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_invoice")),
        sa.UniqueConstraint("place_id", "number", name=op.f("uq_billing_invoice_place_id_number")),
        sa.UniqueConstraint("place_id", "sequence", name=op.f("uq_billing_invoice_place_id_sequence")),
        sa.UniqueConstraint("place_id", "series", "year", "rank", name=op.f("uq_billing_invoice_place_id_series_year_rank")),
    )
    op.create_table(
        "billing_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=120), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=True),
        sa.Column("period_last", sa.Date(), nullable=True),
        sa.Column("cites", sa.JSON(), nullable=False),
        sa.Column("prepaid_cents", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note', 'advance', 'final', 'deposit')", name=op.f("ck_billing_draft_kind")),
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_billing_draft_payer")),
        sa.CheckConstraint("invoice_id IS NULL OR discarded_at IS NULL", name=op.f("ck_billing_draft_end")),
        sa.ForeignKeyConstraint(["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_draft_invoice_id_billing_invoice")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_draft_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_draft_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_draft_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_draft")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_billing_draft_invoice_id")),
        sa.UniqueConstraint("origin", name=op.f("uq_billing_draft_origin")),
    )
    op.create_table(
        "billing_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("anchored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_anchor_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_anchor")),
        sa.UniqueConstraint("place_id", "day", name=op.f("uq_billing_anchor_place_id_day")),
    )
    op.create_table(
        "billing_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("span IN ('day', 'month', 'year')", name=op.f("ck_billing_closing_span")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_closing_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_closing")),
        sa.UniqueConstraint("place_id", "sequence", name=op.f("uq_billing_closing_place_id_sequence")),
        sa.UniqueConstraint("place_id", "span", "first_day", name=op.f("uq_billing_closing_place_id_span_first_day")),
    )
    op.create_index("ix_invoice_credits", "billing_invoice", ["credits_id"], unique=False)
    op.create_index("ix_invoice_issued_on", "billing_invoice", ["place_id", "issued_on"], unique=False)
    op.create_index("ix_invoice_member", "billing_invoice", ["member_id", "id"], unique=False)
    op.create_index("ix_invoice_organisation", "billing_invoice", ["organisation_id", "id"], unique=False)
    op.create_index("ix_draft_place", "billing_draft", ["place_id", "id"], unique=False)

    guard()


def guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_NEXT)
        op.execute(POSTGRES_FROZEN)
        op.execute(
            "CREATE TRIGGER billing_invoice_next BEFORE INSERT ON billing_invoice FOR EACH ROW EXECUTE FUNCTION billing_invoice_next()"
        )
        for table in FROZEN:
            op.execute(f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION billing_frozen()")
            op.execute(f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION billing_frozen()")
    else:
        op.execute(SQLITE_NEXT)
        for table in FROZEN:
            for moment in ("update", "delete"):
                op.execute(SQLITE_FROZEN.format(table=table, moment=moment))
        op.execute(SQLITE_NO_REPLACE.format(table="billing_anchor", key="day = NEW.day"))
        op.execute(SQLITE_NO_REPLACE.format(table="billing_closing", key="sequence = NEW.sequence"))


def downgrade() -> None:
    for table in ("billing_closing", "billing_anchor", "billing_draft", "billing_invoice", "billing_counter", "billing_settings"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION billing_invoice_next()")
        op.execute("DROP FUNCTION billing_frozen()")
