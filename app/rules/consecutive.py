"""Consecutive fails: so many months below a mark, in a row or within so many months (domain.md sections 3 and 9)."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.rules.faults import Fault
from app.rules.money import figure
from app.rules.periods import Period
from app.rules.scores import Score, fails

_FEWEST = 2


class MonthState(StrEnum):
    """What became of a month: assessed, not assessed, or excused (suspended, force majeure)."""

    ASSESSED = "assessed"
    NOT_ASSESSED = "not_assessed"
    EXCUSED = "excused"


class Gap(StrEnum):
    """What a month without an assessment does to the months in a row around it."""

    SKIP = "skip"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class ConsecutiveRule:
    """One clause of `consecutive`: so many months under a mark, in points, and their `consequence`.

    A month fails below the mark `below`, or at or under the mark `at_most`: exactly one of them is given. The months
    are in a row, or lie in any `within` calendar months where that is given. `excused` and `not_assessed` say what such
    a month does to a row; where the clause is silent, None, no row across it is certain, so there is none. Within so
    many months such a month takes its place in the calendar and is no fail, whatever they say.
    """

    below: Decimal | None
    periods: int
    consequence: str
    within: int | None = None
    excused: Gap | None = None
    not_assessed: Gap | None = None
    at_most: Decimal | None = None

    @property
    def mark(self) -> Decimal:
        """Give the mark, whichever edge it has."""
        return mark_of(self.below, self.at_most)


def mark_of(below: Decimal | None, at_most: Decimal | None) -> Decimal:
    """Give the one mark of a clause that states it by its edge; raises ValueError where it states none."""
    if below is None and at_most is None:
        raise ValueError("a clause about failed months without a mark")
    return below if below is not None else at_most or Decimal(0)


@dataclass(frozen=True, slots=True)
class MonthResult:
    """What is final about one month, from the day `final_on`; the score of a month not assessed is not read."""

    period: Period
    state: MonthState
    score: Score
    final_on: date


@dataclass(frozen=True, slots=True)
class FailRun:
    """Failed months that a clause has a consequence for: `periods`, earliest first, and what is between is no fail.

    `completed_by` is the month whose result completed the run, and `since` the day on which that became final. `first`
    is the earliest failed month as known then: it names the run for good, also where an earlier month becomes final
    out of order and lengthens the run backwards.
    """

    first: Period
    periods: tuple[Period, ...]
    since: date
    completed_by: Period


def check_consecutive(rules: Sequence[ConsecutiveRule], full_mark: Decimal) -> tuple[Fault, ...]:
    """Name what is wrong with the rules of one contract; pointers start at their list, as in `/0/periods`."""
    faults = []
    for position, rule in enumerate(rules):
        faults += [fault.under(f"/{position}") for fault in check_failing(rule.below, rule.at_most, full_mark)]
        if rule.periods < _FEWEST:
            detail, remedy = f"The clause asks for {rule.periods} months.", f"Ask for {_FEWEST} or more."
            faults.append(Fault(f"/{position}/periods", "too-few-periods", detail, remedy))
        if rule.within is not None and rule.within < rule.periods:
            detail = f"{rule.periods} months cannot lie within {rule.within}."
            faults.append(Fault(f"/{position}/within", "within-too-short", detail, "Give at least as many months."))
        if any(_condition(rule) == _condition(earlier) for earlier in rules[:position]):
            detail = "An earlier clause has the same mark, the same months and the same consequence."
            faults.append(Fault(f"/{position}", "duplicate-clause", detail, "State each clause once."))
    return tuple(faults)


def check_failing(below: Decimal | None, at_most: Decimal | None, full_mark: Decimal) -> tuple[Fault, ...]:
    """Name a mark that no score could miss, or that every score would."""
    mark, edge = mark_of(below, at_most), "at_most" if below is None else "below"
    if 0 < mark <= full_mark and not (below is None and mark == full_mark):
        return ()
    limit = "at most" if edge == "below" else "less than"
    detail = f"The mark {figure(mark)} is not above 0 and {limit} the full mark {figure(full_mark)}."
    return (Fault(f"/{edge}", "mark-outside-scale", detail, "State a mark on the rubric's scale."),)


def consecutive_fails(rule: ConsecutiveRule, months: Iterable[MonthResult], as_of: date) -> tuple[FailRun, ...]:
    """Give the runs of certain fails that were complete on or before `as_of`, by their first month.

    `months` are the final results of one contract, in any order and one for each period; `rule` is without faults. A
    month fails when its score is certainly under the mark. A bound that cannot say so, an unknown score and a month
    without a final result are no fails and end a row: what is not known does not count against the vendor.

    Results are taken in the order in which they became final, those of one day by month. A run lasts once it is found
    and only grows. Where a late result joins two runs, the earlier one goes on with all their months, and the other
    stays as it was.
    """
    runs: dict[Period, FailRun] = {}
    fails: dict[int, Period] = {}
    skipped: set[int] = set()
    final = (month for month in months if month.final_on <= as_of)
    for latest in sorted(final, key=lambda month: (month.final_on, month.period)):
        place = _place(latest.period)
        if _fails(rule, latest):
            fails[place] = latest.period
        elif _is_skipped(rule, latest):
            skipped.add(place)
        else:
            continue
        for periods in _together(rule, fails) if rule.within else _in_a_row(rule, fails, skipped, place):
            first = next((period for period in periods if period in runs), periods[0])
            found = runs.get(first) or FailRun(first, periods, latest.final_on, latest.period)
            runs[first] = replace(found, periods=periods)
    return tuple(runs[first] for first in sorted(runs))


def _condition(rule: ConsecutiveRule) -> tuple[object, ...]:
    return rule.below, rule.at_most, rule.periods, rule.within, rule.consequence


def _place(period: Period) -> int:
    """Give a month its number, so that neighbours differ by one."""
    return period.year * 12 + period.month


def _in_a_row(
    rule: ConsecutiveRule, fails: Mapping[int, Period], skipped: AbstractSet[int], place: int
) -> list[tuple[Period, ...]]:
    """Give the fails in a row about a month, months that are skipped between them, if they are enough."""
    low = high = place
    while low - 1 in fails or low - 1 in skipped:
        low -= 1
    while high + 1 in fails or high + 1 in skipped:
        high += 1
    row = tuple(fails[number] for number in range(low, high + 1) if number in fails)
    return [row] if len(row) >= rule.periods else []


def _together(rule: ConsecutiveRule, fails: Mapping[int, Period]) -> list[tuple[Period, ...]]:
    """Give the fails that are enough within so many months, and join those groups that share a month."""
    places = sorted(fails)
    runs: list[tuple[Period, ...]] = []
    for start in range(len(places) - rule.periods + 1):
        group = places[start : start + rule.periods]
        if group[-1] - group[0] >= (rule.within or 0):
            continue
        periods = tuple(fails[place] for place in group)
        if runs and _joins(rule, runs[-1][-1], periods[0]):
            runs[-1] += tuple(period for period in periods if period > runs[-1][-1])
        else:
            runs.append(periods)
    return runs


def _joins(rule: ConsecutiveRule, last: Period, first: Period) -> bool:
    """Say whether a group belongs to the run before it: it shares a month, or single fails lie close enough."""
    return first <= last or (rule.periods == 1 and last.until(first) < (rule.within or 0))


def _fails(rule: ConsecutiveRule, month: MonthResult) -> bool:
    return month.state is MonthState.ASSESSED and bool(fails(month.score, rule.below, rule.at_most))


def _is_skipped(rule: ConsecutiveRule, month: MonthResult) -> bool:
    gaps = {MonthState.EXCUSED: rule.excused, MonthState.NOT_ASSESSED: rule.not_assessed}
    return gaps.get(month.state) is Gap.SKIP
