"""Checks of the table as a whole: weights, dimensions, totals, rates, the funds, and the grade."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from app.rules.evaluations.check_codes import CheckCode, behind, found
from app.rules.evaluations.execution import budget_of, denominator_of, total_row
from app.rules.evaluations.printed import comparable, half_up, read
from app.rules.evaluations.scoring import points
from app.rules.evaluations.telling import Said
from app.rules.evaluations.values import (
    Check,
    Comparison,
    Dimension,
    Evaluation,
    FundSource,
    Indicator,
    Nature,
    Outcome,
    Verdict,
)
from app.rules.money import exact

DIMENSION_WORDS: Mapping[str, Dimension] = {
    "产出": Dimension.OUTPUT,
    "成本": Dimension.COST,
    "效益": Dimension.BENEFIT,
    "满意度": Dimension.SATISFACTION,
}
"""What a row's name says that it is about, where the document does not say so."""
NAMES: Mapping[Dimension, tuple[str, str]] = {
    Dimension.DECISION: ("决策", "a decision"),
    Dimension.PROCESS: ("过程", "a process"),
    Dimension.INPUT: ("投入", "an input"),
    Dimension.EXECUTION: ("预算执行", "an execution"),
    Dimension.OUTPUT: ("产出", "an output"),
    Dimension.COST: ("成本", "a cost"),
    Dimension.BENEFIT: ("效益", "a benefit"),
    Dimension.SATISFACTION: ("满意度", "a satisfaction"),
}
TOTAL_WORDS = frozenset({"合计", "总计", "总分", "总得分", "总分值"})


def every_row(evaluation: Evaluation) -> Iterator[Indicator]:
    """Give all rows of the tree, each before those below it."""

    def below(row: Indicator) -> Iterator[Indicator]:
        yield row
        for child in row.children:
            yield from below(child)

    for row in evaluation.indicators:
        yield from below(row)


def table_checks(evaluation: Evaluation, outcome: Outcome, told: Mapping[str, Comparison]) -> Iterator[Check]:
    """Check what the rows make together; `told` are the comparisons by their keys."""
    yield from _weights(evaluation, outcome, told)
    yield from _prescribed(evaluation)
    yield from _dimensions(evaluation)
    yield from _two_totals(evaluation)
    yield from _followed(told)
    yield from _two_bases(evaluation)
    yield from _spending(evaluation)


def _weights(evaluation: Evaluation, outcome: Outcome, told: Mapping[str, Comparison]) -> Iterator[Check]:
    if not evaluation.indicators:
        return
    full_mark = evaluation.template.full_mark
    total, full = told.get("weight:/total"), Fraction(full_mark)
    code = CheckCode.WEIGHTS_DO_NOT_SUM
    if total is not None and total.verdict is Verdict.MISMATCH:
        yield behind(code, total, Said("各行分值之和与总分值不符", "the weights do not add up to the total row's"))
    elif (weight := points(evaluation.total_weight, full_mark) or outcome.weight) is not None and weight != full:
        shown = exact(weight)
        said = Said(f"分值之和为{shown}，不是{exact(full)}。", f"The weights add up to {shown}, not to {exact(full)}.")
        place = "/total/weight" if evaluation.total_weight is not None else "/indicators"
        yield found(code, place, said, published=evaluation.total_weight, recomputed=shown)
    for key, comparison in told.items():
        if key.startswith("weight:/indicators") and comparison.verdict is Verdict.MISMATCH:
            yield behind(code, comparison, Said("下级分值之和不符", "the weights below it do not add up to its own"))
    leaves = [row for row in every_row(evaluation) if not row.children]
    unweighted = [row for row in leaves if points(row.weight, full_mark) is None]
    for row in unweighted if len(unweighted) < len(leaves) else ():
        said = Said(f"“{row.name}”未写分值。", f"{row.name!r} has no weight.")
        yield found(CheckCode.WEIGHT_MISSING, f"{row.place}/weight", said, published=row.weight)


