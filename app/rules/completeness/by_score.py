"""What is asked about clauses that pay by a score or another figure."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from app.rules.bases import LENGTHS, agreed
from app.rules.clauses import (
    Base,
    ByScore,
    Combined,
    Granularity,
    LinearBelowMark,
    PiecewiseLinear,
    RateSteps,
    ScoreBands,
    ScoreClause,
)
from app.rules.completeness.asking import STATES, ask, ask_rounding, fractions
from app.rules.completeness.measuring import of_measure, of_sites
from app.rules.fees import ServiceFees
from app.rules.measures import FindingScore, Measure, SiteRule, SumOf
from app.rules.measuring import waits_for_result
from app.rules.missing import Missing

_LENGTHS = {Base.QUARTER_FEE: 3, Base.YEAR_FEE: 12}
"""The months of a whole quarter and a whole year."""


def of_score(clause: ScoreClause, pointer: str, service: ServiceFees | None) -> Iterator[Missing]:
    """Ask what is open in what decides, in the scale, and in how the amount is rounded."""
    rule = clause.by_score
    yield from of_measure(rule.measure, f"{pointer}/measure")
    yield from of_sites(rule.sites, pointer)
    yield from _of_months(rule, pointer, service)
    yield from _of_first_months(rule, pointer, service)
    match clause:
        case LinearBelowMark() | PiecewiseLinear():
            yield from _of_points_below(clause, pointer)
        case ScoreBands():
            yield from _of_bands(clause, pointer)
        case _:
            pass
    if rule.rounding is None and _leaves_parts_of_fen(clause):
        yield ask_rounding(pointer)


def _of_months(rule: ByScore, pointer: str, service: ServiceFees | None) -> Iterator[Missing]:
    longer = LENGTHS[rule.base] > 0
    if longer and rule.score is None:
        yield ask(
            "score",
            f"{pointer}/score",
            "费用按季、按年或按合同期考核计算：以哪个得分为准？各月平均分（mean_of_months）/ "
            "加权平均（weighted_months，须写明权重）/ 各月系数的平均（mean_of_coefficients）/ "
            "最低月（lowest_month）/ 最后一月（last_month）",
            "Which score decides about more than a month: mean_of_months, weighted_months (with weights), "
            "mean_of_coefficients, lowest_month or last_month?",
        )
    if rule.score is Combined.WEIGHTED_MONTHS and len(rule.weights) not in _months_of(rule.base, service):
        zh = f"各月得分加权：条款列出{len(rule.weights)}个权重，与考核期的月数不符，每个月的权重各是多少？"
        en = f"{len(rule.weights)} weights are stated: what is the weight of each month that is scored together?"
        yield ask("weights", f"{pointer}/weights", zh, en)
    for name, (state_zh, state_en) in STATES.items():
        if getattr(rule, name) is not None or not waits_for_result(rule):
            continue
        of_zh, of_en = ("与考核挂钩的部分", " of the part at risk") if rule.part else ("服务费", "")
        zh = f"{state_zh}的月份没有得分，{of_zh}如何计算？全额支付（paid_in_full）/ 不支付（not_paid）"
        en = f"What is a month paid{of_en} that was {state_en} and has no score: paid_in_full or not_paid?"
        if longer:
            zh = f"{state_zh}的月份没有得分：是否不计入，由其余各月的得分决定整个考核期的费用？是（left_out）"
            en = f"Is a month that was {state_en} left_out, so that the scores of the other months decide about all?"
        yield ask(name, f"{pointer}/{name}", zh, en)
    if service is not None and _ended_within(rule.base, service):
        zh, en = "服务提前终止：以什么金额为基数计算？", "Of what is the share paid, where the service ended early?"
        yield ask("early_end", f"{pointer}/base", zh, en)


def _months_of(base: Base, service: ServiceFees | None) -> set[int]:
    """Give how many months are scored together; without a service those of the contract are not known."""
    if service is None:
        return {_LENGTHS[base]} if base in _LENGTHS else set(range(1, 241))
    spans = {agreed(service, base, period) for period in service.months}
    return {first.until(last) + 1 for first, last in spans}


def _ended_within(base: Base, service: ServiceFees) -> bool:
    """Say whether the service ended early within a year, or the contract, that a share is taken of."""
    if base not in (Base.YEAR_FEE, Base.CONTRACT_TOTAL):
        return False
    return service.last_served < agreed(service, base, service.last_served)[1]


def _of_first_months(rule: ByScore, pointer: str, service: ServiceFees | None) -> Iterator[Missing]:
    """Ask about the months of the beginning: those without an earlier score, and those that are paid apart."""
    if rule.lag is not None and rule.lag.first is None:
        yield ask(
            "first_period",
            f"{pointer}/lag/first",
            "按此前考核期的得分计费：最初没有此前考核期时如何计算？按本期得分（own_score）/ 全额支付（paid_in_full）",
            "What decides about the first period, which has no earlier one: its own_score, or is it paid_in_full?",
        )
    grace = rule.grace
    if grace is None:
        return
    if grace.share is None:
        yield ask(
            "grace",
            f"{pointer}/grace/share",
            f"最初{grace.months}个月不按得分计费：每月支付服务费的多少比例（0至1）？",
            f"What share of the fee, from 0 to 1, is each of the first {grace.months} months paid?",
        )
    if grace.counts_partial is None and service is not None and service.starts_on.day != 1:
        yield ask(
            "counts_partial",
            f"{pointer}/grace/counts_partial",
            f"服务自{service.starts_on}开始，首月不足整月：是否算作最初{grace.months}个月之一？是（true）/ 否（false）",
            f"The service starts on {service.starts_on}: is its first, partial month one of the first {grace.months}?",
        )


def _of_points_below(clause: LinearBelowMark | PiecewiseLinear, pointer: str) -> Iterator[Missing]:
    if clause.granularity is None:
        yield ask(
            "granularity",
            f"{pointer}/granularity",
            "每低1分扣款：不足1分的部分如何计算？按比例（linear）/ 不计（whole_points）/ 按1分计（started_points）",
            "What does a part of a point below the mark cost: its part (linear), nothing (whole_points), or as much "
            "as a whole one (started_points)?",
        )
    if clause.floor is None and _most(clause) > 1:
        yield ask(
            "floor",
            f"{pointer}/floor",
            "得分很低时，按每分扣减会超过全部金额：最低支付多少比例（0至1）？扣完为止填0",
            "Where a low score would cost more than all: what is the smallest share that is paid, from 0 to 1?",
        )


def _most(clause: LinearBelowMark | PiecewiseLinear) -> Fraction:
    """Give the share that the lowest score costs."""
    lowest = _lowest(clause.by_score.measure)
    if isinstance(clause, LinearBelowMark):
        points = max(Fraction(0), Fraction(clause.mark) - lowest)
        exact = clause.granularity is Granularity.LINEAR
        return (points if exact else Fraction(ceil(points))) * Fraction(clause.per_point)
    upper, total = Fraction(clause.mark), Fraction(0)
    for down_to, per_point in clause.stretches:
        lower = Fraction(down_to or 0)
        total += (upper - lower) * Fraction(per_point)
        upper = lower
    return total


def _lowest(measure: Measure | None) -> Fraction:
    """Give the smallest score that there can be; 0 where nothing says more."""
    if isinstance(measure, SumOf):
        return sum((_lowest(part) for part in measure.parts), start=Fraction(0))
    if isinstance(measure, FindingScore) and measure.floor is not None:
        return Fraction(measure.floor)
    return Fraction(0)


def _of_bands(clause: ScoreBands, pointer: str) -> Iterator[Missing]:
    """Ask about scores above the full mark, which additions may give and no band may hold."""
    open_above = any(band.below is None and band.at_most is None for band, _ in clause.bands)
    if not open_above and _may_exceed(clause.by_score.measure):
        zh = "加分后得分可能超过满分，最高一档有上限：超过满分时按哪一档计？请放开最高一档的上限"
        en = "Additions may lead above the full mark, where no band is: let the highest band have no upper edge."
        yield ask("bands", f"{pointer}/bands", zh, en)


def _may_exceed(measure: Measure | None) -> bool:
    if isinstance(measure, SumOf):
        return any(_may_exceed(part) for part in measure.parts)
    return isinstance(measure, FindingScore) and bool(measure.additions)


def _leaves_parts_of_fen(clause: ScoreClause) -> bool:
    """Say whether what is paid need not be whole fen: not where all or nothing of whole fen is."""
    rule = clause.by_score
    by_mean = rule.score is Combined.MEAN_OF_COEFFICIENTS
    by_mean |= rule.sites is not None and rule.sites.rule in (None, SiteRule.MEAN_OF_COEFFICIENTS)
    grace = rule.grace is not None and (rule.grace.share is None or fractions([rule.grace.share]))
    part = rule.part is not None and rule.part != 1
    match clause:
        case ScoreBands(bands=bands, open=decided):
            scale = bool(decided) or fractions(share for _, share in bands)
        case RateSteps(bands=bands):
            scale = fractions(share for _, share in bands)
        case _:
            scale = True
    return by_mean or grace or part or scale
