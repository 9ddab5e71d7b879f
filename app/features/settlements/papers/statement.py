"""A contract's statement of a year: what stands on its accounts, what moved them, and what is left of each thing."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.settlements.papers import queries as paper_queries
from app.models.words import LedgerCause
from app.rules.clauses import Fund
from app.rules.ledger import DEBIT_ACCOUNTS, Account, identity, natural

Key = tuple[Account, Fund | None]


@dataclass(frozen=True, slots=True)
class Balances:
    """Fen by account and fund as people speak of them: what was earned, paid, is owed, held, was deducted."""

    by_place: Mapping[Key, int]

    def of(self, account: Account, fund: Fund | None = None) -> int:
        """Give what stands on an account, or of what is held in one fund of it."""
        return sum(fen for (at, kept), fen in self.by_place.items() if at is account and fund in {None, kept})

    @property
    def debits(self) -> int:
        """Give the left side of the identity: accrued and receivable."""
        return sum(self.of(account) for account in DEBIT_ACCOUNTS)

    @property
    def credits(self) -> int:
        """Give its right side: paid, payable, held, deducted, forfeited."""
        return sum(self.of(account) for account in Account if account not in DEBIT_ACCOUNTS)

    @property
    def out_by(self) -> int:
        """Give what the identity is out by; 0 where it holds."""
        return identity({account: self.of(account) for account in Account})


@dataclass(frozen=True, slots=True)
class Movement:
    """What the entries of one cause moved in the year."""

    cause: LedgerCause
    entries: int
    balances: Balances


@dataclass(frozen=True, slots=True)
class Item:
    """A settlement or a payout that was posted: what is payable by it, what was paid before and in the year."""

    row: RowMapping
    payable: int
    paid_before: int
    paid_in_year: int

    @property
    def left(self) -> int:
        """Give what is still to be paid."""
        return self.payable - self.paid_before - self.paid_in_year


@dataclass(frozen=True, slots=True)
class Statement:
    """A year up to `as_of`: its last day, or today while it runs. Everything counts from the day of its posting."""

    contract: RowMapping
    year: int
    as_of: date
    opening: Balances
    movements: Sequence[Movement]
    closing: Balances
    settlements: Sequence[Item]
    """Those posted in the year, and those of which something was left when it began."""
    payouts: Sequence[Item]
    """The same of payouts and releases."""
    unsettled: Sequence[str]
    """Months of the year that had ended by `as_of` and that no settlement posted by then settles."""

    @property
    def complete(self) -> bool:
        """Tell whether the year is over."""
        return self.as_of == date(self.year, 12, 31)


def read(session: Session, caller: Caller, contract_id: uuid.UUID, year: int) -> Statement:
    """Draw the statement of a year up; 404 for a year in which the contract had not begun, or that has not."""
    contract = contract_queries.contract(session, caller.centers, contract_id)
    if contract is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    first, as_of = date(year, 1, 1), min(date(year, 12, 31), clock.today())
    if first > as_of or year < contract["starts_on"].year:
        detail = f"The contract began on {contract['starts_on']}, and today is {clock.today()}."
        raise NotFound(f"There is no statement of {year}. {detail}", pointer="/path/year")
    sums = paper_queries.sums(session, contract_id, first, as_of)
    opening = _balances(sums, "before_fen")
    settled = paper_queries.settlements_posted(session, contract_id, as_of)
    paid = paper_queries.paid(session, contract_id, first, as_of)
    counts = paper_queries.entries(session, contract_id, first, as_of)
    covered = {month for row in settled for month in row["months"]}
    served = paper_queries.months_served(session, contract_id, year, as_of)
    return Statement(
        contract=contract,
        year=year,
        as_of=as_of,
        opening=opening,
        movements=[
            Movement(cause, counts[cause], _balances([row for row in sums if row["cause"] is cause], "fen"))
            for cause in LedgerCause
            if counts.get(cause)
        ],
        closing=_sum_of(opening, _balances(sums, "fen")),
        settlements=_items(settled, "payable_fen", paid, first),
        payouts=_items(paper_queries.payouts_posted(session, contract_id, as_of), "amount_fen", paid, first),
        unsettled=[period for period in served if period not in covered],
    )


def _balances(rows: Iterable[RowMapping], column: str) -> Balances:
    found: dict[Key, int] = {}
    for row in rows:
        key = (row["account"], row["fund"])
        found[key] = found.get(key, 0) + natural(row["account"], row[column])
    return Balances(found)


def _sum_of(*parts: Balances) -> Balances:
    keys = {key for part in parts for key in part.by_place}
    return Balances({key: sum(part.by_place.get(key, 0) for part in parts) for key in keys})


def _items(
    rows: Sequence[RowMapping], column: str, paid: Mapping[uuid.UUID, tuple[int, int]], first: date
) -> list[Item]:
    """Keep what was posted from the year's first day, and what was not paid in full before it."""
    found = [Item(row, row[column], *paid.get(row["id"], (0, 0))) for row in rows]
    return [i for i in found if i.row["posted_on"] >= first or i.payable != i.paid_before or i.paid_in_year]
