"""What a repeat rule counts together, and until when an occurrence counts there (domain.md section 6)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from app.rules.periods import Period, add_months, contract_year_start
from app.rules.repeat_rules import RepeatRule, Window, WindowKind

_ONE_DAY = timedelta(days=1)
_NEVER_THE_SAME_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One finding of the issue; `counter` is None where it is not known.

    It counts from `occurred_on` and, once withdrawn by an upheld appeal, no longer from `withdrawn_on` on. `at_least`
    says that the source speaks of at least this one, so that there may be more than were recorded.
    """

    finding_id: str
    occurred_on: date
    counter: str | None
    withdrawn_on: date | None = None
    at_least: bool = False


class _Year(NamedTuple):
    """One year of the calendar or of the contract, which ends with the contract."""

    key: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What is counted together: in a trailing window or in one `year`; at one counter, or anywhere for None."""

    window: Window
    counter: str | None
    year: _Year | None
    ends_on: date

    @classmethod
    def of(cls, window: Window, counter: str | None, first_day: date | None, starts_on: date, ends_on: date) -> "Tally":
        """Make a tally of a window; `first_day` is that of its year, where it is one."""
        if first_day is None:
            return cls(window, counter, None, ends_on)
        key, last_day = str(first_day.year), date(first_day.year, 12, 31)
        if window.kind is WindowKind.CONTRACT_YEAR:
            key, last_day = str(first_day), contract_year_start(starts_on, first_day + _NEVER_THE_SAME_YEAR) - _ONE_DAY
        return cls(window, counter, _Year(key, first_day, min(last_day, ends_on)), ends_on)

    def counts(self, occurrence: Occurrence) -> bool:
        """Tell whether an occurrence belongs here, be it judged here or not."""
        here = self.counter is None or occurrence.counter == self.counter
        return here and (self.year is None or self.year.first_day <= occurrence.occurred_on <= self.year.last_day)

    def leaves(self, day: date) -> date:
        """Give the first day on which one of `day` no longer counts; in a row, if the next period brings no other."""
        if self.year:
            return self.year.last_day + _ONE_DAY
        length = self.window.length or 0
        if self.window.kind is WindowKind.ROLLING_MONTHS:
            leaves = add_months(day, length)
            # In a month without that day, it still counts on the last one: 31 January plus 1 month is 1 March.
            leaves = leaves if leaves.day == day.day else add_months(day.replace(day=1), length + 1)
        elif self.window.kind is WindowKind.ANY_PERIODS:
            leaves = add_months(day.replace(day=1), length)
        else:
            leaves = add_months(day.replace(day=1), 2)
        return min(leaves, self.ends_on + _ONE_DAY)

    def key(self, first: date) -> str:
        """Name for good what begins with a first one of the day `first`."""
        match self.window:
            case _ if self.year:
                return self.year.key
            case Window(WindowKind.ROLLING_MONTHS, length):
                return f"rolling:{length}:{first}"
            case Window(WindowKind.ANY_PERIODS, length):
                return f"periods:{length}:{first}"
            case _:
                return f"run:{Period.of(first)}"

    def window_from(self, first: date) -> date:
        """Give the first day of a window in which the first one counted is of the day `first`."""
        if self.year:
            return self.year.first_day
        return first if self.window.kind is WindowKind.ROLLING_MONTHS else first.replace(day=1)


@dataclass(frozen=True, slots=True, eq=False)
class Stay:
    """An occurrence in a tally, the first day it no longer counts there, and the rule if it is judged there as well."""

    occurrence: Occurrence
    leaves: date
    rule: RepeatRule | None

    def days(self) -> set[date]:
        """Give the days on which it can change what is counted."""
        withdrawn_on = self.occurrence.withdrawn_on
        return {self.occurrence.occurred_on, self.leaves} | ({withdrawn_on} if withdrawn_on else set())
