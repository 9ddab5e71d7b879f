"""申诉: the vendor's appeal against a notified month, and its decision as the centre records them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.assessments import months, queries
from app.features.assessments.errors import AppealDecided, NotNotified
from app.features.assessments.months import refuse
from app.features.assessments.results import Result
from app.features.assessments.revisions import Revision, latest_day, revise
from app.features.calendar.queries import work_calendar
from app.features.seen import Seen
from app.models import Appeal, Assessment
from app.models.words import AppealOutcome, Stage
from app.rules.deadlines import due_date
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
    if month.stage is not Stage.NOTIFIED or month.notified_on is None:
        raise NotNotified(f"{period} is {month.stage}.")
    _check(month, month.notified_on, decision)
    stands_from = latest_day(session, month)
    if decision.decided_on < stands_from:
        detail = f"{decision.decided_on} lies before {stands_from}, from which the present version stands."
        refuse("/decided_on", "before-the-version", detail)
    against = month.revision
    decided = queries.appeals(session, month.id)
    if any(appeal["against_revision"] == against for appeal in decided):
        raise AppealDecided(f"The appeal against version {against} of {period} is decided.")
    due_on = _due_on(session, month, month.notified_on)
    appeal = _row(caller, month, decision, due_on)
    own = (Appeal, col(Appeal.id) == appeal.id)
    with months.recording_month(session, caller, "appeal.decided", month, own, subject_id=appeal.id):
        # The row's version is raised by whichever of the two happens, so that a second decision is seen to be stale.
        if decision.outcome is AppealOutcome.REJECTED:
            months.change(session, month, (Stage.NOTIFIED,), {}, AppealDecided())
        session.add(appeal)
    if decision.outcome is not AppealOutcome.REJECTED:
        revision = Revision(
            reason=decision.reason,
            revised_on=decision.decided_on,
            result=decision.result,
            withdrawn=decision.withdrawn,
        )
        revise(session, caller, contract_id, period, revision)


def _check(month: Assessment, notified_on: date, decision: Decision) -> None:
    months.refuse_future("/decided_on", decision.decided_on)
    if decision.appealed_on < notified_on:
        detail = f"{decision.appealed_on} lies before {notified_on}, when {month.period} was notified."
        refuse("/appealed_on", "before-the-notice", detail)
    if decision.decided_on < decision.appealed_on:
        detail = f"{decision.decided_on} lies before {decision.appealed_on}, the day of the appeal."
        refuse("/decided_on", "before-the-appeal", detail)
    changes = decision.result is not None or bool(decision.withdrawn)
    if decision.outcome is AppealOutcome.REJECTED and changes:
        detail = "A rejected appeal changes nothing."
        refuse("/outcome", "rejected-changes-nothing", detail, "Leave result and withdrawn_findings out, or uphold it.")
    if decision.outcome is not AppealOutcome.REJECTED and not changes:
        detail = "An upheld appeal changes the result or withdraws findings; neither is stated."
        remedy = "State the new result, or the findings that are withdrawn."
        refuse("/outcome", "upheld-without-consequence", detail, remedy)


def _due_on(session: Session, month: Assessment, notified_on: date) -> date | None:
    """Give the last day on which the vendor could appeal, by the terms in force; None where they state no limit."""
    version = months.terms_for(session, month.contract_id, Period.parse(month.period), clock.today())
    if version is None or version.terms.appeal is None or version.terms.appeal.after != "notice":
        return None
    return due_date(version.terms.appeal, notified_on, work_calendar(session)).on


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
        document_no=decision.document_no,
        reason=decision.reason,
        revision=month.revision + 1 if upheld else None,
        recorded_at=clock.now(),
    )
