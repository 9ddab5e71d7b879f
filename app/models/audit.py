"""The audit: one hash chain for each service center and one for the service itself; triggers refuse any change."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field

SERVICE_CHAIN = "service"
"""The chain of what belongs to no service center: principals, tokens, the calendar, restores."""


class AuditEvent(Table, table=True):
    """One act and the rows that it changed, each by its hash before and after, in the transaction of the change."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_center", "service_center_id", "id"),
        UniqueConstraint("chain", "number"),
        Index("ix_audit_events_subject", "subject_kind", "subject_id"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    id: uuid.UUID = id_field()
    chain: str = Field(max_length=36)
    """The service center's id, or `service` for what concerns the service itself."""
    number: int
    """1, 2, 3 … in its chain, without a gap."""
    service_center_id: uuid.UUID | None = Field(default=None, foreign_key="service_centers.id", ondelete="RESTRICT")
    recorded_at: datetime = instant_field()
    actor: str = Field(max_length=64)
    principal_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    """None for the clock and the operator's commands."""
    action: str = Field(max_length=64)
    """`noun.verb`, such as `assessment.notified`."""
    subject_kind: str = Field(max_length=32)
    subject_id: str = Field(max_length=64)
    before_hash: str | None = Field(default=None, max_length=64)
    """Hash of the subject's own row before the act; None where it was not there."""
    after_hash: str | None = Field(default=None, max_length=64)
    changes: list[dict[str, Any]] = Field(sa_type=CanonicalJson)
    """Every row that the act changed: table, key, hash before, hash after."""
    details: dict[str, Any] = Field(sa_type=CanonicalJson)
    request_id: str | None = Field(default=None, max_length=36)
    hash_name: str = Field(max_length=16)
    previous_hash: str | None = Field(default=None, max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(Table, table=True):
    """The last event of a chain; whoever adds one holds this row."""

    __tablename__ = "audit_heads"

    chain: str = Field(max_length=36, primary_key=True)
    number: int
    hash: str | None = Field(default=None, max_length=64)