def _prescribed(evaluation: Evaluation) -> Iterator[Check]:
    """Hold the weights of the first level against the template's, one dimension at a time, the funds' among them."""
    weighed = [
        (_dimension(row), f"{row.place}/weight", _weight(evaluation, row)) for row in evaluation.indicators
    ]  # a row of the first level may leave its weight to those below it
    for funds in evaluation.funds:
        own = points(funds.weight, evaluation.template.full_mark)
        if funds.source is FundSource.TOTAL and own is not None:
            weighed.append((Dimension.EXECUTION, f"{funds.place}/weight", own))
    for dimension, wanted in evaluation.template.weights:
        rows = [(place, weight) for about, place, weight in weighed if about is dimension]
        known = [weight for _, weight in rows if weight is not None]
        if not rows or len(known) < len(rows) or sum(known) == Fraction(wanted):
            continue
        shown, zh = exact(sum(known, Fraction(0))), NAMES[dimension][0]
        said = Said(
            f"{zh}指标分值为{shown}，模板规定{wanted}。", f"It weighs {shown}; the template prescribes {wanted}."
        )
        also = [place for place, _ in rows[1:]]
        yield found(
            CheckCode.WEIGHT_NOT_AS_PRESCRIBED, rows[0][0], said, published=shown, recomputed=str(wanted), also=also
        )


def _weight(evaluation: Evaluation, row: Indicator) -> Fraction | None:
    own = points(row.weight, evaluation.template.full_mark)
    if own is not None or not row.children:
        return own
    below = [_weight(evaluation, child) for child in row.children]
    known = [weight for weight in below if weight is not None]
    return sum(known, Fraction(0)) if len(known) == len(below) else None


def _dimension(row: Indicator) -> Dimension | None:
    if row.dimension is not None:
        return row.dimension
    return next((dimension for word, dimension in DIMENSION_WORDS.items() if word in row.name), None)


def _dimensions(evaluation: Evaluation) -> Iterator[Check]:
    if not evaluation.indicators:
        said = Said("没有绩效指标表。", "There is no table of indicators.")
        yield found(CheckCode.NO_INDICATOR_TABLE, "/indicators", said)
        return
    present = {_dimension(row) for row in every_row(evaluation)}
    if any(row.weight is not None for row in evaluation.funds):
        present.add(Dimension.EXECUTION)
    for dimension in evaluation.template.required:
        if dimension not in present:
            zh, en = NAMES[dimension]
            said = Said(f"缺少{zh}指标。", f"There is no indicator of {en.split(' ', 1)[1]}.")
            yield found(CheckCode.MISSING_DIMENSION, "/indicators", said)


def _two_totals(evaluation: Evaluation) -> Iterator[Check]:
    rows = [row for row in every_row(evaluation) if "".join(row.name.split()) in TOTAL_WORDS]
    has_total = evaluation.total_weight is not None or evaluation.total_score is not None
    for row in rows if has_total else rows[1:]:
        said = Said(f"另有合计行“{row.name}”。", f"There is a second total row: {row.name!r}.")
        yield found(CheckCode.TWO_TOTAL_ROWS, row.place, said, published=row.score)
    for funds in [row for row in evaluation.funds if row.source is FundSource.TOTAL][1:]:
        said = Said("资金总额有两行。", "The total of the funds is there twice.")
        yield found(CheckCode.TWO_TOTAL_ROWS, funds.place, said, published=funds.executed)


