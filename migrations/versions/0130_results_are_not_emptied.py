"""PostgreSQL asks the guards of rows nothing when a whole table is emptied: the results of a training refuse that too, as its signatures do."""

from alembic import op

revision, down_revision = "0130", "0129"

RESULTS = ("course_submission", "course_review", "course_mastery", "course_block_test", "course_production")


def upgrade() -> None:
    if not _is_postgresql():
        return  # SQLite has no TRUNCATE: it deletes row by row
    for table in RESULTS:
        name = f"{table}_truncate"
        op.execute(f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
            END $$""")
        op.execute(f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    if _is_postgresql():
        for table in RESULTS:
            op.execute(f"DROP FUNCTION {table}_truncate() CASCADE")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
