"""Rows as lines of canonical JSON, the same bytes from either database, in the order of their primary keys."""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Integer, String, Table, Text, TypeDecorator, Uuid, column, table
from sqlalchemy.sql import collate, select
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel

import app.models  # noqa: F401 gives the metadata its tables
from app.models.columns import UtcDateTime, canonical

BATCH = 1000
"""Rows fetched or inserted at a time: memory does not grow with the table."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a column is read and written: its plain type, and its exact form in JSON."""

    type: TypeEngine[Any]
    write: Callable[[Any], Any]
    """From the database's value to JSON's."""
    read: Callable[[Any], Any]
    """From JSON's value to the database's; raises ValueError, TypeError or AttributeError for what is not one."""


def form_of(kind: TypeEngine[Any]) -> Form:
    """Give a column type's form; raises TypeError for one that has no exact form yet, such as a float.

    JSON columns and words are taken as the text that is stored: a word which the program no longer knows is backed
    up all the same.
    """
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    match kind, plain:
        case UtcDateTime(), _:
            return Form(UtcDateTime(), lambda value: value.isoformat(timespec="microseconds"), datetime.fromisoformat)
        case _, Uuid():
            return Form(Uuid(), str, uuid.UUID)
        case _, Date():
            return Form(Date(), date.isoformat, date.fromisoformat)
        case _, Boolean():
            return Form(Boolean(), bool, _as_it_is)
        case _, Integer():
            return Form(plain, int, _as_it_is)
        case _, String():
            return Form(Text(), str, _as_it_is)
    message = f"a column of type {kind!r} has no exact form in a backup"
    raise TypeError(message)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 JSON's own value
    return value


class StoredTable:
    """A table as it is stored: plain columns, without the defaults and the checks of the model."""

    def __init__(self, model: Table) -> None:
        """Take the columns from the model."""
        self.name = model.name
        self.forms = {column.name: form_of(column.type) for column in model.columns}
        self.clause: TableClause = table(model.name, *(column(name, form.type) for name, form in self.forms.items()))
        self._keys = [column.name for column in model.primary_key]

    def lines(self, session: Session) -> Iterator[bytes]:
        """Read every row as a line, a batch at a time."""
        statement = select(self.clause).order_by(*(self._sorted(session, name) for name in self._keys))
        connection = session.connection()
        writers = [(name, form.write) for name, form in self.forms.items()]
        for row in connection.execute(statement, execution_options={"yield_per": BATCH}):
            values = {
                name: None if value is None else write(value) for (name, write), value in zip(writers, row, strict=True)
            }
            yield _line([self.name, values])

    def _sorted(self, session: Session, name: str) -> ColumnElement[Any]:
        """Sort text by its bytes, as SQLite does: PostgreSQL would ask the locale of its host."""
        key = self.clause.c[name]
        by_bytes = session.get_bind().dialect.name == "postgresql" and isinstance(self.forms[name].type, Text)
        return collate(key, "C") if by_bytes else key

    def values(self, row: dict[str, Any]) -> dict[str, Any]:
        """Give the database's values of a row as it was written; raises ValueError where it is not one of ours."""
        if row.keys() != self.forms.keys():
            raise ValueError(f"a row of {self.name} has other columns than the table")
        try:
            return {name: None if row[name] is None else form.read(row[name]) for name, form in self.forms.items()}
        except (TypeError, AttributeError) as error:
            raise ValueError(f"a row of {self.name} has a value of another type") from error


def stored_tables() -> dict[str, StoredTable]:
    """Give every table of the schema by its name, parents before children: the order of insertion."""
    return {model.name: StoredTable(model) for model in SQLModel.metadata.sorted_tables}


def _line(value: Any) -> bytes:  # noqa: ANN401 JSON is any value
    return canonical(value).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Sum:
    """So many lines, and the SHA-256 of their bytes in hexadecimal digits."""

    lines: int
    sha256: str


class Digest:
    """Sums lines up as they pass."""

    def __init__(self) -> None:
        """Begin with no line."""
        self._lines = 0
        self._hash = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """Count a line and hash it."""
        self._lines += 1
        self._hash.update(line)

    def sum(self) -> Sum:
        """Give the sum so far."""
        return Sum(self._lines, self._hash.hexdigest())


def sum_of(session: Session, stored: StoredTable) -> Sum:
    """Sum up a table as it stands in the database."""
    digest = Digest()
    for line in stored.lines(session):
        digest.add(line)
    return digest.sum()
