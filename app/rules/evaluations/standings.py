"""How a measured actual stands to its target: met or missed, and how much of it is reached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

from app.rules.evaluations.printed import comparable, read, read_range, states_nothing
from app.rules.evaluations.reading_words import told as told_warning
from app.rules.evaluations.telling import CannotTell, Said, told, told_zh
from app.rules.evaluations.values import Measure, Nature, Printed, RollUp

ACTUAL_MISSING = "actual-missing"
ACTUAL_UNREADABLE = "actual-unreadable"
TARGET_MISSING = "target-missing"
TARGET_UNREADABLE = "target-unreadable"
RANGE_WITHOUT_END = "range-without-end"
RANGE_UPSIDE_DOWN = "range-upside-down"
UNITS_DIFFER = "units-differ"
ROLL_UP_MISSING = "roll-up-missing"
BOUND_DECIDES_NOTHING = "bound-decides-nothing"

MET = Fraction(1)
"""The completion at which a target is met."""
_LOWER_BOUNDS = frozenset("≥>")
_UPPER_BOUNDS = frozenset("≤<")


@dataclass(frozen=True, slots=True)
class Sized:
    """A figure in its base unit, as it was written; `printed` shows its unit, `bound` an operator beside it."""

    size: Fraction
    shown: str
    printed: Printed
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a comparison says: `met` None where it cannot be told, `why` then a code, and sentences in any case.

    `completion` is actual ÷ target where at least it is wanted, target ÷ actual where at most it is, 1 for a range
    that is met; None where one of both is not above zero, since a ratio says nothing then.
    """

    met: bool | None
    completion: Fraction | None
    steps: tuple[Said, ...]
    why: str | None = None


def standing(measure: Measure) -> Standing:
    """Hold the actual of a measure that is no qualitative one against its target; units convert exactly."""
    steps: list[Said] = []
    try:
        low, high = _ends(measure, steps)
        actual = _actual(measure, steps)
        sides = [side for side in (low, high) if side is not None]
        _one_kind([*sides, actual])
    except CannotTell as cannot:
        return Standing(None, None, (*steps, cannot.step), cannot.code)
    steps += [
        Said(
            f"{side.shown}的读法：{'、'.join(told_warning(one).zh for one in side.printed.warnings)}。",
            f"{side.shown} was read with: {', '.join(side.printed.warnings)}.",
        )
        for side in (*sides, actual)
        if side.printed.warnings
    ]
    met = _met(actual, low.size if low else None, high.size if high else None)
    (wanted_zh, wanted), reached = _wanted(low, high), f"{actual.bound or ''}{actual.shown}"
    if met is None:
        code = BOUND_DECIDES_NOTHING
        why = Said(
            f"完成值{reached}只是界限，不能断定是否{wanted_zh}。",
            f"{code}: {reached} is a bound, which does not decide {wanted}.",
        )
        return Standing(None, None, (*steps, why), code)
    steps.append(
        Said(
            f"完成值{reached}与指标值（{wanted_zh}）相比：{'达到' if met else '未达到'}。",
            f"{reached} is held against {wanted}: {'met' if met else 'missed'}.",
        )
    )
    return Standing(met, None if actual.bound else _completion(actual.size, low, high), tuple(steps))


def _ends(measure: Measure, steps: list[Said]) -> tuple[Sized | None, Sized | None]:
    """Give the lower and the upper end of what is wanted."""
    if measure.nature is Nature.RANGE:
        return _range(measure)
    if measure.target is None and any(unit.target for unit in measure.units):
        targets = [
            _sized(unit.target, measure.unit, f"{unit.name}'s target", TARGET_MISSING, TARGET_UNREADABLE)
            for unit in measure.units
        ]
        target = _rolled(targets, measure.roll_up, "targets", steps)
    else:
        target = _sized(measure.target, measure.unit, "the target", TARGET_MISSING, TARGET_UNREADABLE)
    return (
        None if measure.nature is Nature.AT_MOST else target,
        None if measure.nature is Nature.AT_LEAST else target,
    )


def _range(measure: Measure) -> tuple[Sized, Sized]:
    both = None if measure.target_to else read_range(measure.target or "", measure.unit)
    if both:
        low, high = (Sized(end.size or Fraction(0), _shown(end), end) for end in both)
    else:
        low = _sized(measure.target, measure.unit, "the lower end", TARGET_MISSING, TARGET_UNREADABLE)
        high = _sized(measure.target_to, measure.unit, "the upper end", RANGE_WITHOUT_END, TARGET_UNREADABLE)
    if low.size > high.size:
        raise CannotTell(
            RANGE_UPSIDE_DOWN,
            f"区间{low.shown}至{high.shown}上下颠倒。",
            f"A range from {low.shown} to {high.shown} holds nothing.",
        )
    return low, high


