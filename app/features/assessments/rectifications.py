"""整改: what the vendor does about a finding, submission by submission, and what the centre finds of it."""

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, update
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, NotFound
from app.features.access.caller import Caller
from app.features.assessments import answer_queries, months, overdue_rectifications, vendor_side
from app.features.assessments.errors import (
    FindingIsWithdrawn,
    NothingToVerify,
    RectificationPending,
    RectificationVerified,
)
from app.features.assessments.months import refuse
from app.features.audit.service import recording
from app.features.contracts import register
from app.features.contracts.service import lock
from app.features.contracts.within import Within
from app.features.events.service import Happening
from app.features.events.service import record as tell
from app.features.events.types import EventType
from app.features.evidence.service import attach, uses_of
from app.features.seen import Seen, check_seen
from app.models import Alert, DueDate, Finding, Rectification
from app.models.words import AlertKind, DueKind, Verification
from app.rules.periods import Period

EVIDENCE_OF = "rectification"
"""How the evidence of rectifications names what it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the centre found of a submission; a returned one may be owed again by a new day, `due_on`."""

    outcome: Verification
    judged_on: date
    reason: str | None = None
    due_on: date | None = None


def submit(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    finding_id: uuid.UUID,
    description: str,
    evidence: Sequence[uuid.UUID] = (),
    at: datetime | None = None,
) -> uuid.UUID:
    """Record what the vendor did about a finding, as the next of its submissions, and give its id.

    Without `at`, at the instant read once all is held. Until it is judged nothing is owed; late is late all the same.
    """
    finding = vendor_side.hold_finding(session, vendor_id, finding_id)
    instant = at or clock.now()
    _refuse_withdrawn(finding)
    before = answer_queries.submissions(session, finding_id)
    if before and before[-1]["outcome"] is None:
        raise RectificationPending(f"Submission {before[-1]['number']} waits since {before[-1]['submitted_on']}.")
    if before and before[-1]["outcome"] is Verification.VERIFIED:
        raise RectificationVerified(f"It was verified on {before[-1]['judged_on']}.")
    due = answer_queries.owed(session, finding["contract_id"], DueKind.RECTIFICATION, str(finding_id))
    row = Rectification(
        service_center_id=finding["service_center_id"],
        vendor_id=vendor_id,
        contract_id=finding["contract_id"],
        finding_id=finding_id,
        number=len(before) + 1,
        description=description,
        submitted_on=clock.business_date(instant),
        submitted_at=instant,
        submitted_by=caller.name,
        submitted_by_id=caller.principal_id,
        due_on=due["due_on"] if due else None,
    )
    id_ = row.id
    with _recording(session, caller, "rectification.submitted", finding, id_):
        _raise_version(session, finding, RectificationPending())
        session.add(row)
        session.flush()
        attach(session, vendor_id, evidence, EVIDENCE_OF, id_)
        _settle(session, finding["contract_id"])
        tell(session, _happening(finding, EventType.RECTIFICATION_SUBMITTED, row.number))
    return id_


def judge(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    finding_id: uuid.UUID,
    judgement: Judgement,
    seen: Seen = None,
) -> None:
    """Verify the submission that waits, which meets its due date with the day of the submission, or return it.

    A returned one is owed again: by the same day, or by the new one that the centre states.
    """
    lock(session, caller, contract_id)
    finding = answer_queries.notified_finding(session, contract_id, finding_id)
    if finding is None:
        raise NotFound("There is no such notified finding in this contract.", pointer="/path/finding_id")
    check_seen(seen, finding["version"])
    _check(judgement)
    _refuse_withdrawn(finding)
    waiting = next((row for row in answer_queries.submissions(session, finding_id) if row["outcome"] is None), None)
    if waiting is None:
        raise NothingToVerify
    if judgement.judged_on < waiting["submitted_on"]:
        detail = f"{judgement.judged_on} lies before {waiting['submitted_on']}, when it was submitted."
        refuse("/judged_on", "before-the-submission", detail)
    verified = judgement.outcome is Verification.VERIFIED
    action = "rectification.verified" if verified else "rectification.returned"
    with _recording(session, caller, action, finding, waiting["id"]):
        _raise_version(session, finding, NothingToVerify())
        _write(session, caller, waiting, judgement)
        if verified:
            met_on = waiting["submitted_on"]
            register.meet(session, contract_id, DueKind.RECTIFICATION, str(finding_id), met_on)
        elif judgement.due_on is not None:
            _owe_anew(session, finding, judgement.judged_on, judgement.due_on)
        _settle(session, contract_id)
        type_ = EventType.RECTIFICATION_VERIFIED if verified else EventType.RECTIFICATION_RETURNED
        tell(session, _happening(finding, type_, waiting["number"]))


