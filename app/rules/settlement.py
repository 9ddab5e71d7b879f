"""What each month of a contract is paid: fee, deductions and holdback by its clauses, each with its steps.

A contract's months are always reckoned together and in their order, from its first: caps and ceilings count over
several months, and whoever compares what was posted with what is right needs them all (domain.md section 7).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

from app.rules.clauses import (
    AmountPerFinding,
    AtRiskPool,
    Base,
    Holdback,
    LinearBelowMark,
    Payment,
    ScoreBands,
    Window,
)
from app.rules.deductions import Taken, by_findings, by_score
from app.rules.fees import ServiceFees, fee_label, month_fee, place_in_year, quarter_of
from app.rules.holdbacks import held_back, pool_share
from app.rules.lines import SIGNS, Component, Line, MonthFacts, line
from app.rules.missing import Missing, MissingAnswerError, need
from app.rules.periods import Period
from app.rules.workings import Label, Measure, Working


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a month comes to; with anything missing nothing of it may be settled."""

    period: Period
    lines: tuple[Line, ...] = ()
    missing: tuple[Missing, ...] = ()

    def total(self, component: Component) -> int:
        """Give the sum of a component's lines in fen."""
        return sum(line.fen for line in self.lines if line.component is component)


@dataclass(frozen=True, slots=True)
class _Contract:
    """All that the reckoning of one month may look at: the service, its months, and what those before came to."""

    service: ServiceFees
    months: Sequence[MonthFacts]
    fees: dict[Period, Line]
    before: dict[Period, Reckoning] = field(default_factory=dict)


def reckon(service: ServiceFees, months: Sequence[MonthFacts]) -> dict[Period, Reckoning]:
    """Reckon the months of a contract, given in their order, each by the terms that govern it."""
    contract = _Contract(service, months, {})
    silent: dict[Period, Missing] = {}
    for month in months:
        try:
            contract.fees[month.period] = month_fee(service, month)
        except MissingAnswerError as error:
            silent[month.period] = error.missing
    for month in months:
        known = silent.get(month.period)
        contract.before[month.period] = Reckoning(month.period, missing=(known,)) if known else _month(contract, month)
    return contract.before


class _Lines:
    """The lines of a month as they come, and what was missing for them."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.missing: list[Missing] = []

    def attempt(self, make: Callable[[], Line | None]) -> None:
        """Take a line in, or note what it would have needed."""
        try:
            made = make()
        except MissingAnswerError as error:
            self.missing.append(error.missing)
        else:
            if made is not None:
                self.lines.append(made)

    def total(self, *components: Component) -> int:
        return sum(line.fen for line in self.lines if line.component in components)


def _month(contract: _Contract, month: MonthFacts) -> Reckoning:
    """Carry the clauses of a month out in the order of clauses.md section 1."""
    found = _Lines()
    found.lines.append(contract.fees[month.period])
    clauses = [(f"/money/{place}", clause) for place, clause in enumerate(month.terms.clauses)]
    for pointer, clause in clauses:
        if isinstance(clause, (ScoreBands, LinearBelowMark)):
            found.attempt(partial(_by_score, contract, clause, pointer, month))
        if isinstance(clause, AmountPerFinding):
            found.attempt(partial(_by_findings, contract, clause, pointer, month))
    for pointer, clause in clauses:
        if isinstance(clause, AtRiskPool):
            found.attempt(partial(_limit, contract, clause, pointer, month, found))
    for pointer, clause in clauses:
        if isinstance(clause, AtRiskPool) and clause.kept:
            found.attempt(partial(_kept_pool, contract, clause, pointer, month))
        if isinstance(clause, Holdback):
            found.attempt(partial(_held, contract, clause, pointer, month, found))
    missing = tuple(found.missing)
    return Reckoning(month.period, () if missing else tuple(found.lines), missing)


# ---------------------------------------------------------------- one clause of one month


def _by_score(
    contract: _Contract, clause: ScoreBands | LinearBelowMark, pointer: str, month: MonthFacts
) -> Line | None:
    window = _window(contract, clause.by_score.base, month)
    if window[-1].period != month.period:
        # What is reckoned on more than a month comes off the last month of it.
        return None
    return by_score(clause, pointer, _base(contract, clause.by_score.base, month), month)


def _by_findings(contract: _Contract, clause: AmountPerFinding, pointer: str, month: MonthFacts) -> Line | None:
    if clause.cap is None:
        return by_findings(clause, pointer, None, Fraction(0), month)
    base = _base(contract, clause.base, month) if clause.cap.share is not None else None
    used = _used(contract, pointer, clause.cap.window, month)
    return by_findings(clause, pointer, base, used, month)


def _limit(contract: _Contract, clause: AtRiskPool, pointer: str, month: MonthFacts, found: _Lines) -> Line | None:
    """Give back what deductions have taken beyond the pool, where the clause says that the pool caps them."""
    taken = found.total(Component.SCORE_DEDUCTION, Component.FINDING_DEDUCTION)
    pool = _pool(contract, clause, pointer, month).yuan
    if taken <= pool * 100 or clause.caps_deductions is False:
        return None
    if clause.caps_deductions is None:
        zh, en = "条款未约定扣款是否以考核金为限", "whether the pool is the most that is deducted"
        raise need("caps_deductions", f"/terms{pointer}/caps_deductions", zh, en, month.period)
    working = Working(pointer)
    deducted = working.fen(Label("扣款合计", "sum of the deductions"), taken, month.sources.assessment)
    most = working.given(Label("考核金", "pool at risk"), pool, Measure.YUAN, month.sources.fees)
    back = working.subtract(Label("超限退回", "given back beyond the pool"), deducted, most)
    return line(Component.DEDUCTION_LIMIT, month.period, back, working)


def _kept_pool(contract: _Contract, clause: AtRiskPool, pointer: str, month: MonthFacts) -> Line:
    fee = contract.fees[month.period].fen
    return pool_share(clause, pointer, fee, month)


def _held(contract: _Contract, clause: Holdback, pointer: str, month: MonthFacts, found: _Lines) -> Line:
    if clause.base is Base.MONTH_PAYMENT:
        fen = sum(SIGNS[line.component] * line.fen for line in found.lines)
        base = Taken(
            Fraction(fen, 100), Label("扣款后的服务费", "fee less deductions"), month.sources.assessment, [month]
        )
    else:
        base = _base(contract, clause.base, month)
    limited = clause.ceiling_share is not None or clause.ceiling_fen is not None
    held = _used(contract, None, Window.CONTRACT, month) if limited else Fraction(0)
    ceiling = _base(contract, clause.ceiling_base, month) if clause.ceiling_base else None
    return held_back(clause, pointer, base, _place(contract, clause.base, month), ceiling, held, month)


def _place(contract: _Contract, base: Base, month: MonthFacts) -> tuple[int, int]:
    """Say which part a month is of a base that is longer, and of how many."""
    match base:
        case Base.QUARTER_FEE:
            months = [m.period for m in _window(contract, base, month)]
        case Base.YEAR_FEE:
            return place_in_year(contract.service, month.period, month.terms.payment or Payment())
        case Base.CONTRACT_TOTAL:
            months = list(contract.service.months)
        case _:
            return 1, 1
    return len(months), months.index(month.period) + 1


# ---------------------------------------------------------------- bases, and what caps have used


def _window(contract: _Contract, base: Base, month: MonthFacts) -> Sequence[MonthFacts]:
    """Give the recorded months that a base is of, those of this contract's service alone."""
    match base:
        case Base.QUARTER_FEE:
            return [m for m in contract.months if quarter_of(m.period) == quarter_of(month.period)]
        case Base.YEAR_FEE:
            return [m for m in contract.months if m.period.year == month.period.year]
        case Base.CONTRACT_TOTAL:
            return contract.months
        case _:
            return [month]


