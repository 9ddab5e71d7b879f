"""Every select over objections; each takes whose they are."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, RowMapping, bindparam, or_, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.models import Contract, Objection, Payout, Settlement, SettlementLine
from app.models.words import MoneyStatus, ObjectionState

_COLUMNS: Columns = (
    col(Objection.id),
    col(Objection.service_center_id),
    col(Objection.contract_id),
    col(Contract.number).label("contract_number"),
    col(Objection.settlement_id),
    col(Settlement.payment_period),
    col(Objection.line),
    col(Objection.payout_id),
    col(Payout.subject).label("payout"),
    col(Objection.grounds),
    col(Objection.filed_on),
    col(Objection.filed_by),
    col(Objection.state),
    col(Objection.answered_on),
    col(Objection.answered_by),
    col(Objection.reason),
    col(Objection.remedy),
    col(Objection.remedy_period),
    col(Objection.version),
    col(Objection.created_at),
    col(Objection.updated_at),
)


@dataclass(frozen=True, slots=True)
class ObjectionFilter:
    """Which objections to list; None asks for all."""

    contract_id: uuid.UUID | None = None
    settlement_id: uuid.UUID | None = None
    payout_id: uuid.UUID | None = None
    state: ObjectionState | None = None


def _joined() -> Listing:
    return (
        select(*_COLUMNS)
        .join(Contract, col(Contract.id) == col(Objection.contract_id))
        .join(Settlement, col(Settlement.id) == col(Objection.settlement_id), isouter=True)
        .join(Payout, col(Payout.id) == col(Objection.payout_id), isouter=True)
    )


def _list(session: Session, whose: ColumnElement[bool], wanted: ObjectionFilter, page: PageRequest) -> Page:
    columns = ("contract_id", "settlement_id", "payout_id", "state")
    statement = narrowed(_joined().where(whose), Objection, wanted, columns)
    return fetch(session, statement, col(Objection.id), page)


def objections(session: Session, centers: Collection[uuid.UUID], wanted: ObjectionFilter, page: PageRequest) -> Page:
    """List the objections of these centers."""
    return _list(session, col(Objection.service_center_id).in_(centers), wanted, page)


def objections_of_vendor(session: Session, vendor_id: uuid.UUID, wanted: ObjectionFilter, page: PageRequest) -> Page:
    """List a vendor's own objections."""
    return _list(session, col(Objection.vendor_id) == vendor_id, wanted, page)


def objection(session: Session, centers: Collection[uuid.UUID], objection_id: uuid.UUID) -> RowMapping | None:
    """Read one objection of these centers."""
    statement = _joined().where(col(Objection.id) == objection_id, col(Objection.service_center_id).in_(centers))
    return session.execute(statement).mappings().one_or_none()


def objection_of_vendor(session: Session, vendor_id: uuid.UUID, objection_id: uuid.UUID) -> RowMapping | None:
    """Read one of a vendor's own objections."""
    statement = _joined().where(col(Objection.id) == objection_id, col(Objection.vendor_id) == vendor_id)
    return session.execute(statement).mappings().one_or_none()


def against(session: Session, subject_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the objections to a settlement or a payout of a contract that the caller has been let into."""
    return session.connection().execute(_AGAINST, {"subject": subject_id}).mappings().all()


_SUBJECT: BindParameter[uuid.UUID] = bindparam("subject")
_AGAINST = (
    select(col(Objection.id), col(Objection.line), col(Objection.state), col(Objection.filed_on))
    .where(or_(col(Objection.settlement_id) == _SUBJECT, col(Objection.payout_id) == _SUBJECT))
    .order_by(col(Objection.line), col(Objection.id))
)


def against_payouts(session: Session, contract_id: uuid.UUID) -> dict[uuid.UUID, RowMapping]:
    """Read the objections to the payouts of a contract that the caller has been let into, each by its payout."""
    columns = (col(Objection.id), col(Objection.payout_id), col(Objection.state), col(Objection.filed_on))
    statement = select(*columns).where(col(Objection.contract_id) == contract_id, col(Objection.payout_id).is_not(None))
    return {row["payout_id"]: row for row in session.execute(statement).mappings()}


def approved_settlement(session: Session, vendor_id: uuid.UUID, settlement_id: uuid.UUID) -> Settlement | None:
    """Read an approved settlement of a vendor's own; a draft does not exist for it."""
    statement = select(Settlement).where(
        col(Settlement.id) == settlement_id,
        col(Settlement.vendor_id) == vendor_id,
        col(Settlement.status) == MoneyStatus.APPROVED,
    )
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def approved_payout(session: Session, vendor_id: uuid.UUID, payout_id: uuid.UUID) -> Payout | None:
    """Read an approved payout of a vendor's own."""
    statement = select(Payout).where(
        col(Payout.id) == payout_id,
        col(Payout.vendor_id) == vendor_id,
        col(Payout.status) == MoneyStatus.APPROVED,
    )
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def line_numbers(session: Session, settlement_id: uuid.UUID) -> set[int]:
    """Read which lines a settlement has."""
    statement = select(col(SettlementLine.number)).where(col(SettlementLine.settlement_id) == settlement_id)
    return set(session.execute(statement).scalars())


def approver(session: Session, settlement_id: uuid.UUID | None, payout_id: uuid.UUID | None) -> uuid.UUID | None:
    """Read who approved a settlement or a payout."""
    statement = select(col(Settlement.approved_by_id)).where(col(Settlement.id) == settlement_id)
    if settlement_id is None:
        statement = select(col(Payout.approved_by_id)).where(col(Payout.id) == payout_id)
    found: uuid.UUID | None = session.execute(statement).scalar_one_or_none()
    return found
