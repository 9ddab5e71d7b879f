"""办理期限: what a vendor owes or may still do, and what it is owed, each by its date."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db, answer
from app.api.auth import Vendor
from app.api.filters import UpdatedSince
from app.api.ids import DueDateId, OfContract
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.calendar.queries import work_calendar
from app.features.contracts import portal_queries
from app.features.contracts.portal_queries import DueDateFilter
from app.models.words import DueKind
from app.rules.deadlines import DueState, lateness
from app.rules.working_days import WorkCalendar
from app.values import Day, Out

router = vendors_room("portal")
Kind = Literal["acknowledgement", "appeal", "rectification", "monthly_report", "key_post", "payment"]


class PortalDueDate(Out):
    """One entry of the register: what is owed, by when, how the date was counted, and how it stands."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    kind: Annotated[Kind, Field(description="`appeal` is the last day on which an appeal is taken.")]
    owed_by: Annotated[
        Literal["vendor", "service_center"], Field(description="A payment is owed to the vendor, all else by it.")
    ]
    subject: Annotated[
        str,
        Field(
            description="For what: a month; of a rectification, the finding's id; of a payment, the payment period.",
            examples=["2023-01"],
        ),
    ]
    terms_version: Annotated[int, Field(description="The version of the terms that states the limit.")]
    event_on: Annotated[Day, Field(description="The day that the limit runs from.")]
    due_on: Annotated[Day, Field(description="The last day; it ends at 24:00 in Asia/Shanghai.")]
    provisional: Annotated[bool, Field(description="Counted over days that a holiday notice to come may decide.")]
    steps: Annotated[list[str], Field(description="How the date was counted, sentence by sentence.")]
    in_force_from: Day
    superseded_on: Annotated[Day | None, Field(description="Since when another date stands in its place, or none.")]
    met_on: Annotated[Day | None, Field(description="When it was done; null while it is not.")]
    state: DueState
    days_late: int
    working_days_late: int
    updated_at: datetime


OfKind = Annotated[Kind | None, Query(description="What is owed, or may still be done.")]
State = Annotated[DueState | None, Query(description="How it stands today.")]
Subject = Annotated[
    str | None,
    Query(max_length=64, description="For what: a month, a payment period, or a finding's id.", examples=["2023-Q3"]),
]


@router.get("/due-dates", response_model=PageOf[PortalDueDate], summary="List due dates")
def list_portal_due_dates(
    who: Vendor,
    db: Db,
    paging: Paged,
    kind: OfKind = None,
    state: State = None,
    subject: Subject = None,
    contract_id: OfContract = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List what the vendor owes and is owed, by the dates in force; `state=overdue` is what is late and still open."""
    wanted = DueDateFilter(contract_id, DueKind(kind) if kind else None, state, subject, updated_since)
    today = clock.today()
    with db.read() as session:
        page = portal_queries.due_dates(session, company(who), wanted, today, paging.page)
        calendar = work_calendar(session)
    return paging.answer([due_date_out(row, today, calendar) for row in page.rows], page.next_after)


@router.get("/due-dates/{due_date_id}", response_model=PortalDueDate, summary="Read a due date")
def read_portal_due_date(who: Vendor, db: Db, due_date_id: DueDateId) -> Response:
    """Read one due date with how it was counted; one that another date took the place of stays readable."""
    with db.read() as session:
        row = portal_queries.due_date(session, company(who), due_date_id)
        calendar = work_calendar(session)
    if row is None:
        raise NotFound(pointer="/path/due_date_id")
    return answer(due_date_out(row, clock.today(), calendar))


def due_date_out(row: RowMapping, today: date, calendar: WorkCalendar) -> PortalDueDate:
    """Show a due date as it stands on a day; a superseded one as it stood when it ended."""
    found = lateness(row["due_on"], row["met_on"], min(today, row["superseded_on"] or today), calendar)
    owed_by: Literal["vendor", "service_center"] = "service_center" if row["kind"] is DueKind.PAYMENT else "vendor"
    return PortalDueDate.model_construct(
        **row, owed_by=owed_by, state=found.state, days_late=found.days, working_days_late=found.working_days
    )
