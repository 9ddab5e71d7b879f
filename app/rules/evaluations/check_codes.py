"""The codes of an evaluation's checks, each with what one can do about it; docs/evaluations-checks.md explains them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from app.rules.evaluations.telling import Said
from app.rules.evaluations.values import Check, Comparison, Verdict


class CheckCode(StrEnum):
    """What can be wrong with an evaluation; programs can rely on the codes."""

    NO_INDICATOR_TABLE = "no-indicator-table"
    WEIGHTS_DO_NOT_SUM = "weights-do-not-sum"
    WEIGHT_MISSING = "weight-missing"
    WEIGHT_NOT_AS_PRESCRIBED = "weight-not-as-prescribed"
    MISSING_DIMENSION = "missing-dimension"
    TWO_TOTAL_ROWS = "two-total-rows"
    TOTAL_NOT_SUM_OF_PARTS = "total-not-sum-of-parts"
    RATE_DOES_NOT_FOLLOW = "rate-does-not-follow"
    GRADE_DOES_NOT_FOLLOW = "grade-does-not-follow"
    TARGET_NOT_MEASURABLE = "target-not-measurable"
    OPERATOR_AGAINST_SENSE = "operator-against-sense"
    OPERATORS_DIFFER = "operators-differ"
    FULL_SCORE_NOT_MET = "full-score-not-met"
    SCORE_DOES_NOT_FOLLOW = "score-does-not-follow"
    SCORE_ABOVE_WEIGHT = "score-above-weight"
    JUDGEMENT_OUTSIDE_BAND = "judgement-outside-band"
    FAR_ABOVE_TARGET = "far-above-target"
    UNITS_DIFFER = "units-differ"
    UNIT_WRITTEN_TWO_WAYS = "unit-written-two-ways"
    UNIT_OFF_BY_TEN_THOUSAND = "unit-off-by-ten-thousand"
    PERCENT_WITH_CURRENCY = "percent-with-currency"
    TWO_BUDGET_BASES = "two-budget-bases"
    EXECUTED_ABOVE_BUDGET = "executed-above-budget"
    SCORE_WITHOUT_BUDGET = "score-without-budget"
    RATE_OF_ANOTHER_BASE = "rate-of-another-base"
    TEXT_AND_TABLE_DIFFER = "text-and-table-differ"
    FIGURES_CONTRADICT = "figures-contradict"
    TWO_READINGS_HOLD = "two-readings-hold"
    DIGIT_LOST = "digit-lost"
    FIGURE_DOES_NOT_FOLLOW = "figure-does-not-follow"
    GOAL_NOT_REACHED = "goal-not-reached"
    READ_WITH_WARNING = "read-with-warning"
    UNREADABLE = "unreadable"
    MIXED_THOUSANDS_SEPARATORS = "mixed-thousands-separators"


REMEDIES: Mapping[CheckCode, Said] = {
    CheckCode.NO_INDICATOR_TABLE: Said("补上绩效指标表。", "Add the table of indicators."),
    CheckCode.WEIGHTS_DO_NOT_SUM: Said("核对各行分值。", "Look at the weights of the rows."),
    CheckCode.WEIGHT_MISSING: Said("填写该行分值。", "Enter the row's weight."),
    CheckCode.WEIGHT_NOT_AS_PRESCRIBED: Said(
        "改用模板规定的分值，或另选模板。", "Use the prescribed weight, or choose another template."
    ),
    CheckCode.MISSING_DIMENSION: Said("补充该类指标。", "Add an indicator of that kind."),
    CheckCode.TWO_TOTAL_ROWS: Said("只保留一个合计行。", "Keep one total row."),
    CheckCode.TOTAL_NOT_SUM_OF_PARTS: Said("核对各项与合计。", "Look at the parts and at their total."),
    CheckCode.RATE_DOES_NOT_FOLLOW: Said(
        "由未舍入的得分重算得分率，四舍五入。", "Recompute the rate from the unrounded score, and round half up."
    ),
    CheckCode.GRADE_DOES_NOT_FOLLOW: Said("按等级区间核对等级。", "Look the grade up in the template's bands."),
    CheckCode.TARGET_NOT_MEASURABLE: Said(
        "写明可衡量的数值，或定性指标的等次。", "State a figure that can be measured, or the words of a scale."
    ),
    CheckCode.OPERATOR_AGAINST_SENSE: Said(
        "核对指标性质（≥或≤）；方向确实如此的，注明其方向。",
        "Look at the operator; where it is right, state the indicator's sense.",
    ),
    CheckCode.OPERATORS_DIFFER: Said("统一指标性质与指标值中的符号。", "Write one operator in both places."),
    CheckCode.FULL_SCORE_NOT_MET: Said(
        "更正性质、数值或得分，并说明扣分。",
        "Correct the operator, a figure or the score, and explain what is taken off.",
    ),
    CheckCode.SCORE_DOES_NOT_FOLLOW: Said("按评分方法重算得分。", "Recompute the score by its method."),
    CheckCode.SCORE_ABOVE_WEIGHT: Said("得分不应高于分值。", "Give at most the weight."),
    CheckCode.JUDGEMENT_OUTSIDE_BAND: Said("在该等次的区间内打分。", "Judge within the word's band."),
    CheckCode.FAR_ABOVE_TARGET: Said(
        "在偏差原因栏说明，必要时调整指标值。",
        "Explain it in the column of deviations; set a better target if need be.",
    ),
    CheckCode.UNITS_DIFFER: Said("统一单位。", "Write both in one unit."),
    CheckCode.UNIT_WRITTEN_TWO_WAYS: Said("统一单位写法。", "Write the unit in one way."),
    CheckCode.UNIT_OFF_BY_TEN_THOUSAND: Said("核对元与万元。", "Look whether 元 or 万元 is meant."),
    CheckCode.PERCENT_WITH_CURRENCY: Said("删去百分数后的货币单位。", "Drop the currency behind the percentage."),
    CheckCode.TWO_BUDGET_BASES: Said(
        "统一使用年初或全年预算数，或注明口径。", "Use one of the two budgets, or name which one each figure uses."
    ),
    CheckCode.EXECUTED_ABOVE_BUDGET: Said(
        "核对执行数与预算数；确有超支的，说明原因与批准文件。",
        "Look at both figures; where more was spent, say why and by whose leave.",
    ),
    CheckCode.SCORE_WITHOUT_BUDGET: Said(
        "没有预算就没有执行率：填写预算数，或不计该项得分。",
        "Without a budget there is no execution rate: enter the budget, or give no score for it.",
    ),
    CheckCode.RATE_OF_ANOTHER_BASE: Said(
        "按实际分母改称该比率，或按名称重算。", "Name the rate by what it divides by, or recompute it by its name."
    ),
    CheckCode.TEXT_AND_TABLE_DIFFER: Said("按原始资料统一正文与表格。", "Make text and table agree with the source."),
    CheckCode.FIGURES_CONTRADICT: Said("按原始资料核对。", "Look both up in the source."),
    CheckCode.TWO_READINGS_HOLD: Said(
        "按原始资料确定哪组数字正确。", "Find out from the source which of the pairs is right; nothing here can tell."
    ),
    CheckCode.DIGIT_LOST: Said("核对是否漏写一位数字。", "Look whether a digit was dropped."),
    CheckCode.FIGURE_DOES_NOT_FOLLOW: Said("核对所据数字与结果。", "Look at the figure and at those it comes from."),
    CheckCode.GOAL_NOT_REACHED: Said("写明目标是否完成及原因。", "Say whether the goal was reached, and why not."),
    CheckCode.READ_WITH_WARNING: Said("更正写法。", "Correct how it is written."),
    CheckCode.UNREADABLE: Said("写成一个带单位的数字。", "Write one figure with its unit."),
    CheckCode.MIXED_THOUSANDS_SEPARATORS: Said("统一千分位写法。", "Set thousands apart everywhere or nowhere."),
}


def found(
    code: CheckCode,
    place: str,
    said: Said,
    *,
    published: str | None = None,
    recomputed: str | None = None,
    verdict: Verdict | None = None,
    also: Sequence[str] = (),
) -> Check:
    """Make a check with the remedy of its code."""
    remedy = REMEDIES[code]
    return Check(
        code=code.value,
        place=place,
        zh=said.zh,
        en=said.en,
        remedy_zh=remedy.zh,
        remedy_en=remedy.en,
        published=published,
        recomputed=recomputed,
        verdict=verdict,
        also=tuple(also),
    )


def behind(
    code: CheckCode, comparison: Comparison, said: Said, *, place: str | None = None, also: Sequence[str] = ()
) -> Check:
    """Make a check of what a comparison showed, with its remarks; at its place unless another one is given."""
    zh = "；".join((said.zh, *comparison.remarks_zh))
    en = "; ".join((said.en, *comparison.remarks))
    return found(
        code,
        comparison.place if place is None else place,
        Said(f"{zh}。", f"{en}."),
        published=comparison.published,
        recomputed=comparison.recomputed,
        verdict=comparison.verdict,
        also=also,
    )
