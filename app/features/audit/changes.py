"""What an act changed: the rows that it may touch, read before it first writes to their table, and after it."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, RowMapping, Select, Table, select
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate
from sqlmodel import Session, SQLModel

from app.database import HEARER
from app.features.audit.hashing import row_hash
from app.features.upserts import one_or_all
from app.models import Contract

Values = Mapping[str, Any]
Reach = tuple[type[SQLModel], ColumnElement[bool]]
Touched = Reach | tuple[type[SQLModel], ColumnElement[bool], Values]
"""A table and which of its rows an act may touch; with values for a condition that is made once, with parameters."""

Hashes = dict[tuple[str, str], str]
"""The hash of each row by table and key."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row by its hash before and after; None where it was not there."""

    table: str
    key: str
    before: str | None
    after: str | None

    def written(self) -> dict[str, str | None]:
        """Give the change as the event keeps it."""
        return {"table": self.table, "key": self.key, "before": self.before, "after": self.after}


def key_of(table: type[SQLModel], row: Values) -> str:
    """Name a row by its primary key."""
    return _key_of(_table_of(table), row)


def _table_of(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _key_of(table: Table, row: Values) -> str:
    return "/".join([str(row[column.name]) for column in table.primary_key])


def hashes(session: Session, touched: Sequence[Touched]) -> Hashes:
    """Read and hash the rows, one statement a table."""
    session.flush()
    return _read(session.connection(), touched, set())


def _read(connection: Connection, touched: Sequence[Touched], contracts: set[uuid.UUID]) -> Hashes:
    """Read and hash rows; add to `contracts` whose they are."""
    found: Hashes = {}
    for table, which, *values in touched:
        statement = _made_once(table, which) if values else _rows(table, which)
        for row in connection.execute(statement, *values).mappings():
            _note(_table_of(table), dict(row), found, contracts)
    return found


def _rows(table: type[SQLModel], which: ColumnElement[bool]) -> Select[Any]:
    return select(_table_of(table)).where(which)


_made_once = cache(_rows)


def _note(table: Table, row: Values, hashes: Hashes, contracts: set[uuid.UUID]) -> None:
    """Add a row's hash to `hashes`, and to `contracts` whose it is."""
    contract = row.get("id" if table.name == Contract.__tablename__ else "contract_id")
    if contract is not None:
        contracts.add(contract)
    hashes[table.name, _key_of(table, row)] = row_hash(row)


_WATCHING = "kaohe_watching"


class Watch:
    """Reads what an act may touch of a table just before the act first writes to that table; and no other table.

    What nobody has written to is the same before and after, so nearly all of what an act may touch need not be read.
    What a statement gives back of the row that it writes need not be read either.
    """

    def __init__(self, connection: Connection, touched: Sequence[Touched]) -> None:
        """Watch over rows; nothing has been written yet."""
        self._connection = connection
        self._unwritten = list(touched)
        self._written: list[Touched] = []
        self._before: Hashes = {}
        self._returned: Hashes = {}
        self._contracts: set[uuid.UUID] = set()

    def wrote(self, table: Table, row: Values, before: Values | None) -> None:
        """Take note of a row that was written and given back."""
        if all(table.name != entry[0].__tablename__ for entry in (*self._unwritten, *self._written)):
            return
        _note(table, row, self._returned, self._contracts)
        if before is not None:
            self._before.setdefault((table.name, _key_of(table, before)), row_hash(before))

    def about_to_write(self, name: str | None) -> None:
        """Read the rows of a table, or of every table where nobody can tell which one is written to."""
        due = [entry for entry in self._unwritten if name in (None, entry[0].__tablename__)]
        if due:
            self._unwritten = [entry for entry in self._unwritten if name not in (None, entry[0].__tablename__)]
            read = _read(self._connection, due, self._contracts)
            # What was given back stood otherwise before the act, or was not there.
            self._before = {key: hash_ for key, hash_ in read.items() if key not in self._returned} | self._before
            self._written += due

    def changes(self) -> list[Change]:
        """List what has changed of the rows by now."""
        read = _read(self._connection, self._written, self._contracts)
        again = {table.__tablename__ for table, *_ in self._written}
        known = {key: hash_ for key, hash_ in self._returned.items() if key[0] not in again}
        return differences(self._before, known | read)

    def contracts(self) -> set[uuid.UUID]:
        """Give the contracts whose rows were read by now.

        Where no row that was written to names one, all that the act may touch is asked: it belongs to a row beside it.
        """
        if not self._contracts:
            _read(self._connection, self._unwritten, self._contracts)
        return self._contracts


@contextmanager
def watching(session: Session, touched: Sequence[Touched]) -> Iterator[Watch]:
    """Watch over rows while something is done in a session's transaction."""
    connection = session.connection()
    watch = Watch(connection, touched)
    connection.info[HEARER] = _before_sending
    watches: list[Watch] = connection.info.setdefault(_WATCHING, [])
    watches.append(watch)
    try:
        yield watch
    finally:
        watches.remove(watch)


def write(
    session: Session,
    statement: ReturningInsert[Any] | ReturningUpdate[Any],
    values: Values,
    before: Values | None = None,
) -> RowMapping | None:
    """Write one row by a statement that gives it back whole, and give it; None where there was none to write.

    `before` is the row as this transaction has read it, None says that it is a new one: whoever watches knows both
    then, and reads neither.
    """
    connection = session.connection()
    with _telling(connection) as watches:
        row = connection.execute(statement, values).mappings().one_or_none()
    if row is not None:
        table: Table = statement.table  # type: ignore[assignment]
        for watch in watches:
            watch.wrote(table, dict(row), before)
    return row


def write_new(session: Session, statement: Insert, rows: Sequence[Values]) -> None:
    """Insert new rows, at least one, each with all its columns but those that are NULL: whoever watches reads none."""
    connection = session.connection()
    with _telling(connection) as watches:
        connection.execute(statement, one_or_all(rows))
    table: Table = statement.table  # type: ignore[assignment]
    for watch in watches:
        for row in rows:
            watch.wrote(table, row, None)


@contextmanager
def _telling(connection: Connection) -> Iterator[list[Watch]]:
    """Give whoever watches; what is written inside they are told by who writes it."""
    watches: list[Watch] = connection.info.pop(_WATCHING, [])
    try:
        yield watches
    finally:
        connection.info[_WATCHING] = watches


def _before_sending(sending: ExecutionContext) -> None:
    """Tell whoever watches which table a statement is about to write to."""
    watches = sending.root_connection.info.get(_WATCHING)
    if watches and sending.compiled is not None:
        statement = sending.compiled.statement
        if not getattr(statement, "is_select", False):
            table = getattr(statement, "table", None)
            for watch in watches:
                watch.about_to_write(None if table is None else table.name)


def differences(before: Hashes, after: Hashes) -> list[Change]:
    """List the rows that are new, gone or different, in a fixed order."""
    keys = sorted(before.keys() | after.keys())
    return [Change(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]
