"""申诉 on paper: an appeal that came outside of the portal, recorded by the centre together with its decision."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping
from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.assessments import answer_dates, answer_queries, months
from app.features.assessments.appeal_decisions import check_consequence, check_decider
from app.features.assessments.appeal_filing import happening
from app.features.assessments.errors import AppealDecided, AppealOpen, NotNotified
from app.features.assessments.months import refuse
from app.features.assessments.results import Result
from app.features.assessments.revisions import Revision, latest_day, revise
from app.features.contracts import register
from app.features.events.service import record as tell
from app.features.events.types import EventType
from app.features.seen import Seen
from app.models import Appeal, Assessment
from app.models.words import AppealOutcome, DueKind, Stage
from app.rules.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was appealed and what the centre decided; an upheld appeal changes the result, or withdraws findings."""

    appealed_on: date
    outcome: AppealOutcome
    decided_on: date
    reason: str
    grounds: str | None = None
    document_no: str | None = None
    result: Result | None = None
    withdrawn: Sequence[uuid.UUID] = ()


def decide_appeal(
    session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, decision: Decision, seen: Seen = None
) -> None:
    """Record the decision about an appeal; where it is upheld, its revision of the month with it."""
    month = months.hold(session, caller, contract_id, period, seen)
    check_decider(session, caller, month, month.revision)
    if month.stage is not Stage.NOTIFIED or month.notified_on is None:
        raise NotNotified(f"{period} is {month.stage}.")
    _check(month, month.notified_on, decision)
    check_consequence(decision.outcome, decision.result, decision.withdrawn)
    stands_from = latest_day(session, month)
    if decision.decided_on < stands_from:
        detail = f"{decision.decided_on} lies before {stands_from}, from which the present version stands."
        refuse("/decided_on", "before-the-version", detail)
    known = answer_queries.appeals_of_month(session, month.id)
    _check_others(month, [appeal for appeal in known if appeal["against_revision"] == month.revision])
    due_on = answer_dates.appeal_due_on(session, month)
    recorded = _row(caller, month, decision, due_on)
    own = (Appeal, col(Appeal.id) == recorded.id)
    more = (own, answer_dates.touched(month))
    with months.recording_month(session, caller, "appeal.decided", month, *more, subject_id=recorded.id):
        # The row's version is raised by whichever of the two happens, so that a second decision is seen to be stale.
        if decision.outcome is AppealOutcome.REJECTED:
            months.change(session, month, (Stage.NOTIFIED,), {}, AppealDecided())
        session.add(recorded)
        if not known:
            register.meet(session, contract_id, DueKind.APPEAL, month.period, decision.appealed_on)
        tell(session, happening(month, EventType.APPEAL_DECIDED, recorded.id))
    if decision.outcome is not AppealOutcome.REJECTED:
        revision = Revision(
            reason=decision.reason,
            revised_on=decision.decided_on,
            result=decision.result,
            withdrawn=decision.withdrawn,
        )
        revise(session, caller, contract_id, period, revision)


def _check_others(month: Assessment, of_version: Sequence[RowMapping]) -> None:
    """Refuse while an appeal filed against the version is open, and a second paper about it."""
    version = f"version {month.revision} of {month.period}"
    for appeal in of_version:
        if appeal["outcome"] is None:
            raise AppealOpen(f"Appeal {appeal['id']} against {version} is not decided.")
    if any(appeal["filed_by_id"] is None for appeal in of_version):
        raise AppealDecided(f"The appeal against {version} is decided.")


def _check(month: Assessment, notified_on: date, decision: Decision) -> None:
    months.refuse_future("/decided_on", decision.decided_on)
    if decision.appealed_on < notified_on:
        detail = f"{decision.appealed_on} lies before {notified_on}, when {month.period} was notified."
        refuse("/appealed_on", "before-the-notice", detail)
    if decision.decided_on < decision.appealed_on:
        detail = f"{decision.decided_on} lies before {decision.appealed_on}, the day of the appeal."
        refuse("/decided_on", "before-the-appeal", detail)


def _row(caller: Caller, month: Assessment, decision: Decision, due_on: date | None) -> Appeal:
    upheld = decision.outcome is not AppealOutcome.REJECTED
    return Appeal(
        service_center_id=month.service_center_id,
        contract_id=month.contract_id,
        assessment_id=month.id,
        against_revision=month.revision,
        appealed_on=decision.appealed_on,
        due_on=due_on,
        grounds=decision.grounds,
        outcome=decision.outcome,
        decided_on=decision.decided_on,
        decided_by=caller.name,
        decided_by_id=caller.principal_id,
        document_no=decision.document_no,
        reason=decision.reason,
        revision=month.revision + 1 if upheld else None,
        recorded_at=clock.now(),
    )
