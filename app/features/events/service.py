"""Tells what happened: an event in each stream that it concerns, in the transaction of the happening itself."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, col

from app import clock
from app.features.events.types import TOLD, EventType
from app.features.upserts import upsert_on
from app.models import Event, EventHead
from app.models.columns import canonical, new_id
from app.models.words import Stream

LARGEST_BODY = 20_000
"""Bytes that an event may have: it names what can be read, and carries no figures."""

BATCH = 1000
"""Rows that a write carries, so that a night's statements do not depend on how much there is to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What happened to which subject; `version` tells one happening to a subject from the next of the same type.

    `vendor_id` is None where it concerns no vendor; `more` are further members of the event's data, never figures.
    """

    type: EventType
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID | None
    subject_id: uuid.UUID
    contract_id: uuid.UUID | None = None
    period: str | None = None
    version: int = 1
    streams: frozenset[Stream] = frozenset(Stream)
    """Who may be told at all; the type says who is."""
    more: dict[str, Any] = field(default_factory=dict)

    def stream_id(self, stream: Stream) -> uuid.UUID | None:
        """Give whose stream it goes to, or None where that side is not told."""
        if stream not in self.streams or TOLD[self.type].url(stream) is None:
            return None
        return self.vendor_id if stream is Stream.VENDOR else self.service_center_id


def record(session: Session, *happenings: Happening) -> list[uuid.UUID]:
    """Write the events of what happened and give their ids; a constant number of statements for any number of them.

    The same happening twice in one stream is refused by the database. Streams are held in one order, so that of two
    who tell something at once the second waits, and a stream's numbers have no gap and no late comer.
    """
    told = [
        (happening, stream, stream_id)
        for happening in happenings
        for stream in Stream
        if (stream_id := happening.stream_id(stream)) is not None
    ]
    if not told:
        return []
    last = _reserve(session, Counter(stream_id for _, _, stream_id in told))
    now = clock.now()
    timestamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    rows = []
    for happening, stream, stream_id in told:
        last[stream_id] += 1
        body = _body(happening, stream, last[stream_id], timestamp)
        rows.append(_row(happening, stream, stream_id, last[stream_id], now) | {"body": body})
    for start in range(0, len(rows), BATCH):
        session.connection().execute(_TELL, rows[start : start + BATCH])
    return [row["id"] for row in rows]


_TELL = insert(Event)


def _reserve(session: Session, wanted: Counter[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Take the next numbers of some streams and give the last one before them of each."""
    counts = [{"stream_id": stream_id, "number": count} for stream_id, count in sorted(wanted.items())]
    connection = session.connection()
    raised = connection.execute(_raising(connection.dialect.name), counts)
    return {stream_id: number - wanted[stream_id] for stream_id, number in raised}


@cache
def _raising(dialect: str) -> ReturningInsert[uuid.UUID, int]:
    fresh = upsert_on(dialect, EventHead)
    raised = fresh.on_conflict_do_update(
        index_elements=["stream_id"], set_={"number": col(EventHead.number) + fresh.excluded.number}
    )
    return raised.returning(col(EventHead.stream_id), col(EventHead.number))


def _row(happening: Happening, stream: Stream, stream_id: uuid.UUID, sequence: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "stream": stream,
        "stream_id": stream_id,
        "sequence": sequence,
        "service_center_id": happening.service_center_id,
        "vendor_id": happening.vendor_id,
        "contract_id": happening.contract_id,
        "type": happening.type,
        "key": f"{happening.type}/{happening.subject_id}/{happening.version}",
        # Nothing is delivered to a center yet: it reads its stream.
        "fanned_out_at": now if stream is Stream.CENTER else None,
        "recorded_at": now,
    }


def _body(happening: Happening, stream: Stream, sequence: int, timestamp: str) -> str:
    """Write the event as the webhook standard shapes it: `type`, `timestamp`, `data`."""
    contract_id = None if happening.contract_id is None else str(happening.contract_id)
    url = (TOLD[happening.type].url(stream) or "").format(
        id=happening.subject_id, contract_id=contract_id, period=happening.period
    )
    data = {
        **happening.more,
        "id": str(happening.subject_id),
        "contract_id": contract_id,
        "period": happening.period,
        "version": happening.version,
        "sequence": sequence,
        "url": url,
    }
    body = canonical({"type": happening.type, "timestamp": timestamp, "data": data})
    if len(body.encode()) > LARGEST_BODY:
        message = f"an event of type {happening.type} has more than {LARGEST_BODY} bytes"
        raise ValueError(message)
    return body
