"""Figures as reports print them: read exactly or not at all, with a warning for all that had to be overlooked.

`unit` stays as written, in half-width characters; `base_unit` and `scale` say what can be compared. 万 by itself only
multiplies: its base is that of the column's unit, or "" where the column names none. Nothing stated ("—", "") has
neither a value nor a warning; what stands there but is no single figure has no value and one warning that says why.
"""

import re
from decimal import Decimal
from fractions import Fraction

from app.rules.evaluations.units import BARE, PERCENT, YUAN, Unit, unit_of
from app.rules.evaluations.values import Printed
from app.rules.money import round_half_away

STRAY_POINT = "stray-point"
PERCENT_WITH_CURRENCY = "percent-with-currency"
PERCENT_WITH_UNIT = "percent-with-unit"
UNKNOWN_UNIT = "unknown-unit"
WORDS_OVERLOOKED = "words-overlooked"
APPROXIMATE = "approximate"
OPERATORS_DIFFER = "operators-differ"
NO_LEADING_ZERO = "no-leading-zero"

NO_FIGURE = "no-figure"
SEVERAL_FIGURES = "several-figures"
IS_RANGE = "range"
IS_FRACTION = "fraction"
WRONG_GROUPING = "wrong-grouping"
UNREADABLE = "unreadable"
TOO_LONG = "too-long"

MOST_DIGITS = 24
"""Fifteen before the point, as for money, and as many behind it as a rate is printed with; what is longer is a slip."""
MOST_TEXT = 500
"""A cell with a figure is shorter; a longer one is prose."""
_LONGEST_UNIT = 8
_MYRIAD = 10_000
_NEARLY = Fraction(1, 100)
"""Two prints of one amount differ by their rounding, or a mistyped digit far behind: by less than a hundredth."""

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): narrow for wide, narrow in zip("￥−﹣。﹪≧⩾≦⩽", "¥--.%≥≥≤≤", strict=True)
}
_BLANK = re.compile(r"[-—–―_/\\\s]*|无")
_WORDS_OF = {
    "≥": ("大于或等于", "大于等于", "不低于", "不少于", "不小于", "至少", "最少", ">=", "=>", "≥"),
    "≤": ("小于或等于", "小于等于", "不高于", "不超过", "不多于", "不大于", "至多", "最多", "控制在", "<=", "=<", "≤"),
    ">": ("高于", "超过", "大于", "多于", ">"),
    "<": ("低于", "小于", "少于", "<"),
    "=": ("等于", "="),
    "≈": ("约", "近"),
}
_PREFIXES = {word: operator for operator, words in _WORDS_OF.items() for word in words}
"""In the order above: "大于等于" is found before "大于"."""
_SUFFIXES = {"及以上": "≥", "以上": "≥", "及以下": "≤", "以下": "≤", "以内": "≤", "左右": "≈"}
"""以上, 以下 and 以内 take their own figure in, as in laws."""
_FILLERS = ("合计", "共计", "累计", "达到", "完成", "实际", "共", "达", "为")
"""Words before a figure that change nothing of it."""
_NUMBER = r"[0-9]+(?:,[0-9]+)*(?:\.[0-9]+)?|\.[0-9]+"
_WHOLE = re.compile(
    rf"(?P<before>[^0-9.+\-]*)(?P<sign>[+\-]?)(?P<currency>¥?)(?P<number>{_NUMBER})(?P<point>\.?)(?P<after>[^0-9.]*)"
)
_TOKEN = re.compile(_NUMBER)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_RATIO = re.compile(rf"(?:{_NUMBER})/(?:{_NUMBER})")
_RANGE = re.compile(r"(?P<low>.+?)(?:-|—{1,2}|–|~|至|到)(?P<high>.+)")
_REMARK = re.compile(r"\([^()]*\)$")


