"""Every select over the alerts."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, or_, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import Alert, Contract
from app.models.words import AlertKind, AlertStatus, Severity

StoredAlerts = Mapping[tuple[uuid.UUID | None, str], RowMapping]

_COLUMNS: Columns = (
    col(Alert.id),
    col(Alert.kind),
    col(Alert.status),
    col(Alert.severity),
    col(Alert.service_center_id),
    col(Alert.contract_id),
    col(Alert.subject),
    col(Alert.since),
    col(Alert.until),
    col(Alert.facts),
    col(Alert.taken_up_on),
    col(Alert.taken_up_by),
    col(Alert.accepted_on),
    col(Alert.accepted_by),
    col(Alert.accepted_reason),
    col(Alert.version),
    col(Alert.recorded_at),
    col(Alert.updated_at),
)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to list; None asks for all."""

    kind: AlertKind | None = None
    status: AlertStatus | None = None
    severity: Severity | None = None
    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    since_from: date | None = None
    since_to: date | None = None


def stored_by_key(session: Session, kind: AlertKind, contract_id: uuid.UUID | None = None) -> StoredAlerts:
    """Read the alerts of a kind, or those of one contract, by what finds them again."""
    statement = select(*_COLUMNS).where(col(Alert.kind) == kind)
    if contract_id is not None:
        statement = statement.where(col(Alert.contract_id) == contract_id)
    return {(row["contract_id"], row["subject"]): row for row in session.execute(statement).mappings()}


def vendors_of_open(session: Session, kind: AlertKind) -> dict[uuid.UUID, uuid.UUID]:
    """Give the vendor of each contract that has an unresolved alert of a kind."""
    unresolved = select(col(Alert.contract_id)).where(col(Alert.kind) == kind, col(Alert.until).is_(None))
    statement = select(col(Contract.id), col(Contract.vendor_id)).where(col(Contract.id).in_(unresolved))
    return {row.id: row.vendor_id for row in session.execute(statement)}


def alert_for_update(session: Session, centers: Collection[uuid.UUID], alert_id: uuid.UUID) -> RowMapping | None:
    """Read one alert of these service centers and hold it to the end of the transaction."""
    statement = select(*_COLUMNS).where(col(Alert.id) == alert_id, visible(centers)).with_for_update()
    return session.execute(statement).mappings().one_or_none()


def versions_for_update(session: Session, alert_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Read the versions of some alerts and hold them to the end of the transaction."""
    statement = select(col(Alert.id), col(Alert.version)).where(col(Alert.id).in_(alert_ids))
    rows = session.execute(statement.order_by(col(Alert.id)).with_for_update())
    return dict(rows.all())


def alert(session: Session, centers: Collection[uuid.UUID], alert_id: uuid.UUID) -> RowMapping | None:
    """Read one alert of these service centers."""
    statement = select(*_COLUMNS).where(col(Alert.id) == alert_id, visible(centers))
    return session.execute(statement).mappings().one_or_none()


def alerts(session: Session, centers: Collection[uuid.UUID], wanted: AlertFilter, page: PageRequest) -> Page:
    """List the alerts of these service centers, and those of the service itself."""
    statement: Listing = select(*_COLUMNS).where(visible(centers))
    for column in ("kind", "status", "severity", "contract_id", "service_center_id"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(col(getattr(Alert, column)) == value)
    if wanted.since_from is not None:
        statement = statement.where(col(Alert.since) >= wanted.since_from)
    if wanted.since_to is not None:
        statement = statement.where(col(Alert.since) <= wanted.since_to)
    return fetch(session, statement, col(Alert.id), page)


def ids_by_key(
    session: Session, contract_ids: Collection[uuid.UUID]
) -> dict[tuple[AlertKind, uuid.UUID | None, str], uuid.UUID]:
    """Find the stored alerts of contracts, to name them in a view of the past."""
    statement = select(col(Alert.kind), col(Alert.contract_id), col(Alert.subject), col(Alert.id)).where(
        or_(col(Alert.contract_id).in_(contract_ids), col(Alert.contract_id).is_(None))
    )
    return {(kind, contract, subject): id_ for kind, contract, subject, id_ in session.execute(statement)}


def visible(centers: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Say in SQL which alerts are shown to service centers: their own, and those of the service itself."""
    return or_(col(Alert.service_center_id).in_(centers), col(Alert.service_center_id).is_(None))
