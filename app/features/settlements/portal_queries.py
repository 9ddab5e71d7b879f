"""Every select over settlements, payouts and the ledger for a vendor's portal: approved ones alone.

Each takes the vendor whose they are; a draft is not there.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, RowMapping, case, cast, func, not_, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.features.settlements.queries import LINES
from app.models import (
    AnnualAssessment,
    Assessment,
    Contract,
    LedgerEntry,
    LedgerLine,
    Payment,
    Payout,
    PayoutReading,
    Settlement,
    SettlementLine,
    TermsVersion,
)
from app.models.words import LedgerCause, MoneyStatus, PayoutKind, Stage

_PAID = (LedgerCause.PAYMENT, LedgerCause.PAYMENT_VOID)

_SETTLEMENT_COLUMNS: Columns = (
    col(Settlement.id),
    col(Settlement.contract_id),
    col(Contract.number).label("contract_number"),
    col(Settlement.payment_period),
    col(Settlement.months),
    col(Settlement.ends_on),
    col(Settlement.fee_fen),
    col(Settlement.deducted_fen),
    col(Settlement.held_fen),
    col(Settlement.adjusted_fen),
    col(Settlement.carried_fen),
    col(Settlement.payable_fen),
    col(Settlement.paid_fen),
    col(Settlement.digest),
    col(Settlement.approved_on),
    col(Settlement.version),
    col(Settlement.updated_at),
)

_PAYOUT_COLUMNS: Columns = (
    col(Payout.id),
    col(Payout.contract_id),
    col(Contract.number).label("contract_number"),
    col(Payout.subject),
    col(Payout.kind),
    col(Payout.year),
    col(Payout.source),
    col(Payout.amount_fen),
    col(Payout.forfeited_fen),
    col(Payout.paid_fen),
    col(Payout.clause),
    col(TermsVersion.number).label("terms_version"),
    col(TermsVersion.reference),
    col(Payout.steps),
    col(Payout.event_on),
    col(Payout.document),
    col(Payout.approved_on),
    col(Payout.version),
    col(Payout.updated_at),
)


@dataclass(frozen=True, slots=True)
class SettlementFilter:
    """Which approved settlements a vendor asks for; None asks for all."""

    contract_id: uuid.UUID | None = None
    payment_period: str | None = None
    paid: bool | None = None
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PayoutFilter:
    """Which approved payouts a vendor asks for; None asks for all."""

    contract_id: uuid.UUID | None = None
    year: int | None = None
    kind: PayoutKind | None = None
    paid: bool | None = None
    updated_since: datetime | None = None


# ---------------------------------------------------------------- settlements


def settlements(session: Session, vendor_id: uuid.UUID, wanted: SettlementFilter, page: PageRequest) -> Page:
    """List the approved settlements of a vendor, the balance that a contract was taken over with among them."""
    statement = narrowed(_settlements(vendor_id), Settlement, wanted, ("contract_id", "payment_period"))
    if wanted.payment_period is not None:
        # Each contract has one settlement of a period; PostgreSQL then looks through the few contracts of the vendor.
        statement = statement.where(col(Contract.vendor_id) == vendor_id)
    if wanted.paid is not None:
        paid = col(Settlement.paid_fen) == col(Settlement.payable_fen)
        statement = statement.where(paid if wanted.paid else not_(paid))
    if wanted.updated_since is not None:
        statement = statement.where(col(Settlement.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Settlement.id), page)


def settlement(session: Session, vendor_id: uuid.UUID, settlement_id: uuid.UUID) -> RowMapping | None:
    """Read one approved settlement of a vendor."""
    return session.execute(_settlements(vendor_id).where(col(Settlement.id) == settlement_id)).mappings().one_or_none()


def lines(session: Session, vendor_id: uuid.UUID, settlement_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the lines of an approved settlement of a vendor, with the terms that govern each."""
    statement = LINES.join(Settlement, col(Settlement.id) == col(SettlementLine.settlement_id)).where(
        col(SettlementLine.settlement_id) == settlement_id,
        col(Settlement.vendor_id) == vendor_id,
        col(Settlement.status) == MoneyStatus.APPROVED,
    )
    return session.execute(statement).mappings().all()


def _settlements(vendor_id: uuid.UUID) -> Listing:
    return (
        select(*_SETTLEMENT_COLUMNS)
        .join(Contract, col(Contract.id) == col(Settlement.contract_id))
        .where(col(Settlement.vendor_id) == vendor_id, col(Settlement.status) == MoneyStatus.APPROVED)
    )


# ---------------------------------------------------------------- payouts


def payouts(session: Session, vendor_id: uuid.UUID, wanted: PayoutFilter, page: PageRequest) -> Page:
    """List the approved payouts and releases of a vendor."""
    statement = narrowed(_payouts(vendor_id), Payout, wanted, ("contract_id", "year", "kind"))
    if wanted.paid is not None:
        paid = col(Payout.paid_fen) == col(Payout.amount_fen)
        statement = statement.where(paid if wanted.paid else not_(paid))
    if wanted.updated_since is not None:
        statement = statement.where(col(Payout.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Payout.id), page)


def payout(session: Session, vendor_id: uuid.UUID, payout_id: uuid.UUID) -> RowMapping | None:
    """Read one approved payout of a vendor."""
    return session.execute(_payouts(vendor_id).where(col(Payout.id) == payout_id)).mappings().one_or_none()


