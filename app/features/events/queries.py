"""Every select over the events."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from app.features.paging import Columns, Leaf, Listing, Turn, turn_to
from app.models import Event
from app.models.words import Stream

READABLE = timedelta(days=90)
"""How long an event can be read, and sent again."""

_COLUMNS: Columns = (
    col(Event.id),
    col(Event.sequence),
    col(Event.type),
    col(Event.service_center_id),
    col(Event.body),
    col(Event.recorded_at),
)


def stream(session: Session, stream_id: uuid.UUID, now: datetime, turn: Turn[int], type_: str | None) -> Leaf[int]:
    """Read a page of a stream in the order of its numbers, as far back as events are readable.

    There is always a next page: whoever has read to the end goes on from there when there is more.
    """
    statement: Listing = select(*_COLUMNS).where(
        col(Event.stream_id) == stream_id, col(Event.recorded_at) >= now - READABLE
    )
    if type_ is not None:
        statement = statement.where(col(Event.type) == type_)
    leaf = turn_to(session, statement, col(Event.sequence), turn)
    if leaf.next_beside is not None:
        return leaf
    last = leaf.rows[-1]["sequence"] if leaf.rows else turn.beside or 0
    return Leaf(leaf.rows, last, leaf.previous_beside)


def event_of_vendor(session: Session, vendor_id: uuid.UUID, event_id: uuid.UUID, now: datetime) -> RowMapping | None:
    """Read one event of a vendor's own stream."""
    statement = select(*_COLUMNS).where(
        col(Event.id) == event_id,
        col(Event.stream) == Stream.VENDOR,
        col(Event.stream_id) == vendor_id,
        col(Event.recorded_at) >= now - READABLE,
    )
    return session.execute(statement).mappings().one_or_none()
