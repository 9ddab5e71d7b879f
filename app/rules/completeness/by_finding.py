"""What is asked about clauses by which findings cost money."""

from collections.abc import Iterator

from app.rules.clauses import Cap, FindingClause, PerFinding, PointsRatchet, PriceUnit
from app.rules.completeness.asking import ask, ask_base_of_cap, ask_rounding, fractions, shorter_than_cap
from app.rules.completeness.measuring import of_multipliers
from app.rules.measures import Multipliers
from app.rules.missing import Missing


def of_findings(clause: FindingClause, pointer: str) -> Iterator[Missing]:
    """Ask what is open in prices, tiers, caps and rounding."""
    match clause:
        case PerFinding():
            yield from of_multipliers(clause.multipliers, pointer)
            yield from _of_days(clause, pointer)
        case PointsRatchet():
            yield from of_multipliers(clause.points.multipliers, pointer)
            yield from _of_tiers(clause, pointer)
    if shorter_than_cap(clause.base, clause.cap):
        yield ask_base_of_cap(pointer)
    if clause.rounding is None and _leaves_parts_of_fen(clause):
        yield ask_rounding(pointer)


def _of_days(clause: PerFinding, pointer: str) -> Iterator[Missing]:
    if clause.per_day is not None and clause.per_day.count is None:
        yield ask(
            "count",
            f"{pointer}/count",
            "按天扣款：按日历日（calendar_days）还是工作日（working_days）计算？",
            "A price for each day: do calendar_days or working_days count?",
        )


def _of_tiers(clause: PointsRatchet, pointer: str) -> Iterator[Missing]:
    if len(clause.tiers) > 1 and clause.by is None:
        yield ask(
            "by",
            f"{pointer}/by",
            "累计扣分分档加重：各档分数分别按本档倍数（each_tier），还是全部按所达最高一档的倍数（reached_tier）？",
            "Is a tier's factor for its own points (each_tier), or for all once they reach it (reached_tier)?",
        )


def _leaves_parts_of_fen(clause: FindingClause) -> bool:
    if _capped_by_share(clause.cap):
        return True
    if isinstance(clause, PerFinding):
        wage = clause.per_day is not None and clause.per_day.wage is not None
        return clause.unit is PriceUnit.SHARE or wage or _fractional(clause.multipliers)
    points = [clause.free, *(price.value for price in clause.points.prices)]
    tiers = [figure for tier in clause.tiers for figure in tier]
    return clause.share is not None or fractions([*points, *tiers]) or _fractional(clause.points.multipliers)


def _capped_by_share(cap: Cap | None) -> bool:
    return cap is not None and fractions([cap.share])


def _fractional(multipliers: Multipliers | None) -> bool:
    return multipliers is not None and fractions(factor.factor for factor in multipliers.factors)
