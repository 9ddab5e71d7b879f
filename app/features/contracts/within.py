"""What a night asks for, as conditions on the tables that it reads."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, or_, select
from sqlmodel import col

from app.features.paging import Columns, Listing
from app.models import Assessment, AssessmentRevision, DueDate, Expenditure, Finding
from app.models.words import DueKind


@dataclass(frozen=True, slots=True)
class Within:
    """How far a night's question reaches: all, some service centers, one contract or a batch of them, one period."""

    centers: tuple[uuid.UUID, ...] | None = None
    contract_id: uuid.UUID | None = None
    period: str | None = None
    contract_ids: Sequence[uuid.UUID] | None = None
    beside: bool = False
    """Ask only for what is no contract's."""
    since: date | None = None
    """The day up to which an earlier night has judged what is no contract's and never changes again."""

    def of(self, table: type[Assessment | Finding]) -> list[ColumnElement[bool]]:
        """Say it as conditions on a table."""
        return self.whose(table) + ([] if self.period is None else [col(table.period) == self.period])

    def whose(
        self, table: type[Assessment | Finding | DueDate | AssessmentRevision | Expenditure]
    ) -> list[ColumnElement[bool]]:
        """Say it as conditions on a table, the period aside."""
        conditions: list[ColumnElement[bool]] = []
        if self.centers is not None:
            conditions.append(col(table.service_center_id).in_(self.centers))
        return [*conditions, *self.among(col(table.contract_id))]

    def among(
        self, contract_id: SQLColumnExpression[uuid.UUID] | SQLColumnExpression[uuid.UUID | None]
    ) -> list[ColumnElement[bool]]:
        """Say of which contracts it is as conditions on the column that names one."""
        conditions: list[ColumnElement[bool]] = []
        if self.contract_id is not None:
            conditions.append(contract_id == self.contract_id)
        if self.contract_ids is not None:
            conditions.append(contract_id.in_(self.contract_ids))
        if self.beside:
            conditions.append(contract_id.is_(None))
        return conditions


ALL = Within()


def ever_missed(kind: DueKind, as_of: date, *otherwise: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which entries were not met in time while they were in force, or may not have been."""
    return (
        col(DueDate.kind) == kind,
        col(DueDate.due_on) < as_of,
        or_(col(DueDate.met_on).is_(None), col(DueDate.met_on) > col(DueDate.due_on), *otherwise),
        or_(col(DueDate.superseded_on).is_(None), col(DueDate.superseded_on) > col(DueDate.due_on)),
    )


_ENTRY: Columns = (
    col(DueDate.contract_id),
    col(DueDate.service_center_id),
    col(DueDate.subject),
    col(DueDate.due_on),
    col(DueDate.provisional),
    col(DueDate.met_on),
    col(DueDate.in_force_from),
    col(DueDate.superseded_on),
    col(DueDate.superseded_because),
)


def entries_ever_missed(kind: DueKind, as_of: date, within: Within, *beside: SQLColumnExpression[Any]) -> Listing:
    """Select these entries, the oldest of a subject first, with columns of what is joined to them."""
    return (
        select(*_ENTRY, *beside)
        .select_from(DueDate)
        .where(*ever_missed(kind, as_of), *within.whose(DueDate))
        .order_by(col(DueDate.contract_id), col(DueDate.subject), col(DueDate.id))
    )
