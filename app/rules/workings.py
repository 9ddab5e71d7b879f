"""How an amount comes about: every figure is a step with what it was made of, so that anybody can make it again.

A `Working` is one calculation in the making; its `Figure`s carry exact values, and `steps` is the record of how each
was reached. Nothing is rounded but by the step `round`, which keeps the exact value in the step before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType
from typing import Any, NamedTuple

from app.rules import splitting
from app.rules.money import exact, figure, rounded


class Measure(StrEnum):
    """What a figure counts."""

    YUAN = "yuan"
    POINTS = "points"
    SHARE = "share"
    MONTHS = "months"
    DAYS = "days"
    TIMES = "times"


class Operation(StrEnum):
    """What a step does with its operands, in their order."""

    GIVEN = "given"
    """Taken from its source."""
    ADD = "add"
    SUBTRACT = "subtract"
    """The first less all the others."""
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    LEAST = "least"
    GREATEST = "greatest"
    FLOOR = "floor"
    CEILING = "ceiling"
    ROUND = "round"
    """To `places`, a half away from zero."""
    PART = "part"
    """Of [sum, parts, number]: round(sum × number ÷ parts) − round(sum × (number − 1) ÷ parts), each to 2 places."""
    BAND = "band"
    """The `value` of the one of `bands` that holds the operand."""


# A year of a contract has hundreds of steps, and a night reckons thousands of contracts: named tuples are made fast.
class Label(NamedTuple):
    """What a figure is called, in Chinese and English."""

    zh: str
    en: str


class Figure(NamedTuple):
    """An exact value, and the number of the step that gave it."""

    number: int
    value: Fraction


_NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


class Step(NamedTuple):
    """One step; `operands` are the numbers of earlier steps, `source` is where a given value can be read."""

    number: int
    operation: Operation
    operands: tuple[int, ...]
    value: Fraction
    measure: Measure
    label: Label
    source: str | None = None
    clause: str | None = None
    more: Mapping[str, Any] = _NOTHING_MORE

    def written(self) -> dict[str, Any]:
        """Give the step as data: exact values as decimals where they end, else as fractions `p/q`."""
        written: dict[str, Any] = {
            "number": self.number,
            "operation": self.operation.value,
            "operands": list(self.operands),
            "value": exact(self.value, 2 if self.measure is Measure.YUAN else 0),
            "measure": self.measure.value,
            "label": {"zh": self.label.zh, "en": self.label.en},
        }
        if self.source is not None:
            written["source"] = self.source
        if self.clause is not None:
            written["clause"] = self.clause
        return written | dict(self.more)


class Working:
    """One calculation: makes figures out of figures and writes down each step; `clause` points at what it carries out.

    `clause` is a JSON pointer into the terms, such as `/money/0`.
    """

    def __init__(self, clause: str | None = None) -> None:
        """Begin without a step."""
        self.clause = clause
        self._steps: list[Step] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give the steps so far."""
        return tuple(self._steps)

    def given(self, label: Label, value: Fraction | int, measure: Measure, source: str | None = None) -> Figure:
        """Take a value from its source; without one it is a figure that the clause itself states."""
        exactly = value if isinstance(value, Fraction) else Fraction(value)
        return self._step(Operation.GIVEN, (), exactly, measure, label, source=source)

    def fen(self, label: Label, fen: int, source: str | None = None) -> Figure:
        """Take an amount in fen from its source."""
        return self.given(label, Fraction(fen, 100), Measure.YUAN, source)

    def add(self, label: Label, *operands: Figure, measure: Measure = Measure.YUAN) -> Figure:
        """Add up."""
        return self._step(Operation.ADD, operands, _sum(operands), measure, label)

    def subtract(self, label: Label, first: Figure, *others: Figure, measure: Measure = Measure.YUAN) -> Figure:
        """Take the others from the first."""
        return self._step(Operation.SUBTRACT, (first, *others), first.value - _sum(others), measure, label)

    def multiply(self, label: Label, first: Figure, by: Figure, *, measure: Measure = Measure.YUAN) -> Figure:
        """Multiply."""
        return self._step(Operation.MULTIPLY, (first, by), first.value * by.value, measure, label)

    def divide(self, label: Label, first: Figure, by: Figure, *, measure: Measure = Measure.YUAN) -> Figure:
        """Divide the first by the second, exactly."""
        return self._step(Operation.DIVIDE, (first, by), first.value / by.value, measure, label)

    def least(self, label: Label, *operands: Figure, measure: Measure = Measure.YUAN) -> Figure:
        """Take the smallest."""
        return self._step(Operation.LEAST, operands, min(o.value for o in operands), measure, label)

    def greatest(self, label: Label, *operands: Figure, measure: Measure = Measure.YUAN) -> Figure:
        """Take the largest."""
        return self._step(Operation.GREATEST, operands, max(o.value for o in operands), measure, label)

    def floor(self, label: Label, operand: Figure, *, measure: Measure = Measure.POINTS) -> Figure:
        """Leave the fraction away."""
        return self._step(Operation.FLOOR, (operand,), Fraction(floor(operand.value)), measure, label)

    def ceiling(self, label: Label, operand: Figure, *, measure: Measure = Measure.POINTS) -> Figure:
        """Count a begun one as a whole one."""
        return self._step(Operation.CEILING, (operand,), Fraction(ceil(operand.value)), measure, label)

    def round(
        self, label: Label, operand: Figure, places: int, stage: str, *, measure: Measure = Measure.YUAN
    ) -> Figure:
        """Round once, a half away from zero; `stage` names where the clause says so."""
        value = Fraction(rounded(operand.value * 10**places), 10**places)
        more = {"places": places, "stage": stage}
        return self._step(Operation.ROUND, (operand,), value, measure, label, more=more)

    def part(self, label: Label, total: Figure, parts: Figure, number: Figure) -> Figure:
        """Give one of the equal parts of a sum of whole fen that add up to it (clauses.md section 4)."""
        whole = rounded(total.value * 100)
        if total.value * 100 != whole:
            raise ValueError(f"{total.value} yuan is not a whole number of fen to be parted")
        fen = splitting.part(whole, int(parts.value), int(number.value))
        return self._step(Operation.PART, (total, parts, number), Fraction(fen, 100), Measure.YUAN, label)

    def band(
        self, label: Label, operand: Figure, value: Fraction, bands: Iterable[Mapping[str, Any]], measure: Measure
    ) -> Figure:
        """Look up what the band that holds the operand gives; `bands` are the clause's own, with their edges."""
        more = {"bands": [dict(band) for band in bands]}
        return self._step(Operation.BAND, (operand,), value, measure, label, more=more)

    def absorb(self, steps: Sequence[Step]) -> Figure:
        """Take another calculation's steps over, in their order, and give the figure that it ended with."""
        if not steps:
            raise ValueError("a calculation without a step has no figure")
        moved = len(self._steps)
        self._steps += (
            step._replace(number=step.number + moved, operands=tuple(operand + moved for operand in step.operands))
            for step in steps
        )
        return Figure(len(self._steps), steps[-1].value)

    def _step(
        self,
        operation: Operation,
        operands: tuple[Figure, ...],
        value: Fraction,
        measure: Measure,
        label: Label,
        *,
        source: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Figure:
        number = len(self._steps) + 1
        numbers = tuple([operand.number for operand in operands])
        made = Step(number, operation, numbers, value, measure, label, source, self.clause, more or _NOTHING_MORE)
        self._steps.append(made)
        return Figure(number, value)


def _sum(operands: Sequence[Figure]) -> Fraction:
    if not operands:
        return Fraction(0)
    total = operands[0].value
    for operand in operands[1:]:
        total += operand.value
    return total


_LANGUAGES = ("zh", "en")
_SIGNS = {
    Operation.ADD: " + ",
    Operation.SUBTRACT: " − ",
    Operation.MULTIPLY: " × ",
    Operation.DIVIDE: " ÷ ",
}
_SAID = {
    Operation.LEAST: ("{} 中较小者", "the least of {}"),
    Operation.GREATEST: ("{} 中较大者", "the greatest of {}"),
    Operation.FLOOR: ("{}，只计整数", "{}, whole ones only"),
    Operation.CEILING: ("{}，不足一的按一计", "{}, a begun one counted as whole"),
    Operation.ROUND: ("{}，四舍五入至{places}位小数", "{}, rounded half away from zero to {places} places"),
    Operation.PART: ("{0}均分为{1}份的第{2}份", "part number {2} of {0} in {1} equal parts"),
}
_UNITS = {
    Measure.YUAN: ("元", " yuan"),
    Measure.POINTS: ("分", " points"),
    Measure.SHARE: ("%", "%"),
    Measure.MONTHS: ("个月", " months"),
    Measure.DAYS: ("天", " days"),
    Measure.TIMES: ("", ""),
}
_EDGES = {
    "at_least": ("不低于{}", "at least {}"),
    "above": ("高于{}", "above {}"),
    "below": ("低于{}", "below {}"),
    "at_most": ("不高于{}", "at most {}"),
}


def sentences(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Say written steps in words, one `{zh, en}` a step, from their data alone."""
    known: dict[int, Mapping[str, Any]] = {}
    said = []
    for step in steps:
        known[step["number"]] = step
        operands = [known[number] for number in step["operands"]]
        said.append({language: _sentence(step, operands, place) for place, language in enumerate(_LANGUAGES)})
    return said


def _sentence(step: Mapping[str, Any], operands: Sequence[Mapping[str, Any]], place: int) -> str:
    operation = Operation(step["operation"])
    label, value = step["label"][_LANGUAGES[place]], _shown(step, place)
    if operation is Operation.GIVEN:
        return f"{label} = {value}"
    if operation is Operation.PART:
        # A count needs no name beside it: "in 12 months equal parts" says nothing more than "in 12".
        total, parts, number = _named(operands[0], place, label), operands[1]["value"], operands[2]["value"]
        return f"{label} = {_SAID[operation][place].format(total, parts, number)} = {value}"
    named = [_named(operand, place, label) for operand in operands]
    if operation in _SIGNS:
        return f"{label} = {_SIGNS[operation].join(named)} = {value}"
    if operation is Operation.BAND:
        stretch = _stretch(step["bands"], Fraction(operands[0]["value"]), place)
        said = ("{}，属“{}”一档", "{}, in the band “{}”")[place].format(named[0], stretch)
        return f"{label} = {value}" + ("：" if place == 0 else ": ") + said
    listed = (" 与 ", " and ")[place].join(named)
    return f"{label} = {_SAID[operation][place].format(listed, places=step.get('places'))} = {value}"


def _named(step: Mapping[str, Any], place: int, under: str) -> str:
    """Write a figure with its name, and the value in brackets; one of the same name as the result by its value."""
    if step["label"][_LANGUAGES[place]] == under:
        return _shown(step, place)
    return ("{}（{}）", "{} ({})")[place].format(step["label"][_LANGUAGES[place]], _shown(step, place))


def _shown(step: Mapping[str, Any], place: int) -> str:
    """Write a step's value with its unit; one that does not end is cut, and says so."""
    measure, text = Measure(step["measure"]), step["value"]
    value = Fraction(text)
    if measure is Measure.SHARE:
        value *= 100
        text = exact(value)
    unit = _UNITS[measure][place]
    if value == 1 and unit.endswith("s"):
        unit = unit[:-1]
    return (figure(value) if "/" in text else text) + unit


def _stretch(bands: Iterable[Mapping[str, str]], value: Fraction, place: int) -> str:
    """Say the edges of the band that holds a value."""
    band = next(band for band in bands if _holds(band, value))
    edges = [said[place].format(band[edge]) for edge, said in _EDGES.items() if edge in band]
    return ("、", " and ")[place].join(edges) or ("任意得分", "any score")[place]


def _holds(band: Mapping[str, str], value: Fraction) -> bool:
    return not (
        ("at_least" in band and value < Fraction(band["at_least"]))
        or ("above" in band and value <= Fraction(band["above"]))
        or ("below" in band and value >= Fraction(band["below"]))
        or ("at_most" in band and value > Fraction(band["at_most"]))
    )
