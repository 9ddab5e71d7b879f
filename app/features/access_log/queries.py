"""Every select over the access log."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Text, and_, cast, false, func, or_, select
from sqlmodel import Session, col

from app.features.access.queries import OWNED
from app.features.audit.rows import BATCH
from app.features.paging import Listing, Page, PageRequest, fetch, in_time, narrowed
from app.models import AccessLogEntry, AuditEvent, Grant, Principal, ServiceCenter
from app.models.words import AccessKind, Role

_COLUMNS = tuple(AccessLogEntry.__table__.columns)  # type: ignore[attr-defined]

Owner = tuple[uuid.UUID | None, uuid.UUID | None]
"""Service center and vendor."""


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries to list; None asks for all."""

    kind: AccessKind | None = None
    principal: str | None = None
    principal_id: uuid.UUID | None = None
    route: str | None = None
    subject_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(session: Session, centers: Collection[uuid.UUID], wanted: EntryFilter, page: PageRequest) -> Page:
    """List what was seen in these service centers, the oldest first."""
    return fetch(session, _listed(centers, wanted), col(AccessLogEntry.id), page)


def first_entries(
    session: Session, centers: Collection[uuid.UUID], wanted: EntryFilter, most: int
) -> Iterator[RowMapping]:
    """Stream the same, at most so many, each with the code of its service center."""
    listed = _listed(centers, wanted).add_columns(col(ServiceCenter.code).label("service_center"))
    of_center = col(ServiceCenter.id) == col(AccessLogEntry.service_center_id)
    statement = listed.join(ServiceCenter, of_center, isouter=True).order_by(col(AccessLogEntry.id)).limit(most)
    return iter(session.execute(statement.execution_options(yield_per=BATCH)).mappings())


def _listed(centers: Collection[uuid.UUID], wanted: EntryFilter) -> Listing:
    statement: Listing = select(*_COLUMNS).where(_visible(centers))
    if wanted.subject_id is not None:
        # An id in canonical JSON stands between quotes.
        written = cast(col(AccessLogEntry.subjects), Text)
        statement = statement.where(written.contains(f'"{wanted.subject_id}"'))
    columns = ("kind", "principal", "principal_id", "route", "service_center_id")
    return in_time(narrowed(statement, AccessLogEntry, wanted, columns), wanted, col(AccessLogEntry.occurred_at))


def _visible(centers: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Say what concerns these service centers.

    What was theirs; of those who may see several, what was nobody's in particular, such as a list; and what strangers
    were refused, which names nobody and nothing, for whoever sees any service center at all.
    """
    if not centers:
        return false()
    people = select(col(Grant.principal_id)).where(col(Grant.service_center_id).in_(centers))
    whose = col(AccessLogEntry.principal_id)
    return or_(
        col(AccessLogEntry.service_center_id).in_(centers),
        and_(col(AccessLogEntry.service_center_id).is_(None), or_(whose.is_(None), whose.in_(people))),
    )


def owners(session: Session, parameter: str, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Owner]:
    """Find whose the things are that a path parameter was given, in one statement; what is of several is nobody's."""
    statement, key = OWNED[parameter]
    found: dict[uuid.UUID, Owner] = {}
    for center, vendor, named in session.execute(statement.add_columns(key.label("named")).where(key.in_(ids))):
        # What has no vendor names its service center a second time.
        owner = (center, None if vendor == center else vendor)
        found[named] = owner if found.get(named, owner) == owner else (None, None)
    return found


@dataclass(slots=True)
class Known:
    """A principal as entries name it."""

    name: str
    role: Role
    vendor_id: uuid.UUID | None
    centers: tuple[uuid.UUID, ...] = ()


def principals(session: Session, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID | None, Known]:
    """Read principals with the service centers that they may see, in one statement."""
    columns = (col(Principal.id), col(Principal.name), col(Principal.role), col(Principal.vendor_id))
    joined = (
        select(*columns, col(Grant.service_center_id))
        .join(Grant, col(Grant.principal_id) == col(Principal.id), isouter=True)
        .where(col(Principal.id).in_(ids))
        .order_by(col(Grant.service_center_id))
    )
    found: dict[uuid.UUID | None, Known] = {}
    for id_, name, role, vendor_id, center in session.execute(joined):
        known = found.setdefault(id_, Known(name, role, vendor_id))
        known.centers += () if center is None else (center,)
    return found


def last_digested(session: Session) -> date | None:
    """Give the last day that a night has digested, of the entries that are kept."""
    found: date | None = session.execute(select(func.max(col(AccessLogEntry.digested_on)))).scalar()
    return found


def digested(session: Session, day: date) -> Iterator[RowMapping]:
    """Stream the entries of a digest in the order in which they are hashed: by service center, then by id."""
    statement = select(*_COLUMNS).where(col(AccessLogEntry.digested_on) == day)
    ordered = statement.order_by(col(AccessLogEntry.service_center_id), col(AccessLogEntry.id))
    return iter(session.execute(ordered.execution_options(yield_per=BATCH)).mappings())


def is_kept(session: Session, through: date) -> bool:
    """Tell whether any entry of the digests up to a day is still there."""
    statement = select(col(AccessLogEntry.id)).where(col(AccessLogEntry.digested_on) <= through)
    return session.execute(statement.limit(1)).first() is not None


def acts(session: Session, action: str) -> Iterator[tuple[str, uuid.UUID | None, Mapping[str, Any]]]:
    """Give subject, service center and details of every act of a name, in the order of their making."""
    columns = (col(AuditEvent.subject_id), col(AuditEvent.service_center_id), col(AuditEvent.details))
    rows = session.execute(select(*columns).where(col(AuditEvent.action) == action).order_by(col(AuditEvent.id)))
    return ((subject, center, details) for subject, center, details in rows)
