"""The fee of each service month: a part of its year's money, so that months sum to quarters and quarters to years."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.rules.clauses import PartialMonth, Payment, YearMoney
from app.rules.lines import Component, Line, MonthFacts, line, to_fen
from app.rules.missing import need
from app.rules.periods import Period, periods_between
from app.rules.splitting import rest_last
from app.rules.workings import Figure, Label, Measure, Working

_MONTHS_A_YEAR = 12
_MONTHS_A_QUARTER = 3


@dataclass(frozen=True, slots=True)
class ServiceFees:
    """The agreed service, its first and last day, and the money of each of its years in fen."""

    starts_on: date
    ends_on: date
    year_money: Mapping[int, int]

    def months_of(self, year: int) -> tuple[Period, ...]:
        """List the service months of a calendar year."""
        return tuple(period for period in self.months if period.year == year)

    @property
    def months(self) -> tuple[Period, ...]:
        """List all service months."""
        return periods_between(Period.of(self.starts_on), Period.of(self.ends_on))

    @property
    def total(self) -> int:
        """Give the money of all years, in fen."""
        return sum(self.year_money.values())


def quarter_of(period: Period) -> tuple[int, int]:
    """Give the year and the quarter, 1 to 4, of a month."""
    return period.year, (period.month - 1) // _MONTHS_A_QUARTER + 1


def fee_label(period: Period) -> Label:
    """Name a month's fee."""
    return Label(f"{period.year}年{period.month}月服务费", f"fee of {period}")


def month_fee(service: ServiceFees, month: MonthFacts) -> Line:
    """Reckon the fee of a month; raises MissingAnswerError where the terms leave open what it is."""
    working = Working("/payment")
    payment = month.terms.payment or Payment()
    whole = _part_of_year(working, service, month, payment)
    return line(Component.FEE, month.period, _for_days_served(working, whole, month, payment), working)


def _part_of_year(working: Working, service: ServiceFees, month: MonthFacts, payment: Payment) -> Figure:
    period = month.period
    money = service.year_money.get(period.year)
    if money is None:
        raise need("years", "/years", f"合同未载{period.year}年度金额", f"the money of {period.year}", period)
    parts, number = place_in_year(service, period, payment)
    total = working.fen(
        Label(f"{period.year}年度合同金额", f"contract money of {period.year}"), money, month.sources.contract
    )
    count = working.given(Label("月数", "months"), parts, Measure.MONTHS)
    place = working.given(Label("第几个月", "number of the month"), number, Measure.TIMES)
    label = fee_label(period)
    if payment.rest_last:
        return _rest_last(working, label, money, total, parts, number)
    return working.part(label, total, count, place)


def _rest_last(working: Working, label: Label, money: int, total: Figure, parts: int, number: int) -> Figure:
    count = working.given(Label("月数", "months"), parts, Measure.MONTHS)
    mean = working.divide(Label("平均每月", "mean of a month"), total, count)
    each = working.round(label, mean, 2, "amount")
    if number < parts:
        return each
    others = working.given(Label("此前各月", "months before"), parts - 1, Measure.MONTHS)
    before = working.multiply(Label("此前各月合计", "sum of the months before"), each, others)
    last = working.subtract(label, total, before)
    if last.value * 100 != rest_last(money, parts, number):
        raise ValueError(f"the last of {parts} parts of {money} fen is not {last.value} yuan")
    return last


def place_in_year(service: ServiceFees, period: Period, payment: Payment) -> tuple[int, int]:
    """Say into how many parts the year's money is split, and which of them the month is."""
    months = service.months_of(period.year)
    if len(months) == _MONTHS_A_YEAR or payment.year_money is YearMoney.CALENDAR_MONTHS:
        return _MONTHS_A_YEAR, period.month
    if payment.year_money is YearMoney.SERVICE_MONTHS:
        return len(months), months.index(period) + 1
    raise need(
        "year_money",
        "/terms/payment/year_money",
        f"{period.year}年度只服务{len(months)}个月，条款未约定年度金额按12个月还是按服务月数分摊",
        f"whether the money of {period.year} is that of 12 months or of the {len(months)} months served",
        period,
    )


def _for_days_served(working: Working, whole: Figure, month: MonthFacts, payment: Payment) -> Figure:
    period = month.period
    served = (month.served_to - month.served_from).days + 1
    if served == period.days or payment.partial_month is PartialMonth.WHOLE:
        return whole
    if payment.partial_month is None:
        raise need(
            "partial_month",
            "/terms/payment/partial_month",
            f"{period}只服务{served}天，条款未约定按整月还是按天计费",
            f"whether {period}, of which {served} days are served, is paid whole or by days",
            period,
        )
    days = working.given(Label("服务天数", "days served"), served, Measure.DAYS, month.sources.assessment)
    of = working.given(Label("当月天数", "days of the month"), period.days, Measure.DAYS)
    label = fee_label(period)
    product = working.multiply(Label("服务费×服务天数", "fee times days served"), whole, days)
    return to_fen(working, label, working.divide(label, product, of), payment.rounding, period)
