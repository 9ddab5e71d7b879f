"""Which months' scores decide about a month's deduction: its own, those of its base, or earlier ones."""

from collections.abc import Sequence
from fractions import Fraction

from app.rules.bases import LENGTHS, ContractRecord, agreed, base_of, last_served, whole_window, window
from app.rules.clauses import Base, FirstPeriod, Grace, Lag, MoneyClause, ScoreClause
from app.rules.deductions import Deciding, by_score
from app.rules.history import before_record
from app.rules.lines import Line, MonthFacts, month_zh
from app.rules.measuring import full_mark_of
from app.rules.missing import need
from app.rules.periods import Period, periods_between

_MONTHS = {0: 1, 1: 3, 2: 12}
"""How many months a base is of, by its length."""


def deducted_by_score(record: ContractRecord, clause: ScoreClause, pointer: str, month: MonthFacts) -> Line | None:
    """Reckon what a score clause takes off with a month; None where its base is longer and does not end with it."""
    base = clause.by_score.base
    if LENGTHS[base] == 0:
        own: Sequence[MonthFacts] = [month]
    else:
        _require_one_clause(record, clause, base, pointer, month)
        last = last_served(record.service, base, month.period)
        if month.period != last and month is not record.months[-1]:
            # What is reckoned on more than a month comes off the last month of it.
            return None
        own = whole_window(record, base, month.period)
        if base is not Base.QUARTER_FEE and last != agreed(record.service, base, month.period)[1]:
            zh, en = "服务提前终止，条款未约定以何为基数", "of what the share is paid where the service ends early"
            raise need("early_end", f"/terms{pointer}/base", zh, en, month.period)
    scale = full_mark_of(clause.by_score.measure, month.terms.full_mark)
    fixed = _of_grace(record, clause.by_score.grace, pointer, month)
    months = own
    if fixed is None and clause.by_score.lag is not None:
        months, fixed = _lagged(record, clause.by_score.lag, base, pointer, own)
    deciding = Deciding(months, record.history, scale, fixed)
    return by_score(clause, pointer, base_of(record, base, month), deciding, month)


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


def _of_grace(record: ContractRecord, grace: Grace | None, pointer: str, month: MonthFacts) -> Fraction | None:
    """Give what a month is paid that is one of the service's first; None for all others."""
    if grace is None:
        return None
    number = record.service.first.until(month.period) + 1
    partial = record.service.starts_on.day != 1
    if partial and grace.counts_partial is None and number == grace.months + 1:
        zh, en = (
            "条款未约定首个不足月是否计入宽限期",
            "whether a first month that is only touched is one of the first months",
        )
        raise need("counts_partial", f"/terms{pointer}/grace/counts_partial", zh, en, month.period)
    if partial and grace.counts_partial is False:
        number -= 1
    if number > grace.months:
        return None
    if grace.share is None:
        zh, en = "条款未约定初期各月如何计费", "what share the first months are paid"
        raise need("grace", f"/terms{pointer}/grace/share", zh, en, month.period)
    return Fraction(grace.share)


def _lagged(
    record: ContractRecord, lag: Lag, base: Base, pointer: str, own: Sequence[MonthFacts]
) -> tuple[Sequence[MonthFacts], Fraction | None]:
    """Give the months of the earlier period whose scores decide, or what a period without one is paid."""
    month = own[-1]
    back = _months_back(base, month.period, lag.periods)
    if record.service.first.until(month.period) < back:
        if lag.first is None:
            zh, en = (
                f"{month_zh(month.period)}之前没有可用的考核期，条款未约定",
                "what decides where there is no earlier period",
            )
            raise need("first_period", f"/terms{pointer}/lag/first", zh, en, month.period)
        return (own, None) if lag.first is FirstPeriod.OWN_SCORE else (own, Fraction(1))
    known = {other.period: other for other in record.months}
    wanted, found = month.period.plus(-back), []
    for period in periods_between(agreed(record.service, base, wanted)[0], wanted):
        if period not in known:
            raise before_record(period, month.period)
        found.append(known[period])
    return found, None


def _months_back(base: Base, period: Period, periods: int) -> int:
    """Count the months from the last one of the earlier month, quarter or year up to a month.

    The service may begin or end within either: what counts is in which of them a month lies, not how many months
    there are between.
    """
    length = _MONTHS[LENGTHS[base]]
    return (periods - 1) * length + (period.month - 1) % length + 1
