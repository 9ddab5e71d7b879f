"""投诉线索: complaints and bad reviews from other systems, the incidents that they tell of, and their findings."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, version_field, word_field
from app.models.words import IncidentStatus, SignalStatus


class Incident(Table, table=True):
    """What one or more signals tell of; a supervisor accepts it as one finding, or dismisses it."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("(dismissed_at IS NULL) = (dismissed_reason IS NULL)", name="dismissed_with_reason"),
        CheckConstraint("status <> 'dismissed' OR dismissed_at IS NOT NULL", name="dismissed_has_its_instant"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    status: IncidentStatus = word_field(IncidentStatus, "status", default=IncidentStatus.PROPOSED)
    by_hand: bool = False
    """Whether a supervisor has joined or split it: from then on nothing but a supervisor moves its signals."""
    dismissed_by: str | None = Field(default=None, max_length=64)
    dismissed_reason: str | None = Field(default=None, max_length=1000)
    dismissed_at: datetime | None = instant_field(default=None)
    """Kept where it was accepted after all."""
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class IncidentFinding(Table, table=True):
    """The one finding of an accepted incident: its key keeps a second one out."""

    __tablename__ = "incident_findings"
    __table_args__ = (UniqueConstraint("finding_id"),)

    incident_id: uuid.UUID = Field(foreign_key="incidents.id", ondelete="RESTRICT", primary_key=True)
    finding_id: uuid.UUID = Field(foreign_key="findings.id", ondelete="RESTRICT")
    accepted_by: str = Field(max_length=64)
    accepted_at: datetime = instant_field()


class Signal(Table, table=True):
    """One complaint or review as another system sent it, without personal data, and what it was matched to."""

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("service_center_id", "source", "external_ref"),
        Index("ix_signals_alike", "service_center_id", "counter", "issue_type_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_of_five"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT")
    """Who sent it first."""
    source: str = Field(max_length=64)
    external_ref: str = Field(max_length=100)
    occurred_at: datetime = instant_field()
    occurred_on: date
    period: str = Field(max_length=7)
    stated: dict[str, Any] = Field(sa_type=CanonicalJson)
    """What the sender said of `counter`, `issue_type` and `category`."""
    text: str | None = Field(default=None, max_length=4000)
    rating: int | None = None
    """1 (非常不满意) to 5 (非常满意)."""
    counter: str | None = Field(default=None, max_length=32)
    issue_type_id: uuid.UUID | None = Field(default=None, foreign_key="issue_types.id", ondelete="RESTRICT")
    contract_id: uuid.UUID | None = Field(default=None, foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    matches: dict[str, Any] = Field(sa_type=CanonicalJson)
    """Of each part: what it was matched by, or why it was not, and the candidates."""
    incident_id: uuid.UUID = Field(foreign_key="incidents.id", ondelete="RESTRICT", index=True)
    grouped: dict[str, Any] = Field(sa_type=CanonicalJson)
    """Why it stands in this incident."""
    status: SignalStatus = word_field(SignalStatus, "status", default=SignalStatus.PROPOSED)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()
