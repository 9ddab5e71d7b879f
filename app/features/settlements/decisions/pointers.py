"""How a decision names the clause that it is about, and what there is to decide."""

from decimal import Decimal

from app.rules.clauses import MoneyClause, MoneyTerms, ScoreBands


def by_pointer(terms: MoneyTerms) -> dict[str, MoneyClause]:
    """Give the clauses about money by their pointers into the terms: `/money/0`, `/money/1` and so on."""
    return {f"/money/{number}": clause for number, clause in enumerate(terms.clauses)}


def open_shares(clause: MoneyClause) -> list[Decimal]:
    """Give the most that may be decided, 0 to 1, in each of a clause's bands whose share a person decides."""
    return [share for band, share in clause.bands if band.name in clause.open] if isinstance(clause, ScoreBands) else []
