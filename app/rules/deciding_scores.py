"""Which score decides about a base: the month's own, or that of several months, with what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.rules.clauses import ByScore, Combined, Unscored
from app.rules.consecutive import MonthState
from app.rules.lines import MonthFacts, month_zh
from app.rules.missing import MissingAnswerError, need
from app.rules.money import figure
from app.rules.scores import Score, ScoreKind
from app.rules.workings import Figure, Label, Measure, Working

_BOUNDS = {ScoreKind.AT_LEAST: ("（不低于）", " (at least)"), ScoreKind.BELOW: ("（低于）", " (below)")}
_LOWEST = Label("各月最低得分", "lowest score of the months")
_MEAN = Label("各月平均得分", "mean of the months' scores")


@dataclass(frozen=True, slots=True)
class Scored:
    """The score that decides: its name, what is known of it, and its figure, which for a bound is the bound."""

    name: Label
    score: Score
    figure: Figure


def require_final(month: MonthFacts) -> None:
    """Raise MissingAnswerError for a month whose result is still to come."""
    if not month.final:
        zh, en = f"{month_zh(month.period)}考核结果尚未确定", f"the final result of {month.period}"
        raise need("assessment", f"/assessments/{month.period}", zh, en, month.period)


def unscored(rule: ByScore, pointer: str, month: MonthFacts, *, alone: bool) -> Unscored | None:
    """Say what the clause answers about a month that has no score; None for a month that was assessed.

    A month `alone` is paid or not, one of several can only be left out. Raises MissingAnswerError for a month that is
    not final, and where the clause does not answer.
    """
    require_final(month)
    if month.state is MonthState.ASSESSED:
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


def scored_month(working: Working, month: MonthFacts, scale: Decimal | None) -> Scored:
    """Take a month's own score, which has to be on the scale that the clause's marks are on.

    Raises MissingAnswerError where it is on another, and where nothing is known of it.
    """
    score = month.score
    if score is None or score.value is None:
        raise undecided(month)
    if scale is not None and month.full_mark != scale:
        shown, asked = figure(month.full_mark), figure(scale)
        zh = f"{month_zh(month.period)}得分满分为{shown}，条款按满分{asked}约定"
        en = f"how the score of {month.period}, out of {shown}, is read by a clause for scores out of {asked}"
        raise need("full_mark", f"/assessments/{month.period}/score", zh, en, month.period)
    name = _name(month)
    bound_zh, bound_en = _BOUNDS.get(score.kind, ("", ""))
    label = Label(f"{name.zh}{bound_zh}", f"{name.en}{bound_en}")
    return Scored(name, score, working.given(label, score.value, Measure.POINTS, month.sources.assessment))


def _name(month: MonthFacts) -> Label:
    return Label(f"{month_zh(month.period)}考核得分", f"score of {month.period}")


def combined(working: Working, rule: ByScore, pointer: str, months: Sequence[MonthFacts]) -> Scored:
    """Combine the scores of several months as the clause says; what is known of them is what is known of the result."""
    last = months[-1]
    scale = last.terms.full_mark
    if rule.score is None:
        zh, en = "条款未约定以哪个得分计算", "which score decides about more than a month"
        raise need("score", f"/terms{pointer}/score", zh, en, last.period)
    if rule.score is Combined.LAST_MONTH:
        months = list(reversed(months))
        counted = next((month for month in months if unscored(rule, pointer, month, alone=False) is None), None)
        if counted is None:
            raise undecided(last)
        return scored_month(working, counted, scale)
    counting = [month for month in months if unscored(rule, pointer, month, alone=False) is None]
    if not counting:
        raise undecided(last)
    scores = [scored_month(working, month, scale) for month in counting]
    if rule.score is Combined.LOWEST_MONTH:
        return _lowest(working, scores)
    return _mean(working, scores, last)


def _lowest(working: Working, scores: Sequence[Scored]) -> Scored:
    below = [scored for scored in scores if scored.score.kind is ScoreKind.BELOW]
    # A month below a bound makes the lowest one below it too, whatever the others are.
    lowest = working.least(_LOWEST, *(scored.figure for scored in below or scores), measure=Measure.POINTS)
    if below:
        return Scored(_LOWEST, Score(ScoreKind.BELOW, lowest.value), lowest)
    reached = any(scored.score == Score(ScoreKind.EXACT, lowest.value) for scored in scores)
    return Scored(_LOWEST, Score(ScoreKind.EXACT if reached else ScoreKind.AT_LEAST, lowest.value), lowest)


def _mean(working: Working, scores: Sequence[Scored], last: MonthFacts) -> Scored:
    kinds = {scored.score.kind for scored in scores} - {ScoreKind.EXACT}
    if len(kinds) > 1:
        raise undecided(last)
    figures = [scored.figure for scored in scores]
    total = working.add(Label("各月得分合计", "sum of the months' scores"), *figures, measure=Measure.POINTS)
    count = working.given(Label("月数", "months"), len(figures), Measure.MONTHS)
    mean = working.divide(_MEAN, total, count, measure=Measure.POINTS)
    return Scored(_MEAN, Score(kinds.pop() if kinds else ScoreKind.EXACT, mean.value), mean)


def undecided(month: MonthFacts, scored: Scored | None = None) -> MissingAnswerError:
    """Say that a month's score is not known, or that what is known of the score that decides is not enough."""
    pointer = f"/assessments/{month.period}/score"
    if scored is None:
        name = _name(month)
        return need("score", pointer, f"{name.zh}未载明", f"the {name.en}", month.period)
    value = figure(scored.figure.value)
    bound = ("不低于", "at least") if scored.score.kind is ScoreKind.AT_LEAST else ("低于", "below")
    zh = f"{scored.name.zh}只知{bound[0]}{value}，不足以确定"
    en = f"the {scored.name.en}, of which no more is known than {bound[1]} {value}"
    return need("score", pointer, zh, en, month.period)
