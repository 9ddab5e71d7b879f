"""Messages that reach people: their channels and wishes, what was written to them, what there still is to tell."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, version_field, word_field
from app.models.words import AlertNews, ChannelKind, MessageKind, MessageStatus, Severity

_NIGHTLY = text("kind <> 'test'")
_DUE = text("next_attempt_at IS NOT NULL")
_CLAIMED = text("claimed_until IS NOT NULL")


class MessageChannel(Table, table=True):
    """Where a principal is written to; how it fares follows from the messages that went there."""

    __tablename__ = "message_channels"

    id: uuid.UUID = id_field()
    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", index=True)
    kind: ChannelKind = word_field(ChannelKind, "kind")
    name: str = Field(max_length=64)
    hint: str = Field(max_length=100)
    """So much of the address that its owner recognises it, and nobody can use it."""
    sealed: str = Field(max_length=2000)
    """The address with its tokens, encrypted with the deployment's own key."""
    created_at: datetime = instant_field()
    removed_at: datetime | None = instant_field(default=None)


class MessageSettings(Table, table=True):
    """What a principal wants to be told; who has no row wants everything."""

    __tablename__ = "message_settings"

    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", primary_key=True)
    digest: bool
    reminders: bool
    version: int = version_field()
    updated_at: datetime = instant_field()


class ReminderDays(Table, table=True):
    """How many days before a due date a service center's people are reminded."""

    __tablename__ = "reminder_days"

    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", primary_key=True)
    days: list[int] = Field(sa_type=CanonicalJson)
    version: int = version_field()
    updated_at: datetime = instant_field()


class Message(Table, table=True):
    """One message to one principal by one channel, written before anything is sent."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_principal", "principal_id", "id"),
        Index(
            "uq_messages_night",
            "principal_id",
            "channel_id",
            "business_date",
            "kind",
            unique=True,
            sqlite_where=_NIGHTLY,
            postgresql_where=_NIGHTLY,
        ),
        Index("ix_messages_due", "next_attempt_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("ix_messages_claimed", "claimed_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        CheckConstraint("(status = 'sending') = (claimed_until IS NOT NULL)", name="sending_is_claimed"),
        CheckConstraint("(status IN ('waiting', 'failed')) = (next_attempt_at IS NOT NULL)", name="due_has_its_time"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_its_instant"),
    )

    id: uuid.UUID = id_field()
    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT")
    channel_id: uuid.UUID = Field(foreign_key="message_channels.id", ondelete="RESTRICT", index=True)
    kind: MessageKind = word_field(MessageKind, "kind")
    business_date: date
    service_centers: list[str] = Field(default_factory=list, sa_type=CanonicalJson)
    """Ids of the service centers that it tells of; it goes to nobody who may not see them all when it is sent."""
    subject: str = Field(max_length=200)
    body: str
    status: MessageStatus = word_field(MessageStatus, "status", default=MessageStatus.WAITING)
    attempts: int = 0
    """How many attempts were begun."""
    next_attempt_at: datetime | None = instant_field(default=None)
    claimed_until: datetime | None = instant_field(default=None)
    """While this lies ahead a worker is at it; after it the worker is taken to have been stopped."""
    sent_at: datetime | None = instant_field(default=None)
    last_error: str | None = Field(default=None, max_length=64)
    """A word for what went wrong last, such as `timeout`."""
    created_at: datetime = instant_field()


class AlertNote(Table, table=True):
    """How the last night saw an alert, and what of it is still to be told."""

    __tablename__ = "alert_notes"

    alert_id: uuid.UUID = Field(foreign_key="alerts.id", ondelete="RESTRICT", primary_key=True)
    is_open: bool
    severity: Severity = word_field(Severity, "severity")
    news: AlertNews | None = word_field(AlertNews, "news", default=None)
    """What the next digest tells; NULL once it is told."""
    noted_on: date


class MessageNight(Table, table=True):
    """A business date whose digests were written: once, and never again."""

    __tablename__ = "message_nights"

    business_date: date = Field(primary_key=True)
    written_at: datetime = instant_field()
