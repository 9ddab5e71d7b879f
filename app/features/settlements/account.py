"""A vendor's statement of account (对账单): what stands on a contract's accounts on a day, and every entry up to it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.settlements import portal_queries
from app.rules.clauses import Fund
from app.rules.ledger import DEBIT_ACCOUNTS, Account, natural


@dataclass(frozen=True, slots=True)
class Moved:
    """What one line of an entry moved, in fen as people speak of it: positive where the account grew."""

    account: Account
    fund: Fund | None
    period: str | None
    fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with what it moved."""

    row: RowMapping
    moved: Sequence[Moved]


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """What was brought forward, the entries from `since` to `as_of`, and what stands after them, in fen."""

    since: date | None
    as_of: date
    brought_forward: Mapping[Account, int]
    entries: Sequence[Entry]
    accounts: Mapping[Account, int]
    held: Mapping[Fund, int]

    @property
    def debit_side(self) -> int:
        """Give what is accrued and receivable."""
        return sum(fen for account, fen in self.accounts.items() if account in DEBIT_ACCOUNTS)

    @property
    def credit_side(self) -> int:
        """Give what became of it: paid, payable, held, deducted, forfeited."""
        return sum(fen for account, fen in self.accounts.items() if account not in DEBIT_ACCOUNTS)


def statement_of(
    session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID, since: date | None, as_of: date
) -> AccountStatement:
    """Draw up the statement of a contract of a vendor, in three statements however long it has run."""
    sums = portal_queries.sums(session, vendor_id, contract_id, since, as_of)
    rows = portal_queries.entries(session, vendor_id, contract_id, since, as_of)
    lines = portal_queries.entry_lines(session, vendor_id, contract_id, since, as_of)
    moved = {id_: [_moved(line) for line in of_entry] for id_, of_entry in groupby(lines, lambda row: row["entry_id"])}
    held = {row["fund"]: natural(Account.HELD, row["fen"]) for row in sums if row["account"] is Account.HELD}
    return AccountStatement(
        since=since,
        as_of=as_of,
        brought_forward=_accounts(sums, "before_fen"),
        entries=[Entry(row, moved.get(row["id"], ())) for row in rows],
        accounts=_accounts(sums, "fen"),
        held={fund: held[fund] for fund in Fund if fund in held},
    )


def _moved(line: RowMapping) -> Moved:
    return Moved(line["account"], line["fund"], line["period"], natural(line["account"], line["amount_fen"]))


def _accounts(sums: Sequence[RowMapping], column: str) -> dict[Account, int]:
    found = dict.fromkeys(Account, 0)
    for row in sums:
        found[row["account"]] += natural(row["account"], row[column])
    return found
