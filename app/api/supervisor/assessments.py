"""Monthly assessments: fill a month in, make it final, notify it."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, PathPeriod, Version, answer, etag
from app.api.auth import AssessmentsRead, AssessmentsWrite
from app.api.changing import Change, changes
from app.api.filters import Month, UpdatedSince, Year
from app.api.ids import ContractId, OfCenter, OfContract, OfVendor
from app.api.paging import PagedMonths, PageOf, PagingOfMonths
from app.api.rooms import centers_room
from app.api.scores import ScoreOut, score_of
from app.api.supervisor.appeals import AppealOut, shown_appeals
from app.api.supervisor.findings import FindingOut, finding_out
from app.api.supervisor.results import NoticeIn, ResultIn
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.assessments import queries, service
from app.features.assessments.acknowledgements import Standing, standing
from app.features.assessments.answer_queries import appeals_of_month
from app.features.assessments.queries import AssessmentFilter
from app.features.assessments.results import Result
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries as contract_queries
from app.models.words import Stage
from app.rules.deadlines import DueState, lateness
from app.rules.notices import Backdated, backdated
from app.rules.periods import Period
from app.rules.scores import Verdict
from app.rules.working_days import WorkCalendar
from app.values import Day, Hundredths, Out, Shape, shown

router = centers_room("assessments")


class AssessmentIn(ResultIn):
    """The result of a month, and the day on which it was assessed."""

    model_config = shown(
        {"state": "assessed", "score": {"exact": "92.50"}, "assessed_on": "2023-02-06"},
        {
            "state": "assessed",
            "criteria": [{"criterion": "service", "points": "58.00"}, {"criterion": "discipline", "points": "34.50"}],
            "assessed_on": "2023-02-06",
        },
        {"state": "assessed", "score": {"at_least": "90.00"}, "assessed_on": "2023-02-06"},
        {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-02-06"},
    )

    assessed_on: Annotated[Day | None, Field(description="Left out: today.")] = None

    def result(self) -> Result:
        """Read the body as the feature's result."""
        return replace(super().result(), assessed_on=self.assessed_on)


class FinalizationIn(Shape):
    """The day on which the result became final."""

    model_config = shown({"final_on": "2023-02-10"})

    final_on: Annotated[Day | None, Field(description="Left out: today.")] = None


class NoticeOut(Out):
    """When the notice was due, and when it was given."""

    due_on: Day | None
    provisional: bool | None
    state: DueState | None
    days_late: int | None
    working_days_late: int | None
    notified_on: Day | None
    document_no: str | None
    recorded_at: datetime | None
    backdated: Annotated[bool | None, Field(description="Recorded long after its date, or without a document number.")]
    backdated_because: list[Backdated]


class AssessmentOut(Out):
    """月度考核: a service month, assessed or not."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    period: str
    served_from: Day
    served_to: Day
    stage: Stage
    state: Literal["expected", "assessed", "not_assessed", "excused"]
    score: Annotated[ScoreOut | None, Field(description="Null where nothing is known of the score.")]
    verdict: Annotated[Verdict | None, Field(description="Against the pass mark; null where the terms state none.")]
    pass_mark: Hundredths | None
    grade: str | None
    reason: str | None
    note: str | None
    assessed_on: Day | None
    final_on: Day | None
    terms_version: Annotated[int | None, Field(description="The terms that judged the result.")]
    notice: NoticeOut
    revision: Annotated[int, Field(description="How often the month was revised after its notice.")]
    version: Version
    created_at: datetime
    updated_at: datetime


class ReceiptOut(Out):
    """签收: how the vendor's acknowledgement of the notice stands today."""

    standing: Annotated[
        Standing, Field(description="`deemed`: its due date has passed without it, and it counts as given.")
    ]
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    deemed_on: Annotated[
        Day | None, Field(description="The day on which it counted as given; kept where it was given after that.")
    ]
    due_on: Annotated[Day | None, Field(description="Null where the terms state no limit.")]


