"""Selects over deliveries and their attempts, as the vendor reads them and as they are sent again."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, Select, SQLColumnExpression, exists, func, select
from sqlmodel import Session, col

from app.features.events.types import EventType
from app.features.paging import Columns, Leaf, Listing, Page, PageRequest, Turn, fetch, turn_to
from app.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.models.words import DeliveryStatus

_DELIVERY: Columns = (
    col(WebhookDelivery.id),
    col(WebhookDelivery.endpoint_id),
    col(WebhookDelivery.event_id),
    col(Event.type).label("event_type"),
    col(Event.recorded_at).label("event_recorded_at"),
    col(WebhookDelivery.status),
    col(WebhookDelivery.attempts),
    col(WebhookDelivery.next_attempt_at),
    col(WebhookDelivery.created_at),
    col(WebhookDelivery.finished_at),
)
_ATTEMPT: Columns = (
    col(WebhookAttempt.id),
    col(WebhookAttempt.number),
    col(WebhookAttempt.started_at),
    col(WebhookAttempt.finished_at),
    col(WebhookAttempt.outcome),
    col(WebhookAttempt.status_code),
    col(WebhookAttempt.error),
    col(WebhookAttempt.answer),
    col(WebhookAttempt.next_attempt_at),
)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries to list; None asks for all."""

    endpoint_id: uuid.UUID | None = None
    status: DeliveryStatus | None = None
    event_type: str | None = None
    event_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, its end left out."""

    since: datetime
    until: datetime

    def holds(self, column: SQLColumnExpression[datetime]) -> ColumnElement[bool]:
        """Say it as a condition."""
        return (column >= self.since) & (column < self.until)


def _deliveries(vendor_id: uuid.UUID) -> Listing:
    statement: Listing = select(*_DELIVERY).join(Event, col(Event.id) == col(WebhookDelivery.event_id))
    return statement.where(col(WebhookDelivery.vendor_id) == vendor_id)


def deliveries(
    session: Session, vendor_id: uuid.UUID, wanted: DeliveryFilter, turn: Turn[uuid.UUID]
) -> Leaf[uuid.UUID]:
    """Read a page of a vendor's deliveries, the newest first."""
    statement = _deliveries(vendor_id)
    for column, value in (
        (col(WebhookDelivery.endpoint_id), wanted.endpoint_id),
        (col(WebhookDelivery.status), wanted.status),
        (col(Event.type), wanted.event_type),
        (col(WebhookDelivery.event_id), wanted.event_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since is not None:
        statement = statement.where(col(WebhookDelivery.created_at) >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(col(WebhookDelivery.created_at) < wanted.until)
    return turn_to(session, statement, col(WebhookDelivery.id), turn, newest_first=True)


def delivery(session: Session, vendor_id: uuid.UUID, delivery_id: uuid.UUID) -> RowMapping | None:
    """Read one delivery of a vendor."""
    statement = _deliveries(vendor_id).where(col(WebhookDelivery.id) == delivery_id)
    return session.execute(statement).mappings().one_or_none()


def attempts(session: Session, vendor_id: uuid.UUID, delivery_id: uuid.UUID, page: PageRequest) -> Page:
    """List the attempts of a vendor's delivery, oldest first."""
    statement: Listing = (
        select(*_ATTEMPT)
        .join(WebhookDelivery, col(WebhookDelivery.id) == col(WebhookAttempt.delivery_id))
        .where(col(WebhookAttempt.delivery_id) == delivery_id, col(WebhookDelivery.vendor_id) == vendor_id)
    )
    return fetch(session, statement, col(WebhookAttempt.id), page)


def endpoint_of_delivery(session: Session, vendor_id: uuid.UUID, delivery_id: uuid.UUID) -> uuid.UUID | None:
    """Name the endpoint of a vendor's delivery, also one that is deleted."""
    statement = select(col(WebhookDelivery.endpoint_id)).where(
        col(WebhookDelivery.id) == delivery_id, col(WebhookDelivery.vendor_id) == vendor_id
    )
    return session.scalars(statement).one_or_none()


def _events_within(vendor_id: uuid.UUID, window: Window) -> Select[uuid.UUID]:
    return select(col(Event.id)).where(col(Event.stream_id) == vendor_id, window.holds(col(Event.recorded_at)))


def of_events_within(endpoint: WebhookEndpoint, window: Window) -> ColumnElement[bool]:
    """Say which deliveries are an endpoint's of the events that were recorded within a window."""
    events = _events_within(endpoint.vendor_id, window)
    return (col(WebhookDelivery.endpoint_id) == endpoint.id) & col(WebhookDelivery.event_id).in_(events)


def missed_events(session: Session, endpoint: WebhookEndpoint, window: Window) -> list[uuid.UUID]:
    """Give the events of a window that an endpoint takes and that no delivery was made of: it was disabled then.

    What the fan-out has not come to yet is left to it, what lies before the endpoint was registered never was
    for it, and a test is of the one endpoint that asked for it.
    """
    own = exists().where(
        col(WebhookDelivery.endpoint_id) == endpoint.id, col(WebhookDelivery.event_id) == col(Event.id)
    )
    statement = _events_within(endpoint.vendor_id, window).where(
        col(Event.recorded_at) >= endpoint.created_at,
        col(Event.fanned_out_at).is_not(None),
        col(Event.type) != EventType.WEBHOOK_TEST,
        ~own,
    )
    if endpoint.event_types is not None:
        statement = statement.where(col(Event.type).in_(endpoint.event_types))
    return list(session.scalars(statement.order_by(col(Event.sequence))))


def counted(session: Session, endpoint_id: uuid.UUID, window: Window) -> dict[DeliveryStatus, int]:
    """Count an endpoint's deliveries of the events that were recorded within a window, by how far they have come."""
    statement = (
        select(col(WebhookDelivery.status), func.count())
        .join(Event, col(Event.id) == col(WebhookDelivery.event_id))
        .where(col(WebhookDelivery.endpoint_id) == endpoint_id, window.holds(col(Event.recorded_at)))
        .group_by(col(WebhookDelivery.status))
    )
    return dict(session.execute(statement).all())


def attempts_counted(session: Session, endpoint_id: uuid.UUID, window: Window) -> int:
    """Count the attempts that were begun within a window at an endpoint's deliveries."""
    statement = (
        select(func.count())
        .select_from(WebhookAttempt)
        .join(WebhookDelivery, col(WebhookDelivery.id) == col(WebhookAttempt.delivery_id))
        .where(col(WebhookDelivery.endpoint_id) == endpoint_id, window.holds(col(WebhookAttempt.started_at)))
    )
    return session.scalars(statement).one()


def tests_under_way(session: Session, endpoint_id: uuid.UUID) -> int:
    """Count the test events that are still being sent to an endpoint."""
    statement = (
        select(func.count())
        .select_from(WebhookDelivery)
        .join(Event, col(Event.id) == col(WebhookDelivery.event_id))
        .where(
            col(WebhookDelivery.endpoint_id) == endpoint_id,
            col(WebhookDelivery.status) == DeliveryStatus.PENDING,
            col(Event.type) == EventType.WEBHOOK_TEST,
        )
    )
    return session.scalars(statement).one()


def last_test(session: Session, vendor_id: uuid.UUID, endpoint_id: uuid.UUID) -> str | None:
    """Give the key of the last test event of an endpoint that is still kept."""
    statement = select(col(Event.key)).where(
        col(Event.stream_id) == vendor_id,
        col(Event.type) == EventType.WEBHOOK_TEST,
        col(Event.key).startswith(f"{EventType.WEBHOOK_TEST}/{endpoint_id}/"),
    )
    return session.scalars(statement.order_by(col(Event.sequence).desc()).limit(1)).one_or_none()
