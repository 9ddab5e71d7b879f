"""预算: the lines of projects and years, their adjustments, and what was spent from each."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Created, Db, Version, answer, created, etag_of
from app.api.auth import BudgetsRead, BudgetsWrite
from app.api.changing import Change, changes
from app.api.filters import UpdatedSince
from app.api.ids import CENTER, CONTRACT, OTHER_BUDGET_LINE, BudgetLineId, OfCenter, OfContract
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.api.supervisor.budget_bodies import (
    AdjustedFen,
    AdjustmentOut,
    AmountsOut,
    PurposeCode,
    RateOut,
    adjustment_out,
    amounts_out,
    rate_out,
)
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.budgets import lines, queries, reading_queries
from app.features.budgets.lines import LineDraft, NewAdjustment, Purpose
from app.features.budgets.reading_queries import LineFilter
from app.features.budgets.summary import positions
from app.rules.budgets import Base, Position, rate_of
from app.values import Code, Day, DocumentNo, Fen, Name, Note, Out, Reason, Shape, SignedFen, shown

router = centers_room("budgets", "/budgets")
BudgetYear = Annotated[int | None, Query(ge=2000, le=2099, description="Of this budget year.", examples=[2023])]
_YEAR = Field(ge=2000, le=2089, strict=True, description="The budget year.")
_LINE = {
    "name": "政务大厅综合窗口外包经费",
    "initial": "11265500.00",
    "purposes": [{"code": "outsourcing", "name": "综合窗口外包服务费"}],
    "contract_id": str(CONTRACT),
    "source": "2023年部门预算批复",
}


class PurposeIn(Shape):
    """What a line may be spent for."""

    code: PurposeCode
    name: Name


class LineIn(Shape):
    """What the paper says of a project's money of a year."""

    model_config = shown({**_LINE, "note": "含延时服务费"})

    name: Name
    initial: Annotated[Fen, Field(description="年初预算. It stands once the line was adjusted or spent from.")]
    purposes: Annotated[
        list[PurposeIn],
        Field(max_length=50, description="All that it may be spent for. They stand once the line was spent from."),
    ]
    contract_id: Annotated[uuid.UUID | None, Field(description="The contract that is paid from it, if any.")] = None
    source: Annotated[Name | None, Field(description="Which paper says so.")] = None
    note: Note | None = None

    def draft(self) -> LineDraft:
        """Give it as the service takes it."""
        return LineDraft(
            name=self.name,
            initial_fen=self.initial,
            purposes=[Purpose(purpose.code, purpose.name) for purpose in self.purposes],
            contract_id=self.contract_id,
            source=self.source,
            note=self.note,
        )


class NewLineIn(LineIn):
    """A line of a project and year."""

    model_config = shown({"service_center_id": str(CENTER), "project": "window-outsourcing", "year": 2023, **_LINE})

    service_center_id: uuid.UUID
    project: Annotated[Code, Field(description="The project's code; one line a project and year.")]
    year: Annotated[int, _YEAR]


class AdjustmentIn(Shape):
    """An amount that the line gains, or loses where it is negative."""

    model_config = shown(
        {
            "amount": "3030.96",
            "adjusted_on": "2023-06-30",
            "reason": "追加延时服务费",
            "document_no": "财预〔2023〕18号",
        },
        {
            "amount": "-120000.00",
            "adjusted_on": "2023-09-15",
            "reason": "调剂至大厅运行",
            "document_no": "财预〔2023〕31号",
            "counterpart_line_id": str(OTHER_BUDGET_LINE),
        },
    )

    amount: AdjustedFen
    adjusted_on: Day
    reason: Annotated[
        Reason | None, Field(description="Left out where no paper explains it: the summary names it then.")
    ] = None
    document_no: DocumentNo | None = None
    counterpart_line_id: Annotated[
        uuid.UUID | None,
        Field(description="Between projects: the line that loses what this one gains, or gains what it loses."),
    ] = None


class PurposeOut(Out):
    """What a line may be spent for."""

    code: str
    name: str


