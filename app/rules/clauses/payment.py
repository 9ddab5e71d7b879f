"""How a contract is paid, and how the money of its years is spread over the months."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.rules.clauses.answers import Rounding
from app.rules.periods import Period
from app.rules.windows import Window


class Schedule(StrEnum):
    """How often a contract is paid."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    INSTALMENTS = "instalments"


class YearMoney(StrEnum):
    """Over which months the money of a year is spread, where the service does not fill the year."""

    CALENDAR_MONTHS = "calendar_months"
    SERVICE_MONTHS = "service_months"


class PartialMonth(StrEnum):
    """What a month is paid that the service only touches."""

    WHOLE = "whole"
    BY_DAYS = "by_days"


class Excess(StrEnum):
    """What becomes of deductions that are larger than what they come off."""

    CARRIED_OVER = "carried_over"
    """The vendor owes the rest, and the next settlement is less by it."""
    LIMITED = "limited"
    """No payment is less than nothing: the rest is lost."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """A share of the contract total, and the months whose deductions and holdbacks come off it."""

    code: str
    share: Fraction | Decimal
    months: tuple[Period, ...]
    payable_from: date | None = None
    """For an instalment without months: the day from which it is settled."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A month's fee follows the volume that was billed, against the one of the design, within bounds.

    `least` and `most` are the smallest and the largest factor of the fee.
    """

    metric: str
    design: Decimal
    least: Decimal | None
    most: Decimal | None


class EarlyEndStage(StrEnum):
    """Where the price of a service that ended early is rounded."""

    MEAN_MONTH = "mean_month"
    """The mean month, before it is multiplied with the months served."""
    AT_END = "at_end"


@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """A service that ends early is paid the mean month of the contract's price for each month served."""

    rounds: EarlyEndStage | None


@dataclass(frozen=True, slots=True)
class Deferred:
    """A share of each month's fee is paid with the last month of its quarter or year only."""

    share: Decimal
    window: Window
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """How a contract is paid, and how the money of its years is spread over the months."""

    schedule: Schedule | None = None
    year_money: YearMoney | None = None
    partial_month: PartialMonth | None = None
    rest_last: bool = False
    """Whether the last part of a year takes the rest, and all others are alike."""
    rounding: Rounding | None = None
    excess: Excess | None = None
    instalments: tuple[Instalment, ...] = ()
    volume: Volume | None = None
    early_end: EarlyEnd | None = None
    deferred: Deferred | None = None
