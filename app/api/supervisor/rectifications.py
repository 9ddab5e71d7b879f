"""整改: what vendors have submitted about findings; the centre verifies it, or returns it with a reason."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer, etag
from app.api.attached import AttachedOut, attached
from app.api.auth import AssessmentsRead, AssessmentsWrite
from app.api.changing import Change, changes
from app.api.ids import ContractId, ToldFindingId
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.assessments import answer_queries, finding_queries, rectifications
from app.features.assessments.rectifications import Judgement
from app.features.evidence import queries as evidence_queries
from app.models.words import DueKind, Verification
from app.values import Day, Out, Reason, Shape, shown

router = centers_room("rectifications", "/contracts/{contract_id}/findings/{finding_id}")


class VerificationIn(Shape):
    """What the centre found of the submission that waits."""

    model_config = shown(
        {"outcome": "returned", "reason": "照片看不清窗口编号", "due_on": "2024-02-05"},
        {"outcome": "verified", "judged_on": "2024-01-20"},
    )

    outcome: Verification
    reason: Annotated[Reason | None, Field(description="Required of a returned one.")] = None
    judged_on: Annotated[Day | None, Field(description="Left out: today.")] = None
    due_on: Annotated[
        Day | None, Field(description="Of a returned one: by when it is owed again; left out, by the same day.")
    ] = None

    def judgement(self) -> Judgement:
        """Read the body as the feature's judgement."""
        return Judgement(
            outcome=self.outcome,
            judged_on=self.judged_on or clock.today(),
            reason=self.reason,
            due_on=self.due_on,
        )


class RectificationOut(Out):
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
    next_due_on: Day | None
    judged_on: Day | None
    judged_at: datetime | None
    judged_by: str | None


class RectificationsOut(Out):
    """Every submission about a finding, the first one first."""

    finding_id: uuid.UUID
    due_on: Annotated[Day | None, Field(description="In force; null where no limit is stated, or nothing is owed.")]
    items: list[RectificationOut]


@router.get("/rectifications", response_model=RectificationsOut)
def list_rectifications(who: AssessmentsRead, db: Db, contract_id: ContractId, finding_id: ToldFindingId) -> Response:
    """List what the vendor has submitted about a finding; the ETag is the finding's."""
    with db.read() as session:
        return _all(session, who, contract_id, finding_id)


@router.post("/verification", response_model=RectificationsOut)
@changes(key_required=True, match=True, shown=2)
def verify_rectification(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, finding_id: ToldFindingId, body: VerificationIn
) -> Response:
    """Verify the submission that waits: it meets the due date with its own day; or return it, to be owed again."""
    rectifications.judge(change.session, who, contract_id, finding_id, body.judgement(), change.seen)
    return _all(change.session, who, contract_id, finding_id)


def _all(session: Session, who: Caller, contract_id: uuid.UUID, finding_id: uuid.UUID) -> Response:
    finding = finding_queries.finding(session, who.centers, finding_id)
    if finding is None or finding["contract_id"] != contract_id:
        raise NotFound("There is no such finding in this contract.", pointer="/path/finding_id")
    rows = answer_queries.submissions(session, finding_id)
    due = answer_queries.owed(session, contract_id, DueKind.RECTIFICATION, str(finding_id))
    body = RectificationsOut(finding_id=finding_id, due_on=due["due_on"] if due else None, items=_items(session, rows))
    return answer(body, headers=etag(finding["version"], body.due_on))


def _items(session: Session, rows: Sequence[RowMapping]) -> list[RectificationOut]:
    files = evidence_queries.of_subject(session, [row["id"] for row in rows])
    return [
        RectificationOut(
            **RectificationOut.members_of(row),
            evidence=attached(files[row["id"]]),
        )
        for row in rows
    ]
