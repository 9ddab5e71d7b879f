"""The ledger of a contract, entry by entry, and what stands on its accounts on a day."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer
from app.api.auth import SettlementsRead
from app.api.ids import ContractId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import BadRequest, NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.settlements.ledger import balance as feature
from app.features.settlements.ledger import queries as ledger_queries
from app.features.settlements.ledger.balance import Balance, Share
from app.features.settlements.ledger.queries import EntryFilter
from app.models.words import LedgerCause
from app.rules.clauses import Fund
from app.rules.ledger import Account
from app.values import Day, Fen, Hundredths, Out, SignedFen

router = centers_room("settlements", "/contracts/{contract_id}")


class LedgerLineOut(Out):
    """A debit or a credit of one account; the other of the two is null."""

    account: Account
    fund: Annotated[Fund | None, Field(description="Of what is held back: where it is kept.")]
    period: Annotated[str | None, Field(description="The month that it belongs to, where there is one.")]
    debit: Fen | None
    credit: Fen | None


class LedgerEntryOut(Out):
    """What one cause posted: its debits are as much as its credits."""

    id: uuid.UUID
    number: Annotated[int, Field(description="1, 2, 3, … within the contract.")]
    cause: LedgerCause
    cause_id: uuid.UUID
    href: Annotated[str, Field(description="Where what posted it can be read.")]
    posted_on: Annotated[Day, Field(description="The day that it counts from.")]
    posted_by: str
    recorded_at: datetime
    lines: list[LedgerLineOut]


class HeldOut(Out):
    """What a fund holds; `GET …/holdbacks` says of which months, and how old it is."""

    fund: Fund
    amount: Fen


class IdentityOut(Out):
    """The two sides that are always equal: accrued and receivable; paid, payable, held, deducted and forfeited."""

    debit_side: Fen
    credit_side: Fen
    difference: SignedFen


class DenominatorOut(Out):
    """The sum that a share is a share of."""

    name: Annotated[str, Field(description="`contract_total`, `year:2023` or `accrued`.", examples=["year:2023"])]
    zh: str
    en: str
    amount: Fen


class ShareOut(Out):
    """What part of a sum is paid; of a year, what was paid for it, whenever that was."""

    denominator: DenominatorOut
    paid: Fen
    share_percent: Annotated[Hundredths | None, Field(description="Two places, half up; null of a sum of nothing.")]
    unpaid: Annotated[Fen, Field(description="0.00 where more was paid.")]


class BalanceOut(Out):
    """The accounts of a contract by what was posted up to `as_of`."""

    contract_id: uuid.UUID
    as_of: Day
    accounts: Annotated[dict[Account, Fen], Field(description="Every account, by its name.")]
    held: Annotated[list[HeldOut], Field(description="The account `held`, fund by fund.")]
    identity: IdentityOut
    paid_share: list[ShareOut]


@router.get("/ledger", response_model=PageOf[LedgerEntryOut])
def list_ledger_entries(
    who: SettlementsRead,
    db: Db,
    contract_id: ContractId,
    paging: Paged,
    cause: Annotated[LedgerCause | None, Query(description="What posted it.")] = None,
    since: Annotated[Day | None, Query(description="Posted on this day or later.", examples=["2024-01-10"])] = None,
    until: Annotated[Day | None, Query(description="Posted on this day or earlier.", examples=["2024-01-31"])] = None,
    account: Annotated[Account | None, Query(description="Only entries with a line of this account.")] = None,
) -> Response:
    """List the entries of a contract's ledger, oldest first."""
    wanted = EntryFilter(cause, since, until, account)
    with db.read() as session:
        _require_contract(session, who, contract_id)
        after = int(paging.position or 0)
        entries, next_after = ledger_queries.entries(session, contract_id, wanted, after, paging.limit)
        lines = ledger_queries.lines(session, [entry["id"] for entry in entries])
    by_entry = {id_: [_line(row) for row in rows] for id_, rows in groupby(lines, key=lambda row: row["entry_id"])}
    return paging.answer([_entry(entry, by_entry.get(entry["id"], ()), contract_id) for entry in entries], next_after)


@router.get("/balance", response_model=BalanceOut)
def read_balance(
    who: SettlementsRead,
    db: Db,
    contract_id: ContractId,
    as_of: Annotated[
        Day | None, Query(description="The day to look from; left out, today.", examples=["2024-01-20"])
    ] = None,
) -> Response:
    """Read what stands on the accounts of a contract, that they balance, and what part of its money is paid."""
    day = as_of or clock.today()
    if day > clock.today():
        raise BadRequest(f"{day} is after today.", pointer="/query/as_of")
    with db.read() as session:
        _require_contract(session, who, contract_id)
        found = feature.balance(session, contract_id, day)
    return answer(_balance(contract_id, found))


def _require_contract(session: Session, who: Caller, contract_id: uuid.UUID) -> None:
    if contract_queries.contract(session, who.centers, contract_id) is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")


_PLACES = {
    LedgerCause.OPENING: "opening-balance",
    LedgerCause.SETTLEMENT: "settlements/{}",
    LedgerCause.PAYMENT: "payments/{}",
    LedgerCause.PAYMENT_VOID: "payments/{}",
    LedgerCause.PAYOUT: "payouts/{}",
}
"""Where each cause is read, below its contract."""


def _entry(row: RowMapping, lines: Iterable[LedgerLineOut], contract_id: uuid.UUID) -> LedgerEntryOut:
    href = f"/v1/contracts/{contract_id}/{_PLACES[row['cause']].format(row['cause_id'])}"
    return LedgerEntryOut.model_construct(**row, href=href, lines=list(lines))


def _line(row: RowMapping) -> LedgerLineOut:
    fen = row["amount_fen"]
    return LedgerLineOut.model_construct(
        account=row["account"],
        fund=row["fund"],
        period=row["period"],
        debit=fen if fen > 0 else None,
        credit=None if fen > 0 else -fen,
    )


def _balance(contract_id: uuid.UUID, found: Balance) -> BalanceOut:
    debits, credits_ = found.debit_side, found.credit_side
    return BalanceOut.model_construct(
        contract_id=contract_id,
        as_of=found.as_of,
        accounts=dict(found.accounts),
        held=[HeldOut.model_construct(fund=held.fund, amount=held.fen) for held in found.held],
        identity=IdentityOut.model_construct(debit_side=debits, credit_side=credits_, difference=debits - credits_),
        paid_share=[_share(share) for share in found.shares],
    )


def _share(share: Share) -> ShareOut:
    denominator = DenominatorOut.model_construct(
        name=share.name, zh=share.label.zh, en=share.label.en, amount=share.amount
    )
    return ShareOut.model_construct(
        denominator=denominator, paid=share.paid, share_percent=share.percent, unpaid=share.unpaid
    )
