"""A page of a list: where it begins and how long it is."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, SQLColumnExpression
from sqlmodel import Session

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