def _check(judgement: Judgement) -> None:
    months.refuse_future("/judged_on", judgement.judged_on)
    if judgement.outcome is Verification.VERIFIED and judgement.due_on is not None:
        detail = "A verified rectification is not owed again."
        refuse("/due_on", "verified-owes-nothing", detail, "Leave due_on out, or return it.")
    if judgement.outcome is Verification.RETURNED and judgement.reason is None:
        refuse("/reason", "returned-without-reason", "Nothing says why it is returned.", "State the reason.")
    if judgement.due_on is not None and judgement.due_on < judgement.judged_on:
        detail = f"{judgement.due_on} lies before {judgement.judged_on}, when it is returned."
        refuse("/due_on", "due-before-it-is-returned", detail, "State a day on or after it.")


def _refuse_withdrawn(finding: RowMapping) -> None:
    if finding["withdrawn_on"] is not None:
        raise FindingIsWithdrawn(f"It was withdrawn on {finding['withdrawn_on']}.")


def _recording(
    session: Session, caller: Caller, action: str, finding: RowMapping, submission_id: uuid.UUID
) -> AbstractContextManager[None]:
    """Record what is done inside as one act: the finding, its submissions, its due date, the alerts about such."""
    contract_id, finding_id = finding["contract_id"], finding["id"]
    due = (col(DueDate.contract_id) == contract_id) & (col(DueDate.kind) == DueKind.RECTIFICATION)
    overdue = (col(Alert.contract_id) == contract_id) & (col(Alert.kind) == AlertKind.OVERDUE_RECTIFICATION)
    touched = (
        (Finding, col(Finding.id) == finding_id),
        (Rectification, col(Rectification.finding_id) == finding_id),
        (DueDate, due & (col(DueDate.subject) == str(finding_id))),
        (Alert, overdue),
        uses_of(submission_id),
    )
    details = {"contract_id": str(contract_id), "finding_id": str(finding_id)}
    center = finding["service_center_id"]
    return recording(session, caller.actor, center, action, submission_id, *touched, details=details)


def _raise_version(session: Session, finding: RowMapping, otherwise: Conflict) -> None:
    """Compare and set: of two who act on a finding at once, one does and the other is told so."""
    statement = (
        update(Finding)
        .where(col(Finding.id) == finding["id"], col(Finding.version) == finding["version"])
        .values(version=col(Finding.version) + 1, updated_at=clock.now())
        .returning(col(Finding.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise otherwise


def _write(session: Session, caller: Caller, waiting: RowMapping, judgement: Judgement) -> None:
    statement = (
        update(Rectification)
        .where(col(Rectification.id) == waiting["id"], col(Rectification.outcome).is_(None))
        .values(
            outcome=judgement.outcome,
            reason=judgement.reason,
            next_due_on=judgement.due_on,
            judged_on=judgement.judged_on,
            judged_at=clock.now(),
            judged_by=caller.name,
            judged_by_id=caller.principal_id,
        )
        .returning(col(Rectification.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise NothingToVerify


def _owe_anew(session: Session, finding: RowMapping, on: date, due_on: date) -> None:
    """Replace the due date by the one that the centre states, which no clause and no holiday notice moves."""
    contract_id, subject = finding["contract_id"], str(finding["id"])
    old = answer_queries.owed(session, contract_id, DueKind.RECTIFICATION, subject)
    terms = old["terms_version_id"] if old else _terms(session, finding, on)
    if terms is None:
        detail = f"No terms of the contract are in force for {finding['period']}."
        refuse("/due_on", "no-terms", detail, "Leave due_on out.")
    if old is not None:
        register.supersede(session, [old["id"]], on, "rectification_returned")
    values: dict[str, Any] = {
        "terms_version_id": terms,
        "event_on": on,
        "due_on": due_on,
        "provisional": False,
        "steps": [f"It was returned on {on}, to be submitted again by {due_on}, as the service center stated."],
        "stated": True,
    }
    owner = register.Owner(finding["service_center_id"], contract_id)
    register.enter(session, owner, {(DueKind.RECTIFICATION, subject): values}, on)


def _terms(session: Session, finding: RowMapping, on: date) -> uuid.UUID | None:
    version = months.terms_for(session, finding["contract_id"], Period.parse(finding["period"]), on)
    return version.id if version else None


def _settle(session: Session, contract_id: uuid.UUID) -> None:
    today, within = clock.today(), Within(contract_id=contract_id)
    session.flush()
    months.settle(session, contract_id, overdue_rectifications.evaluate(session, today, within))


def _happening(finding: RowMapping, type_: EventType, number: int) -> Happening:
    return Happening(
        type=type_,
        service_center_id=finding["service_center_id"],
        vendor_id=finding["vendor_id"],
        subject_id=finding["id"],
        contract_id=finding["contract_id"],
        period=finding["period"],
        version=number,
    )
