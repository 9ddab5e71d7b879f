"""Every select over assessments and findings for a vendor's portal: months that were notified, and what is in them.

Each takes the vendor whose they are; months that are expected, drafted or final are not there.
"""

import functools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, RowMapping, and_, bindparam, or_, select
from sqlmodel import Session, col

from app.features.assessments.finding_queries import FindingFilter, narrowed_to
from app.features.paging import Columns, Listing, Page, PageRequest, comparing, fetch, fetch_page, given, paged
from app.models import (
    Assessment,
    AssessmentCriterion,
    AssessmentRevision,
    Contract,
    Finding,
    IssueType,
    TermsVersion,
)
from app.models.words import Stage
from app.rules.consecutive import MonthState
from app.rules.scores import Verdict


@dataclass(frozen=True, slots=True)
class MonthFilter:
    """Which of its notified months a vendor asks for; None asks for all."""

    contract_id: uuid.UUID | None = None
    period: str | None = None
    state: MonthState | None = None
    verdict: Verdict | None = None
    updated_since: datetime | None = None
    year: int | None = None


_MONTH_COLUMNS: Columns = (
    col(Assessment.id),
    col(Assessment.contract_id),
    col(Contract.number).label("contract_number"),
    col(Assessment.period),
    col(Assessment.served_from),
    col(Assessment.served_to),
    col(Assessment.state),
    col(Assessment.score_kind),
    col(Assessment.score_hundredths),
    col(Assessment.reason),
    col(Assessment.final_on),
    col(Assessment.terms_version_id),
    col(TermsVersion.number).label("terms_version"),
    col(Assessment.pass_mark_hundredths),
    col(Assessment.verdict),
    col(Assessment.grade),
    col(Assessment.notified_on),
    col(Assessment.document_no),
    col(Assessment.revision),
    col(Assessment.version),
    col(Assessment.updated_at),
)

_FINDING_COLUMNS: Columns = (
    col(Finding.id),
    col(Finding.contract_id),
    col(Contract.number).label("contract_number"),
    col(Assessment.id).label("assessment_id"),
    col(Finding.period),
    col(IssueType.code).label("issue_type"),
    col(IssueType.name_zh).label("issue_type_name"),
    col(Finding.occurred_on),
    col(Finding.until),
    col(Finding.counter),
    col(Finding.post),
    col(Finding.level),
    col(Finding.unrectified),
    col(Finding.description),
    col(Finding.deduction_hundredths),
    col(Finding.at_least),
    col(Finding.withdrawn_on),
    col(Finding.version),
    col(Finding.updated_at),
)


_COMPARED = ("contract_id", "period", "state", "verdict")


@functools.cache
def _listed(names: frozenset[str], kind: tuple[bool, bool]) -> Listing:
    """Put the list together for the filters that are given, once."""
    statement = _months(bindparam("vendor_id"))
    statement = comparing(statement, Assessment, _COMPARED, names)
    if "year" in names:
        statement = statement.where(col(Assessment.period).between(bindparam("first"), bindparam("last")))
    if "updated_since" in names:
        statement = statement.where(col(Assessment.updated_at) >= bindparam("updated_since"))
    return paged(statement, kind, col(Assessment.id), col(Assessment.period))


def assessments(session: Session, vendor_id: uuid.UUID, wanted: MonthFilter, page: PageRequest) -> Page:
    """List the months of a vendor that it was notified of."""
    values = given(wanted, (*_COMPARED, "year", "updated_since"))
    statement = _listed(frozenset(values), page.kind)
    if wanted.year is not None:
        values |= {"first": f"{wanted.year}-01", "last": f"{wanted.year}-12"}
    return fetch_page(session, statement, page, values | {"vendor_id": vendor_id})


def assessment(session: Session, vendor_id: uuid.UUID, assessment_id: uuid.UUID) -> RowMapping | None:
    """Read one month of a vendor that it was notified of."""
    return session.execute(_months(vendor_id).where(col(Assessment.id) == assessment_id)).mappings().one_or_none()


