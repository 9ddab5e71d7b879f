"""Makes a figure again from the steps that explain it, knowing nothing of the program that wrote them."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import mul, sub, truediv
from typing import Any

Values = Sequence[Fraction]


def half_away(value: Fraction, places: int) -> Fraction:
    """Round to so many places, a half away from zero."""
    nearest = floor(abs(value) * 10**places + Fraction(1, 2))
    return Fraction(nearest if value >= 0 else -nearest, 10**places)


def in_band(value: Fraction, bands: Sequence[Mapping[str, str]]) -> Fraction:
    """Give the value of the one band that holds the figure."""
    tests: dict[str, Callable[[Fraction], bool]] = {
        "at_least": lambda edge: value >= edge,
        "above": lambda edge: value > edge,
        "below": lambda edge: value < edge,
        "at_most": lambda edge: value <= edge,
    }
    (held,) = [b for b in bands if all(test(Fraction(b[edge])) for edge, test in tests.items() if edge in b)]
    return Fraction(held["value"])


OPERATIONS: dict[str, Callable[[Values, Mapping[str, Any]], Fraction]] = {
    "add": lambda values, _: sum(values, Fraction(0)),
    "subtract": lambda values, _: reduce(sub, values),
    "multiply": lambda values, _: reduce(mul, values),
    "divide": lambda values, _: reduce(truediv, values),
    "least": lambda values, _: min(values),
    "greatest": lambda values, _: max(values),
    "floor": lambda values, _: Fraction(floor(values[0])),
    "ceiling": lambda values, _: Fraction(ceil(values[0])),
    "round": lambda values, step: half_away(values[0], step["places"]),
    "part": lambda v, _: half_away(v[0] * v[2] / v[1], 2) - half_away(v[0] * (v[2] - 1) / v[1], 2),
    "band": lambda values, step: in_band(values[0], step["bands"]),
}


def recompute(steps: Sequence[Mapping[str, Any]]) -> Fraction:
    """Make the last figure of written steps again, taking nothing from them but what was given and what was done."""
    known: dict[int, Fraction] = {}
    for step in steps:
        values = [known[number] for number in step["operands"]]
        given = step["operation"] == "given"
        known[step["number"]] = Fraction(step["value"]) if given else OPERATIONS[step["operation"]](values, step)
    return known[steps[-1]["number"]]
