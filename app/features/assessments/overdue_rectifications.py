"""Finds the findings that were not rectified (整改) in time: `overdue_rectification`."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import groupby

from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.assessments import narrowing
from app.features.calendar.queries import work_calendar
from app.features.contracts.by_contract import NightRow, evaluate_each
from app.features.contracts.missed import Missed, missed
from app.features.contracts.within import ALL, Within
from app.models.words import AlertKind, Verification


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which overdue-rectification alerts the facts dated up to `as_of` demand."""
    calendar = work_calendar(session, as_of)
    rows = narrowing.rectifications_ever_late(session, as_of, within)
    late_ones = _findings(rows)
    found = {str(row["id"]): row for row in narrowing.findings_of(session, late_ones)}
    submitted: defaultdict[str, list[NightRow]] = defaultdict(list)
    for row in narrowing.submissions_of(session, late_ones):
        submitted[str(row["finding_id"])].append(row)

    def decide(_contract: uuid.UUID, entries: list[NightRow]) -> Iterator[AlertState]:
        for subject, of_finding in groupby(entries, key=lambda row: row["subject"]):
            done_on = _done_on(submitted[subject], as_of)
            known = [{**entry, "met_on": done_on} for entry in of_finding]
            late = missed(known, done_on, {}, as_of, calendar)
            if late is not None:
                yield _state(late, found[subject])

    return evaluate_each(rows, decide)


def _findings(entries: Sequence[NightRow]) -> list[uuid.UUID]:
    """Name the findings that entries of the register are about; a damaged name is told of with its contract."""
    found = set()
    for subject in {entry["subject"] for entry in entries}:
        with suppress(ValueError):
            found.add(uuid.UUID(subject))
    return sorted(found)


def _done_on(submissions: Sequence[NightRow], as_of: date) -> date | None:
    """Give the day of the last submission that stood on a day: its judging is the centre's time, not the vendor's.

    One that is returned is as if it had never come, from the day on which it is returned.
    """
    last = next((row for row in reversed(submissions) if row["submitted_on"] <= as_of), None)
    if last is None or (last["outcome"] is Verification.RETURNED and last["judged_on"] <= as_of):
        return None
    submitted_on: date = last["submitted_on"]
    return submitted_on


def _state(late: Missed, finding: NightRow) -> AlertState:
    facts = {
        "finding_id": str(finding["id"]),
        "period": finding["period"],
        "issue_type": finding["issue_type"],
        "issue_type_name": finding["issue_type_name"],
        "counter": finding["counter"],
        "occurred_on": finding["occurred_on"].isoformat(),
    }
    return late.alert(AlertKind.OVERDUE_RECTIFICATION, facts, "submitted_on")
