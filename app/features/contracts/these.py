"""Statements over some contracts that are made once, where one contract alone has a statement of its own.

To fill in how many contracts there are takes the library as long as all else about a small statement, and nearly all
requests are about one.
"""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, MappingResult, SQLColumnExpression, bindparam
from sqlmodel import Session

from app.features.paging import Listing

Which = Callable[[SQLColumnExpression[uuid.UUID]], ColumnElement[bool]]
"""Says of a column that it names one of the contracts."""


def of_these(
    session: Session, made: Callable[[Which], Listing], contract_ids: Collection[uuid.UUID], **values: Any
) -> MappingResult:
    """Send what `made` gives, each time the same, for some contracts; `values` are its further parameters."""
    if len(contract_ids) == 1:
        (contract_id,) = contract_ids
        return session.connection().execute(made(_this), {"contract": contract_id, **values}).mappings()
    return session.connection().execute(made(_these), {"contracts": list(contract_ids), **values}).mappings()


def _this(column: SQLColumnExpression[uuid.UUID]) -> ColumnElement[bool]:
    return column == bindparam("contract")


def _these(column: SQLColumnExpression[uuid.UUID]) -> ColumnElement[bool]:
    return column.in_(bindparam("contracts", expanding=True))