class CriterionOut(Out):
    """The points of one criterion."""

    criterion: str
    points: Hundredths | None


class AssessmentDetail(AssessmentOut):
    """A month with its points by criterion, its findings, the vendor's acknowledgement, and the appeals against it."""

    criteria: list[CriterionOut]
    findings: Annotated[list[FindingOut], Field(description="In the order of their days, the withdrawn ones too.")]
    acknowledgement: Annotated[ReceiptOut | None, Field(description="Null before the notice.")]
    appeals: list[AppealOut]


NoticeState = Annotated[DueState | None, Query(description="How the month's notice stands today.")]
StageFilter = Annotated[Stage | None, Query(description="How far the month has come.")]
IsBackdated = Annotated[
    bool | None, Query(description="Recorded long after its date, or without a document number.", examples=[True])
]
HasVerdict = Annotated[Verdict | None, Query(description="How the result stands against the pass mark.")]


@router.get("/assessments", response_model=PageOf[AssessmentOut])
def list_assessments(
    who: AssessmentsRead,
    db: Db,
    paging: PagedMonths,
    period: Month = None,
    year: Year = None,
    stage: StageFilter = None,
    state: NoticeState = None,
    verdict: HasVerdict = None,
    backdated: IsBackdated = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    vendor_id: OfVendor = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List months across contracts, assessed or not."""
    wanted = AssessmentFilter(
        contract_id, service_center_id, vendor_id, period, year, stage, state, verdict, updated_since, backdated
    )
    return _listed(who, db, paging, wanted)


@router.get("/contracts/{contract_id}/assessments", response_model=PageOf[AssessmentOut])
def list_assessments_of_contract(
    who: AssessmentsRead,
    db: Db,
    contract_id: ContractId,
    paging: PagedMonths,
    year: Year = None,
    stage: StageFilter = None,
    state: NoticeState = None,
) -> Response:
    """List every service month of a contract, assessed or not."""
    with db.glance() as session:
        _require_contract(session, who, contract_id)
    return _listed(who, db, paging, AssessmentFilter(contract_id=contract_id, year=year, stage=stage, state=state))


@router.get("/contracts/{contract_id}/assessments/{period}", response_model=AssessmentDetail)
def read_assessment(who: AssessmentsRead, db: Db, contract_id: ContractId, period: PathPeriod) -> Response:
    """Read one month."""
    with db.glance() as session:
        return detail(session, who, contract_id, period)


@router.put("/contracts/{contract_id}/assessments/{period}", response_model=AssessmentDetail)
@changes(match=True)
def record_assessment(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: AssessmentIn
) -> Response:
    """Fill a month in, or fill it in anew while it is a draft; its findings keep their ids."""
    service.record(change.session, who, contract_id, period, body.result(), change.seen)
    return detail(change.session, who, contract_id, period)


@router.post("/contracts/{contract_id}/assessments/{period}/finalization", response_model=AssessmentDetail)
@changes(key_required=True, match=True, shown=2)
def finalize_assessment(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: FinalizationIn
) -> Response:
    """Make a draft final; the terms in force judge it."""
    service.finalize(change.session, who, contract_id, period, body.final_on or clock.today(), change.seen)
    return detail(change.session, who, contract_id, period)


@router.post("/contracts/{contract_id}/assessments/{period}/notice", response_model=AssessmentDetail)
@changes(key_required=True, match=True, shown=3)
def notify_assessment(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: NoticeIn
) -> Response:
    """Record the notice of a final result: its due date is met, its late-notice alert resolved."""
    notice = (body.notified_on, body.document_no)
    service.notify(change.session, who, contract_id, period, *notice, change.seen)
    return detail(change.session, who, contract_id, period)


def _require_contract(session: Session, who: Caller, contract_id: uuid.UUID) -> None:
    if contract_queries.contract(session, who.centers, contract_id) is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")


def _listed(who: Caller, db: Db, paging: PagingOfMonths, wanted: AssessmentFilter) -> Response:
    today = clock.today()
    with db.glance() as session:
        page = queries.assessments(session, who.centers, wanted, today, paging.page)
        calendar = _calendar(session, page.rows, today)
    items = [AssessmentOut.model_construct(**_members(row, today, calendar)) for row in page.rows]
    return paging.answer(items, page.next_after)


def detail(
    session: Session,
    who: Caller,
    contract_id: uuid.UUID,
    period: Period,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with one month, its ETag, and headers of one's own."""
    row = queries.assessment_in_full(session, who.centers, contract_id, str(period))
    if row is None:
        _require_contract(session, who, contract_id)
        raise NotFound(f"{period} is not a recorded service month of the contract.", pointer="/path/period")
    today = clock.today()
    known = _receipt(row, today)
    body = AssessmentDetail.model_construct(
        **_members(row, today, _calendar(session, [row], today)),
        criteria=_criteria(session, row),
        findings=[
            finding_out(finding)
            for finding in queries.findings_of_month(session, who.centers, contract_id, str(period))
        ],
        acknowledgement=known,
        appeals=shown_appeals(session, appeals_of_month(session, row["id"])) if row["has_appeals"] else [],
    )
    # How late a notice is runs with the calendar until it is given, and an amendment may move when it is due.
    running = (today, row["due_on"]) if row["due_on"] and row["notified_on"] is None else ()
    # An acknowledgement that is awaited counts as given once its day has passed.
    if known is not None and known.standing is not Standing.GIVEN and known.due_on is not None:
        running = (today, known.due_on)
    told = [f"{finding.id}/{finding.version}/{finding.issue_type_name}" for finding in body.findings]
    return answer(body, status, etag(row["version"], *running, lists=told) | dict(headers or {}))


def _calendar(session: Session, rows: Iterable[RowMapping], today: date) -> WorkCalendar:
    """Give the calendar where a notice's lateness is counted in working days, and an empty one where none is late."""
    late = any(row["due_on"] is not None and (row["notified_on"] or today) > row["due_on"] for row in rows)
    return work_calendar(session) if late else _NOTHING_LATE


_NOTHING_LATE = WorkCalendar.of((), ())


def _criteria(session: Session, row: RowMapping) -> list[CriterionOut]:
    if not row["has_criteria"]:
        return []
    return [
        CriterionOut.model_construct(criterion=item["criterion"], points=item["points_hundredths"])
        for item in queries.criteria(session, row["id"])
    ]


def _receipt(row: RowMapping, today: date) -> ReceiptOut | None:
    if row["notified_on"] is None:
        return None
    known = standing(row["acknowledged_at"], row["deemed_on"], row["acknowledged_by_day"], today)
    return ReceiptOut.model_construct(
        standing=known[0],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["acknowledged_by"],
        deemed_on=known[1],
        due_on=row["acknowledged_by_day"],
    )


def _backdated(row: RowMapping) -> tuple[Backdated, ...]:
    if not row["backdated"] or row["notified_on"] is None or row["notice_recorded_at"] is None:
        return ()
    return backdated(row["notified_on"], clock.business_date(row["notice_recorded_at"]), row["document_no"])


def _members(row: RowMapping, today: date, calendar: WorkCalendar) -> dict[str, Any]:
    due_on = row["due_on"]
    late = None if due_on is None else lateness(due_on, row["notified_on"], today, calendar)
    notice = NoticeOut.model_construct(
        due_on=due_on,
        provisional=row["provisional"],
        state=late.state if late else None,
        days_late=late.days if late else None,
        working_days_late=late.working_days if late else None,
        notified_on=row["notified_on"],
        document_no=row["document_no"],
        recorded_at=row["notice_recorded_at"],
        backdated=row["backdated"],
        backdated_because=list(_backdated(row)),
    )
    return {
        **row,
        # A plain text: a list of literals looks for what else a word might be.
        "state": str(row["state"] or "expected"),
        "score": score_of(row),
        "pass_mark": row["pass_mark_hundredths"],
        "notice": notice,
    }
