"""The score of an evaluation: leaves by their methods, groups by their parts, an unrounded total, and its grade."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from app.rules.evaluations.execution import execution_rate, total_row
from app.rules.evaluations.judgements import judged
from app.rules.evaluations.methods import WHOLE, earned
from app.rules.evaluations.printed import is_share, read
from app.rules.evaluations.standings import standing
from app.rules.evaluations.telling import CannotTell, Said, told, told_zh
from app.rules.evaluations.values import Evaluation, Indicator, Measure, MethodKind, Nature, Outcome, Scored

WEIGHT_MISSING = "weight-missing"
SCORE_MISSING = "score-missing"
PART_MISSING = "part-missing"

_PERCENT = 100

Found = tuple[Fraction | None, bool | None, Fraction | None, tuple[Said, ...]]
"""The share of the weight, whether the target is met, the completion, and the sentences that say how."""


def score(evaluation: Evaluation) -> Outcome:
    """Score every row, the funds where they carry a weight, the total unrounded, and give the grade from it.

    A row whose score cannot be told has none, and neither has what it is a part of. The grade is given even then
    where no score of the open rows could change it.
    """
    rows = tuple(_row(evaluation, indicator, 1) for indicator in evaluation.indicators)
    funds = _funds(evaluation)
    counted = (*rows, funds) if funds and funds.weight is not None else rows
    weight, total = _sum(row.weight for row in counted), _sum(row.score for row in counted)
    rate = None if total is None or not weight else total / weight
    return Outcome(rows, funds, weight, total, rate, _grade(evaluation, counted))


def points(text: str | None, full_mark: Decimal) -> Fraction | None:
    """Read a weight or a score; a percentage is that share of the full mark. None where it is no single figure."""
    printed = read(text or "")
    if printed.value is None:
        return None
    return Fraction(printed.value) * (printed.scale * Fraction(full_mark) if is_share(printed) else 1)


def grade_of(evaluation: Evaluation, total: Fraction) -> str:
    """Give the grade of an unrounded total: 89.995 of 100 is below 90."""
    percent = total * _PERCENT / Fraction(evaluation.template.full_mark)
    grades = evaluation.template.grades
    return next((grade.name for grade in grades if percent >= Fraction(grade.at_least)), grades[-1].name)


def _row(evaluation: Evaluation, indicator: Indicator, level: int) -> Scored:
    if indicator.children:
        return _group(evaluation, indicator, level)
    weight = points(indicator.weight, evaluation.template.full_mark)
    if indicator.measure is None:
        return _stated(evaluation, indicator, level, weight)
    return _leaf(indicator.place, indicator.name, level, weight, _measured(evaluation, indicator.measure))


def _group(evaluation: Evaluation, indicator: Indicator, level: int) -> Scored:
    """Add up the parts; what the group itself prints is for the checks, but for a weight that no part has."""
    parts = tuple(_row(evaluation, child, level + 1) for child in indicator.children)
    weight = _sum(part.weight for part in parts)
    if weight is None:
        weight = points(indicator.weight, evaluation.template.full_mark)
    total = _sum(part.score for part in parts)
    missing = [part.name for part in parts if part.score is None]
    step = (
        Said(f"{'、'.join(missing)}没有得分。", f"{PART_MISSING}: no score follows for {', '.join(missing)}.")
        if total is None
        else Said(
            f"下级{len(parts)}行得分之和为{told_zh(total)}。" if parts[1:] else f"下级仅一行，得分{told_zh(total)}。",
            f"{'The sum of its ' + str(len(parts)) + ' parts' if parts[1:] else 'Its only part'} is {told(total)}.",
        )
    )
    return Scored(
        place=indicator.place,
        name=indicator.name,
        level=level,
        weight=weight,
        score=total,
        stated=all(part.stated for part in parts),
        rate=None if total is None or not weight else total / weight,
        steps=(step,),
        children=parts,
    )


def _stated(evaluation: Evaluation, indicator: Indicator, level: int, weight: Fraction | None) -> Scored:
    given = points(indicator.score, evaluation.template.full_mark)
    steps = [
        Said(
            f"得分{indicator.score}由人评定，未说明如何得出。",
            f"{indicator.score} was given by people; nothing says how it comes about.",
        )
    ]
    if given is None:
        steps = [
            Said("未载得分，也无可衡量的指标。", f"{SCORE_MISSING}: no score is printed, and nothing is measured.")
        ]
    elif weight is not None and given > weight:
        steps.append(
            Said(
                f"高于分值{told_zh(weight)}，照录。",
                f"It is above the weight of {told(weight)}, and taken as it is printed.",
            )
        )
    rate = None if given is None or not weight else given / weight
    return Scored(indicator.place, indicator.name, level, weight, given, stated=True, rate=rate, steps=tuple(steps))


def _measured(evaluation: Evaluation, measure: Measure) -> Found:
    try:
        if measure.method and measure.method.kind is MethodKind.EXECUTION_RATE:
            return _executed(evaluation, measure)
        if measure.nature is Nature.QUALITATIVE:
            share, met, step = judged(evaluation, measure)
            return share, met, None, (step,)
    except CannotTell as cannot:
        return None, None, None, (cannot.step,)
    stand = standing(measure)
    if stand.met is None:
        return None, None, None, stand.steps
    try:
        share, step = earned(measure.method, stand)
    except CannotTell as cannot:
        return None, stand.met, stand.completion, (*stand.steps, cannot.step)
    return share, stand.met, stand.completion, (*stand.steps, step)


def _executed(evaluation: Evaluation, measure: Measure | None) -> Found:
    """Give the rate as the share, and at most the whole weight."""
    rate, step = execution_rate(evaluation, measure)
    return min(rate, WHOLE), None, rate, (step,)


def _leaf(place: str, name: str, level: int, weight: Fraction | None, found: Found) -> Scored:
    share, met, completion, steps = found
    given = None if share is None or weight is None else share * weight
    if given is not None and weight is not None and share is not None:
        zh = f"分值{told_zh(weight)} × {told_zh(share)} = {told_zh(given)}分。"
        steps = (*steps, Said(zh, f"{told(share)} of the weight {told(weight)} is {told(given)}."))
    elif share is not None:
        steps = (*steps, Said("未载分值。", f"{WEIGHT_MISSING}: no weight is stated."))
    return Scored(
        place, name, level, weight, given, stated=False, rate=share if weight else None, met=met, completion=completion,
        steps=steps,
    )  # fmt: skip


def _funds(evaluation: Evaluation) -> Scored | None:
    """Score the row of all funds; None where there is none. Without a weight it only shows its rate."""
    row = total_row(evaluation)
    if row is None:
        return None
    weight = points(row.weight, evaluation.template.full_mark)
    try:
        found = _executed(evaluation, None)
    except CannotTell as cannot:
        found = None, None, None, (cannot.step,)
    if weight is None:
        said = Said(
            "资金执行率不单列分值，不计入总分。",
            "The funds carry no weight of their own, and are no part of the total.",
        )
        steps = (*found[3], said)
        return _leaf(row.place, row.source, 1, None, (None, None, found[2], steps))
    return _leaf(row.place, row.source, 1, weight, found)


def _grade(evaluation: Evaluation, counted: Sequence[Scored]) -> str | None:
    """Give the grade that every possible total has; None where open rows could change it."""
    least = sum((_least(row) for row in counted), start=Fraction(0))
    most = _sum(_most(row) for row in counted)
    if most is None:
        return None
    grade = grade_of(evaluation, least)
    return grade if grade == grade_of(evaluation, most) else None


def _least(row: Scored) -> Fraction:
    if row.score is not None:
        return row.score
    return sum((_least(part) for part in row.children), start=Fraction(0))


def _most(row: Scored) -> Fraction | None:
    if row.score is not None:
        return row.score
    return _sum(_most(part) for part in row.children) if row.children else row.weight


def _sum(values: Iterable[Fraction | None]) -> Fraction | None:
    """Add exactly; None where one is not known, and where there is none."""
    listed = list(values)
    known = [value for value in listed if value is not None]
    return sum(known, start=Fraction(0)) if known and len(known) == len(listed) else None
