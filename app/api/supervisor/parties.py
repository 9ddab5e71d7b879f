"""Service centers, sites, counters, vendors, issue types."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from app.api.answers import Created, Db, created
from app.api.auth import CentersRead, CentersWrite, PartiesRead, PartiesWrite
from app.api.changing import Change, changes
from app.api.filters import IssueTypeCode
from app.api.ids import CENTER, SITE, CenterId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.features.parties import queries, service
from app.values import Code, ExternalRef, Name, Shape, ShortCode, shown

router = centers_room("parties")


class CodeAndName(Shape):
    """What a service center or a site is called."""

    code: ShortCode
    name: Name


class ServiceCenterIn(CodeAndName):
    """A service center to register."""

    model_config = shown({"code": "ZW-02", "name": "东城区政务服务中心"})


class SiteIn(CodeAndName):
    """A hall to register."""

    model_config = shown({"code": "H-2", "name": "二号大厅"})


class ServiceCenterOut(CodeAndName):
    """政务服务中心."""

    id: uuid.UUID
    created_at: datetime


class SiteOut(ServiceCenterOut):
    """大厅."""

    service_center_id: uuid.UUID


class CounterIn(CodeAndName):
    """A counter to register."""

    model_config = shown({"site_id": str(SITE), "code": "B-01", "name": "社保窗口"})

    site_id: uuid.UUID


class CounterOut(SiteOut):
    """窗口."""

    site_id: uuid.UUID


class VendorFields(Shape):
    """What is known of a vendor."""

    service_center_id: uuid.UUID
    name: Name
    credit_code: Annotated[
        str | None, Field(pattern=r"^[0-9A-Z]{18}$", description="统一社会信用代码, 18 figures and capitals.")
    ] = None
    external_ref: ExternalRef | None = None


class VendorIn(VendorFields):
    """A vendor to register."""

    model_config = shown(
        {"service_center_id": str(CENTER), "name": "华信人力服务有限公司", "credit_code": "91110101MA01ABCD2X"}
    )


class VendorOut(VendorFields):
    """服务供应商."""

    id: uuid.UUID
    created_at: datetime


class IssueTypeFields(Shape):
    """What an issue type is called."""

    service_center_id: uuid.UUID
    code: Code
    name_zh: Name
    name_en: Name | None = None


class IssueTypeIn(IssueTypeFields):
    """An issue type to add to the catalogue."""

    model_config = shown(
        {"service_center_id": str(CENTER), "code": "rude", "name_zh": "服务态度差", "name_en": "Rudeness"}
    )


class IssueTypeOut(IssueTypeFields):
    """问题类别."""

    id: uuid.UUID
    created_at: datetime


@router.get("/service-centers", response_model=PageOf[ServiceCenterOut])
def list_service_centers(who: CentersRead, db: Db, paging: Paged) -> Response:
    """List the caller's service centers."""
    with db.read() as session:
        page = queries.service_centers(session, who.centers, paging.page)
    return paging.answer([ServiceCenterOut.model_construct(**row) for row in page.rows], page.next_after)


@router.post("/service-centers", status_code=201, response_model=Created)
@changes()
def create_service_center(who: CentersWrite, change: Change, body: ServiceCenterIn) -> Response:
    """Register a service center; whoever registers it may see it."""
    id_ = service.create_service_center(change.session, who, body.code, body.name)
    return created(id_, "/v1/service-centers")


@router.get("/service-centers/{service_center_id}/sites", response_model=PageOf[SiteOut])
def list_sites(who: PartiesRead, db: Db, service_center_id: CenterId, paging: Paged) -> Response:
    """List the halls of a service center."""
    service.require_center(who.centers, service_center_id, "/path/service_center_id")
    with db.read() as session:
        page = queries.sites(session, service_center_id, paging.page)
    return paging.answer([SiteOut.model_construct(**row) for row in page.rows], page.next_after)


@router.post("/service-centers/{service_center_id}/sites", status_code=201, response_model=Created)
@changes()
def create_site(who: PartiesWrite, change: Change, service_center_id: CenterId, body: SiteIn) -> Response:
    """Register a hall."""
    service.require_center(who.centers, service_center_id, "/path/service_center_id")
    id_ = service.create_site(change.session, who, service_center_id, body.code, body.name)
    return created(id_, f"/v1/service-centers/{service_center_id}/sites")


@router.get("/service-centers/{service_center_id}/counters", response_model=PageOf[CounterOut])
def list_counters(who: PartiesRead, db: Db, service_center_id: CenterId, paging: Paged) -> Response:
    """List the counters of a service center."""
    service.require_center(who.centers, service_center_id, "/path/service_center_id")
    with db.read() as session:
        page = queries.counters(session, service_center_id, paging.page)
    return paging.answer([CounterOut.model_construct(**row) for row in page.rows], page.next_after)


@router.post("/service-centers/{service_center_id}/counters", status_code=201, response_model=Created)
@changes()
def create_counter(who: PartiesWrite, change: Change, service_center_id: CenterId, body: CounterIn) -> Response:
    """Register a counter; from the first one on, findings name registered counters only."""
    service.require_center(who.centers, service_center_id, "/path/service_center_id")
    id_ = service.create_counter(change.session, who, service_center_id, body.site_id, body.code, body.name)
    return created(id_, f"/v1/service-centers/{service_center_id}/counters")


VendorName = Annotated[
    str | None, Query(max_length=200, description="The whole name.", examples=["中经人力服务有限公司"])
]


@router.get("/vendors", response_model=PageOf[VendorOut])
def list_vendors(who: PartiesRead, db: Db, paging: Paged, name: VendorName = None) -> Response:
    """List the vendors of the caller's service centers."""
    with db.read() as session:
        page = queries.vendors(session, who.centers, paging.page, name)
    return paging.answer([VendorOut.model_construct(**row) for row in page.rows], page.next_after)


@router.post("/vendors", status_code=201, response_model=Created)
@changes()
def create_vendor(who: PartiesWrite, change: Change, body: VendorIn) -> Response:
    """Register a vendor of a service center."""
    service.require_center(who.centers, body.service_center_id)
    id_ = service.create_vendor(
        change.session, who, body.service_center_id, body.name, body.credit_code, body.external_ref
    )
    return created(id_, "/v1/vendors")


@router.get("/issue-types", response_model=PageOf[IssueTypeOut])
def list_issue_types(who: PartiesRead, db: Db, paging: Paged, code: IssueTypeCode = None) -> Response:
    """List the issue types of the caller's service centers."""
    with db.read() as session:
        page = queries.issue_types(session, who.centers, paging.page, code)
    return paging.answer([IssueTypeOut.model_construct(**row) for row in page.rows], page.next_after)


@router.post("/issue-types", status_code=201, response_model=Created)
@changes()
def create_issue_type(who: PartiesWrite, change: Change, body: IssueTypeIn) -> Response:
    """Add an issue type to a service center's catalogue."""
    service.require_center(who.centers, body.service_center_id)
    id_ = service.create_issue_type(change.session, who, body.service_center_id, body.code, body.name_zh, body.name_en)
    return created(id_, "/v1/issue-types")
