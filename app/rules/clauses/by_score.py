"""The clauses that decide by a score or another figure: what decides (steps 2 and 3), and the scales (step 4)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.rules.clauses.answers import Base, Granularity, Rounding
from app.rules.measures import Measure, Sites
from app.rules.scores import Band


class Unscored(StrEnum):
    """What a month without a score is paid, or does to the score of several months."""

    PAID_IN_FULL = "paid_in_full"
    NOT_PAID = "not_paid"
    LEFT_OUT = "left_out"
    """Of a base that is longer than a month: the scores of the other months decide about all of it."""


class Combined(StrEnum):
    """Which score of several months decides about a quarter's or a year's fee."""

    MEAN_OF_MONTHS = "mean_of_months"
    WEIGHTED_MONTHS = "weighted_months"
    """By the clause's `weights`, one for each month, in their order."""
    MEAN_OF_COEFFICIENTS = "mean_of_coefficients"
    """Each month's score gives its coefficient first: the mean is of these, not of the scores."""
    LOWEST_MONTH = "lowest_month"
    LAST_MONTH = "last_month"


class FirstPeriod(StrEnum):
    """What decides about a period that has no earlier one whose score could."""

    OWN_SCORE = "own_score"
    PAID_IN_FULL = "paid_in_full"


@dataclass(frozen=True, slots=True)
class Lag:
    """The score of so many periods before pays this one: of months, or of what the base is of."""

    periods: int
    first: FirstPeriod | None


@dataclass(frozen=True, slots=True)
class Grace:
    """The first months of the service are paid a share of their own, whatever their score.

    `counts_partial` says whether a first month that the service only touches is one of them.
    """

    months: int
    share: Decimal | None
    counts_partial: bool | None


@dataclass(frozen=True, slots=True)
class ByScore:
    """What every clause that pays by the score has to say beside its scale."""

    base: Base
    rounding: Rounding | None = None
    score: Combined | None = None
    """Needed where the base is longer than a month."""
    excused: Unscored | None = None
    not_assessed: Unscored | None = None
    part: Fraction | None = None
    """The share of the base that is at risk; None is all of it. The rest is paid whatever the score."""
    measure: Measure | None = None
    """What is measured in place of the assessed score."""
    sites: Sites | None = None
    """Whose scores are combined into the month's."""
    weights: tuple[Decimal, ...] = ()
    lag: Lag | None = None
    grace: Grace | None = None


@dataclass(frozen=True, slots=True)
class ScoreBands:
    """Score band → share of the base that is paid; the amount paid is rounded.

    Of the bands named in `open` a person decides the share, with a reason; what stands beside them is the most.
    """

    by_score: ByScore
    bands: tuple[tuple[Band, Decimal], ...]
    open: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LinearBelowMark:
    """For each point below a mark so much of the base is deducted; the deduction is rounded.

    `floor` is the smallest share that is paid.
    """

    by_score: ByScore
    mark: Decimal
    per_point: Decimal
    granularity: Granularity | None
    floor: Decimal | None


@dataclass(frozen=True, slots=True)
class RatioToMark:
    """Below a mark the base is paid in the ratio of the score to the mark; the amount paid is rounded."""

    by_score: ByScore
    mark: Decimal


@dataclass(frozen=True, slots=True)
class PiecewiseLinear:
    """Below a mark each point costs so much of the base, stretch by stretch; the deduction is rounded.

    `stretches` go down from the mark: (to which score, share for each point of it); None is to 0.
    """

    by_score: ByScore
    mark: Decimal
    stretches: tuple[tuple[Decimal | None, Decimal], ...]
    granularity: Granularity | None
    floor: Decimal | None


@dataclass(frozen=True, slots=True)
class RateSteps:
    """Steps on a measured rate, of which the deepest that is reached applies; the deduction is rounded.

    `bands` hold every rate once: (band, share of the base that is deducted).
    """

    by_score: ByScore
    bands: tuple[tuple[Band, Decimal], ...]


ScoreClause = ScoreBands | LinearBelowMark | RatioToMark | PiecewiseLinear | RateSteps