def criteria(session: Session, vendor_id: uuid.UUID, assessment_id: uuid.UUID) -> dict[str, int | None]:
    """Read the points by criterion, in hundredths, of a notified month of a vendor."""
    statement = (
        select(col(AssessmentCriterion.criterion), col(AssessmentCriterion.points_hundredths))
        .join(Assessment, col(Assessment.id) == col(AssessmentCriterion.assessment_id))
        .where(_notified(vendor_id), col(AssessmentCriterion.assessment_id) == assessment_id)
    )
    return {row.criterion: row.points_hundredths for row in session.execute(statement)}


def revisions(session: Session, vendor_id: uuid.UUID, assessment_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the versions of a month that was revised after its notice, the notified one first."""
    statement: Listing = (
        select(
            col(AssessmentRevision.number),
            col(AssessmentRevision.revised_on),
            col(AssessmentRevision.reason),
            col(AssessmentRevision.state),
            col(AssessmentRevision.score_kind),
            col(AssessmentRevision.score_hundredths),
            col(AssessmentRevision.state_reason),
            col(AssessmentRevision.criteria),
            col(AssessmentRevision.verdict),
            col(AssessmentRevision.grade),
            col(AssessmentRevision.notified_on),
            col(AssessmentRevision.document_no),
            col(AssessmentRevision.added_findings),
            col(AssessmentRevision.withdrawn_findings),
        )
        .join(Assessment, col(Assessment.id) == col(AssessmentRevision.assessment_id))
        .where(_notified(vendor_id), col(AssessmentRevision.assessment_id) == assessment_id)
    )
    return session.execute(statement.order_by(col(AssessmentRevision.number))).mappings().all()


def findings_of(session: Session, vendor_id: uuid.UUID, assessment_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the findings of a notified month of a vendor, in the order of their days."""
    statement = _findings(vendor_id).where(col(Assessment.id) == assessment_id)
    return session.execute(statement.order_by(col(Finding.occurred_on), col(Finding.id))).mappings().all()


def findings(session: Session, vendor_id: uuid.UUID, wanted: FindingFilter, page: PageRequest) -> Page:
    """List the findings of a vendor's notified months."""
    statement = narrowed_to(_findings(vendor_id), wanted)
    if wanted.period is not None or wanted.issue_type is not None:
        # PostgreSQL then looks through the few contracts of the vendor instead of all that there are.
        statement = statement.where(col(Contract.vendor_id) == vendor_id)
    return fetch(session, statement, col(Finding.id), page)


def finding(session: Session, vendor_id: uuid.UUID, finding_id: uuid.UUID) -> RowMapping | None:
    """Read one finding of a notified month of a vendor."""
    return session.execute(_findings(vendor_id).where(col(Finding.id) == finding_id)).mappings().one_or_none()


def _notified(vendor_id: uuid.UUID | BindParameter[Any]) -> ColumnElement[bool]:
    notified = col(Assessment.stage) == Stage.NOTIFIED
    return and_(col(Assessment.vendor_id) == vendor_id, notified, col(Assessment.expected))


def _months(vendor_id: uuid.UUID | BindParameter[Any]) -> Listing:
    return (
        select(*_MONTH_COLUMNS)
        .join(Contract, col(Contract.id) == col(Assessment.contract_id))
        .join(TermsVersion, col(TermsVersion.id) == col(Assessment.terms_version_id), isouter=True)
        .where(_notified(vendor_id))
    )


def _findings(vendor_id: uuid.UUID) -> Listing:
    """Select what was told with the notice or after it: what was withdrawn before it was never told."""
    own_month = and_(
        col(Assessment.contract_id) == col(Finding.contract_id), col(Assessment.period) == col(Finding.period)
    )
    told = or_(col(Finding.withdrawn_on).is_(None), col(Finding.withdrawn_on) >= col(Assessment.notified_on))
    return (
        select(*_FINDING_COLUMNS)
        .join(Assessment, own_month)
        .join(Contract, col(Contract.id) == col(Finding.contract_id))
        .join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
        .where(col(Finding.vendor_id) == vendor_id, _notified(vendor_id), told)
    )
