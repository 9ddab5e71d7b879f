"""Payouts of what was kept back: how each stands, how its text is read, releases, approvals, and what funds hold."""

import uuid
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field, model_validator
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer, etag_of
from app.api.auth import Approvals, SettlementsRead, SettlementsWrite
from app.api.changing import Change, changes
from app.api.ids import ContractId, PayoutId
from app.api.rooms import centers_room
from app.api.supervisor.payout_bodies import (
    PayoutExplanationOut,
    PayoutOut,
    PayoutsOut,
    explanation_of,
    payout_of,
)
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.settlements.objections.queries import against_payouts
from app.features.settlements.payouts import releases
from app.features.settlements.payouts import service as payouts
from app.features.settlements.payouts.facts import PayoutFacts
from app.features.settlements.payouts.standings import facts_of, stand
from app.models.words import Rest
from app.rules.clauses import Fund
from app.values import Code, Day, Fen, Name, Note, Out, Shape, shown

router = centers_room("payouts", "/contracts/{contract_id}")


class ReadingIn(Shape):
    """What the parties agreed on: how an ambiguous text is read, with which sums, and what becomes of the rest."""

    model_config = shown(
        {
            "reading_id": "rate_of_literal",
            "inputs": {"P": "844885.55"},
            "rest": "held",
            "agreed_on": "2024-01-18",
            "document": "绩效考核金额确认函",
        }
    )

    reading_id: Annotated[Code, Field(description="`reading` of an entry of `readings`, or its `id`.")]
    inputs: Annotated[
        dict[Name, Fen], Field(max_length=10, description="The sums that the reading needs, by their names.")
    ] = {}  # noqa: RUF012 pydantic copies it
    rest: Annotated[
        Rest,
        Field(description="What becomes of what is held beyond it for the year; `december` is another name of it."),
    ]
    agreed_on: Day
    document: Annotated[Name, Field(description="The paper that says so.")]
    note: Note | None = None

    @model_validator(mode="before")
    @classmethod
    def _december(cls, given: Any) -> Any:  # noqa: ANN401 what was sent is any JSON value
        """Take `december` for `rest`; where both are given, one of them is a member too many."""
        if isinstance(given, dict) and "december" in given and "rest" not in given:
            return {"rest" if name == "december" else name: value for name, value in given.items()}
        return given

    def choice(self) -> payouts.ReadingChoice:
        """Read the body as the feature's choice."""
        return payouts.ReadingChoice(
            reading_id=self.reading_id,
            inputs=self.inputs,
            rest=self.rest,
            agreed_on=self.agreed_on,
            document=self.document,
            note=self.note,
        )


class ReleaseIn(Shape):
    """Which part of the holdback is returned; after an acceptance, its day and its paper."""

    model_config = shown({"release": "acceptance", "on": "2024-01-18", "document": "验收报告〔2024〕1号"})

    release: Annotated[Code, Field(description="`code` of one of the holdback clause's releases.")]
    on: Annotated[Day | None, Field(description="The day of the event; needed where the record does not hold it.")] = (
        None
    )
    document: Name | None = None


class MonthHeldOut(Out):
    """What a fund still holds of a month."""

    period: Annotated[str | None, Field(description="Null for an opening balance of no month in particular.")]
    held: Fen
    since: Annotated[Day, Field(description="The day on which it was first kept back.")]
    age_days: int


class FundOut(Out):
    """A fund: what was ever kept back in it, and what it still holds, oldest first."""

    fund: Fund
    kept_back: Fen
    held: Fen
    months: list[MonthHeldOut]


class HoldbacksOut(Out):
    """考核预留金: what is kept back of a contract's money, by fund and month, with its age."""

    contract_id: uuid.UUID
    as_of: Day
    held: Annotated[Fen, Field(description="In all funds.")]
    funds: list[FundOut]


@router.get("/payouts", response_model=PayoutsOut)
def list_payouts(who: SettlementsRead, db: Db, contract_id: ContractId) -> Response:
    """List what the terms in force pay out, year by year, and the releases, on record or not."""
    with db.read() as session:
        standings = stand(_facts(session, who, contract_id), clock.today())
        objections = against_payouts(session, contract_id)
    items = [payout_of(contract_id, found, objections) for found in standings.values()]
    return answer(PayoutsOut.model_construct(items=items))


