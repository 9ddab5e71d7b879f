"""What was sent to a vendor's endpoints: each delivery, every attempt at it, and sending it again."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, answer
from app.api.auth import Vendor, VendorWrite
from app.api.both_ways import BothWays, PageBothWays, both_ways
from app.api.changing import Change, changes
from app.api.filters import RecordedSince, RecordedUntil
from app.api.ids import ENDPOINT, EVENT, DeliveryId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.events.types import EventType
from app.features.webhooks import deliveries, log_queries
from app.features.webhooks.log_queries import DeliveryFilter
from app.models.words import AttemptOutcome, DeliveryStatus
from app.values import Out

router = vendors_room("portal webhooks", "/webhook-deliveries")
Page = Annotated[BothWays, Depends(both_ways)]
OfEndpoint = Annotated[uuid.UUID | None, Query(description="Only this endpoint's.", examples=[ENDPOINT])]
OfEvent = Annotated[uuid.UUID | None, Query(description="Only this event's.", examples=[EVENT])]
OfEventType = Annotated[EventType | None, Query(description="Only of events of this type.")]
WithStatus = Annotated[DeliveryStatus | None, Query(description="How far it has come.")]


class DeliveryOut(Out):
    """One event for one endpoint."""

    id: uuid.UUID
    endpoint_id: uuid.UUID
    event_id: uuid.UUID
    event_type: EventType
    status: DeliveryStatus
    attempts: Annotated[int, Field(description="How many were begun, those after sending it again too.")]
    next_attempt_at: Annotated[datetime | None, Field(description="Null where none follows by itself.")]
    created_at: datetime
    finished_at: datetime | None


class AttemptOut(Out):
    """One attempt: what was answered, or what went wrong."""

    id: uuid.UUID
    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: Annotated[AttemptOutcome | None, Field(description="Null while it is under way.")]
    status_code: int | None
    error: Annotated[str | None, Field(description="A word for what went wrong.", examples=["timeout"])]
    answer: Annotated[str | None, Field(description="The beginning of the answer's body.")]
    next_attempt_at: datetime | None


@router.get("", response_model=PageBothWays[DeliveryOut])
def list_webhook_deliveries(
    who: Vendor,
    db: Db,
    paging: Page,
    endpoint_id: OfEndpoint = None,
    status: WithStatus = None,
    event_type: OfEventType = None,
    event_id: OfEvent = None,
    since: RecordedSince = None,
    until: RecordedUntil = None,
) -> Response:
    """List the deliveries to the vendor's endpoints, deleted ones' too, the newest first."""
    wanted = DeliveryFilter(endpoint_id, status, event_type, event_id, since, until)
    with db.read() as session:
        leaf = log_queries.deliveries(session, company(who), wanted, paging.by_id())
    return paging.answer_leaf([_out(row) for row in leaf.rows], leaf)


@router.get("/{delivery_id}", response_model=DeliveryOut)
def read_webhook_delivery(who: Vendor, db: Db, delivery_id: DeliveryId) -> Response:
    """Read a delivery."""
    with db.read() as session:
        return _read(session, who, delivery_id)


@router.get("/{delivery_id}/attempts", response_model=PageOf[AttemptOut])
def list_webhook_attempts(who: Vendor, db: Db, paging: Paged, delivery_id: DeliveryId) -> Response:
    """List every attempt at a delivery, oldest first."""
    with db.read() as session:
        page = log_queries.attempts(session, company(who), delivery_id, paging.page)
    return paging.answer([AttemptOut(**row) for row in page.rows], page.next_after)


@router.post("/{delivery_id}/resending", response_model=DeliveryOut)
@changes(key_required=True)
def resend_webhook_delivery(who: VendorWrite, change: Change, delivery_id: DeliveryId) -> Response:
    """Send the event to its endpoint again, whether it had arrived or not; its attempts go on counting."""
    deliveries.resend(change.session, who, company(who), delivery_id)
    return _read(change.session, who, delivery_id)


def _read(session: Session, who: Caller, delivery_id: uuid.UUID) -> Response:
    row = log_queries.delivery(session, company(who), delivery_id)
    if row is None:
        raise NotFound(pointer="/path/delivery_id")
    return answer(_out(row))


def _out(row: RowMapping) -> DeliveryOut:
    return DeliveryOut(**{name: row[name] for name in DeliveryOut.model_fields})
