"""Every select over progress reports, and over what they tell of a quarter."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, or_, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.models import (
    Alert,
    Assessment,
    BudgetLine,
    Contract,
    DueDate,
    MonthMetrics,
    ProgressReport,
    ServiceCenter,
    Settlement,
)
from app.models.words import AlertKind, DueKind, MoneyStatus, ProgressStatus
from app.rules.budgets import Quarter


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What a report is of: a contract, or what a center budgets beside its contracts."""

    service_center_id: uuid.UUID
    contract_id: uuid.UUID | None


def hold_centers(session: Session, *which: ColumnElement[bool]) -> None:
    """Hold service centers, in one order whoever asks: of two who draft a report at once, one waits for the other."""
    statement = select(col(ServiceCenter.id)).where(*which).order_by(col(ServiceCenter.id))
    session.execute(statement.with_for_update(key_share=True)).all()


def unreported(session: Session, quarter: Quarter) -> list[Subject]:
    """Find what has months or budget lines in a quarter and no report of it."""
    months = select(col(Assessment.service_center_id), col(Assessment.contract_id)).where(
        col(Assessment.expected), col(Assessment.period).in_([str(period) for period in quarter.periods])
    )
    lines = select(col(BudgetLine.service_center_id), col(BudgetLine.contract_id)).where(
        col(BudgetLine.year) == quarter.year
    )
    reported = select(col(ProgressReport.service_center_id), col(ProgressReport.contract_id)).where(
        col(ProgressReport.quarter) == str(quarter)
    )
    found = {Subject(*row) for statement in (months, lines) for row in session.execute(statement.distinct())}
    there = {Subject(*row) for row in session.execute(reported)}
    return sorted(found - there, key=lambda subject: (str(subject.service_center_id), str(subject.contract_id)))


def contract_belongs(session: Session, contract_id: uuid.UUID, center: uuid.UUID) -> bool:
    """Tell whether a contract is a center's."""
    statement = select(col(Contract.id)).where(
        col(Contract.id) == contract_id, col(Contract.service_center_id) == center
    )
    return session.execute(statement).first() is not None


# ---------------------------------------------------------------- what a quarter came to


def months(session: Session, contract_ids: Collection[uuid.UUID], quarter: Quarter) -> Sequence[RowMapping]:
    """Read the expected months of a quarter of some contracts, each with the due date of its notice."""
    statement = (
        select(
            col(Assessment.contract_id),
            col(Assessment.period),
            col(Assessment.stage),
            col(Assessment.notified_on),
            col(DueDate.due_on),
        )
        .join(
            DueDate,
            (col(DueDate.contract_id) == col(Assessment.contract_id))
            & (col(DueDate.subject) == col(Assessment.period))
            & (col(DueDate.kind) == DueKind.NOTICE)
            & col(DueDate.superseded_on).is_(None),
            isouter=True,
        )
        .where(
            col(Assessment.contract_id).in_(contract_ids),
            col(Assessment.period).in_([str(period) for period in quarter.periods]),
            col(Assessment.expected),
        )
        .order_by(col(Assessment.period))
    )
    return session.execute(statement).mappings().all()


def alerts(session: Session, of: Sequence[Subject], quarter: Quarter, as_of: date) -> Sequence[RowMapping]:
    """Read the alerts that are open on a day, and the repeat offences of the quarter."""
    contracts = [subject.contract_id for subject in of if subject.contract_id is not None]
    centers = [subject.service_center_id for subject in of if subject.contract_id is None]
    whose = or_(
        col(Alert.contract_id).in_(contracts),
        col(Alert.contract_id).is_(None) & col(Alert.service_center_id).in_(centers),
    )
    is_open = or_(col(Alert.until).is_(None), col(Alert.until) > as_of)
    repeated = (col(Alert.kind) == AlertKind.REPEAT_OFFENCE) & (col(Alert.since) >= quarter.first_day)
    statement = select(
        col(Alert.id),
        col(Alert.service_center_id),
        col(Alert.contract_id),
        col(Alert.kind),
        col(Alert.since),
        col(Alert.facts),
        is_open.label("is_open"),
    ).where(whose, col(Alert.since) <= as_of, or_(is_open, repeated))
    return session.execute(statement.order_by(col(Alert.id))).mappings().all()


