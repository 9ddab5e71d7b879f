"""Findings (考核问题): recorded the day they are seen, withdrawn when an appeal is upheld, never deleted."""

import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.assessments import finding_queries
from app.features.assessments.errors import AlreadyWithdrawn, MonthIsFinal
from app.features.audit.changes import Reach, write
from app.features.audit.service import recording
from app.features.contracts.service import lock
from app.models import Alert, Contract, DueDate, Finding
from app.models.columns import new_id
from app.models.words import AlertKind, DueKind, Stage
from app.rules.faults import Fault
from app.rules.money import hundredths
from app.rules.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFinding:
    """One occurrence of an issue, as it was seen; `deduction_points` in points of the month's score.

    One that lasted has the last day in `until`; `level` is the contract's own code of severity, `post` the post that
    it concerns, and an `unrectified` one repeats a finding that was not rectified.
    """

    issue_type: str
    occurred_on: date
    counter: str | None = None
    description: str | None = None
    deduction_points: Decimal | None = None
    at_least: bool = False
    until: date | None = None
    level: str | None = None
    unrectified: bool = False
    post: str | None = None
    note: str | None = None
    external_ref: str | None = None


def record_finding(session: Session, caller: Caller, contract_id: uuid.UUID, seen: NewFinding) -> Mapping[str, Any]:
    """Record a finding in the month of its date, which must not be final; give it as `finding_queries.finding` does."""
    contract = lock(session, caller, contract_id)
    against = _entered_against(session, contract, seen)
    finding = _row(contract, against["issue_type_id"], seen)
    if against["stage"] in (Stage.FINAL, Stage.NOTIFIED):
        detail = f"{finding['period']} became final on {against['final_on']}."
        raise MonthIsFinal(detail, pointer="/occurred_on")
    with recording_findings(session, caller, "finding.recorded", contract, finding["id"]):
        stored = write(session, _WRITE, finding)
    named = {"contract_number": contract.number, "issue_type": seen.issue_type}
    return {**(stored or {}), **named, "issue_type_name": against["issue_type_name"]}


_WRITE = insert(Finding).returning(*Finding.__table__.columns)  # type: ignore[attr-defined]


def new_finding(session: Session, contract: Contract, seen: NewFinding) -> Finding:
    """Check a finding against its contract and its center's catalogues, and give its row, not yet added."""
    return Finding(**_row(contract, _entered_against(session, contract, seen)["issue_type_id"], seen))


def _entered_against(session: Session, contract: Contract, seen: NewFinding) -> RowMapping:
    """Check a finding against its contract and its center's catalogues."""
    _check_date(contract, seen.occurred_on)
    _check_until(contract, seen)
    period = str(Period.of(seen.occurred_on))
    against = finding_queries.entered_against(session, contract.id, period, seen.issue_type, seen.counter)
    # A center that has entered its counters is kept from typing errors; one that has not names them freely.
    if seen.counter is not None and against["counters"] and not against["counter"]:
        detail = f"The service center has no counter '{seen.counter}'."
        remedy = "Use a code of GET /v1/service-centers/{id}/counters, or add the counter first."
        raise Invalid(detail, faults=[Fault("/counter", "unknown-counter", detail, remedy)])
    if against["issue_type_id"] is None:
        detail = f"The service center has no issue type '{seen.issue_type}'."
        remedy = "Use a code of GET /v1/issue-types, or add the issue type first."
        raise Invalid(detail, faults=[Fault("/issue_type", "unknown-issue-type", detail, remedy)])
    return against


