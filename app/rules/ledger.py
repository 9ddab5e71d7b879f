"""The accounts of a contract, what is posted to them by each cause, and the identity that always holds.

accrued + receivable = paid + payable + held + deducted + forfeited, for every contract, to the fen (domain.md
section 7). A posting is a mapping of places to fen, debits positive and credits negative, whose sum is zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from app.rules.clauses import Fund
from app.rules.lines import Component


class Account(StrEnum):
    """Where money stands; the first two are debit accounts, the others credit accounts."""

    ACCRUED = "accrued"
    """Fees and bonuses that the contract has earned the vendor."""
    RECEIVABLE = "receivable"
    """What the vendor owes."""
    PAID = "paid"
    PAYABLE = "payable"
    HELD = "held"
    DEDUCTED = "deducted"
    FORFEITED = "forfeited"


DEBIT_ACCOUNTS = frozenset({Account.ACCRUED, Account.RECEIVABLE})


class Place(NamedTuple):
    """An account; what is held back also has its fund, and what belongs to a month its period."""

    account: Account
    fund: Fund | None = None
    period: str | None = None


Posting = Mapping[Place, int]
"""Fen by place; debits are positive, credits negative."""


def natural(account: Account, fen: int) -> int:
    """Turn a signed sum into the balance that people speak of: credit accounts hold what was credited."""
    return fen if account in DEBIT_ACCOUNTS else -fen


_PLACES: Mapping[Component, tuple[Account, Fund | None, int]] = {
    Component.FEE: (Account.ACCRUED, None, 1),
    Component.SCORE_DEDUCTION: (Account.DEDUCTED, None, -1),
    Component.FINDING_DEDUCTION: (Account.DEDUCTED, None, -1),
    Component.DEDUCTION_LIMIT: (Account.DEDUCTED, None, 1),
    Component.HOLDBACK: (Account.HELD, Fund.HOLDBACK, -1),
    Component.POOL: (Account.HELD, Fund.POOL, -1),
    Component.DEFERRED: (Account.HELD, Fund.DEFERRED, -1),
    Component.BONUS: (Account.ACCRUED, None, 1),
    Component.CARRIED_OVER: (Account.RECEIVABLE, None, -1),
}


def of_settlement(lines: Iterable[tuple[Component, str | None, int]]) -> Posting:
    """Post a settlement's lines, given as (component, period, fen); what is left is payable."""
    posting: defaultdict[Place, int] = defaultdict(int)
    for component, period, fen in lines:
        account, fund, sign = _PLACES[component]
        posting[Place(account, fund, period)] += sign * fen
    posting[Place(Account.PAYABLE)] -= sum(posting.values())
    return _balanced(posting)


def of_payment(fen: int, *, voided: bool = False) -> Posting:
    """Post a payment, or the counter-entry that voids it."""
    sign = -1 if voided else 1
    return _balanced({Place(Account.PAYABLE): sign * fen, Place(Account.PAID): -sign * fen})


def of_payout(fund: Fund, payable: int, forfeited: int) -> Posting:
    """Post a payout or a release from a fund, and what of the fund is forfeited by it."""
    return _balanced(
        {
            Place(Account.HELD, fund): payable + forfeited,
            Place(Account.PAYABLE): -payable,
            Place(Account.FORFEITED): -forfeited,
        }
    )


def of_opening(amounts: Mapping[Place, int]) -> Posting:
    """Post an opening balance: balances by place as people speak of them; what they sum to was accrued before."""
    posting = {
        place: fen if place.account in DEBIT_ACCOUNTS else -fen
        for place, fen in amounts.items()
        if place.account is not Account.ACCRUED
    }
    posting[Place(Account.ACCRUED)] = -sum(posting.values())
    return _balanced(posting)


def _balanced(posting: Mapping[Place, int]) -> Posting:
    """Leave out what is nothing; refuse what does not balance."""
    if sum(posting.values()) != 0:
        raise ValueError(f"a posting that does not balance: {posting}")
    return {place: fen for place, fen in posting.items() if fen}


def identity(balances: Mapping[Account, int]) -> int:
    """Give what the identity is out by in fen, from balances as people speak of them; 0 where it holds."""
    debits = sum(fen for account, fen in balances.items() if account in DEBIT_ACCOUNTS)
    return debits - sum(fen for account, fen in balances.items() if account not in DEBIT_ACCOUNTS)
