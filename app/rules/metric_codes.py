"""Standard codes of monthly figures (月度数据): what each counts, how it adds up, and between which bounds it lies."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.rules.faults import Fault


class Adding(StrEnum):
    """What becomes of a figure of several months, or of several counters."""

    SUM = "sum"
    MEAN = "mean"
    """Of equal parts, each month or each counter once."""
    APART = "apart"
    """Nothing: a share of one counter says nothing of all of them without what it is a share of."""


@dataclass(frozen=True, slots=True)
class StandardCode:
    """A code that every service center may use, beside codes of its own.

    A figure is at least 0 and at most `most`; one that is `whole` counts things. A share is written 0 to 1.
    """

    code: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    over_months: Adding
    over_counters: Adding
    whole: bool = False
    most: Decimal | None = None
    share: bool = False
    also: tuple[str, ...] = ()
    """What a table of a service center may call it, beside its Chinese name."""

    @property
    def names(self) -> tuple[str, ...]:
        """Give everything by which a heading may name it."""
        return (self.code, self.zh, *self.also)


def bounds_faults(known: StandardCode | None, value: Decimal, pointer: str) -> Iterator[Fault]:
    """Name what a figure cannot be; a code of a centre's own has no bounds but zero."""
    if value < 0:
        detail = f"{value} is below zero."
        yield Fault(pointer, "figure-out-of-bounds", detail, "State a figure that was counted or measured, 0 or more.")
    if known is None:
        return
    if known.most is not None and value > known.most:
        detail = f"{known.zh} ({known.code}) is at most {known.most}, not {value}."
        remedy = 'Write a share as "0.974" for 97.40%.' if known.share else "Check the figure and its unit."
        yield Fault(pointer, "figure-out-of-bounds", detail, remedy)
    if known.whole and value != value.to_integral_value():
        detail = f"{known.zh} ({known.code}) counts whole things; {value} is none."
        yield Fault(pointer, "figure-not-whole", detail, "State how many there were.")
