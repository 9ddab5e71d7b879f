"""Runs migrations on their own engine, with foreign keys off on SQLite and checked at the end.

A batch rebuild drops and recreates a table; with foreign keys on, that would delete every child row by cascade.
"""

import sqlite3
from typing import Literal

from alembic import context
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import app.models  # noqa: F401 gives the metadata its tables
from app.models.columns import CanonicalJson, UtcDateTime
from app.settings import settings


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _plain_type(kind: str, column_type: object, _context: object) -> str | Literal[False]:
    """Write the plain types in revisions: a revision must still run when the program's own types have changed."""
    if kind != "type":
        return False
    if isinstance(column_type, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(column_type, CanonicalJson):
        return "sa.Text()"
    if isinstance(column_type, AutoString):
        return f"sa.String({column_type.length or ''})"
    return False


def _run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=sqlite,
        render_item=_plain_type,
        compare_server_default=True,
    )
    with context.begin_transaction():
        if not sqlite:
            # Two processes that migrate at once take turns; the second finds nothing left to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4839201)")
        context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if sqlite else []
        if broken:
            message = f"the migration would leave rows without their parents: {broken[:5]}"
            raise RuntimeError(message)


def migrate() -> None:
    """Connect to the database that the caller named, or to the one in the settings, and migrate it."""
    url = context.config.attributes.get("url") or settings().resolved_database_url()
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.connect() as connection:
        _run(connection)
    engine.dispose()


migrate()
