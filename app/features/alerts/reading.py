"""An alert as people read it: what is still running is counted up to the day it is read."""

from datetime import date
from typing import Any

from app.models.words import AlertKind
from app.rules.deadlines import lateness
from app.rules.working_days import WorkCalendar


def facts_on(
    kind: AlertKind, facts: dict[str, Any], until: date | None, as_of: date, calendar: WorkCalendar
) -> dict[str, Any]:
    """Give the facts with the days late of a late notice, which are stored only once a fact has resolved it.

    One that a person accepted, or that the facts no longer demand, is counted up to the day it was resolved.
    """
    if kind is not AlertKind.LATE_NOTICE or "days_late" in facts:
        return facts
    late = lateness(date.fromisoformat(facts["due_on"]), None, until or as_of, calendar)
    return facts | {"days_late": late.days, "working_days_late": late.working_days}
