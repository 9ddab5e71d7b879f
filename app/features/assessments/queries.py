"""Every select over assessments and findings that a person asks for; each takes whose they are."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, RowMapping, and_, select
from sqlmodel import Session, col

from app.features.contracts.queries import in_state
from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import (
    AnnualAssessment,
    Assessment,
    AssessmentCriterion,
    AssessmentRevision,
    Contract,
    Counter,
    DueDate,
    Finding,
    IssueType,
    TermsVersion,
)
from app.models.words import DueKind, Stage
from app.rules.deadlines import DueState
from app.rules.scores import Verdict


@dataclass(frozen=True, slots=True)
class AssessmentFilter:
    """Which months to list; None asks for all."""

    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    vendor_id: uuid.UUID | None = None
    period: str | None = None
    year: int | None = None
    stage: Stage | None = None
    state: DueState | None = None
    """The state of the month's notice."""
    verdict: Verdict | None = None
    updated_since: datetime | None = None
    backdated: bool | None = None


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings to list; None asks for all."""

    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    vendor_id: uuid.UUID | None = None
    period: str | None = None
    issue_type: str | None = None
    counter: str | None = None
    withdrawn: bool | None = None
    updated_since: datetime | None = None


# ---------------------------------------------------------------- one month, for the service that changes it


def month(session: Session, contract_id: uuid.UUID, period: str) -> Assessment | None:
    """Read an expected month of a contract that the caller has been let into."""
    statement = select(Assessment).where(
        col(Assessment.contract_id) == contract_id, col(Assessment.period) == period, col(Assessment.expected)
    )
    return session.execute(statement).scalar_one_or_none()


def issue_type_id(session: Session, center: uuid.UUID, code: str) -> uuid.UUID | None:
    """Find an issue type of a service center by its code."""
    statement = select(col(IssueType.id)).where(col(IssueType.service_center_id) == center, col(IssueType.code) == code)
    return session.execute(statement).scalar_one_or_none()


def counter_codes(session: Session, center: uuid.UUID) -> set[str]:
    """Read the codes of a service center's counters."""
    statement = select(col(Counter.code)).where(col(Counter.service_center_id) == center)
    return set(session.execute(statement).scalars())


def findings_for_update(
    session: Session, contract_id: uuid.UUID, finding_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, RowMapping]:
    """Read some findings of a contract that the caller holds."""
    statement = select(
        col(Finding.id),
        col(Finding.period),
        col(Finding.occurred_on),
        col(Finding.withdrawn_on),
        col(Finding.version),
    ).where(col(Finding.id).in_(finding_ids), col(Finding.contract_id) == contract_id)
    return {row["id"]: row for row in session.execute(statement).mappings()}


# ---------------------------------------------------------------- what people read


_MONTH_COLUMNS: Columns = (
    col(Assessment.id),
    col(Assessment.service_center_id),
    col(Assessment.vendor_id),
    col(Assessment.contract_id),
    col(Contract.number).label("contract_number"),
    col(Assessment.period),
    col(Assessment.served_from),
    col(Assessment.served_to),
    col(Assessment.stage),
    col(Assessment.state),
    col(Assessment.score_kind),
    col(Assessment.score_hundredths),
    col(Assessment.reason),
    col(Assessment.note),
    col(Assessment.assessed_on),
    col(Assessment.final_on),
    col(Assessment.pass_mark_hundredths),
    col(Assessment.verdict),
    col(Assessment.grade),
    col(TermsVersion.number).label("terms_version"),
    col(Assessment.notified_on),
    col(Assessment.document_no),
    col(Assessment.notice_recorded_at),
    col(Assessment.backdated),
    col(Assessment.revision),
    col(Assessment.version),
    col(DueDate.due_on).label("due_on"),
    col(DueDate.provisional).label("provisional"),
    col(Assessment.created_at),
    col(Assessment.updated_at),
)


