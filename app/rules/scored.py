"""A score that decides, with what is known of it, and what is said where that is not enough."""

from dataclasses import dataclass

from app.rules.lines import MonthFacts, month_zh
from app.rules.missing import MissingAnswerError, need
from app.rules.money import figure
from app.rules.scores import Score, ScoreKind
from app.rules.workings import Figure, Label


@dataclass(frozen=True, slots=True)
class Scored:
    """The score that decides: its name, what is known of it, and its figure, which for a bound is the bound."""

    name: Label
    score: Score
    figure: Figure


def exactly(name: Label, found: Figure) -> Scored:
    """Take a figure as a score that is known exactly."""
    return Scored(name, Score(ScoreKind.EXACT, found.value), found)


def require_final(month: MonthFacts) -> None:
    """Raise MissingAnswerError for a month whose result is still to come."""
    if not month.final:
        zh, en = f"{month_zh(month.period)}考核结果尚未确定", f"the final result of {month.period}"
        raise need("assessment", f"/assessments/{month.period}", zh, en, month.period)


def score_label(month: MonthFacts) -> Label:
    """Name a month's assessed score."""
    return Label(f"{month_zh(month.period)}考核得分", f"score of {month.period}")


def undecided(month: MonthFacts, scored: Scored | None = None) -> MissingAnswerError:
    """Say that a month's score is not known, or that what is known of the score that decides is not enough."""
    pointer = f"/assessments/{month.period}/score"
    if scored is None:
        name = score_label(month)
        return need("score", pointer, f"{name.zh}未载明", f"the {name.en}", month.period)
    value = figure(scored.figure.value)
    bound = ("不低于", "at least") if scored.score.kind is ScoreKind.AT_LEAST else ("低于", "below")
    zh = f"{scored.name.zh}只知{bound[0]}{value}，不足以确定"
    en = f"the {scored.name.en}, of which no more is known than {bound[1]} {value}"
    return need("score", pointer, zh, en, month.period)
