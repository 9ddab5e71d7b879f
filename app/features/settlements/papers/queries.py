"""Every select for the papers of a contract: dossiers, year-end statements, the matching of payments.

A settlement and a contract take whose they are; what belongs to them is then read by their ids.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, RowMapping, SQLColumnExpression, case, cast, func, select
from sqlmodel import Session, col

from app.features.paging import Listing
from app.features.settlements.queries import LINES
from app.models import (
    Assessment,
    AssessmentRevision,
    Contract,
    Finding,
    IssueType,
    LedgerEntry,
    LedgerLine,
    Payment,
    Payout,
    ServiceCenter,
    Settlement,
    SettlementLine,
    TermsVersion,
    Vendor,
)
from app.models.words import LedgerCause, MoneyStatus

_SETTLED = (LedgerCause.SETTLEMENT, LedgerCause.OPENING)
"""What posts a settlement; the balance taken over is one."""
_PAID = (LedgerCause.PAYMENT, LedgerCause.PAYMENT_VOID)

# ---------------------------------------------------------------- a settlement


def settlement(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, settlement_id: uuid.UUID
) -> RowMapping | None:
    """Read a settlement of these centers with its contract, and the entry that its approval posted."""
    posted = (col(LedgerEntry.cause_id) == col(Settlement.id)) & col(LedgerEntry.cause).in_(_SETTLED)
    statement: Listing = (
        select(
            *Settlement.__table__.columns,  # type: ignore[attr-defined]
            col(Contract.number).label("contract_number"),
            col(Contract.title).label("contract_title"),
            col(Vendor.name).label("vendor_name"),
            col(ServiceCenter.name).label("service_center_name"),
            col(LedgerEntry.number).label("entry_number"),
            col(LedgerEntry.posted_on),
            col(LedgerEntry.recorded_at).label("posted_at"),
        )
        .join(Contract, col(Contract.id) == col(Settlement.contract_id))
        .join(Vendor, col(Vendor.id) == col(Settlement.vendor_id))
        .join(ServiceCenter, col(ServiceCenter.id) == col(Settlement.service_center_id))
        .join(LedgerEntry, posted, isouter=True)
        .where(
            col(Settlement.id) == settlement_id,
            col(Settlement.contract_id) == contract_id,
            col(Settlement.service_center_id).in_(centers),
        )
    )
    return session.execute(statement).mappings().one_or_none()


def lines(session: Session, settlement_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the lines of a settlement, each with the version of the terms that states its clause."""
    statement = LINES.add_columns(col(TermsVersion.document)).where(col(SettlementLine.settlement_id) == settlement_id)
    return session.execute(statement).mappings().all()


def drafts(session: Session, contract_id: uuid.UUID, payment_period: str) -> Sequence[RowMapping]:
    """Read every draft that was ever made of a payment period, the approved one included, oldest first."""
    statement: Listing = select(
        col(Settlement.id),
        col(Settlement.status),
        col(Settlement.payable_fen),
        col(Settlement.drafted_by),
        col(Settlement.drafted_by_id),
        col(Settlement.drafted_on),
        col(Settlement.approved_by),
        col(Settlement.approved_on),
        col(Settlement.note),
    ).where(col(Settlement.contract_id) == contract_id, col(Settlement.payment_period) == payment_period)
    return session.execute(statement.order_by(col(Settlement.created_at), col(Settlement.id))).mappings().all()


def months(session: Session, contract_id: uuid.UUID, periods: Collection[str]) -> Sequence[RowMapping]:
    """Read some months of a contract as they stand, in their order."""
    statement: Listing = select(
        col(Assessment.id),
        col(Assessment.period),
        col(Assessment.state),
        col(Assessment.score_kind),
        col(Assessment.score_hundredths),
        col(Assessment.grade),
        col(Assessment.final_on),
        col(Assessment.notified_on),
        col(Assessment.document_no),
        col(Assessment.revision),
    ).where(col(Assessment.contract_id) == contract_id, col(Assessment.period).in_(periods))
    return session.execute(statement.order_by(col(Assessment.period))).mappings().all()


