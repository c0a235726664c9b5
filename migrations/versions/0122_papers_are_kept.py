"""The database refuses to remove a paper of the drawer, or to change what was sent: only its answer is written."""

from alembic import op

revision, down_revision = "0122", "0121"

PAPER = "course_paper"
SENT = (
    *("place_id", "cohort_id", "enrolment_id", "kind", "first_day", "last_day", "category"),
    *("media_type", "sha256", "content", "preview", "uploaded_by_id", "uploaded_at"),
)


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in SENT)
    for name, moment, wrong in ((f"{PAPER}_never_delete", "DELETE", "TRUE"), (f"{PAPER}_kept_update", "UPDATE", changed)):
        if is_postgresql:
            _refuse(name, f"BEFORE {moment} ON {PAPER} FOR EACH ROW", wrong)
        else:
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {PAPER} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END")
    if is_postgresql:
        _refuse(f"{PAPER}_truncate", f"BEFORE TRUNCATE ON {PAPER} FOR EACH STATEMENT", "TRUE")


def _refuse(name: str, moment: str, wrong: str) -> None:
    op.execute(f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {wrong} THEN
                RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$""")
    op.execute(f"CREATE TRIGGER {name} {moment} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name in (f"{PAPER}_never_delete", f"{PAPER}_kept_update", *([f"{PAPER}_truncate"] if is_postgresql else [])):
        op.execute(f"DROP FUNCTION {name}() CASCADE" if is_postgresql else f"DROP TRIGGER {name}")
