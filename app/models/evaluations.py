"""绩效评价: a project's year, evaluated, with every version of its indicator table."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, version_field, word_field
from app.models.words import EvaluationKind, EvaluationStatus


class Evaluation(Table, table=True):
    """One evaluation of a service center's project and year, as its latest version says."""

    __tablename__ = "evaluations"
    __table_args__ = (
        UniqueConstraint("service_center_id", "year", "kind", "title"),
        Index("ix_evaluations_contract", "contract_id", "year"),
        CheckConstraint("(status = 'final') = (finalised_on IS NOT NULL)", name="final_has_its_day"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    contract_id: uuid.UUID | None = Field(default=None, foreign_key="contracts.id", ondelete="RESTRICT")
    """The contract whose record its bound actuals are taken from."""
    year: int
    kind: EvaluationKind = word_field(EvaluationKind, "kind")
    title: str = Field(max_length=200)
    status: EvaluationStatus = word_field(EvaluationStatus, "status", default=EvaluationStatus.DRAFT)
    finalised_on: date | None = None
    version: int = version_field()
    """The number of its latest version."""
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class EvaluationVersion(Table, table=True):
    """What an evaluation said from some instant on; versions are added and never changed."""

    __tablename__ = "evaluation_versions"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        CheckConstraint("finalised = (frozen IS NOT NULL)", name="finalised_is_frozen"),
    )

    id: uuid.UUID = id_field()
    evaluation_id: uuid.UUID = Field(foreign_key="evaluations.id", ondelete="RESTRICT")
    number: int
    template: str = Field(max_length=64)
    document: dict[str, Any] = Field(sa_type=CanonicalJson)
    """As it was handed in, bindings unresolved."""
    finalised: bool = False
    frozen: dict[str, Any] | None = Field(default=None, sa_type=CanonicalJson)
    """Of a final version: the `actuals` taken from the record and the year's `days`, as they stood that day."""
    total: str | None = None
    """Of a final version: the exact total, as a fraction."""
    grade: str | None = Field(default=None, max_length=50)
    reason: str | None = Field(default=None, max_length=1000)
    """Why it differs from the one before; a change of what was final has one."""
    recorded_by: str = Field(max_length=64)
    recorded_at: datetime = instant_field()
