"""Every select over contracts, their terms and the register of due dates for a vendor's portal.

Each takes the vendor whose they are: another vendor's contract is not there.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, and_, func, or_, select
from sqlmodel import Session, col

from app.features.contracts.queries import in_state
from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.models import Contract, ContractYear, DueDate, ServiceCenter, TermsVersion
from app.models.words import DueKind
from app.rules.deadlines import DueState

OWN_KINDS = (
    DueKind.ACKNOWLEDGEMENT,
    DueKind.APPEAL,
    DueKind.RECTIFICATION,
    DueKind.MONTHLY_REPORT,
    DueKind.KEY_POST,
    DueKind.PAYMENT,
)
"""What the vendor owes or may still do, and what it is owed by a date: its payments.

The notice of a month is not among them: that one is waived before its result is notified would tell of the result.
"""

_COLUMNS: Columns = (
    col(Contract.id),
    col(Contract.number),
    col(Contract.title),
    col(ServiceCenter.name).label("service_center"),
    col(Contract.supervising_authority),
    col(Contract.bidder),
    col(Contract.performing_branch),
    col(Contract.starts_on),
    col(Contract.ends_on),
    col(Contract.recorded_from),
    col(Contract.closed_on),
    col(Contract.closing_reason),
    col(Contract.version),
    col(Contract.updated_at),
)

_VERSION_COLUMNS: Columns = (
    col(TermsVersion.id),
    col(TermsVersion.contract_id),
    col(TermsVersion.number),
    col(TermsVersion.effective_from),
    col(TermsVersion.agreed_on),
    col(TermsVersion.reference),
    col(TermsVersion.document),
    col(TermsVersion.recorded_at),
)


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """Which of its contracts a vendor asks for; None asks for all."""

    number: str | None = None
    closed: bool | None = None
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueDateFilter:
    """Which of its due dates a vendor asks for; None asks for all that are in force."""

    contract_id: uuid.UUID | None = None
    kind: DueKind | None = None
    state: DueState | None = None
    subject: str | None = None
    updated_since: datetime | None = None


def contracts(session: Session, vendor_id: uuid.UUID, wanted: ContractFilter, page: PageRequest) -> Page:
    """List the contracts of a vendor."""
    statement = _contracts(vendor_id)
    if wanted.number is not None:
        statement = statement.where(col(Contract.number) == wanted.number)
    if wanted.closed is not None:
        closed = col(Contract.closed_on).is_not(None)
        statement = statement.where(closed if wanted.closed else ~closed)
    if wanted.updated_since is not None:
        statement = statement.where(col(Contract.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Contract.id), page)


def contract(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> RowMapping | None:
    """Read one contract of a vendor."""
    return session.execute(_contracts(vendor_id).where(col(Contract.id) == contract_id)).mappings().one_or_none()


def years(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the money by year of a contract of a vendor."""
    statement = (
        select(col(ContractYear.year), col(ContractYear.amount_fen))
        .join(Contract, col(Contract.id) == col(ContractYear.contract_id))
        .where(col(Contract.vendor_id) == vendor_id, col(ContractYear.contract_id) == contract_id)
    )
    return session.execute(statement.order_by(col(ContractYear.year))).mappings().all()


def versions(session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the versions of the terms of a contract of a vendor, first to last."""
    statement = _versions(vendor_id).where(col(TermsVersion.contract_id) == contract_id)
    return session.execute(statement.order_by(col(TermsVersion.number))).mappings().all()


def version(session: Session, vendor_id: uuid.UUID, terms_version_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read one version of the terms of a contract of a vendor; nothing where it is not theirs."""
    return session.execute(_versions(vendor_id).where(col(TermsVersion.id) == terms_version_id)).mappings().all()


def due_dates(session: Session, vendor_id: uuid.UUID, wanted: DueDateFilter, as_of: date, page: PageRequest) -> Page:
    """List the due dates in force that concern a vendor, with their state on a day."""
    columns = ("contract_id", "kind", "subject")
    statement = narrowed(_due_dates(vendor_id).where(col(DueDate.superseded_on).is_(None)), DueDate, wanted, columns)
    if wanted.contract_id is not None:
        # So that PostgreSQL reads the terms of this contract instead of all that there are.
        statement = statement.where(col(TermsVersion.contract_id) == wanted.contract_id)
    if wanted.state is not None:
        statement = statement.where(in_state(wanted.state, as_of))
    if wanted.updated_since is not None:
        statement = statement.where(col(DueDate.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(DueDate.id), page)


def due_date(session: Session, vendor_id: uuid.UUID, due_date_id: uuid.UUID) -> RowMapping | None:
    """Read one due date that concerns a vendor, in force or superseded."""
    return session.execute(_due_dates(vendor_id).where(col(DueDate.id) == due_date_id)).mappings().one_or_none()


def due_dates_of_month(
    session: Session, vendor_id: uuid.UUID, contract_id: uuid.UUID, period: str, finding_ids: Collection[uuid.UUID]
) -> Sequence[RowMapping]:
    """Read what follows from the notice of a month: its acknowledgement, its appeal, the rectifications it asks for."""
    answers = and_(
        col(DueDate.kind).in_((DueKind.ACKNOWLEDGEMENT, DueKind.APPEAL)),
        func.substr(col(DueDate.subject), 1, len(period)) == period,
    )
    rectifications = and_(
        col(DueDate.kind) == DueKind.RECTIFICATION, col(DueDate.subject).in_([str(id_) for id_ in finding_ids])
    )
    statement = _due_dates(vendor_id).where(
        col(DueDate.contract_id) == contract_id,
        col(DueDate.superseded_on).is_(None),
        or_(answers, rectifications),
    )
    return session.execute(statement.order_by(col(DueDate.due_on), col(DueDate.id))).mappings().all()


def _contracts(vendor_id: uuid.UUID) -> Listing:
    return (
        select(*_COLUMNS)
        .join(ServiceCenter, col(ServiceCenter.id) == col(Contract.service_center_id))
        .where(col(Contract.vendor_id) == vendor_id)
    )


def _versions(vendor_id: uuid.UUID) -> Listing:
    return (
        select(*_VERSION_COLUMNS)
        .join(Contract, col(Contract.id) == col(TermsVersion.contract_id))
        .where(col(Contract.vendor_id) == vendor_id)
    )


def _due_dates(vendor_id: uuid.UUID) -> Listing:
    return (
        select(
            col(DueDate.id),
            col(DueDate.contract_id),
            col(Contract.number).label("contract_number"),
            col(DueDate.kind),
            col(DueDate.subject),
            col(TermsVersion.number).label("terms_version"),
            col(DueDate.event_on),
            col(DueDate.due_on),
            col(DueDate.provisional),
            col(DueDate.steps),
            col(DueDate.in_force_from),
            col(DueDate.superseded_on),
            col(DueDate.met_on),
            col(DueDate.updated_at),
        )
        .join(Contract, col(Contract.id) == col(DueDate.contract_id))
        .join(TermsVersion, col(TermsVersion.id) == col(DueDate.terms_version_id))
        .where(col(Contract.vendor_id) == vendor_id, col(DueDate.kind).in_(OWN_KINDS))
    )
