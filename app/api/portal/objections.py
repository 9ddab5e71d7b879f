"""The vendor's objections (异议) to what it is paid: file one, read what became of it."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Created, Db, answer, created, etag
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.ids import ObjectionId, OfContract, PayoutId, SettlementId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.evidence.queries import of_subject
from app.features.settlements.objections import queries, service
from app.features.settlements.objections.queries import ObjectionFilter
from app.features.settlements.objections.service import Grounds
from app.models.words import ObjectionRemedy, ObjectionState
from app.values import Day, Note, Out, Shape, shown

router = vendors_room("portal")

Files = Annotated[list[uuid.UUID], Field(max_length=20, description="Files of `POST /v1/portal/evidence`.")]
State = Annotated[ObjectionState | None, Query(description="Only those that have come so far.", examples=["accepted"])]


class LineObjectionIn(Shape):
    """Which line of the settlement, and why."""

    model_config = shown({"line": 1, "grounds": "8月12日的扣款已申诉成立，不应计入"})

    line: Annotated[int, Field(strict=True, ge=1, le=1_000_000, description="`number` of the line.")]
    grounds: Note
    evidence: Files = []  # noqa: RUF012 pydantic copies it


class PayoutObjectionIn(Shape):
    """Why the vendor objects to the payout."""

    model_config = shown({"grounds": "年度考核得分计算有误"})

    grounds: Note
    evidence: Files = []  # noqa: RUF012 pydantic copies it


class PortalRemedy(Out):
    """By what act an accepted objection is put right, and the month whose record that is."""

    act: ObjectionRemedy
    period: str | None


class PortalObjection(Out):
    """An objection to a line of a settlement, or to a payout, and its answer."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    settlement_id: uuid.UUID | None
    payment_period: str | None
    line: int | None
    payout_id: uuid.UUID | None
    payout: str | None
    grounds: str
    filed_on: Day
    state: ObjectionState
    answered_on: Day | None
    reason: Annotated[str | None, Field(description="Of the answer.")]
    remedy: Annotated[PortalRemedy | None, Field(description="Where it was accepted.")]
    version: int
    created_at: datetime
    updated_at: datetime


class PortalObjectionFile(Out):
    """A file of an objection."""

    id: uuid.UUID
    name: str
    size: int
    sha256: str
    media_type: str | None


class PortalObjectionDetail(PortalObjection):
    """An objection with its files."""

    evidence: list[PortalObjectionFile]


@router.post("/settlements/{settlement_id}/objection", status_code=201, response_model=Created)
@changes(key_required=True)
def object_to_settlement(
    who: VendorWrite, change: Change, settlement_id: SettlementId, body: LineObjectionIn
) -> Response:
    """Object to a line of an approved settlement before it is paid in full, once; paying it is not held up."""
    grounds = Grounds(text=body.grounds, evidence=body.evidence)
    id_ = service.object_to_line(change.session, who, company(who), settlement_id, body.line, grounds)
    return created(id_, f"/v1/portal/objections/{id_}")


@router.post("/payouts/{payout_id}/objection", status_code=201, response_model=Created)
@changes(key_required=True)
def object_to_payout(who: VendorWrite, change: Change, payout_id: PayoutId, body: PayoutObjectionIn) -> Response:
    """Object to an approved payout before it is paid in full, once; paying it is not held up."""
    grounds = Grounds(text=body.grounds, evidence=body.evidence)
    id_ = service.object_to_payout(change.session, who, company(who), payout_id, grounds)
    return created(id_, f"/v1/portal/objections/{id_}")


@router.get("/objections", response_model=PageOf[PortalObjection])
def list_portal_objections(
    who: Vendor,
    db: Db,
    paging: Paged,
    contract_id: OfContract = None,
    state: State = None,
) -> Response:
    """List the vendor's own objections."""
    wanted = ObjectionFilter(contract_id=contract_id, state=state)
    with db.read() as session:
        page = queries.objections_of_vendor(session, company(who), wanted, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.get("/objections/{objection_id}", response_model=PortalObjectionDetail)
def read_portal_objection(who: Vendor, db: Db, objection_id: ObjectionId) -> Response:
    """Read one of the vendor's own objections, with its answer."""
    with db.read() as session:
        return _answer(session, company(who), objection_id)


def _answer(session: Session, vendor_id: uuid.UUID, objection_id: uuid.UUID) -> Response:
    row = queries.objection_of_vendor(session, vendor_id, objection_id)
    if row is None:
        raise NotFound(pointer="/path/objection_id")
    files = [
        PortalObjectionFile(**{name: file[name] for name in PortalObjectionFile.model_fields})
        for file in of_subject(session, [objection_id])[objection_id]
    ]
    body = PortalObjectionDetail(**dict(_out(row)), evidence=files)
    return answer(body, headers=etag(row["version"]))


def _out(row: RowMapping) -> PortalObjection:
    remedy = PortalRemedy(act=row["remedy"], period=row["remedy_period"]) if row["remedy"] else None
    known = {name: row[name] for name in PortalObjection.model_fields if name != "remedy"}
    return PortalObjection.model_construct(**known, remedy=remedy)
