"""申诉 that vendors have filed, or sent on paper, and the centre's decision about those that were filed."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer, etag
from app.api.attached import AttachedOut, attached
from app.api.auth import AssessmentsRead, AssessmentsWrite
from app.api.changing import Change, changes
from app.api.filters import Month
from app.api.ids import AppealId, OfCenter, OfContract, OfVendor
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.api.supervisor.results import ResultIn
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.assessments import answer_queries, appeal_decisions
from app.features.assessments.answer_queries import AppealFilter
from app.features.assessments.appeal_decisions import Decision, LineDecision, version_of
from app.features.evidence import queries as evidence_queries
from app.models.words import AppealAbout, AppealOutcome
from app.values import Day, DocumentNo, Out, Reason, Shape, shown

router = centers_room("appeals", "/appeals")


class LineOut(Out):
    """One line of an appeal, and what was decided about it."""

    number: int
    about: AppealAbout
    subject: Annotated[str, Field(description="`score`, `criterion/CODE` or `finding/ID`.")]
    grounds: str
    asked: str
    outcome: AppealOutcome | None
    reason: str | None


class AppealOut(Out):
    """申诉 and its decision, as far as there is one."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    assessment_id: uuid.UUID
    period: str
    against_revision: Annotated[int, Field(description="The version appealed against; 0 is what was notified.")]
    on_paper: Annotated[bool, Field(description="Recorded by the center together with its decision.")]
    appealed_on: Day
    due_on: Annotated[Day | None, Field(description="Last day for it; null where the terms state no limit.")]
    in_time: bool | None
    grounds: Annotated[str | None, Field(description="Of one on paper; one that was filed has them line by line.")]
    filed_by: str | None
    lines: list[LineOut]
    evidence: list[AttachedOut]
    outcome: Annotated[AppealOutcome | None, Field(description="Null while it is not decided.")]
    decided_on: Day | None
    decided_by: str | None
    document_no: str | None
    reason: str | None
    revision: Annotated[int | None, Field(description="The revision that carried it out; null where rejected.")]
    recorded_at: Annotated[datetime, Field(description="When it was filed, or recorded from its paper.")]


class LineDecisionIn(Shape):
    """What was decided about one line, and why."""

    number: Annotated[int, Field(ge=1, le=1000, description="The line's `number`.")]
    outcome: AppealOutcome
    reason: Reason


class AppealDecisionOfLinesIn(Shape):
    """What was decided about every line; what is upheld states the new result, or findings to withdraw."""

    model_config = shown(
        {
            "lines": [{"number": 1, "outcome": "upheld_in_part", "reason": "停电属实，扣分减半"}],
            "reason": "部分成立",
            "document_no": "政务申诉〔2024〕1号",
            "result": {"state": "assessed", "score": {"exact": "94.00"}},
        },
        {"lines": [{"number": 1, "outcome": "rejected", "reason": "监控清楚"}], "reason": "事实清楚，维持原结果"},
    )

    lines: Annotated[list[LineDecisionIn], Field(min_length=1, max_length=200, description="Every line, once.")]
    decided_on: Annotated[Day | None, Field(description="Left out: today.")] = None
    reason: Reason
    document_no: DocumentNo | None = None
    result: ResultIn | None = None
    withdrawn_findings: Annotated[
        list[uuid.UUID], Field(max_length=200, description="Ids of the month's findings to withdraw.")
    ] = []  # noqa: RUF012 pydantic copies it

    def decision(self) -> Decision:
        """Read the body as the feature's decision."""
        return Decision(
            lines=[LineDecision(line.number, line.outcome, line.reason) for line in self.lines],
            decided_on=self.decided_on or clock.today(),
            reason=self.reason,
            document_no=self.document_no,
            result=self.result.result() if self.result else None,
            withdrawn=self.withdrawn_findings,
        )


IsDecided = Annotated[bool | None, Query(description="Only decided ones, or only those that wait.", examples=[True])]


@router.get("", response_model=PageOf[AppealOut])
def list_appeals(
    who: AssessmentsRead,
    db: Db,
    paging: Paged,
    decided: IsDecided = None,
    period: Month = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    vendor_id: OfVendor = None,
) -> Response:
    """List appeals across contracts, those that wait for their decision as well."""
    wanted = AppealFilter(contract_id, service_center_id, vendor_id, period, decided)
    with db.read() as session:
        page = answer_queries.appeals(session, who.centers, wanted, paging.page)
        items = shown_appeals(session, page.rows)
    return paging.answer(items, page.next_after)


@router.get("/{appeal_id}", response_model=AppealOut)
def read_appeal(who: AssessmentsRead, db: Db, appeal_id: AppealId) -> Response:
    """Read an appeal with its lines, its evidence and its decision."""
    with db.read() as session:
        return _one(session, who, appeal_id)


@router.post("/{appeal_id}/decision", response_model=AppealOut)
@changes(key_required=True, match=True)
def decide_filed_appeal(
    who: AssessmentsWrite, change: Change, appeal_id: AppealId, body: AppealDecisionOfLinesIn
) -> Response:
    """Decide an appeal, by somebody who has neither recorded nor finalized the month.

    Where a line is upheld, in part or whole, the month is revised; where it was settled, the next settlement has the
    difference as a numbered adjustment.
    """
    appeal_decisions.decide(change.session, who, appeal_id, body.decision(), change.seen)
    return _one(change.session, who, appeal_id)


def _one(session: Session, who: Caller, appeal_id: uuid.UUID) -> Response:
    row = answer_queries.appeal(session, who.centers, appeal_id)
    if row is None:
        raise NotFound("There is no such appeal.", pointer="/path/appeal_id")
    (found,) = shown_appeals(session, [row])
    return answer(found, headers=etag(version_of(row)))


def shown_appeals(session: Session, rows: Sequence[RowMapping]) -> list[AppealOut]:
    """Show appeals with their lines and their files, in two statements for any number, and none for none."""
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    lines, files = answer_queries.lines_of(session, ids), evidence_queries.of_subject(session, ids)
    return [_shown(row, lines.get(row["id"], ()), files[row["id"]]) for row in rows]


def _shown(row: RowMapping, lines: Iterable[RowMapping], files: Iterable[RowMapping]) -> AppealOut:
    return AppealOut.model_construct(
        **AppealOut.members_of(row),
        on_paper=row["filed_by_id"] is None,
        in_time=None if row["due_on"] is None else row["appealed_on"] <= row["due_on"],
        lines=[LineOut.model_construct(**{name: line[name] for name in LineOut.model_fields}) for line in lines],
        evidence=attached(files),
    )
