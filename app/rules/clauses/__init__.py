"""The clauses that move money, as values (clauses.md section 2); `settlement` and `payouts` carry them out.

No answer has a default that a contract did not state: what is None was not answered, and is named once it is needed.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.rules.clauses.additions import (
    Bonus,
    Condition,
    DeductionLimit,
    NoLink,
)
from app.rules.clauses.answers import (
    Base,
    Cap,
    Fund,
    Granularity,
    Rounding,
    Stage,
)
from app.rules.clauses.by_finding import (
    DayCount,
    FindingClause,
    PerDay,
    PerFinding,
    PointsRatchet,
    PriceUnit,
    TiersBy,
    Wage,
)
from app.rules.clauses.by_score import (
    ByScore,
    Combined,
    FirstPeriod,
    Grace,
    Lag,
    LinearBelowMark,
    PiecewiseLinear,
    RateSteps,
    RatioToMark,
    ScoreBands,
    ScoreClause,
    Unscored,
)
from app.rules.clauses.funds import (
    READINGS,
    AllOrNothing,
    AtRiskPool,
    Candidate,
    Holdback,
    NamedAmount,
    PayoutByScore,
    Proportion,
    ProratedPayout,
    Reading,
    Release,
    ScoreAward,
)
from app.rules.clauses.payment import (
    Deferred,
    EarlyEnd,
    EarlyEndStage,
    Excess,
    Instalment,
    PartialMonth,
    Payment,
    Schedule,
    Volume,
    YearMoney,
)
from app.rules.clauses.triggers import (
    Beyond,
    DeductionTotal,
    DemeritPoints,
    DemeritWindow,
    LadderStep,
    Reaches,
    RenewalGate,
    Trigger,
    WarningLadder,
    ladders_of,
)
from app.rules.windows import Window

__all__ = [
    "READINGS",
    "AllOrNothing",
    "AtRiskPool",
    "Base",
    "Beyond",
    "Bonus",
    "ByScore",
    "Candidate",
    "Cap",
    "Combined",
    "Condition",
    "DayCount",
    "DeductionLimit",
    "DeductionTotal",
    "Deferred",
    "DemeritPoints",
    "DemeritWindow",
    "EarlyEnd",
    "EarlyEndStage",
    "Excess",
    "FindingClause",
    "FirstPeriod",
    "Fund",
    "Grace",
    "Granularity",
    "Holdback",
    "Instalment",
    "LadderStep",
    "Lag",
    "LinearBelowMark",
    "MoneyClause",
    "MoneyTerms",
    "NamedAmount",
    "NoLink",
    "PartialMonth",
    "Payment",
    "PayoutByScore",
    "PayoutClause",
    "PerDay",
    "PerFinding",
    "PiecewiseLinear",
    "PointsRatchet",
    "PriceUnit",
    "Proportion",
    "ProratedPayout",
    "RateSteps",
    "RatioToMark",
    "Reaches",
    "Reading",
    "Release",
    "RenewalGate",
    "Rounding",
    "Schedule",
    "ScoreAward",
    "ScoreBands",
    "ScoreClause",
    "SettlementClause",
    "Stage",
    "TiersBy",
    "Trigger",
    "Unscored",
    "Volume",
    "Wage",
    "WarningLadder",
    "Window",
    "YearMoney",
    "ladders_of",
]

SettlementClause = ScoreClause | FindingClause | DeductionLimit | Bonus | AtRiskPool | Holdback | NoLink
PayoutClause = ProratedPayout | PayoutByScore | ScoreAward | AllOrNothing
MoneyClause = SettlementClause | PayoutClause


@dataclass(frozen=True, slots=True)
class MoneyTerms:
    """What the terms say about money; the place of a clause in `clauses` is its place in the document.

    `full_mark` is the scale that bands and marks are on; None where nobody compares it with that of a score.
    """

    payment: Payment | None = None
    clauses: tuple[MoneyClause, ...] = ()
    full_mark: Decimal | None = None
    ladders: tuple[tuple[str, WarningLadder], ...] = ()
    """The ladders among the triggers whose steps may cost something, each with its pointer."""
