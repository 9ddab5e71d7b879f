"""Which score decides about a base: the month's own, or that of several months, with what is known of it."""

from collections.abc import Callable, Sequence

from app.rules.clauses import ByScore, Combined, Unscored
from app.rules.consecutive import MonthState
from app.rules.lines import MonthFacts, month_zh
from app.rules.measuring import mean, rests_on_result, waits_for_result
from app.rules.missing import need
from app.rules.scored import Scored, require_final, undecided
from app.rules.scores import Score, ScoreKind
from app.rules.workings import Figure, Label, Measure, Working

_LOWEST = Label("各月最低得分", "lowest score of the months")
_MEAN = Label("各月平均得分", "mean of the months' scores")
_WEIGHTED = Label("各月加权得分", "weighted score of the months")
_MEAN_SHARE = Label("各月系数平均", "mean of the months' coefficients")


def unscored(rule: ByScore, pointer: str, month: MonthFacts, *, alone: bool) -> Unscored | None:
    """Say what the clause answers about a month that has no score; None for a month that was assessed.

    A month `alone` is paid or not, one of several can only be left out. Raises MissingAnswerError for a month that is
    not final, and where the clause does not answer.
    """
    if not waits_for_result(rule):
        # What was measured decides, whatever became of the assessment.
        return None
    if rests_on_result(rule):
        require_final(month)
    if not month.final or month.state is MonthState.ASSESSED:
        return None
    excused = month.state is MonthState.EXCUSED
    answer = rule.excused if excused else rule.not_assessed
    if answer is None or alone is (answer is Unscored.LEFT_OUT):
        name = "excused" if excused else "not_assessed"
        state_zh = "免考" if excused else "未考核"
        raise need(
            name,
            f"/terms{pointer}/{name}",
            f"{month_zh(month.period)}{state_zh}，没有得分，条款未约定如何计费",
            f"what {month.period} counts, which was {'excused' if excused else 'not assessed'} and has no score",
            month.period,
        )
    return answer


def counting(rule: ByScore, pointer: str, months: Sequence[MonthFacts]) -> Sequence[MonthFacts]:
    """Give the months of several whose scores count; raises MissingAnswerError where none does."""
    found = [month for month in months if unscored(rule, pointer, month, alone=False) is None]
    if not found:
        raise undecided(months[-1])
    return found


def need_combination(rule: ByScore, pointer: str, month: MonthFacts) -> Combined:
    """Give the answer to which score of several months decides, or name it as missing."""
    if rule.score is None:
        zh, en = "条款未约定以哪个得分计算", "which score decides about more than a month"
        raise need("score", f"/terms{pointer}/score", zh, en, month.period)
    return rule.score


def combined(
    working: Working, rule: ByScore, pointer: str, months: Sequence[MonthFacts], measure: Callable[[MonthFacts], Scored]
) -> Scored:
    """Combine the scores of several months as the clause says; what is known of them is what is known of the result."""
    how = need_combination(rule, pointer, months[-1])
    if how is Combined.LAST_MONTH:
        counted = next((m for m in reversed(months) if unscored(rule, pointer, m, alone=False) is None), None)
        if counted is None:
            raise undecided(months[-1])
        return measure(counted)
    counted_months = counting(rule, pointer, months)
    scores = [measure(month) for month in counted_months]
    if how is Combined.LOWEST_MONTH:
        return _lowest(working, scores)
    if how is Combined.WEIGHTED_MONTHS:
        if len(counted_months) != len(rule.weights):
            zh, en = "计分月数与权重个数不符", f"weights for {len(counted_months)} months that have a score"
            raise need("weights", f"/terms{pointer}/weights", zh, en, months[-1].period)
        weighted = mean(working, _WEIGHTED, [each.figure for each in scores], rule.weights, None, Measure.POINTS)
        return Scored(_WEIGHTED, Score(_kind(scores, months[-1]), weighted.value), weighted)
    averaged = mean(working, _MEAN, [each.figure for each in scores], (), None, Measure.POINTS)
    return Scored(_MEAN, Score(_kind(scores, months[-1]), averaged.value), averaged)


def mean_share(working: Working, shares: Sequence[Figure]) -> Figure:
    """Give the mean of the months' coefficients."""
    return mean(working, _MEAN_SHARE, shares, (), None, Measure.SHARE)


def _lowest(working: Working, scores: Sequence[Scored]) -> Scored:
    below = [scored for scored in scores if scored.score.kind is ScoreKind.BELOW]
    # A month below a bound makes the lowest one below it too, whatever the others are.
    lowest = working.least(_LOWEST, *(scored.figure for scored in below or scores), measure=Measure.POINTS)
    if below:
        return Scored(_LOWEST, Score(ScoreKind.BELOW, lowest.value), lowest)
    reached = any(scored.score == Score(ScoreKind.EXACT, lowest.value) for scored in scores)
    return Scored(_LOWEST, Score(ScoreKind.EXACT if reached else ScoreKind.AT_LEAST, lowest.value), lowest)


def _kind(scores: Sequence[Scored], last: MonthFacts) -> ScoreKind:
    """Say what is known of a mean: bounds of one kind bound it, bounds of two decide nothing."""
    kinds = {scored.score.kind for scored in scores} - {ScoreKind.EXACT}
    if len(kinds) > 1:
        raise undecided(last)
    return kinds.pop() if kinds else ScoreKind.EXACT
