"""The totals of an evaluation, each with what it rests on: as printed, of its rows, by the methods, by other readings.

A check never repairs a figure, so the scores that are printed make the evaluation's own total; what the methods give
stands beside it, and so does what they would give where the paper leaves a choice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from app.rules.evaluations.execution import denominator_of, total_row
from app.rules.evaluations.printed import read
from app.rules.evaluations.rate_names import called
from app.rules.evaluations.scoring import grade_of, points, score
from app.rules.evaluations.telling import Said, told, told_zh
from app.rules.evaluations.values import Evaluation, Indicator, Method, MethodKind, Outcome, Scored

_GRADUAL = frozenset({MethodKind.PROPORTIONAL, MethodKind.STEPPED, MethodKind.INTERPOLATED})
_BUDGETS = ("initial_budget", "full_year_budget")


class Basis(StrEnum):
    """What a total rests on."""

    ROWS = "rows"
    """The scores of the rows: printed ones as they are printed, the others by their methods."""
    PRINTED = "printed"
    """The paper's own total row."""
    METHODS = "methods"
    """Each measured row by its method, whatever is printed for it."""
    ALL_OR_NOTHING = "all_or_nothing"
    """As `METHODS`, with nothing for a figure that misses its target."""
    INITIAL_BUDGET = "initial_budget"
    """As `METHODS`, with the execution rate of this budget, where it is reckoned of the other one."""
    FULL_YEAR_BUDGET = "full_year_budget"


@dataclass(frozen=True, slots=True)
class Total:
    """One total: unrounded, None where it cannot be told; `printed` is the paper's own text of it.

    `assumed` are the places of the rows whose method the paper does not state.
    """

    basis: Basis
    total: Fraction | None
    grade: str | None
    zh: str
    en: str
    printed: str | None = None
    assumed: tuple[str, ...] = ()


def as_printed(evaluation: Evaluation, outcome: Outcome) -> Outcome:
    """Let the printed scores stand in an outcome by the methods, and add them up; nothing printed is put right."""
    full_mark = evaluation.template.full_mark
    pairs = zip(evaluation.indicators, outcome.rows, strict=True)
    rows = tuple(_row(evaluation, indicator, row) for indicator, row in pairs)
    funds, own = outcome.funds, total_row(evaluation)
    if funds is not None and own is not None and funds.weight is not None:
        funds = _standing(funds, own.score, points(own.score, full_mark))
    counted = (*rows, funds) if funds is not None and funds.weight is not None else rows
    total = _sum([row.score for row in counted])
    grade = outcome.grade if total is None else grade_of(evaluation, total)
    rate = None if total is None or not outcome.weight else total / outcome.weight
    return replace(outcome, rows=rows, funds=funds, total=total, rate=rate, grade=grade)


def totals(evaluation: Evaluation, outcome: Outcome, standing: Outcome) -> tuple[Total, ...]:
    """Give every total that differs in what it rests on: `outcome` by the methods, `standing` with printed scores."""
    return tuple(_totals(evaluation, outcome, standing))


def _totals(evaluation: Evaluation, outcome: Outcome, standing: Outcome) -> Iterator[Total]:
    yield Total(
        Basis.ROWS, standing.total, standing.grade,
        "各行得分之和：已载得分照录，其余按评分方法计算。",
        "The rows' scores added up: printed ones as they are printed, the others by their methods.",
    )  # fmt: skip
    if evaluation.total_score is not None or evaluation.grade is not None:
        printed = points(evaluation.total_score, evaluation.template.full_mark)
        yield Total(
            Basis.PRINTED, printed, evaluation.grade or (None if printed is None else grade_of(evaluation, printed)),
            "报告所载总分。" if evaluation.grade else "报告所载总分；等级报告未载，按总分查得。",
            "As the paper prints it." if evaluation.grade else "As the paper prints it; the grade is looked up by it.",
            printed=evaluation.total_score,
        )  # fmt: skip
    if not _has_both(evaluation, outcome):
        return
    yield _by_methods(evaluation, Basis.METHODS, outcome, "各行均按评分方法计算", "Each row by its method")
    if any(_is_missed(row, own) for row, own in _pairs(evaluation.indicators, outcome.rows)):
        strict = score(_with_methods(evaluation, outcome))
        zh, en = "未达到指标值的一律不得分", "Nothing for a figure that misses its target"
        yield _by_methods(evaluation, Basis.ALL_OR_NOTHING, strict, zh, en)
    if (other := _other_budget(evaluation)) is not None:
        zh, en = called(other)
        of_other = score(replace(evaluation, denominator=other))
        if of_other.total not in {None, outcome.total}:
            zh, en = f"各行均按评分方法计算，执行率以{zh}为分母", f"Each row by its method, the execution rate by {en}"
            yield _by_methods(evaluation, Basis(other), of_other, zh, en)


