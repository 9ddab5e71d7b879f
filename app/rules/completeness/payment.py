"""What is asked about how a contract is paid, and how the money of its years is spread over the months."""

from calendar import monthrange
from collections.abc import Iterator

from app.rules.bases import LENGTHS
from app.rules.clauses import (
    AtRiskPool,
    Base,
    FindingClause,
    Holdback,
    MoneyTerms,
    PartialMonth,
    Payment,
    Schedule,
    ScoreClause,
)
from app.rules.completeness.asking import ask, ask_rounding, fractions
from app.rules.completeness.links import base_of
from app.rules.fees import ServiceFees
from app.rules.missing import Missing

_MONTHS_A_YEAR = 12


def of_payment(terms: MoneyTerms, service: ServiceFees | None) -> Iterator[Missing]:
    """Ask how the contract is paid, and what its months' fees are where the service does not fill years or months."""
    if terms.payment is None or terms.payment.schedule is None:
        yield ask(
            "schedule",
            "/payment/schedule",
            "服务费多久结算一次？每月（monthly）/ 每季（quarterly）/ 分期（instalments，须写明各期比例）",
            "How often is the contract paid: monthly, quarterly or by instalments?",
        )
    payment = terms.payment or Payment()
    if _months_have_fees(terms, payment):
        yield from _of_service(payment, service)
    yield from _of_instalments(payment, service)
    yield from _of_volume(payment)
    yield from _of_early_end(payment)
    if payment.deferred is not None and payment.deferred.rounding is None and fractions([payment.deferred.share]):
        yield ask_rounding("/payment/deferred")
    if payment.excess is None and _may_exceed(terms, payment):
        yield ask(
            "excess",
            "/payment/excess",
            "扣款超过应付金额（包括此前各期更正）时，不足部分如何处理？结转下期抵扣（carried_over）/ "
            "以应付金额为限（limited）",
            "What becomes of deductions larger than what they come off: are they carried_over, or limited to it?",
        )


def _months_have_fees(terms: MoneyTerms, payment: Payment) -> bool:
    """Say whether a month has a fee of its own: by instalments only where a clause is a share of one."""
    if payment.schedule is not Schedule.INSTALMENTS:
        return True
    return any(base_of(clause) not in (None, Base.CONTRACT_TOTAL, Base.MONTH_FINES) for clause in terms.clauses)


def _of_service(payment: Payment, service: ServiceFees | None) -> Iterator[Missing]:
    if service is not None and payment.year_money is None:
        for year in range(service.first.year, service.last.year + 1):
            months = len(service.months_of(year))
            if months < _MONTHS_A_YEAR:
                yield ask(
                    "year_money",
                    "/payment/year_money",
                    "服务不满整个日历年：年度金额按12个月（calendar_months）还是按实际服务月数（service_months）分摊到各月？",
                    "The service does not fill a calendar year: is the money of that year spread over calendar_months "
                    "or over service_months?",
                )
                break
    partial = service is not None and touches_months(service)
    if payment.partial_month is None and (partial or payment.early_end is not None):
        yield ask(
            "partial_month",
            "/payment/partial_month",
            "服务不满整月的月份如何计费？按整月（whole）/ 按天（by_days）",
            "What is a month paid that the service only touches: the whole fee, or by_days?",
        )
    by_days = partial and payment.partial_month is not PartialMonth.WHOLE
    if payment.rounding is None and (by_days or payment.volume is not None):
        yield ask_rounding("/payment")


def touches_months(service: ServiceFees) -> bool:
    """Say whether the service begins or ends within a month."""
    last = service.ends_on if service.closed_on is None else min(service.closed_on, service.ends_on)
    return service.starts_on.day != 1 or last.day != monthrange(last.year, last.month)[1]


def _of_instalments(payment: Payment, service: ServiceFees | None) -> Iterator[Missing]:
    if payment.schedule is not Schedule.INSTALMENTS:
        return
    named = {month for instalment in payment.instalments for month in instalment.months}
    left = () if service is None else tuple(month for month in service.months if month not in named)
    if left or not payment.instalments:
        months_zh = f"（{left[0]}等{len(left)}个月未列入任何一期）" if left else ""
        months_en = f" {len(left)} months, {left[0]} the first, come off none." if left else ""
        yield ask(
            "instalments",
            "/payment/instalments",
            f"分期付款：各期比例是多少，每期扣除哪些月份的扣款？{months_zh}",
            f"Instalments: what is the share of each, and which months' deductions come off it?{months_en}",
        )


def _of_volume(payment: Payment) -> Iterator[Missing]:
    if payment.volume is None:
        return
    for name, zh, en, when in (("least", "最小", "smallest", "低于"), ("most", "最大", "largest", "高于")):
        if getattr(payment.volume, name) is None:
            yield ask(
                name,
                f"/payment/volume/{name}",
                f"业务量{when}设计量时，费用系数{zh}是多少（1为不变）？",
                f"What is the {en} factor of the fee by volume (1 changes nothing)?",
            )


def _of_early_end(payment: Payment) -> Iterator[Missing]:
    if payment.early_end is not None and payment.early_end.rounds is None:
        yield ask(
            "rounds",
            "/payment/early_end/rounds",
            "提前终止时按月均价结算：先把月均价四舍五入到分（mean_month），还是最后合计时（at_end）？",
            "Where is the price of a service that ended early rounded: the mean_month, or the sum at_end?",
        )


def _may_exceed(terms: MoneyTerms, payment: Payment) -> bool:
    """Say whether a payment may come to less than nothing: by deductions, or by what is corrected of earlier months."""
    deducting = any(isinstance(clause, ScoreClause | FindingClause) for clause in terms.clauses)
    changing = payment.early_end is not None or payment.volume is not None
    return deducting or bool(terms.ladders) or changing or _keeps_more_than_fee(terms, payment)


def _keeps_more_than_fee(terms: MoneyTerms, payment: Payment) -> bool:
    """Say whether more may be kept back than is paid: one clause alone keeps at most the month's fee that it is of."""
    keeping = [clause for clause in terms.clauses if isinstance(clause, Holdback)]
    pools = [clause for clause in terms.clauses if isinstance(clause, AtRiskPool) and clause.kept]
    count = len(keeping) + len(pools) + (payment.deferred is not None)
    longer = any(LENGTHS[clause.base] for clause in keeping)
    return count > 1 or longer or (count > 0 and payment.schedule is Schedule.INSTALMENTS)
