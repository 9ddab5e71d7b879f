"""A page of a list: where it begins and how long it is."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast

from sqlalchemy import CursorResult, Integer, RowMapping, Select, SQLColumnExpression, String, Uuid, bindparam, tuple_
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
    newest: bool = False
    """The latest months first, and of one month what was recorded last; the rows are of periods then."""
    after_period: str | None = None
    """Where such a page goes on from, beside `after`."""

    @property
    def kind(self) -> tuple[bool, bool]:
        """Give what the statement of such a page is put together by: its order, and whether it goes on."""
        return self.newest, self.after is not None


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page, and after what the next one begins: an id, or a period and an id."""

    rows: Sequence[RowMapping]
    next_after: uuid.UUID | str | None


def fetch(session: Session, statement: Listing, key: SQLColumnExpression[uuid.UUID], page: PageRequest) -> Page:
    """Read one page by keyset: one row more than asked for tells whether there is a next one."""
    if page.after is not None:
        statement = statement.where(key > page.after)
    return _cut(plain(session.connection().execute(statement.order_by(key).limit(page.limit + 1))), page)


def paged(
    statement: Listing,
    kind: tuple[bool, bool],
    key: SQLColumnExpression[uuid.UUID],
    period: SQLColumnExpression[str] | None = None,
) -> Listing:
    """Make a list's statement one for a kind of page, to be kept and run by `fetch_page`.

    Putting a statement together costs more than running it, so a list that is asked for often keeps those that it
    has made: by the kind of page and by which filters are given, whose values are parameters.
    """
    newest, goes_on = kind
    after = bindparam("after", type_=Uuid())
    if newest and period is not None:
        if goes_on:
            statement = statement.where(tuple_(period, key) < tuple_(bindparam("after_period", type_=String), after))
        statement = statement.order_by(period.desc(), key.desc())
    else:
        statement = (statement.where(key > after) if goes_on else statement).order_by(key)
    return statement.limit(bindparam("most", type_=Integer))


def comparing(statement: Listing, table: type[Table], columns: Sequence[str], names: Collection[str]) -> Listing:
    """Narrow a list's kept statement by the columns among `names`, each to the parameter that is called as it is.

    The columns come in their own order: a statement is the same text in every process.
    """
    for column in columns:
        if column in names:
            statement = statement.where(getattr(table, column) == bindparam(column))
    return statement


def fetch_page(session: Session, statement: Listing, page: PageRequest, values: Mapping[str, Any]) -> Page:
    """Read one page by a statement that `paged` made, with the values of its other parameters."""
    own: dict[str, Any] = {"most": page.limit + 1} | ({} if page.after is None else {"after": page.after})
    if page.after_period is not None:
        own["after_period"] = page.after_period
    # Past the session, which would look for objects in the rows.
    return _cut(plain(session.connection().execute(statement, {**values, **own})), page)


def plain(result: CursorResult[Any]) -> Sequence[RowMapping]:
    """Give the rows of a result as plain dictionaries, which are read in a fifth of the time of its own mappings."""
    names = tuple(result.keys())
    return cast("Sequence[RowMapping]", [dict(zip(names, row, strict=True)) for row in result.all()])


def given(wanted: object, names: Collection[str]) -> dict[str, Any]:
    """Give what a filter asks for, by name; None in it asks for all."""
    return {name: value for name in names if (value := getattr(wanted, name)) is not None}


def narrowed(statement: Listing, table: type[Table], wanted: object, names: Collection[str]) -> Listing:
    """Narrow a list to the values that a filter wants in a table's columns, by name; None in it asks for all."""
    for name, value in given(wanted, names).items():
        statement = statement.where(getattr(table, name) == value)
    return statement


def _cut(rows: Sequence[RowMapping], page: PageRequest) -> Page:
    if len(rows) <= page.limit:
        return Page(rows, None)
    rows = rows[: page.limit]
    last = rows[-1]
    return Page(rows, f"{last['period']}/{last['id']}" if page.newest else last["id"])


class Timed(Protocol):
    """What a list is narrowed by, with a beginning and an end; the end is left out."""

    @property
    def since(self) -> datetime | None:
        """Give the beginning; None: there is none."""

    @property
    def until(self) -> datetime | None:
        """Give the end."""


def in_time(statement: Listing, wanted: Timed, at: SQLColumnExpression[datetime]) -> Listing:
    """Narrow a list to the time that a filter asks for by `since` and `until`."""
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
