"""What is asked about what is kept back, and how it is paid out again."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.rules.clauses import (
    AllOrNothing,
    AtRiskPool,
    Base,
    FindingClause,
    Fund,
    Holdback,
    MoneyClause,
    MoneyTerms,
    PayoutByScore,
    PayoutClause,
    ProratedPayout,
    ScoreAward,
    ScoreClause,
)
from app.rules.completeness.asking import ask, ask_rounding, fractions
from app.rules.holdbacks import has_ceiling
from app.rules.missing import Missing


def of_pool(clause: AtRiskPool, pointer: str, terms: MoneyTerms) -> Iterator[Missing]:
    """Ask whether the pool is the most that is deducted, where clauses may deduct more."""
    if clause.caps_deductions is None and _may_exceed_pool(terms):
        yield ask(
            "caps_deductions",
            f"{pointer}/caps_deductions",
            "一个月的各项扣款合计超过当月考核金时，是否以考核金为限？是（true）/ 否（false）",
            "Is the pool the most that a month's deductions take (true), or may they take more (false)?",
        )
    if clause.rounding is None and fractions([clause.share]):
        yield ask_rounding(pointer)


def _may_exceed_pool(terms: MoneyTerms) -> bool:
    if terms.ladders:
        return True
    deducting = [clause for clause in terms.clauses if isinstance(clause, ScoreClause | FindingClause)]
    match deducting:
        case []:
            return False
        case [only] if isinstance(only, ScoreClause):
            return only.by_score.base is not Base.AT_RISK_POOL
        case _:
            return True


def of_holdback(clause: Holdback, pointer: str) -> Iterator[Missing]:
    """Ask of what a ceiling is a share, and how what is held back or returned is rounded."""
    if (
        has_ceiling(clause)
        and clause.ceiling_fen is None
        and (clause.ceiling_base is None or clause.ceiling_share is None)
    ):
        yield ask(
            "ceiling",
            f"{pointer}/ceiling",
            "预留考核金的上限是什么金额的比例？年度费用（year_fee）/ 合同总金额（contract_total）",
            "Of what is the ceiling of the holdback a share: year_fee or contract_total?",
        )
    shares = [clause.share, clause.ceiling_share, *(release.share for release in clause.releases)]
    if clause.rounding is None and fractions(shares):
        yield ask_rounding(pointer)


def of_payout(clause: PayoutClause, pointer: str) -> Iterator[Missing]:
    """Ask for sums that a payout needs, and how it is rounded."""
    match clause:
        case ProratedPayout(candidates=()) if any(reading.less_excluded for reading in clause.readings):
            name = clause.excluded
            zh, en = (
                f"考核金公式中的{name}是多少？合同何处载明？",
                f"What is the amount of {name}, and where is it stated?",
            )
            yield ask(name, f"{pointer}/excluded", zh, en)
        case PayoutByScore(rounding=None) if fractions(share for _, share in clause.bands):
            yield ask_rounding(pointer)
        case ScoreAward(rounding=None):
            yield ask_rounding(pointer)
        case _:
            pass


def without_payout(clauses: Sequence[MoneyClause]) -> Iterator[Missing]:
    """Ask how what is kept back is paid out, where no clause returns all of it."""
    paid = {clause.source for clause in clauses if isinstance(clause, PayoutClause)}
    for place, clause in enumerate(clauses):
        if isinstance(clause, AtRiskPool) and clause.kept and Fund.POOL not in paid:
            yield ask(
                "payout",
                "/money",
                "每月留存的考核金何时、按什么支付？请增加兑现条款（payout_by_score、score_award、all_or_nothing "
                "或 prorated_payout）",
                "When and by what is the pool paid that is kept back? State a payout: payout_by_score, score_award, "
                "all_or_nothing or prorated_payout.",
            )
        if isinstance(clause, Holdback) and Fund.HOLDBACK not in paid:
            returned = sum((release.share for release in clause.releases), start=Decimal(0))
            if returned < 1:
                yield ask(
                    "releases",
                    f"/money/{place}/releases",
                    "预留的考核金如何返还？写明每次返还的比例和时点：验收后（acceptance）/ "
                    "年度考核后（annual_assessment）/ 合同期满（contract_end），或增加按年度得分兑现的条款",
                    "How is all of the holdback returned? State shares and the events that they follow (acceptance, "
                    "annual_assessment or contract_end), or a payout by the year's score.",
                )


BY_YEAR = PayoutByScore | ScoreAward | AllOrNothing
"""The payouts that wait for a year's score."""
