"""Decisions on open shares: record what a person decided where a clause leaves it to one, list them."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db, answer
from app.api.auth import MetricsRead, MetricsWrite
from app.api.changing import Change, changes
from app.api.filters import Month
from app.api.ids import ContractId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.features.contracts.terms_document import Reference
from app.features.settlements.decisions import queries, service
from app.features.settlements.decisions.service import Decision
from app.values import Day, Out, PeriodValue, Rate, Reason, Shape, shown

router = centers_room("settlements", "/contracts/{contract_id}/decisions")
Pointer = Annotated[
    str,
    StringConstraints(pattern=r"^(/terms)?/[a-z_]{1,32}/\d{1,3}$"),
    AfterValidator(lambda pointer: pointer.removeprefix("/terms")),
    Field(examples=["/money/0"]),
]


class DecisionIn(Shape):
    """What a person decided about a clause in a month, why, and in which paper."""

    model_config = shown(
        {
            "period": "2023-01",
            "clause": "/money/0",
            "share": "0.50",
            "reason": "得分低于七十分，经会议研究按五成支付",
            "reference": {"document": "会议纪要〔2023〕2号", "clause": "第三条"},
            "decided_on": "2023-02-20",
        }
    )

    period: PeriodValue
    clause: Annotated[Pointer, Field(description="The pointer of a clause about money in the terms of that month.")]
    share: Rate
    reason: Reason
    reference: Reference
    decided_on: Annotated[Day | None, Field(description="Left out: today.")] = None

    def decision(self) -> Decision:
        """Read the body as the feature's decision."""
        return Decision(
            period=self.period,
            clause=self.clause,
            share=self.share,
            reason=self.reason,
            reference=self.reference.model_dump(exclude_none=True),
            decided_on=self.decided_on or clock.today(),
        )


class DecisionOut(Out):
    """A decision; of several about one clause in one month the one with the highest number governs."""

    id: uuid.UUID
    contract_id: uuid.UUID
    number: Annotated[int, Field(description="1 for the contract's first one.")]
    period: str
    clause: str
    terms_version: Annotated[int, Field(description="The terms whose clause it is about.")]
    share: str
    reason: str
    reference: dict[str, Any]
    decided_on: Day
    recorded_by: str
    recorded_at: datetime


@router.get("", response_model=PageOf[DecisionOut])
def list_decisions(who: MetricsRead, db: Db, contract_id: ContractId, paging: Paged, period: Month = None) -> Response:
    """List what was decided about a contract's clauses, in the order in which it was recorded."""
    with db.read() as session:
        page = queries.decisions(session, who.centers, contract_id, period, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.post("", status_code=201, response_model=DecisionOut)
@changes(key_required=True)
def record_decision(who: MetricsWrite, change: Change, contract_id: ContractId, body: DecisionIn) -> Response:
    """Record a decision; it governs until a later one about the same clause in the same month does."""
    id_ = service.record(change.session, who, contract_id, body.decision())
    return answer(_out(queries.decision(change.session, who.centers, id_)), 201)


def _out(row: RowMapping) -> DecisionOut:
    return DecisionOut.model_construct(**row)
