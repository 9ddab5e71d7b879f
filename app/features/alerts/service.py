"""Brings the stored alerts to what the facts demand, and records what people do about them."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, NotFound
from app.features.access.caller import Caller
from app.features.alerts import queries
from app.features.alerts.announcing import announce
from app.features.alerts.state import AlertState, Evaluation, Tally
from app.features.audit import service as audit
from app.features.audit.actor import Actor
from app.features.audit.changes import Change
from app.features.audit.hashing import row_hash
from app.features.audit.service import Act, recording
from app.features.seen import Seen, check_seen
from app.models import Alert
from app.models.columns import CanonicalText, canonical, new_id
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
    session: Session,
    actor: Actor,
    kind: AlertKind,
    evaluation: Evaluation,
    as_of: date,
    settled: Callable[[uuid.UUID | None], bool],
    *which: ColumnElement[bool],
) -> Tally:
    """Open, update and resolve the alerts of a kind so that they say what the facts demand on `as_of`.

    A contract is settled where a night for a later date has judged it: there a run only opens what is missing and
    never reopens, shortens or changes an alert. A second run on the same facts writes nothing. `which` says in SQL
    which stored alerts were judged; without it, all of the kind.
    """
    stored = queries.stored_by_key(session, kind, *which)
    new = [state for state in evaluation.states if state.key not in stored]
    changes = [
        change
        for change in (*_changed(evaluation.states, stored, as_of), *_undone(evaluation, stored, as_of))
        if not settled(change.before.contract_id)
    ]
    rows = _rows(new)
    done = [*_insert(session, rows), *_update(session, changes)]
    announce(session, kind, [row for row in rows if row["until"] is None])
    audit.append(session, _acts(actor, kind, as_of, done))
    skipped = max(0, evaluation.rows_read - len(done))
    contracts = [id_ for state in new if (id_ := state.contract_id)]
    contracts += [id_ for change in changes if (id_ := change.before.contract_id)]
    return Tally(evaluation.rows_read, len(done), skipped, evaluation.broken, contracts, evaluation.turns)


def settle(session: Session, kind: AlertKind, contract_id: uuid.UUID | None, states: Iterable[AlertState]) -> None:
    """Bring the alerts of a contract, or of the service, that are on record to what the facts now demand.

    What is not on record yet is left for the night, which dates it the same. The act of the fact covers the alerts.
    """
    which = [] if contract_id is None else [col(Alert.contract_id) == contract_id]
    stored = queries.stored_by_key(session, kind, *which)
    _update(session, list(_changed(states, stored, clock.today())))


def take_up(session: Session, caller: Caller, alert_id: uuid.UUID, seen: Seen = None) -> None:
    """受理: say that somebody is dealing with an alert."""
    changed = {"status": AlertStatus.TAKEN_UP, "taken_up_on": clock.today(), "taken_up_by": caller.name}
    _act(session, caller, alert_id, seen, "alert.taken_up", changed)


def accept(session: Session, caller: Caller, alert_id: uuid.UUID, reason: str, seen: Seen = None) -> None:
    """Resolve an alert because its facts are accepted, for a stated reason."""
    today = clock.today()
    changed = {
        "status": AlertStatus.RESOLVED,
        "until": today,
        "accepted_on": today,
        "accepted_by": caller.name,
        "accepted_reason": reason,
    }
    _act(session, caller, alert_id, seen, "alert.accepted", changed)


_ALLOWED = {
    "alert.taken_up": (AlertStatus.OPEN,),
    "alert.accepted": (AlertStatus.OPEN, AlertStatus.TAKEN_UP),
}


def _act(
    session: Session, caller: Caller, alert_id: uuid.UUID, seen: Seen, action: str, changed: dict[str, Any]
) -> None:
    """Hold the alert, compare, and set, so that of two who act at once one is told that the other was first."""
    alert = queries.alert_for_update(session, caller.centers, alert_id)
    if alert is None:
        raise NotFound("There is no such alert.", pointer="/path/alert_id")
    check_seen(seen, alert["version"])
    if alert["status"] not in _ALLOWED[action]:
        raise AlertNotOpen(f"The alert is {alert['status']}.", pointer="/path/alert_id")
    own = col(Alert.id) == alert_id
    with recording(session, caller.actor, alert["service_center_id"], action, alert_id, (Alert, own)):
        session.execute(
            update(Alert).where(own).values(updated_at=clock.now(), version=col(Alert.version) + 1, **changed)
        )


@dataclass(frozen=True, slots=True)
class _Correction:
    """An alert as it is stored, and the values that it should have."""

    before: queries.StoredAlert
    values: dict[str, Any]


def _changed(states: Iterable[AlertState], stored: queries.StoredAlerts, as_of: date) -> list[_Correction]:
    pairs = ((state, stored.get(state.key)) for state in states)
    return [
        _correction(state, before) for state, before in pairs if before is not None and _differs(state, before, as_of)
    ]


def _differs(state: AlertState, before: queries.StoredAlert, as_of: date) -> bool:
    if before.accepted_on is not None:
        return False
    # What has been resolved by a fact dated later than the night stays resolved: that fact is known already.
    if before.until is not None and before.until > as_of:
        return False
    dated = (state.severity, state.since, state.until) == (before.severity, before.since, before.until)
    return not dated or state.facts != json.loads(before.facts)


def _correction(state: AlertState, before: queries.StoredAlert) -> _Correction:
    taken_up = state.status is AlertStatus.OPEN and before.status is AlertStatus.TAKEN_UP
    status = AlertStatus.TAKEN_UP if taken_up else state.status
    return _Correction(before, {"status": status, **{column: getattr(state, column) for column in _COMPARED}})


def _undone(evaluation: Evaluation, stored: queries.StoredAlerts, as_of: date) -> Iterator[_Correction]:
    """Resolve what the facts no longer demand; alerts of broken contracts stay, since nothing is known of them."""
    demanded = {state.key for state in evaluation.states}
    broken = {contract.contract_id for contract in evaluation.broken}
    for key, before in stored.items():
        if key in demanded or before.contract_id in broken or before.until is not None:
            continue
        resolved = {
            "status": AlertStatus.RESOLVED,
            "severity": before.severity,
            "since": before.since,
            "until": max(as_of, before.since),
            "facts": json.loads(before.facts) | {"undone": True},
        }
        yield _Correction(before, resolved)


_Done = tuple[uuid.UUID | None, Change]
"""A change of an alert, and the service center whose it is."""


def _rows(states: Sequence[AlertState]) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "id": new_id(),
            "kind": state.kind,
            "service_center_id": state.service_center_id,
            "contract_id": state.contract_id,
            "subject": state.subject,
            "status": state.status,
            "version": 1,
            "recorded_at": now,
            "updated_at": now,
            "severity": state.severity,
            "since": state.since,
            "until": state.until,
            # Written once: it is stored and hashed.
            "facts": CanonicalText(canonical(state.facts)),
        }
        for state in states
    ]


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> list[_Done]:
    for batch in _batches(rows):
        session.connection().execute(insert(Alert), batch)
    return [_done(None, row) for row in rows]


def _update(session: Session, corrections: Sequence[_Correction]) -> list[_Done]:
    """Correct the alerts that nobody has acted on since they were read; what was acted on waits for the next night."""
    names = ("status", *_COMPARED)
    now = clock.now()
    statement = (
        update(Alert)
        .where(col(Alert.id) == bindparam("alert"))
        .values(updated_at=now, version=col(Alert.version) + 1, **{name: bindparam(f"new_{name}") for name in names})
    )
    done: list[_Done] = []
    for batch in _batches(corrections):
        held = queries.rows_for_update(session, [correction.before.id for correction in batch])
        current = [
            correction for correction in batch if held[correction.before.id]["version"] == correction.before.version
        ]
        rows = [
            {"alert": correction.before.id, **{f"new_{name}": correction.values[name] for name in names}}
            for correction in current
        ]
        if rows:
            session.connection().execute(statement, rows)
        for correction in current:
            before = held[correction.before.id]
            after = before | correction.values | {"updated_at": now, "version": before["version"] + 1}
            done.append(_done(before, after))
    return done


_T = TypeVar("_T")


def _batches(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _done(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> _Done:
    change = Change("alerts", str(after["id"]), row_hash(before) if before else None, row_hash(after))
    return after["service_center_id"], change


def _acts(actor: Actor, kind: AlertKind, as_of: date, done: Iterable[_Done]) -> list[Act]:
    """Say a night's changes as acts, each center's in its own chain, so many to an event."""
    by_center: dict[uuid.UUID | None, list[Change]] = {}
    for center, change in done:
        by_center.setdefault(center, []).append(change)
    return [
        Act(actor, center, "alerts.reconciled", f"{kind}/{as_of}", batch, {"kind": kind, "as_of": str(as_of)})
        for center, changed in sorted(by_center.items(), key=lambda item: str(item[0]))
        for batch in _batches(changed)
    ]
