"""What a workbook's number format makes of the number in a cell, without rounding away a digit or inventing one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

_DIGITS = Context(prec=15)
"""A spreadsheet keeps and shows 15 digits; what its file holds beyond them is the noise of binary fractions."""
_LARGEST_POWER = 21
_ASIAN_DATES = frozenset((*range(27, 37), *range(50, 59)))
"""Formats of dates that Chinese programs use by number alone."""
_LITERAL = r'(?:"[^"]*"|\\.|[ ¥￥$€（）()：:\u4e00-\u9fff≥≤<>=＝])*'
_PLAIN = re.compile(
    rf"(?P<before>{_LITERAL})(?P<digits>[#0?,]*[#0?](?:\.[0#?]+)?)(?P<after>{_LITERAL})(?P<percent>%?)(?P<end>{_LITERAL})"
)
_BRACKET = re.compile(r"\[[^\]]*\]")
_PADDING = re.compile(r"_.|\*.")
_UNQUOTED = re.compile(r'"([^"]*)"|\\(.)')
_FIRST_DAY = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_PHANTOM_DAY = 60
"""29 February 1900, which spreadsheets count and the calendar has not; days before it are off by one."""
_LAST_SERIAL = 2_958_465
_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as a text, with a sentence where the cell shows it otherwise."""

    text: str
    note: str | None = None


def format_code(number: int, own: Mapping[int, str]) -> str:
    """Give a format's code by its number: the workbook's own, or one of those that every program knows."""
    if number in own:
        return own[number]
    return "yyyy-mm-dd" if number in _ASIAN_DATES else BUILTIN_FORMATS.get(number, "General")


def shown(text: str, code: str, *, from_1904: bool = False) -> Shown:
    """Show a number that a cell holds; raises ValueError where it is none."""
    try:
        number = _DIGITS.create_decimal(text)
    except ArithmeticError:
        raise ValueError("no number") from None
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_POWER:
        raise ValueError("no number that can be written out")
    if is_date_format(code):
        return _day(number, from_1904=from_1904)
    section = _PADDING.sub("", _BRACKET.sub("", code.split(";", maxsplit=1)[0])).strip()
    if section in ("", "General", "@"):
        return Shown(_plain(number, 0))
    match = _PLAIN.fullmatch(section)
    if match is None:
        return Shown(_plain(number, 0), f"it is shown by the format '{code[:40]}'; the number that it holds is taken")
    return _formatted(number, match)


def _formatted(number: Decimal, match: re.Match[str]) -> Shown:
    """Write the number with the words, the sign of percent and at least the places that its format shows."""
    if match["percent"]:
        number = number.scaleb(2)
    fraction = match["digits"].partition(".")[2]
    places, most = len(fraction.rstrip("#?")), len(fraction)
    text = _plain(number, places)
    hidden = len(text.partition(".")[2]) - most
    before, after, end = (_words(match[name]) for name in ("before", "after", "end"))
    shown = f"{before}{text}{after}{match['percent']}{end}".strip()
    return Shown(shown, f"it shows {most} places and holds {most + hidden}; all are taken" if hidden > 0 else None)


def _plain(number: Decimal, places: int) -> str:
    text = f"{number.normalize():f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(places, '0')}" if fraction or places else whole


def _words(literal: str) -> str:
    return _UNQUOTED.sub(lambda found: found[1] if found[1] is not None else found[2], literal)


def _day(serial: Decimal, *, from_1904: bool) -> Shown:
    """Write a day, or an instant of it, as ISO 8601 has it."""
    if not 0 <= serial <= _LAST_SERIAL:
        raise ValueError("no day")
    days, share = divmod(serial, 1)
    if not from_1904 and days < _PHANTOM_DAY:
        days += 1
    day = datetime.combine(_FIRST_DAY[from_1904], datetime.min.time()) + timedelta(
        days=int(days), seconds=int((share * _SECONDS).to_integral_value())
    )
    return Shown(f"{day:%Y-%m-%d}" if share == 0 else f"{day:%Y-%m-%d %H:%M:%S}")
