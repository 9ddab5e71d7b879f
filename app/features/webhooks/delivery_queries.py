"""Every select of the deliverer."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, String, exists, func, literal, select, type_coerce, union_all
from sqlmodel import Session, col

from app.models import (
    EndpointHealth,
    Event,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookNetwork,
    WebhookSecret,
)
from app.models.columns import UtcDateTime
from app.models.words import DeliveryStatus, EndpointStatus

_PENDING = col(WebhookDelivery.status) == DeliveryStatus.PENDING
_ENABLED = col(WebhookEndpoint.status) == EndpointStatus.ENABLED

Rows = Sequence[RowMapping]


def database_now(session: Session, later: timedelta = timedelta()) -> ColumnElement[datetime]:
    """Give the database's own clock: workers whose clocks differ agree about a lease."""
    seconds = round(later.total_seconds())
    if session.get_bind().dialect.name == "postgresql":
        return func.clock_timestamp() + literal(later)
    # As SQLite stores instants, with microseconds; its clock knows milliseconds.
    text = func.strftime("%Y-%m-%d %H:%M:%f", "now", f"{seconds:+d} seconds", type_=String).concat("000")
    return type_coerce(text, UtcDateTime)


def _due(now: datetime) -> ColumnElement[bool]:
    unclaimed = col(WebhookDelivery.claimed_until).is_(None)
    return _PENDING & (col(WebhookDelivery.next_attempt_at) <= now) & unclaimed


