"""Every select that payouts rest on, for some contracts at once; who asks has been let into them, or holds them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, RowMapping, cast, func, or_, select
from sqlmodel import Session, col

from app.features.contracts.within import Within
from app.models import (
    Assessment,
    Contract,
    LedgerEntry,
    LedgerLine,
    Payout,
    PayoutReading,
    Settlement,
    TermsVersion,
)
from app.models.words import MoneyStatus
from app.rules.clauses import Fund
from app.rules.ledger import Account

Rows = Sequence[RowMapping]


def contracts(session: Session, ids: Collection[uuid.UUID]) -> Rows:
    """Read whose the contracts are and how long they are served."""
    statement = select(
        col(Contract.id),
        col(Contract.service_center_id),
        col(Contract.vendor_id),
        col(Contract.starts_on),
        col(Contract.ends_on),
        col(Contract.closed_on),
    ).where(col(Contract.id).in_(ids))
    return session.execute(statement).mappings().all()


def months(session: Session, ids: Collection[uuid.UUID]) -> Rows:
    """Read the expected months with the days served, and whether they are finally assessed; earliest first."""
    statement = select(
        col(Assessment.contract_id),
        col(Assessment.period),
        col(Assessment.served_from),
        col(Assessment.served_to),
        col(Assessment.state),
        col(Assessment.final_on),
    ).where(col(Assessment.contract_id).in_(ids), col(Assessment.expected))
    return session.execute(statement.order_by(col(Assessment.period))).mappings().all()


def settled(session: Session, ids: Collection[uuid.UUID]) -> Rows:
    """Read the months of every approved settlement, and of an approved opening balance."""
    statement = select(col(Settlement.contract_id), col(Settlement.months)).where(
        col(Settlement.contract_id).in_(ids), col(Settlement.status) == MoneyStatus.APPROVED
    )
    return session.execute(statement).mappings().all()


def fund_lines(session: Session, ids: Collection[uuid.UUID]) -> Rows:
    """Sum what each entry of the ledger did to each fund and month, first to last; credits are positive here."""
    statement = (
        select(
            col(LedgerLine.contract_id),
            col(LedgerLine.fund),
            col(LedgerLine.period),
            col(LedgerEntry.cause),
            col(LedgerEntry.cause_id),
            col(LedgerEntry.posted_on),
            cast(-func.sum(col(LedgerLine.amount_fen)), BigInteger).label("fen"),
        )
        .join(LedgerEntry, col(LedgerEntry.id) == col(LedgerLine.entry_id))
        .where(
            col(LedgerLine.contract_id).in_(ids),
            col(LedgerLine.account) == Account.HELD,
            col(LedgerLine.fund).in_(list(Fund)),
        )
        .group_by(
            col(LedgerLine.contract_id),
            col(LedgerLine.fund),
            col(LedgerLine.period),
            col(LedgerEntry.cause),
            col(LedgerEntry.cause_id),
            col(LedgerEntry.posted_on),
            col(LedgerEntry.number),
        )
        .order_by(col(LedgerEntry.number))
    )
    return session.execute(statement).mappings().all()


def payouts(session: Session, ids: Collection[uuid.UUID]) -> Rows:
    """Read the payouts on record, whole."""
    statement = select(*Payout.__table__.columns).where(col(Payout.contract_id).in_(ids))  # type: ignore[attr-defined]
    return session.execute(statement.order_by(col(Payout.subject))).mappings().all()


def readings(session: Session, ids: Collection[uuid.UUID]) -> Rows:
    """Read every recorded choice of a reading, the first one first."""
    statement = (
        select(*PayoutReading.__table__.columns, col(Payout.contract_id))  # type: ignore[attr-defined]
        .join(Payout, col(Payout.id) == col(PayoutReading.payout_id))
        .where(col(Payout.contract_id).in_(ids))
    )
    return session.execute(statement.order_by(col(PayoutReading.number))).mappings().all()


def paying_out_for_update(
    session: Session, words: Collection[str], as_of: date, after: uuid.UUID | None, limit: int, within: Within
) -> Sequence[uuid.UUID]:
    """Hold, in the order of their ids, contracts whose terms mention one of some clauses and that began before a day.

    This only narrows: which clause governs which year, and whether that has closed, is for the rules to say.
    """
    mentions = [col(TermsVersion.document).contains(f'"{word}"', autoescape=True) for word in sorted(words)]
    own = within.among(col(TermsVersion.contract_id))
    mentioned = select(col(TermsVersion.contract_id)).where(or_(*mentions), *own)
    statement = select(col(Contract.id)).where(col(Contract.id).in_(mentioned), col(Contract.starts_on) < as_of)
    if after is not None:
        statement = statement.where(col(Contract.id) > after)
    held = statement.order_by(col(Contract.id)).limit(limit).with_for_update()
    return session.execute(held).scalars().all()


def posted_for(cause_id: uuid.UUID) -> ColumnElement[bool]:
    """Say which lines of the ledger a cause has posted."""
    return col(LedgerLine.entry_id).in_(select(col(LedgerEntry.id)).where(col(LedgerEntry.cause_id) == cause_id))
