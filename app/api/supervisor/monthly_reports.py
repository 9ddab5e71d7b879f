"""The vendors' reports of their months, as the centre reads them, and their return."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, PathPeriod, answer, etag_of
from app.api.auth import DutiesRead, DutiesWrite
from app.api.changing import Change, changes
from app.api.filters import Year
from app.api.ids import ContractId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.features.access.caller import Caller
from app.features.vendor_duties import queries, reports
from app.features.vendor_duties.queries import Whose
from app.features.vendor_duties.reading import ReportState, Submitted, read_report, state_of, version_of
from app.rules.periods import Period
from app.values import Day, Out, Reason, Shape, shown

router = centers_room("duties", "/contracts/{contract_id}/monthly-reports")


class ReturningIn(Shape):
    """Why a report is returned; it is owed again."""

    model_config = shown({"reason": "缺少各窗口在岗人数"})

    reason: Reason


class FigureOut(Out):
    """One figure of a report, by a code of the vendor's own."""

    code: str
    value: Annotated[str, Field(description="Exact, as it was handed in.", examples=["12000"])]


class ReportFileOut(Out):
    """A file of a report."""

    id: uuid.UUID
    name: str
    size: int
    sha256: str
    media_type: str | None


class ReturnOut(Out):
    """That a report was returned, by whom and why."""

    reason: str
    returned_on: Day
    returned_by: str
    recorded_at: datetime


class SubmissionOut(Out):
    """One submission; the last one stands."""

    number: int
    summary: str
    figures: list[FigureOut]
    evidence: list[ReportFileOut]
    submitted_on: Day
    submitted_by: str
    recorded_at: datetime
    returned: Annotated[ReturnOut | None, Field(description="With it every submission before it is returned.")]


class ReportOut(Out):
    """How a month's report stands."""

    contract_id: uuid.UUID
    period: str
    state: ReportState
    due_on: Annotated[Day | None, Field(description="Null where the terms ask for no report of that month.")]
    provisional: Annotated[bool, Field(description="Counted over a year whose holiday notice is not out.")]
    met_on: Annotated[Day | None, Field(description="The first submission that was not returned.")]
    version: Annotated[int, Field(description="0 while nothing was handed in.")]


class ReportWithSubmissions(ReportOut):
    """How a month's report stands, with every submission."""

    submissions: list[SubmissionOut]


@router.get("", response_model=PageOf[ReportOut])
def list_monthly_reports(
    who: DutiesRead, db: Db, contract_id: ContractId, paging: Paged, year: Year = None
) -> Response:
    """List the months of a contract with the state of their reports."""
    with db.read() as session:
        page = queries.months(session, Whose.of_center(who), contract_id, year, paging.page)
    return paging.answer([ReportOut.model_construct(**_known(row)) for row in page.rows], page.next_after)


@router.get("/{period}", response_model=ReportWithSubmissions)
def read_monthly_report(who: DutiesRead, db: Db, contract_id: ContractId, period: PathPeriod) -> Response:
    """Read a month's report with every submission."""
    with db.read() as session:
        return _answer(session, who, contract_id, period)


@router.post("/{period}/returning", response_model=ReportWithSubmissions)
@changes(key_required=True, match=True)
def return_monthly_report(
    who: DutiesWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: ReturningIn
) -> Response:
    """Return a month's report with a reason: it is owed again, and the vendor is told."""
    reports.return_(change.session, who, contract_id, period, body.reason, change.seen)
    return _answer(change.session, who, contract_id, period)


def _answer(session: Session, who: Caller, contract_id: uuid.UUID, period: Period) -> Response:
    found = read_report(session, Whose.of_center(who), contract_id, period)
    submissions = [_submission(submitted) for submitted in found.submissions]
    body = ReportWithSubmissions.model_construct(**_known(found.month), submissions=submissions)
    return answer(body, headers=etag_of(found.version, body))


def _known(month: RowMapping) -> dict[str, Any]:
    return {
        "contract_id": month["contract_id"],
        "period": month["period"],
        "state": state_of(month),
        "due_on": month["due_on"],
        "provisional": bool(month["provisional"]),
        "met_on": month["met_on"],
        "version": version_of(month),
    }


def _submission(submitted: Submitted) -> SubmissionOut:
    row, returned = submitted.row, submitted.returned
    return SubmissionOut.model_construct(
        **{name: row[name] for name in ("number", "summary", "submitted_on", "submitted_by", "recorded_at")},
        figures=[FigureOut.model_construct(**figure) for figure in row["figures"]],
        evidence=[
            ReportFileOut.model_construct(**{name: file[name] for name in ReportFileOut.model_fields})
            for file in submitted.files
        ],
        returned=ReturnOut.model_construct(**{name: returned[name] for name in ReturnOut.model_fields})
        if returned
        else None,
    )
