"""What the checks of the ledger read: each select finds what does not hold, of all contracts at once.

Every row says whose it is, where it stands, since when, and what is expected and found there, in fen.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    RowMapping,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlmodel import Session, col

from app.features.contracts.within import Within
from app.features.paging import Columns, Listing
from app.features.settlements.opening.queries import OPENING
from app.models import Contract, LedgerEntry, LedgerLine, Payment, Payout, Settlement
from app.models.words import LedgerCause, MoneyStatus
from app.rules.ledger import Account

_ITS_ENTRY = col(LedgerEntry.id) == col(LedgerLine.entry_id)
_WHOSE: Columns = (col(Contract.id).label("contract_id"), col(Contract.service_center_id))
_SETTLES = (LedgerCause.SETTLEMENT, LedgerCause.OPENING)


def unbalanced(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find entries whose lines do not sum to nothing."""
    total = _sum(col(LedgerLine.amount_fen))
    statement: Listing = (
        select(*_WHOSE, *_entry(), literal(0).label("expected"), total.label("found"))
        .select_from(LedgerEntry)
        .join(LedgerLine, _ITS_ENTRY)
        .join(Contract, col(Contract.id) == col(LedgerEntry.contract_id))
        .where(col(LedgerEntry.posted_on) <= as_of, *_within(within))
        .group_by(*_WHOSE, *_entry())
        .having(total != 0)
    )
    return _rows(session, statement)


