"""The raw drivers that the floor speaks through: one connection a thread, transactions as durable as the service's."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy import make_url

from app.models.base import Table

Row = Sequence[Any]


class Driver:
    """One database by its own driver; statements are written with `?`, ids and days are given as text."""

    def __init__(self, url: str) -> None:
        """Prepare for the database at `url`; each thread connects when it first asks."""
        parsed = make_url(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self._to = parsed.database or "" if self.sqlite else url.replace("+psycopg", "", 1)
        self._of_thread = threading.local()
        self._open: list[Any] = []
        self._writer = threading.Lock()

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._open:
            connection.close()

    def read(self, statement: str, *values: object) -> list[Row]:
        """Give all rows of a select."""
        return self._execute(self._connection(), statement, values)

    @contextmanager
    def write(self) -> Iterator["Transaction"]:
        """Give one transaction, kept at the end; SQLite's writers queue in the process, as the service's do."""
        connection = self._connection()
        if not self.sqlite:
            with connection.transaction():
                yield Transaction(self, connection)
            return
        with self._writer:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self, connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def id(self, value: object) -> str:
        """Give an id as the database stores it."""
        return uuid.UUID(str(value)).hex if self.sqlite else str(value)

    def shown(self, value: Any) -> str | None:  # noqa: ANN401 as the driver gives it
        """Give a stored id as it is told."""
        if value is None or not self.sqlite:
            return None if value is None else str(value)
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"

    def now(self) -> str:
        """Give the present instant as the database stores it."""
        text = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return text if self.sqlite else f"{text}+00"

    def has(self, table: str) -> bool:
        """Tell whether the schema has a table."""
        catalogue = "sqlite_master WHERE type = 'table' AND name" if self.sqlite else "pg_tables WHERE tablename"
        return bool(self.read(f"SELECT 1 FROM {catalogue} = ?", table))  # noqa: S608 no value of anybody's

    def columns(self, table: str) -> list[str]:
        """Name a table's columns."""
        return [column.name for column in Table.metadata.tables[table].columns]

    def _connection(self) -> Any:  # noqa: ANN401 a connection of either driver
        connection = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = self._connected()
            self._open.append(connection)
        return connection

    def _connected(self) -> Any:  # noqa: ANN401 a connection of either driver
        if not self.sqlite:
            return psycopg.connect(self._to, autocommit=True, options="-c timezone=UTC")
        connection = sqlite3.connect(self._to, timeout=30, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _execute(self, connection: Any, statement: str, values: Sequence[object]) -> list[Row]:  # noqa: ANN401 as above
        cursor = connection.execute(statement if self.sqlite else statement.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []


class Transaction:
    """Statements that are kept together or not at all."""

    def __init__(self, driver: Driver, connection: Any) -> None:  # noqa: ANN401 a connection of either driver
        """Speak on a connection that has begun."""
        self._driver = driver
        self._connection = connection

    def run(self, statement: str, *values: object) -> list[Row]:
        """Run a statement and give the rows that it returns."""
        return self._driver._execute(self._connection, statement, values)  # noqa: SLF001 its own transaction

    def add(self, table: str, *rows: dict[str, object]) -> None:
        """Insert rows of the same columns."""
        self.add_rows(table, list(rows[0]), [tuple(row.values()) for row in rows])

    def add_rows(self, table: str, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows as the driver gave them."""
        marks = ", ".join("?" if self._driver.sqlite else "%s" for _ in names)
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 names of our own
        if len(rows) == 1:
            self._connection.execute(statement, rows[0])
        elif self._driver.sqlite:
            self._connection.executemany(statement, rows)
        else:
            with self._connection.cursor() as cursor:
                cursor.executemany(statement, rows)
