"""What a service that ended early is paid in all: the mean month of its price for each month served."""

from datetime import date, timedelta
from fractions import Fraction

from app.rules.bases import ContractRecord
from app.rules.clauses import EarlyEndStage, PartialMonth, Payment
from app.rules.fees import ServiceFees, contract_total, fee_label
from app.rules.lines import FEN_PLACES, Component, Line, MonthFacts, ends_within, line
from app.rules.missing import need
from app.rules.periods import add_months
from app.rules.workings import Figure, Label, Measure, Working

_DUE = Label("按服务月数应付合计", "due in all for the months served")


def ends_early(service: ServiceFees, month: MonthFacts) -> bool:
    """Say whether a month is the last of a service that ended early, under terms that say what is paid then."""
    if service.closed_on is None or service.closed_on >= service.ends_on:
        return False
    stated = month.terms.payment is not None and month.terms.payment.early_end is not None
    return stated and month.period == service.last_served


def last_fee(record: ContractRecord, month: MonthFacts) -> Line:
    """Reckon the last fee of such a service: what is due in all, less the fees of the months before.

    Raises MissingAnswerError where months are not on record or the terms do not say how a month is counted or rounded.
    """
    payment = month.terms.payment or Payment()
    working = Working("/payment/early_end")
    service, first = record.service, record.months[0].period
    if first != service.first:
        zh, en = f"{service.first}早于记录起始月份", f"{service.first}, which is before the record begins"
        raise need("earlier_months", f"/assessments/{service.first}", zh, en, month.period)
    due = _due(working, service, payment, month)
    before = [other for other in record.months if other.period < month.period]
    earlier = [working.fen(fee_label(o.period), record.fee(o.period).fen, o.sources.fees) for o in before]
    label = fee_label(month.period)
    rest = working.subtract(label, due, *earlier) if earlier else due
    return line(Component.FEE, month.period, rest, working)


def _due(working: Working, service: ServiceFees, payment: Payment, month: MonthFacts) -> Figure:
    rounds = payment.early_end.rounds if payment.early_end else None
    ended = service.closed_on or service.ends_on
    total = working.fen(
        Label("合同总金额", "contract total"), contract_total(service, month.period), month.sources.contract
    )
    agreed = _months(payment, service.starts_on, service.ends_on, month)
    count = working.given(Label("约定服务月数", "months agreed"), agreed, Measure.MONTHS)
    served = working.given(
        Label("实际服务月数", "months served"), _months(payment, service.starts_on, ended, month), Measure.MONTHS
    )
    mean = working.divide(Label("平均每月", "mean of a month"), total, count)
    if rounds is EarlyEndStage.MEAN_MONTH and not ends_within(mean.value, FEN_PLACES):
        mean = working.round(Label("平均每月", "mean of a month"), mean, FEN_PLACES, rounds.value)
    due = working.multiply(_DUE, mean, served)
    if ends_within(due.value, FEN_PLACES) and (rounds is not None or ends_within(mean.value, FEN_PLACES)):
        return due
    if rounds is None:
        zh, en = "条款未约定提前终止时在何处四舍五入", "where the price of a service that ended early is rounded"
        raise need("rounds", "/terms/payment/early_end/rounds", zh, en, month.period)
    return working.round(_DUE, due, FEN_PLACES, rounds.value)


def _months(payment: Payment, starts_on: date, last: date, month: MonthFacts) -> Fraction:
    """Count the months from a first to a last day; what is left of a month counts as the terms say."""
    end = last + timedelta(days=1)
    whole = 0
    while add_months(starts_on, whole + 1) <= end:
        whole += 1
    reached = add_months(starts_on, whole)
    if reached == end:
        return Fraction(whole)
    if payment.partial_month is None:
        zh, en = (
            "服务月数不是整月，条款未约定按整月还是按天计算",
            "whether the last, partial month counts whole or by its days",
        )
        raise need("partial_month", "/terms/payment/partial_month", zh, en, month.period)
    if payment.partial_month is PartialMonth.WHOLE:
        return Fraction(whole + 1)
    return whole + Fraction((end - reached).days, (add_months(starts_on, whole + 1) - reached).days)
