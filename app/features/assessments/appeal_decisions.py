"""The centre's decision about a filed appeal: line by line, once, by somebody who has not assessed the month."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.assessments import answer_queries, months
from app.features.assessments.appeal_filing import happening
from app.features.assessments.errors import AppealDecided, DecidedByAssessor
from app.features.assessments.months import refuse
from app.features.assessments.results import Result
from app.features.assessments.revisions import Revision, latest_day, revise
from app.features.events.service import record as tell
from app.features.events.types import EventType
from app.features.seen import Seen, check_seen
from app.models import Appeal, AppealLine, Assessment
from app.models.words import AppealOutcome, Stage
from app.rules.faults import Fault
from app.rules.periods import Period


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What the centre decided about the line of a number, and why."""

    number: int
    outcome: AppealOutcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about every line; what is upheld changes the result, or withdraws findings."""

    lines: Sequence[LineDecision]
    decided_on: date
    reason: str
    document_no: str | None = None
    result: Result | None = None
    withdrawn: Sequence[uuid.UUID] = ()

    @property
    def outcome(self) -> AppealOutcome:
        """Give the outcome of the whole: that of its lines where they agree, else upheld in part."""
        outcomes = {line.outcome for line in self.lines}
        return outcomes.pop() if len(outcomes) == 1 else AppealOutcome.UPHELD_IN_PART


def version_of(appeal: Appeal | RowMapping) -> int:
    """Give the version that an appeal stands at: 1 as it was filed, 2 once it is decided."""
    outcome = appeal.outcome if isinstance(appeal, Appeal) else appeal["outcome"]
    return 1 if outcome is None else 2


def decide(session: Session, caller: Caller, appeal_id: uuid.UUID, decision: Decision, seen: Seen = None) -> None:
    """Decide an appeal that was filed; where a line is upheld, its revision of the month with it."""
    found = answer_queries.appeal(session, caller.centers, appeal_id)
    if found is None:
        raise NotFound("There is no such appeal.", pointer="/path/appeal_id")
    month = months.hold(session, caller, found["contract_id"], Period.parse(found["period"]))
    appeal = answer_queries.appeal_of_contract(session, month.contract_id, appeal_id)
    if appeal is None:
        raise NotFound("There is no such appeal.", pointer="/path/appeal_id")
    check_decider(session, caller, month, appeal.against_revision)
    check_seen(seen, version_of(appeal))
    lines = answer_queries.lines_of(session, [appeal_id]).get(appeal_id, [])
    _check_lines(lines, decision.lines)
    check_consequence(decision.outcome, decision.result, decision.withdrawn)
    _check_days(session, month, appeal, decision)
    if appeal.outcome is not None:
        raise AppealDecided(f"The appeal against {month.period} was decided on {appeal.decided_on}.")
    own = ((Appeal, col(Appeal.id) == appeal_id), (AppealLine, col(AppealLine.appeal_id) == appeal_id))
    with months.recording_month(session, caller, "appeal.decided", month, *own, subject_id=appeal_id):
        # The month's version is raised by whichever of the two happens: a revision raises it itself.
        if decision.outcome is AppealOutcome.REJECTED:
            months.change(session, month, (Stage.NOTIFIED,), {}, AppealDecided())
        _write(session, caller, month, appeal_id, decision)
        tell(session, happening(month, EventType.APPEAL_DECIDED, appeal_id))
    if decision.outcome is not AppealOutcome.REJECTED:
        revision = Revision(
            reason=decision.reason,
            revised_on=decision.decided_on,
            result=decision.result,
            withdrawn=decision.withdrawn,
        )
        revise(session, caller, month.contract_id, Period.parse(month.period), revision)


def check_decider(session: Session, caller: Caller, month: Assessment, against: int) -> None:
    """Refuse who has assessed the month, and who has made the version that the appeal is against."""
    if caller.principal_id in {month.assessed_by_id, month.finalized_by_id}:
        raise DecidedByAssessor(f"{caller.name} has assessed {month.period}.")
    # A principal's name is its own for good, and is what a version keeps of its author.
    if caller.name in answer_queries.authors_of(session, month.id, against):
        raise DecidedByAssessor(f"{caller.name} has made version {against} of {month.period}.")


def check_consequence(outcome: AppealOutcome, result: Result | None, withdrawn: Sequence[uuid.UUID]) -> None:
    """Refuse a rejected appeal that changes something, and an upheld one that changes nothing."""
    changes = result is not None or bool(withdrawn)
    if outcome is AppealOutcome.REJECTED and changes:
        detail = "A rejected appeal changes nothing."
        refuse("/outcome", "rejected-changes-nothing", detail, "Leave result and withdrawn_findings out, or uphold it.")
    if outcome is not AppealOutcome.REJECTED and not changes:
        detail = "An upheld appeal changes the result or withdraws findings; neither is stated."
        remedy = "State the new result, or the findings that are withdrawn."
        refuse("/outcome", "upheld-without-consequence", detail, remedy)


def _check_days(session: Session, month: Assessment, appeal: Appeal, decision: Decision) -> None:
    months.refuse_future("/decided_on", decision.decided_on)
    if decision.decided_on < appeal.appealed_on:
        detail = f"{decision.decided_on} lies before {appeal.appealed_on}, the day of the appeal."
        refuse("/decided_on", "before-the-appeal", detail)
    stands_from = latest_day(session, month)
    if decision.decided_on < stands_from:
        detail = f"{decision.decided_on} lies before {stands_from}, from which the present version stands."
        refuse("/decided_on", "before-the-version", detail)


def _check_lines(lines: Iterable[RowMapping], decided: Sequence[LineDecision]) -> None:
    """Refuse a decision that leaves a line out, names one twice, or one that there is not."""
    known = {line["number"] for line in lines}
    faults: list[Fault] = []
    for place, line in enumerate(decided):
        if line.number not in known:
            detail = f"The appeal has no line {line.number}."
            faults.append(Fault(f"/lines/{place}/number", "unknown-line", detail, "Name the lines of the appeal."))
        elif any(line.number == other.number for other in decided[:place]):
            detail = f"Line {line.number} is decided twice."
            faults.append(Fault(f"/lines/{place}/number", "named-twice", detail, "Decide each line once."))
    missing = sorted(known - {line.number for line in decided})
    if missing:
        detail = f"Lines {', '.join(map(str, missing))} are not decided."
        faults.append(Fault("/lines", "lines-not-decided", detail, "Decide every line of the appeal."))
    if faults:
        raise Invalid(faults[0].detail, faults=faults)


def _write(session: Session, caller: Caller, month: Assessment, appeal_id: uuid.UUID, decision: Decision) -> None:
    """Compare and set: of two who decide at once, one does and the other is told so."""
    upheld = decision.outcome is not AppealOutcome.REJECTED
    statement = (
        update(Appeal)
        .where(col(Appeal.id) == appeal_id, col(Appeal.outcome).is_(None))
        .values(
            outcome=decision.outcome,
            decided_on=decision.decided_on,
            decided_by=caller.name,
            decided_by_id=caller.principal_id,
            decided_at=clock.now(),
            document_no=decision.document_no,
            reason=decision.reason,
            revision=month.revision + 1 if upheld else None,
        )
        .returning(col(Appeal.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise AppealDecided
    for line in decision.lines:
        of_line = (col(AppealLine.appeal_id) == appeal_id, col(AppealLine.number) == line.number)
        session.execute(
            update(AppealLine)
            .where(*of_line, col(AppealLine.outcome).is_(None))
            .values(outcome=line.outcome, reason=line.reason)
            .execution_options(synchronize_session=False)
        )
