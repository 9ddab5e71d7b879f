"""What is asked where a clause is absent: one that another waits for, or any that ties the fee to the assessment."""

from collections.abc import Iterator

from app.rules.clauses import (
    AtRiskPool,
    Base,
    Bonus,
    FindingClause,
    MoneyClause,
    NoLink,
    PayoutClause,
    PerFinding,
    PointsRatchet,
    PriceUnit,
    ScoreClause,
)
from app.rules.completeness.asking import ask
from app.rules.completeness.funds import BY_YEAR
from app.rules.missing import Missing
from app.rules.terms import Terms


def of_links(terms: Terms) -> Iterator[Missing]:
    """Ask for what moves money, for the pool that clauses are shares of, and for the year that payouts wait for."""
    clauses = terms.money.clauses
    linking = ScoreClause | FindingClause | Bonus | PayoutClause | NoLink
    if not terms.money.ladders and not any(isinstance(clause, linking) for clause in clauses):
        yield ask(
            "score_to_fee",
            "/money",
            "考核结果如何影响费用？请写明条款（如按得分分档计费、按问题扣款）；合同确未约定的，写明 no_link",
            "How does the assessment move money? State a clause that does, or no_link where the contract states none.",
        )
    pooled = any(base_of(clause) is Base.AT_RISK_POOL for clause in clauses)
    if pooled and not any(isinstance(clause, AtRiskPool) for clause in clauses):
        yield ask(
            "at_risk_pool",
            "/money",
            "条款以考核金为基数：每月服务费的多少比例是考核金？请增加 at_risk_pool 条款",
            "A clause is a share of the pool at risk: what share of the month's fee is that? State at_risk_pool.",
        )
    if terms.annual_assessment is None and any(isinstance(clause, BY_YEAR) for clause in clauses):
        yield ask(
            "annual_assessment",
            "/annual_assessment",
            "考核金按年度得分兑现：年度考核在何时完成？年度得分如何产生？",
            "A payout waits for the year's score: by when is the year assessed, and how does its score come about?",
        )


def base_of(clause: MoneyClause) -> Base | None:
    """Give what a clause takes a share of; None where it states amounts, or takes of a fund."""
    if isinstance(clause, ScoreClause):
        return clause.by_score.base
    if isinstance(clause, AtRiskPool):
        return Base.MONTH_FEE
    if isinstance(clause, NoLink | PayoutClause):
        return None
    return clause.base if _takes_share(clause) else None


def _takes_share(clause: MoneyClause) -> bool:
    match clause:
        case PerFinding(unit=unit, cap=cap):
            return unit is PriceUnit.SHARE or (cap is not None and cap.share is not None)
        case PointsRatchet(share=share, cap=cap) | Bonus(share=share, pool=cap):
            return share is not None or (cap is not None and cap.share is not None)
        case _:
            return getattr(clause, "share", None) is not None
