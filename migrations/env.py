"""Migrations, under a lock: two servers that start together upgrade once."""

from alembic import context
from sqlalchemy import Connection, text

from app.core.db import UtcDateTime, db


def run() -> None:
    """On the connection given by who calls (a restoration, inside its transaction), else on one of our own."""
    if given := context.config.attributes.get("connection"):
        migrate(given)
        return
    with db.engine.connect().execution_options(writing=True) as connection:
        if connection.dialect.name == "postgresql":
            on_postgresql(connection)
        else:
            on_sqlite(connection)


def on_postgresql(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = 0"))  # for as long as another server migrates
    connection.execute(text("SELECT pg_advisory_lock(7201)"))
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.commit()
    try:
        migrate(connection)
    finally:
        connection.rollback()
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text("SELECT pg_advisory_unlock(7201)"))
        connection.commit()


def on_sqlite(connection: Connection) -> None:
    """A batch migration copies tables: with foreign keys on, dropping the old one would empty its children.

    The pragma has no effect inside a transaction: it is said to the driver, before SQLAlchemy begins one.
    """
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    driver.execute("PRAGMA busy_timeout=600000")  # for as long as another server migrates
    try:
        migrate(connection)
    finally:
        connection.rollback()
        connection.invalidate()  # the next one gets its own settings


def migrate(connection: Connection) -> None:
    """All the migrations in one transaction: killed in the middle, the database is as it was."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=plain_types,
        transaction_per_migration=False,
        transactional_ddl=True,  # said for SQLite, which Alembic believes unable of it: another server would come in between two
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"foreign keys broken by a migration: {broken[:5]}")


def plain_types(kind: str, item: object, _context: object) -> str | bool:
    """In a migration an instant is written as the database knows it: no code of the house is imported there."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


run()
