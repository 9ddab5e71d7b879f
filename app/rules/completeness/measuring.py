"""What is asked about what a clause measures: findings in points, figures of the month, scores of sites."""

from collections.abc import Iterator
from decimal import Decimal

from app.rules.completeness.asking import ask
from app.rules.measures import Factor, FindingScore, Interpolated, Measure, Multipliers, Sites, SumOf, When
from app.rules.missing import Missing


def of_measure(measure: Measure | None, pointer: str) -> Iterator[Missing]:
    """Ask what is open in a measure; `pointer` is its own."""
    match measure:
        case SumOf(parts=parts):
            for place, part in enumerate(parts):
                yield from of_measure(part, f"{pointer}/parts/{place}")
        case Interpolated(code=code, clamped=None):
            yield ask(
                "clamped",
                f"{pointer}/clamped",
                f"“{code}”超出插值表两端时如何得分？按最近一端的得分计（true）/ 条款不涵盖（false）",
                f"What does {code} earn outside of the knots: what the nearest one does (true), or is it not covered "
                "(false)?",
            )
        case FindingScore():
            yield from _of_points(measure, pointer)
        case _:
            pass


def _of_points(measure: FindingScore, pointer: str) -> Iterator[Missing]:
    yield from of_multipliers(measure.points.multipliers, pointer)
    if measure.floor is None and _may_take_more(measure):
        yield ask(
            "floor",
            f"{pointer}/floor",
            f"问题较多、扣分超过满分{measure.full_mark.normalize():f}分时，最低计几分？扣完为止填0",
            f"What is the smallest score, where more than the {measure.full_mark.normalize():f} points are taken?",
        )
    if measure.subjects and measure.subject is None:
        names = "、".join(name for name, _ in measure.subjects)
        yield ask(
            "subject",
            f"{pointer}/subject",
            f"一项问题同时扣多个对象的分：费用按哪个对象的得分计算？{names}",
            f"One finding takes points of several subjects: whose score decides about the fee? {names}",
        )


def _may_take_more(measure: FindingScore) -> bool:
    """Say whether findings may take more points than there are: not where all are held at their criteria's weights."""
    held = {issue_type for criterion in measure.criteria for issue_type in criterion.issue_types}
    if any(price.issue_type not in held for price in measure.points.prices):
        return True
    total = sum((criterion.weight for criterion in measure.criteria), start=Decimal(0))
    largest = max((ratio for _, ratio in measure.subjects), default=Decimal(1))
    return total * largest > measure.full_mark


def of_multipliers(multipliers: Multipliers | None, pointer: str) -> Iterator[Missing]:
    """Ask what is open in the factors of a repeat."""
    if multipliers is None:
        return
    at = f"{pointer}/multipliers"
    for place, factor in enumerate(multipliers.factors):
        yield from _of_factor(factor, f"{at}/factors/{place}")
    if multipliers.together is None and _may_meet(multipliers):
        yield ask(
            "together",
            f"{at}/together",
            "一次问题同时符合多项加重时如何计算？取最高倍数（largest）/ 各倍数连乘（product）",
            "Where several factors hold for one finding: does the largest apply, or their product?",
        )


def _of_factor(factor: Factor, at: str) -> Iterator[Missing]:
    times = f"{factor.factor.normalize():f}"
    if factor.when is When.NUMBER and factor.number is None:
        zh, en = f"重复发生按{times}倍计：从第几次起？", f"A repeat costs {times} times as much: from which number on?"
        yield ask("number", f"{at}/number", zh, en)
    if factor.when is When.NUMBER and factor.within is None:
        yield ask(
            "within",
            f"{at}/within",
            f"重复发生按{times}倍计：在多长期间内计次？月（month）/ 季（quarter）/ 年（year）/ 合同期（contract）",
            f"A repeat costs {times} times as much: counted within a month, a quarter, a year or the contract?",
        )
    if factor.when is When.CONSECUTIVE and factor.compounds is None:
        yield ask(
            "compounds",
            f"{at}/compounds",
            f"连续多月发生按{times}倍计：从连续第三个月起，是每月再乘一次（true）还是一直按{times}倍（false）？",
            f"Months in a row cost {times} times as much: does each further month multiply once more (true), "
            "or does it stay at that (false)?",
        )


def _may_meet(multipliers: Multipliers) -> bool:
    """Say whether one finding may have two different factors: of several for a number the largest reached applies."""
    factors = multipliers.factors
    numbers = [factor for factor in factors if factor.when is When.NUMBER]
    others = len(factors) - len(numbers)
    differ = len({factor.factor for factor in factors}) > 1
    grows = any(factor.when is When.CONSECUTIVE and factor.compounds is not False for factor in factors)
    return others + bool(numbers) > 1 and (differ or grows)


def of_sites(sites: Sites | None, pointer: str) -> Iterator[Missing]:
    """Ask how the scores of several sites become one."""
    if sites is not None and sites.rule is None:
        yield ask(
            "site_rule",
            f"{pointer}/sites/rule",
            "多个点位的得分如何合并？取最低分（lowest）/ 各点位得分的平均（mean_of_scores）/ "
            "各点位系数的平均（mean_of_coefficients）",
            "How do the scores of several sites become one: lowest, mean_of_scores or mean_of_coefficients?",
        )
