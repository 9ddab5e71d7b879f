"""Selects over endpoints, their secrets and health, and the networks that they may lie in."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, Select, func, or_, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import (
    EndpointHealth,
    Event,
    Vendor,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookNetwork,
    WebhookSecret,
)
from app.models.words import DeliveryStatus, DisabledBecause, EndpointStatus

_ENDPOINT: Columns = (
    col(WebhookEndpoint.id),
    col(WebhookEndpoint.url),
    col(WebhookEndpoint.description),
    col(WebhookEndpoint.event_types),
    col(WebhookEndpoint.status),
    col(WebhookEndpoint.disabled_because),
    col(WebhookEndpoint.disabled_at),
    col(WebhookEndpoint.version),
    col(WebhookEndpoint.created_at),
    col(WebhookEndpoint.updated_at),
    col(EndpointHealth.verified_at),
    col(EndpointHealth.failing_since),
    col(EndpointHealth.last_failed_at),
    col(EndpointHealth.last_succeeded_at),
)
_NETWORK: Columns = (
    col(WebhookNetwork.id),
    col(WebhookNetwork.service_center_id),
    col(WebhookNetwork.vendor_id),
    col(WebhookNetwork.cidr),
    col(WebhookNetwork.reason),
    col(WebhookNetwork.added_by),
    col(WebhookNetwork.added_at),
    col(WebhookNetwork.removed_at),
    col(WebhookNetwork.removed_by),
)


def center_of_vendor_for_update(session: Session, vendor_id: uuid.UUID) -> uuid.UUID | None:
    """Give a vendor's service center, holding the vendor: of two who register an endpoint at once the second waits."""
    statement = select(col(Vendor.service_center_id)).where(col(Vendor.id) == vendor_id)
    return session.scalars(statement.with_for_update(key_share=True)).one_or_none()


def vendor_of_centers_for_update(
    session: Session, centers: Collection[uuid.UUID], vendor_id: uuid.UUID
) -> uuid.UUID | None:
    """Give the service center of a vendor of these service centers, holding the vendor."""
    statement = select(col(Vendor.service_center_id)).where(
        col(Vendor.id) == vendor_id, col(Vendor.service_center_id).in_(centers)
    )
    return session.scalars(statement.with_for_update(key_share=True)).one_or_none()


def endpoints_of(session: Session, vendor_id: uuid.UUID) -> int:
    """Count a vendor's endpoints; deleted ones are gone."""
    statement = select(func.count()).where(
        col(WebhookEndpoint.vendor_id) == vendor_id, col(WebhookEndpoint.status) != EndpointStatus.DELETED
    )
    return session.scalars(statement).one()


def _endpoints(vendor_id: uuid.UUID) -> Listing:
    statement: Listing = select(*_ENDPOINT).join(
        EndpointHealth, col(EndpointHealth.endpoint_id) == col(WebhookEndpoint.id), isouter=True
    )
    return statement.where(
        col(WebhookEndpoint.vendor_id) == vendor_id, col(WebhookEndpoint.status) != EndpointStatus.DELETED
    )


def endpoints(session: Session, vendor_id: uuid.UUID, page: PageRequest, status: EndpointStatus | None = None) -> Page:
    """List a vendor's endpoints with how they fare."""
    statement = _endpoints(vendor_id)
    if status is not None:
        statement = statement.where(col(WebhookEndpoint.status) == status)
    return fetch(session, statement, col(WebhookEndpoint.id), page)


def endpoint(session: Session, vendor_id: uuid.UUID, endpoint_id: uuid.UUID) -> RowMapping | None:
    """Read one endpoint of a vendor with how it fares."""
    statement = _endpoints(vendor_id).where(col(WebhookEndpoint.id) == endpoint_id)
    return session.execute(statement).mappings().one_or_none()


def endpoint_row(session: Session, vendor_id: uuid.UUID, endpoint_id: uuid.UUID) -> WebhookEndpoint | None:
    """Read one endpoint of a vendor; a deleted one is not there."""
    return session.scalars(_row(vendor_id, endpoint_id)).one_or_none()


def endpoint_for_update(session: Session, vendor_id: uuid.UUID, endpoint_id: uuid.UUID) -> WebhookEndpoint | None:
    """Read one endpoint of a vendor and hold it to the end of the transaction; a deleted one is not there."""
    held = _row(vendor_id, endpoint_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).one_or_none()


