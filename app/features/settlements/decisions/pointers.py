"""How a decision names the clause that it is about."""

from app.rules.clauses import MoneyClause, MoneyTerms


def by_pointer(terms: MoneyTerms) -> dict[str, MoneyClause]:
    """Give the clauses about money by their pointers into the terms: `/money/0`, `/money/1` and so on."""
    return {f"/money/{number}": clause for number, clause in enumerate(terms.clauses)}
