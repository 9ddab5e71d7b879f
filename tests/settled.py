"""Settlements and payouts that are approved and posted, written through the ledger itself: for what comes after."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.features.contracts import register
from app.features.settlements.ledger import posting as ledger
from app.features.settlements.ledger.posting import Cause
from app.models import Contract, DueDate, LedgerEntry, LedgerLine, Payout, Settlement, TermsVersion
from app.models.columns import new_id
from app.models.words import DueKind, LedgerCause, MoneyStatus, PayoutKind
from app.rules.clauses import Fund
from app.rules.ledger import Posting, of_payout, of_settlement
from app.rules.lines import Component
from tests.api.asking import last_part


@dataclass(frozen=True)
class Sums:
    """What a settlement comes to, in fen."""

    fee: int
    deducted: int = 0
    held: int = 0

    @property
    def payable(self) -> int:
        """Give what is left to pay."""
        return self.fee - self.deducted - self.held


def settled(
    database: Database, contract: str, period: str, sums: Sums, approved_on: str, due_on: str | None = None, **own: Any
) -> str:
    """Have a settlement of one month approved, due to be paid on a day, and give its id."""
    lines = [
        (Component.FEE, period, sums.fee),
        (Component.FINDING_DEDUCTION, period, sums.deducted),
        (Component.HOLDBACK, period, sums.held),
    ]
    with database.write() as session:
        owner, on = _owner(session, contract), date.fromisoformat(approved_on)
        row = Settlement(
            **_approved(owner, on),
            **own,
            payment_period=period,
            ends_on=date.fromisoformat(f"{period}-28"),
            months=[period],
            fee_fen=sums.fee,
            deducted_fen=sums.deducted,
            held_fen=sums.held,
            adjusted_fen=0,
            carried_fen=0,
            payable_fen=sums.payable,
            digest="-",
        )
        _write(
            session,
            row,
            LedgerCause.SETTLEMENT,
            of_settlement(lines),
            None if due_on is None else date.fromisoformat(due_on),
        )
        return str(row.id)


def paid_out(database: Database, contract: str, fen: int, forfeited: int, approved_on: str, **own: Any) -> str:
    """Have a payout of a year from the holdback approved, and give its id."""
    with database.write() as session:
        owner, on = _owner(session, contract), date.fromisoformat(approved_on)
        row = Payout(
            **{"id": new_id(), **_approved(owner, on), "year": on.year - 1} | own,
            subject=f"{on.year - 1}/score_award",
            kind=PayoutKind.SCORE_AWARD,
            source=Fund.HOLDBACK,
            amount_fen=fen,
            forfeited_fen=forfeited,
            clause="/money/0",
            terms_version_id=_terms(session, owner.id),
            steps=[],
        )
        _write(session, row, LedgerCause.PAYOUT, of_payout(Fund.HOLDBACK, fen, forfeited))
        return str(row.id)


def approve_opening(database: Database, contract: str, posting: Posting, approved_on: str) -> None:
    """Approve the drafted opening balance of a contract."""
    with database.write() as session:
        owner = _owner(session, contract)
        wanted = (col(Settlement.contract_id) == owner.id, col(Settlement.status) == MoneyStatus.DRAFT)
        row = session.execute(select(Settlement).where(*wanted)).scalar_one()
        row.status, row.approved_on, row.approved_by = MoneyStatus.APPROVED, date.fromisoformat(approved_on), "finance2"
        row.version += 1
        _write(session, row, LedgerCause.OPENING, posting)


def _owner(session: Session, contract: str) -> Contract:
    found = session.get(Contract, uuid.UUID(last_part(contract)))
    assert found is not None
    return found


def _terms(session: Session, contract_id: uuid.UUID) -> uuid.UUID:
    wanted = select(col(TermsVersion.id)).where(col(TermsVersion.contract_id) == contract_id)
    return session.execute(wanted.order_by(col(TermsVersion.number))).scalars().first() or uuid.UUID(int=0)


def _approved(owner: Contract, on: date) -> dict[str, Any]:
    return {
        "service_center_id": owner.service_center_id,
        "vendor_id": owner.vendor_id,
        "contract_id": owner.id,
        "status": MoneyStatus.APPROVED,
        "drafted_by": "clock",
        "drafted_on": on,
        "approved_by": "finance2",
        "approved_on": on,
        "created_at": clock.now(),
        "updated_at": clock.now(),
    }


def _write(
    session: Session, row: Settlement | Payout, kind: LedgerCause, posting: Posting, due_on: date | None = None
) -> None:
    """Write an approved row with what it posts and its due date, as one act of the audit."""
    table, contract, on = type(row), row.contract_id, row.approved_on
    assert on is not None
    touched = (
        (table, col(table.contract_id) == contract),
        (LedgerEntry, col(LedgerEntry.contract_id) == contract),
        (LedgerLine, col(LedgerLine.contract_id) == contract),
        (DueDate, col(DueDate.contract_id) == contract),
    )
    with session.no_autoflush, recording(session, OPERATOR, row.service_center_id, "money.approved", row.id, *touched):
        session.add(row)
        session.flush()
        ledger.post(session, Cause(row.service_center_id, contract, kind, row.id, on, "finance2"), posting)
        if due_on is not None and isinstance(row, Settlement):
            version = _terms(session, contract)
            due = {"event_on": on, "due_on": due_on, "provisional": False, "steps": [], "terms_version_id": version}
            key = (DueKind.PAYMENT, row.payment_period)
            register.enter(session, register.Owner(row.service_center_id, contract), {key: due}, on)
