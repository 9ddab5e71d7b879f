"""A vendor's own stream of events, for those who cannot receive, and for reconciling at night."""

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import Field, WithJsonSchema
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db, answer
from app.api.auth import Vendor
from app.api.both_ways import BothWays, PageBothWays, both_ways
from app.api.ids import EventId
from app.api.portal.company import company
from app.api.requests import parse
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.events import queries
from app.features.events.texts import SENTENCES
from app.features.events.types import TOLD, EventType
from app.values import Out

router = vendors_room("portal events")
Page = Annotated[BothWays, Depends(both_ways)]
OfType = Annotated[EventType | None, Query(alias="type", description="Only events of this type.")]


class PortalEvent(Out):
    """The very event that a webhook carries, with the id that its header `webhook-id` names."""

    id: uuid.UUID
    type: EventType
    timestamp: Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
    """As it was sent: whoever writes the three members canonically has the bytes that were signed."""
    data: Annotated[
        dict[str, Any],
        Field(description="Ids, `period`, `version`, `sequence` and the `url` where what happened can be read."),
    ]


class EventTypeText(Out):
    """What an event of a type says."""

    zh: str
    en: str


class EventTypeOut(Out):
    """A type of event that vendors are told of."""

    type: EventType
    url: Annotated[str, Field(description="Where what it is about is read; `{id}` is the subject's.")]
    text: EventTypeText


class EventTypes(Out):
    """Every type that vendors are told of."""

    items: list[EventTypeOut]


@router.get("/events", response_model=PageBothWays[PortalEvent])
def list_portal_events(who: Vendor, db: Db, paging: Page, type_: OfType = None) -> Response:
    """List the vendor's events of the last 90 days in the order of their `sequence`, which has no gap.

    `next_cursor` is always given: whoever keeps it asks with it again later and gets what has come since.
    """
    with db.read() as session:
        leaf = queries.stream(session, company(who), clock.now(), paging.by_number(), type_)
    return paging.answer_leaf([_out(row) for row in leaf.rows], leaf)


@router.get("/events/{event_id}", response_model=PortalEvent)
def read_portal_event(who: Vendor, db: Db, event_id: EventId) -> Response:
    """Read one event of the last 90 days."""
    with db.read() as session:
        row = queries.event_of_vendor(session, company(who), event_id, clock.now())
    if row is None:
        raise NotFound("There is no such event, or it is older than 90 days.", pointer="/path/event_id")
    return answer(_out(row))


@router.get("/event-types", response_model=EventTypes)
def list_event_types(who: Vendor) -> Response:  # noqa: ARG001 whoever asks is the permission
    """Say which types of events vendors are told of, and what each says."""
    items = [
        EventTypeOut(type=type_, url=told.vendor, text=EventTypeText(**SENTENCES[type_]._asdict()))
        for type_, told in TOLD.items()
        if told.vendor is not None
    ]
    return answer(EventTypes(items=items))


def _out(row: RowMapping) -> PortalEvent:
    return PortalEvent(id=row["id"], **parse(row["body"].encode()))
