"""The most that is deducted: the room that a clause's cap leaves, the pool of a month, and limits of a window."""

from fractions import Fraction

from app.rules.bases import LENGTHS, ContractRecord, agreed, base_of, pool_of, window
from app.rules.clauses import AtRiskPool, Base, Cap, DeductionLimit, FindingClause, PerFinding, Window
from app.rules.finding_deductions import Room
from app.rules.history import before_record
from app.rules.lines import Component, Line, MonthFacts, line, month_zh, to_coefficient, to_fen
from app.rules.missing import need
from app.rules.reckoning import Before, Lines, Reckoning
from app.rules.workings import Figure, Label, Measure, Working

BASES_OF_WINDOWS = {
    Window.MONTH: Base.MONTH_FEE,
    Window.QUARTER: Base.QUARTER_FEE,
    Window.YEAR: Base.YEAR_FEE,
    Window.CONTRACT: Base.CONTRACT_TOTAL,
}
_MOST = Label("扣款总额上限", "limit of all deductions")
_BACK = Label("超限不予扣减", "given back beyond the limit")


def issue_types(clause: FindingClause) -> frozenset[str]:
    """Name the issue types that a clause prices."""
    prices = clause.prices if isinstance(clause, PerFinding) else clause.points.prices
    return frozenset(price.issue_type for price in prices)


def room(
    record: ContractRecord, before: Before, clause: FindingClause, pointer: str, month: MonthFacts, cap: Cap
) -> Room:
    """Say what a cap is a share of, and what was taken of it before: by the clause, or by what stood in its place.

    Under other terms that is whatever named one of its issue types and is not a clause of its own by now.
    """
    counts_over = BASES_OF_WINDOWS[cap.window]
    clear = cap.share is not None and LENGTHS[clause.base] >= LENGTHS[counts_over]
    base = base_of(record, clause.base, month) if clear else None
    taken = 0
    for other in _earlier(record, before, cap, f"{pointer}/cap", month):
        pointers = {
            f"/money/{place}"
            for place, entry in enumerate(other.terms.clauses)
            if isinstance(entry, FindingClause) and _is_of_cap(entry, clause, month, other)
        }
        lines = before[other.period].lines
        taken += sum(
            line.fen for line in lines if line.component is Component.FINDING_DEDUCTION and line.clause in pointers
        )
    return Room(base, Fraction(taken, 100))


def _is_of_cap(entry: FindingClause, clause: FindingClause, month: MonthFacts, other: MonthFacts) -> bool:
    """Say whether a clause of an earlier month has taken of the cap of this month's clause."""
    if entry == clause or clause in other.terms.clauses or entry in month.terms.clauses:
        return entry == clause
    return not issue_types(entry).isdisjoint(issue_types(clause))


def _earlier(
    record: ContractRecord, before: Before, limit: Cap | DeductionLimit, pointer: str, month: MonthFacts
) -> list[MonthFacts]:
    """Give the months before within a limit's window, each of which must have been reckoned."""
    base = BASES_OF_WINDOWS[limit.window]
    if LENGTHS[base] == 0:
        return []
    require_record(record, limit, pointer, month, month)
    found = [other for other in window(record, base, month.period) if other.period < month.period]
    for other in found:
        require_reckoned(before[other.period], month)
    return found


def require_record(
    record: ContractRecord, limit: Cap | DeductionLimit, pointer: str, of: MonthFacts, month: MonthFacts
) -> None:
    """Raise MissingAnswerError where a limit counts months from before the record, unless it counts from the record."""
    first = agreed(record.service, BASES_OF_WINDOWS[limit.window], of.period)[0]
    if limit.from_record or first >= record.months[0].period:
        return
    if limit.from_record is not None:
        raise before_record(first, month.period)
    zh = f"上限自{month_zh(first)}起算，早于记录起始月份：是否只计记录以来的金额"
    en = f"whether only what is on record counts towards a limit that counts from {first}, before the record begins"
    raise need("from_record", f"/terms{pointer}/from_record", zh, en, month.period)


def require_reckoned(reckoning: Reckoning, month: MonthFacts) -> None:
    """Raise MissingAnswerError for an earlier month that counts and cannot be reckoned itself."""
    if reckoning.missing:
        zh = f"{month_zh(reckoning.period)}尚不能结算，无法确定上限余额"
        en = f"what {reckoning.period} comes to, which counts towards the limit"
        raise need("earlier_months", f"/assessments/{reckoning.period}", zh, en, month.period)


def pool_limit(
    record: ContractRecord, clause: AtRiskPool, pointer: str, month: MonthFacts, found: Lines
) -> Line | None:
    """Give back what deductions have taken beyond the pool, where the clause says that the pool caps them.

    What other limits gave back is not taken any more.
    """
    taken = found.deducted()
    if taken <= 0 or clause.caps_deductions is False:
        return None
    pool = pool_of(record, clause, pointer, month)
    if taken <= pool.yuan * 100:
        return None
    if clause.caps_deductions is None:
        zh, en = "条款未约定扣款是否以考核金为限", "whether the pool is the most that is deducted"
        raise need("caps_deductions", f"/terms{pointer}/caps_deductions", zh, en, month.period)
    working = Working(pointer)
    deducted = working.fen(Label("扣款合计", "sum of the deductions"), taken, month.sources.fees)
    back = working.subtract(Label("超限不予扣减", "given back beyond the pool"), deducted, pool.figure(working))
    return line(Component.DEDUCTION_LIMIT, month.period, back, working)


def deduction_limit(
    record: ContractRecord, before: Before, clause: DeductionLimit, pointer: str, month: MonthFacts, found: Lines
) -> Line | None:
    """Give back what the month's deductions have taken beyond what the window has left of the limit."""
    own = found.deducted()
    if own <= 0:
        return None
    counts_over = BASES_OF_WINDOWS[clause.window]
    earlier = _earlier(record, before, clause, pointer, month)
    used = sum(before[other.period].deducted() for other in earlier)
    working = Working(pointer)
    most = _most(record, working, clause, counts_over, month)
    if used + own <= most.value * 100:
        return None
    deducted = working.fen(Label("本月扣款合计", "deductions of the month"), own, month.sources.fees)
    reached = deducted
    if clause.window is not Window.MONTH:
        earlier_sum = working.fen(Label("此前已扣", "deducted before"), used, month.sources.fees)
        reached = working.add(Label("累计扣款", "deducted so far"), earlier_sum, deducted)
    over = working.subtract(_BACK, reached, most)
    if over.value > deducted.value:
        over = working.least(_BACK, over, deducted)
    return line(Component.DEDUCTION_LIMIT, month.period, over, working)


def _most(
    record: ContractRecord, working: Working, clause: DeductionLimit, counts_over: Base, month: MonthFacts
) -> Figure:
    if clause.fen is not None:
        return working.fen(_MOST, clause.fen)
    if LENGTHS[clause.base] < LENGTHS[counts_over]:
        zh, en = "上限的计算期间长于其基数，条款未约定以哪个月的基数计算", "of which base the limit is a share"
        raise need("base", f"/terms{working.clause}/base", zh, en, month.period)
    name = Label("上限比例", "share of the limit")
    share = working.given(name, Fraction(clause.share or 0), Measure.SHARE)
    share = to_coefficient(working, name, share, clause.rounding)
    product = working.multiply(_MOST, base_of(record, clause.base, month).figure(working), share)
    return to_fen(working, _MOST, product, clause.rounding, month.period)
