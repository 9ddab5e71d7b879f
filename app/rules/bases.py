"""Percent of what: the bases of clauses, each with the months that it is of and the steps that made it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.rules.clauses import AtRiskPool, Base, Payment
from app.rules.fees import ServiceFees, contract_total, fee_label, money_of, place_in_year, quarter_of, year_label
from app.rules.history import History, before_record
from app.rules.holdbacks import pool_share
from app.rules.lines import Line, MonthFacts, Taken, month_zh, not_negative
from app.rules.missing import MissingAnswerError, need
from app.rules.periods import Period, periods_between
from app.rules.workings import Label, Measure, Working

LENGTHS = {
    Base.AT_RISK_POOL: 0,
    Base.MONTH_PAYMENT: 0,
    Base.MONTH_FINES: 0,
    Base.MONTH_FEE: 0,
    Base.QUARTER_FEE: 1,
    Base.YEAR_FEE: 2,
    Base.CONTRACT_TOTAL: 3,
}
"""The bases by how long they are: of a month, a quarter, a year, the contract."""


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """All that the reckoning of one month may look at: the service, its recorded months and their fees.

    `reckon_fee` is asked once for each month whose fee somebody needs.
    """

    service: ServiceFees
    months: Sequence[MonthFacts]
    reckon_fee: Callable[["ContractRecord", MonthFacts], Line]
    _fees: dict[Period, Line | MissingAnswerError] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """Give the months by what they say about those after them."""
        return History(self.months)

    def fee(self, period: Period) -> Line:
        """Give a month's fee, or raise what is missing for it."""
        fee = self._fees.get(period)
        if fee is None:
            month = next(month for month in self.months if month.period == period)
            try:
                fee = self.reckon_fee(self, month)
            except MissingAnswerError as error:
                fee = error
            self._fees[period] = fee
        if isinstance(fee, MissingAnswerError):
            raise fee
        return fee

    def has_fee(self, period: Period) -> bool:
        """Tell whether the terms and the record say what a month's fee is."""
        try:
            self.fee(period)
        except MissingAnswerError:
            return False
        return True


def window(record: ContractRecord, base: Base, period: Period) -> Sequence[MonthFacts]:
    """Give the recorded months that a base, or a window as long as it, is of."""
    match base:
        case Base.QUARTER_FEE:
            return [month for month in record.months if quarter_of(month.period) == quarter_of(period)]
        case Base.YEAR_FEE:
            return [month for month in record.months if month.period.year == period.year]
        case Base.CONTRACT_TOTAL:
            return record.months
        case _:
            return [month for month in record.months if month.period == period]


def agreed(service: ServiceFees, base: Base, period: Period) -> tuple[Period, Period]:
    """Give the first and the last agreed service month that a base is of."""
    match base:
        case Base.QUARTER_FEE:
            start = Period(period.year, 3 * quarter_of(period)[1] - 2)
            return max(service.first, start), min(service.last, start.plus(2))
        case Base.YEAR_FEE:
            return max(service.first, Period(period.year, 1)), min(service.last, Period(period.year, 12))
        case Base.CONTRACT_TOTAL:
            return service.first, service.last
        case _:
            return period, period


def last_served(service: ServiceFees, base: Base, period: Period) -> Period:
    """Give the last service month that a base is of, by the agreement or by the service's earlier end."""
    return min(agreed(service, base, period)[1], service.last_served)


def whole_window(record: ContractRecord, base: Base, period: Period) -> Sequence[MonthFacts]:
    """Give the months of a base, each of which must be on record; raises MissingAnswerError where one is not."""
    months = window(record, base, period)
    first, last = agreed(record.service, base, period)[0], last_served(record.service, base, period)
    if months[0].period != first:
        raise before_record(first, period)
    for place, wanted in enumerate(periods_between(first, last)):
        if place >= len(months) or months[place].period != wanted:
            zh, en = f"{month_zh(wanted)}不在记录之内", f"{wanted}, which is not on record"
            raise need("later_months", f"/assessments/{wanted}", zh, en, period)
    return months


