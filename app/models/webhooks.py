"""Webhooks: where a vendor receives its events, what was delivered there, and every attempt at it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, version_field, word_field
from app.models.words import AttemptOutcome, DeliveryStatus, DisabledBecause, EndpointStatus

_PENDING = text("status = 'pending'")
_CLAIMED = text("claimed_until IS NOT NULL")


class WebhookEndpoint(Table, table=True):
    """An address of a vendor's own system that receives its events; how it fares stands in `EndpointHealth`."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("(status = 'disabled') = (disabled_because IS NOT NULL)", name="disabled_with_reason"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    url: str = Field(max_length=2000)
    description: str | None = Field(default=None, max_length=200)
    event_types: list[str] | None = Field(default=None, sa_type=CanonicalJson)
    """The types that it takes; NULL takes all."""
    status: EndpointStatus = word_field(EndpointStatus, "status", default=EndpointStatus.ENABLED)
    disabled_because: DisabledBecause | None = word_field(DisabledBecause, "disabled_because", default=None)
    disabled_at: datetime | None = instant_field(default=None)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class EndpointHealth(Table, table=True):
    """How an endpoint fares: written with each attempt's outcome, and outside of the audit like the attempts."""

    __tablename__ = "endpoint_health"

    endpoint_id: uuid.UUID = Field(foreign_key="webhook_endpoints.id", ondelete="RESTRICT", primary_key=True)
    verified_at: datetime | None = instant_field(default=None)
    """The first time that it answered 2xx; NULL while it is unverified."""
    failing_since: datetime | None = instant_field(default=None)
    """The first failure since its last success."""
    last_failed_at: datetime | None = instant_field(default=None)
    last_succeeded_at: datetime | None = instant_field(default=None)
    runs: int = 0
    """How many runs of failures there were; where `failing_since` is filled, the last is under way."""


class WebhookSecret(Table, table=True):
    """A secret that signs an endpoint's deliveries, encrypted at rest; an old one signs on until it expires."""

    __tablename__ = "webhook_secrets"

    id: uuid.UUID = id_field()
    endpoint_id: uuid.UUID = Field(foreign_key="webhook_endpoints.id", ondelete="RESTRICT", index=True)
    sealed: str = Field(max_length=1000)
    """The secret, encrypted with the deployment's own key."""
    created_at: datetime = instant_field()
    expires_at: datetime | None = instant_field(default=None)
    """NULL of the one secret that is current."""


class WebhookNetwork(Table, table=True):
    """A private network that a vendor's endpoints may lie in, as a service center's admin allowed."""

    __tablename__ = "webhook_networks"

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    cidr: str = Field(max_length=64)
    reason: str = Field(max_length=1000)
    added_by: str = Field(max_length=64)
    added_at: datetime = instant_field()
    removed_at: datetime | None = instant_field(default=None)
    removed_by: str | None = Field(default=None, max_length=64)


class WebhookDelivery(Table, table=True):
    """One event for one endpoint."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_vendor", "vendor_id", "id"),
        UniqueConstraint("endpoint_id", "event_id"),
        Index(
            "ix_webhook_deliveries_pending",
            "next_attempt_at",
            "endpoint_id",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index(
            "ix_webhook_deliveries_waiting",
            "endpoint_id",
            "next_attempt_at",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index("ix_webhook_deliveries_claimed", "claimed_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        CheckConstraint("(status = 'pending') = (next_attempt_at IS NOT NULL)", name="pending_has_its_time"),
    )

    id: uuid.UUID = id_field()
    endpoint_id: uuid.UUID = Field(foreign_key="webhook_endpoints.id", ondelete="RESTRICT")
    event_id: uuid.UUID = Field(foreign_key="events.id", ondelete="RESTRICT", index=True)
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    status: DeliveryStatus = word_field(DeliveryStatus, "status", default=DeliveryStatus.PENDING)
    attempts: int = 0
    """How many attempts were begun, by the schedule or by hand."""
    step: int = 0
    """How many attempts of the schedule have failed; sending again by hand begins anew at 0."""
    next_attempt_at: datetime | None = instant_field(default=None)
    claimed_until: datetime | None = instant_field(default=None)
    """While this lies ahead a worker is at it; after it the worker is taken to have been stopped."""
    created_at: datetime = instant_field()
    finished_at: datetime | None = instant_field(default=None)


class WebhookAttempt(Table, table=True):
    """One attempt at a delivery: written before anything is sent, completed with its answer."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: uuid.UUID = id_field()
    delivery_id: uuid.UUID = Field(foreign_key="webhook_deliveries.id", ondelete="RESTRICT")
    number: int
    started_at: datetime = instant_field()
    finished_at: datetime | None = instant_field(default=None)
    outcome: AttemptOutcome | None = word_field(AttemptOutcome, "outcome", default=None)
    """NULL while it is under way."""
    status_code: int | None = None
    error: str | None = Field(default=None, max_length=64)
    """A word for what went wrong, such as `timeout` or `blocked_destination`."""
    answer: str | None = Field(default=None, max_length=1000)
    """The beginning of the answer's body."""
    next_attempt_at: datetime | None = instant_field(default=None)
    """What was decided with the outcome; NULL where no further attempt follows by itself."""
