"""Registers the parties of a service center."""

import uuid

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from app import clock
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.access.service import grant
from app.features.audit.service import recording
from app.features.parties.errors import CodeTaken
from app.models import Counter, IssueType, ServiceCenter, Site, Vendor


def create_service_center(session: Session, caller: Caller, code: str, name: str) -> uuid.UUID:
    """Register a service center; whoever registers it may see it."""
    _refuse_taken(session, "code", code, col(ServiceCenter.code) == code)
    center = ServiceCenter(code=code, name=name, created_at=clock.now())
    # The head of the center's own chain, and with it the event, can only be written once the center is there.
    with recording(
        session, caller.actor, center.id, "service_center.registered", center.id, (ServiceCenter, _own(center))
    ):
        session.add(center)
        session.flush()
    grant(session, caller.actor, caller.principal_id, center.id)
    return center.id


def create_site(session: Session, caller: Caller, center: uuid.UUID, code: str, name: str) -> uuid.UUID:
    """Register a hall of a service center."""
    site = Site(service_center_id=center, code=code, name=name, created_at=clock.now())
    return _add(session, caller, site, "site.registered", "code")


def create_counter(
    session: Session, caller: Caller, center: uuid.UUID, site: uuid.UUID, code: str, name: str
) -> uuid.UUID:
    """Register a counter in a hall; from the first one on, findings name registered counters only."""
    if not session.exec(select(Site.id).where(Site.id == site, Site.service_center_id == center)).first():
        raise NotFound("There is no such site in this service center.", pointer="/site_id")
    counter = Counter(service_center_id=center, site_id=site, code=code, name=name, created_at=clock.now())
    return _add(session, caller, counter, "counter.registered", "code")


def create_vendor(
    session: Session,
    caller: Caller,
    center: uuid.UUID,
    name: str,
    credit_code: str | None = None,
    external_ref: str | None = None,
) -> uuid.UUID:
    """Register a vendor of a service center."""
    vendor = Vendor(
        service_center_id=center,
        name=name,
        credit_code=credit_code,
        external_ref=external_ref,
        created_at=clock.now(),
    )
    return _add(session, caller, vendor, "vendor.registered", "name")


def create_issue_type(
    session: Session, caller: Caller, center: uuid.UUID, code: str, name_zh: str, name_en: str | None = None
) -> uuid.UUID:
    """Add an entry to the catalogue that findings point to."""
    issue_type = IssueType(
        service_center_id=center, code=code, name_zh=name_zh, name_en=name_en, created_at=clock.now()
    )
    return _add(session, caller, issue_type, "issue_type.registered", "code")


def require_center(centers: tuple[uuid.UUID, ...], center: uuid.UUID, pointer: str = "/service_center_id") -> None:
    """Refuse a service center that is not the caller's, as if it were not there."""
    if center not in centers:
        raise NotFound("There is no such service center.", pointer=pointer)


def _add(
    session: Session, caller: Caller, row: Site | Counter | Vendor | IssueType, action: str, key: str
) -> uuid.UUID:
    """Add a row to its service center and give its id, unless another one there has the same key."""
    table = type(row)
    value: str = getattr(row, key)
    of_center = col(table.service_center_id) == row.service_center_id
    _refuse_taken(session, key, value, of_center, col(getattr(table, key)) == value)
    with recording(session, caller.actor, row.service_center_id, action, row.id, (table, _own(row))):
        session.add(row)
    return row.id


def _own(row: ServiceCenter | Site | Counter | Vendor | IssueType) -> ColumnElement[bool]:
    return col(type(row).id) == row.id


def _refuse_taken(session: Session, key: str, value: str, *same: ColumnElement[bool]) -> None:
    if session.exec(select(exists().where(*same))).one():
        raise CodeTaken(f"'{value}' is taken.", pointer=f"/{key}")
