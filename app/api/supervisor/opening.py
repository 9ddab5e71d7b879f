"""The balance of a contract that is taken over in mid-life: draft it, read it; it is approved like a settlement."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field, StrictBool
from sqlmodel import Session

from app.api.answers import Db, Version, answer, etag
from app.api.auth import SettlementsRead, SettlementsWrite
from app.api.changing import Change, changes
from app.api.ids import ContractId
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.settlements.opening import service as opening
from app.features.settlements.opening.service import NewOpening
from app.models.words import MoneyStatus
from app.values import Day, Fen, Out, Reason, Shape, shown

router = centers_room("settlements", "/contracts/{contract_id}/opening-balance")


class OpeningIn(Shape):
    """Where the books stand at the end of `as_of`; at least one amount, and what is left out is nothing."""

    model_config = shown(
        {
            "as_of": "2023-06-30",
            "held": "46938.09",
            "paid": "420442.77",
            "deducted": "2000.00",
            "source": "2023年上半年支付台账",
        },
        {"as_of": "2023-06-30", "held": "46938.09", "source": "按每月服务费的10%推算", "assumption": True},
    )

    as_of: Annotated[Day, Field(description="The last day of a month of the service, or its last day.")]
    held: Annotated[Fen | None, Field(description="预留金 in the fund `holdback`.")] = None
    held_pool: Annotated[Fen | None, Field(description="What is kept in the fund `pool`.")] = None
    paid: Fen | None = None
    payable: Annotated[Fen | None, Field(description="Payable and not paid; payments are made on it later.")] = None
    deducted: Fen | None = None
    forfeited: Fen | None = None
    receivable: Annotated[Fen | None, Field(description="What the vendor owes.")] = None
    source: Annotated[Reason, Field(description="The paper that says so, or how it was worked out.")]
    assumption: Annotated[StrictBool, Field(description="Whether no paper says so.")] = False

    def opening(self) -> NewOpening:
        """Read the body as the feature's opening balance."""
        words = OpeningIn.model_fields.keys() - {"as_of", "source", "assumption"}
        amounts = {word: fen for word in words if (fen := getattr(self, word)) is not None}
        return NewOpening(as_of=self.as_of, amounts=amounts, source=self.source, assumption=self.assumption)


class OpeningLineOut(Out):
    """One amount with its steps, as the lines of settlements have them."""

    component: str
    amount: Fen
    steps: list[dict[str, Any]]


class OpeningOut(Out):
    """An opening balance, drafted or approved; `id` is that of the settlement of the period `opening`."""

    id: uuid.UUID
    contract_id: uuid.UUID
    as_of: Day
    months: Annotated[list[str], Field(description="The months of service that it covers.")]
    status: MoneyStatus
    accrued: Annotated[Fen, Field(description="What the amounts below come to.")]
    held: Fen | None
    held_pool: Fen | None
    paid: Fen | None
    payable: Fen | None
    deducted: Fen | None
    forfeited: Fen | None
    receivable: Fen | None
    source: str
    assumption: bool
    lines: list[OpeningLineOut]
    drafted_by: str
    drafted_on: Day
    approved_by: str | None
    approved_on: Day | None
    version: Version
    created_at: datetime
    updated_at: datetime


@router.get("", response_model=OpeningOut)
def read_opening_balance(who: SettlementsRead, db: Db, contract_id: ContractId) -> Response:
    """Read the balance that the contract was taken over with."""
    with db.read() as session:
        return _answer(session, who, contract_id)


@router.post("", status_code=201, response_model=OpeningOut)
@changes(key_required=True)
def draft_opening_balance(who: SettlementsWrite, change: Change, contract_id: ContractId, body: OpeningIn) -> Response:
    """Draft the balance, or anew while nothing of the contract is approved; approve it as the settlement `opening`."""
    opening.draft(change.session, who, contract_id, body.opening())
    location = {"Location": f"/v1/contracts/{contract_id}/opening-balance"}
    return _answer(change.session, who, contract_id, 201, location)


def _answer(
    session: Session,
    who: Caller,
    contract_id: uuid.UUID,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    if contract_queries.contract(session, who.centers, contract_id) is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    found = opening.opening(session, contract_id)
    if found is None:
        raise NotFound("The contract has no opening balance.", pointer="/path/contract_id")
    row = found.row
    stated: dict[str, Any] = {word: found.amounts.get(word) for word in opening.WORDS}
    lines = [
        OpeningLineOut.model_construct(component=line["component"], amount=line["amount_fen"], steps=line["steps"])
        for line in found.lines
    ]
    out = OpeningOut.model_construct(
        **OpeningOut.members_of(row),
        **stated,
        as_of=row["ends_on"],
        accrued=row["fee_fen"],
        source=found.source,
        assumption=found.assumption,
        lines=lines,
    )
    return answer(out, status, etag(row["version"]) | dict(headers or {}))
