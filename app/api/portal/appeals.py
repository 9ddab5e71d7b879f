"""申诉 as the vendor files and reads it; who of the centre decided is not shown."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, answer, etag
from app.api.attached import AttachedOut, EvidenceIds, attached
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.filters import Month
from app.api.ids import AppealId, AssessmentId, OfContract
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.assessments import answer_queries, appeal_filing
from app.features.assessments.answer_queries import AppealFilter
from app.features.assessments.appeal_decisions import version_of
from app.features.assessments.appeal_filing import NewLine
from app.features.evidence import queries as evidence_queries
from app.models.words import AppealAbout, AppealOutcome
from app.values import Code, Day, Note, Out, Reason, Shape, shown

router = vendors_room("vendor's answers")


class AppealLineIn(Shape):
    """One line: about the month's score, a criterion of its rubric, or one of its findings."""

    about: AppealAbout
    criterion: Annotated[
        Code | None, Field(description="Of a line about a criterion, its code.", examples=["service"])
    ] = None
    finding_id: Annotated[uuid.UUID | None, Field(description="Of a line about a finding, its id.")] = None
    grounds: Annotated[Note, Field(description="Why it is not right.")]
    asked: Annotated[Reason, Field(description="What should be decided instead.")]

    def line(self) -> NewLine:
        """Read it as the feature's line."""
        return NewLine(**dict(self))


class AppealIn(Shape):
    """An appeal against the present version of a notified month."""

    model_config = shown(
        {"lines": [{"about": "score", "grounds": "当日大厅停电，窗口无法开放", "asked": "撤销扣分2分"}]},
    )

    lines: Annotated[list[AppealLineIn], Field(min_length=1, max_length=50)]
    evidence: EvidenceIds = []  # noqa: RUF012 pydantic copies it


class PortalAppealLine(Out):
    """One line of an appeal, and what was decided about it."""

    number: int
    about: AppealAbout
    subject: Annotated[str, Field(description="`score`, `criterion/CODE` or `finding/ID`.")]
    grounds: str
    asked: str
    outcome: AppealOutcome | None
    reason: str | None


class PortalAppeal(Out):
    """An appeal of one's own, with its decision as far as there is one."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    assessment_id: uuid.UUID
    period: str
    against_revision: Annotated[int, Field(description="The version appealed against; 0 is what was notified.")]
    on_paper: Annotated[bool, Field(description="It came on paper, and the center recorded it with its decision.")]
    appealed_on: Day
    due_on: Annotated[Day | None, Field(description="Last day for it; null where the terms state no limit.")]
    filed_at: Annotated[datetime, Field(description="When it was filed, or recorded from its paper.")]
    lines: list[PortalAppealLine]
    evidence: list[AttachedOut]
    outcome: Annotated[AppealOutcome | None, Field(description="Null while it is not decided.")]
    decided_on: Day | None
    document_no: str | None
    reason: str | None
    revision: Annotated[int | None, Field(description="The revision that carried it out; null where rejected.")]


IsDecided = Annotated[bool | None, Query(description="Only decided ones, or only those that wait.", examples=[True])]


@router.post("/assessments/{assessment_id}/appeals", status_code=201, response_model=PortalAppeal)
@changes(key_required=True)
def file_appeal(who: VendorWrite, change: Change, assessment_id: AssessmentId, body: AppealIn) -> Response:
    """File an appeal, line by line, until 24:00 (Asia/Shanghai) of its due date by the service's own clock.

    Where the terms state no limit, it is taken and shown with `due_on` null.
    """
    lines = [line.line() for line in body.lines]
    id_ = appeal_filing.file_appeal(change.session, who, company(who), assessment_id, lines, body.evidence)
    return _one(change.session, company(who), id_, made=True)


@router.get("/appeals", response_model=PageOf[PortalAppeal])
def list_portal_appeals(
    who: Vendor,
    db: Db,
    paging: Paged,
    decided: IsDecided = None,
    period: Month = None,
    contract_id: OfContract = None,
) -> Response:
    """List one's own appeals, those that went on paper as well."""
    wanted = AppealFilter(contract_id=contract_id, period=period, decided=decided)
    with db.read() as session:
        page = answer_queries.vendors_appeals(session, company(who), wanted, paging.page)
        items = _shown(session, page.rows)
    return paging.answer(items, page.next_after)


@router.get("/appeals/{appeal_id}", response_model=PortalAppeal)
def read_portal_appeal(who: Vendor, db: Db, appeal_id: AppealId) -> Response:
    """Read one of one's own appeals."""
    with db.read() as session:
        return _one(session, company(who), appeal_id)


def _one(session: Session, vendor_id: uuid.UUID, appeal_id: uuid.UUID, *, made: bool = False) -> Response:
    row = answer_queries.vendors_appeal(session, vendor_id, appeal_id)
    if row is None:
        raise NotFound(pointer="/path/appeal_id")
    (found,) = _shown(session, [row])
    location = {"Location": f"/v1/portal/appeals/{appeal_id}"} if made else {}
    return answer(found, 201 if made else 200, etag(version_of(row)) | location)


def _shown(session: Session, rows: Sequence[RowMapping]) -> list[PortalAppeal]:
    ids = [row["id"] for row in rows]
    lines, files = answer_queries.lines_of(session, ids), evidence_queries.of_subject(session, ids)
    return [_item(row, lines.get(row["id"], ()), files[row["id"]]) for row in rows]


def _item(row: RowMapping, lines: Iterable[RowMapping], files: Iterable[RowMapping]) -> PortalAppeal:
    return PortalAppeal(
        **PortalAppeal.members_of(row),
        on_paper=row["filed_by_id"] is None,
        filed_at=row["recorded_at"],
        lines=[PortalAppealLine(**{name: line[name] for name in PortalAppealLine.model_fields}) for line in lines],
        evidence=attached(files),
    )
