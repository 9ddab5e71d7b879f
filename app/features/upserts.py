"""INSERT … ON CONFLICT, which both databases have, each under its own dialect."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

Insert = sqlite.Insert | postgresql.Insert

_INSERTS: dict[str, Callable[..., Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def upsert(session: Session, table: type[SQLModel]) -> Insert:
    """Begin an insert that can say what a conflict does."""
    return upsert_on(session.get_bind().dialect.name, table)


def upsert_on(dialect: str, table: type[SQLModel]) -> Insert:
    """Begin one for a database of that kind: for statements that are made once."""
    return _INSERTS[dialect](table)


def one_or_all(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]] | Mapping[str, Any]:
    """Give some rows as a statement takes them: to have one written as many takes the library longer."""
    return rows[0] if len(rows) == 1 else rows


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], keys: Sequence[str]) -> None:
    """Insert the rows that are not there yet; a concurrent insert of the same row is waited for."""
    statement = upsert(session, table).on_conflict_do_nothing(index_elements=keys)
    session.connection().execute(statement, list(rows))
