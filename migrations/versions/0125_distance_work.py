"""What is produced at distance, said by who did it and answered by who teaches: kept as it was said."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0125", "0124"

PRODUCTION = "course_production"
SAID = ("place_id", "enrolment_id", "session_id", "rank", "ref", "url", "commit", "words", "minutes", "said_at")


def upgrade() -> None:
    op.create_table(
        PRODUCTION,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(40), nullable=False),
        sa.Column("url", sa.String(400), nullable=False),
        sa.Column("commit", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("answer_words", sa.String(500), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("answer IN ('', 'accepted', 'returned')", name=op.f("ck_course_production_answer")),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f("ck_course_production_answered")),
        sa.CheckConstraint("ref <> '' OR url <> '' OR words <> ''", name=op.f("ck_course_production_something")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_course_production_minutes")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_course_production_place_id_place")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_production_enrolment_id_course_enrolment")),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.id"], name=op.f("fk_course_production_session_id_course_session")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["member.id"], name=op.f("fk_course_production_answered_by_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_production")),
        sa.UniqueConstraint("enrolment_id", "session_id", "rank", name=op.f("uq_course_production_enrolment_id_session_id_rank")),
    )
    op.create_index("ix_course_production_session", PRODUCTION, ["session_id"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    changed = " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in SAID)
    for name, moment, wrong in ((f"{PRODUCTION}_never_delete", "DELETE", "TRUE"), (f"{PRODUCTION}_kept_update", "UPDATE", changed)):
        if is_postgresql:
            op.execute(f"""
                CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF {wrong} THEN
                        RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                END $$""")
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {PRODUCTION} FOR EACH ROW EXECUTE FUNCTION {name}()")
        else:
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {PRODUCTION} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in (f"{PRODUCTION}_never_delete", f"{PRODUCTION}_kept_update"):
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.drop_table(PRODUCTION)
