"""Every select over the vendor's answers to notices: for the services, for the center, and for the vendor itself."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, RowMapping, and_, bindparam, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import (
    Acknowledgement,
    Appeal,
    AppealLine,
    Assessment,
    AssessmentRevision,
    Contract,
    DueDate,
    Finding,
    Rectification,
)
from app.models.words import DueKind, Stage

# ---------------------------------------------------------------- for the services, which hold the contract


def notified_month(session: Session, contract_id: uuid.UUID, assessment_id: uuid.UUID) -> Assessment | None:
    """Read a notified month of a contract that is held."""
    statement = select(Assessment).where(
        col(Assessment.id) == assessment_id, col(Assessment.contract_id) == contract_id, _notified()
    )
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def _notified() -> ColumnElement[bool]:
    return and_(col(Assessment.stage) == Stage.NOTIFIED, col(Assessment.expected))


def notified_finding(session: Session, contract_id: uuid.UUID, finding_id: uuid.UUID) -> RowMapping | None:
    """Read a finding of a notified month of a contract that is held."""
    columns: Listing = select(
        col(Finding.id),
        col(Finding.service_center_id),
        col(Finding.vendor_id),
        col(Finding.contract_id),
        col(Finding.period),
        col(Finding.withdrawn_on),
        col(Finding.version),
    )
    statement = _with_month(columns).where(
        col(Finding.id) == finding_id, col(Finding.contract_id) == contract_id, _notified()
    )
    return session.execute(statement).mappings().one_or_none()


def _with_month(statement: Listing) -> Listing:
    of_month = and_(
        col(Assessment.contract_id) == col(Finding.contract_id), col(Assessment.period) == col(Finding.period)
    )
    return statement.join(Assessment, of_month)


def standing_findings(session: Session, contract_id: uuid.UUID, period: str) -> list[uuid.UUID]:
    """Read the ids of a month's findings that were not withdrawn."""
    month = {"contract": contract_id, "period": period}
    return list(session.connection().execute(_STANDING, month).scalars())


_STANDING = (
    select(col(Finding.id))
    .where(
        col(Finding.contract_id) == bindparam("contract"),
        col(Finding.period) == bindparam("period"),
        col(Finding.withdrawn_on).is_(None),
    )
    .order_by(col(Finding.id))
)


def owed(session: Session, contract_id: uuid.UUID, kind: DueKind, subject: str) -> RowMapping | None:
    """Read the due date of a kind and subject that is in force."""
    return next(iter(owed_of(session, contract_id, {(kind, subject)})), None)


def owed_of(session: Session, contract_id: uuid.UUID, keys: Collection[tuple[DueKind, str]]) -> Sequence[RowMapping]:
    """Read the due dates in force of some kinds and subjects, in the order of their making."""
    kinds, subjects = {kind for kind, _ in keys}, {subject for _, subject in keys}
    wanted = {"contract": contract_id, "kinds": list(kinds), "subjects": list(subjects)}
    rows = session.connection().execute(_owed(), wanted).mappings().all()
    return [row for row in rows if (row["kind"], row["subject"]) in keys]


@cache
def _owed() -> Listing:
    statement = _due_dates().where(
        col(DueDate.contract_id) == bindparam("contract"),
        col(DueDate.kind).in_(bindparam("kinds", expanding=True)),
        col(DueDate.subject).in_(bindparam("subjects", expanding=True)),
        col(DueDate.superseded_on).is_(None),
    )
    return statement.order_by(col(DueDate.id))


def counted_from(session: Session, month: Assessment, notified_on: date) -> Sequence[RowMapping]:
    """Read the due dates in force of a month's answers that were counted from a day of its notice."""
    findings = select(col(Finding.id)).where(
        col(Finding.contract_id) == month.contract_id, col(Finding.period) == month.period
    )
    subjects = {month.period, *(str(id_) for id_ in session.execute(findings).scalars())}
    statement = _due_dates().where(
        col(DueDate.contract_id) == month.contract_id,
        col(DueDate.kind).in_([DueKind.ACKNOWLEDGEMENT, DueKind.APPEAL, DueKind.RECTIFICATION]),
        col(DueDate.subject).in_(subjects),
        col(DueDate.superseded_on).is_(None),
        col(DueDate.event_on) == notified_on,
        col(DueDate.stated).is_(None),
    )
    return session.execute(statement.order_by(col(DueDate.id))).mappings().all()


def _due_dates() -> Listing:
    return select(
        col(DueDate.id),
        col(DueDate.kind),
        col(DueDate.subject),
        col(DueDate.terms_version_id),
        col(DueDate.due_on),
        col(DueDate.provisional),
        col(DueDate.steps),
        col(DueDate.met_on),
    )


def acknowledgement(session: Session, assessment_id: uuid.UUID) -> RowMapping | None:
    """Read the acknowledgement of a month that the caller has been let into."""
    return session.connection().execute(_ACKNOWLEDGEMENT, {"month": assessment_id}).mappings().one_or_none()


_ACKNOWLEDGEMENT: Listing = select(*Acknowledgement.__table__.columns).where(  # type: ignore[attr-defined]
    col(Acknowledgement.assessment_id) == bindparam("month")
)


def appealed_subjects(session: Session, assessment_id: uuid.UUID, revision: int) -> set[str]:
    """Read what has been appealed against in one version of a month."""
    statement = select(col(AppealLine.subject)).where(
        col(AppealLine.assessment_id) == assessment_id, col(AppealLine.against_revision) == revision
    )
    return set(session.execute(statement).scalars())


