"""The State Council's calendar of 2019 to 2026, for tests, from the `chinesecalendar` package."""

from functools import cache

from chinese_calendar.constants import holidays, workdays

from app.rules.working_days import CalendarDay, WorkCalendar

COVERED_YEARS = range(2019, 2027)


@cache
def state_council() -> WorkCalendar:
    """Give the calendar whose notices cover 2019 to 2026; the years before and after have none."""
    resting = [CalendarDay(day, is_working_day=False, name=name) for day, name in holidays.items()]
    working = [CalendarDay(day, is_working_day=True, name=name) for day, name in workdays.items()]
    return WorkCalendar.of([*resting, *working], COVERED_YEARS)
