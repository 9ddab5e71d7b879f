"""事件: what happened, told to a vendor or to a service center, in the transaction in which it happened."""

import uuid
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field, instant_field, integer_field, word_field
from app.models.words import Stream

_WAITING = text("fanned_out_at IS NULL")


class Event(Table, table=True):
    """One event of a stream, with the very bytes that are signed and sent; only added, and readable for 90 days."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("stream_id", "sequence"),
        UniqueConstraint("stream_id", "key"),
        Index("ix_events_waiting", "recorded_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_events_recorded_at", "recorded_at"),
    )

    id: uuid.UUID = id_field()
    stream: Stream = word_field(Stream, "stream")
    stream_id: uuid.UUID
    """Whose stream it is: the vendor's id or the service center's."""
    sequence: int = integer_field()
    """Numbers a stream from 1 without a gap, in the order in which its transactions were committed."""
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID | None = Field(default=None, foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID | None = Field(default=None, foreign_key="contracts.id", ondelete="RESTRICT")
    type: str = Field(max_length=64)
    """`noun.verb`, such as `assessment.notified`."""
    key: str = Field(max_length=200)
    """Type, subject and version: the same happening is told once."""
    body: str
    """The JSON text that is signed and sent as it stands."""
    fanned_out_at: datetime | None = instant_field(default=None)
    """When a delivery was made of it for each endpoint that takes it; NULL while that is still to be done."""
    recorded_at: datetime = instant_field()


class EventHead(Table, table=True):
    """The last number of each stream; whoever adds to a stream holds this row to the end of the transaction."""

    __tablename__ = "event_heads"

    stream_id: uuid.UUID = Field(primary_key=True)
    number: int = integer_field()
