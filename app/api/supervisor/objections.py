"""Objections (异议) of vendors to what they are paid, as the centre reads and answers them."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field, model_validator
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, answer, etag
from app.api.auth import SettlementsRead, SettlementsWrite
from app.api.changing import Change, changes
from app.api.ids import ObjectionId, OfContract, OfSettlement
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.evidence.queries import of_subject
from app.features.settlements.objections import queries, service
from app.features.settlements.objections.queries import ObjectionFilter
from app.features.settlements.objections.service import Answer
from app.models.words import ObjectionRemedy, ObjectionState
from app.values import Day, Out, PeriodValue, Reason, Shape, shown

router = centers_room("objections", "/objections")

State = Annotated[ObjectionState | None, Query(description="Only those that have come so far.", examples=["accepted"])]


class RemedyIn(Shape):
    """By what act things are put right, and the month whose record that is; the act itself is done by its own route."""

    act: ObjectionRemedy
    period: PeriodValue


class ObjectionAnswerIn(Shape):
    """The answer; accepted, it names the act that puts things right, for the objection itself changes no figure."""

    model_config = shown(
        {
            "outcome": "accepted",
            "reason": "该问题已撤销，下期结算调整",
            "remedy": {"act": "revision", "period": "2023-08"},
        },
        {"outcome": "rejected", "reason": "扣款依据充分"},
    )

    outcome: Literal["accepted", "rejected"]
    reason: Reason
    remedy: Annotated[RemedyIn | None, Field(description="Where it is accepted, and only there.")] = None

    @model_validator(mode="after")
    def _accepted_with_its_remedy(self) -> "ObjectionAnswerIn":
        if (self.outcome == "accepted") != (self.remedy is not None):
            message = "state a remedy where it is accepted, and only there"
            raise ValueError(message)
        return self

    def answer(self) -> Answer:
        """Read the body as the feature's answer."""
        return Answer(
            accepted=self.outcome == "accepted",
            reason=self.reason,
            remedy=self.remedy.act if self.remedy else None,
            period=self.remedy.period if self.remedy else None,
        )


class RemedyOut(Out):
    """By what act an accepted objection is put right, and where that act is done and read."""

    act: ObjectionRemedy
    period: str
    url: Annotated[str, Field(examples=["/v1/contracts/…/assessments/2023-08/revisions"])]


class ObjectionOut(Out):
    """An objection to a line of a settlement, or to a payout, and its answer."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    settlement_id: uuid.UUID | None
    payment_period: str | None
    line: int | None
    payout_id: uuid.UUID | None
    payout: str | None
    grounds: str
    filed_on: Day
    filed_by: str
    state: ObjectionState
    answered_on: Day | None
    answered_by: str | None
    reason: Annotated[str | None, Field(description="Of the answer.")]
    remedy: Annotated[RemedyOut | None, Field(description="Where it was accepted.")]
    version: int
    created_at: datetime
    updated_at: datetime


class ObjectionFileOut(Out):
    """A file of an objection."""

    id: uuid.UUID
    name: str
    size: int
    sha256: str
    media_type: str | None


class ObjectionDetail(ObjectionOut):
    """An objection with its files."""

    evidence: list[ObjectionFileOut]


@router.get("", response_model=PageOf[ObjectionOut])
def list_objections(
    who: SettlementsRead,
    db: Db,
    paging: Paged,
    contract_id: OfContract = None,
    settlement_id: OfSettlement = None,
    state: State = None,
) -> Response:
    """List the vendors' objections; `state=filed` are those that wait for an answer."""
    wanted = ObjectionFilter(contract_id=contract_id, settlement_id=settlement_id, state=state)
    with db.read() as session:
        page = queries.objections(session, who.centers, wanted, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.get("/{objection_id}", response_model=ObjectionDetail)
def read_objection(who: SettlementsRead, db: Db, objection_id: ObjectionId) -> Response:
    """Read an objection with its files."""
    with db.read() as session:
        return _answer(session, who, objection_id)


@router.post("/{objection_id}/answer", response_model=ObjectionDetail)
@changes(key_required=True, match=True)
def answer_objection(
    who: SettlementsWrite, change: Change, objection_id: ObjectionId, body: ObjectionAnswerIn
) -> Response:
    """Answer an objection, once; whoever approved what it is about may not."""
    service.answer(change.session, who, objection_id, body.answer(), change.seen)
    return _answer(change.session, who, objection_id)


def _answer(session: Session, who: Caller, objection_id: uuid.UUID) -> Response:
    row = queries.objection(session, who.centers, objection_id)
    if row is None:
        raise NotFound("There is no such objection.", pointer="/path/objection_id")
    files = [
        ObjectionFileOut(**{name: file[name] for name in ObjectionFileOut.model_fields})
        for file in of_subject(session, [objection_id])[objection_id]
    ]
    body = ObjectionDetail(**dict(_out(row)), evidence=files)
    return answer(body, headers=etag(row["version"]))


def _out(row: RowMapping) -> ObjectionOut:
    known = {name: row[name] for name in ObjectionOut.model_fields if name != "remedy"}
    return ObjectionOut.model_construct(**known, remedy=_remedy(row))


def _remedy(row: RowMapping) -> RemedyOut | None:
    if row["remedy"] is None:
        return None
    contract, period = f"/v1/contracts/{row['contract_id']}", row["remedy_period"]
    url = {
        ObjectionRemedy.REVISION: f"{contract}/assessments/{period}/revisions",
        ObjectionRemedy.DECISION: f"{contract}/decisions",
        ObjectionRemedy.ADJUSTMENT: f"{contract}/settlements",
    }[row["remedy"]]
    return RemedyOut(act=row["remedy"], period=period, url=url)
