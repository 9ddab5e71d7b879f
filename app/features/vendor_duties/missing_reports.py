"""Finds the months whose report (项目月报) was not handed in by its due date: `missing_monthly_report`."""

import uuid
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.calendar.queries import work_calendar
from app.features.contracts.by_contract import evaluate_each
from app.features.contracts.missed import Missed, missed
from app.features.contracts.within import ALL, Within
from app.features.vendor_duties import queries
from app.models.words import AlertKind
from app.rules.submissions import Submission, handed_in_on


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which missing-report alerts the facts dated up to `as_of` demand."""
    calendar = work_calendar(session, as_of)
    rows = queries.reports_ever_missed(session, as_of, within)
    submitted: dict[tuple[uuid.UUID, str], list[Submission]] = {}
    for row in queries.submitted_of_missed(session, as_of, within):
        of_month = submitted.setdefault((row["contract_id"], row["period"]), [])
        of_month.append(Submission(row["submitted_on"], row["returned_on"]))

    def decide(contract_id: uuid.UUID, entries: list[RowMapping]) -> Iterator[AlertState]:
        for period, of_month in groupby(entries, key=lambda row: row["subject"]):
            # What the register notes as met is what stands today; a return may have undone what stood on that day.
            known = [{**entry, "met_on": None} for entry in of_month]
            done_on = handed_in_on(submitted.get((contract_id, period), ()), as_of)
            found = missed(known, done_on, {}, as_of, calendar)
            if found is not None:
                yield _state(found)

    return evaluate_each(rows, decide)


def _state(found: Missed) -> AlertState:
    return found.alert(AlertKind.MISSING_MONTHLY_REPORT, {"period": found.entry["subject"]}, "submitted_on")
