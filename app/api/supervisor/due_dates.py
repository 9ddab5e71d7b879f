"""The register of due dates."""

import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db
from app.api.auth import DueDatesRead
from app.api.filters import UpdatedSince
from app.api.ids import ContractId, OfCenter, OfContract
from app.api.paging import Paged, PageOf, Paging
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries
from app.features.contracts.queries import DueDateFilter
from app.models.words import DueKind
from app.rules.deadlines import DueState, lateness
from app.rules.working_days import WorkCalendar
from app.values import Day, Out

router = centers_room("due dates")


class DueDateOut(Out):
    """办理期限: what is owed, by when, and how it stands."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    kind: DueKind
    subject: str
    terms_version: int
    event_on: Day
    due_on: Day
    provisional: Annotated[bool, Field(description="Counted over days that a holiday notice to come may decide.")]
    steps: Annotated[list[str], Field(description="How the date was counted.")]
    in_force_from: Day
    superseded_on: Day | None
    superseded_because: str | None
    met_on: Day | None
    state: DueState
    days_late: int
    working_days_late: int
    updated_at: datetime


Kind = Annotated[DueKind | None, Query(description="What is owed.")]
Subject = Annotated[
    str | None, Query(max_length=32, description="For what it is owed: a month or a year.", examples=["2023-01"])
]
State = Annotated[DueState | None, Query(description="How it stands on `as_of`.")]
AsOf = Annotated[Day | None, Query(description="The day to look from; left out, today.", examples=["2023-12-31"])]
Superseded = Annotated[
    bool, Query(description="Whether dates that are no longer in force are listed too.", examples=[True])
]


@router.get("/due-dates", response_model=PageOf[DueDateOut])
def list_due_dates(
    who: DueDatesRead,
    db: Db,
    paging: Paged,
    as_of: AsOf = None,
    kind: Kind = None,
    state: State = None,
    subject: Subject = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    superseded: Superseded = False,
    updated_since: UpdatedSince = None,
) -> Response:
    """List due dates across contracts."""
    wanted = DueDateFilter(contract_id, service_center_id, kind, state, subject, superseded, updated_since)
    return _listed(who, db, paging, wanted, as_of or clock.today())


@router.get("/contracts/{contract_id}/due-dates", response_model=PageOf[DueDateOut])
def list_due_dates_of_contract(
    who: DueDatesRead,
    db: Db,
    contract_id: ContractId,
    paging: Paged,
    as_of: AsOf = None,
    kind: Kind = None,
    state: State = None,
    superseded: Superseded = False,
) -> Response:
    """List the due dates of a contract."""
    with db.read() as session:
        if queries.contract(session, who.centers, contract_id) is None:
            raise NotFound("There is no such contract.", pointer="/path/contract_id")
    wanted = DueDateFilter(contract_id=contract_id, kind=kind, state=state, superseded=superseded)
    return _listed(who, db, paging, wanted, as_of or clock.today())


def _listed(who: Caller, db: Db, paging: Paging, wanted: DueDateFilter, as_of: date) -> Response:
    with db.read() as session:
        page = queries.due_dates(session, who.centers, wanted, as_of, paging.page)
        calendar = work_calendar(session)
    return paging.answer([_out(row, as_of, calendar) for row in page.rows], page.next_after)


def _out(row: RowMapping, as_of: date, calendar: WorkCalendar) -> DueDateOut:
    found = lateness(row["due_on"], row["met_on"], min(as_of, row["superseded_on"] or as_of), calendar)
    return DueDateOut.model_construct(
        **row, state=found.state, days_late=found.days, working_days_late=found.working_days
    )
