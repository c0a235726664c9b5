"""What was handed in, said of it, and found by a test is kept as it was until its cohort is purged; and no cohort is purged early."""

from alembic import op

revision, down_revision = "0128", "0127"

# Of each table: the enrolment that one of its rows is about.
RESULTS = {
    "course_submission": "OLD.enrolment_id",
    "course_review": "(SELECT work.enrolment_id FROM course_submission AS work WHERE work.id = OLD.submission_id)",
    "course_mastery": "OLD.enrolment_id",
    "course_block_test": "OLD.enrolment_id",
}


def upgrade() -> None:
    for table, enrolment in RESULTS.items():
        _refuse(f"{table}_never_update", table, "UPDATE", "TRUE")
        _refuse(f"{table}_kept_delete", table, "DELETE", f"NOT {_is_purged(enrolment)}")
    _refuse("course_cohort_purged_early", "course_cohort", "UPDATE", _early())


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _is_purged(enrolment: str) -> str:
    return f"""EXISTS (
        SELECT 1 FROM course_enrolment AS mine JOIN course_cohort AS over ON over.id = mine.cohort_id
        WHERE mine.id = {enrolment} AND over.purged_at IS NOT NULL)"""


def _early() -> str:
    """Said to be purged while its evidence is kept, or never said until when it is."""
    day = "(NEW.purged_at AT TIME ZONE 'UTC')::date" if _is_postgresql() else "date(NEW.purged_at)"
    return f"NEW.purged_at IS NOT NULL AND (NEW.kept_until IS NULL OR NEW.kept_until >= {day})"


def _refuse(name: str, table: str, moment: str, wrong: str) -> None:
    if not _is_postgresql():
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END")
        return
    op.execute(f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {wrong} THEN
                RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END $$""")
    op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    names = [f"{table}_{guard}" for table in RESULTS for guard in ("never_update", "kept_delete")] + ["course_cohort_purged_early"]
    for name in names:
        op.execute(f"DROP FUNCTION {name}() CASCADE" if _is_postgresql() else f"DROP TRIGGER {name}")
