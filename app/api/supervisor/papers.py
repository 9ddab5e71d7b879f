"""Papers of a contract's money: the dossier of a settlement, the statement of a year."""

import uuid
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import BeforeValidator, Field

from app.api.answers import Db, answer
from app.api.auth import SettlementsRead
from app.api.files import WORKBOOK, Workbook, workbook
from app.api.ids import ContractId, SettlementId
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.features.settlements.papers import statement, statement_sheets
from app.features.settlements.papers.dossier import dossier
from app.features.settlements.papers.statement import Balances, Item, Movement, Statement
from app.models.words import LedgerCause, PayoutKind
from app.rules.clauses import Fund
from app.rules.ledger import Account
from app.values import Day, Out, SignedFen, read_year

router = centers_room("settlements", "/contracts/{contract_id}")
PathYear = Annotated[
    int, Path(ge=2000, le=2099, description="The calendar year.", examples=[2024]), BeforeValidator(read_year)
]


@router.get("/settlements/{settlement_id}/dossier", response_class=Workbook, responses=WORKBOOK)
@heavy
def read_dossier(who: SettlementsRead, db: Db, contract_id: ContractId, settlement_id: SettlementId) -> Response:
    """Give a settlement's dossier: the form, its lines, every step to them, the notices, approvals and payments."""
    with db.snapshot() as session:
        return workbook(dossier(session, who, contract_id, settlement_id))


# ---------------------------------------------------------------- the statement of a year


class StatementHeld(Out):
    """What is held back, by fund."""

    holdback: SignedFen
    pool: SignedFen
    deferred: SignedFen
    total: SignedFen


class StatementBalances(Out):
    """Amounts by account: accrued + receivable = paid + payable + held + deducted + forfeited."""

    accrued: Annotated[SignedFen, Field(description="Fees and bonuses that the contract has earned the vendor.")]
    receivable: Annotated[SignedFen, Field(description="What the vendor owes.")]
    paid: SignedFen
    payable: Annotated[SignedFen, Field(description="Approved and not yet paid.")]
    held: StatementHeld
    deducted: SignedFen
    forfeited: SignedFen


class StatementMovement(StatementBalances):
    """What the entries of one cause moved in the year."""

    cause: LedgerCause
    entries: int


class StatementIdentity(Out):
    """The ledger's identity on the day of the statement."""

    accrued_and_receivable: SignedFen
    paid_payable_held_deducted_forfeited: SignedFen
    out_by: SignedFen
    holds: bool


class StatementSettlement(Out):
    """What a payment period came to, and what of it is paid."""

    settlement_id: uuid.UUID
    payment_period: Annotated[str, Field(description="`opening` is the balance that was taken over.")]
    months: list[str]
    ends_on: Day
    posted_on: Day
    fee: SignedFen
    deducted: SignedFen
    held: SignedFen
    adjusted: Annotated[SignedFen, Field(description="What its adjustments of earlier months do to what is payable.")]
    carried: Annotated[SignedFen, Field(description="Set off against what the vendor owes.")]
    payable: SignedFen
    paid_before: Annotated[SignedFen, Field(description="Before the year began.")]
    paid_in_year: SignedFen
    left: SignedFen


class StatementPayout(Out):
    """A payout or a release, and what of it is paid."""

    payout_id: uuid.UUID
    subject: str
    kind: PayoutKind
    year: int | None
    source: Fund
    posted_on: Day
    amount: SignedFen
    forfeited: SignedFen
    paid_before: Annotated[SignedFen, Field(description="Before the year began.")]
    paid_in_year: SignedFen
    left: SignedFen


