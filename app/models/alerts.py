"""预警: what the nightly jobs found, kept for good."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, version_field, word_field
from app.models.words import AlertKind, AlertStatus, Severity


class Alert(Table, table=True):
    """One alert, found again by its kind, contract and subject; dated by what happened, not by when a job ran."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_center_status", "service_center_id", "status", "id"),
        Index("uq_alerts_subject", "kind", "contract_id", "subject", unique=True),
        Index(
            "uq_alerts_subject_of_service",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("contract_id IS NULL"),
            postgresql_where=text("contract_id IS NULL"),
        ),
        CheckConstraint("(status = 'resolved') = (until IS NOT NULL)", name="resolved_has_its_day"),
        CheckConstraint("until >= since", name="since_before_until"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID | None = Field(default=None, foreign_key="service_centers.id", ondelete="RESTRICT")
    """None for what concerns the service itself."""
    contract_id: uuid.UUID | None = Field(default=None, foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    kind: AlertKind = word_field(AlertKind, "kind")
    subject: str = Field(max_length=200)
    """The rest of the key: the period; the issue type and window; the job and date."""
    status: AlertStatus = word_field(AlertStatus, "status")
    severity: Severity = word_field(Severity, "severity")
    since: date
    until: date | None = None
    facts: dict[str, Any] = Field(sa_type=CanonicalJson)
    taken_up_on: date | None = None
    taken_up_by: str | None = Field(default=None, max_length=64)
    accepted_on: date | None = None
    accepted_by: str | None = Field(default=None, max_length=64)
    accepted_reason: str | None = Field(default=None, max_length=1000)
    version: int = version_field()
    recorded_at: datetime = instant_field()
    updated_at: datetime = instant_field()
