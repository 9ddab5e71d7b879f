"""The fee of each service month: a part of its year's money, so that months sum to quarters and quarters to years."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.rules.clauses import PartialMonth, Payment, YearMoney
from app.rules.lines import Component, Line, MonthFacts, line, month_zh, to_coefficient, to_fen
from app.rules.measuring import metric
from app.rules.missing import need
from app.rules.periods import Period, periods_between
from app.rules.splitting import rest_last
from app.rules.workings import Figure, Label, Measure, Working

_MONTHS_A_YEAR = 12
_MONTHS_A_QUARTER = 3
_MONTHS = Label("月数", "months")
_PLACE = Label("第几个月", "number of the month")


@dataclass(frozen=True, slots=True)
class ServiceFees:
    """The agreed service, its first and last day, and the money of each of its years in fen.

    `closed_on` is the last day served of a service that ended before its agreed last day, and `held_before` what was
    held back, in fen, of the service months that are not on record (an opening balance); None while nobody has said.
    """

    starts_on: date
    ends_on: date
    year_money: Mapping[int, int]
    closed_on: date | None = None
    held_before: int | None = None

    def months_of(self, year: int) -> tuple[Period, ...]:
        """List the agreed service months of a calendar year."""
        return periods_between(max(self.first, Period(year, 1)), min(self.last, Period(year, _MONTHS_A_YEAR)))

    @property
    def first(self) -> Period:
        """Give the first service month."""
        return Period.of(self.starts_on)

    @property
    def last(self) -> Period:
        """Give the last service month that was agreed."""
        return Period.of(self.ends_on)

    @property
    def last_served(self) -> Period:
        """Give the last service month, by the agreement or by the earlier end."""
        return self.last if self.closed_on is None else min(self.last, Period.of(self.closed_on))

    @property
    def months(self) -> tuple[Period, ...]:
        """List all agreed service months."""
        return periods_between(self.first, self.last)

    @property
    def total(self) -> int:
        """Give the money of all years that are stated, in fen."""
        return sum(self.year_money.values())


def money_of(service: ServiceFees, year: int, period: Period | None = None) -> int:
    """Give a year's money in fen; raises MissingAnswerError where the contract does not state it."""
    money = service.year_money.get(year)
    if money is None:
        raise need("years", "/years", f"合同未载{year}年度金额", f"the money of {year}", period)
    return money


def contract_total(service: ServiceFees, period: Period | None = None) -> int:
    """Give the money of all years in fen; raises MissingAnswerError where that of one is not stated."""
    return sum(money_of(service, year, period) for year in range(service.first.year, service.last.year + 1))


def quarter_of(period: Period) -> tuple[int, int]:
    """Give the year and the quarter, 1 to 4, of a month."""
    return period.year, (period.month - 1) // _MONTHS_A_QUARTER + 1


def fee_label(period: Period) -> Label:
    """Name a month's fee."""
    return Label(f"{month_zh(period)}服务费", f"fee of {period}")


def year_label(year: int) -> Label:
    """Name a year's money."""
    return Label(f"{year}年度合同金额", f"contract money of {year}")


def month_fee(service: ServiceFees, month: MonthFacts) -> Line:
    """Reckon the fee of a month; raises MissingAnswerError where the terms leave open what it is."""
    payment = month.terms.payment
    working = Working("/payment" if payment else None)
    payment = payment or Payment()
    whole = _part_of_year(working, service, month, payment)
    served = _for_days_served(working, whole, month, payment)
    return line(Component.FEE, month.period, _for_volume(working, served, month, payment), working)


def _part_of_year(working: Working, service: ServiceFees, month: MonthFacts, payment: Payment) -> Figure:
    period = month.period
    money = money_of(service, period.year, period)
    parts, number = place_in_year(service, period, payment)
    total = working.fen(year_label(period.year), money, month.sources.contract)
    label = fee_label(period)
    count = working.given(_MONTHS, parts, Measure.MONTHS)
    if payment.rest_last:
        return _rest_last(working, label, money, total, count, (parts, number))
    place = working.given(_PLACE, number, Measure.TIMES)
    return working.part(label, total, count, place)


