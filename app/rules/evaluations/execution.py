"""预算执行率: what was spent of a budget that is named, never guessed."""

from collections.abc import Mapping
from fractions import Fraction

from app.rules.evaluations.printed import comparable, is_share, read
from app.rules.evaluations.rate_names import called
from app.rules.evaluations.standings import UNITS_DIFFER
from app.rules.evaluations.telling import CannotTell, Said, told, told_zh
from app.rules.evaluations.values import Evaluation, Funds, FundSource, Measure, Printed

DENOMINATOR_MISSING = "denominator-missing"
DENOMINATOR_UNKNOWN = "denominator-unknown"
ZERO_DENOMINATOR = "zero-denominator"
FUNDS_MISSING = "funds-missing"


def total_row(evaluation: Evaluation) -> Funds | None:
    """Give the row of all the project's funds."""
    return next((row for row in evaluation.funds if row.source is FundSource.TOTAL), None)


def denominator_of(evaluation: Evaluation, measure: Measure | None = None) -> str | None:
    """Name what an execution rate divides by: as its indicator, else the evaluation, else the template says."""
    own = measure.method.denominator if measure and measure.method else None
    return own or evaluation.denominator or evaluation.template.denominator


def budget_of(evaluation: Evaluation, name: str) -> Printed | None:
    """Give the figure that a denominator names: of the total row, or else the one that states a quantity of this name.

    None where there is none, or where several figures state it and differ.
    """
    row = total_row(evaluation)
    own: Mapping[str, str | None] = {"full_year_budget": row.full_year, "initial_budget": row.initial} if row else {}
    if name in own:
        return read(own[name] or "", evaluation.funds_unit)
    stated = [read(item.text, item.unit) for item in evaluation.figures if item.quantity == name and item.text]
    return stated[0] if len({figure.size for figure in stated}) == 1 else None


def execution_rate(evaluation: Evaluation, measure: Measure | None = None) -> tuple[Fraction, Said]:
    """Divide what the total row says was executed by the budget that is named, and say how.

    An evaluation without funds takes the rate that the indicator itself prints, as long as its base is named. Raises
    CannotTell where a figure or the name of the base is missing, or the budget is zero.
    """
    name = denominator_of(evaluation, measure)
    if name is None:
        raise CannotTell(
            DENOMINATOR_MISSING,
            "未规定执行率以何种预算为分母。",
            "Nothing says which budget an execution rate divides by.",
        )
    row = total_row(evaluation)
    if row is None:
        return _stated(measure, name)
    executed, budget = read(row.executed or "", evaluation.funds_unit), budget_of(evaluation, name)
    if executed.size is None or budget is None or budget.size is None:
        missing = "what was executed" if executed.size is None else name
        missing_zh = "执行数" if executed.size is None else called(name)[0]
        raise CannotTell(
            DENOMINATOR_UNKNOWN, f"{missing_zh}没有唯一的数字。", f"No single figure is stated for {missing}."
        )
    if not comparable(executed, budget):
        raise CannotTell(
            UNITS_DIFFER,
            f"{executed.text}与{budget.text}单位不同。",
            f"{executed.text} and {budget.text} cannot be compared.",
        )
    if budget.size <= 0 or executed.size < 0:
        raise CannotTell(
            ZERO_DENOMINATOR,
            f"{executed.text}不能除以{called(name)[0]}{budget.text}。",
            f"{executed.text} cannot be divided by a {name} of {budget.text}.",
        )
    rate = executed.size / budget.size
    return rate, Said(
        f"执行数{executed.text} ÷ {called(name)[0]}{budget.text} = {told_zh(rate)}。",
        f"{executed.text} executed of {budget.text} ({name}) is {told(rate)}.",
    )


def _stated(measure: Measure | None, name: str) -> tuple[Fraction, Said]:
    printed = read((measure.actual if measure else None) or "", measure.unit if measure else None)
    if printed.size is None or printed.size < 0 or not is_share(printed):
        raise CannotTell(FUNDS_MISSING, "未载资金，也未载执行率。", "Neither funds nor a rate are stated.")
    exact = measure.exact if measure else None
    rate = printed.size if exact is None else exact * printed.scale
    return rate, Said(
        f"执行率{printed.text}为所载数字（分母：{called(name)[0]}），未载资金，无从重算。",
        f"The rate {printed.text} is the printed one, of {name}; no funds are there to reckon it from.",
    )
