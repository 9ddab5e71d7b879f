"""费用结算: what a vendor is paid for a payment period, once it is approved, with every step of every line."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, Version, answer, etag_of
from app.api.auth import Vendor
from app.api.filters import UpdatedSince
from app.api.ids import OfContract, SettlementId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.portal.sources import PortalClause, PortalStep, clause_of_line, portal_steps
from app.api.rooms import vendors_room
from app.api.steps import sums_of
from app.errors import NotFound
from app.features.settlements import portal_queries
from app.features.settlements.portal_queries import SettlementFilter
from app.features.settlements.untold import Untold, Withheld, untold
from app.values import Day, Fen, Out, SignedFen

router = vendors_room("portal")
Status = Literal["approved", "paid"]


class PortalSettlement(Out):
    """费用结算 of a payment period: payable = fee − deducted − held − carried over."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    payment_period: Annotated[
        str,
        Field(description="A month, a quarter, an instalment I1, a supplement S1, or `opening`.", examples=["2023-Q3"]),
    ]
    months: Annotated[list[str], Field(description="The months that it settles.")]
    ends_on: Day
    status: Annotated[Status, Field(description="`approved` is not fully paid yet.")]
    fee: SignedFen
    deducted: SignedFen
    held: SignedFen
    adjusted: Annotated[SignedFen, Field(description="What its adjustments do to the amount payable; contained above.")]
    carried_over: Annotated[SignedFen, Field(description="Set off against what the vendor owes; negative: owed anew.")]
    payable: Fen
    paid: Fen
    unpaid: Fen
    approved_on: Day
    digest: Annotated[
        str, Field(description="SHA-256 of its lines with their steps: two with the same digest say the same.")
    ]
    version: Version
    updated_at: datetime


class PortalLine(Out):
    """One amount; positive as its component says, and an adjustment may be negative."""

    number: int
    period: str | None
    component: Annotated[str, Field(examples=["fee", "score_deduction", "holdback"])]
    adjustment: Annotated[
        int | None, Field(description="Of a closed month that came to be otherwise: the contract's running number.")
    ]
    amount: SignedFen
    clause: PortalClause | None


class PortalSettlementDetail(PortalSettlement):
    """A settlement with its lines, which sum to what it pays."""

    lines: list[PortalLine]


class PortalLineExplanation(PortalLine):
    """One line and the steps to its amount; the last step's value is the amount. See `withheld` where there is none."""

    steps: Annotated[list[PortalStep], Field(description="Empty while they are withheld.")]
    withheld: Annotated[
        Withheld | None,
        Field(
            description="Why the steps are not shown yet: the line is of a month, or rests on one or on a year, whose "
            "result was not notified. Once it is notified, they are shown and this is null."
        ),
    ]


class PortalExplanation(Out):
    """How each line of a settlement came about: clause, inputs with their sources, exact values, where it rounded.

    Lines sum to `payable` whether their steps are shown or withheld.
    """

    settlement_id: uuid.UUID
    payment_period: str
    payable: Fen
    digest: str
    lines: list[PortalLineExplanation]


OfPeriod = Annotated[
    str | None, Query(max_length=16, description="This payment period, or `opening`.", examples=["2023-Q3"])
]
OfStatus = Annotated[Status | None, Query(description="`approved` is not fully paid yet.")]


@router.get("/settlements", response_model=PageOf[PortalSettlement], summary="List settlements")
def list_portal_settlements(
    who: Vendor,
    db: Db,
    paging: Paged,
    contract_id: OfContract = None,
    payment_period: OfPeriod = None,
    status: OfStatus = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List the vendor's approved settlements; a draft does not exist here."""
    wanted = SettlementFilter(contract_id, payment_period, None if status is None else status == "paid", updated_since)
    with db.read() as session:
        page = portal_queries.settlements(session, company(who), wanted, paging.page)
    return paging.answer([PortalSettlement.model_construct(**_members(row)) for row in page.rows], page.next_after)


@router.get("/settlements/{settlement_id}", response_model=PortalSettlementDetail, summary="Read a settlement")
def read_portal_settlement(who: Vendor, db: Db, settlement_id: SettlementId) -> Response:
    """Read an approved settlement with its lines, each with the clause that it carries out."""
    with db.read() as session:
        row, lines = _read(session, company(who), settlement_id)
    shown = [PortalLine.model_construct(**_line(row, line)) for line in lines]
    body = PortalSettlementDetail.model_construct(**_members(row), lines=shown)
    return answer(body, headers=etag_of(row["version"], body))


@router.get(
    "/settlements/{settlement_id}/explanation", response_model=PortalExplanation, summary="Explain every fen of it"
)
def explain_portal_settlement(who: Vendor, db: Db, settlement_id: SettlementId) -> Response:
    """Read every step of every line, as data and in words, so that anybody can reckon it again.

    A line that rests on a result which was not notified yet has its amount, and says why its steps are withheld.
    """
    with db.read() as session:
        row, lines = _read(session, company(who), settlement_id)
        unknown = untold(session, company(who), row["contract_id"])
    body = PortalExplanation.model_construct(
        settlement_id=settlement_id,
        payment_period=row["payment_period"],
        payable=row["payable_fen"],
        digest=row["digest"],
        lines=[_explained(row, line, unknown) for line in lines],
    )
    return answer(body)


def _read(session: Session, vendor_id: uuid.UUID, settlement_id: uuid.UUID) -> tuple[RowMapping, Sequence[RowMapping]]:
    row = portal_queries.settlement(session, vendor_id, settlement_id)
    if row is None:
        raise NotFound(pointer="/path/settlement_id")
    return row, portal_queries.lines(session, vendor_id, settlement_id)


def _explained(settlement: RowMapping, line: RowMapping, unknown: Untold) -> PortalLineExplanation:
    withheld = unknown.withheld(line["steps"], line["period"])
    steps = portal_steps(line["steps"]) if withheld is None else []
    return PortalLineExplanation.model_construct(**_line(settlement, line), steps=steps, withheld=withheld)


def _members(row: RowMapping) -> dict[str, Any]:
    status = "paid" if row["paid_fen"] == row["payable_fen"] else "approved"
    return PortalSettlement.members_of(row) | sums_of(row) | {"status": status}


def _line(settlement: RowMapping, row: RowMapping) -> dict[str, Any]:
    return {
        "number": row["number"],
        "period": row["period"],
        "component": row["component"],
        "adjustment": row["adjustment"],
        "amount": row["amount_fen"],
        "clause": clause_of_line(settlement["contract_id"], row),
    }
