"""评分方法: from a target that was missed to the share of the weight that is still earned."""

from collections.abc import Sequence
from fractions import Fraction

from app.rules.evaluations.standings import Standing
from app.rules.evaluations.telling import CannotTell, Said, told, told_zh
from app.rules.evaluations.values import Method, MethodKind, Step

METHOD_MISSING = "method-missing"
METHOD_DOES_NOT_FIT = "method-does-not-fit"
STEPS_MISSING = "steps-missing"
NO_RATIO = "no-ratio"

WHOLE = Fraction(1)
NOTHING = Fraction(0)
_RATIOS = frozenset({MethodKind.PROPORTIONAL, MethodKind.STEPPED, MethodKind.INTERPOLATED})
"""Methods that need actual ÷ target, or its inverse."""


def needs_ratio(method: Method | None) -> bool:
    """Say whether a method divides by the target or the actual where the target is missed."""
    return method is not None and method.kind in _RATIOS


def earned(method: Method | None, stand: Standing) -> tuple[Fraction, Said]:
    """Give the share of the weight for a target that is met or missed, and the sentence that says why.

    A target that is met earns all of it, whatever the method (domain.md section 8). Raises CannotTell where nothing
    says what is earned.
    """
    if stand.met:
        return WHOLE, Said("达到指标值，得满分。", "The target is met, which earns the full weight.")
    if method is None:
        raise CannotTell(
            METHOD_MISSING,
            "未达到指标值，且未规定此时如何得分。",
            "The target is missed, and no method says what is earned then.",
        )
    if method.kind is MethodKind.ALL_OR_NOTHING:
        return NOTHING, Said(
            "未达到指标值，不得分（达标才得分）。", "The target is missed, which earns nothing (all or nothing)."
        )
    if not needs_ratio(method):
        raise CannotTell(
            METHOD_DOES_NOT_FIT,
            "该评分方法不适用于有指标值的数字。",
            f"{method.kind} is no method for a figure with a target.",
        )
    if stand.completion is None:
        raise CannotTell(
            NO_RATIO,
            "按比例计分，指标值与完成值须为大于零的确切数字。",
            "The target and the actual must both be exact and above zero for a ratio.",
        )
    if method.kind is MethodKind.PROPORTIONAL:
        share = min(WHOLE, stand.completion)
        return share, Said(
            f"按比例计：完成率{told_zh(stand.completion)}，得分值的{told_zh(share)}。",
            f"In proportion: {told(stand.completion)} of the target, so {told(share)} of the weight.",
        )
    if not method.steps:
        raise CannotTell(STEPS_MISSING, "评分方法未列分级。", f"The method {method.kind} states no steps.")
    return (_stepped if method.kind is MethodKind.STEPPED else _interpolated)(method.steps, stand.completion)


def _stepped(steps: Sequence[Step], completion: Fraction) -> tuple[Fraction, Said]:
    reached = [step for step in steps if step.at_least <= completion]
    if not reached:
        first = steps[0].at_least
        return NOTHING, Said(
            f"完成率{told_zh(completion)}低于第一级{told_zh(first)}，不得分。",
            f"A completion of {told(completion)} is below the first step, {told(first)}.",
        )
    step = reached[-1]
    said = f"A completion of {told(completion)} reaches the step from {told(step.at_least)}"
    zh = f"完成率{told_zh(completion)}达到{told_zh(step.at_least)}一级，得分值的{told_zh(step.share)}。"
    return step.share, Said(zh, f"{said}, which earns {told(step.share)} of the weight.")


def _interpolated(steps: Sequence[Step], completion: Fraction) -> tuple[Fraction, Said]:
    """Go in a straight line from one step to the next; below the first nothing is earned, above the last its share."""
    above = next((number for number, step in enumerate(steps) if completion < step.at_least), len(steps))
    if above in {0, len(steps)}:
        return _stepped(steps, completion)
    low, high = steps[above - 1], steps[above]
    way = (completion - low.at_least) / (high.at_least - low.at_least)
    share = low.share + (high.share - low.share) * way
    return share, Said(
        f"完成率{told_zh(completion)}在{told_zh(low.at_least)}与{told_zh(high.at_least)}之间，"
        f"插值得分值的{told_zh(share)}。",
        f"A completion of {told(completion)} lies between {told(low.at_least)} and {told(high.at_least)}, "
        f"which interpolates to {told(share)} of the weight.",
    )
