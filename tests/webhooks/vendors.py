"""What the tests of webhooks share: a vendor with endpoints, events of its stream, deliveries in every state."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import insert, select, update
from sqlmodel import col

from app import clock
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.models import Event, WebhookAttempt, WebhookDelivery
from app.models.columns import new_id
from app.models.words import DeliveryStatus, Stream
from tests.office import Office

ENDPOINTS = "/v1/portal/webhook-endpoints"
DELIVERIES = "/v1/portal/webhook-deliveries"
EVENTS = "/v1/portal/events"
URL = "https://vendor.example/kaohe"


def registered(office: Office, url: str = URL, **more: Any) -> dict[str, Any]:
    """Register an endpoint and give its answer: id and secret."""
    made = office.vendor_portal.post(ENDPOINTS, {"url": url, **more})
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


def tell(
    office: Office,
    *types: EventType,
    at: datetime | None = None,
    stream: Stream = Stream.VENDOR,
    fanned_out: bool = True,
) -> list[uuid.UUID]:
    """Tell the vendor, or its center, of something of each type; the fan-out is done with it unless said otherwise."""
    with time_machine.travel(at or clock.now(), tick=False), office.database.write() as session:
        happenings = [
            Happening(
                type=type_,
                service_center_id=office.center,
                vendor_id=office.vendor,
                subject_id=new_id(),
                streams=frozenset({stream}),
            )
            for type_ in types
        ]
        told = record(session, *happenings)
        if fanned_out:
            session.execute(update(Event).where(col(Event.id).in_(told)).values(fanned_out_at=clock.now()))
    return told


@dataclass(frozen=True)
class Sent:
    """An event and its delivery."""

    event_id: uuid.UUID
    delivery_id: uuid.UUID


def delivered(
    office: Office,
    endpoint: dict[str, Any],
    statuses: Sequence[DeliveryStatus],
    *,
    at: datetime | None = None,
    type_: EventType = EventType.ASSESSMENT_NOTIFIED,
) -> list[Sent]:
    """Tell the vendor of as many things as there are statuses, each of which has come that far at the endpoint."""
    sent = [Sent(event_id, new_id()) for event_id in tell(office, *[type_] * len(statuses), at=at)]
    when = at or clock.now()
    rows = [
        {
            "id": one.delivery_id,
            "endpoint_id": uuid.UUID(endpoint["id"]),
            "event_id": one.event_id,
            "vendor_id": office.vendor,
            "status": status,
            "attempts": 1,
            "step": 0 if status is DeliveryStatus.DELIVERED else 1,
            "next_attempt_at": when + timedelta(hours=1) if status is DeliveryStatus.PENDING else None,
            "created_at": when,
            "finished_at": None if status is DeliveryStatus.PENDING else when,
        }
        for one, status in zip(sent, statuses, strict=True)
    ]
    attempts = [{"id": new_id(), "delivery_id": one.delivery_id, "number": 1, "started_at": when} for one in sent]
    with office.database.write() as session:
        session.connection().execute(insert(WebhookDelivery), rows)
        session.connection().execute(insert(WebhookAttempt), attempts)
    return sent


def statuses(office: Office, endpoint: dict[str, Any]) -> list[DeliveryStatus]:
    """Read how far the deliveries to an endpoint have come, in the order of their events."""
    statement = (
        select(col(WebhookDelivery.status))
        .join(Event, col(Event.id) == col(WebhookDelivery.event_id))
        .where(col(WebhookDelivery.endpoint_id) == uuid.UUID(endpoint["id"]))
        .order_by(col(Event.sequence))
    )
    with office.database.read() as session:
        return list(session.scalars(statement))
