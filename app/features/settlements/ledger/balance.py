"""Says what stands on a contract's accounts on a day: balances, what its funds still hold, what part of it is paid."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.contracts import queries as contract_queries
from app.features.settlements.ledger import queries as ledger_queries
from app.features.settlements.ledger.posting import balances
from app.rules.clauses import Fund
from app.rules.ledger import DEBIT_ACCOUNTS, Account, natural
from app.rules.payments import percent
from app.rules.workings import Label


@dataclass(frozen=True, slots=True)
class HeldIn:
    """What a fund holds, in fen."""

    fund: Fund
    fen: int


@dataclass(frozen=True, slots=True)
class Share:
    """What part of a named sum is paid, both in fen."""

    name: str
    label: Label
    amount: int
    paid: int

    @property
    def percent(self) -> int | None:
        """Give the share in hundredths of a percent; None of a sum of nothing."""
        return percent(self.paid, self.amount)

    @property
    def unpaid(self) -> int:
        """Give what is left to pay; nothing where more was paid."""
        return max(self.amount - self.paid, 0)


@dataclass(frozen=True, slots=True)
class Balance:
    """The accounts of a contract as they stand on a day, in fen, by what was posted up to it."""

    as_of: date
    accounts: Mapping[Account, int]
    held: tuple[HeldIn, ...]
    shares: tuple[Share, ...]

    @property
    def debit_side(self) -> int:
        """Give what is accrued and receivable."""
        return sum(fen for account, fen in self.accounts.items() if account in DEBIT_ACCOUNTS)

    @property
    def credit_side(self) -> int:
        """Give what became of it: paid, payable, held, deducted, forfeited."""
        return sum(fen for account, fen in self.accounts.items() if account not in DEBIT_ACCOUNTS)


def balance(session: Session, contract_id: uuid.UUID, as_of: date) -> Balance:
    """Read the balance of a contract that the caller may see, in three statements."""
    sums = ledger_queries.sums(session, [contract_id], as_of)
    accounts = balances(sums)
    held = _held(sums)
    years = {row["year"]: row["amount_fen"] for row in contract_queries.years(session, [contract_id])}
    shares = _shares(years, accounts, _paid_by_year(ledger_queries.paid(session, contract_id, as_of)))
    return Balance(as_of, accounts, held, shares)


def _held(sums: Iterable[RowMapping]) -> tuple[HeldIn, ...]:
    held = {row["fund"]: natural(Account.HELD, row["fen"]) for row in sums if row["account"] is Account.HELD}
    return tuple(HeldIn(fund, held[fund]) for fund in Fund if fund in held)


def _paid_by_year(rows: Iterable[RowMapping]) -> Mapping[int, int]:
    """Give what was paid by the year that it was paid for, not by the day of the payment.

    A settlement belongs to the year of its last day of service, a payout to its own; a release that names no year to
    that of the event which it follows.
    """
    paid: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        day = row["ends_on"] or row["event_on"] or row["approved_on"]
        year = row["year"] or (day.year if day else None)
        if year is not None:
            paid[year] += row["fen"]
    return paid


def _shares(years: Mapping[int, int], accounts: Mapping[Account, int], paid: Mapping[int, int]) -> tuple[Share, ...]:
    by_year = (
        Share(f"year:{year}", Label(f"{year}年合同金额", f"contract amount of {year}"), amount, paid.get(year, 0))
        for year, amount in sorted(years.items())
    )
    total = accounts[Account.PAID]
    return (
        Share("contract_total", Label("合同总金额", "contract total"), sum(years.values()), total),
        *by_year,
        Share("accrued", Label("已计金额", "accrued so far"), accounts[Account.ACCRUED], total),
    )
