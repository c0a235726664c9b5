"""What is learnt: work and its reviews, levels, tests, journals; open courses and their quizzes."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0096", "0095"


def upgrade() -> None:
    op.create_table(
        "course_open_course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_open_course_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_open_course")),
        sa.UniqueConstraint("place_id", "code", name=op.f("uq_course_open_course_place_id_code")),
    )
    op.create_table(
        "course_open_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("open_course_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attested_label", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_course_open_enrolment_member_id_member")),
        sa.ForeignKeyConstraint(
            ["open_course_id"], ["course_open_course.id"], name=op.f("fk_course_open_enrolment_open_course_id_course_open_course")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_open_enrolment")),
        sa.UniqueConstraint("open_course_id", "member_id", name=op.f("uq_course_open_enrolment_open_course_id_member_id")),
    )
    with op.batch_alter_table("course_open_enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_course_open_enrolment_member", ["member_id"], unique=False)

    op.create_table(
        "course_lesson_read",
        sa.Column("open_enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(length=40), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["open_enrolment_id"],
            ["course_open_enrolment.id"],
            name=op.f("fk_course_lesson_read_open_enrolment_id_course_open_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("open_enrolment_id", "lesson", name=op.f("pk_course_lesson_read")),
    )
    op.create_table(
        "course_quiz_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("open_enrolment_id", sa.Integer(), nullable=False),
        sa.Column("quiz", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND questions", name=op.f("ck_course_quiz_attempt_score")),
        sa.ForeignKeyConstraint(
            ["open_enrolment_id"],
            ["course_open_enrolment.id"],
            name=op.f("fk_course_quiz_attempt_open_enrolment_id_course_open_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_quiz_attempt")),
    )
    with op.batch_alter_table("course_quiz_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_course_quiz_attempt_enrolment", ["open_enrolment_id"], unique=False)

    op.create_table(
        "course_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("peers", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["course_cohort.id"], name=op.f("fk_course_assignment_cohort_id_course_cohort")),
        sa.ForeignKeyConstraint(["created_by_id"], ["member.id"], name=op.f("fk_course_assignment_created_by_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_assignment")),
    )
    with op.batch_alter_table("course_assignment", schema=None) as batch_op:
        batch_op.create_index("ix_course_assignment_cohort", ["cohort_id", "due_at"], unique=False)

    op.create_table(
        "course_block_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("block_code", sa.String(length=40), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("is_resit", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("assessor_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessor_id"], ["member.id"], name=op.f("fk_course_block_test_assessor_id_member")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_block_test_enrolment_id_course_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_block_test")),
    )
    with op.batch_alter_table("course_block_test", schema=None) as batch_op:
        batch_op.create_index("ix_course_block_test_enrolment", ["enrolment_id"], unique=False)

    op.create_table(
        "course_journal_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("readers", sa.String(length=8), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("readers IN ('self', 'trainers', 'cohort')", name=op.f("ck_course_journal_page_readers")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_journal_page_enrolment_id_course_enrolment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_journal_page")),
        sa.UniqueConstraint("enrolment_id", "week", name=op.f("uq_course_journal_page_enrolment_id_week")),
    )
    op.create_table(
        "course_mastery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("competence_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("by_self", sa.Boolean(), nullable=False),
        sa.Column("assessor_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=300), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_course_mastery_level")),
        sa.ForeignKeyConstraint(["assessor_id"], ["member.id"], name=op.f("fk_course_mastery_assessor_id_member")),
        sa.ForeignKeyConstraint(
            ["competence_id"], ["course_competence.id"], name=op.f("fk_course_mastery_competence_id_course_competence")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_mastery_enrolment_id_course_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_mastery")),
    )
    with op.batch_alter_table("course_mastery", schema=None) as batch_op:
        batch_op.create_index("ix_course_mastery_enrolment", ["enrolment_id", "competence_id"], unique=False)

    op.create_table(
        "course_staff_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name=op.f("fk_course_staff_note_author_id_member")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_staff_note_enrolment_id_course_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_staff_note")),
    )
    with op.batch_alter_table("course_staff_note", schema=None) as batch_op:
        batch_op.create_index("ix_course_staff_note_enrolment", ["enrolment_id"], unique=False)

    op.create_table(
        "course_submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.Column("commit", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_course_submission_version")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["course_assignment.id"], name=op.f("fk_course_submission_assignment_id_course_assignment")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_submission_enrolment_id_course_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_submission")),
        sa.UniqueConstraint(
            "assignment_id", "enrolment_id", "version", name=op.f("uq_course_submission_assignment_id_enrolment_id_version")
        ),
    )
    with op.batch_alter_table("course_submission", schema=None) as batch_op:
        batch_op.create_index("ix_course_submission_enrolment", ["enrolment_id"], unique=False)

    op.create_table(
        "course_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("by_peer", sa.Boolean(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reviewer_id"], ["member.id"], name=op.f("fk_course_review_reviewer_id_member")),
        sa.ForeignKeyConstraint(["submission_id"], ["course_submission.id"], name=op.f("fk_course_review_submission_id_course_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_review")),
    )
    with op.batch_alter_table("course_review", schema=None) as batch_op:
        batch_op.create_index("ix_course_review_submission", ["submission_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("course_review", schema=None) as batch_op:
        batch_op.drop_index("ix_course_review_submission")

    op.drop_table("course_review")
    with op.batch_alter_table("course_submission", schema=None) as batch_op:
        batch_op.drop_index("ix_course_submission_enrolment")

    op.drop_table("course_submission")
    with op.batch_alter_table("course_staff_note", schema=None) as batch_op:
        batch_op.drop_index("ix_course_staff_note_enrolment")

    op.drop_table("course_staff_note")
    with op.batch_alter_table("course_mastery", schema=None) as batch_op:
        batch_op.drop_index("ix_course_mastery_enrolment")

    op.drop_table("course_mastery")
    op.drop_table("course_journal_page")
    with op.batch_alter_table("course_block_test", schema=None) as batch_op:
        batch_op.drop_index("ix_course_block_test_enrolment")

    op.drop_table("course_block_test")
    with op.batch_alter_table("course_assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_course_assignment_cohort")

    op.drop_table("course_assignment")
    with op.batch_alter_table("course_quiz_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_course_quiz_attempt_enrolment")

    op.drop_table("course_quiz_attempt")
    op.drop_table("course_lesson_read")
    with op.batch_alter_table("course_open_enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_course_open_enrolment_member")

    op.drop_table("course_open_enrolment")
    op.drop_table("course_open_course")
