"""The balance that a contract has when it is taken over in mid-life."""

from collections.abc import Iterable

from app.rules.clauses import Fund
from app.rules.ledger import Account, Place, Posting, of_opening

_POOL = "held_pool"


def opening_posting(lines: Iterable[tuple[str, int]]) -> Posting:
    """Give what an opening balance posts, from its lines as (component, fen)."""
    return of_opening({_place(component): fen for component, fen in lines})


def _place(component: str) -> Place:
    if component == _POOL:
        return Place(Account.HELD, Fund.POOL)
    account = Account(component)
    return Place(account, Fund.HOLDBACK if account is Account.HELD else None)
