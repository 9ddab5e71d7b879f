"""Every select over the ledger; each takes whose it is, or a contract that the caller holds or may see."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import BigInteger, BindParameter, RowMapping, ScalarSelect, and_, bindparam, cast, func, or_, select
from sqlmodel import Session, col

from app.features.contracts.these import Which, of_these
from app.features.paging import Listing
from app.models import LedgerEntry, LedgerLine, Payment, Payout, Settlement
from app.models.words import LedgerCause
from app.rules.clauses import Fund
from app.rules.ledger import Account

_ITS_ENTRY = col(LedgerEntry.id) == col(LedgerLine.entry_id)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries to list; None asks for all, and both days are included."""

    cause: LedgerCause | None = None
    since: date | None = None
    until: date | None = None
    account: Account | None = None


def last_number(session: Session, contract_id: uuid.UUID) -> int:
    """Give the number of a contract's last entry; 0 where there is none."""
    return session.connection().execute(_LAST_NUMBER, {"contract": contract_id}).scalar_one() or 0


_LAST_NUMBER = select(func.max(col(LedgerEntry.number))).where(col(LedgerEntry.contract_id) == bindparam("contract"))


def next_number(contract_id: BindParameter[uuid.UUID]) -> ScalarSelect[int]:
    """Select the number of a contract's next entry, for the statement that enters it."""
    last = func.coalesce(func.max(col(LedgerEntry.number)), 0)
    return select(last + 1).where(col(LedgerEntry.contract_id) == contract_id).correlate(None).scalar_subquery()


def sums(session: Session, contract_ids: Collection[uuid.UUID], as_of: date | None = None) -> Sequence[RowMapping]:
    """Sum the lines of some contracts by account and fund, those posted up to a day where one is given.

    Debits are positive.
    """
    if as_of is None:
        return of_these(session, _sums, contract_ids).all()
    return of_these(session, _sums_up_to, contract_ids, as_of=as_of).all()


@cache
def _sums(which: Which) -> Listing:
    return (
        select(
            col(LedgerLine.contract_id),
            col(LedgerLine.account),
            col(LedgerLine.fund),
            cast(func.sum(col(LedgerLine.amount_fen)), BigInteger).label("fen"),
        )
        .where(which(col(LedgerLine.contract_id)))
        .group_by(col(LedgerLine.contract_id), col(LedgerLine.account), col(LedgerLine.fund))
    )


@cache
def _sums_up_to(which: Which) -> Listing:
    return _sums(which).join(LedgerEntry, _ITS_ENTRY).where(col(LedgerEntry.posted_on) <= bindparam("as_of"))


def held(session: Session, contract_id: uuid.UUID, fund: Fund) -> int:
    """Give what a fund of a contract holds, in fen."""
    statement = select(func.coalesce(func.sum(col(LedgerLine.amount_fen)), 0)).where(
        col(LedgerLine.contract_id) == contract_id,
        col(LedgerLine.account) == Account.HELD,
        col(LedgerLine.fund) == fund,
    )
    return -int(session.execute(statement).scalar_one())


def entries(
    session: Session, contract_id: uuid.UUID, wanted: EntryFilter, after: int, limit: int
) -> tuple[Sequence[RowMapping], int | None]:
    """List a contract's entries after a number, oldest first, and give the number after which the next page begins."""
    statement = select(
        col(LedgerEntry.id),
        col(LedgerEntry.number),
        col(LedgerEntry.cause),
        col(LedgerEntry.cause_id),
        col(LedgerEntry.posted_on),
        col(LedgerEntry.posted_by),
        col(LedgerEntry.recorded_at),
    ).where(col(LedgerEntry.contract_id) == contract_id, col(LedgerEntry.number) > after)
    if wanted.cause is not None:
        statement = statement.where(col(LedgerEntry.cause) == wanted.cause)
    if wanted.since is not None:
        statement = statement.where(col(LedgerEntry.posted_on) >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(col(LedgerEntry.posted_on) <= wanted.until)
    if wanted.account is not None:
        touching = select(col(LedgerLine.entry_id)).where(
            col(LedgerLine.contract_id) == contract_id, col(LedgerLine.account) == wanted.account
        )
        statement = statement.where(col(LedgerEntry.id).in_(touching))
    rows = session.execute(statement.order_by(col(LedgerEntry.number)).limit(limit + 1)).mappings().all()
    return rows[:limit], rows[limit - 1]["number"] if len(rows) > limit else None


def lines(session: Session, entry_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read the lines of some entries in their order."""
    statement = select(
        col(LedgerLine.entry_id),
        col(LedgerLine.account),
        col(LedgerLine.fund),
        col(LedgerLine.period),
        col(LedgerLine.amount_fen),
    ).where(col(LedgerLine.entry_id).in_(entry_ids))
    return session.execute(statement.order_by(col(LedgerLine.entry_id), col(LedgerLine.number))).mappings().all()


_OPENED = and_(col(LedgerEntry.cause) == LedgerCause.OPENING, col(Settlement.id) == col(LedgerEntry.cause_id))


def paid(session: Session, contract_id: uuid.UUID, as_of: date) -> Sequence[RowMapping]:
    """Sum what was paid up to a day by what it was paid for: the settlement's `ends_on`, the payout's `year`.

    What was paid before a contract was taken over counts as the opening balance's.
    """
    pays = col(LedgerEntry.cause).in_([LedgerCause.PAYMENT, LedgerCause.PAYMENT_VOID])
    statement: Listing = (
        select(
            col(Settlement.ends_on),
            col(Payout.year),
            col(Payout.event_on),
            col(Payout.approved_on),
            cast(-func.sum(col(LedgerLine.amount_fen)), BigInteger).label("fen"),
        )
        .select_from(LedgerLine)
        .join(LedgerEntry, _ITS_ENTRY)
        .join(Payment, and_(pays, col(Payment.id) == col(LedgerEntry.cause_id)), isouter=True)
        .join(Settlement, or_(col(Settlement.id) == col(Payment.settlement_id), _OPENED), isouter=True)
        .join(Payout, col(Payout.id) == col(Payment.payout_id), isouter=True)
        .where(
            col(LedgerLine.contract_id) == contract_id,
            col(LedgerLine.account) == Account.PAID,
            col(LedgerEntry.posted_on) <= as_of,
        )
        .group_by(col(Settlement.ends_on), col(Payout.year), col(Payout.event_on), col(Payout.approved_on))
    )
    return session.execute(statement).mappings().all()
