"""The clauses that have a consequence which a person decides about: ladders, totals, demerit points, renewal gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.rules.clauses.answers import Base
from app.rules.consecutive import Gap
from app.rules.measures import Points
from app.rules.windows import Window


@dataclass(frozen=True, slots=True)
class LadderStep:
    """What follows from the `count`-th failed month, and the `fen` that it costs; None where it costs nothing."""

    count: int
    consequence: str
    fen: int | None = None


class Beyond(StrEnum):
    """What a further failed month costs after the last step of a ladder."""

    LAST_STEP_AGAIN = "last_step_again"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class WarningLadder:
    """Failed months in a row, or within so many, and what follows from each count of them; `steps` go up.

    A month fails below the mark `below`, or at or under `at_most`: exactly one is given. A month that does not fail
    sets the count in a row back; `excused` and `not_assessed` say what such a month does to it, None where the clause
    is silent. With `within` the fails of so many calendar months up to the month count, and nothing sets them back.
    """

    below: Decimal | None
    at_most: Decimal | None
    steps: tuple[LadderStep, ...]
    within: int | None = None
    excused: Gap | None = None
    not_assessed: Gap | None = None
    beyond: Beyond | None = None
    """Needed once there are more fails than the last step counts, where it costs something."""


class Reaches(StrEnum):
    """Whether a sum that is exactly the limit has reached it."""

    AT_LEAST = "at_least"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class DeductionTotal:
    """The deductions of a year, or of the contract, reach a share of a base, or an amount in fen.

    `reaches` says whether exactly that much is enough; it is needed once the sum is exactly that.
    """

    window: Window
    base: Base
    share: Decimal | None
    fen: int | None
    reaches: Reaches | None
    consequence: str


@dataclass(frozen=True, slots=True)
class DemeritWindow:
    """Over what demerit points are summed: any so many calendar months, or a calendar year where `months` is None."""

    months: int | None


@dataclass(frozen=True, slots=True)
class DemeritPoints:
    """Points by issue type that reach so many within a window; without one the clause does not say over what."""

    points: Points
    reach: Decimal
    window: DemeritWindow | None
    consequence: str


@dataclass(frozen=True, slots=True)
class RenewalGate:
    """The score of a year, or of each of the last so many, has to be at least a mark for a renewal."""

    at_least: Decimal
    years: int
    consequence: str


Trigger = WarningLadder | DeductionTotal | DemeritPoints | RenewalGate


def ladders_of(triggers: Sequence[Trigger]) -> tuple[tuple[str, WarningLadder], ...]:
    """Give the ladders among the triggers that cost something, each with its pointer."""
    return tuple(
        (f"/triggers/{place}", clause)
        for place, clause in enumerate(triggers)
        if isinstance(clause, WarningLadder) and any(step.fen for step in clause.steps)
    )
