"""季度进展报告: what a quarter came to, drafted for the finance bureau, each figure with its sources."""

import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, Version, answer, etag
from app.api.auth import EvaluationsRead, EvaluationsWrite
from app.api.changing import Change, changes
from app.api.ids import CENTER, CONTRACT, OfCenter, OfContract, ProgressReportId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.evaluations import progress
from app.features.evaluations import progress_queries as queries
from app.features.evaluations.progress_queries import ReportFilter
from app.models.words import ProgressStatus
from app.rules.budgets import Base, Quarter
from app.values import Day, DocumentNo, Out, Shape, shown

router = centers_room("budgets", "/progress-reports")
_PATTERN = r"^20\d{2}-Q[1-4]$"


def _quarter(value: object) -> Quarter:
    if isinstance(value, Quarter):
        return value
    if not isinstance(value, str):
        message = 'must be a string like "2023-Q4"'
        raise ValueError(message)  # noqa: TRY004 pydantic answers a ValueError and lets a TypeError through
    return Quarter.parse(value)


QuarterValue = Annotated[
    Quarter,
    BeforeValidator(_quarter),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["2023-Q4"]}),
]


class ProgressDraftIn(Shape):
    """Of which quarter, and of which contract; without one, of what the centre budgets beside its contracts."""

    model_config = shown({"service_center_id": str(CENTER), "contract_id": str(CONTRACT), "quarter": "2023-Q4"})

    service_center_id: uuid.UUID
    contract_id: uuid.UUID | None = None
    quarter: QuarterValue


class HandOverIn(Shape):
    """When it was handed over, and under which number."""

    model_config = shown({"handed_over_on": "2024-01-15", "document_no": "政务〔2024〕2号"})

    handed_over_on: Day
    document_no: DocumentNo


class WordsOut(Out):
    """A text in both languages."""

    zh: str
    en: str


class ProgressFigureOut(Out):
    """A figure of the quarter."""

    code: str
    name: WordsOut
    of: Annotated[
        str | None, Field(description="Of what, where there are several: a kind of alert, a project, a month's figure.")
    ]
    value: Annotated[str, Field(description="Exact, as text.")]
    unit: str
    base: Annotated[Base | None, Field(description="What a rate divides by.")]
    sources: Annotated[list[str], Field(description="Addresses of what it was taken from.")]


class MissingFigureOut(Out):
    """What is not on record, so that no figure says it."""

    code: str
    of: str | None
    text: WordsOut


class ProgressReportOut(Out):
    """A report as it was drafted."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    contract_id: Annotated[uuid.UUID | None, Field(description="Null: of what is budgeted beside the contracts.")]
    quarter: str
    first_day: Day
    last_day: Day
    as_of: Annotated[Day, Field(description="By what was on record on this day.")]
    budget_as_of: Annotated[Day, Field(description="Budgets by what is dated up to this day.")]
    figures: list[ProgressFigureOut]
    missing: list[MissingFigureOut]
    status: ProgressStatus
    drafted_by: str
    drafted_on: Day
    handed_over_on: Day | None
    handed_over_by: str | None
    document_no: str | None
    version: Version
    created_at: datetime
    updated_at: datetime


OfQuarter = Annotated[str | None, Query(pattern=_PATTERN, description="Of this quarter.", examples=["2023-Q4"])]
WithStatus = Annotated[ProgressStatus | None, Query(description="How far it has come.")]


@router.get("", response_model=PageOf[ProgressReportOut])
def list_progress_reports(
    who: EvaluationsRead,
    db: Db,
    paging: Paged,
    quarter: OfQuarter = None,
    status: WithStatus = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
) -> Response:
    """List progress reports."""
    wanted = ReportFilter(quarter, status, contract_id, service_center_id)
    with db.read() as session:
        page = queries.reports(session, who.centers, wanted, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.post("", status_code=201, response_model=ProgressReportOut, responses={200: {"model": ProgressReportOut}})
@changes(key_required=True)
def draft_progress_report(who: EvaluationsWrite, change: Change, body: ProgressDraftIn) -> Response:
    """Draft a quarter's report: 201, or 200 where its draft is written anew; what was handed over stands."""
    found = progress.draft(change.session, who, body.service_center_id, body.contract_id, body.quarter)
    location = {"Location": f"/v1/progress-reports/{found.report_id}"}
    return _answer(change.session, who, found.report_id, 201 if found.is_new else 200, location)


@router.get("/{progress_report_id}", response_model=ProgressReportOut)
def read_progress_report(who: EvaluationsRead, db: Db, progress_report_id: ProgressReportId) -> Response:
    """Read a report: its figures with their sources, and what is missing."""
    with db.read() as session:
        return _answer(session, who, progress_report_id)


@router.post("/{progress_report_id}/hand-over", response_model=ProgressReportOut)
@changes(key_required=True, match=True)
def hand_over_progress_report(
    who: EvaluationsWrite, change: Change, progress_report_id: ProgressReportId, body: HandOverIn
) -> Response:
    """Note that it was handed over to the finance bureau."""
    progress.hand_over(change.session, who, progress_report_id, body.handed_over_on, body.document_no, change.seen)
    return _answer(change.session, who, progress_report_id)


def _answer(
    session: Session, who: Caller, report_id: uuid.UUID, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    row = queries.report(session, who.centers, report_id)
    if row is None:
        raise NotFound(pointer="/path/progress_report_id")
    return answer(_out(row), status, etag(row["version"]) | (headers or {}))


def _out(row: RowMapping) -> ProgressReportOut:
    document = row["document"]
    days = {"first_day": "from", "last_day": "to", "as_of": "as_of", "budget_as_of": "budget_as_of"}
    said = {name: date.fromisoformat(document[key]) for name, key in days.items()}
    found = {"figures": document["figures"], "missing": document["missing"]}
    return ProgressReportOut.model_validate({**row, **said, **found})
