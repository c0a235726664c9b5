"""The course: programmes, cohorts, sessions, enrolments, applications."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0050", "0006"


def upgrade() -> None:
    op.create_table(
        "course_programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_programme_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_programme")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_course_programme_place_id_code")),
    )
    op.create_table(
        "course_programme_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("company_minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_programme_version_place_id_place")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["course_programme.id"], name=op.f("fk_course_programme_version_programme_id_course_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_programme_version")),
        sa.UniqueConstraint("programme_id", "label", name=op.f("uq_course_programme_version_programme_id_label")),
    )
    op.create_table(
        "course_cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("programme_version_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("company_first_day", sa.Date(), nullable=True),
        sa.Column("company_last_day", sa.Date(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("tolerance_minutes", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("cycle_weeks", sa.Integer(), nullable=False),
        sa.Column("weeks_on_site", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("poured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'running', 'closed')", name=op.f("ck_course_cohort_state")),
        sa.CheckConstraint("(company_first_day IS NULL) = (company_last_day IS NULL)", name=op.f("ck_course_cohort_company")),
        sa.CheckConstraint("capacity > 0 AND tolerance_minutes >= 0", name=op.f("ck_course_cohort_numbers")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_course_cohort_forward")),
        sa.CheckConstraint("weeks_on_site BETWEEN 1 AND cycle_weeks", name=op.f("ck_course_cohort_rhythm")),
        sa.ForeignKeyConstraint(["group_id"], ["member_group.id"], name=op.f("fk_course_cohort_group_id_member_group")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_cohort_place_id_place")),
        sa.ForeignKeyConstraint(
            ["programme_version_id"],
            ["course_programme_version.id"],
            name=op.f("fk_course_cohort_programme_version_id_course_programme_version"),
        ),
        sa.ForeignKeyConstraint(["room_id"], ["booking_resource.id"], name=op.f("fk_course_cohort_room_id_booking_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_cohort")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_course_cohort_place_id_code")),
    )
    op.create_table(
        "course_competence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("block_code", sa.String(length=40), nullable=False),
        sa.Column("block_title", sa.String(length=300), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_programme_version.id"],
            name=op.f("fk_course_competence_version_id_course_programme_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_competence")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_course_competence_version_id_code")),
    )
    op.create_table(
        "course_module",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("in_company", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_programme_version.id"],
            name=op.f("fk_course_module_version_id_course_programme_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_module")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_course_module_version_id_code")),
    )
    op.create_table(
        "course_cohort_closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_course_cohort_closure_forward")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_cohort_closure_cohort_id_course_cohort"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_cohort_closure")),
    )
    with op.batch_alter_table("course_cohort_closure", schema=None) as batch_op:
        batch_op.create_index("ix_course_closure_cohort", ["cohort_id"], unique=False)

    op.create_table(
        "course_cohort_trainer",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_cohort_trainer_cohort_id_course_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_course_cohort_trainer_member_id_member")),
        sa.PrimaryKeyConstraint("cohort_id", "member_id", name=op.f("pk_course_cohort_trainer")),
    )
    op.create_table(
        "course_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("exit_half", sa.String(length=9), nullable=True),
        sa.Column("exit_reason", sa.String(length=40), nullable=False),
        sa.Column("exempted_minutes", sa.Integer(), nullable=False),
        sa.Column("exemption_reason", sa.String(length=300), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("bpf_status", sa.String(length=20), nullable=False),
        sa.Column("group_member_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("exit_half IN ('morning', 'afternoon')", name=op.f("ck_course_enrolment_exit_half")),
        sa.CheckConstraint("status IN ('enrolled', 'left', 'completed', 'withdrawn')", name=op.f("ck_course_enrolment_status")),
        sa.CheckConstraint("exempted_minutes >= 0", name=op.f("ck_course_enrolment_exempted")),
        sa.CheckConstraint("last_day IS NULL OR first_day <= last_day", name=op.f("ck_course_enrolment_forward")),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_enrolment_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(
            ["group_member_id"],
            ["member_group_member.id"],
            name=op.f("fk_course_enrolment_group_member_id_member_group_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_course_enrolment_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_enrolment_place_id_place")),
        sa.ForeignKeyConstraint(["replaces_id"], ["course_enrolment.id"], name=op.f("fk_course_enrolment_replaces_id_course_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_enrolment")),
        sa.UniqueConstraint("cohort_id", "member_id", name=op.f("uq_course_enrolment_cohort_id_member_id")),
    )
    with op.batch_alter_table("course_enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_course_enrolment_member", ["member_id"], unique=False)

    op.create_table(
        "course_sequence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("competence_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("activities", sa.JSON(), nullable=False),
        sa.Column("way", sa.String(length=120), nullable=False),
        sa.Column("proof", sa.String(length=300), nullable=False),
        sa.Column("bring", sa.String(length=300), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0 AND minutes % 210 = 0", name=op.f("ck_course_sequence_half_days")),
        sa.ForeignKeyConstraint(
            ["competence_id"], ["course_competence.id"], name=op.f("fk_course_sequence_competence_id_course_competence"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["module_id"], ["course_module.id"], name=op.f("fk_course_sequence_module_id_course_module"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_programme_version.id"],
            name=op.f("fk_course_sequence_version_id_course_programme_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_sequence")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_course_sequence_version_id_code")),
    )
    with op.batch_alter_table("course_sequence", schema=None) as batch_op:
        batch_op.create_index("ix_course_sequence_module", ["module_id"], unique=False)

    op.create_table(
        "course_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("situation", sa.String(length=20), nullable=False),
        sa.Column("motivation", sa.Text(), nullable=False),
        sa.Column("experience", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("interview_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("interview_notes", sa.Text(), nullable=False),
        sa.Column("decision_reason", sa.String(length=500), nullable=False),
        sa.Column("waiting_rank", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('received', 'interview', 'accepted', 'waiting', 'refused', 'withdrawn', 'enrolled')",
            name=op.f("ck_course_application_status"),
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_application_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_application_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_course_application_member_id_member")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_application_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_application")),
    )
    with op.batch_alter_table("course_application", schema=None) as batch_op:
        batch_op.create_index("ix_course_application_cohort", ["cohort_id", "status"], unique=False)
        batch_op.create_index("ix_course_application_email", ["email"], unique=False)

    op.create_table(
        "course_funding_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("hour_cents", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0 AND hour_cents >= 0", name=op.f("ck_course_funding_line_numbers")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_funding_line_enrolment_id_course_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["member_organisation.id"], name=op.f("fk_course_funding_line_organisation_id_member_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_funding_line")),
    )
    with op.batch_alter_table("course_funding_line", schema=None) as batch_op:
        batch_op.create_index("ix_course_funding_enrolment", ["enrolment_id"], unique=False)
        batch_op.create_index("ix_course_funding_organisation", ["organisation_id"], unique=False)

    op.create_table(
        "course_sequence_competence",
        sa.Column("sequence_id", sa.Integer(), nullable=False),
        sa.Column("competence_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["competence_id"],
            ["course_competence.id"],
            name=op.f("fk_course_sequence_competence_competence_id_course_competence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sequence_id"],
            ["course_sequence.id"],
            name=op.f("fk_course_sequence_competence_sequence_id_course_sequence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sequence_id", "competence_id", name=op.f("pk_course_sequence_competence")),
    )
    op.create_table(
        "course_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("sequence_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(length=9), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("where_", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("holiday_reason", sa.String(length=300), nullable=False),
        sa.Column("cancel_reason", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence_no", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("half IN ('morning', 'afternoon')", name=op.f("ck_course_session_half")),
        sa.CheckConstraint("state IN ('planned', 'cancelled')", name=op.f("ck_course_session_state")),
        sa.CheckConstraint("where_ IN ('centre', 'company', 'distance')", name=op.f("ck_course_session_where")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_course_session_forward")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_course_session_booking_id_booking")),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_session_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_session_place_id_place")),
        sa.ForeignKeyConstraint(["room_id"], ["booking_resource.id"], name=op.f("fk_course_session_room_id_booking_resource")),
        sa.ForeignKeyConstraint(["sequence_id"], ["course_sequence.id"], name=op.f("fk_course_session_sequence_id_course_sequence")),
        sa.ForeignKeyConstraint(["trainer_id"], ["member.id"], name=op.f("fk_course_session_trainer_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_session")),
        sa.UniqueConstraint("uid", name=op.f("uq_course_session_uid")),
    )
    with op.batch_alter_table("course_session", schema=None) as batch_op:
        batch_op.create_index("ix_course_session_booking", ["booking_id"], unique=False)
        batch_op.create_index("ix_course_session_cohort", ["cohort_id", "starts_at"], unique=False)
        batch_op.create_index("ix_course_session_place", ["place_id", "day"], unique=False)
        batch_op.create_index("ix_course_session_trainer", ["trainer_id", "starts_at"], unique=False)
        batch_op.create_index(
            "uq_course_session_half",
            ["cohort_id", "day", "half"],
            unique=True,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )

    op.create_table(
        "course_exemption",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_exemption_enrolment_id_course_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk_course_exemption_session_id_course_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "session_id", name=op.f("pk_course_exemption")),
    )


def downgrade() -> None:
    op.drop_table("course_exemption")
    with op.batch_alter_table("course_session", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_course_session_half", sqlite_where=sa.text("state = 'planned'"), postgresql_where=sa.text("state = 'planned'")
        )
        batch_op.drop_index("ix_course_session_trainer")
        batch_op.drop_index("ix_course_session_place")
        batch_op.drop_index("ix_course_session_cohort")
        batch_op.drop_index("ix_course_session_booking")

    op.drop_table("course_session")
    op.drop_table("course_sequence_competence")
    with op.batch_alter_table("course_funding_line", schema=None) as batch_op:
        batch_op.drop_index("ix_course_funding_organisation")
        batch_op.drop_index("ix_course_funding_enrolment")

    op.drop_table("course_funding_line")
    with op.batch_alter_table("course_application", schema=None) as batch_op:
        batch_op.drop_index("ix_course_application_email")
        batch_op.drop_index("ix_course_application_cohort")

    op.drop_table("course_application")
    with op.batch_alter_table("course_sequence", schema=None) as batch_op:
        batch_op.drop_index("ix_course_sequence_module")

    op.drop_table("course_sequence")
    with op.batch_alter_table("course_enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_course_enrolment_member")

    op.drop_table("course_enrolment")
    op.drop_table("course_cohort_trainer")
    with op.batch_alter_table("course_cohort_closure", schema=None) as batch_op:
        batch_op.drop_index("ix_course_closure_cohort")

    op.drop_table("course_cohort_closure")
    op.drop_table("course_module")
    op.drop_table("course_competence")
    op.drop_table("course_cohort")
    op.drop_table("course_programme_version")
    op.drop_table("course_programme")
