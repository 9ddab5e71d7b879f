"""A page of a list: where it begins and how long it is."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import RowMapping, Select, SQLColumnExpression
from sqlmodel import Session

from app.models.base import Table

Listing = Select[*tuple[Any, ...]]
"""A select of any columns, whose rows are read by their names."""

Columns = tuple[SQLColumnExpression[Any], ...]
"""What such a select names."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The rows after `after`, at most `limit` of them."""

    limit: int
    after: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page, and the id after which the next one begins."""

    rows: Sequence[RowMapping]
    next_after: uuid.UUID | None


def fetch(session: Session, statement: Listing, key: SQLColumnExpression[uuid.UUID], page: PageRequest) -> Page:
    """Read one page by keyset: one row more than asked for tells whether there is a next one."""
    if page.after is not None:
        statement = statement.where(key > page.after)
    rows = session.execute(statement.order_by(key).limit(page.limit + 1)).mappings().all()
    more = len(rows) > page.limit
    rows = rows[: page.limit]
    return Page(rows, rows[-1]["id"] if more else None)


class Timed(Protocol):
    """What a list is narrowed by, with a beginning and an end; the end is left out."""

    @property
    def since(self) -> datetime | None:
        """Give the beginning; None: there is none."""

    @property
    def until(self) -> datetime | None:
        """Give the end."""


def narrowed(
    statement: Listing, table: type[Table], wanted: Timed, names: Collection[str], at: SQLColumnExpression[datetime]
) -> Listing:
    """Narrow a list to the values that a filter wants in its columns, by name, and to its time by `since` and `until`.

    None in the filter asks for all.
    """
    for name in names:
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(getattr(table, name) == value)
    if wanted.since is not None:
        statement = statement.where(at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(at < wanted.until)
    return statement


Key = TypeVar("Key", uuid.UUID, int)


@dataclass(frozen=True, slots=True)
class Turn(Generic[Key]):
    """A page of a list that is read both ways: what follows `beside`, or comes before it; None is the beginning."""

    limit: int
    beside: Key | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Leaf(Generic[Key]):
    """The rows of such a page, in the list's order, and the keys beside which the next and the previous one lie."""

    rows: Sequence[RowMapping]
    next_beside: Key | None
    previous_beside: Key | None


def turn_to(
    session: Session, statement: Listing, key: SQLColumnExpression[Key], turn: Turn[Key], *, newest_first: bool = False
) -> Leaf[Key]:
    """Read one page by keyset in either direction; whoever came from a side can go back there."""
    descending = newest_first != turn.backwards
    if turn.beside is not None:
        statement = statement.where(key < turn.beside if descending else key > turn.beside)
    ordered = statement.order_by(key.desc() if descending else key.asc())
    rows = session.execute(ordered.limit(turn.limit + 1)).mappings().all()
    more = len(rows) > turn.limit
    rows = rows[: turn.limit]
    if turn.backwards:
        rows = rows[::-1]
    name = str(key.key)  # type: ignore[attr-defined]
    first, last = (rows[0][name], rows[-1][name]) if rows else (turn.beside, turn.beside)
    came = turn.beside is not None
    if turn.backwards:
        return Leaf(rows, last, first if more else None)
    return Leaf(rows, last if more else None, first if came and rows else None)