def _months(whose: ColumnElement[bool]) -> Listing:
    in_force = and_(
        col(DueDate.contract_id) == col(Assessment.contract_id),
        col(DueDate.kind) == DueKind.NOTICE,
        col(DueDate.subject) == col(Assessment.period),
        col(DueDate.superseded_on).is_(None),
    )
    return (
        select(*_MONTH_COLUMNS)
        .join(Contract, col(Contract.id) == col(Assessment.contract_id))
        .join(DueDate, in_force, isouter=True)
        .join(TermsVersion, col(TermsVersion.id) == col(Assessment.terms_version_id), isouter=True)
        .where(whose, col(Assessment.expected))
    )


def _of_centers(centers: Collection[uuid.UUID]) -> ColumnElement[bool]:
    return col(Assessment.service_center_id).in_(centers)


def assessment(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str
) -> RowMapping | None:
    """Read one month of these centers."""
    statement = _months(_of_centers(centers)).where(
        col(Assessment.contract_id) == contract_id, col(Assessment.period) == period
    )
    return session.execute(statement).mappings().one_or_none()


def assessments(
    session: Session, centers: Collection[uuid.UUID], wanted: AssessmentFilter, as_of: date, page: PageRequest
) -> Page:
    """List the months of these centers, assessed or not."""
    statement = _months(_of_centers(centers))
    for column in ("contract_id", "service_center_id", "vendor_id", "period", "stage", "verdict", "backdated"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(col(getattr(Assessment, column)) == value)
    if wanted.year is not None:
        statement = statement.where(col(Assessment.period).between(f"{wanted.year}-01", f"{wanted.year}-12"))
    if wanted.state is not None:
        statement = statement.where(in_state(wanted.state, as_of))
    if wanted.updated_since is not None:
        statement = statement.where(col(Assessment.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Assessment.id), page)


def criteria(session: Session, assessment_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the points by criterion of one month."""
    statement = select(col(AssessmentCriterion.criterion), col(AssessmentCriterion.points_hundredths)).where(
        col(AssessmentCriterion.assessment_id) == assessment_id
    )
    return session.execute(statement.order_by(col(AssessmentCriterion.criterion))).mappings().all()


def month_as_it_stands(session: Session, assessment_id: uuid.UUID) -> RowMapping:
    """Read what a version of a month keeps of it."""
    statement: Listing = select(
        col(Assessment.service_center_id),
        col(Assessment.contract_id),
        col(Assessment.state),
        col(Assessment.score_kind),
        col(Assessment.score_hundredths),
        col(Assessment.score_exact),
        col(Assessment.reason).label("state_reason"),
        col(Assessment.note),
        col(Assessment.terms_version_id),
        col(Assessment.verdict),
        col(Assessment.grade),
        col(Assessment.notified_on),
        col(Assessment.document_no),
    ).where(col(Assessment.id) == assessment_id)
    return session.execute(statement).mappings().one()


def revisions(session: Session, assessment_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read every version of a revised month, the notified one first."""
    columns = [column for column in AssessmentRevision.__table__.columns if column.name != "score_exact"]  # type: ignore[attr-defined]
    statement: Listing = select(*columns, col(TermsVersion.number).label("terms_version")).join(
        TermsVersion, col(TermsVersion.id) == col(AssessmentRevision.terms_version_id), isouter=True
    )
    of = statement.where(col(AssessmentRevision.assessment_id) == assessment_id)
    return session.execute(of.order_by(col(AssessmentRevision.number))).mappings().all()


_FINDING_COLUMNS: Columns = (
    col(Finding.id),
    col(Finding.service_center_id),
    col(Finding.vendor_id),
    col(Finding.contract_id),
    col(Contract.number).label("contract_number"),
    col(Finding.period),
    col(IssueType.code).label("issue_type"),
    col(IssueType.name_zh).label("issue_type_name"),
    col(Finding.occurred_on),
    col(Finding.counter),
    col(Finding.description),
    col(Finding.deduction_hundredths),
    col(Finding.at_least),
    col(Finding.until),
    col(Finding.level),
    col(Finding.unrectified),
    col(Finding.post),
    col(Finding.note),
    col(Finding.withdrawn_on),
    col(Finding.withdrawn_reason),
    col(Finding.external_ref),
    col(Finding.version),
    col(Finding.created_at),
    col(Finding.updated_at),
)


def _findings(centers: Collection[uuid.UUID]) -> Listing:
    return (
        select(*_FINDING_COLUMNS)
        .join(Contract, col(Contract.id) == col(Finding.contract_id))
        .join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
        .where(col(Finding.service_center_id).in_(centers))
    )


def finding(session: Session, centers: Collection[uuid.UUID], finding_id: uuid.UUID) -> RowMapping | None:
    """Read one finding of these centers."""
    return session.execute(_findings(centers).where(col(Finding.id) == finding_id)).mappings().one_or_none()


def findings(session: Session, centers: Collection[uuid.UUID], wanted: FindingFilter, page: PageRequest) -> Page:
    """List the findings of these centers."""
    statement = _findings(centers)
    for column in ("contract_id", "service_center_id", "vendor_id", "period", "counter"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(col(getattr(Finding, column)) == value)
    if wanted.issue_type is not None:
        statement = statement.where(col(IssueType.code) == wanted.issue_type)
    if wanted.withdrawn is not None:
        withdrawn = col(Finding.withdrawn_on).is_not(None)
        statement = statement.where(withdrawn if wanted.withdrawn else ~withdrawn)
    if wanted.updated_since is not None:
        statement = statement.where(col(Finding.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Finding.id), page)


# ---------------------------------------------------------------- the year


def months_of_contract(session: Session, contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the expected months of a contract with their results, for the year that they make up."""
    statement = select(
        col(Assessment.period),
        col(Assessment.served_to),
        col(Assessment.state),
        col(Assessment.score_kind),
        col(Assessment.score_exact),
        col(Assessment.final_on),
        col(Assessment.terms_version_id),
    ).where(col(Assessment.contract_id) == contract_id, col(Assessment.expected))
    return session.execute(statement.order_by(col(Assessment.period))).mappings().all()


def annual_assessment(session: Session, contract_id: uuid.UUID, year: int) -> AnnualAssessment | None:
    """Read what was held for a year of a contract that the caller has been let into."""
    statement = select(AnnualAssessment).where(
        col(AnnualAssessment.contract_id) == contract_id, col(AnnualAssessment.year) == year
    )
    return session.execute(statement).scalar_one_or_none()


_YEAR_COLUMNS: Columns = (
    col(AnnualAssessment.id),
    col(AnnualAssessment.year),
    col(AnnualAssessment.first_period),
    col(AnnualAssessment.last_period),
    col(AnnualAssessment.held_on),
    col(AnnualAssessment.score_kind),
    col(AnnualAssessment.score_hundredths),
    col(AnnualAssessment.review_exact),
    col(AnnualAssessment.steps),
    col(AnnualAssessment.pass_mark_hundredths),
    col(AnnualAssessment.verdict),
    col(AnnualAssessment.grade),
    col(AnnualAssessment.note),
    col(AnnualAssessment.notified_on),
    col(AnnualAssessment.document_no),
    col(AnnualAssessment.notice_recorded_at),
    col(AnnualAssessment.backdated),
    col(AnnualAssessment.version),
    col(AnnualAssessment.created_at),
    col(AnnualAssessment.updated_at),
)


def years_owed(session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the due dates of a contract's annual assessments that are in force."""
    statement = select(
        col(DueDate.contract_id),
        col(DueDate.service_center_id),
        col(DueDate.subject),
        col(DueDate.event_on),
        col(DueDate.due_on),
        col(DueDate.provisional),
        col(DueDate.met_on),
    ).where(
        col(DueDate.contract_id) == contract_id,
        col(DueDate.service_center_id).in_(centers),
        col(DueDate.kind) == DueKind.ANNUAL_ASSESSMENT,
        col(DueDate.superseded_on).is_(None),
    )
    return session.execute(statement).mappings().all()


def years_held(session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the annual assessments of a contract that were held."""
    statement = (
        select(*_YEAR_COLUMNS, col(TermsVersion.number).label("terms_version"))
        .join(TermsVersion, col(TermsVersion.id) == col(AnnualAssessment.terms_version_id))
        .where(col(AnnualAssessment.contract_id) == contract_id, col(AnnualAssessment.service_center_id).in_(centers))
    )
    return session.execute(statement).mappings().all()
