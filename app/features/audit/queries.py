"""Every select over the audit."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, SQLColumnExpression, String, and_, case, cast, func, or_, select
from sqlmodel import Session, col

from app.features.audit.rows import BATCH, Unreadable, read_rows
from app.features.paging import Listing, Page, PageRequest, fetch, in_time, narrowed
from app.models import AuditEvent, AuditHead, Grant, MessageChannel, Principal, Token
from app.models.audit import SERVICE_CHAIN

_COLUMNS = tuple(AuditEvent.__table__.columns)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to list; None asks for all."""

    action: str | None = None
    actor: str | None = None
    principal_id: uuid.UUID | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    service_center_id: uuid.UUID | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def events(session: Session, centers: Collection[uuid.UUID], wanted: EventFilter, page: PageRequest) -> Page:
    """List the events of these service centers, and what was done about the principals of theirs alone."""
    return fetch(session, _listed(centers, wanted), col(AuditEvent.id), page)


def first_events(
    session: Session, centers: Collection[uuid.UUID], wanted: EventFilter, most: int
) -> Iterator[RowMapping]:
    """Stream the same, the oldest first, at most so many."""
    statement = _listed(centers, wanted).order_by(col(AuditEvent.id)).limit(most)
    return iter(session.execute(statement.execution_options(yield_per=BATCH)).mappings())


def _listed(centers: Collection[uuid.UUID], wanted: EventFilter) -> Listing:
    statement: Listing = select(*_COLUMNS).where(_visible(centers))
    columns = ("action", "actor", "principal_id", "subject_kind", "subject_id", "service_center_id", "request_id")
    return in_time(narrowed(statement, AuditEvent, wanted, columns), wanted, col(AuditEvent.recorded_at))


def _visible(centers: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Say which events these service centers may read.

    Of the service's own chain only acts about principals, their tokens and their channels, who are granted these
    service centers and no other: an act about somebody of several names all of them. What names the centers that were
    told of it stands in their own chains already, and is not listed twice.
    """
    elsewhere = select(col(Grant.principal_id)).where(col(Grant.service_center_id).not_in(centers))
    theirs = select(col(Grant.principal_id)).where(
        col(Grant.service_center_id).in_(centers), col(Grant.principal_id).not_in(elsewhere)
    )
    people = select(_digits(col(Principal.id))).where(col(Principal.id).in_(theirs))
    carried = select(_digits(col(Token.id))).where(col(Token.principal_id).in_(theirs))
    written_to = select(_digits(col(MessageChannel.id))).where(col(MessageChannel.principal_id).in_(theirs))
    subject = _digits(col(AuditEvent.subject_id))
    about = or_(subject.in_(people), subject.in_(carried), subject.in_(written_to))
    untold = cast(col(AuditEvent.details), String).not_like('%"service_centers":%')
    own = and_(col(AuditEvent.chain) == SERVICE_CHAIN, about, untold)
    return or_(col(AuditEvent.service_center_id).in_(centers), own)


def _digits(id_: SQLColumnExpression[Any]) -> SQLColumnExpression[str]:
    """Give an id by its digits alone: SQLite keeps ids so, PostgreSQL gives them with dashes, as subjects have them."""
    return func.replace(cast(id_, String), "-", "")


def all_events(session: Session) -> Iterator[dict[str, Any] | Unreadable]:
    """Read every event, chain by chain in the order of their numbers, the service's own chain first."""
    own_first = case((col(AuditEvent.chain) == SERVICE_CHAIN, 0), else_=1)
    return read_rows(session, AuditEvent, own_first, col(AuditEvent.chain), col(AuditEvent.number))


def chained_events(session: Session, chains: Collection[str]) -> Iterator[RowMapping]:
    """Stream the events of some chains, each in the order of their numbers."""
    statement = select(*_COLUMNS).where(col(AuditEvent.chain).in_(chains))
    ordered = statement.order_by(col(AuditEvent.chain), col(AuditEvent.number))
    return iter(session.execute(ordered.execution_options(yield_per=BATCH)).mappings())


def heads(session: Session, chains: Collection[str] | None = None) -> dict[str, tuple[int, str | None]]:
    """Read the last number and hash of every chain, or of some."""
    statement = select(col(AuditHead.chain), col(AuditHead.number), col(AuditHead.hash)).order_by(col(AuditHead.chain))
    if chains is not None:
        statement = statement.where(col(AuditHead.chain).in_(chains))
    return {chain: (number, hash_) for chain, number, hash_ in session.execute(statement)}
