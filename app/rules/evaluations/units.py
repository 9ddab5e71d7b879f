"""Units as reports print them: what one of each is in its base unit, and what may be held against what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

YUAN = "元"
PERCENT = "%"

_MULTIPLES: Mapping[str, int] = {"万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3}
"""Longest first: 千万 is not 千 of something called 万."""
_SHARES: Mapping[str, Fraction] = {PERCENT: Fraction(1, 100), "‰": Fraction(1, 1000)}
_SAME = {
    "平方米": "㎡",
    "m²": "㎡",
    "日": "天",
    "名": "人",
    "元整": YUAN,
    "圆": YUAN,
    "CNY": YUAN,
    "RMB": YUAN,
    "H": "小时",
}
"""Spellings of one unit; what is the same only to some readers (家 and 户, 天 and 工作日) is left apart."""
_COUNTED = frozenset(
    re.split(
        ",",
        "件,人,人次,天,工作日,年,月,个月,季度,周,小时,分钟,秒,分,个,项,次,户,家,元,㎡,台,套,条,份,笔,宗,例,起,部,辆,张,"
        "面,封,篇,场,期,批,批次,本,册,门,所,处,座,间,位,组,队,支,只,根,米,公里,千米,吨,公斤,千克,亩,度,倍,级,种,类,科,"
        "课时,学时,班,班次,项次,户次,个百分点,窗口",
    )
)
"""Units met in such tables; another one is read too, with a warning."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, what one of it is in its base (万元: 10000 of 元), and whether we know it."""

    text: str
    base: str
    scale: Fraction
    known: bool = True

    @property
    def is_share(self) -> bool:
        """Say whether it is a percentage or a part of a thousand."""
        return self.text in _SHARES

    @property
    def is_multiple(self) -> bool:
        """Say whether it only multiplies, without saying of what (万)."""
        return self.text in _MULTIPLES


_NUMERALS = "一二三四五六七八九十"
"""元/三年 is an amount for three years."""

BARE = Unit("", "", Fraction(1))
"""A number without a unit."""


def unit_of(text: str) -> Unit:
    """Read a unit's name, already in half-width characters and without spaces; an unknown one is its own base."""
    if not text:
        return BARE
    if text in _SHARES:
        return Unit(text, "", _SHARES[text])
    if text in _MULTIPLES:
        return Unit(text, "", Fraction(_MULTIPLES[text]))
    counted, slash, per = text.partition("/")
    base, scale = _base(counted)
    if base is None:
        return Unit(text, text, Fraction(1), known=False)
    if not slash:
        return Unit(text, base, scale)
    below, below_scale = _base(per.lstrip(_NUMERALS))
    known = below is not None and below_scale == 1
    return Unit(text, f"{base}/{_SAME.get(per, per)}", scale, known=known)


def _base(name: str) -> tuple[str | None, Fraction]:
    """Give a counted unit's base and scale; no base where it is not known."""
    plain = _SAME.get(name, name)
    if plain in _COUNTED:
        return plain, Fraction(1)
    for multiple, times in _MULTIPLES.items():
        if name.startswith(multiple):
            rest = name.removeprefix(multiple)
            plain = _SAME.get(rest, rest)
            return (plain, Fraction(times)) if plain in _COUNTED else (None, Fraction(1))
    return None, Fraction(1)
