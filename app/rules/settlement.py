"""What each month of a contract is paid: fee, deductions and holdback by its clauses, each with its steps.

A contract's months are always reckoned together and in their order, from its first: caps and ceilings count over
several months, and whoever compares what was posted with what is right needs them all (domain.md section 7).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from app.rules.bases import (
    LENGTHS,
    ContractRecord,
    agreed,
    base_of,
    before_record,
    last_served,
    payment_before_holdback,
    place_in,
    pool_of,
    whole_window,
    window,
)
from app.rules.clauses import (
    AmountPerFinding,
    AtRiskPool,
    Base,
    Cap,
    Holdback,
    LinearBelowMark,
    MoneyClause,
    Schedule,
    ScoreBands,
    Window,
)
from app.rules.deductions import by_score
from app.rules.fees import ServiceFees, month_fee
from app.rules.finding_deductions import Room, by_findings
from app.rules.holdbacks import Ceiling, held_back, pool_share
from app.rules.lines import Component, Line, MonthFacts, line, month_zh
from app.rules.missing import Missing, MissingAnswerError, need
from app.rules.periods import Period
from app.rules.workings import Label, Working

_BASES_OF_WINDOWS = {
    Window.MONTH: Base.MONTH_FEE,
    Window.QUARTER: Base.QUARTER_FEE,
    Window.YEAR: Base.YEAR_FEE,
    Window.CONTRACT: Base.CONTRACT_TOTAL,
}
_DEDUCTIONS = (Component.SCORE_DEDUCTION, Component.FINDING_DEDUCTION)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a month comes to; with anything missing nothing of it may be settled."""

    period: Period
    lines: tuple[Line, ...] = ()
    missing: tuple[Missing, ...] = ()

    def total(self, component: Component) -> int:
        """Give the sum of a component's lines in fen."""
        return sum(line.fen for line in self.lines if line.component is component)


_Before = Mapping[Period, Reckoning]
"""What the months before came to."""


def reckon(service: ServiceFees, months: Sequence[MonthFacts]) -> dict[Period, Reckoning]:
    """Reckon the months of a contract, in their order, each by the terms that govern it.

    `months` are all service months on record up to the service's end, also those still to come: what is reckoned on a
    quarter or a year comes off its last month.
    """
    record = ContractRecord(service, months)
    for month in months:
        try:
            record.fees[month.period] = month_fee(service, month)
        except MissingAnswerError as error:
            record.silent[month.period] = error
    reckoned: dict[Period, Reckoning] = {}
    for month in months:
        reckoned[month.period] = _month(record, reckoned, month)
    return reckoned


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
            if error.missing not in self.missing:
                self.missing.append(error.missing)
        else:
            if made is not None:
                self.lines.append(made)

    def total(self, *components: Component) -> int:
        return sum(line.fen for line in self.lines if line.component in components)

    def deducted(self) -> int:
        return self.total(*_DEDUCTIONS) - self.total(Component.DEDUCTION_LIMIT)


def _month(record: ContractRecord, before: _Before, month: MonthFacts) -> Reckoning:
    """Carry the clauses of a month out: deductions, then their limit, then what is kept back, in whatever order."""
    found = _Lines()
    instalments = month.terms.payment is not None and month.terms.payment.schedule is Schedule.INSTALMENTS
    if month.period in record.fees or not instalments:
        # By instalments no month has to have a fee of its own, unless a clause asks for it.
        found.attempt(partial(record.fee, month.period))
    clauses = [(f"/money/{place}", clause) for place, clause in enumerate(month.terms.clauses)]
    for pointer, clause in clauses:
        if isinstance(clause, (ScoreBands, LinearBelowMark)):
            found.attempt(partial(_by_score, record, clause, pointer, month))
        if isinstance(clause, AmountPerFinding):
            room = partial(_room, record, before, clause, month)
            found.attempt(partial(by_findings, clause, pointer, room, month))
    for pointer, clause in clauses:
        if isinstance(clause, AtRiskPool) and not found.missing:
            found.attempt(partial(_limit, record, clause, pointer, month, found))
    for pointer, clause in clauses:
        if isinstance(clause, AtRiskPool) and clause.kept:
            found.attempt(partial(_kept_pool, record, clause, pointer, month))
        if isinstance(clause, Holdback):
            found.attempt(partial(_held, record, before, clause, pointer, month, found))
    missing = tuple(found.missing)
    return Reckoning(month.period, () if missing else tuple(found.lines), missing)


# ---------------------------------------------------------------- one clause of one month


def _by_score(
    record: ContractRecord, clause: ScoreBands | LinearBelowMark, pointer: str, month: MonthFacts
) -> Line | None:
    base = clause.by_score.base
    if LENGTHS[base] == 0:
        return by_score(clause, pointer, base_of(record, base, month), month)
    _require_one_clause(record, clause, base, pointer, month)
    last = last_served(record.service, base, month.period)
    if month.period != last and month is not record.months[-1]:
        # What is reckoned on more than a month comes off the last month of it.
        return None
    whole_window(record, base, month.period)
    if base is not Base.QUARTER_FEE and last != agreed(record.service, base, month.period)[1]:
        zh, en = "服务提前终止，条款未约定以何为基数", "of what the share is paid where the service ends early"
        raise need("early_end", f"/terms{pointer}/base", zh, en, month.period)
    return by_score(clause, pointer, base_of(record, base, month), month)


