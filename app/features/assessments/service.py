"""Walks a month from its result to its notice: draft, final, notified, each once, by compare and set."""

import uuid
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, Invalid
from app.features.access.caller import Caller
from app.features.alerts import service as alerts
from app.features.assessments import late_notices, narrowing, queries
from app.features.assessments.errors import (
    AlreadyFinal,
    AlreadyNotified,
    MonthIsFinal,
    NotFinal,
    NothingToFinalize,
    PeriodOutsideService,
)
from app.features.assessments.results import Result, judge, judgement, read_score, stored_score
from app.features.contracts import queries as contract_queries
from app.features.contracts import register
from app.features.contracts.service import lock
from app.features.contracts.versions import Version, read_versions, version_for
from app.models import Assessment, AssessmentCriterion
from app.models.words import DueKind, Stage
from app.rules.consecutive import MonthState
from app.rules.faults import Fault
from app.rules.money import hundredths
from app.rules.periods import Period


def record(session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, result: Result) -> None:
    """Fill a month in, or fill it in anew while it is a draft; its findings keep their ids."""
    month = _month(session, caller, contract_id, period)
    today = clock.today()
    assessed_on = result.assessed_on or today
    _refuse_future("/assessed_on", assessed_on, today)
    if assessed_on < month.served_from:
        _refuse("/assessed_on", "before-the-month", f"{assessed_on} lies before the month, {period}, began.")
    version = _terms(session, contract_id, period, today)
    score = judge(result, version.terms if version else None)
    values = {
        "stage": Stage.DRAFT,
        "state": result.state,
        "reason": result.reason,
        "note": result.note,
        "assessed_on": assessed_on,
        **(stored_score(score) if result.state is MonthState.ASSESSED else _NO_SCORE),
    }
    _set(session, month, (Stage.NOT_ASSESSED, Stage.DRAFT), values, MonthIsFinal(f"{period} is {month.stage}."))
    _write_criteria(session, month.id, result)


_NO_SCORE = {"score_kind": None, "score_hundredths": None, "score_exact": None}


def finalize(session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, final_on: date) -> None:
    """Make a draft final: the terms known on that day judge it, and the judgement is stored with their version."""
    month = _month(session, caller, contract_id, period)
    _check_day(month, "final_on", final_on)
    if month.stage is Stage.NOT_ASSESSED:
        raise NothingToFinalize(f"Nobody has assessed {period}.")
    if month.assessed_on is not None and final_on < month.assessed_on:
        _refuse(
            "/final_on", "before-it-was-assessed", f"{final_on} lies before {month.assessed_on}, when it was assessed."
        )
    judged = _judgement(month, _terms(session, contract_id, period, final_on))
    values = {"stage": Stage.FINAL, "final_on": final_on, **judged}
    _set(session, month, (Stage.DRAFT,), values, AlreadyFinal(f"{period} became final on {month.final_on}."))
    if month.state is MonthState.EXCUSED:
        register.waive(session, contract_id, DueKind.NOTICE, str(period), final_on, "month_excused")
        _settle_late_notice(session, contract_id, period)


def notify(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    period: Period,
    notified_on: date,
    document_no: str | None = None,
) -> None:
    """Record the notice (考核通报) of a final result: set the month, meet the due date, resolve the alert."""
    month = _month(session, caller, contract_id, period)
    _check_day(month, "notified_on", notified_on)
    if month.stage is Stage.NOTIFIED:
        raise AlreadyNotified(f"{period} was notified on {month.notified_on}.")
    if month.final_on is None:
        raise NotFinal(f"{period} is {month.stage}.")
    if notified_on < month.final_on:
        detail = f"{notified_on} lies before {month.final_on}, when the result became final."
        _refuse("/notified_on", "before-it-was-final", detail)
    values = {
        "stage": Stage.NOTIFIED,
        "notified_on": notified_on,
        "document_no": document_no,
        "notice_recorded_at": clock.now(),
    }
    _set(session, month, (Stage.FINAL,), values, AlreadyNotified(f"{period} is notified."))
    register.meet(session, contract_id, DueKind.NOTICE, str(period), notified_on)
    _settle_late_notice(session, contract_id, period)


def _month(session: Session, caller: Caller, contract_id: uuid.UUID, period: Period) -> Assessment:
    contract = lock(session, caller, contract_id)
    month = queries.month(session, contract_id, str(period))
    if month is None:
        last = contract.closed_on or contract.ends_on
        detail = f"{period} is not among the months from {contract.recorded_from} to {Period.of(last)}."
        raise PeriodOutsideService(detail, pointer="/path/period")
    return month


def _terms(session: Session, contract_id: uuid.UUID, period: Period, known_on: date) -> Version | None:
    return version_for(read_versions(contract_queries.versions(session, contract_id)), period, known_on)


def _judgement(month: Assessment, version: Version | None) -> dict[str, Any]:
    """Judge a result by its unrounded score; what no clause judges stays empty."""
    if version is None or month.state is not MonthState.ASSESSED:
        return {"terms_version_id": version.id if version else None}
    return judgement(read_score(month.score_kind, month.score_exact), version)


def _set(
    session: Session, month: Assessment, expected: tuple[Stage, ...], values: dict[str, Any], otherwise: Conflict
) -> None:
    """Compare and set: of two who act at once, one changes the stage and the other is told so."""
    statement = (
        update(Assessment)
        .where(col(Assessment.id) == month.id, col(Assessment.stage).in_(expected))
        .values(updated_at=clock.now(), **values)
        .returning(col(Assessment.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise otherwise


def _write_criteria(session: Session, assessment_id: uuid.UUID, result: Result) -> None:
    session.execute(delete(AssessmentCriterion).where(col(AssessmentCriterion.assessment_id) == assessment_id))
    rows = [
        {
            "assessment_id": assessment_id,
            "criterion": code,
            "points_hundredths": None if points is None else hundredths(Fraction(points)),
        }
        for code, points in (result.criteria or {}).items()
    ]
    if rows:
        session.connection().execute(insert(AssessmentCriterion), rows)


def _settle_late_notice(session: Session, contract_id: uuid.UUID, period: Period) -> None:
    within = narrowing.Within(contract_id=contract_id, period=str(period))
    for state in late_notices.evaluate(session, clock.today(), within).states:
        alerts.settle(session, state)


def _check_day(month: Assessment, name: str, day: date) -> None:
    """Refuse a day on or before the month's last day of service, at whose 24:00 the month ends."""
    _refuse_future(f"/{name}", day, clock.today())
    if day <= month.served_to:
        _refuse(f"/{name}", "before-the-month-ended", f"{day} is not after {month.served_to}, the month's last day.")


def _refuse_future(pointer: str, day: date, today: date) -> None:
    if day > today:
        _refuse(pointer, "date-in-future", f"{day} is after today, {today}.")


def _refuse(pointer: str, code: str, detail: str) -> None:
    raise Invalid(detail, faults=[Fault(pointer, code, detail, "State the day on which it happened.")])