def versions_of_months(session: Session, assessment_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read every version of the revised ones among some months, the notified one first."""
    statement: Listing = select(
        col(AssessmentRevision.assessment_id),
        col(AssessmentRevision.number),
        col(AssessmentRevision.state),
        col(AssessmentRevision.score_kind),
        col(AssessmentRevision.score_hundredths),
        col(AssessmentRevision.grade),
        col(AssessmentRevision.notified_on),
        col(AssessmentRevision.document_no),
        col(AssessmentRevision.recorded_at),
    ).where(col(AssessmentRevision.assessment_id).in_(assessment_ids))
    return session.execute(statement.order_by(col(AssessmentRevision.number))).mappings().all()


def findings(session: Session, contract_id: uuid.UUID, periods: Collection[str]) -> Sequence[RowMapping]:
    """Read the findings of some months of a contract, withdrawn ones too, by their days."""
    statement: Listing = (
        select(
            col(Finding.id),
            col(Finding.period),
            col(IssueType.code).label("issue_type"),
            col(IssueType.name_zh).label("issue_type_name"),
            col(Finding.occurred_on),
            col(Finding.counter),
            col(Finding.withdrawn_on),
            col(Finding.created_at),
            col(Finding.updated_at),
        )
        .join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
        .where(col(Finding.contract_id) == contract_id, col(Finding.period).in_(periods))
    )
    return session.execute(statement.order_by(col(Finding.occurred_on), col(Finding.id))).mappings().all()


# ---------------------------------------------------------------- payments


def payments(session: Session, contract_id: uuid.UUID, subject_id: uuid.UUID | None = None) -> Sequence[RowMapping]:
    """Read the payments of a contract, or those on one settlement or payout, voided ones too, by their days."""
    statement: Listing = (
        select(
            col(Payment.id),
            col(Payment.settlement_id),
            col(Payment.payout_id),
            func.coalesce(col(Settlement.payment_period), col(Payout.subject)).label("subject"),
            col(Payment.amount_fen),
            col(Payment.paid_on),
            col(Payment.voucher_no),
            col(Payment.invoice_no),
            col(Payment.note),
            col(Payment.recorded_by),
            col(Payment.voided_on),
            col(Payment.voided_by),
            col(Payment.voided_reason),
        )
        .join(Settlement, col(Settlement.id) == col(Payment.settlement_id), isouter=True)
        .join(Payout, col(Payout.id) == col(Payment.payout_id), isouter=True)
        .where(col(Payment.contract_id) == contract_id)
    )
    if subject_id is not None:
        statement = statement.where(col(Payment.subject_id) == subject_id)
    return session.execute(statement.order_by(col(Payment.paid_on), col(Payment.id))).mappings().all()


def unpaid_settlements(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the approved settlements of a contract of which something is left to pay."""
    left = col(Settlement.payable_fen) - col(Settlement.paid_fen)
    statement: Listing = select(
        col(Settlement.id), col(Settlement.payment_period).label("name"), left.label("left_fen")
    ).where(col(Settlement.contract_id) == contract_id, col(Settlement.status) == MoneyStatus.APPROVED, left > 0)
    return session.execute(statement.order_by(col(Settlement.ends_on), col(Settlement.id))).mappings().all()


def unpaid_payouts(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the approved payouts of a contract of which something is left to pay."""
    left = col(Payout.amount_fen) - col(Payout.paid_fen)
    statement: Listing = select(col(Payout.id), col(Payout.subject).label("name"), left.label("left_fen")).where(
        col(Payout.contract_id) == contract_id, col(Payout.status) == MoneyStatus.APPROVED, left > 0
    )
    return session.execute(statement.order_by(col(Payout.subject))).mappings().all()


# ---------------------------------------------------------------- a year of the ledger


def sums(session: Session, contract_id: uuid.UUID, first: date, until: date) -> Sequence[RowMapping]:
    """Sum a contract's lines by cause, account and fund: those before a day, and those from it to another."""
    statement: Listing = (
        select(
            col(LedgerEntry.cause),
            col(LedgerLine.account),
            col(LedgerLine.fund),
            _sum(case((col(LedgerEntry.posted_on) < first, col(LedgerLine.amount_fen)), else_=0)).label("before_fen"),
            _sum(case((col(LedgerEntry.posted_on) >= first, col(LedgerLine.amount_fen)), else_=0)).label("fen"),
        )
        .join(LedgerEntry, col(LedgerEntry.id) == col(LedgerLine.entry_id))
        .where(col(LedgerLine.contract_id) == contract_id, col(LedgerEntry.posted_on) <= until)
        .group_by(col(LedgerEntry.cause), col(LedgerLine.account), col(LedgerLine.fund))
    )
    return session.execute(statement).mappings().all()


def entries(session: Session, contract_id: uuid.UUID, first: date, until: date) -> dict[LedgerCause, int]:
    """Count a contract's entries of some days by cause."""
    statement = (
        select(col(LedgerEntry.cause), func.count())
        .where(col(LedgerEntry.contract_id) == contract_id, col(LedgerEntry.posted_on).between(first, until))
        .group_by(col(LedgerEntry.cause))
    )
    return {cause: count for cause, count in session.execute(statement)}  # noqa: C416 rows are no pairs to the type


def settlements_posted(session: Session, contract_id: uuid.UUID, until: date) -> Sequence[RowMapping]:
    """Read the settlements of a contract that were posted up to a day, in the order of their posting."""
    statement: Listing = (
        select(
            col(Settlement.id),
            col(Settlement.payment_period),
            col(Settlement.months),
            col(Settlement.ends_on),
            col(Settlement.fee_fen),
            col(Settlement.deducted_fen),
            col(Settlement.held_fen),
            col(Settlement.adjusted_fen),
            col(Settlement.carried_fen),
            col(Settlement.payable_fen),
            col(LedgerEntry.posted_on),
        )
        .join(LedgerEntry, col(LedgerEntry.cause_id) == col(Settlement.id))
        .where(
            col(Settlement.contract_id) == contract_id,
            col(LedgerEntry.cause).in_(_SETTLED),
            col(LedgerEntry.posted_on) <= until,
        )
    )
    return session.execute(statement.order_by(col(LedgerEntry.number))).mappings().all()


def payouts_posted(session: Session, contract_id: uuid.UUID, until: date) -> Sequence[RowMapping]:
    """Read the payouts and releases of a contract that were posted up to a day, in the order of their posting."""
    statement: Listing = (
        select(
            col(Payout.id),
            col(Payout.subject),
            col(Payout.kind),
            col(Payout.year),
            col(Payout.source),
            col(Payout.amount_fen),
            col(Payout.forfeited_fen),
            col(LedgerEntry.posted_on),
        )
        .join(LedgerEntry, col(LedgerEntry.cause_id) == col(Payout.id))
        .where(
            col(Payout.contract_id) == contract_id,
            col(LedgerEntry.cause) == LedgerCause.PAYOUT,
            col(LedgerEntry.posted_on) <= until,
        )
    )
    return session.execute(statement.order_by(col(LedgerEntry.number))).mappings().all()


def paid(session: Session, contract_id: uuid.UUID, first: date, until: date) -> dict[uuid.UUID, tuple[int, int]]:
    """Sum by settlement or payout what was paid before a day, and from it to another, less what was voided, in fen."""
    signed = case(
        (col(LedgerEntry.cause) == LedgerCause.PAYMENT, col(Payment.amount_fen)), else_=-col(Payment.amount_fen)
    )
    before = case((col(LedgerEntry.posted_on) < first, signed), else_=0)
    within = case((col(LedgerEntry.posted_on) >= first, signed), else_=0)
    statement = (
        select(col(Payment.subject_id), _sum(before), _sum(within))
        .join(LedgerEntry, col(LedgerEntry.cause_id) == col(Payment.id))
        .where(
            col(Payment.contract_id) == contract_id,
            col(LedgerEntry.cause).in_(_PAID),
            col(LedgerEntry.posted_on) <= until,
        )
        .group_by(col(Payment.subject_id))
    )
    return {subject: (earlier, later) for subject, earlier, later in session.execute(statement)}


def months_served(session: Session, contract_id: uuid.UUID, year: int, until: date) -> Sequence[str]:
    """List the recorded months of a year that had ended by a day."""
    statement = select(col(Assessment.period)).where(
        col(Assessment.contract_id) == contract_id,
        col(Assessment.expected),
        col(Assessment.period).between(f"{year}-01", f"{year}-12"),
        col(Assessment.served_to) <= until,
    )
    return session.execute(statement.order_by(col(Assessment.period))).scalars().all()


def _sum(amount: Any) -> SQLColumnExpression[int]:  # noqa: ANN401 a CASE has no one type
    return cast(func.sum(amount), BigInteger)