def anything_to_do(session: Session, now: datetime) -> bool:
    """Tell whether an event waits to be fanned out, a delivery is due, or a worker was stopped at one."""
    waiting = exists().where(col(Event.fanned_out_at).is_(None))
    due = exists().where(_due(now), _ENABLED, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
    left = exists().where(col(WebhookDelivery.claimed_until) < database_now(session))
    return bool(session.execute(select(waiting | due | left)).scalar_one())


def waiting_events(session: Session, most: int) -> list[uuid.UUID]:
    """Hold events that are to be fanned out, oldest first, but none that another worker holds."""
    statement = (
        select(col(Event.id))
        .where(col(Event.fanned_out_at).is_(None))
        .order_by(col(Event.recorded_at), col(Event.sequence))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(session.execute(statement).scalars())


def takers(session: Session, vendor_ids: Collection[uuid.UUID]) -> Rows:
    """Hold the enabled endpoints of some vendors, so that none is deleted while deliveries are made for it."""
    statement = (
        select(
            col(WebhookEndpoint.id),
            col(WebhookEndpoint.vendor_id),
            col(WebhookEndpoint.event_types),
            col(WebhookEndpoint.created_at),
        )
        .where(col(WebhookEndpoint.vendor_id).in_(vendor_ids), _ENABLED)
        .order_by(col(WebhookEndpoint.id))
        .with_for_update(read=True)
    )
    return session.execute(statement).mappings().all()


def left_behind(session: Session) -> list[uuid.UUID]:
    """Hold the deliveries whose worker's lease has expired by the database's clock."""
    statement = (
        select(col(WebhookDelivery.id))
        .where(col(WebhookDelivery.claimed_until) < database_now(session))
        .with_for_update(skip_locked=True)
    )
    return list(session.execute(statement).scalars())


def endpoints_with_due(session: Session, now: datetime, count_to: int) -> Rows:
    """List enabled endpoints with what is due there, counted up to `count_to`, and how they fare; oldest first."""
    of_endpoint = col(WebhookDelivery.endpoint_id) == col(WebhookEndpoint.id)
    oldest = (
        select(func.min(col(WebhookDelivery.next_attempt_at)))
        .where(of_endpoint, _due(now))
        .correlate(WebhookEndpoint)
        .scalar_subquery()
    )
    first = select(literal(1).label("one")).where(of_endpoint, _due(now)).limit(count_to).correlate(WebhookEndpoint)
    due = select(func.count()).select_from(first.subquery()).correlate(WebhookEndpoint).scalar_subquery()
    listed = (
        select(col(WebhookEndpoint.id), col(WebhookEndpoint.vendor_id), oldest.label("oldest"), due.label("due"))
        .where(_ENABLED, exists().where(of_endpoint, _due(now)).correlate(WebhookEndpoint))
        .subquery()
    )
    statement = (
        select(listed, col(EndpointHealth.verified_at), col(EndpointHealth.failing_since))
        .join(EndpointHealth, col(EndpointHealth.endpoint_id) == listed.c.id)
        .order_by(listed.c.oldest)
    )
    return session.execute(statement).mappings().all()


def held_health(session: Session, endpoint_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Hold endpoints for a claim, but none that another worker is claiming for at this moment."""
    statement = (
        select(col(EndpointHealth.endpoint_id))
        .where(col(EndpointHealth.endpoint_id).in_(endpoint_ids))
        .with_for_update(skip_locked=True)
    )
    return set(session.execute(statement).scalars())


def busy(session: Session) -> tuple[Counter[uuid.UUID], Counter[uuid.UUID]]:
    """Count what is in flight, by whichever worker: to each endpoint, and to each vendor."""
    # Counted here: SQLite would read every delivery there is, to have them by endpoint, instead of the few claimed.
    statement = select(col(WebhookDelivery.endpoint_id), col(WebhookDelivery.vendor_id)).where(
        col(WebhookDelivery.claimed_until).is_not(None)
    )
    found = session.execute(statement).all()
    return Counter(endpoint for endpoint, _ in found), Counter(vendor for _, vendor in found)


def next_due(session: Session, now: datetime, numbers: dict[uuid.UUID, int]) -> list[uuid.UUID]:
    """List so many due deliveries of each endpoint, oldest first."""
    found: list[uuid.UUID] = []
    wanted = list(numbers.items())
    # SQLite takes up to 500 parts of one statement.
    for start in range(0, len(wanted), 400):
        parts = [_first(endpoint_id, number, now) for endpoint_id, number in wanted[start : start + 400]]
        found += session.execute(union_all(*parts)).scalars()
    return found


def _first(endpoint_id: uuid.UUID, number: int, now: datetime) -> Select[Any]:
    own = (
        select(col(WebhookDelivery.id))
        .where(col(WebhookDelivery.endpoint_id) == endpoint_id, _due(now))
        .order_by(col(WebhookDelivery.next_attempt_at), col(WebhookDelivery.id))
        .limit(number)
        .subquery()
    )
    return select(own.c.id)


def contents(session: Session, delivery_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, RowMapping]:
    """Give what each delivery carries and where it goes."""
    statement = (
        select(
            col(WebhookDelivery.id),
            col(Event.type),
            col(Event.body),
            col(Event.recorded_at),
            col(WebhookEndpoint.url),
            col(WebhookEndpoint.vendor_id),
        )
        .join(Event, col(Event.id) == col(WebhookDelivery.event_id))
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
        .where(col(WebhookDelivery.id).in_(delivery_ids))
    )
    return {row["id"]: row for row in session.execute(statement).mappings()}


def live_secrets(session: Session, endpoint_ids: Collection[uuid.UUID], now: datetime) -> dict[uuid.UUID, list[str]]:
    """Give the secrets that sign for each endpoint, the newest first, still encrypted."""
    expires = col(WebhookSecret.expires_at)
    statement = (
        select(col(WebhookSecret.endpoint_id), col(WebhookSecret.sealed))
        .where(col(WebhookSecret.endpoint_id).in_(endpoint_ids), expires.is_(None) | (expires > now))
        .order_by(expires.is_not(None), col(WebhookSecret.created_at).desc(), col(WebhookSecret.id).desc())
    )
    found: dict[uuid.UUID, list[str]] = {}
    for endpoint_id, sealed in session.execute(statement):
        found.setdefault(endpoint_id, []).append(sealed)
    return found


def allowed_networks(session: Session, vendor_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Give the private networks that each vendor's endpoints may lie in."""
    statement = select(col(WebhookNetwork.vendor_id), col(WebhookNetwork.cidr)).where(
        col(WebhookNetwork.vendor_id).in_(vendor_ids), col(WebhookNetwork.removed_at).is_(None)
    )
    found: dict[uuid.UUID, list[str]] = {}
    for vendor_id, cidr in session.execute(statement):
        found.setdefault(vendor_id, []).append(cidr)
    return found


def held_endpoints(session: Session, endpoint_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, RowMapping]:
    """Hold endpoints, in one order, while outcomes are noted there; gives their state and how they fare.

    How they fare is held before any delivery, as a claim does it, so that the two never wait for each other.
    """
    hold = (
        select(col(WebhookEndpoint.id))
        .where(col(WebhookEndpoint.id).in_(endpoint_ids))
        .order_by(col(WebhookEndpoint.id))
        .with_for_update(key_share=True)
    )
    session.execute(hold).all()
    statement = (
        select(
            col(WebhookEndpoint.id),
            col(WebhookEndpoint.service_center_id),
            col(WebhookEndpoint.vendor_id),
            col(WebhookEndpoint.url),
            col(WebhookEndpoint.status),
            col(WebhookEndpoint.version),
            col(EndpointHealth.verified_at),
            col(EndpointHealth.failing_since),
            col(EndpointHealth.last_failed_at),
            col(EndpointHealth.last_succeeded_at),
            col(EndpointHealth.runs),
        )
        .join(EndpointHealth, col(EndpointHealth.endpoint_id) == col(WebhookEndpoint.id))
        .where(col(WebhookEndpoint.id).in_(endpoint_ids))
        .order_by(col(WebhookEndpoint.id))
        .with_for_update(key_share=True, of=EndpointHealth)
    )
    return {row["id"]: row for row in session.execute(statement).mappings()}


def held_deliveries(session: Session, delivery_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, RowMapping]:
    """Hold deliveries, in one order, while their outcomes are noted."""
    statement = (
        select(
            col(WebhookDelivery.id),
            col(WebhookDelivery.status),
            col(WebhookDelivery.attempts),
            col(WebhookDelivery.claimed_until),
        )
        .where(col(WebhookDelivery.id).in_(delivery_ids))
        .order_by(col(WebhookDelivery.id))
        .with_for_update(key_share=True)
    )
    return {row["id"]: row for row in session.execute(statement).mappings()}


def old_events(before: datetime) -> Select[Any]:
    """Select the events that nobody can read any more."""
    return select(col(Event.id)).where(col(Event.recorded_at) < before)


def old_deliveries(before: datetime) -> Select[Any]:
    """Select the deliveries of such events."""
    return select(col(WebhookDelivery.id)).where(col(WebhookDelivery.event_id).in_(old_events(before)))


def old_attempts(before: datetime) -> Select[Any]:
    """Select the attempts at such deliveries."""
    return select(col(WebhookAttempt.id)).where(col(WebhookAttempt.delivery_id).in_(old_deliveries(before)))
