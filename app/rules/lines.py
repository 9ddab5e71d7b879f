"""The facts that a month is settled by, and the lines that it is settled with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.rules.clauses import Fund, MoneyTerms, Rounding, Stage
from app.rules.consecutive import MonthState
from app.rules.missing import need
from app.rules.periods import Period
from app.rules.scores import Score
from app.rules.workings import Figure, Label, Measure, Step, Working


class Component(StrEnum):
    """What a line of a settlement is; its amount is positive as the word says."""

    FEE = "fee"
    SCORE_DEDUCTION = "score_deduction"
    FINDING_DEDUCTION = "finding_deduction"
    DEDUCTION_LIMIT = "deduction_limit"
    """What a limit gives back of the deductions."""
    HOLDBACK = "holdback"
    POOL = "pool"
    DEFERRED = "deferred"
    """What is paid with the last month of its quarter or year; there it is less than nothing."""
    BONUS = "bonus"
    CARRIED_OVER = "carried_over"
    """What is set off against what the vendor owes."""


_LARGEST_FEN = 10**15
"""Far above any contract, and far inside the 64 bits of a column, sums included."""

FEN_PLACES = 2
"""The decimals of a yuan in whole fen."""

SIGNS: Mapping[Component, int] = {
    Component.FEE: 1,
    Component.SCORE_DEDUCTION: -1,
    Component.FINDING_DEDUCTION: -1,
    Component.DEDUCTION_LIMIT: 1,
    Component.HOLDBACK: -1,
    Component.POOL: -1,
    Component.DEFERRED: -1,
    Component.BONUS: 1,
    Component.CARRIED_OVER: -1,
}
"""What a line does to the amount that is payable."""

NAMES: Mapping[Component, Label] = {
    Component.FEE: Label("服务费", "fee"),
    Component.SCORE_DEDUCTION: Label("得分扣款", "deduction for the score"),
    Component.FINDING_DEDUCTION: Label("问题扣款", "deduction for findings"),
    Component.DEDUCTION_LIMIT: Label("超限不予扣减", "given back beyond a limit"),
    Component.HOLDBACK: Label("预留考核金", "holdback"),
    Component.POOL: Label("考核金", "pool at risk"),
    Component.DEFERRED: Label("缓付部分", "deferred part"),
    Component.BONUS: Label("奖励", "bonus"),
    Component.CARRIED_OVER: Label("结转抵扣", "set off"),
}
"""What a line is called."""

OF_FUND: Mapping[Fund, Component] = {
    Fund.HOLDBACK: Component.HOLDBACK,
    Fund.POOL: Component.POOL,
    Fund.DEFERRED: Component.DEFERRED,
}
"""What puts money into a fund."""


@dataclass(frozen=True, slots=True)
class FindingsOfType:
    """How many findings of an issue type a month has; `at_least` where there may be more than are recorded.

    Findings that differ in anything below are counted apart, so that an issue type may come several times in a month.
    """

    issue_type: str
    count: int
    at_least: bool = False
    on: date | None = None
    """The day of the finding, or the first of several days."""
    until: date | None = None
    """The last day that it lasted, in the same month; None where it was of one day."""
    level: str | None = None
    """The contract's own code of severity."""
    unrectified: bool = False
    """Whether it repeats a finding that was not rectified."""
    working_days: int | None = None
    """The working days from `on` to `until`, both counted; None without `until`."""
    post: str | None = None
    """The post that it concerns, such as `window_chief`."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided where the contract leaves a share open, from 0 to 1, and where the reason can be read."""

    share: Fraction
    source: str
    paper: str = ""
    """The paper that the decision stands in, and its reason."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts of a month can be read."""

    assessment: str
    findings: str
    fees: str
    contract: str
    metrics: str = ""


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A service month: the days served, the result once it is `final`, its findings, and the terms that govern it."""

    period: Period
    served_from: date
    served_to: date
    terms: MoneyTerms
    sources: Sources
    final: bool = False
    state: MonthState | None = None
    score: Score | None = None
    full_mark: Fraction = Fraction(100)
    findings: tuple[FindingsOfType, ...] = ()
    metrics: Mapping[tuple[str, str | None], Fraction] = field(default_factory=dict, hash=False)
    """The figures by their code and the hall or counter that each is of, None where it is of the whole contract."""
    decisions: Mapping[str, Decided] = field(default_factory=dict, hash=False)
    """What persons decided for the month, by the clause's pointer, such as `/money/0`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The amount of a base in yuan, where it can be read, the months that it is of, and the steps that made it."""

    yuan: Fraction
    label: Label
    source: str
    months: Sequence[MonthFacts]
    steps: Sequence[Step] = ()

    def figure(self, working: Working) -> Figure:
        """Bring the amount into a calculation."""
        if self.steps:
            return working.absorb(self.steps)
        return working.given(self.label, self.yuan, Measure.YUAN, self.source)


