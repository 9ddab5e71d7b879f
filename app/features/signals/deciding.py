"""What a supervisor makes of signals: an incident becomes one finding or is dismissed; signals are joined or split."""

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.assessments.findings import NewFinding, record_finding
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.seen import Seen, check_seen
from app.features.signals import grouping, queries
from app.features.signals.errors import SignalAccepted, SignalDismissed
from app.features.signals.grouping import BY_HAND, Plan
from app.models import Incident, IncidentFinding, Signal
from app.models.columns import new_id
from app.models.words import IncidentStatus, SignalStatus
from app.rules.faults import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What the finding says; contract, issue type, counter and day are the signals' own where they are left out."""

    contract_id: uuid.UUID | None = None
    issue_type: str | None = None
    counter: str | None = None
    occurred_on: date | None = None
    description: str | None = None
    deduction_points: Decimal | None = None
    level: str | None = None
    post: str | None = None
    note: str | None = None


def accept(
    session: Session, caller: Caller, signal_id: uuid.UUID, acceptance: Acceptance, seen: Seen = None
) -> uuid.UUID:
    """Make the one finding of a signal's incident and give its id; a dismissed incident may be accepted after all.

    Every signal of the incident is accepted with it. Nothing of what citizens wrote goes into the finding, which the
    vendor will read: `description` is the supervisor's own.
    """
    signal = _held(session, caller, signal_id, seen)
    incident_id = signal.incident_id
    found = queries.incident(session, incident_id)
    if found.status is IncidentStatus.ACCEPTED:
        raise SignalAccepted(f"It is finding {queries.finding_of(session, incident_id)}.")
    members = queries.members(session, [incident_id])
    contract_id = _contract(session, signal.service_center_id, members, acceptance)
    finding_id: uuid.UUID = record_finding(session, caller, contract_id, _finding(session, members, acceptance))["id"]
    with _deciding(session, caller, "signal.accepted", signal, details={"finding_id": str(finding_id)}):
        _set(session, incident_id, (IncidentStatus.PROPOSED, IncidentStatus.DISMISSED), IncidentStatus.ACCEPTED, {})
        _link(session, caller, incident_id, finding_id)
        _mark(session, incident_id, SignalStatus.ACCEPTED)
    return finding_id


def dismiss(session: Session, caller: Caller, signal_id: uuid.UUID, reason: str, seen: Seen = None) -> None:
    """Dismiss a signal's incident: no finding is made of any of its signals."""
    signal = _held(session, caller, signal_id, seen)
    incident_id = signal.incident_id
    _refuse_decided(session, queries.incident(session, incident_id))
    said = {"dismissed_by": caller.name, "dismissed_reason": reason, "dismissed_at": clock.now()}
    with _deciding(session, caller, "signal.dismissed", signal):
        _set(session, incident_id, (IncidentStatus.PROPOSED,), IncidentStatus.DISMISSED, said)
        _mark(session, incident_id, SignalStatus.DISMISSED)


def regroup(
    session: Session, caller: Caller, signal_id: uuid.UUID, other_id: uuid.UUID | None, reason: str, seen: Seen = None
) -> None:
    """Join a signal to the incident of another one, or with None split it off into an incident of its own.

    It joins an accepted incident as known. From then on nothing but a supervisor moves the signals of either.
    """
    signal = _held(session, caller, signal_id, seen)
    _refuse_decided(session, queries.incident(session, signal.incident_id))
    said = {"code": BY_HAND, "by": caller.name, "reason": reason}
    if other_id is None:
        if len(queries.members(session, [signal.incident_id])) == 1:
            detail = "It is the only signal of its incident."
            raise Invalid(detail, faults=[Fault("/with_signal", "alone-already", detail, "Name a signal to join.")])
        own = new_id()
        plan = Plan({signal.id: (own, said)}, {own}, {own, signal.incident_id})
    else:
        other = _other(session, signal, other_id)
        place = (other.incident_id, said | {"like": str(other.id)})
        plan = Plan({signal.id: place}, by_hand={other.incident_id, signal.incident_id})
    grouping.apply(session, caller, "signal.regrouped", signal, plan)


def _other(session: Session, signal: Signal, other_id: uuid.UUID) -> Signal:
    other = next((one for one in queries.placed(session, [other_id])), None)
    if other is None or other.service_center_id != signal.service_center_id:
        raise NotFound("There is no such signal in this service center.", pointer="/with_signal")
    if other.incident_id == signal.incident_id:
        detail = "The two stand in one incident already."
        raise Invalid(detail, faults=[Fault("/with_signal", "joined-already", detail, "Name a signal of another one.")])
    if queries.incident(session, other.incident_id).status is IncidentStatus.DISMISSED:
        raise SignalDismissed("The incident of the other one is dismissed.", pointer="/with_signal")
    return other


