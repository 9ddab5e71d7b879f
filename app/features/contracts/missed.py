"""Judges an entry of the register by the facts known on a day: missed or not, since when, until when, how late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping

from app.features.alerts.state import AlertState
from app.models.words import AlertKind, Severity
from app.rules.deadlines import DueState, Lateness, lateness
from app.rules.working_days import WorkCalendar

Entry = RowMapping | dict[str, Any]
"""An entry of the register, with what its duty is about as it stood on some day."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An entry that was not met in time: done late on `done_on`, or no longer owed from `ended_on`, or still owed."""

    entry: Entry
    late: Lateness
    done_on: date | None
    ended_on: date | None
    because: str | None
    """Why nothing is owed any more from `ended_on`."""

    @property
    def since(self) -> date:
        """Give the day after the due date."""
        due_on: date = self.entry["due_on"]
        return due_on + timedelta(days=1)

    @property
    def until(self) -> date | None:
        """Give the day from which it is no longer missing."""
        return self.done_on or self.ended_on

    def facts(self) -> dict[str, Any]:
        """Give the facts that every missed entry has; days late only once they no longer grow."""
        facts: dict[str, Any] = {
            "due_on": self.entry["due_on"].isoformat(),
            "provisional": self.entry["provisional"] or self.late.provisional,
        }
        if self.until:
            facts |= {"days_late": self.late.days, "working_days_late": self.late.working_days}
        return facts | ({"superseded_because": self.because} if self.because else {})

    def alert(self, kind: AlertKind, facts: Mapping[str, Any], done_as: str) -> AlertState:
        """Say it of what the entry is about, with facts of its own; `done_as` names among them the day of `done_on`."""
        done = {done_as: self.done_on.isoformat()} if self.done_on else {}
        return AlertState(
            kind,
            self.entry["contract_id"],
            self.entry["service_center_id"],
            self.entry["subject"],
            Severity.WARNING,
            self.since,
            self.until,
            {**facts, **self.facts(), **done},
        )


def missed(
    entries: Sequence[Entry],
    done_on: date | None,
    endings: Mapping[str, date | None],
    as_of: date,
    calendar: WorkCalendar,
) -> Missed | None:
    """Judge a duty by the entry that governs it on `as_of`: the last of its `entries` that was in force by then.

    `done_on` is when it was done, whichever entry that met; `endings` are days, by their reason, from which nothing
    was owed. None where nothing is missed.
    """
    known = [entry for entry in entries if entry["in_force_from"] <= as_of]
    if not known:
        return None
    entry = known[-1]
    # A superseded entry was still met, or ended otherwise, by what is dated before an amendment moved the date.
    days = {**endings, entry["superseded_because"]: entry["superseded_on"]}
    past = [(day, because) for because, day in days.items() if day and day <= as_of]
    ended_on, because = min(past, key=lambda ending: ending[0], default=(None, None))
    late = lateness(entry["due_on"], entry["met_on"] or done_on, ended_on or as_of, calendar)
    if late.state is DueState.LATE:
        return Missed(entry, late, entry["met_on"] or done_on, ended_on, None)
    if late.state is DueState.OVERDUE:
        return Missed(entry, late, None, ended_on, because)
    return None
