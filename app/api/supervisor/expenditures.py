"""支出: what was spent from budget lines, many at once; and what is decided about those that are of another purpose."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, Version, answer, etag
from app.api.auth import BudgetsRead, BudgetsWrite
from app.api.changing import Change, changes
from app.api.ids import BUDGET_LINE, OTHER_BUDGET_LINE, BudgetLineId, ExpenditureId, OfCenter, OfContract
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.api.supervisor.budget_bodies import PurposeCode
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.budgets import decisions, expenditures, queries, reading_queries
from app.features.budgets.decisions import NewDecision
from app.features.budgets.expenditures import NewExpenditure
from app.features.budgets.reading_queries import ExpenditureFilter
from app.models.words import ExpenditureDecisionKind
from app.values import Day, DocumentNo, ExternalRef, Fen, Name, Note, Out, Reason, Shape, SignedFen, shown

router = centers_room("budgets")
MOST = 500
"""Expenditures that one request records."""
_SPENT = {
    "amount": "938761.72",
    "spent_on": "2023-10-20",
    "purpose": "outsourcing",
    "external_ref": "2023-10-0031",
    "document_no": "记-2023-1031",
    "description": "九月外包服务费",
}
_DAILY = {
    "amount": "12800.00",
    "spent_on": "2023-11-06",
    "purpose": "daily",
    "purpose_name": "日常支出",
    "external_ref": "2023-11-0007",
    "description": "办公用品",
}


class ExpenditureIn(Shape):
    """What was spent; a purpose that the line is not for is recorded and flagged."""

    model_config = shown(_DAILY)

    amount: Fen
    spent_on: Annotated[Day, Field(description="A day of the line's year.")]
    purpose: PurposeCode
    purpose_name: Annotated[
        Name | None,
        Field(description="Left out: the name that this line, else another one of its year, has for the code."),
    ] = None
    external_ref: Annotated[
        ExternalRef, Field(description="Its number in the accounts, once in a service center.", examples=["2023-11-07"])
    ]
    document_no: Annotated[DocumentNo | None, Field(description="The voucher (凭证号).")] = None
    description: Note | None = None
    payment_id: Annotated[uuid.UUID | None, Field(description="The payment that it is, if on record here.")] = None

    def new(self, line_id: uuid.UUID) -> NewExpenditure:
        """Give it as the service takes it."""
        return NewExpenditure(
            line_id=line_id,
            amount_fen=self.amount,
            **self.model_dump(exclude={"amount", "budget_line_id"}),
        )


class LineExpenditureIn(ExpenditureIn):
    """What was spent from which line."""

    model_config = shown({"budget_line_id": str(BUDGET_LINE), **_SPENT})

    budget_line_id: uuid.UUID


class ExpendituresIn(Shape):
    """What finance staff export: all of it is recorded, or nothing."""

    model_config = shown(
        {
            "expenditures": [
                {"budget_line_id": str(BUDGET_LINE), **_SPENT},
                {
                    "budget_line_id": str(OTHER_BUDGET_LINE),
                    "amount": "4200.00",
                    "spent_on": "2023-10-24",
                    "purpose": "daily",
                    "external_ref": "2023-10-0032",
                },
            ]
        }
    )

    expenditures: Annotated[
        list[LineExpenditureIn], Field(min_length=1, max_length=MOST, description="Of one service center.")
    ]


class ReclassificationIn(Shape):
    """Which line bears it from a day on, and why."""

    model_config = shown(
        {
            "budget_line_id": str(OTHER_BUDGET_LINE),
            "reason": "按用途调整至日常公用经费",
            "document_no": "财〔2023〕44号",
        }
    )

    budget_line_id: Annotated[uuid.UUID, Field(description="A line of the same year that is for the purpose.")]
    reason: Reason
    decided_on: Annotated[Day | None, Field(description="Left out: today.")] = None
    document_no: DocumentNo | None = None


class ExpenditureAcceptanceIn(Shape):
    """Why it stands although its line is not for it."""

    model_config = shown({"reason": "经主任办公会批准", "decided_on": "2023-12-01"})

    reason: Reason
    decided_on: Annotated[Day | None, Field(description="Left out: today.")] = None
    document_no: DocumentNo | None = None


class ReversalIn(Shape):
    """Why it was wrong."""

    model_config = shown({"reason": "重复记账"})

    reason: Reason
    reversed_on: Annotated[Day | None, Field(description="Left out: today.")] = None


class ExpenditureOut(Out):
    """What was spent, and the line that bears it now."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    budget_line_id: Annotated[uuid.UUID, Field(description="The line that it was recorded under.")]
    charged_line_id: Annotated[uuid.UUID, Field(description="The line that bears it now.")]
    contract_id: uuid.UUID | None
    amount: SignedFen
    spent_on: Day
    purpose: str
    purpose_name: str | None
    mismatched: Annotated[bool, Field(description="Of another purpose than its line, and not decided about.")]
    description: str | None
    external_ref: Annotated[str | None, Field(description="Null for a counter-entry.")]
    document_no: str | None
    payment_id: uuid.UUID | None
    reverses_id: Annotated[uuid.UUID | None, Field(description="What this counter-entry undoes.")]
    reversal_reason: str | None
    reversed_by_id: Annotated[uuid.UUID | None, Field(description="The counter-entry that has undone it.")]
    recorded_by: str
    version: Version
    recorded_at: datetime
    updated_at: datetime


