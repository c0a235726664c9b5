"""Migrations, under a lock: two servers that start together upgrade once."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from app.core.db import UtcDateTime, db

config = context.config


def plain_types(kind: str, item: object, _context: object) -> str | bool:
    """In a migration an instant is written as the database knows it: no code of the house is imported there."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    is_postgres = engine.dialect.name == "postgresql"
    with engine.connect().execution_options(writing=True) as connection:
        if is_postgres:
            connection.execute(text("SET lock_timeout = '10s'"))
            connection.execute(text("SELECT pg_advisory_lock(7201)"))
            connection.commit()
        else:
            # a batch migration copies tables: with foreign keys on, dropping the old one would empty its children
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        try:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                render_as_batch=True,
                compare_type=True,
                render_item=plain_types,
                transaction_per_migration=False,
            )
            with context.begin_transaction():
                context.run_migrations()
                if not is_postgres and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                    raise RuntimeError(f"foreign keys broken by a migration: {broken[:5]}")
        finally:
            if is_postgres:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(7201)"))
                connection.commit()
            else:
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run()
