"""How far a night's question reaches, as conditions on the tables that nights read."""

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col

from app.models import Assessment, AssessmentRevision, DueDate, Finding


@dataclass(frozen=True, slots=True)
class Within:
    """How far a night's question reaches: all, some service centers, one contract, one period."""

    centers: tuple[uuid.UUID, ...] | None = None
    contract_id: uuid.UUID | None = None
    period: str | None = None

    def of(self, table: type[Assessment | Finding]) -> list[ColumnElement[bool]]:
        """Say it as conditions on a table."""
        return self.whose(table) + ([] if self.period is None else [col(table.period) == self.period])

    def whose(self, table: type[Assessment | Finding | DueDate | AssessmentRevision]) -> list[ColumnElement[bool]]:
        """Say it as conditions on a table, the period aside."""
        conditions: list[ColumnElement[bool]] = []
        if self.centers is not None:
            conditions.append(col(table.service_center_id).in_(self.centers))
        if self.contract_id is not None:
            conditions.append(col(table.contract_id) == self.contract_id)
        return conditions


ALL = Within()
