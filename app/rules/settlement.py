"""What each month of a contract is paid: fee, deductions and holdback by its clauses, each with its steps.

A contract's months are always reckoned together and in their order, from its first: caps and ceilings count over
several months, and whoever compares what was posted with what is right needs them all (domain.md section 7).
"""

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from app.rules.bases import ContractRecord, base_of, last_served, month_fines, window
from app.rules.bonuses import PaidNow, bonus
from app.rules.clauses import (
    AtRiskPool,
    Base,
    Bonus,
    DeductionLimit,
    FindingClause,
    Holdback,
    MoneyClause,
    Schedule,
    ScoreClause,
)
from app.rules.deciding_months import deducted_by_score
from app.rules.early_ends import ends_early, last_fee
from app.rules.fees import ServiceFees, month_fee
from app.rules.finding_deductions import Asked, by_findings
from app.rules.keeping import deferred, held, kept_pool
from app.rules.ladders import laddered
from app.rules.limits import BASES_OF_WINDOWS, deduction_limit, pool_limit, require_record, room
from app.rules.lines import Component, Line, MonthFacts, Taken
from app.rules.periods import Period
from app.rules.reckoning import Before, Lines, Reckoning


def reckon(service: ServiceFees, months: Sequence[MonthFacts]) -> dict[Period, Reckoning]:
    """Reckon the months of a contract, in their order, each by the terms that govern it.

    `months` are all service months on record up to the service's end, also those still to come: what is reckoned on a
    quarter or a year comes off its last month.
    """
    return Reckoner(service, months).through(None)


class Reckoner:
    """Reckons a contract's months as far as somebody asks; a month rests on those before it, on no later one."""

    def __init__(self, service: ServiceFees, months: Sequence[MonthFacts]) -> None:
        """Take the facts of all months, as `reckon` does."""
        self._record = ContractRecord(service, months, _fee)
        self._reckoned: dict[Period, Reckoning] = {}
        self._rest = deque(months)

    def through(self, last: Period | None) -> dict[Period, Reckoning]:
        """Give the months up to one, or up to the end, and as many more as were asked for before."""
        while self._rest and (last is None or self._rest[0].period <= last):
            month = self._rest.popleft()
            self._reckoned[month.period] = _month(self._record, self._reckoned, month)
        return dict(self._reckoned)


def _fee(record: ContractRecord, month: MonthFacts) -> Line:
    """Reckon a month's fee; raises MissingAnswerError where the terms leave it open."""
    return last_fee(record, month) if ends_early(record.service, month) else month_fee(record.service, month)


def _month(record: ContractRecord, before: Before, month: MonthFacts) -> Reckoning:
    """Carry the clauses of a month out: deductions, then their limits, then what is kept back, in whatever order."""
    found = Lines()
    instalments = month.terms.payment is not None and month.terms.payment.schedule is Schedule.INSTALMENTS
    if not instalments or record.has_fee(month.period):
        # By instalments no month has to have a fee of its own, unless a clause asks for it.
        found.attempt(partial(record.fee, month.period))
    clauses = [(f"/money/{place}", clause) for place, clause in enumerate(month.terms.clauses)]
    _deduct(record, before, month, found, clauses)
    for pointer, clause in clauses:
        if isinstance(clause, DeductionLimit) and not found.missing:
            found.attempt(partial(deduction_limit, record, before, clause, pointer, month, found))
    for pointer, clause in clauses:
        if isinstance(clause, AtRiskPool) and not found.missing:
            found.attempt(partial(pool_limit, record, clause, pointer, month, found))
    found.attempt(partial(deferred, record, before, month))
    for pointer, clause in clauses:
        if isinstance(clause, AtRiskPool) and clause.kept:
            found.attempt(partial(kept_pool, record, clause, pointer, month))
        if isinstance(clause, Holdback):
            found.attempt(partial(held, record, before, clause, pointer, month, found))
    for pointer, earned in _bonuses(record, month):
        found.attempt(partial(_bonus, record, earned, pointer, month))
    missing = tuple(found.missing)
    return Reckoning(month.period, () if missing else tuple(found.lines), missing)


Clauses = Sequence[tuple[str, MoneyClause]]


def _deduct(record: ContractRecord, before: Before, month: MonthFacts, found: Lines, clauses: Clauses) -> None:
    """Carry out what deducts; a share of the month's fines comes after the fines."""
    for pointer, ladder in month.terms.ladders:
        found.attempt(partial(laddered, record, ladder, pointer, month))
    for pointer, clause in clauses:
        if isinstance(clause, ScoreClause):
            found.attempt(partial(deducted_by_score, record, clause, pointer, month))
    for of_fines in (False, True):
        # Shares of the fines do not count each other: the order of the clauses changes nothing.
        fined = found.total(Component.FINDING_DEDUCTION)
        for pointer, clause in clauses:
            if isinstance(clause, FindingClause) and (clause.base is Base.MONTH_FINES) is of_fines:
                base = partial(_base, record, clause, month, fined)
                asked = Asked(base, partial(room, record, before, clause, pointer, month), record.history)
                found.attempt(partial(by_findings, clause, pointer, asked, month))


def _base(record: ContractRecord, clause: FindingClause, month: MonthFacts, fined: int) -> Taken:
    return month_fines(month, fined) if clause.base is Base.MONTH_FINES else base_of(record, clause.base, month)


def _bonuses(record: ContractRecord, month: MonthFacts) -> list[tuple[str, Bonus]]:
    """Give the bonuses that this month or an earlier one states, each once, with where it stands."""
    found: dict[Bonus, str] = {}
    known = None
    for other in record.months:
        if other.period > month.period:
            break
        if other.terms is known:
            continue
        known = other.terms
        for place, clause in enumerate(other.terms.clauses):
            if isinstance(clause, Bonus):
                found[clause] = f"/money/{place}"
    return [(pointer, clause) for clause, pointer in found.items()]


def _bonus(record: ContractRecord, clause: Bonus, pointer: str, month: MonthFacts) -> Line | None:
    """Reckon what is paid of a bonus: of each month, quarter or year that ends with this month."""
    earning = [other for other in record.months if clause in other.terms.clauses and other.period <= month.period]
    paid = []
    for share, over in clause.split:
        base = BASES_OF_WINDOWS[over]
        ended = [other for other in earning if last_served(record.service, base, other.period) == month.period]
        if ended:
            # What months before the record earned was never earned in these books, and is not paid out of them.
            paid.append(PaidNow(Fraction(share), ended))

    def drawn(of: MonthFacts) -> Sequence[tuple[Bonus, MonthFacts]]:
        """Give what drew on the pool before a month: the bonus, or the one of other terms that has the same pool."""
        if clause.pool is None:
            return []
        if clause in record.months[0].terms.clauses:
            require_record(record, clause.pool, f"{pointer}/pool", of, month)
        shared = window(record, BASES_OF_WINDOWS[clause.pool.window], of.period)
        before = [other for other in shared if other.period < of.period]
        return [(entry, other) for other in before if (entry := _drew(clause, other)) is not None]

    return bonus(clause, pointer, paid, partial(_base_of_bonus, record), drawn, record.history, month)


def _base_of_bonus(record: ContractRecord, clause: Bonus, month: MonthFacts) -> Taken:
    return base_of(record, clause.base, month)


def _drew(clause: Bonus, month: MonthFacts) -> Bonus | None:
    """Give the bonus by which a month drew on a clause's pool."""
    if clause in month.terms.clauses:
        return clause
    alike = (other for other in month.terms.clauses if isinstance(other, Bonus) and other.pool == clause.pool)
    return next(alike, None)
