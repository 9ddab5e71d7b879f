"""Settlements: what is drafted for a payment period, with every step of every line, and its approval."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Created, Db, Version, answer, created, etag_of
from app.api.auth import Approvals, SettlementsRead, SettlementsWrite
from app.api.changing import Change, changes
from app.api.filters import UpdatedSince
from app.api.ids import ContractId, OfCenter, OfContract, SettlementId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.api.steps import Clause, LineExplanation, clause_of, explained, sums_of
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.settlements import queries, service
from app.features.settlements.objections.queries import against
from app.features.settlements.queries import SettlementFilter
from app.models.words import MoneyStatus, ObjectionState
from app.values import Day, Fen, Out, Shape, SignedFen, shown

router = centers_room("settlements")

Status = Literal["draft", "approved", "paid", "superseded"]
PaymentPeriod = Annotated[
    str,
    StringConstraints(pattern=r"^(20\d{2}-(0[1-9]|1[0-2]|Q[1-4])|[IS]\d{1,3})$"),
    Field(
        examples=["2023-Q3"], description="A month 2023-01, a quarter 2023-Q1, an instalment I1, or a supplement S1."
    ),
]
OfPeriod = Annotated[
    str | None,
    Query(max_length=16, description="Only of this payment period, or `opening`.", examples=["2023-Q3"]),
]
OfStatus = Annotated[
    Status | None, Query(description="`approved` is not fully paid yet; left out: all in force.", examples=["draft"])
]


class SettlementIn(Shape):
    """Which payment period to draft."""

    model_config = shown({"payment_period": "2023-Q3"})

    payment_period: PaymentPeriod


class LineOut(Out):
    """One amount; positive as its component says, and an adjustment may be negative."""

    number: int
    period: str | None
    component: Annotated[str, Field(examples=["fee", "score_deduction", "holdback"])]
    adjustment: Annotated[int | None, Field(description="The contract's running number of adjustments.")]
    amount: SignedFen
    clause: Clause | None


class SettlementOut(Out):
    """费用结算 of a payment period: payable = fee − deducted − held − carried over."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    service_center_id: uuid.UUID
    payment_period: str
    months: list[str]
    ends_on: Day
    status: Status
    fee: SignedFen
    deducted: SignedFen
    held: SignedFen
    adjusted: Annotated[SignedFen, Field(description="What its adjustments do to the amount payable; contained above.")]
    carried_over: Annotated[SignedFen, Field(description="Set off against what the vendor owes; negative: owed anew.")]
    payable: Fen
    paid: Fen
    unpaid: Fen
    drafted_by: str
    drafted_on: Day
    approved_by: str | None
    approved_on: Day | None
    note: str | None
    version: Version
    created_at: datetime
    updated_at: datetime


class LineObjected(Out):
    """An objection to a line; it holds up no payment."""

    id: uuid.UUID
    line: int
    state: ObjectionState
    filed_on: Day


class SettlementWithLines(SettlementOut):
    """A settlement with its lines, and the vendor's objections to them."""

    lines: list[LineOut]
    objections: list[LineObjected]


class Explanation(Out):
    """How each line of a settlement came about."""

    settlement_id: uuid.UUID
    payment_period: str
    payable: Fen
    lines: list[LineExplanation]


@router.get("/contracts/{contract_id}/settlements", response_model=PageOf[SettlementOut])
def list_settlements_of_contract(
    contract_id: ContractId,
    who: SettlementsRead,
    db: Db,
    paging: Paged,
    status: OfStatus = None,
    payment_period: OfPeriod = None,
) -> Response:
    """List a contract's settlements; superseded drafts only where asked for."""
    wanted = SettlementFilter(contract_id=contract_id, status=status, payment_period=payment_period)
    with db.read() as session:
        page = queries.settlements(session, who.centers, wanted, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.get("/settlements", response_model=PageOf[SettlementOut])
def list_settlements(
    who: SettlementsRead,
    db: Db,
    paging: Paged,
    status: OfStatus = None,
    payment_period: OfPeriod = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List settlements across contracts."""
    wanted = SettlementFilter(contract_id, service_center_id, payment_period, status, updated_since)
    with db.read() as session:
        page = queries.settlements(session, who.centers, wanted, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.post("/contracts/{contract_id}/settlements", status_code=201, response_model=Created)
@changes(key_required=True)
def draft_settlement(contract_id: ContractId, who: SettlementsWrite, body: SettlementIn, change: Change) -> Response:
    """Draft the settlement of a payment period from what is on record; a draft of it that is there is superseded."""
    id_ = service.draft(change.session, who, contract_id, body.payment_period)
    return created(id_, f"/v1/contracts/{contract_id}/settlements/{id_}")


@router.get("/contracts/{contract_id}/settlements/{settlement_id}", response_model=SettlementWithLines)
def read_settlement(contract_id: ContractId, settlement_id: SettlementId, who: SettlementsRead, db: Db) -> Response:
    """Read a settlement with its lines."""
    with db.read() as session:
        row = _row(session, who, contract_id, settlement_id)
        return _answer(row, queries.lines(session, settlement_id), against(session, settlement_id))


@router.get("/contracts/{contract_id}/settlements/{settlement_id}/explanation", response_model=Explanation)
def explain_settlement(contract_id: ContractId, settlement_id: SettlementId, who: SettlementsRead, db: Db) -> Response:
    """Read every step of every line: inputs with their sources, exact values, where it was rounded, in words too."""
    with db.read() as session:
        row = _row(session, who, contract_id, settlement_id)
        lines = queries.lines_with_steps(session, settlement_id)
    body = Explanation.model_construct(
        settlement_id=settlement_id,
        payment_period=row["payment_period"],
        payable=row["payable_fen"],
        lines=[explained(row, line) for line in lines],
    )
    return answer(body)


@router.post("/contracts/{contract_id}/settlements/{settlement_id}/approval", response_model=SettlementWithLines)
@changes(key_required=True, match=True)
def approve_settlement(
    contract_id: ContractId, settlement_id: SettlementId, who: Approvals, change: Change
) -> Response:
    """Approve another person's draft and post it to the ledger."""
    approved = service.approve(change.session, who, contract_id, settlement_id, change.seen)
    return _answer(approved.settlement, approved.lines)


def _row(session: Session, who: Caller, contract_id: uuid.UUID, settlement_id: uuid.UUID) -> RowMapping:
    row = queries.settlement(session, who.centers, contract_id, settlement_id)
    if row is None:
        raise NotFound("There is no such settlement of the contract.", pointer="/path/settlement_id")
    return row


def _answer(
    row: RowMapping | Mapping[str, Any], lines: Sequence[RowMapping], objections: Sequence[RowMapping] = ()
) -> Response:
    body = SettlementWithLines.model_construct(
        **_values(row),
        lines=[_line(row, line) for line in lines],
        objections=[LineObjected(**objection) for objection in objections],
    )
    return answer(body, headers=etag_of(row["version"], body))


def _out(row: RowMapping) -> SettlementOut:
    return SettlementOut.model_construct(**_values(row))


def _values(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    paid = row["status"] is MoneyStatus.APPROVED and row["paid_fen"] == row["payable_fen"]
    return SettlementOut.members_of(row) | sums_of(row) | {"status": "paid" if paid else row["status"].value}


def _line(settlement: RowMapping | Mapping[str, Any], row: RowMapping) -> LineOut:
    return LineOut.model_construct(
        number=row["number"],
        period=row["period"],
        component=row["component"],
        adjustment=row["adjustment"],
        amount=row["amount_fen"],
        clause=clause_of(settlement, row),
    )