def base_of(record: ContractRecord, base: Base, month: MonthFacts) -> Taken:
    """Give the amount of a base for a month; raises MissingAnswerError where it cannot be known."""
    period, sources = month.period, month.sources
    match base:
        case Base.AT_RISK_POOL:
            return stated_pool(record, month)
        case Base.YEAR_FEE:
            fen, label = money_of(record.service, period.year, period), year_label(period.year)
        case Base.CONTRACT_TOTAL:
            fen, label = contract_total(record.service, period), Label("合同总金额", "contract total")
        case Base.QUARTER_FEE:
            return _quarter_fee(record, month)
        case _:
            return _month_fee(record, month)
    return Taken(Fraction(fen, 100), label, sources.contract, window(record, base, period))


def _month_fee(record: ContractRecord, month: MonthFacts) -> Taken:
    """Give a month's fee; the last one of a service that ended early may be less than nothing, its base is not."""
    label, fen = fee_label(month.period), record.fee(month.period).fen
    working = Working()
    fee = not_negative(working, label, working.fen(label, fen, month.sources.fees))
    return Taken(fee.value, label, month.sources.fees, [month], working.steps if fen < 0 else ())


def _quarter_fee(record: ContractRecord, month: MonthFacts) -> Taken:
    months = whole_window(record, Base.QUARTER_FEE, month.period)
    year, quarter = quarter_of(month.period)
    label = Label(f"{year}年第{quarter}季度服务费", f"fee of {year}-Q{quarter}")
    working = Working()
    fees = [working.fen(fee_label(m.period), record.fee(m.period).fen, m.sources.fees) for m in months]
    total = not_negative(working, label, working.add(label, *fees))
    return Taken(total.value, label, month.sources.fees, months, working.steps)


def pool_of(record: ContractRecord, clause: AtRiskPool, pointer: str, month: MonthFacts) -> Taken:
    """Give what a clause puts at risk of a month's fee."""
    pool = pool_share(clause, pointer, record.fee(month.period).fen, month)
    label = pool.steps[-1].label
    return Taken(Fraction(pool.fen, 100), label, month.sources.fees, [month], pool.steps)


def stated_pool(record: ContractRecord, month: MonthFacts) -> Taken:
    """Give what the month's terms put at risk; raises MissingAnswerError where they do not say."""
    for place, clause in enumerate(month.terms.clauses):
        if isinstance(clause, AtRiskPool):
            return pool_of(record, clause, f"/money/{place}", month)
    zh, en = "条款未约定考核金", "what is at risk: a clause at_risk_pool"
    raise need("at_risk_pool", "/terms/money", zh, en, month.period)


def payment_before_holdback(month: MonthFacts, fee: int, deducted: int, deferred: int) -> Taken:
    """Give a month's fee less its deductions and what is paid later, in fen, as a base that is not below nothing."""
    label = Label(f"{month_zh(month.period)}扣款后的服务费", f"fee of {month.period} less its deductions")
    working = Working()
    amount = working.fen(fee_label(month.period), fee, month.sources.fees)
    off = working.fen(Label("扣款合计", "sum of the deductions"), deducted, month.sources.fees)
    left = working.subtract(label, amount, off)
    if deferred:
        later = working.fen(Label("缓付部分", "deferred part"), deferred, month.sources.fees)
        left = working.subtract(Label(f"{month_zh(month.period)}本期支付", f"paid with {month.period}"), left, later)
    if left.value < 0:
        left = working.greatest(label, left, working.given(Label("零元", "nothing"), 0, Measure.YUAN))
    return Taken(left.value, label, month.sources.fees, [month], working.steps)


def month_fines(month: MonthFacts, fined: int) -> Taken:
    """Give what the findings of a month cost by clauses of another base, in fen, as a base."""
    label = Label(f"{month_zh(month.period)}问题扣款合计", f"sum of the fines of {month.period}")
    return Taken(Fraction(fined, 100), label, month.sources.findings, [month])


def place_in(record: ContractRecord, base: Base, month: MonthFacts) -> tuple[int, int]:
    """Say into how many months a base is parted, and which of them a month is: (1, 1) for one of a month."""
    match base:
        case Base.YEAR_FEE:
            return place_in_year(record.service, month.period, month.terms.payment or Payment())
        case Base.QUARTER_FEE:
            # Its fee is that of the months served.
            first, last = agreed(record.service, base, month.period)[0], last_served(record.service, base, month.period)
        case Base.CONTRACT_TOTAL:
            first, last = record.service.first, record.service.last
        case _:
            return 1, 1
    return first.until(last) + 1, first.until(month.period) + 1
