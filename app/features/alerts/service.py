"""Brings the stored alerts to what the facts demand, and records what people do about them."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, NotFound
from app.features.access.caller import Caller
from app.features.alerts import queries
from app.features.alerts.state import AlertState, Evaluation, Tally
from app.models import Alert
from app.models.columns import new_id
from app.models.words import AlertKind, AlertStatus

BATCH = 1000
"""Rows a write carries, so that a night's statements do not depend on how many contracts there are."""

_COMPARED = ("severity", "since", "until", "facts")


class AlertNotOpen(Conflict):
    """Taking up what is taken up, or accepting what is resolved."""

    code = "alert-not-open"
    title = "The alert is no longer open"
    remedy = "Read the alert again; somebody else may have acted on it."


def reconcile(
    session: Session, kind: AlertKind, evaluation: Evaluation, as_of: date, settled: Callable[[uuid.UUID | None], bool]
) -> Tally:
    """Open, update and resolve the alerts of a kind so that they say what the facts demand on `as_of`.

    A contract is settled where a night for a later date has judged it: there a run only opens what is missing and
    never reopens, shortens or changes an alert. A second run on the same facts writes nothing.
    """
    stored = queries.stored_by_key(session, kind)
    new = [state for state in evaluation.states if state.key not in stored]
    changes = [
        change
        for change in (*_changed(evaluation.states, stored, as_of), *_undone(evaluation, stored, as_of))
        if not settled(change["contract_id"])
    ]
    _insert(session, new)
    _update(session, changes)
    written = len(new) + len(changes)
    skipped = max(0, evaluation.rows_read - written)
    return Tally(evaluation.rows_read, written, skipped, evaluation.broken)


def settle(session: Session, state: AlertState) -> None:
    """Bring one alert that is already on record to what the facts now demand, within the transaction of the fact.

    What is not on record yet is left for the night, which dates it the same.
    """
    stored = queries.stored_by_key(session, state.kind, state.contract_id, state.subject)
    _update(session, _changed([state], stored, clock.today()))


def take_up(session: Session, caller: Caller, alert_id: uuid.UUID) -> None:
    """受理: say that somebody is dealing with an alert."""
    changed = {"status": AlertStatus.TAKEN_UP, "taken_up_on": clock.today(), "taken_up_by": caller.name}
    _act(session, caller, alert_id, (AlertStatus.OPEN,), changed)


def accept(session: Session, caller: Caller, alert_id: uuid.UUID, reason: str) -> None:
    """Resolve an alert because its facts are accepted, for a stated reason."""
    today = clock.today()
    changed = {
        "status": AlertStatus.RESOLVED,
        "until": today,
        "accepted_on": today,
        "accepted_by": caller.name,
        "accepted_reason": reason,
    }
    _act(session, caller, alert_id, (AlertStatus.OPEN, AlertStatus.TAKEN_UP), changed)


def _act(
    session: Session, caller: Caller, alert_id: uuid.UUID, allowed: Sequence[AlertStatus], changed: dict[str, Any]
) -> None:
    """Compare and set, so that of two who act at once one is told that the other was first."""
    statement = (
        update(Alert)
        .where(
            col(Alert.id) == alert_id,
            queries.visible(caller.centers),
            col(Alert.status).in_(allowed),
        )
        .values(updated_at=clock.now(), **changed)
        .returning(col(Alert.id))
    )
    if session.execute(statement).first() is None:
        status = queries.status(session, caller.centers, alert_id)
        if status is None:
            raise NotFound("There is no such alert.", pointer="/path/alert_id")
        raise AlertNotOpen(f"The alert is {status}.", pointer="/path/alert_id")


def _changed(states: Iterable[AlertState], stored: queries.StoredAlerts, as_of: date) -> list[dict[str, Any]]:
    pairs = ((state, stored.get(state.key)) for state in states)
    return [_row(state, before) for state, before in pairs if before is not None and _differs(state, before, as_of)]


def _differs(state: AlertState, before: RowMapping, as_of: date) -> bool:
    if before["accepted_on"] is not None:
        return False
    # What has been resolved by a fact dated later than the night stays resolved: that fact is known already.
    if before["until"] is not None and before["until"] > as_of:
        return False
    return any(getattr(state, column) != before[column] for column in _COMPARED)


def _row(state: AlertState, before: RowMapping) -> dict[str, Any]:
    taken_up = state.status is AlertStatus.OPEN and before["status"] is AlertStatus.TAKEN_UP
    return {
        "alert": before["id"],
        "contract_id": before["contract_id"],
        "status": AlertStatus.TAKEN_UP if taken_up else state.status,
        **{column: getattr(state, column) for column in _COMPARED},
    }


def _undone(evaluation: Evaluation, stored: queries.StoredAlerts, as_of: date) -> Iterator[dict[str, Any]]:
    """Resolve what the facts no longer demand; alerts of broken contracts stay, since nothing is known of them."""
    demanded = {state.key for state in evaluation.states}
    broken = {contract.contract_id for contract in evaluation.broken}
    for key, before in stored.items():
        if key in demanded or before["contract_id"] in broken or before["until"] is not None:
            continue
        yield {
            "alert": before["id"],
            "contract_id": before["contract_id"],
            "status": AlertStatus.RESOLVED,
            "severity": before["severity"],
            "since": before["since"],
            "until": max(as_of, before["since"]),
            "facts": before["facts"] | {"undone": True},
        }


def _insert(session: Session, states: Sequence[AlertState]) -> None:
    now = clock.now()
    rows = (
        {
            "id": new_id(),
            "kind": state.kind,
            "service_center_id": state.service_center_id,
            "contract_id": state.contract_id,
            "subject": state.subject,
            "status": state.status,
            "recorded_at": now,
            "updated_at": now,
            **{column: getattr(state, column) for column in _COMPARED},
        }
        for state in states
    )
    while batch := list(islice(rows, BATCH)):
        session.connection().execute(insert(Alert), batch)


def _update(session: Session, changes: Iterable[dict[str, Any]]) -> None:
    names = ("status", *_COMPARED)
    statement = (
        update(Alert)
        .where(col(Alert.id) == bindparam("alert"))
        .values(updated_at=clock.now(), **{name: bindparam(f"new_{name}") for name in names})
    )
    rows = ({"alert": row["alert"], **{f"new_{name}": row[name] for name in names}} for row in changes)
    while batch := list(islice(rows, BATCH)):
        session.connection().execute(statement, batch)