def _row(vendor_id: uuid.UUID, endpoint_id: uuid.UUID) -> Select[WebhookEndpoint]:
    return select(WebhookEndpoint).where(
        col(WebhookEndpoint.id) == endpoint_id,
        col(WebhookEndpoint.vendor_id) == vendor_id,
        col(WebhookEndpoint.status) != EndpointStatus.DELETED,
    )


def live_secrets(session: Session, endpoint_ids: Collection[uuid.UUID], now: datetime) -> Sequence[RowMapping]:
    """Give when the live secrets of endpoints were made and until when they sign, the current one first."""
    statement = (
        select(
            col(WebhookSecret.id),
            col(WebhookSecret.endpoint_id),
            col(WebhookSecret.created_at),
            col(WebhookSecret.expires_at),
        )
        .where(
            col(WebhookSecret.endpoint_id).in_(endpoint_ids),
            or_(col(WebhookSecret.expires_at).is_(None), col(WebhookSecret.expires_at) > now),
        )
        .order_by(col(WebhookSecret.created_at).desc(), col(WebhookSecret.id).desc())
    )
    return session.execute(statement).mappings().all()


def disabled_endpoints(
    session: Session, until: datetime, centers: Collection[uuid.UUID] | None
) -> Sequence[RowMapping]:
    """Read the endpoints that are disabled since before an instant, and not because their vendor said so."""
    statement: Listing = (
        select(
            col(WebhookEndpoint.id),
            col(WebhookEndpoint.service_center_id),
            col(WebhookEndpoint.url),
            col(WebhookEndpoint.disabled_because),
            col(WebhookEndpoint.disabled_at),
            col(Vendor.name).label("vendor"),
        )
        .join(Vendor, col(Vendor.id) == col(WebhookEndpoint.vendor_id))
        .where(
            col(WebhookEndpoint.status) == EndpointStatus.DISABLED,
            col(WebhookEndpoint.disabled_because) != DisabledBecause.BY_VENDOR,
            col(WebhookEndpoint.disabled_at) < until,
        )
    )
    if centers is not None:
        statement = statement.where(col(WebhookEndpoint.service_center_id).in_(centers))
    return session.execute(statement.order_by(col(WebhookEndpoint.id))).mappings().all()


def networks(session: Session, vendor_id: uuid.UUID, page: PageRequest, *, removed: bool | None = None) -> Page:
    """List the private networks that a vendor's endpoints may lie in, removed ones too unless told otherwise."""
    statement: Listing = select(*_NETWORK).where(col(WebhookNetwork.vendor_id) == vendor_id)
    if removed is not None:
        gone = col(WebhookNetwork.removed_at).is_not(None)
        statement = statement.where(gone if removed else ~gone)
    return fetch(session, statement, col(WebhookNetwork.id), page)


def allowed_networks(session: Session, vendor_id: uuid.UUID) -> list[str]:
    """Give the private networks that a vendor's endpoints may lie in now."""
    statement = select(col(WebhookNetwork.cidr)).where(
        col(WebhookNetwork.vendor_id) == vendor_id, col(WebhookNetwork.removed_at).is_(None)
    )
    return list(session.scalars(statement.order_by(col(WebhookNetwork.id))))


def network(session: Session, centers: Collection[uuid.UUID], network_id: uuid.UUID) -> RowMapping | None:
    """Read one network of these service centers."""
    statement = select(*_NETWORK).where(
        col(WebhookNetwork.id) == network_id, col(WebhookNetwork.service_center_id).in_(centers)
    )
    return session.execute(statement).mappings().one_or_none()


def network_for_update(session: Session, centers: Collection[uuid.UUID], network_id: uuid.UUID) -> RowMapping | None:
    """Read one network of these service centers and hold it to the end of the transaction."""
    statement = select(*_NETWORK).where(
        col(WebhookNetwork.id) == network_id, col(WebhookNetwork.service_center_id).in_(centers)
    )
    return session.execute(statement.with_for_update()).mappings().one_or_none()


def waiting_since(session: Session, now: datetime) -> datetime | None:
    """Give the moment from which the oldest event or delivery that is due has waited; None where none waits."""
    told = select(func.min(col(Event.recorded_at))).where(col(Event.fanned_out_at).is_(None))
    due = select(func.min(col(WebhookDelivery.next_attempt_at))).where(
        col(WebhookDelivery.status) == DeliveryStatus.PENDING, col(WebhookDelivery.next_attempt_at) <= now
    )
    found = (session.execute(statement).scalar_one() for statement in (told, due))
    return min((since for since in found if since is not None), default=None)
