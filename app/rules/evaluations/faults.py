"""What is refused at the door of an evaluation: what makes it meaningless, or a score that is asked for impossible.

What a paper prints wrongly is no fault: it is stored as it stands, and a check says what is wrong with it. A figure is
held to be asked for where a row is measured and its score is left out. Figures that are still to come are none either.
"""

from collections.abc import Iterator

from app.rules.evaluations.execution import ZERO_DENOMINATOR, budget_of, denominator_of, total_row
from app.rules.evaluations.method_faults import measure_faults
from app.rules.evaluations.methods import NO_RATIO, needs_ratio
from app.rules.evaluations.printed import read, states_nothing
from app.rules.evaluations.relation_faults import relation_faults
from app.rules.evaluations.scoring import WEIGHT_MISSING, points, score
from app.rules.evaluations.standings import (
    RANGE_UPSIDE_DOWN,
    RANGE_WITHOUT_END,
    ROLL_UP_MISSING,
    UNITS_DIFFER,
    standing,
)
from app.rules.evaluations.values import Evaluation, FundSource, Indicator, Measure, MethodKind, Nature
from app.rules.faults import Fault

GROUP_WITH_MEASURE = "group-with-measure"
WEIGHT_UNREADABLE = "weight-unreadable"
WEIGHT_NEGATIVE = "weight-negative"
FUNDS_TOTAL_TWICE = "funds-total-twice"
TOTAL_TOO_LONG = "total-too-long"
TOO_MANY_ROWS = "too-many-rows"

MOST_ROWS = 500
"""Of all levels together: ten times the longest table read so far, and reckoned within a second."""
MOST_BITS = 8192
"""Of an exact total's denominator: dozens of scores in proportion have some hundred, hostile documents millions."""


def faults(evaluation: Evaluation) -> tuple[Fault, ...]:
    """Name all that must be refused, by its place in the document."""
    found: list[Fault] = []
    if (count := sum(map(_rows_of, evaluation.indicators))) > MOST_ROWS:
        detail = f"The table has {count} rows."
        return (Fault("/indicators", TOO_MANY_ROWS, detail, f"Hand in at most {MOST_ROWS} rows."),)
    for indicator in evaluation.indicators:
        found += _row_faults(evaluation, indicator, is_first=True)
    found += _funds_faults(evaluation)
    found += relation_faults(evaluation)
    found += _length_faults(evaluation)
    return tuple(fault.under(evaluation.place) for fault in found)


def _rows_of(indicator: Indicator) -> int:
    return 1 + sum(map(_rows_of, indicator.children))


def _length_faults(evaluation: Evaluation) -> Iterator[Fault]:
    """Refuse a total that nobody could write down: it is exact, and made of too many fractions."""
    total = score(evaluation).total
    if total is not None and total.denominator.bit_length() > MOST_BITS:
        detail = "The exact total is a fraction of more than two thousand digits."
        yield Fault("/indicators", TOTAL_TOO_LONG, detail, "State targets and actuals with fewer digits.")


def _row_faults(evaluation: Evaluation, indicator: Indicator, *, is_first: bool) -> Iterator[Fault]:
    yield from _weight_faults(indicator.weight, f"{indicator.place}/weight", evaluation)
    if indicator.children:
        if indicator.measure is not None:
            detail = f"{indicator.name} has rows below it, so that it measures nothing itself."
            yield Fault(f"{indicator.place}/measure", GROUP_WITH_MEASURE, detail, "Measure it in a row of its own.")
        for child in indicator.children:
            yield from _row_faults(evaluation, child, is_first=False)
        return
    computed = indicator.measure is not None and _left_out(indicator.score)
    if (is_first or computed) and _left_out(indicator.weight):
        detail = f"{indicator.name} has no weight."
        yield Fault(f"{indicator.place}/weight", WEIGHT_MISSING, detail, "State how many points it can earn.")
    if indicator.measure is not None:
        place = f"{indicator.place}/measure"
        yield from (fault.under(place) for fault in measure_faults(evaluation, indicator.measure))
        if computed:
            yield from (fault.under(place) for fault in _computed_faults(evaluation, indicator.measure))


