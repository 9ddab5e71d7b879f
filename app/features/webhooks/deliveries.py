"""Sends again what did not arrive, one by one or a whole window, and sends a test."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import BadRequest, Invalid, KaoheError, NotFound
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.events.queries import READABLE
from app.features.events.service import BATCH, Happening, record
from app.features.events.types import EventType
from app.features.upserts import insert_new
from app.features.webhooks import log_queries, queries
from app.features.webhooks.claiming import pending
from app.features.webhooks.errors import (
    DeliveryPending,
    EndpointDeleted,
    EndpointDisabled,
    EventNotReadable,
    TooManyTests,
)
from app.features.webhooks.log_queries import Window
from app.models import Event, WebhookDelivery, WebhookEndpoint
from app.models.words import DeliveryStatus, EndpointStatus, Stream
from app.rules.faults import Fault

WINDOW = timedelta(days=14)
"""How far back a recovery and the statistics reach."""

MOST_TESTS = 10
"""How many test events may be under way to one endpoint."""

_FAILED = (DeliveryStatus.EXHAUSTED, DeliveryStatus.DROPPED)


@dataclass(frozen=True, slots=True)
class Tested:
    """A test event, and its one delivery."""

    event_id: uuid.UUID
    delivery_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Statistics:
    """What became of the events of a window at an endpoint; `missed` came while it was disabled."""

    window: Window
    delivered: int
    pending: int
    exhausted: int
    dropped: int
    missed: int
    attempts: int


def resend(session: Session, caller: Caller, vendor_id: uuid.UUID, delivery_id: uuid.UUID) -> None:
    """Send one event to its endpoint again, whether it had arrived or not: due now, from the schedule's beginning."""
    endpoint_id = log_queries.endpoint_of_delivery(session, vendor_id, delivery_id)
    if endpoint_id is None:
        raise NotFound(pointer="/path/delivery_id")
    endpoint = queries.endpoint_for_update(session, vendor_id, endpoint_id)
    if endpoint is None:
        raise EndpointDeleted
    _refuse_disabled(endpoint)
    found = log_queries.delivery(session, vendor_id, delivery_id)
    if found is None or found["event_recorded_at"] < clock.now() - READABLE:
        raise EventNotReadable
    with recording(session, caller.actor, endpoint.service_center_id, "webhook_delivery.resent", delivery_id):
        again = (
            update(WebhookDelivery)
            .where(col(WebhookDelivery.id) == delivery_id, col(WebhookDelivery.status) != DeliveryStatus.PENDING)
            .values(**_due(clock.now()))
            .returning(col(WebhookDelivery.id))
        )
        if session.execute(again).first() is None:
            raise DeliveryPending


def recover(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    endpoint_id: uuid.UUID,
    since: datetime,
    until: datetime | None = None,
) -> int:
    """Send each event of a window that did not arrive at an endpoint once more, and give how many those are.

    That is what was given up, what was dropped, and what came while the endpoint was disabled; nothing that has
    arrived or is under way, so that the same window twice sends nothing the second time.
    """
    endpoint = _found(queries.endpoint_for_update(session, vendor_id, endpoint_id))
    _refuse_disabled(endpoint)
    window = _window(since, until, Invalid, "")
    now = clock.now()
    details = {"since": window.since.isoformat(), "until": window.until.isoformat()}
    center = endpoint.service_center_id
    with recording(session, caller.actor, center, "webhook_endpoint.recovered", endpoint_id, details=details):
        failed = (
            update(WebhookDelivery)
            .where(log_queries.of_events_within(endpoint, window), col(WebhookDelivery.status).in_(_FAILED))
            .values(**_due(now))
            .returning(col(WebhookDelivery.id))
        )
        # Before the failed ones are due again, so that no event counts as both.
        missed = log_queries.missed_events(session, endpoint, window)
        again = len(session.execute(failed).all())
        for start in range(0, len(missed), BATCH):
            rows = [
                pending(endpoint.id, endpoint.vendor_id, event_id, now) for event_id in missed[start : start + BATCH]
            ]
            insert_new(session, WebhookDelivery, rows, ["endpoint_id", "event_id"])
    return again + len(missed)


