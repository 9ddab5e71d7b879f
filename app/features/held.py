"""The rows that a change rests on: objects of their tables that no session follows, since nobody changes them there."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlmodel import Session, SQLModel

Model = TypeVar("Model", bound=SQLModel)


def held(session: Session, table: type[Model], statement: Select[Any], values: Mapping[str, Any]) -> Model | None:
    """Read one row of a table past the session, which would take twice the time to follow it; None without any."""
    row = session.connection().execute(statement, values).mappings().one_or_none()
    if row is None:
        return None
    found: Model = table.model_construct(**row)  # type: ignore[assignment]
    return found
