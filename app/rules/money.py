"""Amounts in whole fen and figures in whole hundredths: how they are read, written and rounded, always exactly."""

import re
from decimal import Decimal
from fractions import Fraction

# Fifteen digits before the point are more than any contract, and their hundredths fit into 64 bits.
_TWO_PLACES = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?")
_SHOWN_PLACES = 6
_LONGEST_DECIMAL = 12


def parse_yuan(text: str) -> int:
    """Read an amount in yuan such as "938761.72" as fen.

    At most two decimals, a minus in front where it is negative, nothing else; ValueError otherwise.
    """
    return _read(text, 'an amount in yuan is written like "938761.72", with at most two decimals')


def yuan(fen: int) -> str:
    """Write fen as an amount in yuan with two decimals: 93876172 is "938761.72"."""
    return format_hundredths(fen)


def parse_hundredths(text: str) -> int:
    """Read a score or a percentage such as "89.50" as hundredths; written as yuan are, ValueError otherwise."""
    return _read(text, 'a figure is written like "89.50", with at most two decimals')


def format_hundredths(hundredths: int) -> str:
    """Write hundredths with two decimals: 8950 is "89.50"."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02}"


def round_half_away(value: Fraction | Decimal | int, places: int) -> Decimal:
    """Round to so many decimal places, a half away from zero (四舍五入): 0.125 is 0.13, and -0.125 is -0.13."""
    # The decimal is built from its text, since arithmetic on decimals would round a second time after 28 digits.
    return Decimal(f"{rounded(Fraction(value) * Fraction(10) ** places)}E{-places}")


def rounded(value: Fraction) -> int:
    """Round an exact figure to a whole number, a half away from zero: fen, where the value is in fen."""
    # Whole numbers alone, since this is done for every amount: n ÷ d and a half, downwards, is n ÷ d rounded half up.
    numerator, denominator = value.numerator, value.denominator
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def exact(value: Fraction, places: int = 0) -> str:
    """Write a figure so that nothing is lost: as a decimal of `places` or more where it ends, else as "p/q".

    One that ends only after more than twelve places is written as a fraction, too.
    """
    numerator, denominator = value.numerator, value.denominator
    unit = 10**places
    while unit % denominator and places < _LONGEST_DECIMAL:
        places, unit = places + 1, unit * 10
    if unit % denominator:
        return f"{numerator}/{denominator}"
    whole, rest = divmod(abs(numerator) * (unit // denominator), unit)
    written = f"{whole}.{rest:0{places}}" if places else str(whole)
    return f"-{written}" if numerator < 0 else written


def hundredths(value: Fraction) -> int:
    """Round an exact figure once, to whole hundredths, a half away from zero: 1/8 is 13."""
    return rounded(value * 100)


def figure(value: Fraction | Decimal | int) -> str:
    """Write an exact figure for a calculation's steps: at least two places, "88.00".

    A figure that does not end within six places is cut there and says so, "77.840909…", so that nobody takes what
    is printed for what is reckoned with.
    """
    whole_value = Fraction(value)
    scaled = abs(whole_value) * 10**_SHOWN_PLACES
    whole, places = divmod(int(scaled), 10**_SHOWN_PLACES)
    written = f"{places:0{_SHOWN_PLACES}}"
    written = written.rstrip("0").ljust(2, "0") if scaled.denominator == 1 else f"{written}…"
    return f"{'-' if whole_value < 0 else ''}{whole}.{written}"


def _read(text: str, expected: str) -> int:
    written = _TWO_PLACES.fullmatch(text)
    if written is None:
        raise ValueError(f"{expected}, not {text!r}")
    minus, whole, places = written.groups(default="")
    return int(f"{minus}{whole}{places:0<2}")
