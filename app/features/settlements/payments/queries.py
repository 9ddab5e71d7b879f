"""Every select over payments and what they pay; those that people ask for take whose they are."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, Select, and_, null, select
from sqlmodel import Session, col

from app.features.contracts.within import Within, entries_ever_missed, ever_missed
from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.models import DueDate, LedgerEntry, Payment, Payout, Settlement
from app.models.words import DueKind, MoneyStatus

_COLUMNS: Columns = (
    col(Payment.id),
    col(Payment.contract_id),
    col(Payment.settlement_id),
    col(Payment.payout_id),
    col(Payment.amount_fen),
    col(Payment.paid_on),
    col(Payment.voucher_no),
    col(Payment.invoice_no),
    col(Payment.note),
    col(Payment.recorded_by),
    col(Payment.voided_on),
    col(Payment.voided_by),
    col(Payment.voided_reason),
    col(Payment.version),
    col(Payment.created_at),
    col(Payment.updated_at),
)


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Which payments to list; None asks for all."""

    contract_id: uuid.UUID | None = None
    settlement_id: uuid.UUID | None = None
    payout_id: uuid.UUID | None = None
    voucher_no: str | None = None
    voided: bool | None = None


def payment(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, payment_id: uuid.UUID
) -> RowMapping | None:
    """Read one payment of a contract of these centers."""
    statement = _of(centers).where(col(Payment.contract_id) == contract_id, col(Payment.id) == payment_id)
    return session.execute(statement).mappings().one_or_none()


def payments(session: Session, centers: Collection[uuid.UUID], wanted: PaymentFilter, page: PageRequest) -> Page:
    """List the payments of these centers."""
    statement = narrowed(_of(centers), Payment, wanted, ("contract_id", "settlement_id", "payout_id", "voucher_no"))
    if wanted.voided is not None:
        voided = col(Payment.voided_on).is_not(None)
        statement = statement.where(voided if wanted.voided else ~voided)
    return fetch(session, statement, col(Payment.id), page)


def _of(centers: Collection[uuid.UUID]) -> Listing:
    return select(*_COLUMNS).where(col(Payment.service_center_id).in_(centers))


def settlement(session: Session, contract_id: uuid.UUID, settlement_id: uuid.UUID) -> RowMapping | None:
    """Read what a payment on a settlement has to know of it, with its due date; the caller holds the contract."""
    statement: Listing = select(
        col(Settlement.id),
        col(Settlement.status),
        col(Settlement.payable_fen),
        col(Settlement.paid_fen),
        col(Settlement.approved_on),
        col(Settlement.payment_period).label("subject"),
        col(DueDate.due_on),
    )
    in_force = and_(_settles(), col(DueDate.kind) == DueKind.PAYMENT, col(DueDate.superseded_on).is_(None))
    statement = statement.join(DueDate, in_force, isouter=True).where(
        col(Settlement.contract_id) == contract_id, col(Settlement.id) == settlement_id
    )
    return session.execute(statement).mappings().one_or_none()


def payout(session: Session, contract_id: uuid.UUID, payout_id: uuid.UUID) -> RowMapping | None:
    """Read what a payment on a payout, which has no due date, has to know of it; the caller holds the contract."""
    statement: Listing = select(
        col(Payout.id),
        col(Payout.status),
        col(Payout.amount_fen).label("payable_fen"),
        col(Payout.paid_fen),
        col(Payout.approved_on),
        col(Payout.subject),
        null().label("due_on"),
    ).where(col(Payout.contract_id) == contract_id, col(Payout.id) == payout_id)
    return session.execute(statement).mappings().one_or_none()


def payments_on(session: Session, contract_id: uuid.UUID, subject_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the payments made on one settlement or payout, voided ones too, in the order of their making."""
    statement = select(
        col(Payment.id), col(Payment.amount_fen), col(Payment.paid_on), col(Payment.voided_on), col(Payment.voucher_no)
    ).where(col(Payment.contract_id) == contract_id, col(Payment.subject_id) == subject_id)
    return session.execute(statement.order_by(col(Payment.id))).mappings().all()


def entries_of(cause_id: uuid.UUID) -> Select[uuid.UUID]:
    """Select the ledger entries that one cause has posted."""
    return select(col(LedgerEntry.id)).where(col(LedgerEntry.cause_id) == cause_id)


# ---------------------------------------------------------------- what a night reads


def periods_ever_behind(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read the due dates of payments that were missed at some time up to `as_of`, oldest entry of a period first.

    Of what is paid now, `met_on` is the day from which nothing was owed any more, whatever was voided before it.
    """
    columns: Columns = (col(Settlement.id).label("settlement_id"), col(Settlement.payable_fen))
    statement = entries_ever_missed(DueKind.PAYMENT, as_of, within, *columns).join(Settlement, _settles())
    return session.execute(statement).mappings().all()


def payments_of_periods_ever_behind(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read the payments up to `as_of` on the settlements that `periods_ever_behind` finds."""
    missed = (*ever_missed(DueKind.PAYMENT, as_of), *within.whose(DueDate))
    behind = select(col(Settlement.id)).join(DueDate, _settles()).where(*missed)
    statement = select(
        col(Payment.settlement_id), col(Payment.amount_fen), col(Payment.paid_on), col(Payment.voided_on)
    ).where(col(Payment.settlement_id).in_(behind), col(Payment.paid_on) <= as_of)
    return session.execute(statement.order_by(col(Payment.id))).mappings().all()


def _settles() -> ColumnElement[bool]:
    """Join a due date to the settlement that it is about."""
    return and_(
        col(Settlement.contract_id) == col(DueDate.contract_id),
        col(Settlement.payment_period) == col(DueDate.subject),
        col(Settlement.status) == MoneyStatus.APPROVED,
    )
