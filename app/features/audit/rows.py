"""Reads tables row by row so that one damaged row is named and hides no other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, SQLColumnExpression, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row whose values are not of their columns' types any more; `key` as far as it can be read."""

    key: str
    error: str


def read_rows(
    session: Session, table: type[SQLModel], *order: SQLColumnExpression[Any]
) -> Iterator[dict[str, Any] | Unreadable]:
    """Stream a table's rows; the driver's values are turned into the columns' own here, one row at a time.

    SQLAlchemy would turn them while it fetches, where one bad value ends the whole result.
    """
    columns = table.__table__.columns  # type: ignore[attr-defined]
    connection = session.connection()
    dialect = connection.dialect
    statement = select(*columns).order_by(*order).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    types = [column.type.dialect_impl(dialect) for column in columns]
    readers = [type_.result_processor(dialect, None) for type_ in types]
    writers = [type_.bind_processor(dialect) for type_ in types]
    keys = [place for place, column in enumerate(columns) if column.primary_key]
    names = [column.name for column in columns]
    rows = connection.exec_driver_sql(str(statement), execution_options={"stream_results": True, "yield_per": BATCH})
    for row in _fetched(rows):
        if isinstance(row, Unreadable):
            yield row
            return
        try:
            values = [value if read is None else read(value) for value, read in zip(row, readers, strict=True)]
            _check_form(
                names,
                row,
                [value if write is None else write(value) for value, write in zip(values, writers, strict=True)],
            )
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            key = "/".join(_readable(row[place], readers[place]) for place in keys)
            yield Unreadable(key, f"{type(error).__name__}: {error}"[:200])
        else:
            yield dict(zip(names, values, strict=True))


def _fetched(rows: Iterable[Row[Any]]) -> Iterator[Row[Any] | Unreadable]:
    """Fetch rows until one cannot even be fetched: SQLite gives no text that is not UTF-8, and nothing after it."""
    try:
        yield from rows
    except DBAPIError as error:
        yield Unreadable("after the rows before it", str(error.orig)[:200])


def _check_form(names: Sequence[str], stored: Sequence[Any], written: Sequence[Any]) -> None:
    """Refuse a value that reads as another form of what the service writes.

    SQLite holds `20230215` or `2023-W07-3` in a column of days, and 2 in one of truths: they read alike, and yet every
    statement that compares them passes the row over.
    """
    for name, value, own in zip(names, stored, written, strict=True):
        if isinstance(value, bytes) or (type(value), value) != (type(own), own):
            message = f"{name} is not as the service writes it: {value!r}"
            raise ValueError(message)


def _readable(value: Any, read: Callable[[Any], Any] | None) -> str:  # noqa: ANN401 a driver gives any value
    """Read a key as far as it can be: a damaged one is shown as it stands."""
    try:
        return str(value if read is None else read(value))
    except (ValueError, TypeError, LookupError, AttributeError):
        return repr(value)
