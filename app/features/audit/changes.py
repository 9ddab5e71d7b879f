"""What an act changed: the rows that it may touch, read before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select
from sqlmodel import Session, SQLModel

from app.features.audit.hashing import row_hash

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
    found: Hashes = {}
    for table, which in touched:
        rows = session.execute(select(*table.__table__.columns).where(which)).mappings()  # type: ignore[attr-defined]
        name = str(table.__tablename__)
        found |= {(name, key_of(table, row)): row_hash(dict(row)) for row in rows}
    return found


def differences(before: Hashes, after: Hashes) -> list[Change]:
    """List the rows that are new, gone or different, in a fixed order."""
    keys = sorted(before.keys() | after.keys())
    return [Change(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]
