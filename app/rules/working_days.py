"""Working days by the State Council's yearly notice (国务院办公厅节假日安排), with its make-up working days."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_FIRST_REST_WEEKDAY = 5
_WORKING_WEEKDAYS = 5


def next_notice_reaches_from(year: int) -> date:
    """Give the first day of `year` that the next year's notice may still decide: 25 December.

    A notice opens with the New Year holiday, which may begin in the December before and be made up for there: 2019's
    made 29 December 2018 a working day. No notice from 2018 on reached further back; a week leaves room for the
    weekend before.
    """
    return date(year, 12, 25)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that a notice names: a rest day of a holiday (also one on a weekend), or a make-up working day (调休上班).

    `name` is the holiday's name. Days that no notice names follow their weekday.
    """

    day: date
    is_working_day: bool
    name: str | None


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days of the years that the notices cover, and Monday to Friday in all others; built by `of`."""

    _named: Mapping[date, CalendarDay]
    _covered_years: frozenset[int]
    _working_weekends: tuple[date, ...]
    _resting_weekdays: tuple[date, ...]

    @classmethod
    def of(cls, days: Iterable[CalendarDay], covered_years: Iterable[int]) -> "WorkCalendar":
        """Build a calendar from the days that the notices of `covered_years` name.

        Days of other years are left aside: part of a year would give counts that no notice supports. Raises
        ValueError where one day is named twice with different content.
        """
        covered = frozenset(covered_years)
        named: dict[date, CalendarDay] = {}
        for entry in days:
            if named.setdefault(entry.day, entry) != entry:
                raise ValueError(f"{entry.day} is named twice: {named[entry.day]} and {entry}")
        kept = {day: named[day] for day in sorted(named) if day.year in covered}
        working_weekends = (day for day, entry in kept.items() if entry.is_working_day and _is_weekend(day))
        resting_weekdays = (day for day, entry in kept.items() if not entry.is_working_day and not _is_weekend(day))
        return cls(kept, covered, tuple(working_weekends), tuple(resting_weekdays))

    def is_working_day(self, day: date) -> bool:
        """Tell whether people work on `day`."""
        entry = self._named.get(day)
        return not _is_weekend(day) if entry is None else entry.is_working_day

    def holiday_name(self, day: date) -> str | None:
        """Name the holiday that `day` is a rest day of; None for other rest days and for every working day."""
        entry = self._named.get(day)
        return None if entry is None or entry.is_working_day else entry.name

    def is_covered(self, day: date) -> bool:
        """Tell whether a notice covers the year of `day`."""
        return day.year in self._covered_years

    def next_working_day(self, day: date) -> date:
        """Give the first working day on or after `day`."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def add_working_days(self, day: date, n: int, counts_start_day: bool) -> date:  # noqa: FBT001 (callers pass a rule's own field)
        """Give the n-th working day after `day`, or from `day` itself when the start day counts; n is 1 or more.

        A start day that is a rest day is never one of the n. Raises ValueError for a smaller n.
        """
        if n < 1:
            raise ValueError(f"the number of working days to add is 1 or more, not {n}")
        last = self.next_working_day(day if counts_start_day else day + _ONE_DAY)
        for _ in range(n - 1):
            last = self.next_working_day(last + _ONE_DAY)
        return last

    def working_days_after(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; 0 when `end` is not later."""
        if end <= start:
            return 0
        # Whole weeks are reckoned and only the notices' exceptions looked up: lateness is read for long lists.
        weekdays = _weekdays_up_to(end) - _weekdays_up_to(start)
        return weekdays + _between(self._working_weekends, start, end) - _between(self._resting_weekdays, start, end)

    def is_provisional(self, start: date, end: date) -> bool:
        """Tell whether a count over `start` to `end`, both included, touches days that a notice to come may decide.

        Those are the years that no notice covers, and the last days of December before them.
        """
        last_notice = end.year + 1 if end >= next_notice_reaches_from(end.year) else end.year
        return any(year not in self._covered_years for year in range(start.year, last_notice + 1))


def _is_weekend(day: date) -> bool:
    return day.weekday() >= _FIRST_REST_WEEKDAY


def _weekdays_up_to(day: date) -> int:
    """Count Mondays to Fridays from day 1 of the calendar, 1 January of year 1, which is a Monday."""
    weeks, days = divmod(day.toordinal(), 7)
    return weeks * _WORKING_WEEKDAYS + min(days, _WORKING_WEEKDAYS)


def _between(days: tuple[date, ...], start: date, end: date) -> int:
    return bisect_right(days, end) - bisect_right(days, start)
