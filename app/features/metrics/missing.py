"""Finds the months whose figures (月度数据) were not all on record by their due date: `missing_metrics`."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.clock import BUSINESS_ZONE
from app.features.alerts.state import AlertState, Evaluation
from app.features.calendar.queries import work_calendar
from app.features.contracts import terms_document
from app.features.contracts.by_contract import evaluate_each
from app.features.contracts.missed import Missed, missed
from app.features.contracts.within import ALL, Within
from app.features.metrics import queries
from app.features.metrics.catalogue import names_of
from app.models.words import AlertKind
from app.rules.owed_figures import OnRecord, complete_since


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which alerts of missing figures the facts dated up to `as_of` demand."""
    calendar = work_calendar(session, as_of)
    rows = queries.ever_missing(session, as_of, within)
    states = _on_record(session, as_of, within)
    read: dict[str, tuple[str, ...]] = {}

    def required(entry: RowMapping) -> tuple[str, ...]:
        document: str = entry["document"]
        if document not in read:
            clause = terms_document.read(document).rules().metrics
            read[document] = clause.required if clause else ()
        return read[document]

    def decide(contract_id: uuid.UUID, entries: list[RowMapping]) -> Iterator[AlertState]:
        for period, of_month in groupby(entries, key=lambda row: row["subject"]):
            # What the register notes as met is what stands today; figures may have been taken off the record since.
            known = [{**entry, "met_on": None, "required": required(entry)} for entry in of_month]
            in_force = [entry for entry in known if entry["in_force_from"] <= as_of]
            if not in_force:
                continue
            asked, found = in_force[-1]["required"], states.get((contract_id, period), ())
            late = missed(known, complete_since(found, asked, as_of), {}, as_of, calendar)
            if late is not None:
                yield _state(late, _lacking(found, asked, as_of))

    return evaluate_each(rows, decide)


def _on_record(session: Session, as_of: date, within: Within) -> dict[tuple[uuid.UUID, str], list[OnRecord]]:
    """Read which codes the months had from when on; those of an older Kaohe since they were last written."""
    states: dict[tuple[uuid.UUID, str], list[OnRecord]] = {}
    for row in queries.codes_of_missing(session, as_of, within):
        of_month = states.setdefault((row["contract_id"], row["period"]), [])
        of_month.append(OnRecord(row["recorded_on"], frozenset(row["codes"])))
    for row in queries.undated_of_missing(session, as_of, within):
        codes = frozenset(str(entry["code"]) for entry in row["figures"])
        states[row["contract_id"], row["period"]] = [
            OnRecord(row["updated_at"].astimezone(BUSINESS_ZONE).date(), codes)
        ]
    return states


def _lacking(states: Sequence[OnRecord], required: Sequence[str], as_of: date) -> list[str]:
    known = [state.codes for state in states if state.on <= as_of]
    return [code for code in required if not known or code not in known[-1]]


def _state(found: Missed, lacking: Sequence[str]) -> AlertState:
    facts: dict[str, Any] = {"period": found.entry["subject"]}
    if lacking and not found.done_on:
        facts |= {"missing": list(lacking), "missing_names": [names_of(code) for code in lacking]}
    return found.alert(AlertKind.MISSING_METRICS, facts, "entered_on")