def _require_one_clause(
    record: ContractRecord, clause: MoneyClause, base: Base, pointer: str, month: MonthFacts
) -> None:
    """Raise MissingAnswerError where the terms changed the clause in the midst of what it is reckoned on."""
    for other in window(record, base, month.period):
        if clause not in other.terms.clauses:
            raise need(
                "other_months",
                f"/terms{pointer}",
                f"{month_zh(other.period)}适用的条款与{month_zh(month.period)}不同，未约定如何合并计算",
                f"how {other.period}, whose terms do not hold the clause, is reckoned together with {month.period}",
                month.period,
            )


def _room(record: ContractRecord, before: _Before, clause: AmountPerFinding, month: MonthFacts, cap: Cap) -> Room:
    """Say what a cap is a share of, and what clauses that share an issue type with this one have taken of it before."""
    counts_over = _BASES_OF_WINDOWS[cap.window]
    clear = cap.share is not None and LENGTHS[clause.base] >= LENGTHS[counts_over]
    base = base_of(record, clause.base, month) if clear else None
    named = {issue_type for issue_type, _ in clause.amounts}
    taken = 0
    for earlier in _earlier(record, before, counts_over, month):
        pointers = {
            f"/money/{place}"
            for place, other in enumerate(earlier.terms.clauses)
            if isinstance(other, AmountPerFinding) and not named.isdisjoint(entry[0] for entry in other.amounts)
        }
        lines = before[earlier.period].lines
        taken += sum(
            line.fen for line in lines if line.component is Component.FINDING_DEDUCTION and line.clause in pointers
        )
    return Room(base, Fraction(taken, 100))


def _earlier(record: ContractRecord, before: _Before, base: Base, month: MonthFacts) -> list[MonthFacts]:
    """Give the months before within a window, each of which must have been reckoned."""
    if LENGTHS[base] == 0:
        return []
    first = agreed(record.service, base, month.period)[0]
    if first < record.months[0].period:
        raise before_record(first, month.period)
    earlier = [other for other in window(record, base, month.period) if other.period < month.period]
    for other in earlier:
        _require_reckoned(before[other.period], month)
    return earlier


def _require_reckoned(reckoning: Reckoning, month: MonthFacts) -> None:
    if reckoning.missing:
        zh = f"{month_zh(reckoning.period)}尚不能结算，无法确定上限余额"
        en = f"what {reckoning.period} comes to, which counts towards the limit"
        raise need("earlier_months", f"/assessments/{reckoning.period}", zh, en, month.period)


def _limit(record: ContractRecord, clause: AtRiskPool, pointer: str, month: MonthFacts, found: _Lines) -> Line | None:
    """Give back what deductions have taken beyond the pool, where the clause says that the pool caps them."""
    taken = found.total(*_DEDUCTIONS)
    if not taken or clause.caps_deductions is False:
        return None
    pool = pool_of(record, clause, pointer, month)
    if taken <= pool.yuan * 100:
        return None
    if clause.caps_deductions is None:
        zh, en = "条款未约定扣款是否以考核金为限", "whether the pool is the most that is deducted"
        raise need("caps_deductions", f"/terms{pointer}/caps_deductions", zh, en, month.period)
    working = Working(pointer)
    deducted = working.fen(Label("扣款合计", "sum of the deductions"), taken, month.sources.fees)
    back = working.subtract(Label("超限退回", "given back beyond the pool"), deducted, pool.figure(working))
    return line(Component.DEDUCTION_LIMIT, month.period, back, working)


def _kept_pool(record: ContractRecord, clause: AtRiskPool, pointer: str, month: MonthFacts) -> Line:
    return pool_share(clause, pointer, record.fee(month.period).fen, month)


def _held(
    record: ContractRecord, before: _Before, clause: Holdback, pointer: str, month: MonthFacts, found: _Lines
) -> Line | None:
    if clause.base is not Base.MONTH_PAYMENT:
        base = base_of(record, clause.base, month)
    elif found.missing:
        # What is left after the deductions is not known before they are.
        return None
    else:
        base = payment_before_holdback(month, record.fee(month.period).fen, found.deducted())
    ceiling = partial(_ceiling, record, before, clause, month)
    return held_back(clause, pointer, base, place_in(record, clause.base, month), ceiling, month)


def _ceiling(record: ContractRecord, before: _Before, clause: Holdback, month: MonthFacts) -> Ceiling:
    """Say what a ceiling is a share of, and what is held back already: in the year, where it is a share of its fee."""
    base = base_of(record, clause.ceiling_base, month) if clause.ceiling_base else None
    over = Base.YEAR_FEE if clause.ceiling_base is Base.YEAR_FEE else Base.CONTRACT_TOTAL
    held = _held_off_record(record, over, month)
    for other in window(record, over, month.period):
        if other.period < month.period:
            _require_reckoned(before[other.period], month)
            held += before[other.period].total(Component.HOLDBACK)
    return Ceiling(base, Fraction(held, 100))


def _held_off_record(record: ContractRecord, over: Base, month: MonthFacts) -> int:
    """Give what was held back, in fen, of the service months before the record, by the opening balance."""
    service, begins = record.service, record.months[0].period
    first = agreed(service, over, month.period)[0]
    if begins <= first:
        return 0
    if service.held_before is None or first != service.first:
        zh, en = f"{month_zh(begins)}以前已预留多少", f"what was held back before {begins}: the opening balance"
        raise need("opening_balance", "/settlements/opening", zh, en, month.period)
    return service.held_before
