"""Every select over assessments that a person asks for; each takes whose they are."""

import functools
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, RowMapping, and_, bindparam, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.features.contracts.queries import in_state
from app.features.held import held
from app.features.paging import Columns, Listing, Page, PageRequest, comparing, fetch_page, given, paged, plain
from app.models import (
    Acknowledgement,
    Appeal,
    Assessment,
    AssessmentCriterion,
    AssessmentRevision,
    Contract,
    DueDate,
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


# ---------------------------------------------------------------- one month, for the service that changes it


def month(session: Session, contract_id: uuid.UUID, period: str) -> Assessment | None:
    """Read an expected month of a contract that the caller has been let into."""
    return held(session, Assessment, _MONTH, {"contract": contract_id, "period": period})


# Statements that changes send each time are made once: making one anew takes several times as long as sending it.
_MONTH = select(Assessment).where(
    col(Assessment.contract_id) == bindparam("contract"),
    col(Assessment.period) == bindparam("period"),
    col(Assessment.expected),
)


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


def _of_centers(centers: BindParameter[Any]) -> ColumnElement[bool]:
    return col(Assessment.service_center_id).in_(centers)


@functools.cache
def _month() -> Listing:
    return _months(_of_centers(bindparam("centers", expanding=True))).where(
        col(Assessment.contract_id) == bindparam("contract_id"), col(Assessment.period) == bindparam("period")
    )


@functools.cache
def _month_in_full() -> Listing:
    """Put a month together with all of which there is at most one, and whether there is any of what there may be more.

    What is nearly always empty, such as appeals, is not asked for at every reading.
    """
    receipt_due = aliased(DueDate)
    in_force = and_(
        col(receipt_due.contract_id) == col(Assessment.contract_id),
        col(receipt_due.kind) == DueKind.ACKNOWLEDGEMENT,
        col(receipt_due.subject) == col(Assessment.period),
        col(receipt_due.superseded_on).is_(None),
    )
    return (
        _month()
        .add_columns(
            col(Acknowledgement.acknowledged_at),
            col(Acknowledgement.acknowledged_by),
            col(Acknowledgement.deemed_on),
            col(receipt_due.due_on).label("acknowledged_by_day"),
            exists().where(col(AssessmentCriterion.assessment_id) == col(Assessment.id)).label("has_criteria"),
            exists().where(col(Appeal.assessment_id) == col(Assessment.id)).label("has_appeals"),
        )
        .join(Acknowledgement, col(Acknowledgement.assessment_id) == col(Assessment.id), isouter=True)
        .join(receipt_due, in_force, isouter=True)
    )


def assessment(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str
) -> RowMapping | None:
    """Read one month of these centers."""
    return _one_month(session, _month(), centers, contract_id, period)


def assessment_in_full(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str
) -> RowMapping | None:
    """Read one month of these centers with its acknowledgement, and whether it has points by criterion and appeals."""
    return _one_month(session, _month_in_full(), centers, contract_id, period)


def _one_month(
    session: Session, statement: Listing, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str
) -> RowMapping | None:
    values = {"centers": centers, "contract_id": contract_id, "period": period}
    return next(iter(plain(session.connection().execute(statement, values))), None)


_COMPARED = ("contract_id", "service_center_id", "vendor_id", "period", "stage", "verdict", "backdated")


@functools.cache
def _listed(names: frozenset[str], state: DueState | None, kind: tuple[bool, bool]) -> Listing:
    """Put the list together for the filters that are given, once."""
    statement = _months(_of_centers(bindparam("centers", expanding=True)))
    statement = comparing(statement, Assessment, _COMPARED, names)
    if "year" in names:
        statement = statement.where(col(Assessment.period).between(bindparam("first"), bindparam("last")))
    if state is not None:
        statement = statement.where(in_state(state, bindparam("as_of", type_=Date)))
    if "updated_since" in names:
        statement = statement.where(col(Assessment.updated_at) >= bindparam("updated_since"))
    return paged(statement, kind, col(Assessment.id), col(Assessment.period))


def assessments(
    session: Session, centers: Collection[uuid.UUID], wanted: AssessmentFilter, as_of: date, page: PageRequest
) -> Page:
    """List the months of these centers, assessed or not."""
    values = given(wanted, (*_COMPARED, "year", "updated_since"))
    statement = _listed(frozenset(values), wanted.state, page.kind)
    if wanted.year is not None:
        values |= {"first": f"{wanted.year}-01", "last": f"{wanted.year}-12"}
    if wanted.state is not None:
        values["as_of"] = as_of
    return fetch_page(session, statement, page, values | {"centers": centers})


def criteria(session: Session, assessment_id: uuid.UUID) -> Sequence[RowMapping]:
    """Read the points by criterion of one month."""
    return plain(session.connection().execute(_CRITERIA, {"assessment": assessment_id}))


_CRITERIA = (
    select(col(AssessmentCriterion.criterion), col(AssessmentCriterion.points_hundredths))
    .where(col(AssessmentCriterion.assessment_id) == bindparam("assessment"))
    .order_by(col(AssessmentCriterion.criterion))
)


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
