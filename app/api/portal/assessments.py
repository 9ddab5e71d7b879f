"""月度考核: the months that a vendor was notified of, with everything that their results rest on."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db, Version, answer, etag_of
from app.api.auth import Vendor
from app.api.filters import Month, UpdatedSince, Year
from app.api.ids import AssessmentId, OfContract
from app.api.paging import PagedMonths, PageOf
from app.api.portal.company import company
from app.api.portal.due_dates import PortalDueDate, due_date_out
from app.api.portal.findings import PortalFinding, finding_out
from app.api.rooms import vendors_room
from app.api.scores import ScoreOut, score_of
from app.errors import NotFound
from app.features.assessments import portal_queries
from app.features.assessments.portal_queries import MonthFilter
from app.features.calendar.queries import work_calendar
from app.features.contracts import portal_queries as contract_queries
from app.features.contracts.versions import read_versions
from app.rules.consecutive import MonthState
from app.rules.scores import Criterion, CriterionKind, Verdict
from app.values import Day, Hundredths, Out, Points

router = vendors_room("portal")


class PortalAssessment(Out):
    """A notified month as its vendor sees it."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    period: Annotated[str, Field(description="考核月份.", examples=["2023-02"])]
    served_from: Day
    served_to: Day
    state: MonthState
    score: Annotated[ScoreOut | None, Field(description="Exact, or a bound where no more is known; null: unknown.")]
    verdict: Annotated[Verdict | None, Field(description="Against the pass mark; null where the terms state none.")]
    pass_mark: Hundredths | None
    grade: str | None
    reason: Annotated[str | None, Field(description="Why the month is excused or was not assessed.")]
    terms_version: Annotated[int | None, Field(description="The version of the terms that judged the result.")]
    final_on: Day
    notified_on: Annotated[Day, Field(description="The notice's (考核通报) own date.")]
    document_no: str | None
    revision: Annotated[int, Field(description="0 is what was notified; raised by each revision after the notice.")]
    version: Version
    updated_at: datetime


class PortalCriterion(Out):
    """评分项: the points of one criterion, and what the rubric gives for it at most."""

    criterion: str
    name: Annotated[str | None, Field(description="Null where the rubric of the terms no longer names it.")]
    kind: CriterionKind | None
    weight: Annotated[Points | None, Field(description="The most points that it gives, or takes off.")]
    points: Annotated[Hundredths | None, Field(description="Null where the criterion does not apply to the month.")]


class PortalPoints(Out):
    """The points of one criterion in an earlier version."""

    criterion: str
    points: Hundredths | None


class PortalRevision(Out):
    """One version of the month: number 0 is what was notified, each later one a revision with its reason."""

    number: int
    revised_on: Annotated[Day, Field(description="From this day on it stood.")]
    because: Annotated[str | None, Field(description="Why it was revised; null of what was notified.")]
    state: MonthState
    score: ScoreOut | None
    verdict: Verdict | None
    grade: str | None
    reason: str | None
    criteria: list[PortalPoints]
    notified_on: Day
    document_no: str | None
    added_findings: list[uuid.UUID]
    withdrawn_findings: list[uuid.UUID]


class PortalAssessmentDetail(PortalAssessment):
    """A notified month with its points, its findings, what may be answered by when, and its versions."""

    criteria: list[PortalCriterion]
    findings: list[PortalFinding]
    due_dates: Annotated[
        list[PortalDueDate],
        Field(description="Acknowledgement, appeal, rectifications: the last day of each, and how it was counted."),
    ]
    versions: Annotated[
        list[PortalRevision], Field(description="Every version, the notified one first; empty while there is only one.")
    ]


State = Annotated[MonthState | None, Query(description="What became of the month.")]
HasVerdict = Annotated[Verdict | None, Query(description="How the result stands against the pass mark.")]


@router.get("/assessments", response_model=PageOf[PortalAssessment], summary="List notified months")
def list_portal_assessments(
    who: Vendor,
    db: Db,
    paging: PagedMonths,
    contract_id: OfContract = None,
    period: Month = None,
    year: Year = None,
    state: State = None,
    verdict: HasVerdict = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List the months that the vendor was notified of; what is not notified does not exist here."""
    wanted = MonthFilter(contract_id, period, state, verdict, updated_since, year)
    with db.glance() as session:
        page = portal_queries.assessments(session, company(who), wanted, paging.page)
    items = [PortalAssessment.model_construct(**_members(row)) for row in page.rows]
    return paging.answer(items, page.next_after)


@router.get("/assessments/{assessment_id}", response_model=PortalAssessmentDetail, summary="Read a notified month")
def read_portal_assessment(who: Vendor, db: Db, assessment_id: AssessmentId) -> Response:
    """Read a notified month: points, findings, the due dates of its answers with the rule behind each, its versions."""
    vendor, today = company(who), clock.today()
    with db.glance() as session:
        row = portal_queries.assessment(session, vendor, assessment_id)
        if row is None:
            raise NotFound(pointer="/path/assessment_id")
        points = portal_queries.criteria(session, vendor, assessment_id)
        findings = portal_queries.findings_of(session, vendor, assessment_id)
        versions = portal_queries.revisions(session, vendor, assessment_id)
        judged_by = contract_queries.version(session, vendor, row["terms_version_id"]) if points else []
        ids = [finding["id"] for finding in findings]
        dues = contract_queries.due_dates_of_month(session, vendor, row["contract_id"], row["period"], ids)
        calendar = work_calendar(session)
    body = PortalAssessmentDetail.model_construct(
        **_members(row),
        criteria=_criteria(points, judged_by),
        findings=[finding_out(finding) for finding in findings],
        due_dates=[due_date_out(due, today, calendar) for due in dues],
        versions=[_version(version) for version in versions],
    )
    return answer(body, headers=etag_of(row["version"], body))


def _members(row: RowMapping) -> dict[str, Any]:
    return {**row, "score": score_of(row), "pass_mark": row["pass_mark_hundredths"]}


def _criteria(points: Mapping[str, int | None], judged_by: Sequence[RowMapping]) -> list[PortalCriterion]:
    """Give the points in the rubric's own order; what it no longer names comes last."""
    named: dict[str, Criterion] = {}
    for version in read_versions(judged_by):
        rubric = version.terms.rubric
        named = {criterion.code: criterion for criterion in rubric.criteria} if rubric else {}
    order = [code for code in named if code in points] + sorted(points.keys() - named.keys())
    return [_criterion(code, points[code], named.get(code)) for code in order]


def _criterion(code: str, points: int | None, stated: Criterion | None) -> PortalCriterion:
    return PortalCriterion.model_construct(
        criterion=code,
        name=stated.name if stated else None,
        kind=stated.kind if stated else None,
        weight=stated.weight if stated else None,
        points=points,
    )


def _version(row: RowMapping) -> PortalRevision:
    members = {
        "because": row["reason"],
        "reason": row["state_reason"],
        "score": score_of(row),
        "criteria": [
            PortalPoints.model_construct(criterion=item["criterion"], points=item["points_hundredths"])
            for item in row["criteria"]
        ],
        "added_findings": [uuid.UUID(id_) for id_ in row["added_findings"]],
        "withdrawn_findings": [uuid.UUID(id_) for id_ in row["withdrawn_findings"]],
    }
    return PortalRevision.model_construct(**(dict(row) | members))
