"""What a document of terms leaves unanswered, named before a month or a payout needs it.

Every question has the name and the pointer under which a calculation would miss the answer later. Some things no
document can foresee: what the record does not hold, and terms that change in the midst of a quarter or a year.
"""

from collections.abc import Iterator

from app.rules.clauses import (
    AtRiskPool,
    Bonus,
    DeductionLimit,
    FindingClause,
    Holdback,
    MoneyClause,
    NoLink,
    ScoreClause,
)
from app.rules.completeness.additions import of_bonus, of_limit
from app.rules.completeness.asking import STATES, ask
from app.rules.completeness.by_finding import of_findings
from app.rules.completeness.by_score import of_score
from app.rules.completeness.funds import of_holdback, of_payout, of_pool, without_payout
from app.rules.completeness.links import of_links
from app.rules.completeness.payment import of_payment
from app.rules.completeness.triggers import of_gap, of_trigger
from app.rules.fees import ServiceFees
from app.rules.missing import Missing
from app.rules.terms import Terms

__all__ = ["unanswered"]


def unanswered(terms: Terms, service: ServiceFees | None = None) -> tuple[Missing, ...]:
    """Name what the terms leave unanswered, each thing once, in the order of the document.

    The labels are questions with the answers that there are. Without a `service` nothing is asked that only a service
    with part years or part months would ask.
    """
    return tuple(dict.fromkeys(_questions(terms, service)))


def _questions(terms: Terms, service: ServiceFees | None) -> Iterator[Missing]:
    yield from _of_rows(terms)
    yield from _of_year(terms)
    yield from of_payment(terms.money, service)
    for place, clause in enumerate(terms.money.clauses):
        yield from _of_clause(terms, clause, f"/money/{place}", service)
    yield from of_links(terms)
    yield from without_payout(terms.money.clauses)
    for place, trigger in enumerate(terms.triggers):
        yield from of_trigger(trigger, f"/triggers/{place}")


def _of_clause(terms: Terms, clause: MoneyClause, pointer: str, service: ServiceFees | None) -> Iterator[Missing]:
    if isinstance(clause, ScoreClause):
        yield from of_score(clause, pointer, service)
        return
    if isinstance(clause, FindingClause):
        yield from of_findings(clause, pointer)
        return
    match clause:
        case DeductionLimit():
            yield from of_limit(clause, pointer)
        case Bonus():
            yield from of_bonus(clause, pointer)
        case AtRiskPool():
            yield from of_pool(clause, pointer, terms.money)
        case Holdback():
            yield from of_holdback(clause, pointer)
        case NoLink():
            pass
        case _:
            yield from of_payout(clause, pointer)


def _of_rows(terms: Terms) -> Iterator[Missing]:
    """Ask what a month without a score does to months in a row; within so many months it takes its place anyway."""
    for place, rule in enumerate(terms.consecutive):
        if rule.within is not None:
            continue
        for name, (zh, en) in STATES.items():
            if getattr(rule, name) is None:
                yield of_gap(name, f"/consecutive/{place}", zh, en)


def _of_year(terms: Terms) -> Iterator[Missing]:
    """Ask what a month without a score counts in the mean of the year."""
    score = terms.annual_assessment.score if terms.annual_assessment else None
    if score is None:
        return
    for name, (zh, en) in STATES.items():
        if getattr(score, name) is None:
            yield ask(
                name,
                f"/annual_assessment/score/{name}",
                f"年度得分为各月平均：{zh}的月份如何计算？不计入（left_out）/ 按0分计（zero）",
                f"The mean of the year: is a month that was {en} left_out of it, or does it count as zero points?",
            )