def _computed_faults(evaluation: Evaluation, measure: Measure) -> Iterator[Fault]:
    """Name what makes it impossible to compute the score that is asked for."""
    if measure.method and measure.method.kind is MethodKind.EXECUTION_RATE:
        yield from _rate_faults(evaluation, measure, "/method/denominator")
        return
    if measure.nature is Nature.QUALITATIVE:
        return
    stand = standing(measure)
    said = stand.steps[-1].en.partition(": ")[2] if stand.why else ""
    if stand.why == UNITS_DIFFER:
        yield Fault("/actual", UNITS_DIFFER, said, "State the target and the actual in units of one kind.")
    elif stand.why == ROLL_UP_MISSING:
        yield Fault("/roll_up", ROLL_UP_MISSING, said, "Say whether the units' values are added or averaged.")
    elif stand.why == RANGE_UPSIDE_DOWN:
        yield Fault("/target_to", RANGE_UPSIDE_DOWN, said, "Write the lower end of the range first.")
    elif stand.why == RANGE_WITHOUT_END:
        yield Fault("/target_to", RANGE_WITHOUT_END, said, "Give both ends of the range.")
    elif stand.met is False and stand.completion is None and needs_ratio(measure.method) and _is_exact(measure):
        detail = f"{stand.steps[-1].en} No ratio can be taken of a target or an actual that is not above zero."
        remedy = "Name a method that needs no ratio, such as `all_or_nothing`, or correct the figures."
        yield Fault("/actual", NO_RATIO, detail, remedy)


def _is_exact(measure: Measure) -> bool:
    """Say whether the actual is a figure, and no bound, from which no ratio follows anyway."""
    actuals = [unit.actual for unit in measure.units] or [measure.actual]
    return all(read(actual or "", measure.unit).operator in {None, "=", "≈"} for actual in actuals)


def _funds_faults(evaluation: Evaluation) -> Iterator[Fault]:
    totals = [row for row in evaluation.funds if row.source is FundSource.TOTAL]
    if totals[1:]:
        detail = f"{len(totals)} rows of the funds call themselves the total."
        yield Fault(f"{totals[1].place}/source", FUNDS_TOTAL_TWICE, detail, "Keep the row that is the total.")
    for row in evaluation.funds:
        yield from _weight_faults(row.weight, f"{row.place}/weight", evaluation)
    row_of_all = total_row(evaluation)
    if row_of_all and not _left_out(row_of_all.weight) and _left_out(row_of_all.score):
        column = {"initial_budget": "initial"}.get(denominator_of(evaluation) or "", "full_year")
        yield from _rate_faults(evaluation, None, f"{row_of_all.place}/{column}")


def _rate_faults(evaluation: Evaluation, measure: Measure | None, place: str) -> Iterator[Fault]:
    name = denominator_of(evaluation, measure)
    budget = budget_of(evaluation, name) if name else None
    if budget is not None and budget.size is not None and budget.size <= 0:
        detail = f"An execution rate cannot be divided by a {name} of {budget.text}."
        remedy = "Name another denominator, or leave out what a project without a budget cannot score."
        yield Fault(place, ZERO_DENOMINATOR, detail, remedy)


def _weight_faults(text: str | None, place: str, evaluation: Evaluation) -> Iterator[Fault]:
    if _left_out(text):
        return
    weight = points(text, evaluation.template.full_mark)
    if weight is None:
        yield Fault(place, WEIGHT_UNREADABLE, f"{text!r} is no number of points.", "Write a number, such as 20.")
    elif weight < 0:
        yield Fault(
            place, WEIGHT_NEGATIVE, f"A weight of {text} is below zero.", "Write a number that is not negative."
        )


def _left_out(text: str | None) -> bool:
    """Say whether a cell is empty or struck out."""
    return text is None or states_nothing(read(text))
