"""Every select over the parties; each takes whose they are."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session, col

from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Counter, IssueType, ServiceCenter, Site, Vendor


def service_centers(session: Session, centers: Collection[uuid.UUID], page: PageRequest) -> Page:
    """List the service centers that are the caller's."""
    key = col(ServiceCenter.id)
    columns = select(key, col(ServiceCenter.code), col(ServiceCenter.name), col(ServiceCenter.created_at))
    return fetch(session, columns.where(key.in_(centers)), key, page)


def sites(session: Session, center: uuid.UUID, page: PageRequest) -> Page:
    """List the halls of a service center."""
    columns = select(col(Site.id), col(Site.service_center_id), col(Site.code), col(Site.name), col(Site.created_at))
    return fetch(session, columns.where(col(Site.service_center_id) == center), col(Site.id), page)


def counters(session: Session, center: uuid.UUID, page: PageRequest) -> Page:
    """List the counters of a service center."""
    columns = select(
        col(Counter.id),
        col(Counter.service_center_id),
        col(Counter.site_id),
        col(Counter.code),
        col(Counter.name),
        col(Counter.created_at),
    )
    return fetch(session, columns.where(col(Counter.service_center_id) == center), col(Counter.id), page)


def vendors(session: Session, centers: Collection[uuid.UUID], page: PageRequest, name: str | None = None) -> Page:
    """List the vendors of the caller's service centers."""
    statement: Listing = select(
        col(Vendor.id),
        col(Vendor.service_center_id),
        col(Vendor.name),
        col(Vendor.credit_code),
        col(Vendor.external_ref),
        col(Vendor.created_at),
    ).where(col(Vendor.service_center_id).in_(centers))
    if name is not None:
        statement = statement.where(col(Vendor.name) == name)
    return fetch(session, statement, col(Vendor.id), page)


def issue_types(session: Session, centers: Collection[uuid.UUID], page: PageRequest, code: str | None = None) -> Page:
    """List the issue types of the caller's service centers."""
    statement: Listing = select(
        col(IssueType.id),
        col(IssueType.service_center_id),
        col(IssueType.code),
        col(IssueType.name_zh),
        col(IssueType.name_en),
        col(IssueType.created_at),
    ).where(col(IssueType.service_center_id).in_(centers))
    if code is not None:
        statement = statement.where(col(IssueType.code) == code)
    return fetch(session, statement, col(IssueType.id), page)


def issue_type_codes(session: Session, service_center_id: uuid.UUID) -> frozenset[str]:
    """Read the codes of all issue types of a centre."""
    statement = select(col(IssueType.code)).where(col(IssueType.service_center_id) == service_center_id)
    return frozenset(session.execute(statement).scalars())
