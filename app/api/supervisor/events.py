"""The events of a service center's own stream."""

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import Field, WithJsonSchema
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db
from app.api.auth import EventsRead
from app.api.both_ways import BothWays, PageBothWays, both_ways
from app.api.ids import OfCenter
from app.api.requests import parse
from app.api.rooms import centers_room
from app.errors import BadRequest
from app.features.access.caller import Caller
from app.features.events import queries
from app.features.events.types import EventType
from app.features.paging import Leaf
from app.values import Out

router = centers_room("events", "/events")
Page = Annotated[BothWays, Depends(both_ways)]
OfType = Annotated[EventType | None, Query(alias="type", description="Only events of this type.")]


class EventOut(Out):
    """An event of a service center's stream."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    type: EventType
    timestamp: Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
    """As it was sent: whoever writes the three members canonically has the bytes that were signed."""
    data: Annotated[
        dict[str, Any],
        Field(description="Ids, `period`, `version`, `sequence` and the `url` where what happened can be read."),
    ]


@router.get("", response_model=PageBothWays[EventOut])
def list_events(
    who: EventsRead, db: Db, paging: Page, type_: OfType = None, service_center_id: OfCenter = None
) -> Response:
    """List a service center's events of the last 90 days in the order of their `sequence`, which has no gap.

    Each center has a stream of its own; whoever sees several names one. `next_cursor` is always given: whoever keeps
    it asks with it again later and gets what has come since.
    """
    center = service_center_id or _only_center(who)
    turn = paging.by_number()
    leaf: Leaf[int] = Leaf((), turn.beside or 0, None)
    if center is not None and center in who.centers:
        with db.read() as session:
            leaf = queries.stream(session, center, clock.now(), turn, type_)
    return paging.answer_leaf([_out(row) for row in leaf.rows], leaf)


def _only_center(who: Caller) -> uuid.UUID | None:
    """Give the center whose stream is meant where none is named; None for a caller who sees no center."""
    if len(who.centers) > 1:
        raise BadRequest(
            f"The caller sees {len(who.centers)} service centers, and each has a stream of its own.",
            pointer="/query/service_center_id",
            remedy="Name one of those of GET /v1/me.",
        )
    return who.centers[0] if who.centers else None


def _out(row: RowMapping) -> EventOut:
    return EventOut(id=row["id"], service_center_id=row["service_center_id"], **parse(row["body"].encode()))
