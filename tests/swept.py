"""Databases of the tests' server that are swept after a test and given to the next.

A database has several hundred files: to copy and drop them takes longer than most tests. So does, four times in five, a
new connection, for which the server reads its catalogue anew; each database keeps one for the sweeping.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import psycopg
from psycopg import sql

from bench.postgres import PostgresServer

_SCHEMA = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT concat_ws('.', 'relation', oid, relname, relkind) AS part
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws('.', 'column', attrelid, attnum, attname, atttypid, attnotnull, attisdropped)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws('.', 'constraint', oid, convalidated) FROM pg_constraint
    UNION ALL SELECT concat_ws('.', 'trigger', oid, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws('.', 'function', oid, md5(prosrc))
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS parts
"""
"""One figure for the whole schema: copies of one template share it until a test changes theirs."""


@dataclass(frozen=True)
class Content:
    """What a database holds: the figure of its schema, all tables, and the rows of those that have any."""

    schema: str
    tables: tuple[str, ...]
    rows: dict[str, bytes]

    @classmethod
    def of(cls, connection: psycopg.Connection) -> Self:
        """Read it."""
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        tables = tuple(str(name) for (name,) in found)
        return cls(_schema(connection), tables, {name: _rows(connection, name) for name in _used(connection, tables)})

    def brought_to(self, connection: psycopg.Connection) -> bool:
        """Bring a database to these rows; False where its schema is another, or somebody is still at work in it."""
        try:
            # Guards that refuse every change, and foreign keys, are for the program.
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET lock_timeout = '2s'")
            if _schema(connection) != self.schema:
                return False
            there = {table: _rows(connection, table) for table in _used(connection, self.tables)}
            changed = [table for table in self.tables if there.get(table) != self.rows.get(table)]
            _empty(connection, changed)
            for table in changed:
                _fill(connection, table, self.rows.get(table))
        except psycopg.OperationalError:
            return False
        return True


class Swept:
    """The databases of one server, lent by the template that they are a copy of."""

    def __init__(self, server: PostgresServer) -> None:
        """Make none yet."""
        self._server = server
        self._free: dict[str, list[str]] = defaultdict(list)
        self._contents: dict[str, Content] = {}
        self._sweepers: dict[str, psycopg.Connection] = {}
        self._made = 0

    @contextmanager
    def lent(self, template: str) -> Iterator[str]:
        """Give the URL of a database that holds what its template holds."""
        name = self._free[template].pop() if self._free[template] else self._new(template)
        try:
            yield self._server.url(name)
        finally:
            if self._contents[template].brought_to(self.sweeper(name)):
                self._free[template].append(name)
            else:
                self.leave(name)
                self._server.drop(name)

    def sweeper(self, name: str) -> psycopg.Connection:
        """Give the connection that is kept to a database."""
        if name not in self._sweepers:
            self._sweepers[name] = self._server.connect(name)
        return self._sweepers[name]

    def leave(self, name: str) -> None:
        """Be connected to a database no longer: somebody copies or drops it."""
        if name in self._sweepers:
            self._sweepers.pop(name).close()

    def close(self) -> None:
        """Leave every database."""
        for name in list(self._sweepers):
            self.leave(name)

    def _new(self, template: str) -> str:
        self._made += 1
        name = f"swept_{self._made}_{template}"
        self._server.create(name, template)
        if template not in self._contents:
            self._contents[template] = Content.of(self.sweeper(name))
        return name


def _rows(connection: psycopg.Connection, table: str) -> bytes:
    copy = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
    with connection.cursor().copy(copy) as out:
        return b"".join(bytes(block) for block in out)


def _empty(connection: psycopg.Connection, tables: list[str]) -> None:
    if tables:
        for table in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        # The files become short again, so that new rows lie in the order in which they are written, as in a new table.
        connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))


def _fill(connection: psycopg.Connection, table: str, rows: bytes | None) -> None:
    if rows is not None:
        copy = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
        with connection.cursor().copy(copy) as into:
            into.write(rows)


def _schema(connection: psycopg.Connection) -> str:
    found = connection.execute(_SCHEMA).fetchone()
    assert found is not None
    return str(found[0])


def _used(connection: psycopg.Connection, tables: tuple[str, ...]) -> list[str]:
    """Name the tables that hold a row."""
    if not tables:
        return []
    each = (
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in tables
    )
    return [str(name) for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(each)).fetchall()]
