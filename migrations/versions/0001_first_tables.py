"""The first tables: the lieu, its people, tariffs and lots, things and bookings, machines, the journal."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:

    op.create_table(
        "house_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_house_state")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_answer")),
        sa.UniqueConstraint("member_id", "key", name=op.f("uq_idempotent_answer_member_id_key")),
    )
    op.create_index("ix_idempotent_created", "idempotent_answer", ["created_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("cause_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("ix_journal_member", "journal", ["member_id", "id"], unique=False)
    op.create_index("ix_journal_subject", "journal", ["event", "subject_id"], unique=False)
    op.create_index(
        "ix_journal_unread",
        "journal",
        ["id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "member_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("tariff_group", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_group")),
        sa.UniqueConstraint("code", name=op.f("uq_member_group_code")),
    )
    op.create_table(
        "member_organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_member_organisation_name")),
    )
    op.create_table(
        "member_sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_sign_in_attempt")),
    )
    op.create_index("ix_attempt_subject", "member_sign_in_attempt", ["subject", "at"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("legal_form", sa.String(length=80), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("insee", sa.String(length=5), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("rna", sa.String(length=10), nullable=False),
        sa.Column("training_number", sa.String(length=11), nullable=False),
        sa.Column("vat_number", sa.String(length=14), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("holidays_country", sa.String(length=2), nullable=False),
        sa.Column("holidays_subdivision", sa.String(length=4), nullable=False),
        sa.Column("badge_all_hours", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("morning_from", sa.Integer(), nullable=False),
        sa.Column("morning_to", sa.Integer(), nullable=False),
        sa.Column("afternoon_from", sa.Integer(), nullable=False),
        sa.Column("afternoon_to", sa.Integer(), nullable=False),
        sa.Column("house_rules", sa.Text(), nullable=False),
        sa.Column("vat_regimes", sa.JSON(), nullable=False),
        sa.Column("monthly_costs", sa.JSON(), nullable=False),
        sa.Column("tab_cap_cents", sa.Integer(), nullable=False),
        sa.Column("trust_units", sa.Integer(), nullable=False),
        sa.Column("settings_stamp", sa.Integer(), nullable=False),
        sa.Column("calendar_stamp", sa.Integer(), nullable=False),
        sa.Column("extras", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "morning_from < morning_to AND morning_to <= afternoon_from AND afternoon_from < afternoon_to", name=op.f("ck_place_halves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("code", name=op.f("uq_place_code")),
    )
    op.create_table(
        "billing_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("stock_milli", sa.Integer(), nullable=True),
        sa.Column("alert_milli", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_article_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_article")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_billing_article_place_id_code")),
    )
    op.create_table(
        "billing_pass_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_pass_type_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_pass_type")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_billing_pass_type_place_id_code")),
    )
    op.create_table(
        "billing_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("allowances", sa.JSON(), nullable=False),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_plan_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_plan")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_billing_plan_place_id_code")),
    )
    op.create_table(
        "billing_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("tariff_group", sa.String(length=40), nullable=True),
        sa.Column("plan", sa.String(length=40), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("(unit = 'minutes') = (minutes IS NOT NULL)", name=op.f("ck_billing_price_minutes")),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_billing_price_cents")),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name=op.f("ck_billing_price_duration")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_price_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_price")),
    )
    op.create_index("ix_price_what", "billing_price", ["place_id", "what"], unique=False)
    op.create_table(
        "billing_tariff_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("discount_percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("discount_percent BETWEEN 0 AND 100", name=op.f("ck_billing_tariff_group_discount")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_tariff_group_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_tariff_group")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_billing_tariff_group_place_id_code")),
    )
    op.create_table(
        "booking_kind_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_booking_kind_rules_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_kind_rules")),
        sa.UniqueConstraint("place_id", "kind", name=op.f("uq_booking_kind_rules_place_id_kind")),
    )
    op.create_table(
        "fablab_clearance_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("policy", sa.String(length=10), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("peers", sa.Boolean(), nullable=False),
        sa.CheckConstraint("policy IN ('none', 'duration', 'fixed_date', 'unused')", name=op.f("ck_fablab_clearance_type_policy")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_fablab_clearance_type_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_clearance_type")),
        sa.UniqueConstraint("place_id", "name", name=op.f("uq_fablab_clearance_type_place_id_name")),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("status_reason", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("guardian_name", sa.String(length=120), nullable=False),
        sa.Column("guardian_email", sa.String(length=254), nullable=False),
        sa.Column("guardian_consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("tariff_group", sa.String(length=40), nullable=False),
        sa.Column("badge", sa.Boolean(), nullable=False),
        sa.Column("in_directory", sa.Boolean(), nullable=False),
        sa.Column("shows_presence", sa.Boolean(), nullable=False),
        sa.Column("skills", sa.String(length=300), nullable=False),
        sa.Column("wants_reminders", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("is_organisation_contact", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('unconfirmed', 'active', 'suspended', 'inactive', 'erased')", name=op.f("ck_member_status")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_member_organisation_id_member_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("email", name=op.f("uq_member_email")),
    )
    op.create_index("ix_member_name", "member", ["name"], unique=False)
    op.create_table(
        "place_closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_place_closure_forward")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_closure_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_closure")),
    )
    op.create_table(
        "place_opening_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_opening_exception_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_opening_exception")),
        sa.UniqueConstraint("place_id", "day", name=op.f("uq_place_opening_exception_place_id_day")),
    )
    op.create_table(
        "place_opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "weekday BETWEEN 0 AND 6 AND 0 <= opens AND opens < closes AND closes <= 1440", name=op.f("ck_place_opening_hours_span")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_opening_hours_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_opening_hours")),
        sa.UniqueConstraint("place_id", "weekday", "opens", name=op.f("uq_place_opening_hours_place_id_weekday_opens")),
    )
    op.create_table(
        "billing_charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("worth_cents", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("covered_by", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_charge_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_charge_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_charge_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_charge")),
        sa.UniqueConstraint("ref", name=op.f("uq_billing_charge_ref")),
    )
    op.create_index("ix_charge_member", "billing_charge", ["member_id", "id"], unique=False)
    op.create_index("ix_charge_used_on", "billing_charge", ["place_id", "used_on"], unique=False)
    op.create_table(
        "billing_lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=6), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=True),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("overdraft", sa.Integer(), nullable=False),
        sa.Column("unlimited", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("unit IN ('half_day', 'minute', 'cent')", name=op.f("ck_billing_lot_unit")),
        sa.CheckConstraint(
            "(member_id IS NOT NULL) OR (organisation_id IS NOT NULL) OR (group_id IS NOT NULL)", name=op.f("ck_billing_lot_owner")
        ),
        sa.CheckConstraint("unlimited OR used + held <= granted + overdraft", name=op.f("ck_billing_lot_never_overdrawn")),
        sa.CheckConstraint("used >= 0 AND held >= 0", name=op.f("ck_billing_lot_positive")),
        sa.ForeignKeyConstraint(["group_id"], ["member_group.id"], name=op.f("fk_billing_lot_group_id_member_group")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_lot_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_billing_lot_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_lot_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_lot")),
        sa.UniqueConstraint("origin", name=op.f("uq_billing_lot_origin")),
    )
    op.create_index("ix_lot_group", "billing_lot", ["group_id"], unique=False)
    op.create_index("ix_lot_member", "billing_lot", ["member_id", "unit"], unique=False)
    op.create_index("ix_lot_organisation", "billing_lot", ["organisation_id"], unique=False)
    op.create_table(
        "billing_subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_day IS NULL OR first_day <= last_day", name=op.f("ck_billing_subscription_forward")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_billing_subscription_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_billing_subscription_place_id_place")),
        sa.ForeignKeyConstraint(["plan_id"], ["billing_plan.id"], name=op.f("fk_billing_subscription_plan_id_billing_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_subscription")),
    )
    op.create_index("ix_subscription_member", "billing_subscription", ["member_id"], unique=False)
    op.create_table(
        "booking_resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("family", sa.String(length=40), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("pool_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("equipment", sa.JSON(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("plan_box", sa.JSON(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('desk', 'office', 'room', 'booth', 'machine', 'space', 'pool')", name=op.f("ck_booking_resource_kind")
        ),
        sa.CheckConstraint(
            "state IN ('in_service', 'needs_attention', 'out_of_service', 'retired')", name=op.f("ck_booking_resource_state")
        ),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_booking_resource_capacity")),
        sa.ForeignKeyConstraint(["holder_id"], ["member.id"], name=op.f("fk_booking_resource_holder_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_booking_resource_place_id_place")),
        sa.ForeignKeyConstraint(["pool_id"], ["booking_resource.id"], name=op.f("fk_booking_resource_pool_id_booking_resource")),
        sa.ForeignKeyConstraint(["space_id"], ["booking_resource.id"], name=op.f("fk_booking_resource_space_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_resource")),
        sa.UniqueConstraint("place_id", "kind", "code", name=op.f("uq_booking_resource_place_id_kind_code")),
    )
    op.create_index("ix_resource_pool", "booking_resource", ["pool_id"], unique=False)
    op.create_index("ix_resource_space", "booking_resource", ["space_id"], unique=False)
    op.create_table(
        "fablab_clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("clearance_type_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clearance_type_id"], ["fablab_clearance_type.id"], name=op.f("fk_fablab_clearance_clearance_type_id_fablab_clearance_type")
        ),
        sa.ForeignKeyConstraint(["given_by_id"], ["member.id"], name=op.f("fk_fablab_clearance_given_by_id_member")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_clearance_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_clearance")),
    )
    op.create_index("ix_clearance_member", "fablab_clearance", ["member_id", "clearance_type_id"], unique=False)
    op.create_table(
        "member_group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR since <= until", name=op.f("ck_member_group_member_forward")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["member_group.id"], name=op.f("fk_member_group_member_group_id_member_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_group_member_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_group_member")),
        sa.UniqueConstraint("group_id", "member_id", "since", name=op.f("uq_member_group_member_group_id_member_id_since")),
    )
    op.create_index("ix_group_member_member", "member_group_member", ["member_id"], unique=False)
    op.create_table(
        "member_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_member_membership_forward")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_membership_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_member_membership_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_membership")),
    )
    op.create_index("ix_membership_member", "member_membership", ["member_id"], unique=False)
    op.create_table(
        "member_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "role IN ('visitor', 'member', 'coworker', 'maker', 'trainee', 'trainer', 'head_of_course', 'machine_lead', 'tutor', 'funder', 'manager', 'treasurer', 'administrator')",
            name=op.f("ck_member_role_role"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_role_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_role")),
        sa.UniqueConstraint("member_id", "role", name=op.f("uq_member_role_member_id_role")),
    )
    op.create_table(
        "member_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_session_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_member_session_token_hash")),
    )
    op.create_index("ix_session_member", "member_session", ["member_id"], unique=False)
    op.create_table(
        "member_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_token_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_member_token_token_hash")),
    )
    op.create_index("ix_token_member", "member_token", ["member_id", "purpose"], unique=False)
    op.create_table(
        "billing_lot_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('grant', 'hold', 'use', 'release', 'expire')", name=op.f("ck_billing_lot_entry_kind")),
        sa.CheckConstraint("units > 0 OR kind = 'grant'", name=op.f("ck_billing_lot_entry_units")),
        sa.ForeignKeyConstraint(["lot_id"], ["billing_lot.id"], name=op.f("fk_billing_lot_entry_lot_id_billing_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_lot_entry")),
    )
    op.create_index("ix_lot_entry_lot", "billing_lot_entry", ["lot_id"], unique=False)
    op.create_index("ix_lot_entry_ref", "billing_lot_entry", ["ref"], unique=False)
    op.create_table(
        "booking_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_booking_absence_forward")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_booking_absence_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_absence")),
    )
    op.create_index("ix_absence_resource", "booking_absence", ["resource_id"], unique=False)
    op.create_table(
        "booking_outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name=op.f("ck_booking_outage_forward")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_booking_outage_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_outage")),
    )
    op.create_index("ix_outage_resource", "booking_outage", ["resource_id"], unique=False)
    op.create_table(
        "booking_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("rrule", sa.String(length=300), nullable=False),
        sa.Column("first_start", sa.DateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("whole_half", sa.String(length=10), nullable=True),
        sa.Column("exdates", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("split_from_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_booking_series_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_booking_series_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_booking_series_resource_id_booking_resource")),
        sa.ForeignKeyConstraint(["split_from_id"], ["booking_series.id"], name=op.f("fk_booking_series_split_from_id_booking_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_series")),
    )
    op.create_index("ix_series_member", "booking_series", ["member_id"], unique=False)
    op.create_table(
        "fablab_machine",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("clearance_type_id", sa.Integer(), nullable=True),
        sa.Column("protective_equipment", sa.JSON(), nullable=False),
        sa.Column("safety_rules", sa.JSON(), nullable=False),
        sa.Column("value_cents", sa.Integer(), nullable=True),
        sa.Column("lifetime_hours", sa.Integer(), nullable=True),
        sa.Column("watts", sa.Integer(), nullable=True),
        sa.Column("counters", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clearance_type_id"], ["fablab_clearance_type.id"], name=op.f("fk_fablab_machine_clearance_type_id_fablab_clearance_type")
        ),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_machine_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_fablab_machine")),
    )
    op.create_table(
        "fablab_machine_lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fablab_machine_lead_member_id_member"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_fablab_machine_lead_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fablab_machine_lead")),
        sa.UniqueConstraint("resource_id", "member_id", name=op.f("uq_fablab_machine_lead_resource_id_member_id")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=15), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("free_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_fee_percent", sa.Integer(), nullable=False),
        sa.Column("priced", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("covered_by", sa.JSON(), nullable=False),
        sa.Column("half", sa.String(length=10), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("guest_name", sa.String(length=120), nullable=False),
        sa.Column("override_reason", sa.String(length=500), nullable=False),
        sa.Column("cancel_reason", sa.String(length=500), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'held') = (held_until IS NOT NULL)", name=op.f("ck_booking_held_until")),
        sa.CheckConstraint(
            "kind IN ('desk', 'office', 'room', 'booth', 'machine', 'space', 'session', 'training')", name=op.f("ck_booking_kind")
        ),
        sa.CheckConstraint(
            "status IN ('held', 'pending', 'confirmed', 'checked_in', 'done', 'cancelled', 'late_cancelled', 'no_show', 'rejected', 'released', 'expired')",
            name=op.f("ck_booking_status"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_booking_forward")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_booking_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_booking_organisation_id_member_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_booking_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_booking_resource_id_booking_resource")),
        sa.ForeignKeyConstraint(["series_id"], ["booking_series.id"], name=op.f("fk_booking_series_id_booking_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index(
        "ix_booking_due",
        "booking",
        ["starts_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('pending', 'confirmed', 'checked_in')"),
        postgresql_where=sa.text("status IN ('pending', 'confirmed', 'checked_in')"),
    )
    op.create_index(
        "ix_booking_held",
        "booking",
        ["held_until"],
        unique=False,
        sqlite_where=sa.text("held_until IS NOT NULL"),
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    op.create_index("ix_booking_member", "booking", ["member_id", "starts_at"], unique=False)
    op.create_index("ix_booking_place", "booking", ["place_id", "starts_at"], unique=False)
    op.create_index("ix_booking_series", "booking", ["series_id"], unique=False)
    op.create_table(
        "booking_series_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("original_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("freed_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('booked', 'skipped', 'refused', 'cancelled')", name=op.f("ck_booking_series_date_state")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_series_date_booking_id_booking")),
        sa.ForeignKeyConstraint(["series_id"], ["booking_series.id"], name=op.f("fk_booking_series_date_series_id_booking_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_series_date")),
        sa.UniqueConstraint("series_id", "original_start", name=op.f("uq_booking_series_date_series_id_original_start")),
    )
    op.create_index("ix_series_date_booking", "booking_series_date", ["booking_id"], unique=False)
    op.create_table(
        "booking_waitlist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'taken', 'lapsed', 'left')", name=op.f("ck_booking_waitlist_state")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_booking_waitlist_forward")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_waitlist_booking_id_booking")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_booking_waitlist_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_booking_waitlist_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_booking_waitlist_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_waitlist")),
    )
    op.create_index("ix_waitlist_member", "booking_waitlist", ["member_id"], unique=False)
    op.create_index("ix_waitlist_resource", "booking_waitlist", ["resource_id", "state", "id"], unique=False)
    op.create_index(
        "uq_waitlist_once",
        "booking_waitlist",
        ["resource_id", "member_id", "starts_at", "ends_at"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.create_table(
        "occupancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=10), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("outage_id", sa.Integer(), nullable=True),
        sa.Column("closure_id", sa.Integer(), nullable=True),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("holder IN ('booking', 'space', 'session', 'training', 'outage', 'closure')", name=op.f("ck_occupancy_holder")),
        sa.CheckConstraint(
            "(booking_id IS NOT NULL AND outage_id IS NULL AND closure_id IS NULL) OR (booking_id IS NULL AND outage_id IS NOT NULL AND closure_id IS NULL) OR (booking_id IS NULL AND outage_id IS NULL AND closure_id IS NOT NULL)",
            name=op.f("ck_occupancy_one_holder"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_occupancy_forward")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_occupancy_booking_id_booking")),
        sa.ForeignKeyConstraint(["closure_id"], ["place_closure.id"], name=op.f("fk_occupancy_closure_id_place_closure")),
        sa.ForeignKeyConstraint(["outage_id"], ["booking_outage.id"], name=op.f("fk_occupancy_outage_id_booking_outage")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_occupancy_place_id_place")),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resource.id"], name=op.f("fk_occupancy_resource_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupancy")),
    )
    op.create_index("ix_occupancy_booking", "occupancy", ["booking_id"], unique=False)
    op.create_index("ix_occupancy_closure", "occupancy", ["closure_id"], unique=False)
    op.create_index("ix_occupancy_outage", "occupancy", ["outage_id"], unique=False)
    op.create_index(
        "ix_occupancy_place",
        "occupancy",
        ["place_id", "starts_at"],
        unique=False,
        sqlite_where=sa.text("active = 1"),
        postgresql_where=sa.text("active"),
    )
    op.create_index(
        "ix_occupancy_when",
        "occupancy",
        ["resource_id", "starts_at"],
        unique=False,
        sqlite_where=sa.text("active = 1"),
        postgresql_where=sa.text("active"),
    )


def downgrade() -> None:

    op.drop_index("ix_occupancy_when", table_name="occupancy", sqlite_where=sa.text("active = 1"), postgresql_where=sa.text("active"))
    op.drop_index("ix_occupancy_place", table_name="occupancy", sqlite_where=sa.text("active = 1"), postgresql_where=sa.text("active"))
    op.drop_index("ix_occupancy_outage", table_name="occupancy")
    op.drop_index("ix_occupancy_closure", table_name="occupancy")
    op.drop_index("ix_occupancy_booking", table_name="occupancy")
    op.drop_table("occupancy")
    op.drop_index(
        "uq_waitlist_once",
        table_name="booking_waitlist",
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.drop_index("ix_waitlist_resource", table_name="booking_waitlist")
    op.drop_index("ix_waitlist_member", table_name="booking_waitlist")
    op.drop_table("booking_waitlist")
    op.drop_index("ix_series_date_booking", table_name="booking_series_date")
    op.drop_table("booking_series_date")
    op.drop_index("ix_booking_series", table_name="booking")
    op.drop_index("ix_booking_place", table_name="booking")
    op.drop_index("ix_booking_member", table_name="booking")
    op.drop_index("ix_booking_held", table_name="booking")
    op.drop_index("ix_booking_due", table_name="booking")
    op.drop_table("booking")
    op.drop_table("fablab_machine_lead")
    op.drop_table("fablab_machine")
    op.drop_index("ix_series_member", table_name="booking_series")
    op.drop_table("booking_series")
    op.drop_index("ix_outage_resource", table_name="booking_outage")
    op.drop_table("booking_outage")
    op.drop_index("ix_absence_resource", table_name="booking_absence")
    op.drop_table("booking_absence")
    op.drop_index("ix_lot_entry_ref", table_name="billing_lot_entry")
    op.drop_index("ix_lot_entry_lot", table_name="billing_lot_entry")
    op.drop_table("billing_lot_entry")
    op.drop_index("ix_token_member", table_name="member_token")
    op.drop_table("member_token")
    op.drop_index("ix_session_member", table_name="member_session")
    op.drop_table("member_session")
    op.drop_table("member_role")
    op.drop_index("ix_membership_member", table_name="member_membership")
    op.drop_table("member_membership")
    op.drop_index("ix_group_member_member", table_name="member_group_member")
    op.drop_table("member_group_member")
    op.drop_index("ix_clearance_member", table_name="fablab_clearance")
    op.drop_table("fablab_clearance")
    op.drop_index("ix_resource_space", table_name="booking_resource")
    op.drop_index("ix_resource_pool", table_name="booking_resource")
    op.drop_table("booking_resource")
    op.drop_index("ix_subscription_member", table_name="billing_subscription")
    op.drop_table("billing_subscription")
    op.drop_index("ix_lot_organisation", table_name="billing_lot")
    op.drop_index("ix_lot_member", table_name="billing_lot")
    op.drop_index("ix_lot_group", table_name="billing_lot")
    op.drop_table("billing_lot")
    op.drop_index("ix_charge_used_on", table_name="billing_charge")
    op.drop_index("ix_charge_member", table_name="billing_charge")
    op.drop_table("billing_charge")
    op.drop_table("place_opening_hours")
    op.drop_table("place_opening_exception")
    op.drop_table("place_closure")
    op.drop_index("ix_member_name", table_name="member")
    op.drop_table("member")
    op.drop_table("fablab_clearance_type")
    op.drop_table("booking_kind_rules")
    op.drop_table("billing_tariff_group")
    op.drop_index("ix_price_what", table_name="billing_price")
    op.drop_table("billing_price")
    op.drop_table("billing_plan")
    op.drop_table("billing_pass_type")
    op.drop_table("billing_article")
    op.drop_table("place")
    op.drop_index("ix_attempt_subject", table_name="member_sign_in_attempt")
    op.drop_table("member_sign_in_attempt")
    op.drop_table("member_organisation")
    op.drop_table("member_group")
    op.drop_index(
        "ix_journal_unread", table_name="journal", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")
    )
    op.drop_index("ix_journal_subject", table_name="journal")
    op.drop_index("ix_journal_member", table_name="journal")
    op.drop_table("journal")
    op.drop_index("ix_idempotent_created", table_name="idempotent_answer")
    op.drop_table("idempotent_answer")
    op.drop_table("house_state")
