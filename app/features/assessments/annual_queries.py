"""Every select of the annual assessment: the months that make a year up, what is owed of a year, what was held."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from app.features.paging import Columns
from app.models import AnnualAssessment, Assessment, DueDate, TermsVersion
from app.models.words import DueKind


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
