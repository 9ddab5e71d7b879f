"""Trials: closed months under other terms; of one contract at once, of a whole centre in the background."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import BackgroundTasks, Response
from pydantic import Field

from app.api.answers import Db, answer
from app.api.auth import TrialsRead, TrialsWrite
from app.api.changing import Change, changes
from app.api.ids import CenterId, ContractId, TrialId
from app.api.paging import Paged, PageOf
from app.api.problems import ProblemItem
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.api.steps import Text
from app.api.supervisor.trial_bodies import AmountsOut, TrialIn, TrialOut, trial_out
from app.features.settlements.trials import centers, service
from app.features.settlements.trials.centers import CenterTrial
from app.models.words import AlertKind
from app.values import Out

router = centers_room("trials")


class TrialAsked(Out):
    """A trial that goes on in the background."""

    id: uuid.UUID
    status: Literal["queued"] = "queued"


class Progress(Out):
    """How many contracts were tried so far, of all that the centre has."""

    done: int
    of: int


class AlertCounts(Out):
    """How many alerts of each kind only one side raises."""

    only_under_trial: dict[AlertKind, int]
    only_under_own: dict[AlertKind, int]


class CenterTotals(Out):
    """The sums of the contracts that could be tried, of the months that both sides decide."""

    contracts: int
    changed: Annotated[int, Field(description="How many of them come out otherwise in some month.")]
    refused: Annotated[int, Field(description="How many have terms that cannot be changed so.")]
    broken: Annotated[int, Field(description="How many have data that cannot be read.")]
    months: int
    left_out: Annotated[int, Field(description="Months that one side does not decide; in no sum.")]
    comes_to: AmountsOut
    alerts: AlertCounts


class CenterTrialOut(Out):
    """试算 of a centre; `interrupted` where its worker has died: ask again."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    request: Annotated[dict[str, Any], Field(description="What was asked.")]
    status: Literal["queued", "running", "done", "failed", "interrupted"]
    progress: Progress
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    error: str | None
    totals: Annotated[CenterTotals | None, Field(description="Null until it is done.")]


class ChangedMonth(Out):
    """A month that comes out otherwise, and why."""

    period: str
    comes_to: AmountsOut
    why: list[Text]


class Needed(Out):
    """What a side would need to know of a month."""

    name: str
    pointer: str
    needed: Text


class LeftOut(Out):
    """A month that is in no sum, and why."""

    period: str
    missing: list[Needed]


class TriedContract(Out):
    """What a centre's trial shows of one contract; a trial of the contract alone shows every step."""

    contract_id: uuid.UUID
    contract_number: Annotated[str | None, Field(description="Null where its data cannot be read.")]
    vendor_id: uuid.UUID | None
    outcome: Literal["tried", "refused", "broken"]
    months: int
    left_out: Annotated[list[LeftOut], Field(description="Months that one side does not decide; in no sum.")]
    comes_to: AmountsOut | None
    changed: list[ChangedMonth]
    alerts: AlertCounts | None
    faults: Annotated[list[ProblemItem], Field(description="Why the terms cannot be changed so.")]
    error: str | None


@router.post("/contracts/{contract_id}/trials", response_model=TrialOut)
@heavy
def try_contract(contract_id: ContractId, who: TrialsWrite, db: Db, body: TrialIn) -> Response:
    """Try other terms on a contract's closed months, beside its own; it records nothing."""
    request = body.request()
    with db.snapshot() as session:
        found = service.try_contract(session, who, contract_id, request)
    return answer(trial_out(found, request.title))


@router.post("/service-centers/{service_center_id}/trials", status_code=202, response_model=TrialAsked)
@heavy
@changes(key_required=True)
def try_service_center(
    service_center_id: CenterId, who: TrialsWrite, db: Db, body: TrialIn, later: BackgroundTasks, change: Change
) -> Response:
    """Try other terms on all contracts of a centre, in the background; read what it finds at its `Location`."""
    id_ = centers.ask(change.session, who, service_center_id, body.request())
    # It begins once the answer has gone out, and so after this transaction.
    later.add_task(centers.run, db, id_)
    return answer(TrialAsked(id=id_), 202, {"Location": f"/v1/trials/{id_}"})


@router.get("/trials/{trial_id}", response_model=CenterTrialOut)
def read_trial(trial_id: TrialId, who: TrialsRead, db: Db) -> Response:
    """Read how far a centre's trial has come, and its sums once it is done; it is kept for 30 days."""
    with db.read() as session:
        found = centers.read(session, who, trial_id)
    return answer(_center_trial(found))


@router.get("/trials/{trial_id}/contracts", response_model=PageOf[TriedContract])
def list_tried_contracts(trial_id: TrialId, who: TrialsRead, db: Db, paging: Paged) -> Response:
    """List what a centre's trial shows of each contract; nothing until it is done."""
    with db.read() as session:
        found = centers.read(session, who, trial_id)
    entries, next_after = centers.contracts(found, paging.page)
    return paging.answer([TriedContract.model_validate(entry) for entry in entries], next_after)


def _center_trial(found: CenterTrial) -> CenterTrialOut:
    row = found.row
    result: dict[str, Any] | None = row["result"]
    worked_out = {
        "status": "interrupted" if found.interrupted else row["status"].value,
        "progress": Progress(done=row["contracts_done"], of=row["contracts_all"]),
        "totals": None if result is None else CenterTotals.model_validate(result["totals"]),
    }
    return CenterTrialOut.model_construct(**CenterTrialOut.members_of(row) | worked_out)
