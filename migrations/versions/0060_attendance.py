"""Presence: events that nobody changes, what they come to, the drawer of papers, certificates."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0060", "0051"


def upgrade() -> None:
    op.create_table(
        "course_attendance_anchor",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_attendance_anchor_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_attendance_anchor_place_id_place")),
        sa.PrimaryKeyConstraint("cohort_id", "day", name=op.f("pk_course_attendance_anchor")),
    )
    op.create_table(
        "course_attendance_chain",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_attendance_chain_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_attendance_chain_place_id_place")),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_course_attendance_chain")),
    )
    op.create_table(
        "course_absence_alert",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("unjustified", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('row', 'level1', 'level2')", name=op.f("ck_course_absence_alert_level")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_absence_alert_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_absence_alert_place_id_place")),
        sa.PrimaryKeyConstraint("enrolment_id", "level", name=op.f("pk_course_absence_alert")),
    )
    op.create_table(
        "course_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("minutes_done", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancel_reason = '')", name=op.f("ck_course_certificate_cancelled_for_a_reason")),
        sa.CheckConstraint("minutes_done > 0", name=op.f("ck_course_certificate_something_done")),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["member.id"], name=op.f("fk_course_certificate_cancelled_by_id_member")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_certificate_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(["issued_by_id"], ["member.id"], name=op.f("fk_course_certificate_issued_by_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_certificate_place_id_place")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["course_certificate.id"], name=op.f("fk_course_certificate_replaces_id_course_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_certificate")),
        sa.UniqueConstraint("place_id", "year", "rank", name=op.f("uq_course_certificate_place_id_year_rank")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_course_certificate_replaces_id")),
    )
    op.create_index("ix_course_certificate_enrolment", "course_certificate", ["enrolment_id"], unique=False)

    op.create_table(
        "course_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=True),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("validated_by_id", sa.Integer(), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind = 'sheet' OR enrolment_id IS NOT NULL", name=op.f("ck_course_paper_of_somebody")),
        sa.CheckConstraint("kind IN ('sheet', 'absence', 'company')", name=op.f("ck_course_paper_kind")),
        sa.CheckConstraint("validated_at IS NULL OR refused_at IS NULL", name=op.f("ck_course_paper_one_answer")),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_paper_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_paper_enrolment_id_course_enrolment")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_paper_place_id_place")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["member.id"], name=op.f("fk_course_paper_uploaded_by_id_member")),
        sa.ForeignKeyConstraint(["validated_by_id"], ["member.id"], name=op.f("fk_course_paper_validated_by_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_paper")),
    )
    op.create_index("ix_course_paper_cohort", "course_paper", ["cohort_id", "first_day"], unique=False)
    op.create_index("ix_course_paper_enrolment", "course_paper", ["enrolment_id"], unique=False)

    op.create_table(
        "course_attendance",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("early", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_rank", sa.Integer(), nullable=True),
        sa.Column("countersigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("countersigned_rank", sa.Integer(), nullable=True),
        sa.Column("countersigned_by_id", sa.Integer(), nullable=True),
        sa.Column("sheet_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("justified", sa.Boolean(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("NOT justified OR category <> ''", name=op.f("ck_course_attendance_justified_for_a_reason")),
        sa.CheckConstraint(
            "category = '' OR category IN ('illness', 'child', 'employment', 'administrative', 'transport', 'family', 'weather', 'other')",
            name=op.f("ck_course_attendance_category"),
        ),
        sa.CheckConstraint("state IN ('planned', 'present', 'absent')", name=op.f("ck_course_attendance_state")),
        sa.CheckConstraint("(countersigned_at IS NULL) = (countersigned_rank IS NULL)", name=op.f("ck_course_attendance_countersignature")),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_rank IS NULL)", name=op.f("ck_course_attendance_signature")),
        sa.CheckConstraint("late >= 0 AND early >= 0 AND wrong_codes >= 0", name=op.f("ck_course_attendance_numbers")),
        sa.ForeignKeyConstraint(["countersigned_by_id"], ["member.id"], name=op.f("fk_course_attendance_countersigned_by_id_member")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_attendance_enrolment_id_course_enrolment")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_attendance_place_id_place")),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.id"], name=op.f("fk_course_attendance_session_id_course_session")),
        sa.ForeignKeyConstraint(["sheet_id"], ["course_paper.id"], name=op.f("fk_course_attendance_sheet_id_course_paper")),
        sa.PrimaryKeyConstraint("enrolment_id", "session_id", name=op.f("pk_course_attendance")),
    )
    op.create_index("ix_course_attendance_session", "course_attendance", ["session_id"], unique=False)

    op.create_table(
        "course_attendance_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("cites_rank", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["member.id"], name=op.f("fk_course_attendance_event_actor_id_member")),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_attendance_event_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_attendance_event_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_attendance_event_place_id_place")),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.id"], name=op.f("fk_course_attendance_event_session_id_course_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_attendance_event")),
        sa.UniqueConstraint("cohort_id", "act", name=op.f("uq_course_attendance_event_cohort_id_act")),
        sa.UniqueConstraint("cohort_id", "rank", name=op.f("uq_course_attendance_event_cohort_id_rank")),
    )
    op.create_index("ix_course_event_enrolment", "course_attendance_event", ["enrolment_id"], unique=False)
    op.create_index("ix_course_event_session", "course_attendance_event", ["session_id"], unique=False)

    op.create_table(
        "course_sign_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_sign_link_enrolment_id_course_enrolment")),
        sa.ForeignKeyConstraint(["made_by_id"], ["member.id"], name=op.f("fk_course_sign_link_made_by_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_sign_link_place_id_place")),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.id"], name=op.f("fk_course_sign_link_session_id_course_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_sign_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_course_sign_link_token_hash")),
    )
    op.create_index("ix_course_sign_link_pair", "course_sign_link", ["session_id", "enrolment_id"], unique=False)
    guard()


EVENT, ANCHOR, CERTIFICATE, CHAIN = "course_attendance_event", "course_attendance_anchor", "course_certificate", "course_attendance_chain"
NEVER = ((EVENT, "UPDATE"), (EVENT, "DELETE"), (ANCHOR, "UPDATE"), (ANCHOR, "DELETE"), (CERTIFICATE, "DELETE"), (CHAIN, "DELETE"))

# An event follows the one of the rank before; a certificate, the last number of its lieu and year.
BEFORE_IT = f"SELECT 1 FROM {EVENT} WHERE cohort_id = NEW.cohort_id AND rank = NEW.rank - 1 AND hash = NEW.previous_hash"
STRAY = f"NOT (NEW.rank = 1 AND NEW.previous_hash = '{'0' * 64}') AND NOT EXISTS ({BEFORE_IT})"
NEXT = f"NEW.rank <> 1 + COALESCE((SELECT MAX(rank) FROM {CERTIFICATE} WHERE place_id = NEW.place_id AND year = NEW.year), 0)"

# Of a certificate, only its cancellation is ever written, and once.
KEPT = ("place_id", "enrolment_id", "year", "rank", "number", "issued_on", "issued_at", "issued_by_id", "minutes_done", "printed")


def guard() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in (*KEPT, "replaces_id"))
    rules = [
        *(("never", table, moment, "TRUE") for table, moment in NEVER),
        ("follows", EVENT, "INSERT", STRAY),
        ("numbered", CERTIFICATE, "INSERT", NEXT),
        ("kept", CERTIFICATE, "UPDATE", f"OLD.cancelled_at IS NOT NULL OR {changed}"),
    ]
    for word, table, moment, wrong in rules:
        name = f"{table}_{word}_{moment.lower()}"
        if is_postgresql:
            op.execute(f"""
                CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF {wrong} THEN
                        RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                END $$""")
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
        else:
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END")
    if is_postgresql:
        for table in (EVENT, ANCHOR, CERTIFICATE, CHAIN):
            op.execute(
                f"CREATE FUNCTION {table}_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table}_truncate' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            op.execute(f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_truncate()")


def unguard() -> None:
    """With their tables, triggers go; PostgreSQL keeps their functions."""
    if op.get_bind().dialect.name == "postgresql":
        named = [f"{table}_never_{moment.lower()}" for table, moment in NEVER]
        named += [f"{EVENT}_follows_insert", f"{CERTIFICATE}_numbered_insert", f"{CERTIFICATE}_kept_update"]
        named += [f"{table}_truncate" for table in (EVENT, ANCHOR, CERTIFICATE, CHAIN)]
        for name in named:
            op.execute(f"DROP FUNCTION {name}() CASCADE")


def downgrade() -> None:
    unguard()
    for table in (
        "course_sign_link",
        "course_attendance_event",
        "course_attendance",
        "course_paper",
        "course_certificate",
        "course_absence_alert",
        "course_attendance_chain",
        "course_attendance_anchor",
    ):
        op.drop_table(table)
