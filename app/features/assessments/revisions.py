"""Revises a notified month: every version stays readable, with its reason and its author."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, Invalid, NotFound
from app.features.access.caller import Caller
from app.features.assessments import (
    answer_dates,
    failed_months,
    finding_queries,
    late_notices,
    months,
    overdue_rectifications,
    queries,
    repeat_offences,
)
from app.features.assessments.errors import NotNotified, RevisionChangesNothing
from app.features.assessments.findings import NewFinding, mark_withdrawn, new_finding, recording_findings
from app.features.assessments.months import refuse
from app.features.assessments.results import Result, judge, stored_score
from app.features.audit.changes import Touched
from app.features.contracts import queries as contract_queries
from app.features.contracts import register
from app.features.contracts.service import lock
from app.features.contracts.versions import read_versions
from app.features.contracts.within import Within
from app.features.events.service import Happening
from app.features.events.service import record as tell
from app.features.events.types import EventType
from app.features.seen import Seen, check_seen
from app.models import Alert, Assessment, AssessmentRevision, Contract, Finding
from app.models.words import DueKind, Stage
from app.rules.money import hundredths
from app.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Notice:
    """What the paper says, put right."""

    notified_on: date
    document_no: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What changes in a notified month from a day on, and why; None and empty leave it as it is."""

    reason: str
    revised_on: date
    result: Result | None = None
    notice: Notice | None = None
    withdrawn: Sequence[uuid.UUID] = ()
    added: Sequence[NewFinding] = ()


def revise(
    session: Session, caller: Caller, contract_id: uuid.UUID, period: Period, revision: Revision, seen: Seen = None
) -> int:
    """Put a new version of a notified month on record and give its number; alerts follow it."""
    month = months.hold(session, caller, contract_id, period, seen)
    if month.stage is not Stage.NOTIFIED:
        raise NotNotified(f"{period} is {month.stage}.")
    if not (revision.result or revision.notice or revision.withdrawn or revision.added):
        raise RevisionChangesNothing("It states no result, no notice and no findings.")
    _check_days(session, month, revision)
    touched: tuple[Touched, ...] = (
        _versions(month),
        (Finding, (col(Finding.contract_id) == contract_id) & (col(Finding.period) == month.period)),
        (Alert, col(Alert.contract_id) == contract_id),
        answer_dates.touched(month),
    )
    with months.recording_month(session, caller, "assessment.revised", month, *touched):
        _write(session, caller, month, revision)
    return month.revision + 1


def withdraw_finding(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    finding_id: uuid.UUID,
    withdrawn_on: date,
    reason: str,
    seen: Seen = None,
) -> None:
    """Withdraw a finding: of a month that is notified by a revision, of any other at once."""
    contract = lock(session, caller, contract_id)
    finding = finding_queries.findings_for_update(session, contract_id, [finding_id]).get(finding_id)
    if finding is None:
        raise NotFound("There is no such finding in this contract.", pointer="/path/finding_id")
    check_seen(seen, finding["version"])
    month = queries.month(session, contract_id, finding["period"])
    notified = month if month is not None and month.stage is Stage.NOTIFIED else None
    with recording_findings(session, caller, "finding.withdrawn", contract, finding_id):
        mark_withdrawn(session, finding, withdrawn_on, reason, "/withdrawn_on")
        answer_dates.withdraw(session, contract_id, [finding_id], withdrawn_on)
        today, within = clock.today(), Within(contract_id=contract_id)
        months.settle(
            session,
            contract_id,
            repeat_offences.evaluate(session, today, within),
            overdue_rectifications.evaluate(session, today, within),
        )
        if notified is not None:
            # Everybody takes the streams before the audit's chain, so that no two wait for each other.
            tell(session, _revised(notified))
    if notified is not None:
        withdrawal = Revision(reason=reason, revised_on=withdrawn_on, withdrawn=[finding_id])
        _note_withdrawal(session, caller, notified, withdrawal)


def _note_withdrawal(session: Session, caller: Caller, month: Assessment, withdrawal: Revision) -> None:
    """Count a withdrawal as a revision, which stands from the version before it on at the earliest."""
    revised_on = max(withdrawal.revised_on, latest_day(session, month))
    with (
        months.recording_month(session, caller, "assessment.revised", month, _versions(month)),
        _new_version(session, caller, month, replace(withdrawal, revised_on=revised_on)),
    ):
        months.change(session, month, (Stage.NOTIFIED,), {"revision": month.revision + 1}, _outrun(month))


