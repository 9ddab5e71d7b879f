"""The State Council's calendar of 2019 to 2026, for tests, from the `chinesecalendar` package."""

from datetime import date
from functools import cache

from chinese_calendar.constants import holidays, workdays

from app.rules.working_days import CalendarDay, WorkCalendar, next_notice_reaches_from

COVERED_YEARS = range(2019, 2027)


@cache
def state_council(without: int | None = None) -> WorkCalendar:
    """Give the calendar whose notices cover 2019 to 2026, or as it would be `without` the notice of one of them.

    The years before and after have none. A notice names the New Year's days of its December before.
    """
    resting = [CalendarDay(day, is_working_day=False, name=name) for day, name in holidays.items()]
    working = [CalendarDay(day, is_working_day=True, name=name) for day, name in workdays.items()]
    known = [entry for entry in (*resting, *working) if without is None or _notice_of(entry.day) != without]
    return WorkCalendar.of(known, (year for year in COVERED_YEARS if year != without))


def _notice_of(day: date) -> int:
    return day.year + 1 if day >= next_notice_reaches_from(day.year) else day.year
