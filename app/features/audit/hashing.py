"""Canonical bytes and their hash: the same row gives the same hash on every database, in an export, and next year."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from json.encoder import encode_basestring
from typing import Any

from app.models.columns import CanonicalText, canonical

HASH_NAME = "sha256"


def plain(value: Any) -> Any:  # noqa: ANN401 a column holds any value
    """Give a column's value as JSON has it: ids and dates as text, instants in UTC to the microsecond."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (uuid.UUID, date)):
        return str(value)
    return value


NOTED = frozenset({"last_used_at"})
"""Columns in which the program notes what nobody decided, outside of every act: they are no part of a row's hash."""


def row_hash(row: Mapping[str, Any]) -> str:
    """Hash a row by its named values; what is NULL is left out, so that a later nullable column changes no hash."""
    known = sorted(name for name, value in row.items() if value is not None and name not in NOTED)
    text = ",".join([f'"{name}":{_written(row[name])}' for name in known])
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


def _written(value: Any) -> str:  # noqa: ANN401 a column holds any value
    """Write a column's value as `canonical` writes it, each kind in its own way: a night hashes many thousand rows."""
    if isinstance(value, CanonicalText):
        return value
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, uuid.UUID):
        return f'"{value}"'
    if type(value) is int:
        return str(value)
    value = plain(value)
    return f'"{value}"' if isinstance(value, str) else canonical(value)


def event_hash(event: Mapping[str, Any]) -> str:
    """Hash an audit event by everything in it but the hash itself, the hash of the event before it included."""
    return row_hash({name: value for name, value in event.items() if name != "hash"})
