"""对账单: the statement of account of a contract, as its vendor reads it."""

import uuid
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db, answer
from app.api.auth import Vendor
from app.api.ids import ContractId
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import BadRequest, NotFound
from app.features.contracts import portal_queries
from app.features.settlements.account import AccountStatement, Entry, Moved, statement_of
from app.models.words import LedgerCause
from app.rules.clauses import Fund
from app.rules.ledger import Account
from app.values import Day, Fen, Out, SignedFen

router = vendors_room("portal")


class PortalMoved(Out):
    """What an entry moved on one account: positive where it grew."""

    account: Account
    fund: Annotated[Fund | None, Field(description="Of what is held: where it is kept.")]
    period: Annotated[str | None, Field(description="The month that it belongs to, where there is one.")]
    amount: SignedFen


class PortalEntry(Out):
    """What one cause posted: a settlement, a payout, a payment or its voiding, the balance taken over."""

    number: Annotated[int, Field(description="1, 2, 3, … within the contract; never given twice.")]
    cause: LedgerCause
    href: Annotated[str, Field(description="What was posted; of a payment, what it paid.")]
    posted_on: Annotated[Day, Field(description="The day that it counts from.")]
    voucher_no: Annotated[str | None, Field(description="Of a payment.")]
    invoice_no: Annotated[str | None, Field(description="Of a payment, where it was given.")]
    moved: list[PortalMoved]


class PortalIdentity(Out):
    """The two sides that are always equal: accrued and receivable; paid, payable, held, deducted and forfeited."""

    debit_side: Fen
    credit_side: Fen
    difference: SignedFen


class PortalHeld(Out):
    """What a fund holds."""

    fund: Fund
    amount: Fen


class PortalStatement(Out):
    """What stands on the accounts on a day: what was brought forward, and all that the entries moved since."""

    contract_id: uuid.UUID
    since: Annotated[Day | None, Field(description="Null where the entries begin with the first one.")]
    as_of: Day
    brought_forward: Annotated[dict[Account, SignedFen], Field(description="On the evening before `since`.")]
    entries: list[PortalEntry]
    accounts: Annotated[dict[Account, SignedFen], Field(description="On the evening of `as_of`.")]
    held: Annotated[list[PortalHeld], Field(description="The account `held`, fund by fund.")]
    identity: PortalIdentity


AsOf = Annotated[Day | None, Query(description="The day to look from; left out, today.", examples=["2024-01-20"])]
Since = Annotated[
    Day | None, Query(description="Entries from this day on; left out, all of them.", examples=["2024-01-01"])
]


@router.get(
    "/contracts/{contract_id}/statement", response_model=PortalStatement, summary="Read the statement of account"
)
def read_portal_statement(
    who: Vendor, db: Db, contract_id: ContractId, as_of: AsOf = None, since: Since = None
) -> Response:
    """Read what was accrued, deducted, held, forfeited, paid and is payable, with every entry that leads there.

    For each account, `brought_forward` and all that `entries` moved sum to `accounts`; the balance that the contract
    was taken over with is an entry too.
    """
    today = clock.today()
    day = as_of or today
    if day > today:
        raise BadRequest(f"{day} is after today.", pointer="/query/as_of")
    if since is not None and since > day:
        raise BadRequest(f"{since} is after {day}.", pointer="/query/since", remedy="Give an earlier day.")
    with db.read() as session:
        if portal_queries.contract(session, company(who), contract_id) is None:
            raise NotFound(pointer="/path/contract_id")
        found = statement_of(session, company(who), contract_id, since, day)
    return answer(_statement(contract_id, found))


def _statement(contract_id: uuid.UUID, found: AccountStatement) -> PortalStatement:
    debits, credits_ = found.debit_side, found.credit_side
    return PortalStatement.model_construct(
        contract_id=contract_id,
        since=found.since,
        as_of=found.as_of,
        brought_forward=dict(found.brought_forward),
        entries=[_entry(entry) for entry in found.entries],
        accounts=dict(found.accounts),
        held=[PortalHeld.model_construct(fund=fund, amount=fen) for fund, fen in found.held.items()],
        identity=PortalIdentity.model_construct(debit_side=debits, credit_side=credits_, difference=debits - credits_),
    )


def _entry(entry: Entry) -> PortalEntry:
    row = entry.row
    return PortalEntry.model_construct(
        number=row["number"],
        cause=row["cause"],
        href=_href(row),
        posted_on=row["posted_on"],
        voucher_no=row["voucher_no"],
        invoice_no=row["invoice_no"],
        moved=[_moved(moved) for moved in entry.moved],
    )


def _href(row: RowMapping) -> str:
    payout = row["cause_id"] if row["cause"] is LedgerCause.PAYOUT else row["payout_id"]
    if payout is not None:
        return f"/v1/portal/payouts/{payout}"
    return f"/v1/portal/settlements/{row['settlement_id'] or row['cause_id']}"


def _moved(moved: Moved) -> PortalMoved:
    return PortalMoved.model_construct(account=moved.account, fund=moved.fund, period=moved.period, amount=moved.fen)
