"""What a clause measures before it decides, as values: findings in points, figures of the month, scores of sites."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.rules.windows import Window


@dataclass(frozen=True, slots=True)
class Price:
    """What each finding of an issue type costs, in points, fen or a share; of a `level`, where the text has levels."""

    issue_type: str
    level: str | None
    value: Decimal


class When(StrEnum):
    """Which finding counts more than its price says."""

    NUMBER = "number"
    """From the so-manieth of its issue type on within a window."""
    UNRECTIFIED = "unrectified"
    """One that repeats what was not rectified."""
    CONSECUTIVE = "consecutive"
    """One whose issue type was found in the month before as well; a month without it begins anew."""


@dataclass(frozen=True, slots=True)
class Factor:
    """By what the price of such a finding is multiplied, on its present severity.

    `number` and `within` belong to `NUMBER`; `compounds` says of `CONSECUTIVE` whether each further month in a row
    multiplies once more.
    """

    when: When
    factor: Decimal
    number: int | None = None
    within: Window | None = None
    compounds: bool | None = None


class Together(StrEnum):
    """What becomes of several factors of one finding."""

    LARGEST = "largest"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Multipliers:
    """The factors of a clause; of several for a `NUMBER` the one with the largest number reached applies."""

    factors: tuple[Factor, ...]
    together: Together | None


@dataclass(frozen=True, slots=True)
class Points:
    """Points by issue type, and what multiplies them."""

    prices: tuple[Price, ...]
    multipliers: Multipliers | None = None


@dataclass(frozen=True, slots=True)
class CriterionOfFindings:
    """A criterion whose findings take at most its weight."""

    code: str
    weight: Decimal
    issue_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingScore:
    """A score that findings make: the full mark, less points, plus additions.

    `floor` is the smallest score. Of several `subjects` that one finding counts for, each with its ratio of the points,
    the score is that of `subject`.
    """

    full_mark: Decimal
    points: Points
    additions: tuple[Price, ...] = ()
    most_added: Decimal | None = None
    criteria: tuple[CriterionOfFindings, ...] = ()
    floor: Decimal | None = None
    subjects: tuple[tuple[str, Decimal], ...] = ()
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of the month (月度数据) by its code; `full_mark` is the largest that it can be."""

    code: str
    full_mark: Decimal


@dataclass(frozen=True, slots=True)
class Interpolated:
    """Points for a figure of the month: linear between knots of (figure, points).

    `clamped` says whether a figure outside the knots earns what the nearest one does.
    """

    code: str
    knots: tuple[tuple[Decimal, Decimal], ...]
    clamped: bool | None


@dataclass(frozen=True, slots=True)
class SumOf:
    """A score that is the sum of several."""

    parts: tuple["Measure", ...]


Measure = FindingScore | Metric | Interpolated | SumOf


class SiteRule(StrEnum):
    """How the scores of several sites become one coefficient; of means, the order of averaging changes the cents."""

    LOWEST = "lowest"
    MEAN_OF_SCORES = "mean_of_scores"
    MEAN_OF_COEFFICIENTS = "mean_of_coefficients"


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites whose scores, the figure `code` of each, decide together; `weights` are those of a weighted mean.

    `places` rounds a mean, of scores or of coefficients, before it is used.
    """

    code: str
    sites: tuple[str, ...]
    rule: SiteRule | None
    weights: tuple[Decimal, ...] = ()
    places: int | None = None
