"""Walks a month from its result to its notice: draft, final, notified, each once, by compare and set."""

import uuid
from datetime import date

from sqlmodel import Session

from app import clock
from app.features.access.caller import Caller
from app.features.alerts import queries as alert_queries
from app.features.assessments import answer_dates, answer_queries, late_notices, months
from app.features.assessments.errors import AlreadyFinal, AlreadyNotified, MonthIsFinal, NotFinal, NothingToFinalize
from app.features.assessments.months import refuse
from app.features.assessments.results import Result, judge, stored_score
from app.features.contracts import register
from app.features.contracts.within import Within
from app.features.events.service import Happening
from app.features.events.service import record as tell
from app.features.events.types import EventType
from app.features.seen import Seen
from app.models.words import AlertKind, DueKind, Stage
from app.rules.consecutive import MonthState
from app.rules.periods import Period


def record(
    session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, result: Result, seen: Seen = None
) -> None:
    """Fill a month in, or fill it in anew while it is a draft; its findings keep their ids."""
    month = months.hold(session, caller, contract_id, period, seen)
    assessed_on = result.assessed_on or clock.today()
    months.refuse_future("/assessed_on", assessed_on)
    if assessed_on < month.served_from:
        refuse("/assessed_on", "before-the-month", f"{assessed_on} lies before the month, {period}, began.")
    version = months.terms_for(session, contract_id, period, clock.today())
    score = judge(result, version.terms if version else None)
    values = {
        "stage": Stage.DRAFT,
        "state": result.state,
        "reason": result.reason,
        "note": result.note,
        "assessed_on": assessed_on,
        "assessed_by_id": caller.principal_id,
        **stored_score(score, result.state),
    }
    with months.recording_month(session, caller, "assessment.recorded", month):
        otherwise = MonthIsFinal(f"{period} is {month.stage}.")
        months.change(session, month, (Stage.NOT_ASSESSED, Stage.DRAFT), values, otherwise)
        months.write_criteria(session, month, result)


def finalize(
    session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, final_on: date, seen: Seen = None
) -> None:
    """Make a draft final: the terms known on that day judge it, and the judgement is stored with their version."""
    month = months.hold(session, caller, contract_id, period, seen)
    months.check_day(month, "final_on", final_on)
    if month.stage is Stage.NOT_ASSESSED:
        raise NothingToFinalize(f"Nobody has assessed {period}.")
    if month.assessed_on is not None and final_on < month.assessed_on:
        detail = f"{final_on} lies before {month.assessed_on}, when it was assessed."
        refuse("/final_on", "before-it-was-assessed", detail)
    judged = months.judgement_of(month, months.terms_for(session, contract_id, period, final_on))
    values = {"stage": Stage.FINAL, "final_on": final_on, "finalized_by_id": caller.principal_id, **judged}
    with months.recording_month(session, caller, "assessment.finalized", month):
        otherwise = AlreadyFinal(f"{period} became final on {month.final_on}.")
        months.change(session, month, (Stage.DRAFT,), values, otherwise)
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
    seen: Seen = None,
) -> None:
    """Record the notice (考核通报) of a final result: set the month, meet the due date, resolve the alert.

    From it on the vendor owes its answers, by the terms in force.
    """
    month = months.hold(session, caller, contract_id, period, seen)
    months.check_day(month, "notified_on", notified_on)
    if month.stage is Stage.NOTIFIED:
        raise AlreadyNotified(f"{period} was notified on {month.notified_on}.")
    if month.final_on is None:
        raise NotFinal(f"{period} is {month.stage}.")
    if notified_on < month.final_on:
        detail = f"{notified_on} lies before {month.final_on}, when the result became final."
        refuse("/notified_on", "before-it-was-final", detail)
    values = {"stage": Stage.NOTIFIED, **months.notice(notified_on, document_no)}
    findings = answer_queries.standing_findings(session, contract_id, month.period)
    answers = answer_dates.touched_by_notice(month, findings)
    with months.recording_month(session, caller, "assessment.notified", month, answers):
        months.change(session, month, (Stage.FINAL,), values, AlreadyNotified(f"{period} is notified."))
        register.meet(session, contract_id, DueKind.NOTICE, str(period), notified_on)
        _settle_late_notice(session, contract_id, period)
        given = answer_dates.give(session, month, findings, notified_on)
        told = Happening(
            type=EventType.ASSESSMENT_NOTIFIED,
            service_center_id=month.service_center_id,
            vendor_id=month.vendor_id,
            subject_id=month.id,
            contract_id=contract_id,
            period=str(period),
        )
        tell(session, told, *answer_dates.rectifications_due(month, given, month.revision))


def _settle_late_notice(session: Session, contract_id: uuid.UUID, period: Period) -> None:
    """Bring the month's alert to what is so now; one that no night has opened is the next night's to date."""
    if not alert_queries.is_stored(session, AlertKind.LATE_NOTICE, contract_id, str(period)):
        return
    within = Within(contract_id=contract_id, period=str(period))
    months.settle(session, contract_id, late_notices.evaluate(session, clock.today(), within))
