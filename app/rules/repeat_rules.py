"""The clause `repeat`: how often an issue comes up, in what window and counted how, to be called repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rules.faults import Fault
from app.rules.periods import contract_year_start


class WindowKind(StrEnum):
    """What occurrences are counted together: those of a year, of the time up to now, or of months without a gap."""

    CALENDAR_YEAR = "calendar_year"
    CONTRACT_YEAR = "contract_year"
    ROLLING_MONTHS = "rolling_months"
    PERIODS_IN_A_ROW = "periods_in_a_row"
    ANY_PERIODS = "any_periods"


class CountBy(StrEnum):
    """Whether each occurrence counts, or each period that has at least one."""

    OCCURRENCES = "occurrences"
    PERIODS = "periods"


class Scope(StrEnum):
    """Whether occurrences of the issue are counted wherever they happen, or for each counter by itself."""

    ISSUE_TYPE = "issue_type"
    ISSUE_TYPE_AND_COUNTER = "issue_type_and_counter"


@dataclass(frozen=True, slots=True)
class Window:
    """A window; `length` is in months for `ROLLING_MONTHS`, in periods for `ANY_PERIODS`, and None for the others.

    On a day d, M rolling months hold the days after d − M months up to d, and any M periods the period of d with the
    M − 1 before it. Periods in a row end when a whole period has passed without an occurrence.
    """

    kind: WindowKind
    length: int | None = None

    def year_start(self, starts_on: date, day: date) -> date | None:
        """Give the first day of the year that holds `day`, for a contract from `starts_on` on; None for no year."""
        if self.kind is WindowKind.CALENDAR_YEAR:
            return date(day.year, 1, 1)
        return contract_year_start(starts_on, day) if self.kind is WindowKind.CONTRACT_YEAR else None


@dataclass(frozen=True, slots=True)
class RepeatRule:
    """The clause `repeat`: the `threshold`-th in the window makes a repeat offence, and so does every further one."""

    threshold: int
    window: Window
    count: CountBy
    scope: Scope


def check_repeat_rule(rule: RepeatRule) -> tuple[Fault, ...]:
    """Name what is wrong with a rule; pointers start at the rule, as in `/threshold`."""
    faults = []
    kind, length = rule.window.kind, rule.window.length
    if rule.threshold < 1:
        detail = f"The threshold is {rule.threshold}."
        faults.append(Fault("/threshold", "threshold-too-low", detail, "Give a threshold of 1 or more."))
    has_length = kind in {WindowKind.ROLLING_MONTHS, WindowKind.ANY_PERIODS}
    if has_length and (length is None or length < 1):
        detail = f'The window "{kind}" has no length.' if length is None else f"The window's length is {length}."
        faults.append(Fault("/window", "window-length-missing", detail, "Give the window a length of 1 or more."))
    elif not has_length and length is not None:
        detail = f'The window "{kind}" has the length {length}, which means nothing there.'
        faults.append(Fault("/window", "window-length-unexpected", detail, "Leave the length out."))
    if kind is WindowKind.PERIODS_IN_A_ROW and rule.count is not CountBy.PERIODS:
        detail = "Periods in a row are counted by occurrences."
        faults.append(Fault("/count", "count-not-periods", detail, 'Count by "periods".'))
    most = _periods_touched(rule.window)
    if rule.count is CountBy.PERIODS and most is not None and rule.threshold > most:
        detail = f"The threshold is {rule.threshold} periods, but the window touches at most {most}."
        faults.append(Fault("/threshold", "threshold-out-of-reach", detail, "Lower it, or lengthen the window."))
    return tuple(faults)


def _periods_touched(window: Window) -> int | None:
    """Give the most periods that a window can touch; None where it ends only by itself."""
    match window.kind:
        case WindowKind.CALENDAR_YEAR:
            return 12
        case WindowKind.CONTRACT_YEAR:
            return 13
        case WindowKind.ROLLING_MONTHS:
            return (window.length or 0) + 1
        case WindowKind.ANY_PERIODS:
            return window.length or 0
        case WindowKind.PERIODS_IN_A_ROW:
            return None


_LONGEST_MONTH = timedelta(days=31)
_LONGEST_YEAR = timedelta(days=366)


def years_within_reach(rule: RepeatRule, days: Sequence[date]) -> set[int]:
    """Give the years in which occurrences on these days, in their order, may be one short of the threshold, or more.

    A window is taken as wide as it can be, and nothing else is asked: it only narrows what `repeat_offences` looks at.
    An occurrence of another year is never counted together with as many as that.
    """
    needed, kind = max(rule.threshold - 1, 1), rule.window.kind
    if kind is WindowKind.PERIODS_IN_A_ROW:
        return {day.year for day in days} if len(days) >= needed else set()
    if kind is WindowKind.CALENDAR_YEAR:
        years = [day.year for day in days]
        return {first for first, last in zip(years, years[needed - 1 :], strict=False) if first == last}
    groups = zip(days, days[needed - 1 :], strict=False)
    longest = _LONGEST_YEAR if kind is WindowKind.CONTRACT_YEAR else (rule.window.length or 0) * _LONGEST_MONTH
    near = (range(first.year, last.year + 1) for first, last in groups if last - first <= longest)
    return {year for years in near for year in years}
