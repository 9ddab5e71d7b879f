"""What an act changed: the rows that it may touch, read before it first writes to their table, and after it."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Executable, RowMapping, event, select
from sqlmodel import Session, SQLModel

from app.features.audit.hashing import row_hash
from app.models import Contract

Touched = tuple[type[SQLModel], ColumnElement[bool]]
"""A table and which of its rows an act may touch."""

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


def key_of(table: type[SQLModel], row: RowMapping | dict[str, Any]) -> str:
    """Name a row by its primary key."""
    return "/".join(str(row[column.name]) for column in table.__table__.primary_key)  # type: ignore[attr-defined]


def hashes(session: Session, touched: Sequence[Touched]) -> Hashes:
    """Read and hash the rows, one statement a table."""
    session.flush()
    return _read(session.connection(), touched, set())


def _read(connection: Connection, touched: Sequence[Touched], contracts: set[uuid.UUID]) -> Hashes:
    """Read and hash rows; add to `contracts` whose they are."""
    found: Hashes = {}
    for table, which in touched:
        rows = connection.execute(select(table.__table__).where(which)).mappings().all()  # type: ignore[attr-defined]
        own = "id" if table is Contract else "contract_id"
        contracts.update(row[own] for row in rows if row.get(own) is not None)
        name = str(table.__tablename__)
        found |= {(name, key_of(table, row)): row_hash(dict(row)) for row in rows}
    return found


_WATCHING = "kaohe_watching"


class Watch:
    """Reads what an act may touch of a table just before the act first writes to that table; and no other table.

    What nobody has written to is the same before and after, so nearly all of what an act may touch need not be read.
    """

    def __init__(self, connection: Connection, touched: Sequence[Touched]) -> None:
        """Watch over rows; nothing has been written yet."""
        self._connection = connection
        self._unwritten = list(touched)
        self._written: list[Touched] = []
        self._before: Hashes = {}
        self._contracts: set[uuid.UUID] = set()

    def about_to_write(self, name: str | None) -> None:
        """Read the rows of a table, or of every table where nobody can tell which one is written to."""
        due = [entry for entry in self._unwritten if name in (None, entry[0].__tablename__)]
        if due:
            self._unwritten = [entry for entry in self._unwritten if entry not in due]
            self._before |= _read(self._connection, due, self._contracts)
            self._written += due

    def changes(self) -> list[Change]:
        """List what has changed of the rows by now."""
        return differences(self._before, _read(self._connection, self._written, self._contracts))

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
    watches: list[Watch] = connection.info.setdefault(_WATCHING, [])
    watches.append(watch)
    try:
        yield watch
    finally:
        watches.remove(watch)


@event.listens_for(Engine, "before_execute")
def _before_execute(connection: Connection, statement: Executable, *_: Any) -> None:
    """Tell whoever watches which table a statement is about to write to."""
    watches = connection.info.get(_WATCHING)
    if watches and not statement.is_select:
        table = getattr(statement, "table", None)
        for watch in watches:
            watch.about_to_write(None if table is None else table.name)


def differences(before: Hashes, after: Hashes) -> list[Change]:
    """List the rows that are new, gone or different, in a fixed order."""
    keys = sorted(before.keys() | after.keys())
    return [Change(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]
