"""Budgets: what a line comes to on a day, what of it is spent, and rates that say what they divide by. All in fen."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.rules.money import round_half_away
from app.rules.periods import Period

_QUARTER = re.compile(r"(20\d{2})-Q([1-4])")
_MONTHS_A_QUARTER = 3
_PERCENT = 100
_PLACES = 2


class Base(StrEnum):
    """What an execution rate (执行率) divides by; one rate against another's base is another figure."""

    INITIAL_BUDGET = "initial_budget"
    """年初预算."""
    FULL_YEAR_BUDGET = "full_year_budget"
    """全年预算: the initial budget with its adjustments."""
    CONTRACT_YEAR = "contract_year"
    """What the contract states for the year."""


class NoRate(StrEnum):
    """Why there is no rate."""

    ZERO_BASE = "zero-base"
    CONTRACT_AMOUNT_UNKNOWN = "contract-amount-unknown"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a line gained on a day, or lost where it is negative; `between_lines`: another line lost or gained it."""

    amount_fen: int
    on: date
    explained: bool = True
    between_lines: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """A line, or several together, on a day.

    `added` and `taken` are adjustments from outside, `moved_in` and `moved_out` those between lines; what is taken or
    moved out is given as a positive amount. `unexplained` is what came without a reason, either way.
    """

    initial_fen: int
    added_fen: int = 0
    taken_fen: int = 0
    moved_in_fen: int = 0
    moved_out_fen: int = 0
    unexplained_fen: int = 0
    executed_fen: int = 0
    mismatched_fen: int = 0

    @property
    def full_year_fen(self) -> int:
        """Give the full-year amount (全年预算数)."""
        return self.initial_fen + self.added_fen - self.taken_fen + self.moved_in_fen - self.moved_out_fen

    @property
    def unspent_fen(self) -> int:
        """Give what is left of the full-year amount; negative where more was spent."""
        return self.full_year_fen - self.executed_fen

    def plus(self, other: "Position") -> "Position":
        """Add another line."""
        return Position(
            self.initial_fen + other.initial_fen,
            self.added_fen + other.added_fen,
            self.taken_fen + other.taken_fen,
            self.moved_in_fen + other.moved_in_fen,
            self.moved_out_fen + other.moved_out_fen,
            self.unexplained_fen + other.unexplained_fen,
            self.executed_fen + other.executed_fen,
            self.mismatched_fen + other.mismatched_fen,
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of a named base, exact, and what of the base remains; `unknown` says why there is none."""

    base: Base
    of_fen: int | None
    share: Fraction | None
    remainder_fen: int | None
    unknown: NoRate | None = None

    @property
    def percent(self) -> str | None:
        """Write it as a percentage with two places, a half rounded up: 92.46."""
        return None if self.share is None else str(round_half_away(self.share * _PERCENT, _PLACES))


def position(
    initial_fen: int, adjustments: Iterable[Adjustment], executed_fen: int, mismatched_fen: int, as_of: date
) -> Position:
    """Reckon a line on a day, by the adjustments dated up to it."""
    known = [adjustment for adjustment in adjustments if adjustment.on <= as_of]
    outside = [adjustment.amount_fen for adjustment in known if not adjustment.between_lines]
    between = [adjustment.amount_fen for adjustment in known if adjustment.between_lines]
    return Position(
        initial_fen,
        added_fen=sum(amount for amount in outside if amount > 0),
        taken_fen=-sum(amount for amount in outside if amount < 0),
        moved_in_fen=sum(amount for amount in between if amount > 0),
        moved_out_fen=-sum(amount for amount in between if amount < 0),
        unexplained_fen=sum(adjustment.amount_fen for adjustment in known if not adjustment.explained),
        executed_fen=executed_fen,
        mismatched_fen=mismatched_fen,
    )


def rate(executed_fen: int, base: Base, of_fen: int | None) -> Rate:
    """Divide what was spent by a base; a base that nobody knows is not guessed, and nothing is divided by nothing."""
    if of_fen is None:
        return Rate(base, None, None, None, NoRate.CONTRACT_AMOUNT_UNKNOWN)
    if of_fen == 0:
        return Rate(base, 0, None, -executed_fen, NoRate.ZERO_BASE)
    return Rate(base, of_fen, Fraction(executed_fen, of_fen), of_fen - executed_fen)


def rate_of(found: Position, base: Base, contract_year_fen: int | None) -> Rate:
    """Give the execution rate of a position against a base."""
    bases = {
        Base.INITIAL_BUDGET: found.initial_fen,
        Base.FULL_YEAR_BUDGET: found.full_year_fen,
        Base.CONTRACT_YEAR: contract_year_fen,
    }
    return rate(found.executed_fen, base, bases[base])


def fits(purpose: str, purposes: Collection[str]) -> bool:
    """Tell whether a line may be spent for a purpose; one that names none may be spent for none."""
    return purpose in purposes


def lowest(initial_fen: int, adjustments: Iterable[Adjustment]) -> int:
    """Give the least that a line comes to on any day, by which nobody takes more from it than it has."""
    amount = least = initial_fen
    by_day: dict[date, int] = {}
    for adjustment in adjustments:
        by_day[adjustment.on] = by_day.get(adjustment.on, 0) + adjustment.amount_fen
    for day in sorted(by_day):
        amount += by_day[day]
        least = min(least, amount)
    return least


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year, written `2023-Q1`; earlier ones sort first."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Read `2023-Q1`; ValueError for anything else."""
        written = _QUARTER.fullmatch(text)
        if written is None:
            raise ValueError(f'a quarter is written like "2023-Q1", not {text!r}')
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Give the quarter that holds a day."""
        return cls(day.year, (day.month - 1) // _MONTHS_A_QUARTER + 1)

    @property
    def periods(self) -> tuple[Period, ...]:
        """Give its three months."""
        first = (self.number - 1) * _MONTHS_A_QUARTER + 1
        return tuple(Period(self.year, month) for month in range(first, first + _MONTHS_A_QUARTER))

    @property
    def first_day(self) -> date:
        """Give its first day."""
        return self.periods[0].first_day

    @property
    def last_day(self) -> date:
        """Give its last day."""
        return self.periods[-1].last_day

    @property
    def before(self) -> "Quarter":
        """Give the quarter before it."""
        first = self.first_day.month == 1
        return Quarter(self.year - 1, 4) if first else Quarter(self.year, self.number - 1)

    def __str__(self) -> str:
        """Write it as it is parsed."""
        return f"{self.year}-Q{self.number}"
