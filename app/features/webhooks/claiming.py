"""Makes deliveries of events, and hands them out to workers: no two workers ever have the same one."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from sqlalchemy import RowMapping, insert, update
from sqlmodel import Session, col

from app import clock
from app.features.events.queries import READABLE
from app.features.upserts import insert_new
from app.features.webhooks import delivery_queries as queries
from app.features.webhooks.parcels import Parcel
from app.models import EndpointHealth, Event, WebhookAttempt, WebhookDelivery
from app.models.columns import new_id
from app.models.words import AttemptOutcome, DeliveryStatus
from app.rules.webhook_shares import PER_ENDPOINT, Room, Waiting, shares

log = logging.getLogger(__name__)

BATCH = 500


def fan_out(session: Session) -> int:
    """Make of each waiting event a delivery for each enabled endpoint of its vendor that takes its type.

    What was told before an endpoint was registered is not delivered to it, however long the event has waited. Gives
    how many events that were; a constant number of statements for up to BATCH of them.
    """
    waiting = queries.waiting_events(session, BATCH)
    if not waiting:
        return 0
    now = clock.now()
    fanned = (
        update(Event)
        .where(col(Event.id).in_(waiting), col(Event.fanned_out_at).is_(None))
        .values(fanned_out_at=now)
        .returning(col(Event.id), col(Event.stream_id), col(Event.type), col(Event.sequence), col(Event.recorded_at))
    )
    events = sorted(session.connection().execute(fanned).mappings(), key=lambda event: int(event["sequence"]))
    takers = queries.takers(session, {event["stream_id"] for event in events})
    rows = [
        pending(taker["id"], taker["vendor_id"], event["id"], now)
        for event in events
        for taker in takers
        if _takes(taker, event)
    ]
    if rows:
        health = [
            {"endpoint_id": endpoint_id, "runs": 0} for endpoint_id in sorted({row["endpoint_id"] for row in rows})
        ]
        insert_new(session, EndpointHealth, health, ["endpoint_id"])
        insert_new(session, WebhookDelivery, rows, ["endpoint_id", "event_id"])
    return len(events)


def _takes(taker: RowMapping, event: RowMapping) -> bool:
    own = taker["vendor_id"] == event["stream_id"] and taker["created_at"] <= event["recorded_at"]
    return own and event["type"] in (taker["event_types"] or (event["type"],))


def pending(endpoint_id: uuid.UUID, vendor_id: uuid.UUID, event_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    """Give the row of an event's delivery that is due now."""
    return {
        "id": new_id(),
        "endpoint_id": endpoint_id,
        "event_id": event_id,
        "vendor_id": vendor_id,
        "status": DeliveryStatus.PENDING,
        "attempts": 0,
        "step": 0,
        "next_attempt_at": now,
        "created_at": now,
    }


def release(session: Session) -> int:
    """Make due again what a worker had claimed that was stopped, and give how many deliveries that were.

    What became of those attempts is not known: the receiver may have got them.
    """
    left = queries.left_behind(session)
    if not left:
        return 0
    now = clock.now()
    own = col(WebhookAttempt.delivery_id).in_(left), col(WebhookAttempt.outcome).is_(None)
    session.execute(
        update(WebhookAttempt)
        .where(*own)
        .values(outcome=AttemptOutcome.INTERRUPTED, finished_at=now, error="interrupted", next_attempt_at=now)
    )
    mine = col(WebhookDelivery.id).in_(left)
    session.execute(update(WebhookDelivery).where(mine).values(claimed_until=None))
    pending = col(WebhookDelivery.status) == DeliveryStatus.PENDING
    session.execute(update(WebhookDelivery).where(mine, pending).values(next_attempt_at=now))
    return len(left)


def claim(session: Session, room: Room, lease: timedelta) -> list[Parcel]:
    """Take deliveries that are due, as far as there is room, and begin an attempt at each.

    Nobody else takes them until the lease has expired by the database's clock. Of an endpoint that another worker is
    claiming for at this moment nothing is taken.
    """
    now = clock.now()
    listed = {row["id"]: row for row in queries.endpoints_with_due(session, now, PER_ENDPOINT)}
    if not listed:
        return []
    held = queries.held_health(session, listed)
    busy, of_vendor = queries.busy(session)
    waiting = [
        Waiting(row["id"], row["vendor_id"], _trusted(row), row["due"], row["oldest"], busy[row["id"]])
        for row in listed.values()
        if row["id"] in held
    ]
    numbers = shares(waiting, room, of_vendor)
    found = queries.next_due(session, now, numbers)
    if not found:
        return []
    taken = (
        update(WebhookDelivery)
        .where(
            col(WebhookDelivery.id).in_(found),
            col(WebhookDelivery.status) == DeliveryStatus.PENDING,
            col(WebhookDelivery.claimed_until).is_(None),
        )
        .values(claimed_until=queries.database_now(session, lease), attempts=col(WebhookDelivery.attempts) + 1)
        .returning(
            col(WebhookDelivery.id),
            col(WebhookDelivery.endpoint_id),
            col(WebhookDelivery.event_id),
            col(WebhookDelivery.attempts),
            col(WebhookDelivery.step),
        )
    )
    rows = session.connection().execute(taken).mappings().all()
    return _begun(session, rows, {endpoint.endpoint_id for endpoint in waiting if endpoint.trusted})


def _trusted(row: RowMapping) -> bool:
    return row["verified_at"] is not None and row["failing_since"] is None


def _begun(session: Session, rows: Sequence[RowMapping], trusted: set[uuid.UUID]) -> list[Parcel]:
    """Write the attempts at what was taken; what nobody can read any more is dropped instead."""
    now = clock.now()
    contents = queries.contents(session, [row["id"] for row in rows])
    secrets = queries.live_secrets(session, {row["endpoint_id"] for row in rows}, now)
    networks = queries.allowed_networks(session, {content["vendor_id"] for content in contents.values()})
    parcels, expired = [], []
    for row in rows:
        content = contents[row["id"]]
        if content["recorded_at"] < now - READABLE:
            expired.append(row["id"])
            continue
        parcels.append(
            Parcel(
                delivery_id=row["id"],
                attempt_id=new_id(),
                number=row["attempts"],
                step=row["step"],
                endpoint_id=row["endpoint_id"],
                event_id=row["event_id"],
                event_type=content["type"],
                url=content["url"],
                body=content["body"].encode(),
                sealed=tuple(secrets.get(row["endpoint_id"], ())),
                lifted=tuple(ip_network(cidr) for cidr in networks.get(content["vendor_id"], ())),
                trusted=row["endpoint_id"] in trusted,
            )
        )
    if expired:
        drop(session, col(WebhookDelivery.id).in_(expired))
    if parcels:
        begun = [
            {"id": parcel.attempt_id, "delivery_id": parcel.delivery_id, "number": parcel.number, "started_at": now}
            for parcel in parcels
        ]
        session.connection().execute(insert(WebhookAttempt), begun)
    return parcels


def drop(session: Session, *which: Any) -> None:
    """Send nothing of some pending deliveries any more; an attempt that is under way is not called back."""
    session.execute(
        update(WebhookDelivery)
        .where(col(WebhookDelivery.status) == DeliveryStatus.PENDING, *which)
        .values(status=DeliveryStatus.DROPPED, next_attempt_at=None, claimed_until=None, finished_at=clock.now())
    )
