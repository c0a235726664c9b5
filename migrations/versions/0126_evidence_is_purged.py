"""Evidence is kept three years after the year of the last payment: the database refuses its purge before, and allows exactly that after."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0126", "0125"

# Of each table: what never changes, and what the purge empties (what it is left as).
KEPT = {
    "course_paper": (
        *("place_id", "cohort_id", "enrolment_id", "kind", "first_day", "last_day", "category"),
        *("media_type", "sha256", "uploaded_by_id", "uploaded_at"),
    ),
    "course_production": ("place_id", "enrolment_id", "session_id", "rank", "minutes", "said_at"),
}
EMPTIED = {
    "course_paper": {"content": "length(NEW.content) = 0", "preview": "NEW.preview IS NULL"},
    "course_production": {"ref": "NEW.ref = ''", "url": "NEW.url = ''", "commit": "NEW.\"commit\" = ''", "words": "NEW.words = '…'"},
}
COHORT_OF = {
    "course_paper": "NEW.cohort_id",
    "course_production": "(SELECT session.cohort_id FROM course_session AS session WHERE session.id = NEW.session_id)",
}


def upgrade() -> None:
    op.add_column("course_cohort", sa.Column("kept_until", sa.Date(), nullable=True))
    op.add_column("course_cohort", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("course_production", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    for table in KEPT:
        _drop(f"{table}_kept_update")
        _refuse(f"{table}_kept_update", table, _wrong(table))
    _refuse("course_cohort_kept_until", "course_cohort", _shortened())


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _wrong(table: str) -> str:
    """Something that is kept differs; or what is emptied does, other than by the purge of a cohort whose time is over."""
    differs = "IS DISTINCT FROM" if _is_postgresql() else "IS NOT"
    removed_on = "(NEW.removed_at AT TIME ZONE 'UTC')::date" if _is_postgresql() else "date(NEW.removed_at)"
    kept = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in KEPT[table])
    emptied = " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in (*EMPTIED[table], "removed_at"))
    is_over = f"EXISTS (SELECT 1 FROM course_cohort AS over WHERE over.id = {COHORT_OF[table]} AND over.kept_until < {removed_on})"
    purge = " AND ".join(["OLD.removed_at IS NULL", "NEW.removed_at IS NOT NULL", is_over, *EMPTIED[table].values()])
    return f"({kept}) OR (({emptied}) AND NOT ({purge}))"


def _shortened() -> str:
    """The last day of keeping only moves away, and is never before the end of the third year after the last day of the cohort."""
    year = "CAST(EXTRACT(YEAR FROM {0}) AS INTEGER)" if _is_postgresql() else "CAST(strftime('%Y', {0}) AS INTEGER)"
    is_less = "OLD.kept_until IS NOT NULL AND (NEW.kept_until IS NULL OR NEW.kept_until < OLD.kept_until)"
    return f"({is_less}) OR ({year.format('NEW.kept_until')} < {year.format('NEW.last_day')} + 3)"


def _refuse(name: str, table: str, wrong: str) -> None:
    if not _is_postgresql():
        op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END")
        return
    op.execute(f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {wrong} THEN
                RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$""")
    op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _drop(name: str) -> None:
    op.execute(f"DROP FUNCTION {name}() CASCADE" if _is_postgresql() else f"DROP TRIGGER {name}")


def downgrade() -> None:
    _drop("course_cohort_kept_until")
    for table, kept in KEPT.items():
        _drop(f"{table}_kept_update")
        differs = "IS DISTINCT FROM" if _is_postgresql() else "IS NOT"
        _refuse(
            f"{table}_kept_update",
            table,
            " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in (*kept, *EMPTIED[table])),
        )
    op.drop_column("course_production", "removed_at")
    op.drop_column("course_cohort", "purged_at")
    op.drop_column("course_cohort", "kept_until")
