"""After the notice: revisions of a month, and decisions about appeals against it."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, PathPeriod, answer
from app.api.auth import AssessmentsRead, AssessmentsWrite
from app.api.changing import Change, changes
from app.api.ids import ContractId
from app.api.rooms import centers_room
from app.api.scores import ScoreOut, score_of
from app.api.supervisor.assessments import AssessmentDetail, CriterionOut, detail
from app.api.supervisor.findings import FindingIn
from app.api.supervisor.results import NoticeIn, ResultIn
from app.errors import NotFound
from app.features.assessments import appeals, queries, revisions
from app.features.assessments.appeals import Decision
from app.features.assessments.findings import NewFinding
from app.features.assessments.revisions import Notice, Revision
from app.models.words import AppealOutcome
from app.rules.consecutive import MonthState
from app.rules.scores import Verdict
from app.values import Day, DocumentNo, Note, Out, Reason, Shape, shown

router = centers_room("revisions", "/contracts/{contract_id}/assessments/{period}")

Withdrawn = Annotated[list[uuid.UUID], Field(max_length=200, description="Ids of the month's findings to withdraw.")]
Added = Annotated[list[FindingIn], Field(max_length=200, description="Findings of the month, recorded late.")]


class RevisionIn(Shape):
    """What changes in a notified month, and why: at least one of result, notice and findings."""

    model_config = shown(
        {
            "reason": "复核后更正得分",
            "revised_on": "2023-04-10",
            "result": {"state": "assessed", "score": {"exact": "91.00"}},
        },
        {
            "reason": "通报日期登记有误",
            "revised_on": "2023-04-10",
            "notice": {"notified_on": "2023-03-27", "document_no": "政务考核〔2023〕1号"},
        },
        {"reason": "补登考核问题", "added_findings": [{"issue_type": "leaving_post", "occurred_on": "2023-01-12"}]},
    )

    reason: Reason
    revised_on: Annotated[Day | None, Field(description="From this day on it stands; left out, today.")] = None
    result: ResultIn | None = None
    notice: Annotated[NoticeIn | None, Field(description="The notice's date and number, put right.")] = None
    withdrawn_findings: Withdrawn = []  # noqa: RUF012 pydantic copies it
    added_findings: Added = []  # noqa: RUF012 pydantic copies it

    def revision(self) -> Revision:
        """Read the body as the feature's revision."""
        return Revision(
            reason=self.reason,
            revised_on=self.revised_on or clock.today(),
            result=self.result.result() if self.result else None,
            notice=Notice(self.notice.notified_on, self.notice.document_no) if self.notice else None,
            withdrawn=self.withdrawn_findings,
            added=[NewFinding(**dict(finding)) for finding in self.added_findings],
        )


class AppealDecisionIn(Shape):
    """申诉 and what was decided; upheld in whole or part it states the new result, or findings to withdraw."""

    model_config = shown(
        {"appealed_on": "2023-04-12", "outcome": "rejected", "decided_on": "2023-04-20", "reason": "佐证材料不足"},
        {
            "appealed_on": "2023-04-12",
            "outcome": "upheld",
            "decided_on": "2023-04-20",
            "reason": "申诉成立",
            "grounds": "当日系统故障",
            "result": {"state": "assessed", "score": {"exact": "92.00"}},
        },
    )

    appealed_on: Day
    outcome: AppealOutcome
    decided_on: Annotated[Day | None, Field(description="Left out: today.")] = None
    reason: Reason
    grounds: Annotated[Note | None, Field(description="What the vendor says.")] = None
    document_no: DocumentNo | None = None
    result: ResultIn | None = None
    withdrawn_findings: Withdrawn = []  # noqa: RUF012 pydantic copies it

    def decision(self) -> Decision:
        """Read the body as the feature's decision."""
        return Decision(
            appealed_on=self.appealed_on,
            outcome=self.outcome,
            decided_on=self.decided_on or clock.today(),
            reason=self.reason,
            grounds=self.grounds,
            document_no=self.document_no,
            result=self.result.result() if self.result else None,
            withdrawn=self.withdrawn_findings,
        )


class VersionOut(Out):
    """One version of a month; number 0 is what was notified."""

    number: int
    revised_on: Annotated[Day, Field(description="From this day on it stood.")]
    reason: Annotated[str | None, Field(description="Why it was revised; null of what was notified.")]
    author: str | None
    state: MonthState
    score: ScoreOut | None
    verdict: Verdict | None
    grade: str | None
    state_reason: Annotated[str | None, Field(description="Why the month is excused or not assessed.")]
    note: str | None
    criteria: list[CriterionOut]
    terms_version: int | None
    notified_on: Day
    document_no: str | None
    added_findings: list[str]
    withdrawn_findings: Annotated[list[str], Field(description="Ids of findings.")]
    recorded_at: datetime


class VersionsOut(Out):
    """Every version of a notified month, the notified one first."""

    items: list[VersionOut]


@router.get("/revisions", response_model=VersionsOut)
def list_revisions(who: AssessmentsRead, db: Db, contract_id: ContractId, period: PathPeriod) -> Response:
    """List every version of a month since its notice; of a month that is not notified there is none."""
    with db.read() as session:
        month = queries.assessment(session, who.centers, contract_id, str(period))
        if month is None:
            raise NotFound(f"{period} is not a recorded service month of the contract.", pointer="/path/period")
        rows = [_version(row) for row in queries.revisions(session, month["id"])]
        items = rows or _only_version(session, month)
    return answer(VersionsOut(items=items))


@router.post("/revisions", status_code=201, response_model=AssessmentDetail)
@changes(key_required=True, match=True, shown=4)
def revise_assessment(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: RevisionIn
) -> Response:
    """Put a new version of a notified month on record; alerts follow it, and the old version stays readable."""
    revisions.revise(change.session, who, contract_id, period, body.revision(), change.seen)
    location = {"Location": f"/v1/contracts/{contract_id}/assessments/{period}/revisions"}
    return detail(change.session, who, contract_id, period, 201, location)


@router.post("/appeal-decision", response_model=AssessmentDetail)
@changes(key_required=True, match=True, shown=5)
def decide_appeal(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: AppealDecisionIn
) -> Response:
    """Record the decision about the vendor's appeal; upheld, it revises the month and withdraws findings."""
    appeals.decide_appeal(change.session, who, contract_id, period, body.decision(), change.seen)
    return detail(change.session, who, contract_id, period)


def _only_version(session: Session, month: RowMapping) -> list[VersionOut]:
    """Show what was notified and never revised as version 0."""
    if month["notified_on"] is None:
        return []
    stands = queries.month_as_it_stands(session, month["id"])
    version: dict[str, Any] = {
        **stands,
        "number": 0,
        "revised_on": month["final_on"],
        "reason": None,
        "author": None,
        "criteria": [dict(row) for row in queries.criteria(session, month["id"])],
        "terms_version": month["terms_version"],
        "added_findings": [],
        "withdrawn_findings": [],
        "recorded_at": month["notice_recorded_at"],
    }
    return [_version(version)]


def _version(row: RowMapping | dict[str, Any]) -> VersionOut:
    criteria = [CriterionOut(criterion=item["criterion"], points=item["points_hundredths"]) for item in row["criteria"]]
    return VersionOut.model_construct(**{**row, "criteria": criteria, "score": score_of(row)})
