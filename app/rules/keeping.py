"""What is kept back of a month: pools, holdbacks, and what is paid with the end of a quarter or year."""

from fractions import Fraction
from functools import partial

from app.rules.bases import (
    ContractRecord,
    agreed,
    base_of,
    last_served,
    payment_before_holdback,
    place_in,
    window,
)
from app.rules.clauses import AtRiskPool, Base, Deferred, Holdback
from app.rules.holdbacks import Ceiling, held_back, pool_share
from app.rules.limits import BASES_OF_WINDOWS, require_reckoned
from app.rules.lines import Component, Line, MonthFacts, line, month_zh, to_coefficient, to_fen
from app.rules.missing import need
from app.rules.periods import Period
from app.rules.reckoning import Before, Lines
from app.rules.workings import Figure, Label, Measure, Working

_DEFERRED = Label("缓付部分", "deferred part")


def kept_pool(record: ContractRecord, clause: AtRiskPool, pointer: str, month: MonthFacts) -> Line:
    """Reckon what a pool that is kept for a payout keeps of a month."""
    return pool_share(clause, pointer, record.fee(month.period).fen, month)


def held(
    record: ContractRecord, before: Before, clause: Holdback, pointer: str, month: MonthFacts, found: Lines
) -> Line | None:
    """Reckon what is held back of a month; None where that waits for deductions that are not known."""
    if clause.base is not Base.MONTH_PAYMENT:
        base = base_of(record, clause.base, month)
    elif found.missing:
        # What is left after the deductions is not known before they are.
        return None
    else:
        later = found.total(Component.DEFERRED)
        base = payment_before_holdback(month, record.fee(month.period).fen, found.deducted(), later)
    ceiling = partial(_ceiling, record, before, clause, month)
    return held_back(clause, pointer, base, place_in(record, clause.base, month), ceiling, month)


def _ceiling(record: ContractRecord, before: Before, clause: Holdback, month: MonthFacts) -> Ceiling:
    """Say what a ceiling is a share of, and what is held back already: in the year, where it is a share of its fee."""
    base = base_of(record, clause.ceiling_base, month) if clause.ceiling_base else None
    over = Base.YEAR_FEE if clause.ceiling_base is Base.YEAR_FEE else Base.CONTRACT_TOTAL
    held = _held_off_record(record, over, month)
    for other in window(record, over, month.period):
        if other.period < month.period:
            require_reckoned(before[other.period], month)
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


def deferred(record: ContractRecord, before: Before, month: MonthFacts) -> Line | None:
    """Reckon what of the month's fee is paid later, or what of earlier months is paid with it.

    A part is paid with the last month that is served of its window, whatever the terms of that month say.
    """
    due = [
        other for other in record.months if _paid_with(record, other) == month.period and other.period < month.period
    ]
    for other in due:
        require_reckoned(before[other.period], month)
    working = Working("/payment/deferred")
    if due:
        parts = [
            working.fen(
                Label(f"{month_zh(other.period)}缓付部分", f"deferred part of {other.period}"),
                before[other.period].total(Component.DEFERRED),
                other.sources.fees,
            )
            for other in due
        ]
        nothing = working.fen(Label("本月不缓付", "nothing of this month"), 0)
        return line(Component.DEFERRED, month.period, working.subtract(_DEFERRED, nothing, *parts), working)
    clause = _stated(month)
    if clause is None or _paid_with(record, month) == month.period:
        return None
    return line(Component.DEFERRED, month.period, _part(record, working, clause, month), working)


def _stated(month: MonthFacts) -> Deferred | None:
    return month.terms.payment.deferred if month.terms.payment else None


def _paid_with(record: ContractRecord, month: MonthFacts) -> Period | None:
    """Give the month with which a month's deferred part is paid; None where nothing is deferred.

    What was deferred before the record begins was never kept in these books, and is not paid out of them.
    """
    clause = _stated(month)
    return last_served(record.service, BASES_OF_WINDOWS[clause.window], month.period) if clause else None


def _part(record: ContractRecord, working: Working, clause: Deferred, month: MonthFacts) -> Figure:
    fee = working.fen(
        Label(f"{month_zh(month.period)}服务费", f"fee of {month.period}"),
        record.fee(month.period).fen,
        month.sources.fees,
    )
    name = Label("缓付比例", "share deferred")
    share = to_coefficient(working, name, working.given(name, Fraction(clause.share), Measure.SHARE), clause.rounding)
    return to_fen(working, _DEFERRED, working.multiply(_DEFERRED, fee, share), clause.rounding, month.period)
