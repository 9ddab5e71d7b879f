"""The warnings of a figure that was read, or of one that was not, in words."""

from collections.abc import Mapping

from app.rules.evaluations.telling import Said

WARNINGS: Mapping[str, Said] = {
    "stray-point": Said("多余的句点", "a stray full stop"),
    "no-leading-zero": Said("小数点前缺零", "no zero before the point"),
    "words-overlooked": Said("夹有文字", "words around it"),
    "unknown-unit": Said("单位不识", "an unknown unit"),
    "approximate": Said("约数", "an approximate figure"),
    "operators-differ": Said("前后符号不一", "two operators"),
    "percent-with-currency": Said("百分数带货币单位", "a percentage with a currency"),
    "percent-with-unit": Said("百分数带单位", "a percentage with a unit"),
    "no-figure": Said("没有数字", "there is no figure"),
    "several-figures": Said("多个数字", "several figures"),
    "range": Said("区间", "a range"),
    "fraction": Said("分数", "a fraction"),
    "wrong-grouping": Said("千分位有误", "thousands set apart wrongly"),
    "unreadable": Said("无法读取", "it cannot be read"),
    "too-long": Said("过长", "it is too long"),
}
"""What had to be overlooked to read a figure, or why it cannot be read."""


def told(warning: str) -> Said:
    """Say a warning in Chinese and English; one without words is said by its code."""
    return WARNINGS.get(warning, Said(warning, warning))
