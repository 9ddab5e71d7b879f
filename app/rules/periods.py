"""Months as assessment periods, and the arithmetic of months on dates; every range here includes both its ends."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_MONTHS_A_YEAR = 12
_SHORTEST_MONTH = 28


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One assessment month (考核月份) of the years 2000 to 2099; earlier months sort first.

    Raises ValueError for any other year or month.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse a month that does not exist, so that every method below can rely on it."""
        if not _FIRST_YEAR <= self.year <= _LAST_YEAR:
            raise ValueError(f"the year of a period is {_FIRST_YEAR} to {_LAST_YEAR}, not {self.year}")
        if not 1 <= self.month <= _MONTHS_A_YEAR:
            raise ValueError(f"the month of a period is 1 to 12, not {self.month}")

    @staticmethod
    def parse(text: str) -> "Period":
        """Read exactly four digits, a hyphen and two digits, as in `2023-01`; ValueError for anything else."""
        return _parsed(text)

    @classmethod
    def of(cls, day: date) -> "Period":
        """Give the period that holds `day`."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        """How many days the month has, 28 to 31."""
        return _days_in(self.year, self.month)

    def plus(self, months: int) -> "Period":
        """Give the period so many months later, or earlier for a negative number."""
        return Period(*_months_on(self.year, self.month, months))

    def until(self, other: "Period") -> int:
        """Count the months from this period to `other`; negative when `other` is earlier."""
        return (other.year - self.year) * _MONTHS_A_YEAR + other.month - self.month

    def __str__(self) -> str:
        """Write the period as it is parsed: `2023-01`."""
        return f"{self.year}-{self.month:02}"


@lru_cache(maxsize=1200)
def _parsed(text: str) -> Period:
    """Read a month once: there are no more than these, and a settlement reads some hundred from its rows."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError(f'a period is written like "2023-01", not {text!r}')
    return Period(int(written[1]), int(written[2]))


def periods_between(first: Period, last: Period) -> tuple[Period, ...]:
    """List the periods from `first` to `last`, both included; empty when `first` is the later one."""
    return tuple(first.plus(months) for months in range(first.until(last) + 1))


def served_days(period: Period, starts_on: date, ends_on: date) -> tuple[date, date] | None:
    """Give the first and the last day of `period` on which a service from `starts_on` to `ends_on` is due.

    None when the service does not touch the period. A month that it touches is a service month, and a partial
    one carries its days (domain.md section 3).
    """
    first, last = max(period.first_day, starts_on), min(period.last_day, ends_on)
    return (first, last) if first <= last else None


def contract_year_start(starts_on: date, day: date) -> date:
    """Give the first day of the contract year that holds `day`, for a contract that starts on `starts_on`.

    Contract years begin on the anniversaries of `starts_on`; one that starts on 29 February has its anniversary
    on 28 February of a common year. Raises ValueError for a day before the contract starts.
    """
    if day < starts_on:
        raise ValueError(f"{day} is before the contract starts on {starts_on}, so no contract year holds it")
    years = day.year - starts_on.year
    anniversary = add_months(starts_on, _MONTHS_A_YEAR * years)
    return anniversary if anniversary <= day else add_months(starts_on, _MONTHS_A_YEAR * (years - 1))


def add_months(day: date, months: int) -> date:
    """Give the same day of the month so many months later (earlier for a negative number).

    Where that month is too short, its last day stands in, as article 202 of the Civil Code (民法典) has it.
    """
    year, month = _months_on(day.year, day.month, months)
    # Asked only where it matters: many thousand days of a night are in no doubt.
    return date(year, month, day.day if day.day <= _SHORTEST_MONTH else min(day.day, _days_in(year, month)))


def _months_on(year: int, month: int, months: int) -> tuple[int, int]:
    years, months_before = divmod(month - 1 + months, _MONTHS_A_YEAR)
    return year + years, months_before + 1


def _days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