def reading(session: Session, vendor_id: uuid.UUID, payout_id: uuid.UUID) -> RowMapping | None:
    """Read how the text of an approved payout of a vendor was read: the choice that stands, the last one."""
    statement = (
        select(
            col(PayoutReading.reading),
            col(PayoutReading.inputs),
            col(PayoutReading.rest),
            col(PayoutReading.agreed_on),
            col(PayoutReading.document),
        )
        .join(Payout, col(Payout.id) == col(PayoutReading.payout_id))
        .where(
            col(PayoutReading.payout_id) == payout_id,
            col(Payout.vendor_id) == vendor_id,
            col(Payout.status) == MoneyStatus.APPROVED,
        )
    )
    last = statement.order_by(col(PayoutReading.number).desc()).limit(1)
    return session.execute(last).mappings().one_or_none()


def _payouts(vendor_id: uuid.UUID) -> Listing:
    return (
        select(*_PAYOUT_COLUMNS)
        .join(Contract, col(Contract.id) == col(Payout.contract_id))
        .join(TermsVersion, col(TermsVersion.id) == col(Payout.terms_version_id))
        .where(col(Payout.vendor_id) == vendor_id, col(Payout.status) == MoneyStatus.APPROVED)
    )


# ---------------------------------------------------------------- what the vendor was not told yet


def untold_months(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> Sequence[str]:
    """List the months of a contract of a vendor whose result is expected, and was not notified."""
    statement = select(col(Assessment.period)).where(
        col(Assessment.vendor_id) == vendor_id,
        col(Assessment.contract_id) == contract_id,
        col(Assessment.expected),
        col(Assessment.stage) != Stage.NOTIFIED,
    )
    return session.execute(statement).scalars().all()


def untold_years(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> Sequence[int]:
    """List the years of a contract of a vendor whose result was held, and was not notified."""
    statement = (
        select(col(AnnualAssessment.year))
        .join(Contract, col(Contract.id) == col(AnnualAssessment.contract_id))
        .where(
            col(AnnualAssessment.contract_id) == contract_id,
            col(Contract.vendor_id) == vendor_id,
            col(AnnualAssessment.notified_on).is_(None),
        )
    )
    return session.execute(statement).scalars().all()


# ---------------------------------------------------------------- the statement of account


def sums(
    session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID, since: date | None, as_of: date
) -> Sequence[RowMapping]:
    """Sum the lines of a contract of a vendor by account and fund: up to `as_of`, and of that what lies before `since`.

    Debits are positive.
    """
    amount = col(LedgerLine.amount_fen)
    before = func.sum(case((col(LedgerEntry.posted_on) < since, amount), else_=0)) if since else func.sum(0)
    statement: Listing = (
        select(
            col(LedgerLine.account),
            col(LedgerLine.fund),
            cast(func.sum(amount), BigInteger).label("fen"),
            cast(before, BigInteger).label("before_fen"),
        )
        .join(LedgerEntry, col(LedgerEntry.id) == col(LedgerLine.entry_id))
        .join(Contract, col(Contract.id) == col(LedgerLine.contract_id))
        .where(
            col(LedgerLine.contract_id) == contract_id,
            col(Contract.vendor_id) == vendor_id,
            col(LedgerEntry.posted_on) <= as_of,
        )
        .group_by(col(LedgerLine.account), col(LedgerLine.fund))
    )
    return session.execute(statement).mappings().all()


def entries(
    session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID, since: date | None, as_of: date
) -> Sequence[RowMapping]:
    """Read the entries of a contract of a vendor posted from `since` to `as_of`; of a payment, what it paid."""
    pays = (col(Payment.id) == col(LedgerEntry.cause_id)) & col(LedgerEntry.cause).in_(_PAID)
    statement: Listing = (
        select(
            col(LedgerEntry.id),
            col(LedgerEntry.number),
            col(LedgerEntry.cause),
            col(LedgerEntry.cause_id),
            col(LedgerEntry.posted_on),
            col(Payment.settlement_id),
            col(Payment.payout_id),
            col(Payment.voucher_no),
            col(Payment.invoice_no),
        )
        .join(Contract, col(Contract.id) == col(LedgerEntry.contract_id))
        .join(Payment, pays, isouter=True)
        .where(
            col(LedgerEntry.contract_id) == contract_id,
            col(Contract.vendor_id) == vendor_id,
            col(LedgerEntry.posted_on) <= as_of,
        )
    )
    if since is not None:
        statement = statement.where(col(LedgerEntry.posted_on) >= since)
    return session.execute(statement.order_by(col(LedgerEntry.number))).mappings().all()


def entry_lines(
    session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID, since: date | None, as_of: date
) -> Sequence[RowMapping]:
    """Read the lines of the entries of a contract of a vendor posted from `since` to `as_of`, entry by entry."""
    statement: Listing = (
        select(
            col(LedgerLine.entry_id),
            col(LedgerLine.account),
            col(LedgerLine.fund),
            col(LedgerLine.period),
            col(LedgerLine.amount_fen),
        )
        .join(LedgerEntry, col(LedgerEntry.id) == col(LedgerLine.entry_id))
        .join(Contract, col(Contract.id) == col(LedgerLine.contract_id))
        .where(
            col(LedgerLine.contract_id) == contract_id,
            col(Contract.vendor_id) == vendor_id,
            col(LedgerEntry.posted_on) <= as_of,
        )
    )
    if since is not None:
        statement = statement.where(col(LedgerEntry.posted_on) >= since)
    return session.execute(statement.order_by(col(LedgerEntry.number), col(LedgerLine.number))).mappings().all()