def _revised(month: Assessment) -> Happening:
    return Happening(
        type=EventType.ASSESSMENT_REVISED,
        service_center_id=month.service_center_id,
        vendor_id=month.vendor_id,
        subject_id=month.id,
        contract_id=month.contract_id,
        period=month.period,
        version=month.revision + 1,
    )


def _versions(month: Assessment) -> Touched:
    return (AssessmentRevision, col(AssessmentRevision.assessment_id) == month.id)


def _outrun(month: Assessment) -> Conflict:
    return Conflict(f"{month.period} was revised at the same time.")


def latest_day(session: Session, month: Assessment) -> date:
    """Give the first day on which a further revision can stand: the last one's, or the notice's."""
    days = [row["revised_on"] for row in queries.revisions(session, month.id) if row["number"] > 0]
    return max(days, default=month.notified_on or month.served_to)


def _check_days(session: Session, month: Assessment, revision: Revision) -> None:
    months.refuse_future("/revised_on", revision.revised_on)
    earliest = latest_day(session, month)
    if revision.revised_on < earliest:
        detail = f"{revision.revised_on} lies before {earliest}, from which the present version stands."
        refuse("/revised_on", "before-the-version", detail, "State the day on which it was revised.")
    if revision.notice is None:
        return
    notified_on = revision.notice.notified_on
    if month.final_on and notified_on < month.final_on:
        detail = f"{notified_on} lies before {month.final_on}, when the result became final."
        refuse("/notice/notified_on", "before-it-was-final", detail)
    if notified_on > revision.revised_on:
        detail = f"{notified_on} lies after {revision.revised_on}, the day of the revision."
        refuse("/notice/notified_on", "after-the-revision", detail)


@contextmanager
def _new_version(session: Session, caller: Caller, month: Assessment, revision: Revision) -> Iterator[list[str]]:
    """Keep what stands before a month's first revision as number 0, and what stands after this one as the next.

    Yields the list that takes the ids of findings which the revision adds.
    """
    if month.revision == 0:
        _keep(session, month.id, number=0, revised_on=month.final_on)
    added: list[str] = []
    yield added
    _keep(
        session,
        month.id,
        number=month.revision + 1,
        revised_on=revision.revised_on,
        reason=revision.reason,
        author=caller.name,
        added_findings=added,
        withdrawn_findings=[str(id_) for id_ in revision.withdrawn],
    )


def _keep(session: Session, assessment_id: uuid.UUID, **of_version: Any) -> None:
    """Copy the month as it stands now into its versions."""
    stands = queries.month_as_it_stands(session, assessment_id)
    points = [dict(row) for row in queries.criteria(session, assessment_id)]
    nothing: dict[str, Any] = {"added_findings": [], "withdrawn_findings": []}
    session.add(
        AssessmentRevision(
            **nothing | {**stands} | {"assessment_id": assessment_id, "criteria": points} | of_version,
            recorded_at=clock.now(),
        )
    )
    session.flush()


_STATED = ("state", "reason", "note", "score_kind", "score_exact", "notified_on", "document_no")
"""What a revision may put right in the month's own row; the rest follows from these."""


def _refuse_what_stands(session: Session, month: Assessment, revision: Revision, values: dict[str, Any]) -> None:
    """Refuse a revision that states what is on record already."""
    if revision.withdrawn or revision.added:
        return
    if any(values[name] != getattr(month, name) for name in _STATED if name in values):
        return
    points = {row["criterion"]: row["points_hundredths"] for row in queries.criteria(session, month.id)}
    stated = (revision.result.criteria if revision.result else None) or {}
    said = {code: None if value is None else hundredths(Fraction(value)) for code, value in stated.items()}
    if not said or points == said:
        raise RevisionChangesNothing("It states what is on record.")


