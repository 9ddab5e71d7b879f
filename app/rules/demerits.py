"""Demerit points: what the findings of the months sum to within a window, and when that is enough."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from app.rules.clauses import DemeritPoints
from app.rules.costings import costings
from app.rules.history import History
from app.rules.lines import MonthFacts
from app.rules.missing import Missing, MissingAnswerError
from app.rules.periods import Period
from app.rules.triggering import DatedMonth, Known, Raised, final_by
from app.rules.workings import Label

Group = tuple[Period, ...]


def demerits(
    pointer: str, clause: DemeritPoints, known: Known, governed: Sequence[DatedMonth], as_of: date
) -> Iterator[Raised]:
    """Give the windows whose points are enough, as they were when the result that completed them became final.

    Results are taken in the order in which they became final. What was found once goes on where later months share
    one of its own, and is not found again. Points that may be more than are on record count as those that are.
    """
    history = History([month.facts for month in known.months])
    points: dict[Period, Fraction] = {}
    found: dict[str, Raised] = {}
    begun: dict[Period, Period] = {}
    for final_on, month in final_by(governed, as_of):
        try:
            worth = points_of(clause, pointer, month.facts, history)
        except MissingAnswerError as error:
            yield _raised(pointer, clause, str(month.period), (final_on, month.period), {}, error.missing)
            continue
        if worth <= 0:
            continue
        points[month.period] = worth
        for group in _groups(clause, points):
            first = next((begun[period] for period in group if period in begun), group[0])
            begun |= dict.fromkeys(group, first)
            window = _window(clause, first)
            if window not in found:
                counted = {period: points[period] for period in group}
                missing = None if clause.window else _silent(pointer)
                found[window] = _raised(pointer, clause, window, (final_on, month.period), counted, missing)
    yield from found.values()


def points_of(clause: DemeritPoints, pointer: str, month: MonthFacts, history: History) -> Fraction:
    """Give a month's points; raises MissingAnswerError where a finding's level, or what multiplies it, is not known."""
    counted = costings(clause.points.prices, clause.points.multipliers, pointer, month, history)
    return sum((entry.times * Fraction(entry.price.value) * entry.factor for entry in counted), start=Fraction(0))


def _groups(clause: DemeritPoints, points: Mapping[Period, Fraction]) -> Iterator[Group]:
    """Give the months, in their order, whose points are enough within one window; those that share a month are one."""
    if clause.window is None:
        yield from _enough(clause, points, sorted(points))
    elif clause.window.months is None:
        for year in sorted({period.year for period in points}):
            yield from _enough(clause, points, sorted(period for period in points if period.year == year))
    else:
        group: Group = ()
        for start in sorted(points):
            within = [period for period in sorted(points) if 0 <= start.until(period) < clause.window.months]
            for more in _enough(clause, points, within):
                if group and more[0] > group[-1]:
                    yield group
                    group = ()
                group = tuple(sorted({*group, *more}))
        if group:
            yield group


def _enough(clause: DemeritPoints, points: Mapping[Period, Fraction], periods: Sequence[Period]) -> Iterator[Group]:
    """Give the first of the months whose points are enough together, none where all are not."""
    reached = Fraction(0)
    for place, period in enumerate(periods):
        reached += points[period]
        if reached >= clause.reach:
            yield tuple(periods[: place + 1])
            return


def _window(clause: DemeritPoints, first: Period) -> str:
    if clause.window is None:
        return "contract"
    return str(first) if clause.window.months else str(first.year)


def _raised(
    pointer: str,
    clause: DemeritPoints,
    window: str,
    completed: tuple[date, Period],
    counted: Mapping[Period, Fraction],
    missing: Missing | None,
) -> Raised:
    return Raised(
        pointer=pointer,
        trigger=clause,
        window=window,
        consequence=clause.consequence,
        since=completed[0],
        completed_by=str(completed[1]),
        counted=tuple((str(period), worth) for period, worth in counted.items()),
        total=sum(counted.values(), start=Fraction(0)),
        needed=Fraction(clause.reach),
        missing=missing,
    )


def _silent(pointer: str) -> Missing:
    label = Label("条款未约定在多长期间内累计扣分", "within what time demerit points are summed")
    return Missing("window", f"/terms{pointer}/window", label)
