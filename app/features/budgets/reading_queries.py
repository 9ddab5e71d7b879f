"""What people read of budgets: every select takes whose they are."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, func, not_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.features.budgets.queries import open_mismatch
from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed
from app.models import BudgetLine, Expenditure

_CounterEntry = aliased(Expenditure)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines to list; None asks for all."""

    year: int | None = None
    project: str | None = None
    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExpenditureFilter:
    """Which expenditures to list; `line_id` is the line that bears them now."""

    line_id: uuid.UUID | None = None
    purpose: str | None = None
    mismatched: bool | None = None
    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    spent_from: date | None = None
    spent_until: date | None = None


_LINE_COLUMNS: Columns = (
    col(BudgetLine.id),
    col(BudgetLine.service_center_id),
    col(BudgetLine.contract_id),
    col(BudgetLine.project),
    col(BudgetLine.year),
    col(BudgetLine.name),
    col(BudgetLine.initial_fen),
    col(BudgetLine.purposes),
    col(BudgetLine.source),
    col(BudgetLine.note),
    col(BudgetLine.version),
    col(BudgetLine.created_at),
    col(BudgetLine.updated_at),
)


def line(session: Session, centers: Collection[uuid.UUID], line_id: uuid.UUID) -> RowMapping | None:
    """Read a line of these centers."""
    statement = select(*_LINE_COLUMNS).where(
        col(BudgetLine.id) == line_id, col(BudgetLine.service_center_id).in_(centers)
    )
    return session.execute(statement).mappings().one_or_none()


def _lines(centers: Collection[uuid.UUID], wanted: LineFilter) -> Listing:
    columns = ("year", "project", "contract_id", "service_center_id")
    statement: Listing = select(*_LINE_COLUMNS).where(col(BudgetLine.service_center_id).in_(centers))
    statement = narrowed(statement, BudgetLine, wanted, columns)
    if wanted.updated_since is not None:
        statement = statement.where(col(BudgetLine.updated_at) >= wanted.updated_since)
    return statement


def lines(session: Session, centers: Collection[uuid.UUID], wanted: LineFilter, page: PageRequest) -> Page:
    """List the lines of these centers."""
    return fetch(session, _lines(centers, wanted), col(BudgetLine.id), page)


def all_lines(session: Session, centers: Collection[uuid.UUID], wanted: LineFilter) -> Sequence[RowMapping]:
    """Read all the lines of these centers that a summary is of, by center and project."""
    ordered = _lines(centers, wanted).order_by(col(BudgetLine.service_center_id), col(BudgetLine.project))
    return session.execute(ordered).mappings().all()


def latest_year(session: Session, centers: Collection[uuid.UUID], wanted: LineFilter) -> int | None:
    """Give the latest year in which these centers have such a line."""
    of = _lines(centers, wanted).with_only_columns(func.max(col(BudgetLine.year)))
    year: int | None = session.execute(of).scalar_one()
    return year


_EXPENDITURE_COLUMNS: Columns = (
    col(Expenditure.id),
    col(Expenditure.service_center_id),
    col(Expenditure.budget_line_id),
    col(Expenditure.charged_line_id),
    col(Expenditure.contract_id),
    col(Expenditure.amount_fen),
    col(Expenditure.spent_on),
    col(Expenditure.purpose),
    col(Expenditure.purpose_name),
    col(Expenditure.mismatched),
    col(Expenditure.description),
    col(Expenditure.external_ref),
    col(Expenditure.document_no),
    col(Expenditure.payment_id),
    col(Expenditure.reverses_id),
    col(Expenditure.reversal_reason),
    col(Expenditure.recorded_by),
    col(Expenditure.version),
    col(Expenditure.recorded_at),
    col(Expenditure.updated_at),
)


def _expenditures(centers: Collection[uuid.UUID], as_of: date) -> Listing:
    statement: Listing = select(
        *_EXPENDITURE_COLUMNS,
        open_mismatch(as_of).label("open_mismatch"),
        col(_CounterEntry.id).label("reversed_by_id"),
    )
    return statement.join(_CounterEntry, col(_CounterEntry.reverses_id) == col(Expenditure.id), isouter=True).where(
        col(Expenditure.service_center_id).in_(centers)
    )


def expenditure(
    session: Session, centers: Collection[uuid.UUID], expenditure_id: uuid.UUID, as_of: date
) -> RowMapping | None:
    """Read an expenditure of these centers; `as_of` is the day by which its mismatch is open or not."""
    statement = _expenditures(centers, as_of).where(col(Expenditure.id) == expenditure_id)
    return session.execute(statement).mappings().one_or_none()


def expenditures(
    session: Session, centers: Collection[uuid.UUID], wanted: ExpenditureFilter, as_of: date, page: PageRequest
) -> Page:
    """List the expenditures of these centers."""
    statement = _expenditures(centers, as_of)
    for name, column in (
        ("line_id", col(Expenditure.charged_line_id)),
        ("purpose", col(Expenditure.purpose)),
        ("contract_id", col(Expenditure.contract_id)),
        ("service_center_id", col(Expenditure.service_center_id)),
    ):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(column == value)
    if wanted.spent_from is not None:
        statement = statement.where(col(Expenditure.spent_on) >= wanted.spent_from)
    if wanted.spent_until is not None:
        statement = statement.where(col(Expenditure.spent_on) <= wanted.spent_until)
    if wanted.mismatched is not None:
        found = open_mismatch(as_of)
        statement = statement.where(found if wanted.mismatched else not_(found))
    return fetch(session, statement, col(Expenditure.id), page)