class LineOut(Out):
    """A line, and what it comes to today."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    contract_id: uuid.UUID | None
    project: str
    year: int
    name: str
    initial: SignedFen
    purposes: list[PurposeOut]
    source: str | None
    note: str | None
    amounts: AmountsOut
    version: Version
    created_at: datetime
    updated_at: datetime


class OneLineOut(LineOut):
    """A line with its adjustments, and its rate against each base."""

    adjustments: list[AdjustmentOut]
    rates: list[RateOut]


OfProject = Annotated[str | None, Query(max_length=64, description="Of this project.", examples=["window-outsourcing"])]


@router.get("", response_model=PageOf[LineOut])
def list_budgets(
    who: BudgetsRead,
    db: Db,
    paging: Paged,
    year: BudgetYear = None,
    project: OfProject = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List budget lines with what each comes to today."""
    wanted = LineFilter(year, project, contract_id, service_center_id, updated_since)
    with db.read() as session:
        page = reading_queries.lines(session, who.centers, wanted, paging.page)
        found = positions(session, page.rows, clock.today())
    return paging.answer([LineOut.model_validate(_shown(row, found[row["id"]])) for row in page.rows], page.next_after)


@router.post("", status_code=201, response_model=Created)
@changes(key_required=True)
def create_budget(who: BudgetsWrite, change: Change, body: NewLineIn) -> Response:
    """Enter the line of a project and year."""
    line_id = lines.create(change.session, who, body.service_center_id, body.project, body.year, body.draft())
    return created(line_id, f"/v1/budgets/{line_id}")


@router.get("/{budget_line_id}", response_model=OneLineOut)
def read_budget(who: BudgetsRead, db: Db, budget_line_id: BudgetLineId) -> Response:
    """Read a line with its adjustments, and its rate against each base by name."""
    with db.snapshot() as session:
        return _answer(session, who, budget_line_id)


@router.put("/{budget_line_id}", response_model=OneLineOut)
@changes(key_required=True, match=True)
def change_budget(who: BudgetsWrite, change: Change, budget_line_id: BudgetLineId, body: LineIn) -> Response:
    """Change what a line says; amount and purposes only as long as nothing rests on them."""
    lines.change(change.session, who, budget_line_id, body.draft(), change.seen)
    return _answer(change.session, who, budget_line_id)


@router.post("/{budget_line_id}/adjustments", response_model=OneLineOut, status_code=201)
@changes(key_required=True, match=True, shown=2)
def adjust_budget(who: BudgetsWrite, change: Change, budget_line_id: BudgetLineId, body: AdjustmentIn) -> Response:
    """Adjust a line, or with a counterpart two lines in one act; no line comes to less than nothing."""
    new = NewAdjustment(
        amount_fen=body.amount,
        adjusted_on=body.adjusted_on,
        reason=body.reason,
        document_no=body.document_no,
        counterpart_line_id=body.counterpart_line_id,
    )
    lines.adjust(change.session, who, budget_line_id, new, change.seen)
    return _answer(change.session, who, budget_line_id, 201)


def _answer(session: Session, who: Caller, line_id: uuid.UUID, status: int = 200) -> Response:
    row = reading_queries.line(session, who.centers, line_id)
    if row is None:
        raise NotFound(pointer="/path/budget_line_id")
    found = positions(session, [row], clock.today())[line_id]
    stated = queries.contract_years(session, [row["contract_id"]], row["year"]) if row["contract_id"] else {}
    rates = [rate_out(rate_of(found, base, stated.get(row["contract_id"]))) for base in Base]
    adjustments = [adjustment_out(adjustment) for adjustment in queries.adjustments(session, [line_id])]
    out = OneLineOut.model_validate(_shown(row, found) | {"adjustments": adjustments, "rates": rates})
    return answer(out, status, etag_of(row["version"], out))


def _shown(row: RowMapping, found: Position) -> dict[str, Any]:
    return {**row, "initial": row["initial_fen"], "amounts": amounts_out(found)}
