"""Finds the years whose annual assessment (年度考核) was not held in time: `missing_annual_assessment`."""

import uuid
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.assessments import narrowing
from app.features.calendar.queries import work_calendar
from app.features.contracts.by_contract import NightRow, evaluate_each
from app.features.contracts.missed import Missed, missed
from app.features.contracts.within import ALL, Within
from app.models.words import AlertKind


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which missing-annual-assessment alerts the facts dated up to `as_of` demand."""
    calendar = work_calendar(session, as_of)
    rows = narrowing.years_ever_late(session, as_of, within)

    def decide(_contract: uuid.UUID, entries: list[NightRow]) -> Iterator[AlertState]:
        for _year, of_year in groupby(entries, key=lambda row: row["subject"]):
            known = list(of_year)
            found = missed(known, known[0]["held_on"], {}, as_of, calendar)
            if found is not None:
                yield year_state(found)

    return evaluate_each(rows, decide)


def year_state(found: Missed) -> AlertState:
    """Say that a year was not assessed in time."""
    return found.alert(AlertKind.MISSING_ANNUAL_ASSESSMENT, {"year": int(found.entry["subject"])}, "held_on")