def strayed(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find entries that have a line of another contract than their own."""
    statement: Listing = (
        select(*_WHOSE, *_entry())
        .select_from(LedgerEntry)
        .join(LedgerLine, and_(_ITS_ENTRY, col(LedgerLine.contract_id) != col(LedgerEntry.contract_id)))
        .join(Contract, col(Contract.id) == col(LedgerEntry.contract_id))
        .where(col(LedgerEntry.posted_on) <= as_of, *_within(within))
        .distinct()
    )
    return _rows(session, statement)


def out_of_balance(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find contracts whose accounts break the identity: the sum of all their lines is not nothing."""
    total = _sum(col(LedgerLine.amount_fen))
    statement: Listing = (
        select(
            *_WHOSE,
            func.max(col(LedgerEntry.posted_on)).label("on"),
            literal(0).label("expected"),
            total.label("found"),
        )
        .select_from(LedgerLine)
        .join(LedgerEntry, _ITS_ENTRY)
        .join(Contract, col(Contract.id) == col(LedgerLine.contract_id))
        .where(col(LedgerEntry.posted_on) <= as_of, *_within(within))
        .group_by(*_WHOSE)
        .having(total != 0)
    )
    return _rows(session, statement)


def funds_below_nothing(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find funds that hold less than nothing, by the day on which something last left them."""
    is_held, total = col(LedgerLine.account) == Account.HELD, -_sum(col(LedgerLine.amount_fen))
    left = func.max(case((col(LedgerLine.amount_fen) > 0, col(LedgerEntry.posted_on))))
    statement: Listing = (
        select(*_WHOSE, col(LedgerLine.fund), left.label("on"), total.label("found"))
        .select_from(LedgerLine)
        .join(LedgerEntry, _ITS_ENTRY)
        .join(Contract, col(Contract.id) == col(LedgerLine.contract_id))
        .where(is_held, col(LedgerEntry.posted_on) <= as_of, *_within(within))
        .group_by(*_WHOSE, col(LedgerLine.fund))
        .having(total < 0)
    )
    return _rows(session, statement)


def gaps(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find contracts whose entries are not numbered 1, 2, 3, …: one is gone."""
    last, count = func.max(col(LedgerEntry.number)), func.count()
    statement: Listing = (
        select(*_WHOSE, func.max(col(LedgerEntry.posted_on)).label("on"))
        .select_from(LedgerEntry)
        .join(Contract, col(Contract.id) == col(LedgerEntry.contract_id))
        .where(*_within(within))
        .group_by(*_WHOSE)
        .having(and_(last != count, func.max(col(LedgerEntry.posted_on)) <= as_of))
    )
    return _rows(session, statement)


def settlements_posted_otherwise(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find approved settlements, and opening balances, without their entry or with one of other amounts."""
    is_opening = col(Settlement.payment_period) == OPENING
    cause = case((is_opening, LedgerCause.OPENING.value), else_=LedgerCause.SETTLEMENT.value)
    sums = _sums(within, Account.ACCRUED, Account.DEDUCTED, Account.HELD, Account.PAYABLE)
    differs = or_(
        sums.c.accrued != col(Settlement.fee_fen),
        -sums.c.deducted != col(Settlement.deducted_fen),
        -sums.c.held != col(Settlement.held_fen),
        -sums.c.payable != col(Settlement.payable_fen),
        # An entry without a line posts nothing at all.
        and_(sums.c.entry_id.is_(None), or_(*(column != 0 for column in _amounts(Settlement)))),
    )
    statement: Listing = (
        select(
            *_WHOSE,
            col(Settlement.id),
            col(Settlement.approved_on).label("on"),
            col(Settlement.payable_fen).label("expected"),
            (-sums.c.payable).label("found"),
        )
        .select_from(Settlement)
        .join(Contract, col(Contract.id) == col(Settlement.contract_id))
        .join(LedgerEntry, and_(col(LedgerEntry.cause) == cause, *_is(Settlement)), isouter=True)
        .join(sums, sums.c.entry_id == col(LedgerEntry.id), isouter=True)
        .where(
            col(Settlement.status) == MoneyStatus.APPROVED,
            col(Settlement.approved_on) <= as_of,
            or_(col(LedgerEntry.id).is_(None), differs),
            *_within(within),
        )
    )
    return _rows(session, statement)


def payouts_posted_otherwise(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find approved payouts without their entry or with one of other amounts."""
    sums = _sums(within, Account.PAYABLE, Account.FORFEITED)
    differs = or_(
        -sums.c.payable != col(Payout.amount_fen),
        -sums.c.forfeited != col(Payout.forfeited_fen),
        and_(sums.c.entry_id.is_(None), or_(*(column != 0 for column in _amounts(Payout)))),
    )
    statement: Listing = (
        select(
            *_WHOSE,
            col(Payout.id),
            col(Payout.approved_on).label("on"),
            col(Payout.amount_fen).label("expected"),
            (-sums.c.payable).label("found"),
        )
        .select_from(Payout)
        .join(Contract, col(Contract.id) == col(Payout.contract_id))
        .join(LedgerEntry, and_(col(LedgerEntry.cause) == LedgerCause.PAYOUT, *_is(Payout)), isouter=True)
        .join(sums, sums.c.entry_id == col(LedgerEntry.id), isouter=True)
        .where(
            col(Payout.status) == MoneyStatus.APPROVED,
            col(Payout.approved_on) <= as_of,
            or_(col(LedgerEntry.id).is_(None), differs),
            *_within(within),
        )
    )
    return _rows(session, statement)


def payments_posted_otherwise(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find payments without their entry or with one of another amount."""
    return _payments(session, as_of, within, LedgerCause.PAYMENT)


def payments_voided_otherwise(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find voided payments without their counter-entry or with one of another amount."""
    return _payments(session, as_of, within, LedgerCause.PAYMENT_VOID)


def _payments(session: Session, as_of: date, within: Within, cause: LedgerCause) -> Sequence[RowMapping]:
    voided = cause is LedgerCause.PAYMENT_VOID
    on = col(Payment.voided_on) if voided else col(Payment.paid_on)
    sums = _sums(within, Account.PAID, Account.PAYABLE)
    # A payment credits what is paid and debits what is payable; its counter-entry does the reverse.
    sign, amount = -1 if voided else 1, col(Payment.amount_fen)
    differs = or_(-sign * sums.c.paid != amount, sign * sums.c.payable != amount)
    statement: Listing = (
        select(*_WHOSE, col(Payment.id), on.label("on"), amount.label("expected"), (-sign * sums.c.paid).label("found"))
        .select_from(Payment)
        .join(Contract, col(Contract.id) == col(Payment.contract_id))
        .join(LedgerEntry, and_(col(LedgerEntry.cause) == cause, *_is(Payment)), isouter=True)
        .join(sums, sums.c.entry_id == col(LedgerEntry.id), isouter=True)
        .where(on <= as_of, or_(sums.c.entry_id.is_(None), differs), *_within(within))
    )
    return _rows(session, statement)


def without_cause(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find entries whose settlement, payout or payment is not there, not approved, or not voided."""
    cause = col(LedgerEntry.cause)
    approved = (
        exists().where(*_is(Settlement), col(Settlement.status) == MoneyStatus.APPROVED),
        exists().where(*_is(Payout), col(Payout.status) == MoneyStatus.APPROVED),
    )
    statement: Listing = (
        select(*_WHOSE, *_entry())
        .select_from(LedgerEntry)
        .join(Contract, col(Contract.id) == col(LedgerEntry.contract_id))
        .where(
            col(LedgerEntry.posted_on) <= as_of,
            not_(
                or_(
                    and_(cause.in_(_SETTLES), approved[0]),
                    and_(cause == LedgerCause.PAYOUT, approved[1]),
                    and_(cause == LedgerCause.PAYMENT, exists().where(*_is(Payment))),
                    and_(
                        cause == LedgerCause.PAYMENT_VOID,
                        exists().where(*_is(Payment), col(Payment.voided_on).is_not(None)),
                    ),
                )
            ),
            *_within(within),
        )
    )
    return _rows(session, statement)


def settlements_paid_otherwise(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find settlements whose sum of what is paid is not that of the payments that stand."""
    return _paid(session, as_of, within, Settlement)


def payouts_paid_otherwise(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Find payouts whose sum of what is paid is not that of the payments that stand."""
    return _paid(session, as_of, within, Payout)


def _paid(
    session: Session, as_of: date, within: Within, table: type[Settlement] | type[Payout]
) -> Sequence[RowMapping]:
    stands = case((col(Payment.voided_on).is_(None), col(Payment.amount_fen)), else_=0)
    # What is noted beside a row has no day of its own; the last payment that it should tell of has one.
    newest = func.coalesce(func.max(func.coalesce(col(Payment.voided_on), col(Payment.paid_on))), col(table.drafted_on))
    expected = func.coalesce(_sum(stands), 0)
    made_on_it = and_(col(Payment.contract_id) == col(table.contract_id), col(Payment.subject_id) == col(table.id))
    own: Columns = (*_WHOSE, col(table.id), col(table.paid_fen).label("found"))
    statement: Listing = (
        select(*own, newest.label("on"), expected.label("expected"))
        .select_from(table)
        .join(Contract, col(Contract.id) == col(table.contract_id))
        .join(Payment, made_on_it, isouter=True)
        .where(*_within(within))
        .group_by(*_WHOSE, col(table.id), col(table.paid_fen), col(table.drafted_on))
        .having(and_(expected != col(table.paid_fen), newest <= as_of))
    )
    return _rows(session, statement)


def _rows(session: Session, statement: Listing) -> Sequence[RowMapping]:
    return session.execute(statement).mappings().all()


def _sum(amount: SQLColumnExpression[Any]) -> ColumnElement[int]:
    return cast(func.sum(amount), BigInteger)


def _amounts(table: type[Settlement] | type[Payout]) -> Columns:
    """Name what an approved row posts."""
    if issubclass(table, Settlement):
        return col(table.fee_fen), col(table.deducted_fen), col(table.held_fen), col(table.payable_fen)
    return col(table.amount_fen), col(table.forfeited_fen)


def _sums(within: Within, *accounts: Account) -> Subquery:
    """Sum the lines of each entry by account; debits are positive."""
    amount = col(LedgerLine.amount_fen)
    columns = (
        _sum(case((col(LedgerLine.account) == account, amount), else_=0)).label(account.value) for account in accounts
    )
    statement: Listing = select(col(LedgerLine.entry_id), *columns).group_by(col(LedgerLine.entry_id))
    return statement.where(*within.among(col(LedgerLine.contract_id))).subquery()


def _entry() -> Columns:
    return col(LedgerEntry.id), col(LedgerEntry.number), col(LedgerEntry.posted_on).label("on")


def _is(table: type[Settlement] | type[Payout] | type[Payment]) -> tuple[ColumnElement[bool], ...]:
    """Say that a row is an entry's cause, of the same contract."""
    return col(table.id) == col(LedgerEntry.cause_id), col(table.contract_id) == col(LedgerEntry.contract_id)


def _within(within: Within) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if within.centers is not None:
        conditions.append(col(Contract.service_center_id).in_(within.centers))
    return [*conditions, *within.among(col(Contract.id))]
