"""Quarterly progress reports (季度进展报告) to the finance bureau: drafted by night or on request, then handed over."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, insert
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, Invalid, NotFound
from app.features.access.caller import Caller
from app.features.alerts.state import Tally
from app.features.audit import service as audit
from app.features.audit.actor import NIGHTLY, Actor
from app.features.audit.changes import Change
from app.features.audit.hashing import row_hash
from app.features.audit.service import Act, recording
from app.features.budgets.summary import positions
from app.features.evaluations import progress_queries as queries
from app.features.evaluations.progress_figures import QuarterFacts, compose
from app.features.evaluations.progress_queries import Subject
from app.features.parties.service import require_center
from app.features.seen import Seen, check_seen
from app.models import ProgressReport, ServiceCenter
from app.models.columns import new_id
from app.models.words import ProgressStatus
from app.rules.budgets import Quarter
from app.rules.faults import Fault

BATCH = 1000
"""Reports that are composed at once, and rows that an act of the audit names."""

OF_CENTER = "center"
"""The subject of a report about what is budgeted beside the contracts."""


class ProgressReportHandedOver(Conflict):
    """Drafting or handing over again what the finance bureau has."""

    code = "progress-report-handed-over"
    title = "The progress report was handed over"
    remedy = "It stands as it was handed over; say what has changed in the next quarter's report."


@dataclass(frozen=True, slots=True)
class Drafted:
    """Which report it is, and whether it is new."""

    report_id: uuid.UUID
    is_new: bool


def draft_progress_reports(session: Session, _actor: Actor, as_of: date) -> Tally:
    """Draft what the quarter before a day's own came to, once for each contract and for each center beside them.

    Statements grow with batches of reports alone, and a second run finds nothing left to draft.
    """
    quarter = Quarter.of(as_of).before
    queries.hold_centers(session)
    waiting = queries.unreported(session, quarter)
    written = 0
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        rows = [
            _row(subject, quarter, document, NIGHTLY.name, as_of)
            for subject, document in _composed(session, batch, quarter, as_of)
        ]
        session.connection().execute(insert(ProgressReport), rows)
        audit.append(session, list(_acts(quarter, rows)))
        written += len(rows)
    return Tally(len(waiting), written, 0, [])


def draft(
    session: Session, caller: Caller, center: uuid.UUID, contract_id: uuid.UUID | None, quarter: Quarter
) -> Drafted:
    """Draft the report of a quarter that has ended, or draft it anew by what is on record today."""
    require_center(caller.centers, center)
    if contract_id is not None and not queries.contract_belongs(session, contract_id, center):
        raise NotFound("There is no such contract in this service center.", pointer="/contract_id")
    today = clock.today()
    if quarter.last_day >= today:
        detail = f"{quarter} ends on {quarter.last_day}."
        raise Invalid(detail, faults=[Fault("/quarter", "quarter-not-ended", detail, "Draft it once it has ended.")])
    # Two who found no report would both record its first draft, and the second act would not follow from the first.
    queries.hold_centers(session, col(ServiceCenter.id) == center)
    subject = Subject(center, contract_id)
    ((_, document),) = _composed(session, [subject], quarter, today)
    row = _row(subject, quarter, document, caller.name, today)
    own = queries.of_subject(center, str(quarter), row["subject"])
    held = queries.for_update(session, own)
    if held is not None and _says_the_same(held, document):
        return Drafted(held.id, is_new=False)
    with recording(
        session, caller.actor, center, "progress_report.drafted", held.id if held else row["id"], (ProgressReport, own)
    ):
        if held is None:
            session.connection().execute(insert(ProgressReport), [row])
        else:
            held.document, held.drafted_by, held.drafted_on = document, caller.name, today
            _raise(held)
    return Drafted(held.id if held else row["id"], is_new=held is None)


def hand_over(
    session: Session, caller: Caller, report_id: uuid.UUID, handed_over_on: date, document_no: str, seen: Seen = None
) -> None:
    """Note that a report was handed over to the finance bureau; from then on it stands."""
    own = col(ProgressReport.id) == report_id
    held = queries.for_update(session, own, col(ProgressReport.service_center_id).in_(caller.centers))
    if held is None:
        raise NotFound("There is no such progress report.", pointer="/path/progress_report_id")
    check_seen(seen, held.version)
    if held.status is ProgressStatus.HANDED_OVER:
        raise ProgressReportHandedOver(f"It was handed over on {held.handed_over_on}.")
    last_day = Quarter.parse(held.quarter).last_day
    if not last_day < handed_over_on <= clock.today():
        detail = f"{handed_over_on} is not a day after {last_day} and up to today, {clock.today()}."
        remedy = "State the day on which it was handed over."
        raise Invalid(detail, faults=[Fault("/handed_over_on", "outside-quarters-end", detail, remedy)])
    touched = (ProgressReport, own)
    action = "progress_report.handed_over"
    with recording(session, caller.actor, held.service_center_id, action, report_id, touched):
        held.status = ProgressStatus.HANDED_OVER
        held.handed_over_on, held.handed_over_by, held.document_no = handed_over_on, caller.name, document_no
        _raise(held)


def _says_the_same(held: ProgressReport, document: Mapping[str, Any]) -> bool:
    """Tell whether a draft would say nothing new, whatever day it is; refuse what was handed over."""
    if held.status is ProgressStatus.HANDED_OVER:
        raise ProgressReportHandedOver(f"It was handed over on {held.handed_over_on}.")
    return all(held.document.get(name) == document[name] for name in ("figures", "missing"))


def _raise(held: ProgressReport) -> None:
    held.version += 1
    held.updated_at = clock.now()


def _composed(
    session: Session, subjects: Sequence[Subject], quarter: Quarter, as_of: date
) -> Iterator[tuple[Subject, dict[str, Any]]]:
    """Compose the reports of some subjects, in statements that do not grow with them."""
    contracts = [subject.contract_id for subject in subjects if subject.contract_id is not None]
    months = _by_subject(queries.months(session, contracts, quarter), _contract)
    settled = _by_subject(queries.settlements(session, contracts, quarter), _contract)
    measured = _by_subject(queries.metrics(session, contracts, quarter), _contract)
    raised = _by_subject(queries.alerts(session, subjects, quarter, as_of), _either)
    rows = queries.lines(session, subjects, quarter.year)
    lines = _by_subject(rows, _either)
    found = positions(session, rows, min(as_of, quarter.last_day))
    for subject in subjects:
        key = subject.contract_id or subject.service_center_id
        facts = QuarterFacts(
            months.get(key, ()), raised.get(key, ()), settled.get(key, ()), measured.get(key, ()), lines.get(key, ())
        )
        yield subject, compose(subject, facts, found, quarter, as_of)


def _contract(row: RowMapping) -> uuid.UUID:
    id_: uuid.UUID = row["contract_id"]
    return id_


def _either(row: RowMapping) -> uuid.UUID:
    id_: uuid.UUID = row["contract_id"] or row["service_center_id"]
    return id_


def _by_subject(
    rows: Sequence[RowMapping], key: Callable[[RowMapping], uuid.UUID]
) -> dict[uuid.UUID, list[RowMapping]]:
    found: dict[uuid.UUID, list[RowMapping]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _row(subject: Subject, quarter: Quarter, document: dict[str, Any], by: str, as_of: date) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": new_id(),
        "service_center_id": subject.service_center_id,
        "contract_id": subject.contract_id,
        "subject": str(subject.contract_id or OF_CENTER),
        "quarter": str(quarter),
        "document": document,
        "status": ProgressStatus.DRAFT,
        "drafted_by": by,
        "drafted_on": as_of,
        "handed_over_on": None,
        "handed_over_by": None,
        "document_no": None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


def _acts(quarter: Quarter, rows: Sequence[Mapping[str, Any]]) -> Iterator[Act]:
    """Say what was drafted as acts, each center's in its own chain."""
    by_center: dict[uuid.UUID, list[Change]] = {}
    for row in rows:
        change = Change("progress_reports", str(row["id"]), None, row_hash(row))
        by_center.setdefault(row["service_center_id"], []).append(change)
    for center, changes in sorted(by_center.items(), key=lambda item: str(item[0])):
        yield Act(NIGHTLY, center, "progress_reports.drafted", str(quarter), changes, {"quarter": str(quarter)})
