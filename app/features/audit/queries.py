"""Every select over the audit."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlmodel import Session, col

from app.features.audit.rows import Unreadable, read_rows
from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import AuditEvent, AuditHead
from app.models.audit import SERVICE_CHAIN

_COLUMNS = tuple(AuditEvent.__table__.columns)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to list; None asks for all."""

    action: str | None = None
    actor: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    service_center_id: uuid.UUID | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def events(session: Session, centers: Collection[uuid.UUID], wanted: EventFilter, page: PageRequest) -> Page:
    """List the events of these service centers; the service's own chain names people of all and is nobody's here."""
    statement: Listing = select(*_COLUMNS).where(col(AuditEvent.service_center_id).in_(centers))
    for column in ("action", "actor", "subject_kind", "subject_id", "service_center_id", "request_id"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(col(getattr(AuditEvent, column)) == value)
    if wanted.since is not None:
        statement = statement.where(col(AuditEvent.recorded_at) >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(col(AuditEvent.recorded_at) < wanted.until)
    return fetch(session, statement, col(AuditEvent.id), page)


def all_events(session: Session) -> Iterator[dict[str, Any] | Unreadable]:
    """Read every event, chain by chain in the order of their numbers, the service's own chain first."""
    own_first = case((col(AuditEvent.chain) == SERVICE_CHAIN, 0), else_=1)
    return read_rows(session, AuditEvent, own_first, col(AuditEvent.chain), col(AuditEvent.number))


def heads(session: Session) -> dict[str, tuple[int, str | None]]:
    """Read the last number and hash of every chain."""
    statement = select(col(AuditHead.chain), col(AuditHead.number), col(AuditHead.hash)).order_by(col(AuditHead.chain))
    return {chain: (number, hash_) for chain, number, hash_ in session.execute(statement)}


def heads_for_update(session: Session, chains: Collection[str]) -> dict[str, tuple[int, str | None]]:
    """Read the last number and hash of some chains and hold them, in the order of their names."""
    statement = select(col(AuditHead.chain), col(AuditHead.number), col(AuditHead.hash))
    held = statement.where(col(AuditHead.chain).in_(chains)).order_by(col(AuditHead.chain)).with_for_update()
    return {chain: (number, hash_) for chain, number, hash_ in session.execute(held)}
