"""The clauses that limit what is deducted, add a bonus, or say that nothing is tied to the assessment."""

from dataclasses import dataclass
from decimal import Decimal

from app.rules.clauses.answers import Base, Cap, Rounding
from app.rules.measures import Measure
from app.rules.scores import Band
from app.rules.windows import Window


@dataclass(frozen=True, slots=True)
class DeductionLimit:
    """The most that all deductions take in a window: a share of a base, or an amount in fen; the limit is rounded."""

    window: Window
    base: Base
    share: Decimal | None
    fen: int | None
    rounding: Rounding | None = None
    from_record: bool | None = None
    """Whether only what is on record counts; needed where the window began before the record."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold of a month: its assessed score, or what `measure` gives, lies within the band."""

    band: Band
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Bonus:
    """What a month earns on top when all its conditions hold; what is paid of it is rounded.

    It earns `per_unit` yuan for each unit of the figure `metric`, a `share` of the base, or `fen`. `split` says which
    share of what a month, quarter or year earned is paid with its last month.
    """

    base: Base
    conditions: tuple[Condition, ...]
    per_unit: Decimal | None
    metric: str | None
    share: Decimal | None
    fen: int | None
    pool: Cap | None
    split: tuple[tuple[Decimal, Window], ...]
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True)
class NoLink:
    """Says that the contract does not tie the fee to the assessment: the program says so, and deducts nothing."""
