"""The clauses that keep money back, and those that pay it out again (clauses.md sections 2 and 3)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.rules.clauses.answers import Base, Fund, Rounding
from app.rules.periods import Period
from app.rules.scores import Band


@dataclass(frozen=True, slots=True)
class AtRiskPool:
    """A share of the month's fee at risk; `caps_deductions` says whether no month loses more than it.

    `kept` says that it is kept back in the fund `pool` until a payout; otherwise it is paid with the month.
    """

    share: Decimal
    caps_deductions: bool | None
    kept: bool
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A part of the holdback that is returned, and the event after which it is."""

    code: str
    share: Decimal
    after: str


@dataclass(frozen=True, slots=True)
class Holdback:
    """A share of the base kept back month by month, until it reaches a ceiling; `releases` return it.

    A ceiling that is a share of the year's fee counts what the months of that year keep back, any other what all do.
    """

    base: Base
    share: Decimal
    ceiling_base: Base | None = None
    ceiling_share: Decimal | None = None
    ceiling_fen: int | None = None
    rounding: Rounding | None = None
    releases: tuple[Release, ...] = ()


class Proportion(StrEnum):
    """By what a prorated payout is prorated."""

    MONTHS_SERVED = "months_served"
    """Divided by the months served, times the months assessed."""
    YEAR = "year"
    """Divided by twelve, times the months assessed."""
    DAYS = "days"
    """By the days served in the months assessed, of all days served."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a prorated payout's text."""

    code: str
    applies_rate: bool
    """Whether the rate is still to be applied to the result, or is contained in it."""
    less_excluded: bool
    """Whether the excluded sum is taken from the total first."""
    proportion: Proportion


READINGS = (
    Reading("literal", applies_rate=False, less_excluded=True, proportion=Proportion.MONTHS_SERVED),
    Reading("rate_of_literal", applies_rate=True, less_excluded=True, proportion=Proportion.MONTHS_SERVED),
    Reading("year_by_twelfths", applies_rate=True, less_excluded=False, proportion=Proportion.YEAR),
    Reading("whole_year", applies_rate=True, less_excluded=False, proportion=Proportion.MONTHS_SERVED),
    Reading("by_days", applies_rate=True, less_excluded=True, proportion=Proportion.DAYS),
)
"""What a text of this shape allows that says neither to what its rate applies nor by what it is prorated."""


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """A sum that a clause calls by a name, in fen, with where it is printed."""

    name: str
    fen: int
    source: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sum in fen that an unclear clause may mean."""

    fen: int
    source: str


@dataclass(frozen=True, slots=True)
class ProratedPayout:
    """A payout by months served and assessed, as sets (clauses.md section 3)."""

    source: Fund
    rate: Decimal
    total: NamedAmount
    excluded: str
    candidates: tuple[Candidate, ...]
    served: tuple[Period, ...]
    assessed: tuple[Period, ...]
    readings: tuple[Reading, ...] = READINGS

    @property
    def years(self) -> tuple[int, ...]:
        """Give the years that it is about, by the months that it names."""
        return tuple(sorted({period.year for period in self.served}))


@dataclass(frozen=True, slots=True)
class PayoutByScore:
    """What the year's score earns of what is kept back, by bands; what it does not earn is forfeited."""

    source: Fund
    bands: tuple[tuple[Band, Decimal], ...]
    rounding: Rounding | None


@dataclass(frozen=True, slots=True)
class ScoreAward:
    """The year's score earns that many parts of its full mark of what is kept back; under `floor` points nothing."""

    source: Fund
    floor: Decimal | None
    rounding: Rounding | None


@dataclass(frozen=True, slots=True)
class AllOrNothing:
    """All that is kept back for a year's score of `mark` or more, nothing below."""

    source: Fund
    mark: Decimal