def _rest_last(
    working: Working, label: Label, money: int, total: Figure, count: Figure, place: tuple[int, int]
) -> Figure:
    parts, number = place
    mean = working.divide(Label("平均每月", "mean of a month"), total, count)
    each = working.round(label if number < parts else Label("其他各月", "each other month"), mean, 2, "amount")
    if number < parts:
        return each
    others = working.given(Label("其他月数", "other months"), parts - 1, Measure.MONTHS)
    before = working.multiply(Label("其他各月合计", "sum of the other months"), each, others)
    last = working.subtract(label, total, before)
    if last.value * 100 != rest_last(money, parts, number):
        raise ValueError(f"the last of {parts} parts of {money} fen is not {last.value} yuan")
    return last


def place_in_year(service: ServiceFees, period: Period, payment: Payment) -> tuple[int, int]:
    """Say into how many parts the year's money is split, and which of them the month is."""
    starts, ends = service.starts_on, service.ends_on
    first = starts.month if starts.year == period.year else 1
    count = (ends.month if ends.year == period.year else _MONTHS_A_YEAR) - first + 1
    if count == _MONTHS_A_YEAR or payment.year_money is YearMoney.CALENDAR_MONTHS:
        return _MONTHS_A_YEAR, period.month
    if payment.year_money is YearMoney.SERVICE_MONTHS:
        return count, period.month - first + 1
    raise need(
        "year_money",
        "/terms/payment/year_money",
        f"{period.year}年度只服务{count}个月，条款未约定年度金额按12个月还是按服务月数分摊",
        f"whether the money of {period.year} is that of 12 months or of the {count} months served",
        period,
    )


def _for_volume(working: Working, fee: Figure, month: MonthFacts, payment: Payment) -> Figure:
    """Let the fee follow the volume that was billed, within the bounds of its factor."""
    volume = payment.volume
    if volume is None:
        return fee
    billed = metric(working, volume.metric, None, month).figure
    design = working.given(Label("设计业务量", "volume of the design"), Fraction(volume.design), Measure.POINTS)
    label = Label("业务量系数", "factor of the volume")
    factor = working.divide(label, billed, design, measure=Measure.SHARE)
    # Rounded before it is bounded: a bound of more places would be passed by what is rounded after it.
    factor = to_coefficient(working, label, factor, payment.rounding)
    if factor.value < 1:
        least = _bound(working, volume.least, "least", month)
        factor = working.greatest(label, factor, least, measure=Measure.SHARE)
    if factor.value > 1:
        most = _bound(working, volume.most, "most", month)
        factor = working.least(label, factor, most, measure=Measure.SHARE)
    name = fee_label(month.period)
    return to_fen(working, name, working.multiply(name, fee, factor), payment.rounding, month.period)


def _bound(working: Working, bound: Decimal | None, name: str, month: MonthFacts) -> Figure:
    zh, en = ("最小", "smallest") if name == "least" else ("最大", "largest")
    if bound is None:
        text = f"条款未约定业务量系数的{zh}值"
        raise need(name, f"/terms/payment/volume/{name}", text, f"the {en} factor of the volume", month.period)
    return working.given(Label(f"{zh}系数", f"{en} factor"), Fraction(bound), Measure.SHARE)


def _for_days_served(working: Working, whole: Figure, month: MonthFacts, payment: Payment) -> Figure:
    period = month.period
    served = (month.served_to - month.served_from).days + 1
    if served == period.days or payment.partial_month is PartialMonth.WHOLE:
        return whole
    if payment.partial_month is None:
        raise need(
            "partial_month",
            "/terms/payment/partial_month",
            f"{month_zh(period)}只服务{served}天，条款未约定按整月还是按天计费",
            f"whether {period}, of which {served} days are served, is paid whole or by days",
            period,
        )
    days = working.given(Label("服务天数", "days served"), served, Measure.DAYS, month.sources.assessment)
    of = working.given(Label("当月天数", "days of the month"), period.days, Measure.DAYS)
    share = Label("服务天数比例", "share of the days")
    part = to_coefficient(working, share, working.divide(share, days, of, measure=Measure.SHARE), payment.rounding)
    label = fee_label(period)
    return to_fen(working, label, working.multiply(label, whole, part), payment.rounding, period)
