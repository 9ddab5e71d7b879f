"""考核问题 of the months that a vendor was notified of."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db, Version, answer, etag_of
from app.api.auth import Vendor
from app.api.filters import IssueTypeCode, Month, UpdatedSince
from app.api.ids import OfContract, ToldFindingId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.portal.due_dates import PortalDueDate, due_date_out
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.assessments import portal_queries
from app.features.assessments.finding_queries import FindingFilter
from app.features.calendar.queries import work_calendar
from app.features.contracts import portal_queries as contract_queries
from app.models.words import DueKind
from app.values import Day, Hundredths, Out

router = vendors_room("portal")


class PortalFinding(Out):
    """One occurrence of an issue, as its vendor was notified of it."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    assessment_id: Annotated[uuid.UUID, Field(description="The notified month that it belongs to.")]
    period: str
    issue_type: Annotated[str, Field(description="The catalogue's code.", examples=["leaving_post"])]
    issue_type_name: str
    occurred_on: Day
    until: Annotated[Day | None, Field(description="The last day, where it lasted several.")]
    counter: str | None
    post: str | None
    level: Annotated[str | None, Field(description="The contract's own code of severity.")]
    unrectified: Annotated[bool, Field(description="It repeats a finding that was not rectified.")]
    description: str | None
    deduction_points: Annotated[Hundredths | None, Field(description="Points that it took off the month.")]
    at_least: Annotated[bool, Field(description="There may have been more occurrences than are recorded.")]
    counts: Annotated[bool, Field(description="False once it was withdrawn: it no longer counts for anything.")]
    withdrawn_on: Day | None
    version: Version
    updated_at: datetime


class PortalFindingDetail(PortalFinding):
    """A finding with the date by which it is to be rectified."""

    rectification: Annotated[
        PortalDueDate | None, Field(description="By when 整改 is owed; null where the terms state no limit.")
    ]


Withdrawn = Annotated[
    bool | None, Query(description="Only withdrawn ones, or only those that count.", examples=[False])
]


@router.get("/findings", response_model=PageOf[PortalFinding], summary="List findings")
def list_portal_findings(
    who: Vendor,
    db: Db,
    paging: Paged,
    contract_id: OfContract = None,
    period: Month = None,
    issue_type: IssueTypeCode = None,
    withdrawn: Withdrawn = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List the findings of notified months; withdrawn ones stay, and say so with `counts`."""
    wanted = FindingFilter(
        contract_id=contract_id,
        period=period,
        issue_type=issue_type,
        withdrawn=withdrawn,
        updated_since=updated_since,
    )
    with db.read() as session:
        page = portal_queries.findings(session, company(who), wanted, paging.page)
    return paging.answer([finding_out(row) for row in page.rows], page.next_after)


@router.get("/findings/{finding_id}", response_model=PortalFindingDetail, summary="Read a finding")
def read_portal_finding(who: Vendor, db: Db, finding_id: ToldFindingId) -> Response:
    """Read one finding of a notified month, and by when it is to be rectified."""
    vendor, today = company(who), clock.today()
    with db.read() as session:
        row = portal_queries.finding(session, vendor, finding_id)
        if row is None:
            raise NotFound(pointer="/path/finding_id")
        dues = contract_queries.due_dates_of_month(session, vendor, row["contract_id"], row["period"], [finding_id])
        calendar = work_calendar(session)
    owed = [due_date_out(due, today, calendar) for due in dues if due["kind"] is DueKind.RECTIFICATION]
    body = PortalFindingDetail.model_construct(**dict(finding_out(row)), rectification=next(iter(owed), None))
    return answer(body, headers=etag_of(row["version"], body))


def finding_out(row: RowMapping) -> PortalFinding:
    """Show a finding."""
    members = {
        "deduction_points": row["deduction_hundredths"],
        "unrectified": bool(row["unrectified"]),
        "counts": row["withdrawn_on"] is None,
    }
    return PortalFinding.model_construct(**(dict(row) | members))