@router.get("/payouts/{payout_id}", response_model=PayoutOut)
def read_payout(who: SettlementsRead, db: Db, contract_id: ContractId, payout_id: PayoutId) -> Response:
    """Read how a payout stands: its amount, or what is missing, or how its text may be read."""
    with db.read() as session:
        return _read(session, who, contract_id, payout_id)


@router.get("/payouts/{payout_id}/explanation", response_model=PayoutExplanationOut)
def explain_payout(who: SettlementsRead, db: Db, contract_id: ContractId, payout_id: PayoutId) -> Response:
    """Read how a payout's amount follows, step by step, and what the readings that were not chosen come to."""
    with db.read() as session:
        standing = payouts.find(_facts(session, who, contract_id), payout_id, clock.today())
    return answer(explanation_of(contract_id, standing))


@router.post("/payouts/{payout_id}/reading", response_model=PayoutOut)
@changes(key_required=True)
def record_payout_reading(
    who: SettlementsWrite, change: Change, contract_id: ContractId, payout_id: PayoutId, body: ReadingIn
) -> Response:
    """Record how an ambiguous text is read; until it is approved, it may be recorded anew."""
    payouts.record_reading(change.session, who, contract_id, payout_id, body.choice())
    return _read(change.session, who, contract_id, payout_id)


@router.post("/payouts/{payout_id}/approval", response_model=PayoutOut)
@changes(key_required=True, match=True)
def approve_payout(who: Approvals, change: Change, contract_id: ContractId, payout_id: PayoutId) -> Response:
    """Approve what another person has drafted; it is posted to the ledger and payable from then on."""
    payouts.approve(change.session, who, contract_id, payout_id, change.seen)
    return _read(change.session, who, contract_id, payout_id)


@router.post("/releases", status_code=201, response_model=PayoutOut)
@changes(key_required=True)
def draft_release(who: SettlementsWrite, change: Change, contract_id: ContractId, body: ReleaseIn) -> Response:
    """Draft the return of a part of the holdback after its event; until it is approved, it may be drafted anew."""
    made = releases.draft_release(change.session, who, contract_id, body.release, body.on, body.document)
    return _read(change.session, who, contract_id, made, 201)


@router.get("/holdbacks", response_model=HoldbacksOut)
def read_holdbacks(who: SettlementsRead, db: Db, contract_id: ContractId) -> Response:
    """Read what each fund still holds of each month, and for how many days."""
    with db.read() as session:
        facts = _facts(session, who, contract_id)
    today = clock.today()
    funds = [_fund(facts, fund, today) for fund in Fund if facts.kept_back(fund) or fund is not Fund.DEFERRED]
    held = sum(fund.held for fund in funds)
    return answer(HoldbacksOut.model_construct(contract_id=contract_id, as_of=today, held=held, funds=funds))


def _facts(session: Session, who: Caller, contract_id: uuid.UUID) -> PayoutFacts:
    if contract_queries.contract(session, who.centers, contract_id) is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    return facts_of(session, contract_id)


def _read(session: Session, who: Caller, contract_id: uuid.UUID, id_: uuid.UUID, status: int = 200) -> Response:
    standing = payouts.find(_facts(session, who, contract_id), id_, clock.today())
    body = payout_of(contract_id, standing, against_payouts(session, contract_id))
    location = {"Location": standing.due.address} if status == HTTPStatus.CREATED else {}
    return answer(body, status, etag_of(standing.version, body) | location)


def _fund(facts: PayoutFacts, fund: Fund, today: date) -> FundOut:
    months = [
        MonthHeldOut.model_construct(
            period=None if entry.period is None else str(entry.period),
            held=entry.fen,
            since=entry.since,
            age_days=(today - entry.since).days,
        )
        for entry in facts.outstanding(fund)
    ]
    return FundOut.model_construct(fund=fund, kept_back=facts.kept_back(fund), held=facts.held(fund), months=months)