def _by_methods(evaluation: Evaluation, basis: Basis, outcome: Outcome, zh: str, en: str) -> Total:
    assumed = [
        row
        for row, _ in _pairs(evaluation.indicators, outcome.rows)
        if row.measure is not None and row.measure.method is not None and row.measure.method.assumed
    ]
    if basis is Basis.ALL_OR_NOTHING:
        assumed = []
    if assumed:
        names = "、".join(f"“{row.name}”" for row in assumed)
        zh += f"；{names}的评分方法报告未载，系录入时假定"
        en += f"; the paper states no method for {', '.join(row.name for row in assumed)}, and one is assumed"
    places = tuple(row.place for row in assumed)
    return Total(basis, outcome.total, outcome.grade, f"{zh}。", f"{en}.", assumed=places)


def _row(evaluation: Evaluation, indicator: Indicator, row: Scored) -> Scored:
    printed = points(indicator.score, evaluation.template.full_mark)
    if not row.children:
        return row if row.stated else _standing(row, indicator.score, printed)
    pairs = zip(indicator.children, row.children, strict=True)
    parts = tuple(_row(evaluation, child, own) for child, own in pairs)
    total = _sum([part.score for part in parts])
    if total is None:
        # Where only the group has a score, it is the one that counts.
        return replace(_standing(row, indicator.score, printed), children=parts)
    steps = row.steps if total == row.score else (_added(len(parts), total),)
    return replace(row, score=total, rate=total / row.weight if row.weight else None, steps=steps, children=parts)


def _standing(row: Scored, text: str | None, printed: Fraction | None) -> Scored:
    if printed is None or printed == row.score:
        return row
    steps = (*row.steps, Said(f"所载得分{text}照录。", f"{text} is printed, and stands."))
    return replace(row, score=printed, rate=printed / row.weight if row.weight else None, steps=steps)


def _added(count: int, total: Fraction) -> Said:
    return Said(f"下级{count}行得分之和为{told_zh(total)}。", f"The scores of its {count} parts make {told(total)}.")


def _sum(values: Sequence[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) if known and len(known) == len(values) else None


def _pairs(rows: Sequence[Indicator], scored: Sequence[Scored]) -> Iterator[tuple[Indicator, Scored]]:
    """Walk over the rows without rows below them, each with what its method makes of it."""
    for row, own in zip(rows, scored, strict=True):
        if row.children:
            yield from _pairs(row.children, own.children)
        else:
            yield row, own


def _has_both(evaluation: Evaluation, outcome: Outcome) -> bool:
    """Say whether a score is printed somewhere that is computed as well."""
    funds, own = outcome.funds, total_row(evaluation)
    if funds is not None and funds.weight is not None and own is not None and own.score is not None:
        return True
    leaves = _pairs(evaluation.indicators, outcome.rows)
    return any(row.measure is not None and row.score is not None for row, _ in leaves)


def _is_missed(row: Indicator, own: Scored) -> bool:
    """Say whether a printed score's row misses its target by a figure, and earns in part by its method."""
    method = row.measure.method if row.measure else None
    return row.score is not None and own.met is False and method is not None and method.kind in _GRADUAL


def _with_methods(evaluation: Evaluation, outcome: Outcome) -> Evaluation:
    """Give the evaluation with nothing for each figure that misses its target."""
    missed = {row.place for row, own in _pairs(evaluation.indicators, outcome.rows) if _is_missed(row, own)}
    return replace(evaluation, indicators=_changed(evaluation.indicators, lambda row: row.place in missed))


def _changed(rows: Sequence[Indicator], applies: Callable[[Indicator], bool]) -> tuple[Indicator, ...]:
    return tuple(
        replace(
            row,
            measure=replace(row.measure, method=Method(MethodKind.ALL_OR_NOTHING))
            if row.measure is not None and applies(row)
            else row.measure,
            children=_changed(row.children, applies),
        )
        for row in rows
    )


def _other_budget(evaluation: Evaluation) -> str | None:
    """Name the budget that the execution rate could be reckoned of as well; None where one is not stated."""
    row, base = total_row(evaluation), denominator_of(evaluation)
    if row is None or base not in _BUDGETS:
        return None
    stated = read(row.initial or "").value, read(row.full_year or "").value
    return next(name for name in _BUDGETS if name != base) if None not in stated else None
