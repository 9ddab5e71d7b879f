"""Every select over the alerts."""

import functools
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Text, bindparam, or_, select, type_coerce
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, comparing, fetch_page, given, paged
from app.models import Alert, Contract
from app.models.words import AlertKind, AlertStatus, Severity

StoredAlerts = Mapping[tuple[uuid.UUID | None, str], "StoredAlert"]

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


class StoredAlert(NamedTuple):
    """As much of a stored alert as a night compares; `facts` is canonical text."""

    id: uuid.UUID
    contract_id: uuid.UUID | None
    subject: str
    version: int
    status: AlertStatus
    severity: Severity
    since: date
    until: date | None
    facts: str
    accepted_on: date | None


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


def stored_by_key(session: Session, kind: AlertKind, *which: ColumnElement[bool]) -> StoredAlerts:
    """Read the alerts of a kind, or those of some contracts, by what finds them again."""
    statement = select(*_compared()).where(col(Alert.kind) == kind, *which)
    stored = (StoredAlert._make(row) for row in session.connection().execute(statement))
    return {(alert.contract_id, alert.subject): alert for alert in stored}


def of_kind(session: Session, kind: AlertKind) -> dict[tuple[uuid.UUID | None, str], RowMapping]:
    """Read the alerts of a kind whole, by what finds them again."""
    rows = session.execute(select(*_COLUMNS).where(col(Alert.kind) == kind)).mappings()
    return {(row["contract_id"], row["subject"]): row for row in rows}


def _compared() -> Columns:
    """Name the columns of a `StoredAlert`; facts stay text, since most alerts are as they should be."""
    columns = {name: col(getattr(Alert, name)) for name in StoredAlert._fields}
    return tuple((columns | {"facts": type_coerce(columns["facts"], Text)}).values())


def is_stored(session: Session, kind: AlertKind, contract_id: uuid.UUID, subject: str) -> bool:
    """Tell whether there is an alert of a kind about a subject of a contract on record, resolved or not."""
    wanted = {"kind": kind, "contract": contract_id, "subject": subject}
    return session.connection().execute(_STORED, wanted).first() is not None


_STORED = select(col(Alert.id)).where(
    col(Alert.kind) == bindparam("kind"),
    col(Alert.contract_id) == bindparam("contract"),
    col(Alert.subject) == bindparam("subject"),
)


def vendors_of(session: Session, contract_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Give the vendor of each of some contracts."""
    statement = select(col(Contract.id), col(Contract.vendor_id)).where(col(Contract.id).in_(contract_ids))
    return {row.id: row.vendor_id for row in session.execute(statement)}


def alert_for_update(session: Session, centers: Collection[uuid.UUID], alert_id: uuid.UUID) -> RowMapping | None:
    """Read one alert of these service centers and hold it to the end of the transaction."""
    statement = select(*_COLUMNS).where(col(Alert.id) == alert_id, visible(centers)).with_for_update()
    return session.execute(statement).mappings().one_or_none()


def rows_for_update(session: Session, alert_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Read some alerts as they stand and hold them to the end of the transaction."""
    statement = select(*_COLUMNS).where(col(Alert.id).in_(alert_ids))
    rows = session.execute(statement.order_by(col(Alert.id)).with_for_update()).mappings()
    return {row["id"]: dict(row) for row in rows}


def alert(session: Session, centers: Collection[uuid.UUID], alert_id: uuid.UUID) -> RowMapping | None:
    """Read one alert of these service centers."""
    statement = select(*_COLUMNS).where(col(Alert.id) == alert_id, visible(centers))
    return session.execute(statement).mappings().one_or_none()


_COMPARED = ("kind", "status", "severity", "contract_id", "service_center_id")


@functools.cache
def _listed(names: frozenset[str], kind: tuple[bool, bool]) -> Listing:
    """Put the list together for the filters that are given, once."""
    at_centers = col(Alert.service_center_id).in_(bindparam("centers", expanding=True))
    # Of one center there is nothing that is of none: said so, an index finds the page in its order.
    whose = at_centers if "service_center_id" in names else or_(at_centers, col(Alert.service_center_id).is_(None))
    statement: Listing = select(*_COLUMNS).where(whose)
    statement = comparing(statement, Alert, _COMPARED, names)
    if "since_from" in names:
        statement = statement.where(col(Alert.since) >= bindparam("since_from"))
    if "since_to" in names:
        statement = statement.where(col(Alert.since) <= bindparam("since_to"))
    return paged(statement, kind, col(Alert.id))


def alerts(session: Session, centers: Collection[uuid.UUID], wanted: AlertFilter, page: PageRequest) -> Page:
    """List the alerts of these service centers, and those of the service itself."""
    values = given(wanted, (*_COMPARED, "since_from", "since_to"))
    return fetch_page(session, _listed(frozenset(values), page.kind), page, values | {"centers": centers})


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
