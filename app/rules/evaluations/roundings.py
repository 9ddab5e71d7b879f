"""How a printed figure stands to what it follows from: rounded, cut off, from digits not shown, or a digit short."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from app.rules.evaluations.operands import Operand
from app.rules.evaluations.printed import half_up, truncated
from app.rules.evaluations.telling import Said
from app.rules.evaluations.values import Comparison, Verdict
from app.rules.money import exact

_TELLING_DIGITS = 4
"""A shorter figure is any other one with a digit less."""


def verdict_of(value: Fraction, printed: Fraction, places: int) -> Verdict:
    """Hold an exact value against the printed one of so many places, both in the unit printed."""
    if Fraction(Decimal(half_up(value, places))) != printed:
        return Verdict.MISMATCH
    is_cut = Fraction(Decimal(truncated(value, places))) == printed
    return Verdict.MATCH if is_cut else Verdict.MATCH_HALF_UP


def compared(  # noqa: PLR0913 a comparison is what it is of, both figures and what can be said of them
    key: str,
    place: str,
    quantity: str,
    size: Fraction,
    printed: Operand,
    *,
    hidden: Said | None = None,
    mismatch: Verdict = Verdict.MISMATCH,
    remarks: Iterable[Said] = (),
) -> Comparison:
    """Hold a size, in the base unit, against a printed figure; `hidden` is said where only digits not shown explain it.

    `mismatch` is the verdict where it does not follow.
    """
    value, shown = size / printed.scale, printed.value
    verdict = mismatch if shown is None else verdict_of(value, shown, printed.places)
    said = list(remarks)
    if shown is not None and verdict is Verdict.MATCH_HALF_UP:
        cut = truncated(value, printed.places)
        said.append(Said(f"四舍五入可得；截尾则为{cut}", f"rounding half up gives it; cutting off gives {cut}"))
    if shown is not None and verdict is Verdict.MISMATCH:
        verdict = mismatch
        said += _explanations(value, shown, printed.places, hidden)
    return Comparison(
        key=key,
        place=place,
        quantity=quantity,
        published=printed.text,
        recomputed=printed.write(size),
        exact=value,
        verdict=verdict,
        remarks=tuple(one.en for one in said),
        remarks_zh=tuple(one.zh for one in said),
    )


def hidden_in_ratio(first: Operand, divisor: Fraction, printed: Operand) -> Said | None:
    """Say from which unrounded dividends, shown as `first`, the printed rate would follow; None where from none.

    The divisor, in its base unit, is taken as exact.
    """
    if first.size is None or printed.size is None or divisor <= 0 or not first.half_a_place:
        return None
    half = Fraction(1, 2 * 10**printed.places) * printed.scale
    low = max(first.size - first.half_a_place, divisor * (printed.size - half)) / first.scale
    high = min(first.size + first.half_a_place, divisor * (printed.size + half)) / first.scale
    if low >= high:
        return None
    span = f"[{exact(low)}, {exact(high)})"
    shown = first.text or first.label
    return Said(
        f"未显示的小数也可解释：{span}内的数显示为{shown}并可得{printed.text}",
        f"digits not shown could explain it: a figure in {span} is displayed as {shown} and gives {printed.text}",
    )


def hidden_in_parts(parts: Iterable[Operand], size: Fraction, printed: Operand) -> Said | None:
    """Say that digits not shown of added or subtracted parts can make up the difference; None where they cannot."""
    if printed.size is None:
        return None
    spread = sum((part.half_a_place for part in parts), printed.half_a_place)
    if abs(size - printed.size) > spread or not spread:
        return None
    return Said(
        f"各项未显示的小数最多相差{exact(spread / printed.scale)}，可以解释",
        f"digits not shown of its parts may differ by up to {exact(spread / printed.scale)}, which could explain it",
    )


def lost_digit(recomputed: str, printed: str) -> str | None:
    """Give the digit without which the recomputed figure reads as the printed one: "5" of 11265140.7 and 1126140.7."""
    if len(printed) < _TELLING_DIGITS or len(recomputed) != len(printed) + 1:
        return None
    for number, digit in enumerate(recomputed):
        if recomputed[:number] + recomputed[number + 1 :] == printed and digit.isdigit():
            return digit
    return None


def digit_short(size: Fraction, printed: Operand) -> str | None:
    """Give the digit that a printed figure is short of, were it a size given in the base unit; None where none is."""
    if printed.value is None:
        return None
    return lost_digit(half_up(size / printed.scale, printed.places), half_up(printed.value, printed.places))


def _explanations(value: Fraction, printed: Fraction, places: int, hidden: Said | None) -> list[Said]:
    shown, cut = half_up(printed, places), truncated(value, places)
    apart = half_up(abs(value - printed), places)
    found = [Said(f"相差{apart}", f"it is off by {apart}")]
    if cut == shown:
        found.append(Said(f"截尾可得{shown}，四舍五入则不然", f"cutting off gives {shown}, rounding half up does not"))
    digit = lost_digit(half_up(value, places), shown)
    if digit is not None:
        found.append(Said(f"缺一位数字“{digit}”即可解释", f"a lost digit {digit} would explain it"))
    return found + ([hidden] if hidden else [])