def settlements(session: Session, contract_ids: Collection[uuid.UUID], quarter: Quarter) -> Sequence[RowMapping]:
    """Read the approved settlements that end in a quarter."""
    statement = select(
        col(Settlement.id), col(Settlement.contract_id), col(Settlement.payable_fen), col(Settlement.paid_fen)
    ).where(
        col(Settlement.contract_id).in_(contract_ids),
        col(Settlement.status) == MoneyStatus.APPROVED,
        col(Settlement.ends_on).between(quarter.first_day, quarter.last_day),
    )
    return session.execute(statement.order_by(col(Settlement.ends_on), col(Settlement.id))).mappings().all()


def metrics(session: Session, contract_ids: Collection[uuid.UUID], quarter: Quarter) -> Sequence[RowMapping]:
    """Read what the months of a quarter were measured by."""
    statement = select(col(MonthMetrics.contract_id), col(MonthMetrics.period), col(MonthMetrics.figures)).where(
        col(MonthMetrics.contract_id).in_(contract_ids),
        col(MonthMetrics.period).in_([str(period) for period in quarter.periods]),
    )
    return session.execute(statement.order_by(col(MonthMetrics.period))).mappings().all()


def lines(session: Session, of: Sequence[Subject], year: int) -> Sequence[RowMapping]:
    """Read the budget lines of a year, of contracts and beside them."""
    contracts = [subject.contract_id for subject in of if subject.contract_id is not None]
    centers = [subject.service_center_id for subject in of if subject.contract_id is None]
    statement = select(
        col(BudgetLine.id),
        col(BudgetLine.service_center_id),
        col(BudgetLine.contract_id),
        col(BudgetLine.project),
        col(BudgetLine.name),
        col(BudgetLine.initial_fen),
    ).where(
        col(BudgetLine.year) == year,
        or_(
            col(BudgetLine.contract_id).in_(contracts),
            col(BudgetLine.contract_id).is_(None) & col(BudgetLine.service_center_id).in_(centers),
        ),
    )
    return session.execute(statement.order_by(col(BudgetLine.project))).mappings().all()


# ---------------------------------------------------------------- the reports themselves


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports to list; None asks for all."""

    quarter: str | None = None
    status: ProgressStatus | None = None
    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None


_COLUMNS: Columns = (
    col(ProgressReport.id),
    col(ProgressReport.service_center_id),
    col(ProgressReport.contract_id),
    col(ProgressReport.quarter),
    col(ProgressReport.document),
    col(ProgressReport.status),
    col(ProgressReport.drafted_by),
    col(ProgressReport.drafted_on),
    col(ProgressReport.handed_over_on),
    col(ProgressReport.handed_over_by),
    col(ProgressReport.document_no),
    col(ProgressReport.version),
    col(ProgressReport.created_at),
    col(ProgressReport.updated_at),
)


def of_subject(center: uuid.UUID, quarter: str, subject: str) -> ColumnElement[bool]:
    """Say in SQL which report is of a subject and quarter."""
    return (
        (col(ProgressReport.service_center_id) == center)
        & (col(ProgressReport.quarter) == quarter)
        & (col(ProgressReport.subject) == subject)
    )


def for_update(session: Session, *which: ColumnElement[bool]) -> ProgressReport | None:
    """Read a report and hold it."""
    statement = select(ProgressReport).where(*which).with_for_update().execution_options(populate_existing=True)
    return session.execute(statement).scalar_one_or_none()


def report(session: Session, centers: Collection[uuid.UUID], report_id: uuid.UUID) -> RowMapping | None:
    """Read a report of these centers."""
    statement = select(*_COLUMNS).where(
        col(ProgressReport.id) == report_id, col(ProgressReport.service_center_id).in_(centers)
    )
    return session.execute(statement).mappings().one_or_none()


def reports(session: Session, centers: Collection[uuid.UUID], wanted: ReportFilter, page: PageRequest) -> Page:
    """List the reports of these centers."""
    columns = ("quarter", "status", "contract_id", "service_center_id")
    statement: Listing = select(*_COLUMNS).where(col(ProgressReport.service_center_id).in_(centers))
    statement = narrowed(statement, ProgressReport, wanted, columns)
    return fetch(session, statement, col(ProgressReport.id), page)