def recording_findings(
    session: Session, caller: Caller, action: str, contract: Contract, finding_id: uuid.UUID
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on a finding, with the alerts and the due date that it may undo."""
    own = {"finding": finding_id, "contract": contract.id, "subject": str(finding_id)}
    touched = [(table, which, own) for table, which in _OF_A_FINDING]
    details = {"contract_id": str(contract.id)}
    center = contract.service_center_id
    return recording(session, caller.actor, center, action, finding_id, *touched, details=details)


_OF_A_FINDING: tuple[Reach, ...] = (
    (Finding, col(Finding.id) == bindparam("finding")),
    (
        Alert,
        (col(Alert.contract_id) == bindparam("contract"))
        & col(Alert.kind).in_((AlertKind.REPEAT_OFFENCE, AlertKind.OVERDUE_RECTIFICATION)),
    ),
    (
        DueDate,
        (col(DueDate.contract_id) == bindparam("contract"))
        & (col(DueDate.kind) == DueKind.RECTIFICATION)
        & (col(DueDate.subject) == bindparam("subject")),
    ),
)


def mark_withdrawn(session: Session, finding: RowMapping, withdrawn_on: date, reason: str, pointer: str) -> None:
    """Withdraw a finding: it stays readable and from that day on no longer counts."""
    occurred_on = finding["occurred_on"]
    if not occurred_on <= withdrawn_on <= clock.today():
        detail = f"{withdrawn_on} does not lie between {occurred_on}, when it was seen, and today."
        remedy = "State the day on which it was withdrawn."
        raise Invalid(detail, faults=[Fault(pointer, "date-out-of-order", detail, remedy)])
    statement = (
        update(Finding)
        .where(col(Finding.id) == finding["id"], col(Finding.withdrawn_on).is_(None))
        .values(
            withdrawn_on=withdrawn_on,
            withdrawn_reason=reason,
            version=col(Finding.version) + 1,
            updated_at=clock.now(),
        )
        .returning(col(Finding.id))
    )
    if session.execute(statement).first() is None:
        raise AlreadyWithdrawn(f"It was withdrawn on {finding['withdrawn_on']}.")


def _check_date(contract: Contract, day: date) -> None:
    first = max(contract.starts_on, Period.parse(contract.recorded_from).first_day)
    last = contract.closed_on or contract.ends_on
    if not first <= day <= last:
        detail = f"{day} is not a recorded day of the service, {first} to {last}."
        remedy = "State the day on which it was seen, within the service."
        raise Invalid(detail, faults=[Fault("/occurred_on", "date-outside-service", detail, remedy)])
    if day > clock.today():
        detail = f"{day} is after today, {clock.today()}."
        remedy = "Record a finding on the day it is seen, or later."
        raise Invalid(detail, faults=[Fault("/occurred_on", "date-in-future", detail, remedy)])


def _check_until(contract: Contract, seen: NewFinding) -> None:
    """Keep what lasted within its month, since each month is settled by its own days."""
    first, last = seen.occurred_on, seen.until
    if last is None:
        return
    if last < first:
        code, detail = "until-before-its-day", f"{last} lies before {first}, when it was seen first."
        remedy = "State the last day that it lasted, or leave it out where it was of one day."
    elif Period.of(last) != Period.of(first):
        code, detail = "until-in-another-month", f"{last} lies after {first:%Y-%m}, the month that the finding is of."
        end = Period.of(first).last_day
        remedy = f"Let it end on {end}, and record the rest as a finding of the next month."
    elif last > (end := min(clock.today(), contract.closed_on or contract.ends_on)):
        code, detail = "until-not-served-yet", f"{last} lies after {end}, the last day of service up to today."
        remedy = "State the last day that it has lasted so far."
    else:
        return
    raise Invalid(detail, faults=[Fault("/until", code, detail, remedy)])


def _row(contract: Contract, issue_type_id: uuid.UUID, seen: NewFinding) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": new_id(),
        "service_center_id": contract.service_center_id,
        "vendor_id": contract.vendor_id,
        "contract_id": contract.id,
        "period": str(Period.of(seen.occurred_on)),
        "issue_type_id": issue_type_id,
        "occurred_on": seen.occurred_on,
        "counter": seen.counter,
        "description": seen.description,
        "deduction_hundredths": None if seen.deduction_points is None else hundredths(Fraction(seen.deduction_points)),
        "at_least": seen.at_least,
        "until": seen.until,
        "level": seen.level,
        # A column that came later: NULL, as in the rows before it, wherever it says nothing.
        "unrectified": seen.unrectified or None,
        "post": seen.post,
        "note": seen.note,
        "external_ref": seen.external_ref,
        "created_at": now,
        "updated_at": now,
    }
