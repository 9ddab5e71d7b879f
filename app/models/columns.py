"""The column types that all tables share: time-ordered ids, UTC instants, stored enum values, canonical JSON."""

import functools
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import uuid_utils.compat
from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Text, TypeDecorator, Uuid
from sqlmodel import Field

_KEPT_IDS = 1 << 12
"""So many ids are kept by the digits that SQLite stores: about a megabyte."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on the way in, aware and in UTC on the way out, also on SQLite, which forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without a zone, since nobody could say which one it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value} has no time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Give what reads a stored instant, in one step: they are a sixth of what pages are made of."""
        return _stored_instant if dialect.name == "sqlite" else _instant_in_utc


def _stored_instant(value: str | None) -> datetime | None:
    """Read an instant of SQLite, which stores it in UTC and only drops the mark."""
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _instant_in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class CanonicalText(str):
    """A JSON value that is canonical text already, so that who has written it once need not do it again."""

    __slots__ = ()


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value stored as text with sorted keys, so that equal values are equal bytes on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401 JSON is any value
        """Write the value; what is canonical text already stays as it is."""
        return value if value is None or isinstance(value, CanonicalText) else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 JSON is any value
        """Read the value."""
        return None if value is None else json.loads(value)


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> str:  # noqa: ANN401 JSON is any value
    """Write a JSON value with sorted keys, no blanks and its Chinese readable."""
    return _CANONICAL.encode(value)


def new_id() -> uuid.UUID:
    """Give a time-ordered UUID (version 7), so that ids sort in the order of their making."""
    return uuid_utils.compat.uuid7()


class Word(Enum):
    """A stored word of a closed list, read by a plain look-up: the library's own goes through two calls for each."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give what reads a stored word; KeyError for one that is not of the list."""
        return self._object_lookup.__getitem__


class StoredId(Uuid[uuid.UUID]):
    """An id as SQLite stores it: 32 digits.

    A page names few centers, vendors and contracts again and again, and to make an id of its digits takes twenty times
    as long as to find the one that was made before.
    """

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], uuid.UUID | None]:
        """Give what reads a stored id."""
        return _id_of


@functools.lru_cache(_KEPT_IDS)
def _id_of(digits: str | None) -> uuid.UUID | None:
    return None if digits is None else uuid.UUID(digits)


def stored(values: type[StrEnum], name: str) -> Enum:
    """Store an enum's values as text with a named CHECK: native enums break down and up again on PostgreSQL."""
    return Word(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def word_field(values: type[StrEnum], name: str, **options: Any) -> Any:  # noqa: ANN401 as SQLModel's Field
    """Declare a column that holds one of a closed list of words; `name` names its CHECK."""
    return Field(sa_type=stored(values, name), **options)


def id_field() -> Any:  # noqa: ANN401 as SQLModel's Field
    """Declare a primary key."""
    return Field(default_factory=new_id, primary_key=True)


def instant_field(**options: Any) -> Any:  # noqa: ANN401 as SQLModel's Field
    """Declare an instant in UTC."""
    return Field(sa_type=UtcDateTime, **options)


def version_field() -> Any:  # noqa: ANN401 as SQLModel's Field
    """Declare the counter that every change of a row raises; it is the row's ETag."""
    return Field(default=1, sa_column_kwargs={"server_default": "1"})


def integer_field(**options: Any) -> Any:  # noqa: ANN401 as SQLModel's Field
    """Declare a 64-bit integer: money in fen, scores in hundredths, counts."""
    return Field(sa_type=BigInteger, **options)