def send_test(session: Session, caller: Caller, vendor_id: uuid.UUID, endpoint_id: uuid.UUID) -> Tested:
    """Send a test to one endpoint and to no other, whatever types it takes; refuses one too many at a time."""
    endpoint = _found(queries.endpoint_for_update(session, vendor_id, endpoint_id))
    _refuse_disabled(endpoint)
    if log_queries.tests_under_way(session, endpoint_id) >= MOST_TESTS:
        raise TooManyTests(f"{MOST_TESTS} test events are under way to this endpoint.")
    last = log_queries.last_test(session, vendor_id, endpoint_id)
    happening = Happening(
        type=EventType.WEBHOOK_TEST,
        service_center_id=endpoint.service_center_id,
        vendor_id=vendor_id,
        subject_id=endpoint_id,
        version=1 if last is None else int(last.rsplit("/", 1)[1]) + 1,
        streams=frozenset({Stream.VENDOR}),
    )
    now = clock.now()
    with recording(session, caller.actor, endpoint.service_center_id, "webhook_endpoint.tested", endpoint_id):
        (event_id,) = record(session, happening)
        # Its one delivery is made here, so that the fan-out has nothing to do with it.
        session.execute(update(Event).where(col(Event.id) == event_id).values(fanned_out_at=now))
        delivery = pending(endpoint_id, vendor_id, event_id, now)
        session.connection().execute(insert(WebhookDelivery), [delivery])
    return Tested(event_id, delivery["id"])


def statistics(
    session: Session,
    vendor_id: uuid.UUID,
    endpoint_id: uuid.UUID,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Statistics:
    """Count what became of the events of a window at an endpoint; left out, of the last 14 days."""
    endpoint = _found(queries.endpoint_row(session, vendor_id, endpoint_id))
    window = _window(since, until, BadRequest, "/query")
    counts = log_queries.counted(session, endpoint_id, window)
    return Statistics(
        window,
        delivered=counts.get(DeliveryStatus.DELIVERED, 0),
        pending=counts.get(DeliveryStatus.PENDING, 0),
        exhausted=counts.get(DeliveryStatus.EXHAUSTED, 0),
        dropped=counts.get(DeliveryStatus.DROPPED, 0),
        missed=len(log_queries.missed_events(session, endpoint, window)),
        attempts=log_queries.attempts_counted(session, endpoint_id, window),
    )


def _window(since: datetime | None, until: datetime | None, wrong: type[KaoheError], under: str) -> Window:
    """Read a window, its end at most now; refuses one that reaches back too far, or ends before it begins."""
    now = clock.now()
    earliest = now - WINDOW
    begin, end = since or earliest, min(until or now, now)
    if begin < earliest:
        detail = f"{begin.isoformat()} lies more than {WINDOW.days} days back."
        remedy = f"Begin at {earliest.isoformat()} or later; what is older is read from GET /v1/portal/events."
        raise wrong(detail, faults=[Fault(f"{under}/since", "window-too-far-back", detail, remedy)])
    if end <= begin:
        detail = "The window ends before it begins, or begins in the future."
        raise wrong(detail, faults=[Fault(f"{under}/until", "window-empty", detail, "Name an end after its since.")])
    return Window(begin, end)


def _found(endpoint: WebhookEndpoint | None) -> WebhookEndpoint:
    if endpoint is None:
        raise NotFound(pointer="/path/endpoint_id")
    return endpoint


def _refuse_disabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.status is not EndpointStatus.ENABLED:
        raise EndpointDisabled


def _due(now: datetime) -> dict[str, object]:
    return {
        "status": DeliveryStatus.PENDING,
        "step": 0,
        "next_attempt_at": now,
        "claimed_until": None,
        "finished_at": None,
    }
