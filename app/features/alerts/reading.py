"""An alert as people read it: what is still running is counted up to the day it is read."""

from datetime import date
from typing import Any

from app.models.words import AlertKind
from app.rules.deadlines import lateness
from app.rules.working_days import WorkCalendar

_RUNNING = frozenset(
    {
        AlertKind.LATE_NOTICE,
        AlertKind.MISSING_ANNUAL_ASSESSMENT,
        AlertKind.PAYMENT_BEHIND,
        AlertKind.MISSING_MONTHLY_REPORT,
        AlertKind.KEY_POST_VACANT,
        AlertKind.OVERDUE_RECTIFICATION,
        AlertKind.MISSING_METRICS,
    }
)
"""The kinds whose days late grow while they are open."""


def facts_on(
    kind: AlertKind, facts: dict[str, Any], until: date | None, as_of: date, calendar: WorkCalendar
) -> dict[str, Any]:
    """Give the facts with the days late of what is overdue, which are stored only once a fact has resolved it.

    One that a person accepted, or that the facts no longer demand, is counted up to the day it was resolved.
    """
    if kind not in _RUNNING or "days_late" in facts:
        return facts
    late = lateness(date.fromisoformat(facts["due_on"]), None, until or as_of, calendar)
    return facts | {"days_late": late.days, "working_days_late": late.working_days}
