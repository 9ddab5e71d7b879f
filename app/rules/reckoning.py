"""What a month comes to: its lines, or what was missing for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.rules.lines import Component, Line
from app.rules.missing import Missing, MissingAnswerError
from app.rules.periods import Period

DEDUCTIONS = (Component.SCORE_DEDUCTION, Component.FINDING_DEDUCTION)


class _Summed:
    """Sums of lines by component."""

    __slots__ = ()
    lines: Sequence[Line]

    def total(self, *components: Component) -> int:
        """Give the sum of the lines of components in fen."""
        return sum(line.fen for line in self.lines if line.component in components)

    def sums(self) -> dict[Component, int]:
        """Give the sums of the lines by component in fen."""
        sums: dict[Component, int] = {}
        for line in self.lines:
            sums[line.component] = sums.get(line.component, 0) + line.fen
        return sums

    def deducted(self) -> int:
        """Give what is deducted in fen, less what limits give back."""
        return self.total(*DEDUCTIONS) - self.total(Component.DEDUCTION_LIMIT)


@dataclass(frozen=True, slots=True)
class Reckoning(_Summed):
    """What a month comes to; with anything missing nothing of it may be settled."""

    period: Period
    lines: tuple[Line, ...] = ()
    missing: tuple[Missing, ...] = ()


Before = Mapping[Period, Reckoning]
"""What the months before came to."""


class Lines(_Summed):
    """The lines of a month as they come, and what was missing for them."""

    def __init__(self) -> None:
        """Begin without a line."""
        self.lines: list[Line] = []
        self.missing: list[Missing] = []

    def attempt(self, make: Callable[[], Line | None]) -> None:
        """Take a line in, or note what it would have needed."""
        try:
            made = make()
        except MissingAnswerError as error:
            if error.missing not in self.missing:
                self.missing.append(error.missing)
        else:
            if made is not None:
                self.lines.append(made)