class StatementOut(Out):
    """A contract's year by the days of posting; it speaks of `as_of`."""

    contract_id: uuid.UUID
    contract_number: str
    year: int
    as_of: Annotated[Day, Field(description="31 December of the year, or today while it runs.")]
    complete: Annotated[bool, Field(description="Whether the year is over.")]
    opening: Annotated[StatementBalances, Field(description="As it stood before 1 January.")]
    movements: Annotated[list[StatementMovement], Field(description="What moved it in the year, by cause.")]
    closing: Annotated[StatementBalances, Field(description="As it stands on `as_of`.")]
    identity: StatementIdentity
    settlements: Annotated[
        list[StatementSettlement], Field(description="Posted in the year, or with something left when it began.")
    ]
    payouts: Annotated[list[StatementPayout], Field(description="The same of payouts and releases.")]
    unsettled_months: Annotated[
        list[str], Field(description="Months of the year that had ended and are in no settlement posted by `as_of`.")
    ]


@router.get("/statements/{year}", response_model=StatementOut)
def read_statement(who: SettlementsRead, db: Db, contract_id: ContractId, year: PathYear) -> Response:
    """Draw a year-end statement up: what is held, payable, paid, deducted and forfeited, and how it came to that."""
    with db.snapshot() as session:
        found = statement.read(session, who, contract_id, year)
    return answer(_statement(found))


@router.get("/statements/{year}/workbook", response_class=Workbook, responses=WORKBOOK)
@heavy
def read_statement_workbook(who: SettlementsRead, db: Db, contract_id: ContractId, year: PathYear) -> Response:
    """Give the same statement as a workbook."""
    with db.snapshot() as session:
        found = statement.read(session, who, contract_id, year)
    return workbook(statement_sheets.paper(found))


def _statement(found: Statement) -> StatementOut:
    closing = found.closing
    return StatementOut(
        contract_id=found.contract["id"],
        contract_number=found.contract["number"],
        year=found.year,
        as_of=found.as_of,
        complete=found.complete,
        opening=_balances(found.opening),
        movements=[_movement(entry) for entry in found.movements],
        closing=_balances(closing),
        identity=StatementIdentity(
            accrued_and_receivable=closing.debits,
            paid_payable_held_deducted_forfeited=closing.credits,
            out_by=closing.out_by,
            holds=closing.out_by == 0,
        ),
        settlements=[_settled(item) for item in found.settlements],
        payouts=[_paid_out(item) for item in found.payouts],
        unsettled_months=list(found.unsettled),
    )


def _balances(found: Balances) -> StatementBalances:
    held = {fund: found.of(Account.HELD, fund) for fund in Fund}
    return StatementBalances(
        accrued=found.of(Account.ACCRUED),
        receivable=found.of(Account.RECEIVABLE),
        paid=found.of(Account.PAID),
        payable=found.of(Account.PAYABLE),
        held=StatementHeld(
            holdback=held[Fund.HOLDBACK],
            pool=held[Fund.POOL],
            deferred=held[Fund.DEFERRED],
            total=found.of(Account.HELD),
        ),
        deducted=found.of(Account.DEDUCTED),
        forfeited=found.of(Account.FORFEITED),
    )


def _movement(entry: Movement) -> StatementMovement:
    return StatementMovement(cause=entry.cause, entries=entry.entries, **dict(_balances(entry.balances)))


def _settled(item: Item) -> StatementSettlement:
    row = item.row
    named: dict[str, Any] = {name: row[name] for name in ("payment_period", "months", "ends_on", "posted_on")}
    amounts: dict[str, Any] = {
        name: row[f"{name}_fen"] for name in ("fee", "deducted", "held", "adjusted", "carried", "payable")
    }
    return StatementSettlement(settlement_id=row["id"], **named, **amounts, **_paid(item))


def _paid_out(item: Item) -> StatementPayout:
    row = item.row
    named: dict[str, Any] = {name: row[name] for name in ("subject", "kind", "year", "source", "posted_on")}
    amounts: dict[str, Any] = {"amount": item.payable, "forfeited": row["forfeited_fen"]}
    return StatementPayout(payout_id=row["id"], **named, **amounts, **_paid(item))


def _paid(item: Item) -> dict[str, Any]:
    return {"paid_before": item.paid_before, "paid_in_year": item.paid_in_year, "left": item.left}
