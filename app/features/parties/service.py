"""Registers the parties of a service center."""

import uuid
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from app import clock
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.access.service import grant
from app.features.parties.errors import CodeTaken
from app.models import Counter, IssueType, ServiceCenter, Site, Vendor


def create_service_center(session: Session, caller: Caller, code: str, name: str) -> uuid.UUID:
    """Register a service center; whoever registers it may see it."""
    _refuse_taken(session, ServiceCenter, "code", code)
    center = ServiceCenter(code=code, name=name, created_at=clock.now())
    session.add(center)
    session.flush()
    grant(session, caller.principal_id, center.id)
    return center.id


def create_site(session: Session, center: uuid.UUID, code: str, name: str) -> uuid.UUID:
    """Register a hall of a service center."""
    return _create(session, Site, "code", service_center_id=center, code=code, name=name)


def create_counter(session: Session, center: uuid.UUID, site: uuid.UUID, code: str, name: str) -> uuid.UUID:
    """Register a counter in a hall; from the first one on, findings name registered counters only."""
    if not session.exec(select(Site.id).where(Site.id == site, Site.service_center_id == center)).first():
        raise NotFound("There is no such site in this service center.", pointer="/site_id")
    return _create(session, Counter, "code", service_center_id=center, site_id=site, code=code, name=name)


def create_vendor(
    session: Session, center: uuid.UUID, name: str, credit_code: str | None = None, external_ref: str | None = None
) -> uuid.UUID:
    """Register a vendor of a service center."""
    more = {"credit_code": credit_code, "external_ref": external_ref}
    return _create(session, Vendor, "name", service_center_id=center, name=name, **more)


def create_issue_type(
    session: Session, center: uuid.UUID, code: str, name_zh: str, name_en: str | None = None
) -> uuid.UUID:
    """Add an entry to the catalogue that findings point to."""
    return _create(session, IssueType, "code", service_center_id=center, code=code, name_zh=name_zh, name_en=name_en)


def require_center(centers: tuple[uuid.UUID, ...], center: uuid.UUID, pointer: str = "/service_center_id") -> None:
    """Refuse a service center that is not the caller's, as if it were not there."""
    if center not in centers:
        raise NotFound("There is no such service center.", pointer=pointer)


def _create(session: Session, table: type[SQLModel], key: str, **values: Any) -> uuid.UUID:  # noqa: ANN401 columns
    _refuse_taken(session, table, key, values[key], values["service_center_id"])
    row = table(created_at=clock.now(), **values)
    session.add(row)
    session.flush()
    return row.id  # type: ignore[attr-defined, no-any-return]


def _refuse_taken(
    session: Session, table: type[SQLModel], key: str, value: str, center: uuid.UUID | None = None
) -> None:
    statement = select(table).where(col(getattr(table, key)) == value)
    if center is not None:
        statement = statement.where(table.service_center_id == center)  # type: ignore[attr-defined]
    if session.exec(statement).first():
        raise CodeTaken(f"'{value}' is taken.", pointer=f"/{key}")
