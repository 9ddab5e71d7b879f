"""One month under change: held, compared and set, judged by its terms, recorded in the audit with what hangs on it."""

import uuid
from contextlib import AbstractContextManager
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, Invalid
from app.features.access.caller import Caller
from app.features.alerts import service as alerts
from app.features.alerts.state import Evaluation
from app.features.assessments import queries, results
from app.features.assessments.results import Result, read_score
from app.features.audit.changes import Reach, Touched, write
from app.features.audit.service import recording
from app.features.contracts import queries as contract_queries
from app.features.contracts.errors import PeriodOutsideService
from app.features.contracts.service import lock
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.seen import Seen, check_seen
from app.models import Alert, Assessment, AssessmentCriterion, DueDate
from app.models.words import AlertKind, DueKind, Stage
from app.rules.consecutive import MonthState
from app.rules.faults import Fault
from app.rules.money import hundredths
from app.rules.notices import backdated
from app.rules.periods import Period
from app.rules.scores import Score


def hold(session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, seen: Seen = None) -> Assessment:
    """Hold a month of the caller's to the end of the transaction, at a version that the caller has seen."""
    contract = lock(session, caller, contract_id)
    month = queries.month(session, contract_id, str(period))
    if month is None:
        last = contract.closed_on or contract.ends_on
        detail = f"{period} is not among the months from {contract.recorded_from} to {Period.of(last)}."
        raise PeriodOutsideService(detail, pointer="/path/period")
    check_seen(seen, month.version)
    return month


def recording_month(
    session: Session,
    caller: Caller,
    action: str,
    month: Assessment,
    *more: Touched,
    subject_id: uuid.UUID | None = None,
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the month: its row, its points, its due date, its late notice.

    `subject_id` is for an act on something of the month, such as an appeal.
    """
    own = {"month": month.id, "contract": month.contract_id, "period": month.period}
    touched = [(table, which, own) for table, which in _OF_A_MONTH]
    details = {"contract_id": str(month.contract_id), "period": month.period}
    return recording(
        session, caller.actor, month.service_center_id, action, subject_id or month.id, *touched, *more, details=details
    )


_OF_A_MONTH: tuple[Reach, ...] = (
    (Assessment, col(Assessment.id) == bindparam("month")),
    (AssessmentCriterion, col(AssessmentCriterion.assessment_id) == bindparam("month")),
    (
        DueDate,
        (col(DueDate.contract_id) == bindparam("contract"))
        & (col(DueDate.subject) == bindparam("period"))
        & (col(DueDate.kind) == DueKind.NOTICE),
    ),
    (
        Alert,
        (col(Alert.contract_id) == bindparam("contract"))
        & (col(Alert.subject) == bindparam("period"))
        & (col(Alert.kind) == AlertKind.LATE_NOTICE),
    ),
)


def change(
    session: Session, month: Assessment, expected: tuple[Stage, ...], values: dict[str, Any], otherwise: Conflict
) -> None:
    """Compare and set: of two who act at once, one changes the month and the other is told so."""
    row = {"of": month.id, "stages": expected, "seen": month.version, "updated_at": clock.now(), **values}
    # Its version says that the month still is as it was read.
    if write(session, _changing(tuple(values)), row, before=month.model_dump()) is None:
        raise otherwise


@cache
def _changing(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    """Set some columns of a month in an expected stage at a seen version."""
    new: dict[str, Any] = {name: bindparam(name) for name in ("updated_at", *names)}
    return (
        update(Assessment)
        .where(
            col(Assessment.id) == bindparam("of"),
            col(Assessment.stage).in_(bindparam("stages", expanding=True)),
            col(Assessment.version) == bindparam("seen"),
        )
        .values(version=col(Assessment.version) + 1, **new)
        .returning(*Assessment.__table__.columns)  # type: ignore[attr-defined]
    )


def write_criteria(session: Session, month: Assessment, result: Result) -> None:
    """Write the points by criterion anew; a month that nobody had assessed has none yet."""
    connection = session.connection()
    if month.stage is not Stage.NOT_ASSESSED:
        connection.execute(_NO_CRITERIA, {"of": month.id})
    rows = [
        {
            "assessment_id": month.id,
            "criterion": code,
            "points_hundredths": None if points is None else hundredths(Fraction(points)),
        }
        for code, points in (result.criteria or {}).items()
    ]
    if rows:
        connection.execute(_CRITERIA, rows)


_NO_CRITERIA = delete(AssessmentCriterion).where(col(AssessmentCriterion.assessment_id) == bindparam("of"))
_CRITERIA = insert(AssessmentCriterion)


def terms_for(session: Session, contract_id: uuid.UUID, period: Period, known_on: date) -> Version | None:
    """Read the terms in force for a month, as known on a day."""
    return version_for(read_versions(contract_queries.versions(session, contract_id)), period, known_on)


def judgement(state: MonthState | None, score: Score, version: Version | None) -> dict[str, Any]:
    """Judge a result by its unrounded score; what no clause judges stays empty."""
    if version is None or state is not MonthState.ASSESSED:
        nothing = {"pass_mark_hundredths": None, "verdict": None, "grade": None}
        return {"terms_version_id": version.id if version else None, **nothing}
    return results.judgement(score, version)


def judgement_of(month: Assessment, version: Version | None) -> dict[str, Any]:
    """Judge the result that a month holds."""
    return judgement(month.state, read_score(month.score_kind, month.score_exact), version)


def notice(notified_on: date, document_no: str | None) -> dict[str, Any]:
    """Give the columns of a notice that is recorded now."""
    return {
        "notified_on": notified_on,
        "document_no": document_no,
        "notice_recorded_at": clock.now(),
        "backdated": bool(backdated(notified_on, clock.today(), document_no)),
    }


def settle(session: Session, contract_id: uuid.UUID, *evaluations: Evaluation) -> None:
    """Bring the alerts on record to what the facts now demand."""
    for evaluation in evaluations:
        if evaluation.states:
            alerts.settle(session, evaluation.states[0].kind, contract_id, evaluation.states)


def check_day(month: Assessment, name: str, day: date) -> None:
    """Refuse a day on or before the month's last day of service, at whose 24:00 the month ends."""
    refuse_future(f"/{name}", day)
    if day <= month.served_to:
        refuse(f"/{name}", "before-the-month-ended", f"{day} is not after {month.served_to}, the month's last day.")


def refuse_future(pointer: str, day: date) -> None:
    """Refuse a day after today."""
    today = clock.today()
    if day > today:
        refuse(pointer, "date-in-future", f"{day} is after today, {today}.")


def refuse(pointer: str, code: str, detail: str, remedy: str = "State the day on which it happened.") -> None:
    """Refuse a request for one thing that it says."""
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])
