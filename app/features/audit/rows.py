"""Reads tables row by row so that one damaged row is named and hides no other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import SQLColumnExpression, select
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
    readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    keys = [place for place, column in enumerate(columns) if column.primary_key]
    names = [column.name for column in columns]
    rows = connection.exec_driver_sql(str(statement), execution_options={"stream_results": True, "yield_per": BATCH})
    for row in rows:
        try:
            values = [value if read is None else read(value) for value, read in zip(row, readers, strict=True)]
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            key = "/".join(_readable(row[place], readers[place]) for place in keys)
            yield Unreadable(key, f"{type(error).__name__}: {error}"[:200])
        else:
            yield dict(zip(names, values, strict=True))


def _readable(value: Any, read: Callable[[Any], Any] | None) -> str:  # noqa: ANN401 a driver gives any value
    """Read a key as far as it can be: a damaged one is shown as it stands."""
    try:
        return str(value if read is None else read(value))
    except (ValueError, TypeError, LookupError, AttributeError):
        return repr(value)
