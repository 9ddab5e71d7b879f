"""绩效考核金 and releases of the holdback: what a vendor is paid of what was kept back, once it is approved."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app.api.answers import Db, Version, answer, etag_of
from app.api.auth import Vendor
from app.api.filters import UpdatedSince
from app.api.ids import OfContract, PayoutId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.portal.sources import PortalClause, PortalStep, portal_clause, portal_steps
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.settlements import portal_queries
from app.features.settlements.payouts.standings import forfeited_by
from app.features.settlements.portal_queries import PayoutFilter
from app.features.settlements.untold import Withheld, untold
from app.models.words import PayoutKind, Rest
from app.rules.clauses import Fund
from app.values import Day, Fen, Out

router = vendors_room("portal")
Status = Literal["approved", "paid"]


class PortalPayout(Out):
    """What leaves a fund for the vendor, and what of the fund is lost by it."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    subject: Annotated[
        str, Field(description="What it is for; each is paid out once.", examples=["2023/prorated_payout"])
    ]
    kind: PayoutKind
    year: int | None
    source: Annotated[Fund, Field(description="The fund that it is paid from.")]
    status: Annotated[Status, Field(description="`approved` is not fully paid yet.")]
    clause: PortalClause
    amount: Fen
    forfeited: Annotated[Fen, Field(description="What of the fund is lost by it.")]
    paid: Fen
    unpaid: Fen
    event_on: Annotated[Day | None, Field(description="Of a release: the day of the event that it follows.")]
    document: Annotated[str | None, Field(description="Of a release: the paper that shows the event.")]
    approved_on: Day
    version: Version
    updated_at: datetime


class PortalReading(Out):
    """How the parties read a text that allows for several readings: what was agreed when, by which paper."""

    reading: str
    inputs: Annotated[dict[str, str], Field(description="The sums that it reckons with, in yuan, by their names.")]
    rest: Annotated[Rest, Field(description="What becomes of what is left in the fund for the year.")]
    agreed_on: Day
    document: str


class PortalPayoutExplanation(Out):
    """How a payout's amount follows, so that anybody can reckon it again: the last step is the amount.

    While the result that it rests on was not notified, `steps` is empty and `withheld` says so.
    """

    payout_id: uuid.UUID
    contract_id: uuid.UUID
    subject: str
    clause: PortalClause
    reading: Annotated[PortalReading | None, Field(description="Null where the clause allows for one reading only.")]
    amount: Fen
    steps: Annotated[list[PortalStep], Field(description="Empty while they are withheld.")]
    withheld: Annotated[
        Withheld | None,
        Field(
            description="Why the steps are not shown yet: they rest on the result of a year or of a month that was not "
            "notified. Once it is notified, they are shown and this is null."
        ),
    ]
    forfeited: Fen
    forfeited_steps: list[PortalStep]


OfYear = Annotated[
    int | None, Query(ge=2000, le=2099, description="Only those of this year; a release has none.", examples=[2023])
]
OfKind = Annotated[PayoutKind | None, Query(description="By which clause it is paid out.")]
OfStatus = Annotated[Status | None, Query(description="`approved` is not fully paid yet.")]


@router.get("/payouts", response_model=PageOf[PortalPayout], summary="List payouts")
def list_portal_payouts(
    who: Vendor,
    db: Db,
    paging: Paged,
    contract_id: OfContract = None,
    year: OfYear = None,
    kind: OfKind = None,
    status: OfStatus = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List the vendor's approved payouts and releases; a draft does not exist here."""
    wanted = PayoutFilter(contract_id, year, kind, None if status is None else status == "paid", updated_since)
    with db.read() as session:
        page = portal_queries.payouts(session, company(who), wanted, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.get("/payouts/{payout_id}", response_model=PortalPayout, summary="Read a payout")
def read_portal_payout(who: Vendor, db: Db, payout_id: PayoutId) -> Response:
    """Read an approved payout or release, with the clause that gives it."""
    with db.read() as session:
        row = portal_queries.payout(session, company(who), payout_id)
    if row is None:
        raise _no_payout()
    body = _out(row)
    return answer(body, headers=etag_of(row["version"], body))


@router.get(
    "/payouts/{payout_id}/explanation", response_model=PortalPayoutExplanation, summary="Explain every fen of it"
)
def explain_portal_payout(who: Vendor, db: Db, payout_id: PayoutId) -> Response:
    """Read how the amount follows from the clause and the record, step by step, and how what is forfeited does.

    What rests on a result that was not notified yet says why its steps are withheld.
    """
    with db.read() as session:
        row = portal_queries.payout(session, company(who), payout_id)
        if row is None:
            raise _no_payout()
        reading = portal_queries.reading(session, company(who), payout_id)
        withheld = untold(session, company(who), row["contract_id"]).withheld(row["steps"])
    address = f"/v1/contracts/{row['contract_id']}/payouts/{payout_id}"
    forfeited = forfeited_by(row["clause"], address, row["amount_fen"], row["forfeited_fen"])
    body = PortalPayoutExplanation.model_construct(
        payout_id=payout_id,
        contract_id=row["contract_id"],
        subject=row["subject"],
        clause=portal_clause(row["contract_id"], row),
        reading=PortalReading.model_construct(**reading) if reading else None,
        amount=row["amount_fen"],
        steps=portal_steps(row["steps"]) if withheld is None else [],
        withheld=withheld,
        forfeited=row["forfeited_fen"],
        forfeited_steps=portal_steps(forfeited),
    )
    return answer(body)


def _no_payout() -> NotFound:
    return NotFound(pointer="/path/payout_id")


def _out(row: RowMapping) -> PortalPayout:
    return PortalPayout.model_construct(
        **PortalPayout.members_of(row)
        | {
            "status": "paid" if row["paid_fen"] == row["amount_fen"] else "approved",
            "clause": portal_clause(row["contract_id"], row),
            "amount": row["amount_fen"],
            "forfeited": row["forfeited_fen"],
            "paid": row["paid_fen"],
            "unpaid": row["amount_fen"] - row["paid_fen"],
        }
    )
