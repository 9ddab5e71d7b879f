"""The vendor's reports of its months: hand one in, read what became of it, list a contract's."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, PathPeriod, answer, etag_of
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.filters import Year
from app.api.ids import ContractId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.features.vendor_duties import queries, reports
from app.features.vendor_duties.queries import Whose
from app.features.vendor_duties.reading import ReportState, Submitted, read_report, state_of, version_of
from app.features.vendor_duties.reports import Figure, Report
from app.rules.periods import Period
from app.values import Code, Day, LongText, Out, Quantity, Shape, shown

router = vendors_room("portal", "/contracts/{contract_id}/monthly-reports")


class PortalFigureIn(Shape):
    """One figure, by a code of the vendor's own."""

    code: Annotated[Code, Field(examples=["head_count"])]
    value: Quantity


class PortalReportIn(Shape):
    """项目月报: what the vendor says of a month. An error in a figure names its cell, such as `/figures/3/value`."""

    model_config = shown(
        {
            "summary": "本月在岗45人，办件1.2万件，无投诉。",
            "figures": [{"code": "head_count", "value": "45"}, {"code": "cases_handled", "value": "12000"}],
        }
    )

    summary: LongText
    figures: Annotated[list[PortalFigureIn], Field(max_length=200, description="Each code once.")] = []  # noqa: RUF012 pydantic copies it
    evidence: Annotated[list[uuid.UUID], Field(max_length=20, description="Files of `POST /v1/portal/evidence`.")] = []  # noqa: RUF012 pydantic copies it

    def report(self) -> Report:
        """Read the body as the feature's report."""
        figures = [Figure(item.code, item.value) for item in self.figures]
        return Report(summary=self.summary, figures=figures, evidence=self.evidence)


class PortalFigure(Out):
    """One figure of a report."""

    code: str
    value: Annotated[str, Field(description="Exact, as it was handed in.", examples=["12000"])]


class PortalReportFile(Out):
    """A file of a report."""

    id: uuid.UUID
    name: str
    size: int
    sha256: str
    media_type: str | None


class PortalReturn(Out):
    """That the service center returned it, and why."""

    reason: str
    returned_on: Day


class PortalSubmission(Out):
    """One submission; the last one stands."""

    number: int
    summary: str
    figures: list[PortalFigure]
    evidence: list[PortalReportFile]
    submitted_on: Day
    submitted_by: str
    recorded_at: datetime
    returned: Annotated[PortalReturn | None, Field(description="With it every submission before it is returned.")]


class PortalReport(Out):
    """How a month's report stands."""

    contract_id: uuid.UUID
    period: str
    state: ReportState
    due_on: Annotated[Day | None, Field(description="Null where the terms ask for no report of that month.")]
    provisional: Annotated[bool, Field(description="Counted over a year whose holiday notice is not out.")]
    met_on: Annotated[Day | None, Field(description="The first submission that was not returned.")]
    version: Annotated[int, Field(description="0 while nothing was handed in.")]


class PortalReportDetail(PortalReport):
    """How a month's report stands, with every submission."""

    submissions: list[PortalSubmission]


@router.get("", response_model=PageOf[PortalReport])
def list_portal_monthly_reports(
    who: Vendor, db: Db, contract_id: ContractId, paging: Paged, year: Year = None
) -> Response:
    """List the months of a contract with the state of their reports."""
    with db.read() as session:
        page = queries.months(session, Whose(vendor_id=company(who)), contract_id, year, paging.page)
    items = [PortalReport.model_construct(**_known(row)) for row in page.rows]
    return paging.answer(items, page.next_after)


@router.get("/{period}", response_model=PortalReportDetail)
def read_portal_monthly_report(who: Vendor, db: Db, contract_id: ContractId, period: PathPeriod) -> Response:
    """Read a month's report with every submission."""
    with db.read() as session:
        return _answer(session, company(who), contract_id, period)


@router.put("/{period}", response_model=PortalReportDetail)
@changes(key_required=True, match=True, shown=0)
def hand_in_monthly_report(
    who: VendorWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: PortalReportIn
) -> Response:
    """Hand in the report of a month that has ended; a further submission stands beside the earlier ones."""
    vendor_id = company(who)
    reports.hand_in(change.session, who, vendor_id, contract_id, period, body.report(), change.seen)
    return _answer(change.session, vendor_id, contract_id, period)


def _answer(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID, period: Period) -> Response:
    found = read_report(session, Whose(vendor_id=vendor_id), contract_id, period)
    submissions = [_submission(submitted) for submitted in found.submissions]
    body = PortalReportDetail.model_construct(**_known(found.month), submissions=submissions)
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


def _submission(submitted: Submitted) -> PortalSubmission:
    row, returned = submitted.row, submitted.returned
    return PortalSubmission.model_construct(
        **{name: row[name] for name in ("number", "summary", "submitted_on", "submitted_by", "recorded_at")},
        figures=[PortalFigure.model_construct(**figure) for figure in row["figures"]],
        evidence=[
            PortalReportFile.model_construct(**{name: file[name] for name in PortalReportFile.model_fields})
            for file in submitted.files
        ],
        returned=PortalReturn(reason=returned["reason"], returned_on=returned["returned_on"]) if returned else None,
    )