@dataclass(frozen=True, slots=True)
class Line:
    """One amount in fen, the clause that it comes from (a pointer into the terms) and the steps to it."""

    component: Component
    period: Period | None
    fen: int
    clause: str | None
    steps: tuple[Step, ...]


def month_zh(period: Period) -> str:
    """Write a month as a Chinese sentence does."""
    return f"{period.year}年{period.month}月"


def line(component: Component, period: Period | None, amount: Figure, working: Working) -> Line:
    """Close a calculation whose amount is in whole fen."""
    if not ends_within(amount.value, FEN_PLACES):
        raise ValueError(f"{amount.value} yuan is not a whole number of fen")
    fen = amount.value.numerator * (100 // amount.value.denominator)
    if abs(fen) > _LARGEST_FEN:
        zh, en = (
            "算出的金额超出可记录的范围，请核对条款和数据",
            "an amount small enough to be recorded",
        )
        raise need("amount", f"/terms{working.clause or ''}", zh, en, period)
    return Line(component, period, fen, working.clause, working.steps)


def to_fen(
    working: Working, label: Label, amount: Figure, rounding: Rounding | None, period: Period | None = None
) -> Figure:
    """Round an amount where the clause says so; one that is not whole fen needs a clause that says so."""
    if rounding is None:
        if ends_within(amount.value, FEN_PLACES):
            return amount
        pointer = f"/terms{working.clause}/rounding"
        raise need(
            "rounding", pointer, "条款未约定金额在何处、按几位小数四舍五入", "where the amount is rounded", period
        )
    places = rounding.places if rounding.stage is Stage.AMOUNT else FEN_PLACES
    if ends_within(amount.value, places):
        return amount
    return working.round(label, amount, places, Stage.AMOUNT.value)


def not_above(working: Working, label: Label, amount: Figure, base: Figure) -> Figure:
    """Hold an amount at what it is a share of: rounded to whole yuan it might be more."""
    return working.least(label, amount, base) if amount.value > base.value else amount


def not_negative(working: Working, label: Label, amount: Figure) -> Figure:
    """Hold an amount of which shares are taken at nothing: a share of what is owed back would deduct less than that."""
    if amount.value >= 0:
        return amount
    return working.greatest(label, amount, working.given(Label("零元", "nothing"), 0, Measure.YUAN))


def to_coefficient(working: Working, label: Label, share: Figure, rounding: Rounding | None) -> Figure:
    """Round a share first, where the clause says that the coefficient is rounded."""
    if rounding is None or rounding.stage is not Stage.COEFFICIENT or ends_within(share.value, rounding.places):
        return share
    return working.round(label, share, rounding.places, Stage.COEFFICIENT.value, measure=Measure.SHARE)


def ends_within(value: Fraction, places: int) -> bool:
    """Say whether a figure has no more than so many decimals."""
    unit: int = 10**places
    return unit % value.denominator == 0
