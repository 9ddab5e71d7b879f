"""Every select over opening balances, of a contract that the caller holds or may see."""

import uuid
from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from app.models import Settlement, SettlementLine
from app.models.words import MoneyStatus

OPENING = "opening"
"""The payment period of a balance that was taken over."""


def opening(session: Session, contract_id: uuid.UUID) -> RowMapping | None:
    """Read a contract's opening balance, the draft that stands or what was approved."""
    statement = select(
        col(Settlement.id),
        col(Settlement.contract_id),
        col(Settlement.ends_on),
        col(Settlement.months),
        col(Settlement.status),
        col(Settlement.fee_fen),
        col(Settlement.payable_fen),
        col(Settlement.paid_fen),
        col(Settlement.drafted_by),
        col(Settlement.drafted_on),
        col(Settlement.approved_by),
        col(Settlement.approved_on),
        col(Settlement.note),
        col(Settlement.version),
        col(Settlement.created_at),
        col(Settlement.updated_at),
    ).where(
        col(Settlement.contract_id) == contract_id,
        col(Settlement.payment_period) == OPENING,
        col(Settlement.status) != MoneyStatus.SUPERSEDED,
    )
    return session.execute(statement).mappings().one_or_none()


def lines(session: Session, settlement_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the lines of an opening balance in their order."""
    statement = select(col(SettlementLine.component), col(SettlementLine.amount_fen), col(SettlementLine.steps)).where(
        col(SettlementLine.settlement_id) == settlement_id
    )
    return session.execute(statement.order_by(col(SettlementLine.number))).mappings().all()