def read(text: str, unit: str | None = None) -> Printed:
    """Read one figure; `unit` is its column's, for a figure that carries none of its own. Never raises."""
    plain = "" if len(text) > MOST_TEXT else _plain(text)
    if _BLANK.fullmatch(plain):
        return _unread(text, *[TOO_LONG] * (len(text) > MOST_TEXT))
    remark = _REMARK.search(plain)
    bracketed = unit_of(remark[0][1:-1]) if remark else BARE
    if remark:
        plain = plain[: remark.start()] + (bracketed.text if bracketed.known else "")
    found = _WHOLE.fullmatch(plain)
    why = _why(plain) if found is None else _wrong_in(found["number"])
    if found is None or why:
        return _unread(text, *why)
    number = found["number"]
    before, after = _before(found["before"]), _after(found["after"], found["before"] + found["currency"])
    if before is None or after is None:
        return _unread(text, UNREADABLE)
    warnings = [STRAY_POINT] * bool(found["point"]) + [NO_LEADING_ZERO] * number.startswith(".")
    warnings += [WORDS_OVERLOOKED] * bool(before[1] or (remark and not bracketed.known)) + after[2]
    operator, doubts = _operator(before[0], after[1])
    own = _with_column(after[0], unit)
    return Printed(
        text=text,
        value=Decimal(found["sign"] + number.replace(",", "")),
        unit=own.text or None,
        base_unit=own.base,
        scale=own.scale,
        places=len(number.partition(".")[2]),
        operator=operator,
        warnings=tuple(warnings + doubts),
    )


def read_range(text: str, unit: str | None = None) -> tuple[Printed, Printed] | None:
    """Read "75%-80%" as its two ends; None where it is no range. An end without a unit has that of the other one."""
    found = _RANGE.fullmatch(_plain(text)) if len(text) <= MOST_TEXT else None
    if found is None:
        return None
    high = read(found["high"], unit)
    low = read(found["low"], high.unit or unit)
    return (low, high) if low.value is not None and high.value is not None else None


def states_nothing(printed: Printed) -> bool:
    """Say whether the cell was left empty, or struck out."""
    return printed.value is None and not printed.warnings


def is_share(printed: Printed) -> bool:
    """Say whether the figure is a percentage or a part of a thousand."""
    return printed.unit is not None and unit_of(_plain(printed.unit)).is_share


def comparable(a: Printed, b: Printed) -> bool:
    """Say whether the sizes of both figures are of one kind: 元 and 万元 are, 件 and 元 are not.

    万 by itself goes with all that is counted. A number without any unit goes with what has no multiple in it, since
    "1599.56" beside "1523.36万元" may mean either; neither goes with a percentage.
    """
    if a.value is None or b.value is None:
        return False
    if is_share(a) or is_share(b):
        return is_share(a) and is_share(b)
    if a.base_unit == b.base_unit:
        return bool(a.base_unit) or a.scale == b.scale or (a.unit is not None and b.unit is not None)
    bare = a if not a.base_unit else b
    other = b if bare is a else a
    return not bare.base_unit and (bare.unit is not None or other.scale == 1)


def off_by_ten_thousand(a: Printed, b: Printed) -> bool:
    """Say whether one figure is ten thousand times the other, but for a rounding: 元 was printed for 万元."""
    if not a.size or not b.size or is_share(a) != is_share(b):
        return False
    larger, smaller = max(abs(a.size), abs(b.size)), min(abs(a.size), abs(b.size))
    return abs(larger / smaller / _MYRIAD - 1) < _NEARLY


def half_up(value: Fraction, places: int) -> str:
    """Write a figure with so many decimals, a half rounded away from zero (四舍五入)."""
    return _without_minus_zero(f"{round_half_away(value, places):f}")


def truncated(value: Fraction, places: int) -> str:
    """Write a figure with so many decimals, what is behind them cut off (截尾)."""
    whole = abs(value.numerator) * 10**places // value.denominator
    digits = f"{whole:0{places + 1}}"
    written = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return _without_minus_zero(f"-{written}" if value < 0 else written)


def written(size: Fraction, places: int, unit: str = "", *, grouped: bool = False) -> str:
    """Write a size of the base unit in `unit`, with so many decimals, rounded half up: 15233600 is "1523.36万元".

    `grouped` sets thousands apart with commas.
    """
    figure = half_up(size / unit_of(_plain(unit)).scale, places)
    if grouped:
        whole, point, rest = figure.partition(".")
        figure = f"{int(whole):,}{point}{rest}" if whole != "-0" else figure
    return figure + unit


