"""The clauses by which findings cost money: a price for each, or for its points."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.rules.clauses.answers import Base, Cap, Rounding
from app.rules.measures import Multipliers, Points, Price
from app.rules.windows import Window


class PriceUnit(StrEnum):
    """What a price is stated in."""

    YUAN = "yuan"
    SHARE = "share"
    """Of the clause's base."""


class DayCount(StrEnum):
    """Which days count."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Wage:
    """A share of a day's wage, in fen, that each day costs beside its price, and where the wage is stated."""

    share: Decimal
    fen: int
    source: str


@dataclass(frozen=True, slots=True)
class PerDay:
    """Says that a price is for each day that a finding lasted, by days of which kind, and with which wage."""

    count: DayCount | None
    wage: Wage | None = None


@dataclass(frozen=True, slots=True)
class PerFinding:
    """What each finding of an issue type costs, in yuan or a share of the base; one that is not named costs nothing.

    With `per_day` the price is for each day that it lasted.
    """

    base: Base
    unit: PriceUnit
    prices: tuple[Price, ...]
    cap: Cap | None
    rounding: Rounding | None = None
    multipliers: Multipliers | None = None
    per_day: PerDay | None = None


class TiersBy(StrEnum):
    """What a tier's factor multiplies once the points are in it."""

    EACH_TIER = "each_tier"
    """The points of each tier by its own."""
    REACHED_TIER = "reached_tier"
    """All points beyond the free ones by that of the tier that they reach."""


@dataclass(frozen=True, slots=True)
class PointsRatchet:
    """Points of findings beyond a free allowance cost the more the more there are; the deduction is rounded.

    A point costs `each` fen, or the `share` of the base. `tiers` go up: (to how many points, factor); None has no end.
    """

    base: Base
    points: Points
    window: Window
    free: Decimal
    tiers: tuple[tuple[Decimal | None, Decimal], ...]
    by: TiersBy | None
    each: int | None
    share: Decimal | None
    cap: Cap | None
    rounding: Rounding | None = None


FindingClause = PerFinding | PointsRatchet
