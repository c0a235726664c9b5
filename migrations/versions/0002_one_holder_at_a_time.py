"""Two active occupancies of one thing never overlap, whoever writes them."""

from alembic import op

revision, down_revision = "0002", "0001"

# Active rows of one thing never overlap, so in order of start they are also in order of end: only the last one that starts
# before the new one's end can reach into it. The index answers in one step, whatever the history.
SQLITE_GUARD = """
    CREATE TRIGGER one_holder_at_a_time_{moment} BEFORE {moment} ON occupancy WHEN NEW.active
    BEGIN
        SELECT RAISE(ABORT, 'one_holder_at_a_time') WHERE NEW.starts_at < (
            SELECT ends_at FROM occupancy
            WHERE active = 1 AND resource_id = NEW.resource_id AND starts_at < NEW.ends_at AND id IS NOT NEW.id
            ORDER BY starts_at DESC LIMIT 1);
    END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("""
            ALTER TABLE occupancy ADD CONSTRAINT one_holder_at_a_time
            EXCLUDE USING gist (
                int4range(resource_id, resource_id, '[]') WITH &&,  -- stands for =, without an extension
                tstzrange(starts_at, ends_at) WITH &&)
            WHERE (active)
        """)
    else:
        for moment in ("INSERT", "UPDATE"):
            op.execute(SQLITE_GUARD.format(moment=moment))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE occupancy DROP CONSTRAINT one_holder_at_a_time")
    else:
        for moment in ("INSERT", "UPDATE"):
            op.execute(f"DROP TRIGGER one_holder_at_a_time_{moment}")
