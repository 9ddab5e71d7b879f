"""Finds the months whose notice (考核通报) is late or overdue: `late_notice`."""

import uuid
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from sqlmodel import Session

from app.features.alerts.state import AlertState, Evaluation
from app.features.assessments import narrowing
from app.features.assessments.history import History, Month, read_history, replay
from app.features.calendar.queries import work_calendar
from app.features.contracts.by_contract import NightRow, evaluate_each
from app.features.contracts.missed import missed
from app.features.contracts.within import ALL, Within
from app.models.words import AlertKind, Severity, Stage
from app.rules.consecutive import MonthState
from app.rules.working_days import WorkCalendar


def evaluate(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    """Say which late-notice alerts the facts dated up to `as_of` demand."""
    calendar = work_calendar(session, as_of)
    rows = narrowing.notices_ever_late(session, as_of, within)
    history = read_history(session, within)

    def decide(_contract: uuid.UUID, entries: list[NightRow]) -> Iterator[AlertState]:
        for _period, of_month in groupby(entries, key=lambda row: row["period"]):
            month = list(of_month)

            def states_on(day: date, month: list[NightRow] = month) -> Iterator[AlertState]:
                state = notice_state([_on(history, entry, day) for entry in month], day, calendar)
                if state is not None:
                    yield state

            yield from replay(history.days(month[:1]), as_of, states_on)

    return evaluate_each(rows, decide)


def _on(history: History, entry: NightRow, day: date) -> Month:
    """Give an entry with its month as it stood on a day: a revision may have corrected the date of the notice."""
    if not entry["revision"]:
        return entry
    then = history.on(entry, day)
    return {**then, "met_on": then["notified_on"] if entry["met_on"] else None}


def notice_state(entries: list[Month], as_of: date, calendar: WorkCalendar) -> AlertState | None:
    """Say whether a month's notice is late or overdue on a day, by the entries of the register with their month."""
    entry = entries[0]
    excused_on = entry["final_on"] if entry["state"] is MonthState.EXCUSED else None
    found = missed(entries, entry["notified_on"], {"month_excused": excused_on}, as_of, calendar)
    if found is None:
        return None
    facts = {"period": entry["period"], "stage": _stage(entry, found.ended_on or as_of, found.done_on)} | found.facts()
    if found.done_on:
        facts["notified_on"] = found.done_on.isoformat()
    return AlertState(
        AlertKind.LATE_NOTICE,
        entry["contract_id"],
        entry["service_center_id"],
        entry["period"],
        Severity.WARNING,
        found.since,
        found.until,
        facts,
    )


def _stage(entry: Month, as_of: date, notified_on: date | None) -> str:
    """Say how far the month had come on that day, by the days of its facts."""
    if notified_on:
        return Stage.NOTIFIED
    if entry["state"] is MonthState.EXCUSED and entry["final_on"] == as_of:
        return MonthState.EXCUSED
    if entry["final_on"] and entry["final_on"] <= as_of:
        return Stage.FINAL
    if entry["assessed_on"] and entry["assessed_on"] <= as_of:
        return Stage.DRAFT
    return Stage.NOT_ASSESSED