def _held(session: Session, caller: Caller, signal_id: uuid.UUID, seen: Seen) -> Signal:
    signal = queries.held(session, caller.centers, signal_id)
    if signal is None:
        raise NotFound(pointer="/path/signal_id")
    check_seen(seen, signal.version)
    return signal


def _refuse_decided(session: Session, incident: Incident) -> None:
    if incident.status is IncidentStatus.ACCEPTED:
        raise SignalAccepted(f"It is finding {queries.finding_of(session, incident.id)}.")
    if incident.status is IncidentStatus.DISMISSED:
        raise SignalDismissed(f"{incident.dismissed_by} dismissed it: {incident.dismissed_reason}")


def _contract(session: Session, center: uuid.UUID, members: Sequence[Signal], acceptance: Acceptance) -> uuid.UUID:
    contract_id = acceptance.contract_id or _agreed(members, "contract_id")
    if contract_id is None:
        candidates = sorted({id_ for one in members for id_ in one.matches["contract"]["candidates"]})
        said = f": {', '.join(candidates[:10])}" if candidates else ""
        raise _unmatched("/contract_id", f"The signals name no one contract{said}.", "State the contract by its id.")
    if not queries.is_of_center(session, contract_id, center):
        raise NotFound("There is no such contract in this service center.", pointer="/contract_id")
    return contract_id


def _finding(session: Session, members: Sequence[Signal], acceptance: Acceptance) -> NewFinding:
    issue_type = acceptance.issue_type
    if issue_type is None:
        known = _agreed(members, "issue_type_id")
        if known is None:
            remedy = "State a code of GET /v1/issue-types."
            raise _unmatched("/issue_type", "The signals name no one issue type.", remedy)
        issue_type = queries.issue_type_code(session, known)
    return NewFinding(
        issue_type=issue_type,
        occurred_on=acceptance.occurred_on or min(one.occurred_on for one in members),
        counter=acceptance.counter or _agreed(members, "counter"),
        description=acceptance.description,
        deduction_points=acceptance.deduction_points,
        level=acceptance.level,
        post=acceptance.post,
        note=acceptance.note,
    )


def _agreed(members: Sequence[Signal], name: str) -> Any:  # noqa: ANN401 a column's value
    """Give what the signals that say anything all say; None where they say nothing or differ."""
    said = {getattr(one, name) for one in members} - {None}
    return said.pop() if len(said) == 1 else None


def _unmatched(pointer: str, detail: str, remedy: str) -> Invalid:
    return Invalid(detail, faults=[Fault(pointer, "not-matched", detail, remedy)])


def _deciding(
    session: Session, caller: Caller, action: str, signal: Signal, details: dict[str, str] | None = None
) -> AbstractContextManager[None]:
    incident_id = signal.incident_id
    touched: tuple[Touched, ...] = (
        (Incident, col(Incident.id) == incident_id),
        (IncidentFinding, col(IncidentFinding.incident_id) == incident_id),
        (Signal, col(Signal.incident_id) == incident_id),
    )
    said = {"incident_id": str(incident_id)} | (details or {})
    return recording(session, caller.actor, signal.service_center_id, action, signal.id, *touched, details=said)


def _set(
    session: Session,
    incident_id: uuid.UUID,
    expected: Sequence[IncidentStatus],
    status: IncidentStatus,
    said: dict[str, Any],
) -> None:
    """Compare and set: of two who decide at once the second finds what the first has made of it."""
    statement = (
        update(Incident)
        .where(col(Incident.id) == incident_id, col(Incident.status).in_(expected))
        .values(status=status, updated_at=clock.now(), **said)
        .returning(col(Incident.id))
    )
    if session.execute(statement).first() is None:
        raise SignalAccepted("Somebody else has decided it meanwhile.")


def _link(session: Session, caller: Caller, incident_id: uuid.UUID, finding_id: uuid.UUID) -> None:
    row = IncidentFinding(
        incident_id=incident_id, finding_id=finding_id, accepted_by=caller.name, accepted_at=clock.now()
    )
    session.add(row)


def _mark(session: Session, incident_id: uuid.UUID, status: SignalStatus) -> None:
    statement = update(Signal).where(col(Signal.incident_id) == incident_id)
    values = {"status": status, "version": col(Signal.version) + 1, "updated_at": clock.now()}
    session.execute(statement.values(**values))