class DecisionOut(Out):
    """What was decided about an expenditure."""

    kind: ExpenditureDecisionKind
    decided_on: Day
    from_line_id: uuid.UUID
    to_line_id: uuid.UUID | None
    reason: str
    document_no: str | None
    decided_by: str
    recorded_at: datetime


class OneExpenditureOut(ExpenditureOut):
    """What was spent, with all that was decided about it."""

    decisions: list[DecisionOut]


class RecordedOut(Out):
    """The ids of what was recorded, in the order of the request."""

    ids: list[uuid.UUID]


OfLine = Annotated[uuid.UUID | None, Query(description="Charged to this line now.", examples=[BUDGET_LINE])]
OfPurpose = Annotated[str | None, Query(max_length=64, description="For this purpose.", examples=["outsourcing"])]
Mismatched = Annotated[
    bool | None,
    Query(description="Only those of another purpose than their line and not decided about.", examples=[False]),
]
SpentFrom = Annotated[Day | None, Query(description="Spent on this day or later.", examples=["2023-01-01"])]
SpentUntil = Annotated[Day | None, Query(description="Spent on this day or earlier.", examples=["2023-12-31"])]


@router.get("/expenditures", response_model=PageOf[ExpenditureOut])
def list_expenditures(
    who: BudgetsRead,
    db: Db,
    paging: Paged,
    budget_line_id: OfLine = None,
    purpose: OfPurpose = None,
    mismatched: Mismatched = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    spent_from: SpentFrom = None,
    spent_until: SpentUntil = None,
) -> Response:
    """List expenditures and their counter-entries."""
    wanted = ExpenditureFilter(
        budget_line_id, purpose, mismatched, contract_id, service_center_id, spent_from, spent_until
    )
    with db.read() as session:
        page = reading_queries.expenditures(session, who.centers, wanted, clock.today(), paging.page)
    return paging.answer([ExpenditureOut.model_validate(_shown(row)) for row in page.rows], page.next_after)


@router.post("/expenditures", status_code=201, response_model=RecordedOut)
@changes(key_required=True)
def record_expenditures(who: BudgetsWrite, change: Change, body: ExpendituresIn) -> Response:
    """Record up to 500 expenditures of one service center, all or none of them."""
    found = expenditures.record(change.session, who, [one.new(one.budget_line_id) for one in body.expenditures])
    return answer(RecordedOut(ids=found), 201)


