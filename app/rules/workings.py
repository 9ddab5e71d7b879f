"""How an amount comes about: every figure is a step with what it was made of, so that anybody can make it again.

A `Working` is one calculation in the making; its `Figure`s carry exact values, and `steps` is the record of how each
was reached. Nothing is rounded but by the step `round`, which keeps the exact value in the step before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Label:
    """What a figure is called, in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Figure:
    """An exact value, and the number of the step that gave it."""

    number: int
    value: Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `operands` are the numbers of earlier steps, `source` is where a given value can be read."""

    number: int
    operation: Operation
    operands: tuple[int, ...]
    value: Fraction
    measure: Measure
    label: Label
    source: str | None = None
    clause: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

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
        return self._step(Operation.GIVEN, (), Fraction(value), measure, label, source=source)

    def fen(self, label: Label, fen: int, source: str | None = None) -> Figure:
        """Take an amount in fen from its source."""
        return self.given(label, Fraction(fen, 100), Measure.YUAN, source)

    def add(self, label: Label, *operands: Figure, measure: Measure = Measure.YUAN) -> Figure:
        """Add up."""
        return self._step(Operation.ADD, operands, sum((o.value for o in operands), Fraction(0)), measure, label)

    def subtract(self, label: Label, first: Figure, *others: Figure, measure: Measure = Measure.YUAN) -> Figure:
        """Take the others from the first."""
        value = first.value - sum((o.value for o in others), Fraction(0))
        return self._step(Operation.SUBTRACT, (first, *others), value, measure, label)

    def multiply(self, label: Label, *operands: Figure, measure: Measure = Measure.YUAN) -> Figure:
        """Multiply."""
        value = reduce(lambda product, operand: product * operand.value, operands, Fraction(1))
        return self._step(Operation.MULTIPLY, operands, value, measure, label)

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
        """Give one of the equal parts of a sum that add up to it (clauses.md section 4)."""
        ends = [rounded(total.value * 100 * step / parts.value) for step in (number.value - 1, number.value)]
        return self._step(Operation.PART, (total, parts, number), Fraction(ends[1] - ends[0], 100), Measure.YUAN, label)

    def band(
        self, label: Label, operand: Figure, value: Fraction, bands: Iterable[Mapping[str, Any]], measure: Measure
    ) -> Figure:
        """Look up what the band that holds the operand gives; `bands` are the clause's own, with their edges."""
        more = {"bands": [dict(band) for band in bands]}
        return self._step(Operation.BAND, (operand,), value, measure, label, more=more)

    def absorb(self, steps: Iterable[Step]) -> Figure:
        """Take another calculation's steps over, in their order, and give the figure that it ended with."""
        moved = len(self._steps)
        last: Figure | None = None
        for step in steps:
            number = step.number + moved
            operands = tuple(operand + moved for operand in step.operands)
            self._steps.append(replace(step, number=number, operands=operands))
            last = Figure(number, step.value)
        if last is None:
            raise ValueError("a calculation without a step has no figure")
        return last

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
        numbers = tuple(operand.number for operand in operands)
        self._steps.append(Step(number, operation, numbers, value, measure, label, source, self.clause, more or {}))
        return Figure(number, value)


_SIGNS = {
    Operation.ADD: " + ",
    Operation.SUBTRACT: " − ",
    Operation.MULTIPLY: " × ",
    Operation.DIVIDE: " ÷ ",
}
_WORDS = {
    Operation.LEAST: ("取最小", "the least of"),
    Operation.GREATEST: ("取最大", "the greatest of"),
    Operation.FLOOR: ("取整", "the whole of"),
    Operation.CEILING: ("不足一的按一计", "counted up"),
    Operation.PART: ("均分取份", "the part of"),
    Operation.BAND: ("按分档", "by its band"),
}


def sentences(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Say written steps in words, one `{zh, en}` a step, from their data alone."""
    known: dict[int, Mapping[str, Any]] = {}
    said = []
    for step in steps:
        known[step["number"]] = step
        said.append({language: _sentence(step, known, place) for place, language in enumerate(("zh", "en"))})
    return said


def _sentence(step: Mapping[str, Any], known: Mapping[int, Mapping[str, Any]], place: int) -> str:
    language = ("zh", "en")[place]
    operation = Operation(step["operation"])
    label, value = step["label"][language], _shown(step["value"])
    if operation is Operation.GIVEN:
        return f"{label} = {value}"
    operands = [f"{known[n]['label'][language]} {_shown(known[n]['value'])}" for n in step["operands"]]
    if operation in _SIGNS:
        return f"{label} = {_SIGNS[operation].join(operands)} = {value}"
    if operation is Operation.ROUND:
        said = ("四舍五入至{}位小数", "rounded half away from zero to {} places")[place].format(step["places"])
        return f"{label} = {operands[0]}, {said} = {value}"
    return f"{label} = {_WORDS[operation][place]} ({', '.join(operands)}) = {value}"


def _shown(value: str) -> str:
    return figure(Fraction(value)) if "/" in value else value
