"""The clauses that move money as a contract's document states them: every kind by its name (docs/clauses.md)."""

from typing import Annotated

from pydantic import Field

from app.features.contracts.addition_clauses import Bonus, DeductionLimit, NoLink
from app.features.contracts.finding_clauses import (
    AbsentStaff,
    AmountPerFinding,
    LatePerformance,
    PercentPerFinding,
    PointsRatchet,
)
from app.features.contracts.fund_clauses import AtRiskPool, Holdback
from app.features.contracts.payout_clauses import AllOrNothing, PayoutByScore, ProratedPayout, ScoreAward
from app.features.contracts.score_clauses import LinearBelowMark, PiecewiseLinear, RateSteps, RatioToMark, ScoreBands

MoneyClause = Annotated[
    ScoreBands
    | LinearBelowMark
    | RatioToMark
    | PiecewiseLinear
    | RateSteps
    | AmountPerFinding
    | PercentPerFinding
    | PointsRatchet
    | LatePerformance
    | AbsentStaff
    | DeductionLimit
    | Bonus
    | NoLink
    | AtRiskPool
    | Holdback
    | ProratedPayout
    | PayoutByScore
    | ScoreAward
    | AllOrNothing,
    Field(discriminator="kind"),
]