@router.get("/budgets/{budget_line_id}/expenditures", response_model=PageOf[ExpenditureOut])
def list_budget_expenditures(who: BudgetsRead, db: Db, budget_line_id: BudgetLineId, paging: Paged) -> Response:
    """List what is charged to a line now."""
    wanted = ExpenditureFilter(budget_line_id)
    with db.read() as session:
        page = reading_queries.expenditures(session, who.centers, wanted, clock.today(), paging.page)
    return paging.answer([ExpenditureOut.model_validate(_shown(row)) for row in page.rows], page.next_after)


@router.post("/budgets/{budget_line_id}/expenditures", status_code=201, response_model=OneExpenditureOut)
@changes(key_required=True)
def record_expenditure(
    who: BudgetsWrite, change: Change, budget_line_id: BudgetLineId, body: ExpenditureIn
) -> Response:
    """Record one expenditure of a line."""
    (id_,) = expenditures.record(change.session, who, [body.new(budget_line_id)], "")
    return _answer(change.session, who, id_, 201, {"Location": f"/v1/expenditures/{id_}"})


@router.get("/expenditures/{expenditure_id}", response_model=OneExpenditureOut)
def read_expenditure(who: BudgetsRead, db: Db, expenditure_id: ExpenditureId) -> Response:
    """Read an expenditure with what was decided about it."""
    with db.read() as session:
        return _answer(session, who, expenditure_id)


@router.post("/expenditures/{expenditure_id}/acceptance", response_model=OneExpenditureOut)
@changes(key_required=True, match=True)
def accept_expenditure(
    who: BudgetsWrite, change: Change, expenditure_id: ExpenditureId, body: ExpenditureAcceptanceIn
) -> Response:
    """Let an expenditure of another purpose stand, for a reason; its alert is resolved."""
    new = NewDecision(decided_on=body.decided_on or clock.today(), reason=body.reason, document_no=body.document_no)
    decisions.accept(change.session, who, expenditure_id, new, change.seen)
    return _answer(change.session, who, expenditure_id)


@router.post("/expenditures/{expenditure_id}/reclassification", response_model=OneExpenditureOut)
@changes(key_required=True, match=True, shown=2)
def reclassify_expenditure(
    who: BudgetsWrite, change: Change, expenditure_id: ExpenditureId, body: ReclassificationIn
) -> Response:
    """Charge an expenditure to another line that is for its purpose; its alert is resolved."""
    new = NewDecision(decided_on=body.decided_on or clock.today(), reason=body.reason, document_no=body.document_no)
    decisions.reclassify(change.session, who, expenditure_id, body.budget_line_id, new, change.seen)
    return _answer(change.session, who, expenditure_id)


@router.post("/expenditures/{expenditure_id}/reversal", response_model=OneExpenditureOut)
@changes(key_required=True, match=True, shown=3)
def reverse_expenditure(who: BudgetsWrite, change: Change, expenditure_id: ExpenditureId, body: ReversalIn) -> Response:
    """Undo a wrong expenditure by a counter-entry; both stay."""
    day = body.reversed_on or clock.today()
    expenditures.reverse(change.session, who, expenditure_id, day, body.reason, change.seen)
    return _answer(change.session, who, expenditure_id)


def _answer(
    session: Session, who: Caller, expenditure_id: uuid.UUID, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    row = reading_queries.expenditure(session, who.centers, expenditure_id, clock.today())
    if row is None:
        raise NotFound(pointer="/path/expenditure_id")
    decided = [DecisionOut.model_validate(dict(found)) for found in queries.decisions(session, expenditure_id)]
    out = OneExpenditureOut.model_validate(_shown(row) | {"decisions": decided})
    return answer(out, status, etag(row["version"]) | (headers or {}))


def _shown(row: RowMapping) -> dict[str, Any]:
    return {**row, "amount": row["amount_fen"], "mismatched": row["open_mismatch"]}