def _followed(told: Mapping[str, Comparison]) -> Iterator[Check]:
    """Report what does not follow from the other cells: totals, rates, the score of the execution, the grade."""
    for key, comparison in told.items():
        kind, _, place = key.partition(":")
        match kind, comparison.verdict:
            case ("rate", Verdict.MISMATCH):
                said = Said("比率不能由所列数字得出", "the rate does not follow from the figures displayed")
                yield behind(CheckCode.RATE_DOES_NOT_FOLLOW, comparison, said)
            case ("rate", Verdict.BASE):
                said = Said("比率的分母不是所称的", "the rate follows from another base than the one named")
                yield behind(CheckCode.RATE_OF_ANOTHER_BASE, comparison, said)
            case ("sum", Verdict.MISMATCH) | ("score", Verdict.MISMATCH):
                said = Said("合计不等于各项之和", "the total is not the sum of its parts")
                yield behind(CheckCode.TOTAL_NOT_SUM_OF_PARTS, comparison, said)
            case ("score", Verdict.RULE) if place.startswith("/funds"):
                said = Said("得分不等于分值乘执行率", "the score is not the weight times the execution rate")
                yield behind(CheckCode.SCORE_DOES_NOT_FOLLOW, comparison, said)
            case ("grade", Verdict.MISMATCH):
                said = Said("等级与总分不符", "the grade is not that of the total")
                yield behind(CheckCode.GRADE_DOES_NOT_FOLLOW, comparison, said)


def _two_bases(evaluation: Evaluation) -> Iterator[Check]:
    """Find a cost held against one budget where the execution rate of the same table divides by the other."""
    total = total_row(evaluation)
    base = denominator_of(evaluation)
    if total is None or base not in {"full_year_budget", "initial_budget"}:
        return
    sizes = {
        "initial_budget": read(total.initial or "", evaluation.funds_unit).size,
        "full_year_budget": read(total.full_year or "", evaluation.funds_unit).size,
    }
    other = "initial_budget" if base == "full_year_budget" else "full_year_budget"
    if None in sizes.values() or sizes[base] == sizes[other]:
        return
    for row in every_row(evaluation):
        if row.measure is None or row.measure.nature is not Nature.AT_MOST:
            continue
        target = read(row.measure.target or "", row.measure.unit)
        if target.size is None or target.base_unit not in {"元", ""} or target.size != sizes[other]:
            continue
        called = {"initial_budget": ("年初", "initial"), "full_year_budget": ("全年", "full-year")}
        said = Said(
            f"“{row.name}”以{called[other][0]}预算数{half_up(target.size / target.scale, target.places)}为指标值，"
            f"执行率以{called[base][0]}预算数为分母。",
            f"{row.name!r} is held against the {called[other][1]} budget, while the execution rate divides by the "
            f"{called[base][1]} one.",
        )
        also = (f"{row.place}/measure/target",)
        yield found(CheckCode.TWO_BUDGET_BASES, "/denominator", said, published=row.measure.target, also=also)


def _spending(evaluation: Evaluation) -> Iterator[Check]:
    """Find funds of which more was executed than there was, and an execution that is scored without a budget."""
    for row in evaluation.funds:
        executed, budget = (read(text or "", evaluation.funds_unit) for text in (row.executed, row.full_year))
        if executed.size is None or budget.size is None or not comparable(executed, budget):
            continue
        if executed.size > budget.size:
            said = Said(
                f"全年执行数{executed.text}大于全年预算数{budget.text}。",
                f"{executed.text} was executed of a full-year budget of {budget.text}.",
            )
            place = f"{row.place}/executed"
            yield found(CheckCode.EXECUTED_ABOVE_BUDGET, place, said, published=row.executed, recomputed=row.full_year)
    total, base = total_row(evaluation), denominator_of(evaluation)
    printed = points(total.score, evaluation.template.full_mark) if total else None
    divisor = budget_of(evaluation, base) if base else None
    if total and printed and divisor and divisor.size is not None and divisor.size <= 0:
        said = Said(
            f"预算数为{divisor.text}，无执行率可言，却计{total.score}分。",
            f"With a budget of {divisor.text} there is no execution rate, but {total.score} points are given for it.",
        )
        yield found(CheckCode.SCORE_WITHOUT_BUDGET, f"{total.place}/score", said, published=total.score)
