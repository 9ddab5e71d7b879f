"""Trials of all contracts of a centre: asked for, run in batches beside the service, read while they go on."""

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, update
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.paging import PageRequest
from app.features.parties.service import require_center
from app.features.settlements.errors import TrialGoingOn
from app.features.settlements.trials import queries, service
from app.features.settlements.trials.request import TrialRequest
from app.features.settlements.trials.summaries import summary, total
from app.models import Trial
from app.models.words import TrialStatus

log = logging.getLogger(__name__)

BATCH = 50
"""Contracts read and tried at a time: memory and statements do not grow with the centre."""
KEPT = timedelta(days=30)
"""How long what a trial found can be read."""
SILENT = timedelta(minutes=5)
"""After so long without a sign of life whoever ran a trial is gone."""

_UNFINISHED = (TrialStatus.QUEUED, TrialStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class CenterTrial:
    """A trial of a centre as it stands: `interrupted` where whoever ran it is gone, which it does not outlive."""

    row: RowMapping
    interrupted: bool


def ask(session: Session, caller: Caller, center_id: uuid.UUID, request: TrialRequest) -> uuid.UUID:
    """Note what is asked of a centre of the caller's and give the trial's id; `run` then carries it out."""
    service.check(request)
    require_center(caller.centers, center_id)
    now = clock.now()
    # One at a time: trials share the machine with everybody's requests.
    other = queries.going_on(session, center_id, now - SILENT)
    if other is not None:
        raise TrialGoingOn(f"It can be read at /v1/trials/{other}.")
    asked = Trial(
        service_center_id=center_id,
        asked_by=caller.name,
        request=request.written(),
        contracts_done=0,
        contracts_all=len(queries.contracts_of(session, center_id)),
        heartbeat_at=now,
        created_at=now,
    )
    session.add(asked)
    session.flush()
    return asked.id


def read(session: Session, caller: Caller, trial_id: uuid.UUID) -> CenterTrial:
    """Read a trial of the caller's centres."""
    row = queries.trial(session, caller.centers, trial_id)
    if row is None:
        raise NotFound("There is no such trial.", pointer="/path/trial_id")
    silent = row["heartbeat_at"] < clock.now() - SILENT
    return CenterTrial(row, silent and row["status"] in _UNFINISHED)


def contracts(trial: CenterTrial, page: PageRequest) -> tuple[list[dict[str, Any]], uuid.UUID | None]:
    """Give a page of what a trial shows of each contract, by their ids, and the id after which the next one begins."""
    result = trial.row["result"] or {"contracts": []}
    after = "" if page.after is None else str(page.after)
    left = [entry for entry in result["contracts"] if entry["contract_id"] > after]
    shown = left[: page.limit]
    return shown, uuid.UUID(shown[-1]["contract_id"]) if len(left) > len(shown) else None


def run(database: Database, trial_id: uuid.UUID) -> None:
    """Carry a queued trial out, once; a failure is noted with the trial."""
    for _ in carry_out(database, trial_id):
        pass


def carry_out(database: Database, trial_id: uuid.UUID, at_a_time: int = BATCH) -> Iterator[int]:
    """Carry a queued trial out batch by batch, and give after each how many contracts were tried."""
    with database.write() as session:
        claimed = _set(session, trial_id, TrialStatus.QUEUED, {"status": TrialStatus.RUNNING})
    if not claimed:
        return
    found: list[dict[str, Any]] = []
    try:
        for batch in _batches(database, trial_id, at_a_time):
            found += batch
            yield len(found)
        contracts = sorted(found, key=lambda entry: str(entry["contract_id"]))
        result = {"totals": total(contracts), "contracts": contracts}
        ended: dict[str, Any] = {"status": TrialStatus.DONE, "result": result}
    except Exception as error:
        log.exception("trial %s failed", trial_id)
        ended = {"status": TrialStatus.FAILED, "error": f"{type(error).__name__}: {error}"[:1000]}
    with database.write() as session:
        _set(session, trial_id, TrialStatus.RUNNING, ended | {"finished_at": clock.now()})


def _batches(database: Database, trial_id: uuid.UUID, at_a_time: int) -> Iterator[list[dict[str, Any]]]:
    """Try the contracts of the centre, so many from one state of the record, and note the progress after each."""
    with database.read() as session:
        asked = queries.of_worker(session, trial_id)
        ids: Sequence[uuid.UUID] = queries.contracts_of(session, asked["service_center_id"])
    request = TrialRequest.read(asked["request"])
    for start in range(0, len(ids), at_a_time):
        batch = ids[start : start + at_a_time]
        with database.snapshot() as session:
            found = [summary(entry) for entry in service.try_each(session, batch, request)]
        with database.write() as session:
            progress = {"contracts_done": start + len(batch), "contracts_all": len(ids)}
            _set(session, trial_id, TrialStatus.RUNNING, progress)
        yield found


def _set(session: Session, trial_id: uuid.UUID, expected: TrialStatus, values: dict[str, Any]) -> bool:
    """Compare and set, with a sign of life: of two who run one trial, one goes on."""
    statement = (
        update(Trial)
        .where(col(Trial.id) == trial_id, col(Trial.status) == expected)
        .values(heartbeat_at=clock.now(), **values)
        .returning(col(Trial.id))
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).first() is not None


def forget(session: Session, as_of: date) -> int:
    """Delete the trials past their time on a business date, and give how many that were."""
    before: datetime = clock.midnight(as_of) - KEPT
    old = delete(Trial).where(col(Trial.created_at) < before)
    return len(session.execute(old.returning(col(Trial.id))).all())
