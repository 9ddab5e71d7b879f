"""Answers that clauses of many kinds give: percent of what, rounded where, capped how, and by whose fund."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.rules.windows import Window


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
    MONTH_FINES = "month_fines"
    """What the findings of the month cost by clauses of another base."""


class Stage(StrEnum):
    """Where a clause rounds."""

    PART = "part"
    """The part of the base that is at risk; the amount is then rounded to the fen, as every amount is."""
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


class Fund(StrEnum):
    """What is kept back, and where a payout comes from."""

    HOLDBACK = "holdback"
    POOL = "pool"
    DEFERRED = "deferred"
    """What is paid with the last month of its quarter or year; no payout takes from it."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that a clause takes in a window: a share of the clause's base, or an amount in fen.

    A clause of other terms that names one of its issue types has taken of the same cap.
    """

    window: Window
    share: Decimal | None
    fen: int | None
    from_record: bool | None = None
    """Whether only what is on record counts; needed where the window began before the record."""
