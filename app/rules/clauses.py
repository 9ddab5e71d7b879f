"""The clauses that move money, as values (clauses.md section 2); `settlement` and `payouts` carry them out.

No answer has a default that a contract did not state: what is None was not answered, and is named once it is needed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.rules.periods import Period
from app.rules.scores import Band


class Base(StrEnum):
    """Percent of what."""

    MONTH_FEE = "month_fee"
    QUARTER_FEE = "quarter_fee"
    YEAR_FEE = "year_fee"
    CONTRACT_TOTAL = "contract_total"
    AT_RISK_POOL = "at_risk_pool"
    """The part of the month's fee that the clause `at_risk_pool` puts at risk."""
    MONTH_PAYMENT = "month_payment"
    """The month's fee less its deductions, for a holdback "of each payment"."""


class Stage(StrEnum):
    """Where a clause rounds."""

    COEFFICIENT = "coefficient"
    """The share, before it is multiplied; the amount is then rounded to the fen, as every amount is."""
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Rounding:
    """At which stage, and to how many places of a share or of a yuan."""

    stage: Stage
    places: int


class Granularity(StrEnum):
    """What counts as a point below a mark."""

    LINEAR = "linear"
    WHOLE_POINTS = "whole_points"
    STARTED_POINTS = "started_points"


class Unscored(StrEnum):
    """What a month without a score is paid, or does to the score of several months."""

    PAID_IN_FULL = "paid_in_full"
    NOT_PAID = "not_paid"
    LEFT_OUT = "left_out"
    """Of a base that is longer than a month: the scores of the other months decide about all of it."""


class Combined(StrEnum):
    """Which score of several months decides about a quarter's or a year's fee."""

    MEAN_OF_MONTHS = "mean_of_months"
    LOWEST_MONTH = "lowest_month"
    LAST_MONTH = "last_month"


class Window(StrEnum):
    """Over what a cap counts; the shorter first."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CONTRACT = "contract"


class Fund(StrEnum):
    """What is kept back, and where a payout comes from."""

    HOLDBACK = "holdback"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class ByScore:
    """What every clause that pays by the score has to say beside its scale."""

    base: Base
    rounding: Rounding | None = None
    score: Combined | None = None
    """Needed where the base is longer than a month."""
    excused: Unscored | None = None
    not_assessed: Unscored | None = None


@dataclass(frozen=True, slots=True)
class ScoreBands:
    """Score band → share of the base that is paid; the amount paid is rounded."""

    by_score: ByScore
    bands: tuple[tuple[Band, Decimal], ...]


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
class Cap:
    """The most that a clause takes in a window: a share of the clause's base, or an amount in fen.

    A clause of other terms that names one of its issue types has taken of the same cap.
    """

    window: Window
    share: Decimal | None
    fen: int | None


@dataclass(frozen=True, slots=True)
class AmountPerFinding:
    """A fixed amount in fen for each finding of an issue type; a type that is not named costs nothing."""

    base: Base
    amounts: tuple[tuple[str, int], ...]
    cap: Cap | None
    rounding: Rounding | None = None


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


SettlementClause = ScoreBands | LinearBelowMark | AmountPerFinding | AtRiskPool | Holdback
PayoutClause = ProratedPayout | PayoutByScore | ScoreAward | AllOrNothing
MoneyClause = SettlementClause | PayoutClause


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
    share: Decimal
    months: tuple[Period, ...]
    payable_from: date | None = None
    """For an instalment without months: the day from which it is settled."""


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


@dataclass(frozen=True, slots=True)
class MoneyTerms:
    """What the terms say about money; the place of a clause in `clauses` is its place in the document.

    `full_mark` is the scale that bands and marks are on; None where nobody compares it with that of a score.
    """

    payment: Payment | None = None
    clauses: tuple[MoneyClause, ...] = ()
    full_mark: Decimal | None = None