def _plain(text: str) -> str:
    """Give the text in half-width characters and without any space between a figure and its surroundings."""
    half = text.translate(_HALF_WIDTH)
    # A space within digits is kept: "2 430.88" may be one figure or two.
    return re.sub(r"(?<![0-9])\s+|\s+(?![0-9\s])|\s+$", "", half).replace("人民币", "")


def _unread(text: str, *why: str) -> Printed:
    return Printed(text, None, None, None, Fraction(1), 0, None, why)


def _why(plain: str) -> tuple[str, ...]:
    """Say why a text is not one figure."""
    tokens = _TOKEN.findall(plain)
    if not tokens:
        return (NO_FIGURE,)
    if _RATIO.fullmatch(plain):
        return (IS_FRACTION,)
    if not tokens[1:]:
        return (UNREADABLE,)
    return (SEVERAL_FIGURES if tokens[2:] or read_range(plain) is None else IS_RANGE,)


def _wrong_in(number: str) -> tuple[str, ...]:
    """Say what is wrong with the figure's own digits and commas."""
    if "," in number and not _GROUPED.fullmatch(number):
        return (WRONG_GROUPING,)
    return (TOO_LONG,) if sum(map(str.isdigit, number)) > MOST_DIGITS else ()


def _before(text: str) -> tuple[str | None, bool] | None:
    """Read what stands before a figure: its operator, and whether words were overlooked; None where it means more."""
    rest, operator, overlooked = text.removesuffix("¥").removesuffix(":"), None, False
    while rest:
        prefix = next((prefix for prefix in _PREFIXES if rest.startswith(prefix)), None)
        filler = next((filler for filler in _FILLERS if rest.startswith(filler)), None)
        if prefix and operator is None:
            operator, rest = _PREFIXES[prefix], rest.removeprefix(prefix)
        elif filler:
            overlooked, rest = True, rest.removeprefix(filler)
        else:
            return None
    return operator, overlooked


def _after(text: str, before: str) -> tuple[Unit, str | None, list[str]] | None:
    """Read what stands behind a figure: its unit, its operator and warnings; None where it means more."""
    suffix = next((suffix for suffix in _SUFFIXES if text.endswith(suffix)), "")
    name = text.removesuffix(suffix)
    operator = _SUFFIXES.get(suffix)
    sign = YUAN if before.endswith("¥") else ""
    if name.startswith(PERCENT):
        rest = name.removeprefix(PERCENT) or sign
        warning = _beside_percent(rest)
        return None if warning is None else (unit_of(PERCENT), operator, warning)
    unit = unit_of(name or sign)
    if sign and (unit.is_multiple or name.startswith("/")):
        name = name + sign if unit.is_multiple else sign + name
        unit = unit_of(name)
    if unit.known:
        return unit, operator, []
    spelt = all(letter.isalpha() or letter == "/" for letter in name)
    return (unit, operator, [UNKNOWN_UNIT]) if spelt and len(name) <= _LONGEST_UNIT else None


def _beside_percent(rest: str) -> list[str] | None:
    """Give the warning for a further unit behind a percent sign; None where it is no unit."""
    if not rest:
        return []
    unit = unit_of(rest)
    if not unit.known:
        return None
    return [PERCENT_WITH_CURRENCY if unit.base == YUAN else PERCENT_WITH_UNIT]


def _operator(prefix: str | None, suffix: str | None) -> tuple[str | None, list[str]]:
    if prefix and suffix and prefix != suffix:
        return None, [OPERATORS_DIFFER]
    operator = prefix or suffix
    return operator, [APPROXIMATE] if operator == "≈" else []


def _with_column(own: Unit, column: str | None) -> Unit:
    """Complete a figure's own unit by its column's: all of it where there is none, its base where 万 stands alone."""
    if column is None:
        return own
    heading = unit_of(_plain(column))
    if own is BARE:
        return heading
    if own.is_multiple and not heading.is_share:
        return Unit(own.text, heading.base, own.scale)
    return own


def _without_minus_zero(figure: str) -> str:
    return figure if figure.strip("-0.") else figure.removeprefix("-")
