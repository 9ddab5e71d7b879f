"""Groups signals by the incident that they tell of: proposed by the rule, until a supervisor decides."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.signals import queries
from app.models import Incident, Signal
from app.models.columns import new_id
from app.models.words import IncidentStatus, SignalStatus
from app.rules.signals import Because, Report, group, likeness

FIRST = "first_of_incident"
INCOMPLETE = "not_comparable"
LIKE = "like_the_first"
BY_HAND = "by_hand"

Reason = dict[str, Any]
"""Why a signal stands in its incident, as it is stored: a `code`, and what the code is about."""


@dataclass(slots=True)
class Plan:
    """Where signals go: by signal its incident and the reason; which incidents are new, which ones a person made."""

    places: dict[uuid.UUID, tuple[uuid.UUID, Reason]] = field(default_factory=dict)
    new_incidents: set[uuid.UUID] = field(default_factory=set)
    by_hand: set[uuid.UUID] = field(default_factory=set)


def place(session: Session, caller: Caller, signal: Signal) -> None:
    """Put a new signal into the incident that it tells of, and tell the center of each incident that is new.

    An incident that is accepted, or that a supervisor has joined or split, draws the signal to it as it stands; all
    other proposed ones of its counter and issue type are grouped anew with it, so that it does not matter in which
    order signals come in. A dismissed incident draws nothing: what comes after it is proposed by itself.
    """
    missing = [name for name, value in (("counter", signal.counter), ("issue_type", signal.issue_type_id)) if not value]
    if missing:
        plan = Plan({signal.id: (signal.incident_id, {"code": INCOMPLETE, "missing": missing})}, {signal.incident_id})
    else:
        plan = _plan(signal, queries.alike(session, signal))
    apply(session, caller, "signal.received", signal, plan)


def _plan(signal: Signal, others: Sequence[tuple[Signal, Incident]]) -> Plan:
    plan = Plan()
    own = _report(signal)
    for first, one in _firsts((other, incident) for other, incident in others if _is_fixed(incident)):
        because = likeness(own, first)
        if because is not None:
            plan.places[signal.id] = (one.incident_id, _reason(because, one.id))
            return plan
    rows = {_report(one): one for one in (signal, *(other for other, incident in others if not _is_fixed(incident)))}
    taken: set[uuid.UUID] = set()
    for found in group(rows):
        first_one = rows[found.first]
        incident_id = _incident_for([first_one, *(rows[report] for report, _ in found.others)], signal, taken)
        if incident_id is None:
            incident_id = signal.incident_id if signal.incident_id not in taken else new_id()
            plan.new_incidents.add(incident_id)
        taken.add(incident_id)
        plan.places[first_one.id] = (incident_id, {"code": FIRST})
        for report, because in found.others:
            plan.places[rows[report].id] = (incident_id, _reason(because, first_one.id))
    return plan


def _is_fixed(incident: Incident) -> bool:
    return incident.by_hand or incident.status is IncidentStatus.ACCEPTED


def _firsts(fixed: Iterable[tuple[Signal, Incident]]) -> list[tuple[Report, Signal]]:
    """Give the earliest signal of each incident, the earliest of all first."""
    earliest: dict[uuid.UUID, tuple[Report, Signal]] = {}
    for signal, incident in fixed:
        report = _report(signal)
        if incident.id not in earliest or report < earliest[incident.id][0]:
            earliest[incident.id] = (report, signal)
    return sorted(earliest.values(), key=lambda entry: entry[0])


def _incident_for(members: Sequence[Signal], new: Signal, taken: set[uuid.UUID]) -> uuid.UUID | None:
    """Keep the incident of whoever of them came first, unless an earlier group has it."""
    known = sorted((one for one in members if one is not new), key=lambda one: one.id)
    return next((one.incident_id for one in known if one.incident_id not in taken), None)


def apply(session: Session, caller: Caller, action: str, subject: Signal, plan: Plan) -> None:
    """Carry a plan out as one act: every signal of an incident that gains or loses one has a new version.

    The center is told of each incident that the rule has made; who makes one by hand knows.
    """
    known = {one.id: one for one in queries.placed(session, plan.places)}
    moved = {
        id_: where
        for id_, where in plan.places.items()
        if id_ not in known or (known[id_].incident_id, known[id_].grouped) != where
    }
    before = {known[id_].incident_id for id_ in moved if id_ in known}
    affected = before | {incident_id for incident_id, _ in moved.values()}
    members = {one.id: one for one in queries.members(session, affected - plan.new_incidents)} | {subject.id: subject}
    touched: tuple[Touched, ...] = (
        (Signal, col(Signal.id).in_([*members])),
        (Incident, col(Incident.id).in_([*affected])),
    )
    center = subject.service_center_id
    details = {"source": subject.source, "external_ref": subject.external_ref}
    with recording(session, caller.actor, center, action, subject.id, *touched, details=details):
        incidents = _incidents(session, center, affected, plan)
        for one in members.values():
            incident_id, reason = moved.get(one.id, (one.incident_id, one.grouped))
            one.incident_id, one.grouped = incident_id, reason
            one.status = _status(incidents[incident_id], one)
            _raise(session, one, is_new=one.id not in known and one is subject)
        left = {one.incident_id for one in members.values()}
        for incident in incidents.values():
            if incident.id not in left:
                incident.status = IncidentStatus.MERGED
                incident.updated_at = clock.now()
        leading = [one for one in members.values() if one.grouped["code"] in {FIRST, INCOMPLETE}]
        record(session, *(_proposed(one) for one in leading if one.incident_id in plan.new_incidents))


def _incidents(session: Session, center: uuid.UUID, affected: set[uuid.UUID], plan: Plan) -> dict[uuid.UUID, Incident]:
    now = clock.now()
    for incident_id in plan.new_incidents:
        session.add(Incident(id=incident_id, service_center_id=center, created_at=now, updated_at=now))
    # Signals refer to them.
    session.flush()
    incidents = {incident.id: incident for incident in queries.incidents(session, affected)}
    for incident_id in plan.by_hand:
        incidents[incident_id].by_hand = True
        incidents[incident_id].updated_at = now
    return incidents


def _status(incident: Incident, signal: Signal) -> SignalStatus:
    if incident.status is not IncidentStatus.ACCEPTED:
        return SignalStatus.PROPOSED
    return SignalStatus.ACCEPTED if signal.status is SignalStatus.ACCEPTED else SignalStatus.KNOWN


def _raise(session: Session, signal: Signal, *, is_new: bool) -> None:
    if not is_new:
        signal.version += 1
        signal.updated_at = clock.now()
    session.add(signal)


def _report(signal: Signal) -> Report:
    return Report(signal.occurred_on, signal.occurred_at, signal.source, signal.external_ref, signal.text or "")


def _reason(because: Because, first: uuid.UUID) -> Reason:
    return {
        "code": LIKE,
        "like": str(first),
        "likeness": because.likeness.value,
        "days_apart": because.days_apart,
        "wording_percent": because.wording_percent,
    }


def _proposed(signal: Signal) -> Happening:
    return Happening(
        type=EventType.SIGNAL_PROPOSED,
        service_center_id=signal.service_center_id,
        vendor_id=None,
        subject_id=signal.id,
        contract_id=signal.contract_id,
        period=signal.period,
        version=signal.version,
    )
