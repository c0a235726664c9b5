"""Money: payments and what they pay, the books of the bank and the drawer, mandates, debits, slips, statements, calls to Stripe."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0073", "0072"

FROZEN = ("billing_payment", "billing_allocation", "billing_movement", "billing_stripe_event")

# What was allocated and what went back of a payment; what is asked by an invoice. A parent that is not there yet (a backup coming
# back) compares to nothing: the foreign keys see to it.
ALLOCATED = "COALESCE((SELECT SUM(cents) FROM billing_allocation WHERE payment_id = NEW.payment_id), 0)"
GONE = """COALESCE((SELECT SUM(CASE WHEN undoes_id IS NULL THEN cents ELSE -cents END) FROM billing_movement
    WHERE payment_id = NEW.payment_id AND kind IN ('refunded', 'returned', 'cancelled')), 0)"""
PAID = "(SELECT cents FROM billing_payment WHERE id = NEW.payment_id)"
OF_INVOICE = "COALESCE((SELECT SUM(cents) FROM billing_allocation WHERE invoice_id = NEW.invoice_id), 0)"
ASKED = """(SELECT gross_cents - prepaid_cents
    + COALESCE((SELECT SUM(note.gross_cents) FROM billing_invoice AS note WHERE note.credits_id = NEW.invoice_id), 0)
    FROM billing_invoice WHERE id = NEW.invoice_id)"""
OF_BOTH = """COALESCE((SELECT SUM(cents) FROM billing_allocation
    WHERE invoice_id = NEW.invoice_id AND payment_id = NEW.payment_id), 0)"""

GUARDS = {
    "billing_allocation": (
        ("money_above_payment", f"NEW.cents > 0 AND {ALLOCATED} + {GONE} + NEW.cents > {PAID}"),
        ("money_above_invoice", f"NEW.cents > 0 AND {OF_INVOICE} + NEW.cents > {ASKED}"),
        ("money_below_zero", f"NEW.cents < 0 AND {OF_BOTH} + NEW.cents < 0"),
    ),
    "billing_movement": (
        (
            "money_above_payment",
            f"NEW.kind IN ('refunded', 'returned', 'cancelled') AND NEW.undoes_id IS NULL AND {ALLOCATED} + {GONE} + NEW.cents > {PAID}",
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "billing_stripe_event",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("effect", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_stripe_event")),
    )
    op.create_table(
        "billing_bank_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("account_last4", sa.String(length=4), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_bank_statement_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_bank_statement")),
        sa.UniqueConstraint("place_id", "digest", name=op.f("uq_billing_bank_statement_place_id_digest")),
    )
    op.create_table(
        "billing_debit_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=35), nullable=False),
        sa.Column("collection_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_debit_batch_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_debit_batch")),
        sa.UniqueConstraint("message", name=op.f("uq_billing_debit_batch_message")),
    )
    op.create_table(
        "billing_payment_settings",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=70), nullable=False),
        sa.Column("creditor_id", sa.String(length=35), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("fees", sa.JSON(), nullable=False),
        sa.Column("return_fee_cents", sa.Integer(), nullable=False),
        sa.Column("helloasso_url", sa.String(length=300), nullable=False),
        sa.Column("reminder_days", sa.JSON(), nullable=False),
        sa.CheckConstraint("notice_days BETWEEN 1 AND 14", name=op.f("ck_billing_payment_settings_notice")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_payment_settings_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_billing_payment_settings")),
    )
    op.create_table(
        "billing_slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("means", sa.String(length=6), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("means IN ('cheque', 'cash')", name=op.f("ck_billing_slip_means")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_billing_slip_cents")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_slip_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_slip")),
        sa.UniqueConstraint("place_id", "number", name=op.f("uq_billing_slip_place_id_number")),
    )
    op.create_table(
        "billing_bank_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=140), nullable=False),
        sa.Column("end_to_end", sa.String(length=35), nullable=False),
        sa.Column("batch", sa.String(length=35), nullable=False),
        sa.Column("reason", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("by_itself", sa.Boolean(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled', 'aside')", name=op.f("ck_billing_bank_line_state")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_bank_line_place_id_place")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["billing_bank_statement.id"], name=op.f("fk_billing_bank_line_statement_id_billing_bank_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_bank_line")),
        sa.UniqueConstraint("place_id", "key", name=op.f("uq_billing_bank_line_place_id_key")),
    )
    op.create_index("ix_bank_line_state", "billing_bank_line", ["place_id", "state", "day"], unique=False)
    op.create_index("ix_bank_line_statement", "billing_bank_line", ["statement_id"], unique=False)
    op.create_table(
        "billing_mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=35), nullable=False),
        sa.Column("holder", sa.String(length=70), nullable=False),
        sa.Column("iban_sealed", sa.String(length=200), nullable=False),
        sa.Column("iban_country", sa.String(length=2), nullable=False),
        sa.Column("iban_last4", sa.String(length=4), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signature", sa.String(length=5), nullable=False),
        sa.Column("signed_name", sa.String(length=120), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("signature IN ('app', 'paper')", name=op.f("ck_billing_mandate_signature")),
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_billing_mandate_payer")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_mandate_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_mandate_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_mandate_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_mandate")),
        sa.UniqueConstraint("place_id", "reference", name=op.f("uq_billing_mandate_place_id_reference")),
    )
    op.create_index("ix_mandate_member", "billing_mandate", ["member_id"], unique=False)
    op.create_index("ix_mandate_organisation", "billing_mandate", ["organisation_id"], unique=False)
    op.create_table(
        "billing_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("means", sa.String(length=12), nullable=False),
        sa.Column("provider", sa.String(length=12), nullable=False),
        sa.Column("provider_id", sa.String(length=160), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("expected_cents", sa.Integer(), nullable=True),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "means IN ('transfer', 'sepa', 'sepa_stripe', 'card', 'cash', 'cheque', 'helloasso')", name=op.f("ck_billing_payment_means")
        ),
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_billing_payment_payer")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_billing_payment_cents")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_payment_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_payment_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_payment_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_payment")),
        sa.UniqueConstraint("provider", "provider_id", name=op.f("uq_billing_payment_provider_provider_id")),
    )
    op.create_index("ix_payment_member", "billing_payment", ["member_id", "id"], unique=False)
    op.create_index("ix_payment_organisation", "billing_payment", ["organisation_id", "id"], unique=False)
    op.create_index("ix_payment_received_on", "billing_payment", ["place_id", "received_on"], unique=False)
    op.create_table(
        "billing_allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("cents <> 0", name=op.f("ck_billing_allocation_cents")),
        sa.ForeignKeyConstraint(["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_allocation_invoice_id_billing_invoice")),
        sa.ForeignKeyConstraint(["payment_id"], ["billing_payment.id"], name=op.f("fk_billing_allocation_payment_id_billing_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_allocation")),
    )
    op.create_index("ix_allocation_invoice", "billing_allocation", ["invoice_id"], unique=False)
    op.create_index("ix_allocation_payment", "billing_allocation", ["payment_id"], unique=False)
    op.create_table(
        "billing_debit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.String(length=4), nullable=False),
        sa.Column("end_to_end", sa.String(length=35), nullable=False),
        sa.Column("text", sa.String(length=140), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("reason", sa.String(length=4), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('sent', 'paid', 'returned', 'cancelled')", name=op.f("ck_billing_debit_state")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_billing_debit_cents")),
        sa.ForeignKeyConstraint(["batch_id"], ["billing_debit_batch.id"], name=op.f("fk_billing_debit_batch_id_billing_debit_batch")),
        sa.ForeignKeyConstraint(["mandate_id"], ["billing_mandate.id"], name=op.f("fk_billing_debit_mandate_id_billing_mandate")),
        sa.ForeignKeyConstraint(["payment_id"], ["billing_payment.id"], name=op.f("fk_billing_debit_payment_id_billing_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_debit")),
        sa.UniqueConstraint("batch_id", "mandate_id", name=op.f("uq_billing_debit_batch_id_mandate_id")),
        sa.UniqueConstraint("end_to_end", name=op.f("uq_billing_debit_end_to_end")),
    )
    op.create_index("ix_debit_state", "billing_debit", ["state"], unique=False)
    op.create_table(
        "billing_mandate_scan",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["billing_mandate.id"], name=op.f("fk_billing_mandate_scan_mandate_id_billing_mandate"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mandate_id", name=op.f("pk_billing_mandate_scan")),
    )
    op.create_table(
        "billing_movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("journal", sa.String(length=2), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("piece", sa.String(length=60), nullable=False),
        sa.Column("debit", sa.String(length=10), nullable=False),
        sa.Column("credit", sa.String(length=10), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("bank_line_id", sa.Integer(), nullable=True),
        sa.Column("slip_id", sa.Integer(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "debit IN ('customer', 'bank', 'cash', 'in_transit', 'fees') AND credit IN ('customer', 'bank', 'cash', 'in_transit', 'fees') AND debit <> credit",
            name=op.f("ck_billing_movement_accounts"),
        ),
        sa.CheckConstraint("journal IN ('BQ', 'CA')", name=op.f("ck_billing_movement_journal")),
        sa.CheckConstraint(
            "kind IN ('received', 'refunded', 'returned', 'cancelled', 'fee', 'banked')", name=op.f("ck_billing_movement_kind")
        ),
        sa.CheckConstraint("payment_id IS NOT NULL OR kind IN ('fee', 'banked')", name=op.f("ck_billing_movement_payment")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_billing_movement_cents")),
        sa.ForeignKeyConstraint(
            ["bank_line_id"], ["billing_bank_line.id"], name=op.f("fk_billing_movement_bank_line_id_billing_bank_line")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["billing_payment.id"], name=op.f("fk_billing_movement_payment_id_billing_payment")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_movement_place_id_place")),
        sa.ForeignKeyConstraint(["slip_id"], ["billing_slip.id"], name=op.f("fk_billing_movement_slip_id_billing_slip")),
        sa.ForeignKeyConstraint(["undoes_id"], ["billing_movement.id"], name=op.f("fk_billing_movement_undoes_id_billing_movement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_movement")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_billing_movement_undoes_id")),
    )
    op.create_index("ix_movement_bank_line", "billing_movement", ["bank_line_id"], unique=False)
    op.create_index("ix_movement_day", "billing_movement", ["place_id", "day"], unique=False)
    op.create_index("ix_movement_payment", "billing_movement", ["payment_id"], unique=False)
    op.create_index("ix_movement_slip", "billing_movement", ["slip_id"], unique=False)
    op.create_table(
        "billing_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("left_cents", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("step BETWEEN 1 AND 3", name=op.f("ck_billing_reminder_step")),
        sa.ForeignKeyConstraint(["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_reminder_invoice_id_billing_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_reminder")),
        sa.UniqueConstraint("invoice_id", "step", name=op.f("uq_billing_reminder_invoice_id_step")),
    )
    op.create_table(
        "billing_slip_line",
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("slip_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["billing_payment.id"], name=op.f("fk_billing_slip_line_payment_id_billing_payment")),
        sa.ForeignKeyConstraint(["slip_id"], ["billing_slip.id"], name=op.f("fk_billing_slip_line_slip_id_billing_slip")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_billing_slip_line")),
    )
    op.create_index(op.f("ix_billing_slip_line_slip_id"), "billing_slip_line", ["slip_id"], unique=False)
    op.create_table(
        "billing_debit_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debit_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["debit_id"], ["billing_debit.id"], name=op.f("fk_billing_debit_part_debit_id_billing_debit")),
        sa.ForeignKeyConstraint(["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_debit_part_invoice_id_billing_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_debit_part")),
        sa.UniqueConstraint("debit_id", "invoice_id", name=op.f("uq_billing_debit_part_debit_id_invoice_id")),
    )
    op.create_index("ix_debit_part_invoice", "billing_debit_part", ["invoice_id"], unique=False)
    op.create_table(
        "billing_provider_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("movement_id", sa.Integer(), nullable=True),
        sa.Column("means", sa.String(length=12), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("provider_id", sa.String(length=120), nullable=True),
        sa.Column("intent_id", sa.String(length=120), nullable=True),
        sa.Column("fee_cents", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('checkout', 'refund')", name=op.f("ck_billing_provider_call_kind")),
        sa.CheckConstraint(
            "state IN ('asked', 'open', 'processing', 'done', 'failed', 'expired')", name=op.f("ck_billing_provider_call_state")
        ),
        sa.CheckConstraint("cents > 0", name=op.f("ck_billing_provider_call_cents")),
        sa.ForeignKeyConstraint(["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_provider_call_invoice_id_billing_invoice")),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["billing_movement.id"], name=op.f("fk_billing_provider_call_movement_id_billing_movement")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["billing_payment.id"], name=op.f("fk_billing_provider_call_payment_id_billing_payment")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_provider_call_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_provider_call")),
        sa.UniqueConstraint("key", name=op.f("uq_billing_provider_call_key")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_billing_provider_call_provider_id")),
    )
    op.create_index("ix_provider_call_intent", "billing_provider_call", ["intent_id"], unique=False)
    op.create_index("ix_provider_call_invoice", "billing_provider_call", ["invoice_id"], unique=False)
    op.create_index("ix_provider_call_state", "billing_provider_call", ["state"], unique=False)

    guard()


def guard() -> None:
    """PostgreSQL keeps the payment and the invoice for itself while it counts: two at once take turns."""
    if op.get_bind().dialect.name == "postgresql":
        for table, rules in GUARDS.items():
            refusals = "".join(
                f"IF {rule} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF;\n"
                for name, rule in rules
            )
            kept = "PERFORM 1 FROM billing_payment WHERE id = NEW.payment_id FOR UPDATE;\n"
            if table == "billing_allocation":
                kept += "PERFORM 1 FROM billing_invoice WHERE id = NEW.invoice_id FOR UPDATE;\n"
            op.execute(f"CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n{kept}{refusals}RETURN NEW; END $$")
            op.execute(f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()")
        for table in FROZEN:
            op.execute(f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION billing_frozen()")
            op.execute(f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION billing_frozen()")
    else:
        for table, rules in GUARDS.items():
            for rank, (name, rule) in enumerate(rules):
                op.execute(
                    f"CREATE TRIGGER {table}_guard_{rank} BEFORE INSERT ON {table} WHEN {rule} BEGIN SELECT RAISE(ABORT, '{name}'); END"
                )
        for table in FROZEN:
            for moment in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_frozen_{moment} BEFORE {moment} ON {table} BEGIN SELECT RAISE(ABORT, '{table}_frozen'); END"
                )
            op.execute(  # INSERT OR REPLACE removes without asking the triggers of DELETE
                f"CREATE TRIGGER {table}_frozen_insert BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
                f" BEGIN SELECT RAISE(ABORT, '{table}_frozen'); END"
            )


def downgrade() -> None:
    op.drop_table("billing_provider_call")
    op.drop_table("billing_debit_part")
    op.drop_table("billing_slip_line")
    op.drop_table("billing_reminder")
    op.drop_table("billing_movement")
    op.drop_table("billing_mandate_scan")
    op.drop_table("billing_debit")
    op.drop_table("billing_allocation")
    op.drop_table("billing_payment")
    op.drop_table("billing_mandate")
    op.drop_table("billing_bank_line")
    op.drop_table("billing_slip")
    op.drop_table("billing_payment_settings")
    op.drop_table("billing_debit_batch")
    op.drop_table("billing_bank_statement")
    op.drop_table("billing_stripe_event")
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDS:
            op.execute(f"DROP FUNCTION {table}_guard()")