def authors_of(session: Session, assessment_id: uuid.UUID, revision: int) -> set[str]:
    """Read by name who made a version of a month; what was notified first is kept without an author."""
    statement = select(col(AssessmentRevision.author)).where(
        col(AssessmentRevision.assessment_id) == assessment_id,
        col(AssessmentRevision.number) == revision,
        col(AssessmentRevision.author).is_not(None),
    )
    return set(session.execute(statement).scalars())


def appeal_of_contract(session: Session, contract_id: uuid.UUID, appeal_id: uuid.UUID) -> Appeal | None:
    """Read an appeal afresh, of a contract that is held."""
    statement = select(Appeal).where(col(Appeal.id) == appeal_id, col(Appeal.contract_id) == contract_id)
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def submissions(session: Session, finding_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read what was submitted about a finding that the caller has been let into, the first one first."""
    statement: Listing = select(*Rectification.__table__.columns).where(  # type: ignore[attr-defined]
        col(Rectification.finding_id) == finding_id
    )
    return session.execute(statement.order_by(col(Rectification.number))).mappings().all()


# ---------------------------------------------------------------- what people read


_NOTICE: Columns = (
    col(Assessment.id),
    col(Assessment.service_center_id),
    col(Assessment.vendor_id),
    col(Assessment.contract_id),
    col(Contract.number).label("contract_number"),
    col(Assessment.period),
    col(Assessment.revision),
    col(Assessment.notified_on),
    col(Assessment.document_no),
    col(Assessment.notice_recorded_at),
    col(Assessment.version),
)


def notice(session: Session, vendor_id: uuid.UUID, assessment_id: uuid.UUID) -> RowMapping | None:
    """Read the notice of one of a vendor's own months."""
    statement = (
        select(*_NOTICE)
        .join(Contract, col(Contract.id) == col(Assessment.contract_id))
        .where(col(Assessment.id) == assessment_id, col(Assessment.vendor_id) == vendor_id, _notified())
    )
    return session.execute(statement).mappings().one_or_none()


@dataclass(frozen=True, slots=True)
class AppealFilter:
    """Which appeals to list; None asks for all."""

    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    vendor_id: uuid.UUID | None = None
    period: str | None = None
    decided: bool | None = None


def _appeals() -> Listing:
    return (
        select(
            *Appeal.__table__.columns,  # type: ignore[attr-defined]
            col(Contract.vendor_id),
            col(Contract.number).label("contract_number"),
            col(Assessment.period),
        )
        .join(Contract, col(Contract.id) == col(Appeal.contract_id))
        .join(Assessment, col(Assessment.id) == col(Appeal.assessment_id))
    )


def appeal(session: Session, centers: Collection[uuid.UUID], appeal_id: uuid.UUID) -> RowMapping | None:
    """Read an appeal at these centers."""
    whose = col(Appeal.service_center_id).in_(centers)
    return session.execute(_appeals().where(whose, col(Appeal.id) == appeal_id)).mappings().one_or_none()


def vendors_appeal(session: Session, vendor_id: uuid.UUID, appeal_id: uuid.UUID) -> RowMapping | None:
    """Read one of a vendor's own appeals."""
    whose = col(Contract.vendor_id) == vendor_id
    return session.execute(_appeals().where(whose, col(Appeal.id) == appeal_id)).mappings().one_or_none()


def appeals(session: Session, centers: Collection[uuid.UUID], wanted: AppealFilter, page: PageRequest) -> Page:
    """List the appeals at these centers."""
    return _listed(session, _appeals().where(col(Appeal.service_center_id).in_(centers)), wanted, page)


def vendors_appeals(session: Session, vendor_id: uuid.UUID, wanted: AppealFilter, page: PageRequest) -> Page:
    """List a vendor's own appeals, those that it sent on paper as well."""
    return _listed(session, _appeals().where(col(Contract.vendor_id) == vendor_id), wanted, page)


def _listed(session: Session, statement: Listing, wanted: AppealFilter, page: PageRequest) -> Page:
    compared = {
        col(Appeal.contract_id): wanted.contract_id,
        col(Appeal.service_center_id): wanted.service_center_id,
        col(Contract.vendor_id): wanted.vendor_id,
        col(Assessment.period): wanted.period,
    }
    for column, value in compared.items():
        if value is not None:
            statement = statement.where(column == value)
    if wanted.decided is not None:
        decided = col(Appeal.outcome).is_not(None)
        statement = statement.where(decided if wanted.decided else ~decided)
    return fetch(session, statement, col(Appeal.id), page)


def appeals_of_month(session: Session, assessment_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the appeals against a month that the caller has been let into, in the order in which they came."""
    statement = _appeals().where(col(Appeal.assessment_id) == assessment_id)
    return session.execute(statement.order_by(col(Appeal.id))).mappings().all()


def lines_of(session: Session, appeal_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[RowMapping]]:
    """Read the lines of some appeals, each appeal's in their order."""
    columns: Listing = select(*AppealLine.__table__.columns)  # type: ignore[attr-defined]
    statement = columns.where(col(AppealLine.appeal_id).in_(appeal_ids)).order_by(col(AppealLine.number))
    found: dict[uuid.UUID, list[RowMapping]] = {}
    for row in session.execute(statement).mappings():
        found.setdefault(row["appeal_id"], []).append(row)
    return found