def _write(session: Session, caller: Caller, month: Assessment, revision: Revision) -> None:
    values: dict[str, Any] = {"revision": month.revision + 1}
    if revision.result:
        values |= _result(session, month, revision.result)
    if revision.notice:
        values |= months.notice(revision.notice.notified_on, revision.notice.document_no)
    _refuse_what_stands(session, month, revision, values)
    notified_on = month.notified_on or month.served_to
    with _new_version(session, caller, month, revision) as added:
        months.change(session, month, (Stage.NOTIFIED,), values, _outrun(month))
        _withdraw(session, month, revision)
        added.extend(_add_findings(session, month, revision.added))
        if revision.result:
            months.write_criteria(session, month, revision.result)
        if revision.notice:
            register.meet(session, month.contract_id, DueKind.NOTICE, month.period, revision.notice.notified_on)
        given = _move_answers(session, month, revision, notified_on, [uuid.UUID(id_) for id_ in added])
    tell(session, _revised(month), *answer_dates.rectifications_due(month, given, month.revision + 1))
    # The alerts follow the versions, of which the new one is on record only now.
    _settle(session, month.contract_id)


def _move_answers(
    session: Session, month: Assessment, revision: Revision, notified_on: date, added: Sequence[uuid.UUID]
) -> answer_dates.Given:
    """Let the vendor's due dates follow: withdrawn findings owe nothing, a corrected notice moves what it gave."""
    on = revision.revised_on
    answer_dates.withdraw(session, month.contract_id, revision.withdrawn, on)
    moved: answer_dates.Given = {}
    if revision.notice is not None:
        moved = answer_dates.move(session, month, notified_on, revision.notice.notified_on, on)
    return moved | answer_dates.give_to_findings(session, month, added, on)


def _result(session: Session, month: Assessment, result: Result) -> dict[str, Any]:
    """Judge the new result by the terms that judged the old one: a revision puts facts right, not terms."""
    versions = read_versions(contract_queries.versions(session, month.contract_id))
    version = next((version for version in versions if version.id == month.terms_version_id), None)
    try:
        score = judge(result, version.terms if version else None)
    except Invalid as error:
        faults = [fault.under("/result") for fault in error.faults]
        raise Invalid(error.detail, faults=faults) from error
    judged = months.judgement(result.state, score, version)
    # The mark outlives a result that it does not judge: the versions before it were held against it.
    judged["pass_mark_hundredths"] = judged["pass_mark_hundredths"] or month.pass_mark_hundredths
    return {
        "state": result.state,
        "reason": result.reason,
        "note": result.note,
        **stored_score(score, result.state),
        **judged,
    }


def _withdraw(session: Session, month: Assessment, revision: Revision) -> None:
    found = finding_queries.findings_for_update(session, month.contract_id, revision.withdrawn)
    for place, id_ in enumerate(revision.withdrawn):
        pointer = f"/withdrawn_findings/{place}"
        if id_ not in found or found[id_]["period"] != month.period:
            refuse(pointer, "not-a-finding-of-the-month", f"{id_} is no finding of {month.period}.", "Check the id.")
        mark_withdrawn(session, found[id_], revision.revised_on, revision.reason, pointer)


def _add_findings(session: Session, month: Assessment, added: Sequence[NewFinding]) -> list[str]:
    if not added:
        return []
    contract = session.get_one(Contract, month.contract_id)
    rows = []
    for place, seen in enumerate(added):
        pointer = f"/added_findings/{place}"
        if str(Period.of(seen.occurred_on)) != month.period:
            detail = f"{seen.occurred_on} is no day of {month.period}."
            refuse(f"{pointer}/occurred_on", "date-outside-month", detail, "Add it to the month of its date.")
        try:
            rows.append(new_finding(session, contract, seen))
        except Invalid as error:
            raise Invalid(error.detail, faults=[fault.under(pointer) for fault in error.faults]) from error
    session.add_all(rows)
    session.flush()
    return [str(row.id) for row in rows]


def _settle(session: Session, contract_id: uuid.UUID) -> None:
    today, within = clock.today(), Within(contract_id=contract_id)
    months.settle(
        session,
        contract_id,
        late_notices.evaluate(session, today, within),
        failed_months.evaluate_below(session, today, within),
        failed_months.evaluate_consecutive(session, today, within),
        repeat_offences.evaluate(session, today, within),
        overdue_rectifications.evaluate(session, today, within),
    )
