"""Every select over the ledger; each takes whose it is, or a contract that the caller holds."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, RowMapping, cast, func, select
from sqlmodel import Session, col

from app.models import LedgerEntry, LedgerLine
from app.rules.clauses import Fund
from app.rules.ledger import Account


def last_number(session: Session, contract_id: uuid.UUID) -> int:
    """Give the number of a contract's last entry; 0 where there is none."""
    statement = select(func.max(col(LedgerEntry.number))).where(col(LedgerEntry.contract_id) == contract_id)
    return session.execute(statement).scalar_one() or 0


def sums(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Sum the lines of some contracts by account and fund; debits are positive."""
    statement = (
        select(
            col(LedgerLine.contract_id),
            col(LedgerLine.account),
            col(LedgerLine.fund),
            cast(func.sum(col(LedgerLine.amount_fen)), BigInteger).label("fen"),
        )
        .where(col(LedgerLine.contract_id).in_(contract_ids))
        .group_by(col(LedgerLine.contract_id), col(LedgerLine.account), col(LedgerLine.fund))
    )
    return session.execute(statement).mappings().all()


def held(session: Session, contract_id: uuid.UUID, fund: Fund) -> int:
    """Give what a fund of a contract holds, in fen."""
    statement = select(func.coalesce(func.sum(col(LedgerLine.amount_fen)), 0)).where(
        col(LedgerLine.contract_id) == contract_id,
        col(LedgerLine.account) == Account.HELD,
        col(LedgerLine.fund) == fund,
    )
    return -int(session.execute(statement).scalar_one())