def _actual(measure: Measure, steps: list[Said]) -> Sized:
    if not measure.units:
        actual = _sized(measure.actual, measure.unit, "the actual", ACTUAL_MISSING, ACTUAL_UNREADABLE)
        if measure.exact is None or measure.exact * actual.printed.scale == actual.size:
            return actual
        unit = actual.printed.unit or ""
        steps.append(
            Said(
                f"按记录计算为{told_zh(measure.exact)}{unit}，显示为{actual.shown}；评分用未舍入的数。",
                f"The record gives {told(measure.exact)}{unit}, shown as {actual.shown}; it counts unrounded.",
            )
        )
        return replace(actual, size=measure.exact * actual.printed.scale)
    actuals = [
        _sized(unit.actual, measure.unit, f"{unit.name}'s actual", ACTUAL_MISSING, ACTUAL_UNREADABLE)
        for unit in measure.units
    ]
    return _rolled(actuals, measure.roll_up, "actuals", steps)


def _sized(text: str | None, unit: str | None, what: str, missing: str, unreadable: str) -> Sized:
    printed = read(text or "", unit)
    if printed.size is not None:
        operator = printed.operator if printed.operator in _LOWER_BOUNDS | _UPPER_BOUNDS else None
        return Sized(printed.size, _shown(printed), printed, operator)
    column = "指标值" if missing == TARGET_MISSING else "区间上限" if missing == RANGE_WITHOUT_END else "完成值"
    what = what[0].upper() + what[1:]
    if states_nothing(printed):
        raise CannotTell(missing, f"未填{column}。", f"{what} is not stated.")
    why = "、".join(told_warning(one).zh for one in printed.warnings)
    raise CannotTell(
        unreadable,
        f"{column}“{text}”不是一个数字（{why}）。",
        f"{what} {text!r} is no single figure ({', '.join(printed.warnings)}).",
    )


def _rolled(parts: Sequence[Sized], roll_up: RollUp | None, what: str, steps: list[Said]) -> Sized:
    """Make one value of several units', before any score is taken."""
    if roll_up is None:
        raise CannotTell(
            ROLL_UP_MISSING,
            f"未说明{len(parts)}个单位的数字相加还是平均。",
            f"Nothing says whether the {what} of {len(parts)} units are added or averaged.",
        )
    _one_kind(parts)
    total = sum((part.size for part in parts), start=Fraction(0))
    size = total if roll_up is RollUp.SUM else total / len(parts)
    # The part with a unit stands for all: a bare number beside it is of the same kind.
    like = next((part.printed for part in parts if part.printed.unit), parts[0].printed)
    bounds = {part.bound for part in parts}
    if len(bounds) > 1:
        raise CannotTell(
            BOUND_DECIDES_NOTHING,
            "确切数字与界限混用，得不出一个数。",
            f"Exact {what} and bounds together make no single value.",
        )
    shown = f"{told(size / like.scale)}{like.unit or ''}"
    listed = ", ".join(part.shown for part in parts)
    column = "指标值" if what == "targets" else "完成值"
    way, shown_zh = "之和" if roll_up is RollUp.SUM else "的平均", f"{told_zh(size / like.scale)}{like.unit or ''}"
    steps.append(
        Said(
            f"各单位{column}{listed.replace(', ', '、')}{way}为{shown_zh}。",
            f"The {roll_up} of the {what} {listed} is {shown}.",
        )
    )
    return Sized(size, shown, like, bounds.pop())


def _one_kind(parts: Sequence[Sized]) -> None:
    """Raise where the figures cannot be held against one another."""
    kinds = {(part.printed.unit, part.printed.base_unit): part for part in parts}
    for one, other in combinations(kinds.values(), 2):
        if not comparable(one.printed, other.printed):
            raise CannotTell(
                UNITS_DIFFER,
                f"{one.shown}与{other.shown}单位不同。",
                f"{one.shown} and {other.shown} cannot be compared.",
            )


def _met(actual: Sized, low: Fraction | None, high: Fraction | None) -> bool | None:
    """Decide by the actual, or by all values that its bound leaves open; None where some meet it and some do not."""
    least = None if actual.bound in _UPPER_BOUNDS else actual.size
    most = None if actual.bound in _LOWER_BOUNDS else actual.size
    if (low is None or (least is not None and least >= low)) and (high is None or (most is not None and most <= high)):
        return True
    below = low is not None and most is not None and (most < low or (actual.bound == "<" and most == low))
    above = high is not None and least is not None and (least > high or (actual.bound == ">" and least == high))
    return False if below or above else None


def _completion(actual: Fraction, low: Sized | None, high: Sized | None) -> Fraction | None:
    """Give how much is reached, against the end that was missed."""
    if low and high and low.size <= actual <= high.size:
        return MET
    end = low.size if low and (high is None or actual < low.size) else high.size if high else Fraction(0)
    if actual <= 0 or end <= 0:
        return None
    return actual / end if low and (high is None or actual < low.size) else end / actual


def _wanted(low: Sized | None, high: Sized | None) -> tuple[str, str]:
    """Say in Chinese and in English what is wanted."""
    if low and high:
        if low is high:
            return f"等于{low.shown}", f"exactly {low.shown}"
        return f"{low.shown}至{high.shown}", f"{low.shown} to {high.shown}"
    if low:
        return f"不低于{low.shown}", f"at least {low.shown}"
    shown = high.shown if high else ""
    return f"不高于{shown}", f"at most {shown}"


def _shown(printed: Printed) -> str:
    return f"{printed.value}{printed.unit or ''}"
