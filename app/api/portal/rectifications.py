"""整改 as the vendor submits and reads it; who of the centre judged it is not shown."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, answer, etag
from app.api.attached import AttachedOut, EvidenceIds, attached
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.ids import ToldFindingId
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.assessments import answer_queries, portal_queries, rectifications
from app.features.evidence import queries as evidence_queries
from app.models.words import DueKind, Verification
from app.values import Day, Note, Out, Shape, shown

router = vendors_room("vendor's answers", "/findings/{finding_id}")


class RectificationIn(Shape):
    """What was done about a finding."""

    model_config = shown({"description": "已调整排班，窗口增设顶岗人员，附新排班表"})

    description: Note
    evidence: EvidenceIds = []  # noqa: RUF012 pydantic copies it


class PortalRectification(Out):
    """One submission, and what the centre found of it."""

    id: uuid.UUID
    number: int
    description: str
    evidence: list[AttachedOut]
    submitted_on: Day
    submitted_at: datetime
    submitted_by: str
    due_on: Annotated[Day | None, Field(description="By when it was owed then; null where no limit is stated.")]
    outcome: Annotated[Verification | None, Field(description="Null while it waits.")]
    reason: str | None
    next_due_on: Annotated[Day | None, Field(description="Of a returned one, the new day, where one was stated.")]
    judged_on: Day | None


class PortalRectifications(Out):
    """Everything that was submitted about a finding, the first one first."""

    finding_id: uuid.UUID
    contract_id: uuid.UUID
    period: str
    issue_type: str
    due_on: Annotated[Day | None, Field(description="In force; null where no limit is stated, or nothing is owed.")]
    steps: Annotated[list[str], Field(description="How the day was counted.")]
    items: list[PortalRectification]


@router.get("/rectifications", response_model=PortalRectifications)
def list_portal_rectifications(who: Vendor, db: Db, finding_id: ToldFindingId) -> Response:
    """List what was submitted about a finding, and by when the next is due."""
    with db.read() as session:
        return _all(session, company(who), finding_id)


@router.post("/rectification", status_code=201, response_model=PortalRectifications)
@changes(key_required=True)
def submit_rectification(
    who: VendorWrite, change: Change, finding_id: ToldFindingId, body: RectificationIn
) -> Response:
    """Submit what was done about a finding; the next number where an earlier one was returned."""
    rectifications.submit(change.session, who, company(who), finding_id, body.description, body.evidence)
    return _all(change.session, company(who), finding_id, made=True)


def _all(session: Session, vendor_id: uuid.UUID, finding_id: uuid.UUID, *, made: bool = False) -> Response:
    finding = portal_queries.finding(session, vendor_id, finding_id)
    if finding is None:
        raise NotFound(pointer="/path/finding_id")
    due = answer_queries.owed(session, finding["contract_id"], DueKind.RECTIFICATION, str(finding_id))
    body = PortalRectifications(
        finding_id=finding_id,
        contract_id=finding["contract_id"],
        period=finding["period"],
        issue_type=finding["issue_type"],
        due_on=due["due_on"] if due else None,
        steps=due["steps"] if due else [],
        items=_items(session, answer_queries.submissions(session, finding_id)),
    )
    location = {"Location": f"/v1/portal/findings/{finding_id}/rectifications"} if made else {}
    return answer(body, 201 if made else 200, etag(finding["version"], body.due_on) | location)


def _items(session: Session, rows: Sequence[RowMapping]) -> list[PortalRectification]:
    files = evidence_queries.of_subject(session, [row["id"] for row in rows])
    return [
        PortalRectification(
            **PortalRectification.members_of(row),
            evidence=attached(files[row["id"]]),
        )
        for row in rows
    ]
