"""What a contract has on record over some months, for actuals; its evaluation's owner was asked for before."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, and_, or_, select
from sqlmodel import Session, col

from app.features.paging import Listing
from app.models import (
    Assessment,
    BudgetAdjustment,
    BudgetLine,
    DueDate,
    LedgerEntry,
    LedgerLine,
    MonthMetrics,
    Payment,
    Payout,
    Settlement,
)
from app.models.words import DueKind, LedgerCause
from app.rules.ledger import Account


def months(session: Session, contract_id: uuid.UUID, first: str, last: str) -> Sequence[RowMapping]:
    """Read the expected months with their results and the due dates of their notices."""
    its_notice = and_(
        col(DueDate.contract_id) == col(Assessment.contract_id),
        col(DueDate.kind) == DueKind.NOTICE,
        col(DueDate.subject) == col(Assessment.period),
        col(DueDate.superseded_on).is_(None),
    )
    statement: Listing = select(
        col(Assessment.id),
        col(Assessment.period),
        col(Assessment.stage),
        col(Assessment.state),
        col(Assessment.score_kind),
        col(Assessment.score_exact),
        col(Assessment.verdict),
        col(DueDate.due_on),
        col(DueDate.met_on),
    )
    statement = statement.join(DueDate, its_notice, isouter=True).where(
        col(Assessment.contract_id) == contract_id,
        col(Assessment.period).between(first, last),
        col(Assessment.expected),
    )
    return session.execute(statement.order_by(col(Assessment.period))).mappings().all()


def metrics(session: Session, contract_id: uuid.UUID, first: str, last: str) -> Sequence[RowMapping]:
    """Read what the months were measured by."""
    statement = select(col(MonthMetrics.id), col(MonthMetrics.period), col(MonthMetrics.figures)).where(
        col(MonthMetrics.contract_id) == contract_id, col(MonthMetrics.period).between(first, last)
    )
    return session.execute(statement.order_by(col(MonthMetrics.period))).mappings().all()


def paid(session: Session, contract_id: uuid.UUID, until: date) -> Sequence[RowMapping]:
    """Read each entry of the ledger up to a day that says what was paid, in fen, and which year it was paid for.

    Voiding entries are negative; what was paid before the contract was taken over is the opening's.
    """
    pays = col(LedgerEntry.cause).in_([LedgerCause.PAYMENT, LedgerCause.PAYMENT_VOID])
    opened = and_(col(LedgerEntry.cause) == LedgerCause.OPENING, col(Settlement.id) == col(LedgerEntry.cause_id))
    statement: Listing = (
        select(
            col(LedgerEntry.id),
            col(LedgerEntry.number),
            col(LedgerEntry.cause),
            col(LedgerEntry.posted_on),
            col(LedgerLine.amount_fen),
            col(Payment.id).label("payment_id"),
            col(Settlement.ends_on),
            col(Payout.year),
            col(Payout.event_on),
            col(Payout.approved_on),
        )
        .select_from(LedgerLine)
        .join(LedgerEntry, col(LedgerEntry.id) == col(LedgerLine.entry_id))
        .join(Payment, and_(pays, col(Payment.id) == col(LedgerEntry.cause_id)), isouter=True)
        .join(Settlement, or_(col(Settlement.id) == col(Payment.settlement_id), opened), isouter=True)
        .join(Payout, col(Payout.id) == col(Payment.payout_id), isouter=True)
        .where(
            col(LedgerLine.contract_id) == contract_id,
            col(LedgerLine.account) == Account.PAID,
            col(LedgerEntry.posted_on) <= until,
        )
    )
    return session.execute(statement.order_by(col(LedgerEntry.number))).mappings().all()


def budget(session: Session, contract_id: uuid.UUID, year: int) -> Sequence[RowMapping]:
    """Read the budget lines of a year that the contract is paid from, a row for each adjustment or one without."""
    its = col(BudgetAdjustment.budget_line_id) == col(BudgetLine.id)
    statement = select(
        col(BudgetLine.id),
        col(BudgetLine.name),
        col(BudgetLine.initial_fen),
        col(BudgetAdjustment.amount_fen),
        col(BudgetAdjustment.adjusted_on),
    ).join(BudgetAdjustment, its, isouter=True)
    statement = statement.where(col(BudgetLine.contract_id) == contract_id, col(BudgetLine.year) == year)
    return session.execute(statement.order_by(col(BudgetLine.id))).mappings().all()