def _base(contract: _Contract, base: Base, month: MonthFacts) -> Taken:
    window = _window(contract, base, month)
    period, sources = month.period, month.sources
    match base:
        case Base.AT_RISK_POOL:
            return _stated_pool(contract, month)
        case Base.YEAR_FEE:
            label = Label(f"{period.year}年度合同金额", f"contract money of {period.year}")
            return Taken(Fraction(_year_money(contract, month), 100), label, sources.contract, window)
        case Base.CONTRACT_TOTAL:
            label = Label("合同总金额", "contract total")
            return Taken(Fraction(contract.service.total, 100), label, sources.contract, window)
        case Base.QUARTER_FEE:
            year, quarter = quarter_of(period)
            label = Label(f"{year}年第{quarter}季度服务费", f"fee of {year}-Q{quarter}")
            return Taken(Fraction(_fees(contract, window, month), 100), label, sources.fees, window)
        case _:
            label = fee_label(period)
            return Taken(Fraction(contract.fees[period].fen, 100), label, sources.fees, window)


def _year_money(contract: _Contract, month: MonthFacts) -> int:
    # The month's own fee is a part of it, so it is there.
    return contract.service.year_money[month.period.year]


def _fees(contract: _Contract, window: Sequence[MonthFacts], month: MonthFacts) -> int:
    recorded = {m.period for m in window}
    unrecorded = [
        period
        for period in contract.service.months
        if quarter_of(period) == quarter_of(month.period) and period not in recorded
    ]
    unknown = unrecorded + [m.period for m in window if m.period not in contract.fees]
    if unknown:
        zh, en = f"{unknown[0]}服务费未能确定", f"the fee of {unknown[0]}"
        raise need("fee", "/terms/payment", zh, en, month.period)
    return sum(contract.fees[m.period].fen for m in window)


def _stated_pool(contract: _Contract, month: MonthFacts) -> Taken:
    for place, clause in enumerate(month.terms.clauses):
        if isinstance(clause, AtRiskPool):
            return _pool(contract, clause, f"/money/{place}", month)
    zh, en = "条款未约定考核金", "what is at risk: a clause at_risk_pool"
    raise need("at_risk_pool", "/terms/money", zh, en, month.period)


def _pool(contract: _Contract, clause: AtRiskPool, pointer: str, month: MonthFacts) -> Taken:
    pool = pool_share(clause, pointer, contract.fees[month.period].fen, month)
    label = Label(f"{month.period}考核金", f"pool at risk of {month.period}")
    return Taken(Fraction(pool.fen, 100), label, month.sources.fees, [month])


def _used(contract: _Contract, pointer: str | None, window: Window, month: MonthFacts) -> Fraction:
    """Give what the months before, within a window, have taken by a clause (None: have held back), in yuan."""
    same: Callable[[Period], bool] = {
        Window.MONTH: lambda _period: False,
        Window.QUARTER: lambda period: quarter_of(period) == quarter_of(month.period),
        Window.YEAR: lambda period: period.year == month.period.year,
        Window.CONTRACT: lambda _period: True,
    }[window]
    taken = 0
    for period, reckoning in contract.before.items():
        if not same(period):
            continue
        if reckoning.missing:
            zh, en = f"此前{period}尚不能结算", f"what {period} comes to, which counts towards the limit"
            raise need("earlier_months", f"/assessments/{period}", zh, en, month.period)
        component = Component.HOLDBACK if pointer is None else Component.FINDING_DEDUCTION
        taken += sum(
            line.fen for line in reckoning.lines if line.component is component and pointer in {None, line.clause}
        )
    return Fraction(taken, 100)
